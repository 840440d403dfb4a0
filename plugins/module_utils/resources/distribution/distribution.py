# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Distribution of products and devices to other instances (manual chapter 4.2)."""

from __future__ import annotations

import json
from typing import Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, distribution, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import ActionFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import check_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, resolve_references
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import wait
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: Maximum number of devices in one job.
MAX_DEVICES = 10_000

STATUS = Choice({"initial": 0, "running": 1, "finished": 2, "interrupted": 3})
STRATEGY = Choice({"specified": 0, "nearest": 1})
_UNFINISHED = ("initial", "running")
_SUCCESS = "200"
_IS_DISTRIBUTING = "iot.provisioning.ProductIsDistributing"

_INSTANCE = Text(1, 64, pattern="[A-Za-z0-9_-]+", hint="letters, digits, - and _")

_PLACE_MEMBERS = {
    "ProductKey": "product_key",
    "DeviceName": "device_name",
    "SourceInstanceId": "source_instance_id",
    "SourceRegion": "source_region",
    "SourceUid": "source_uid",
    "TargetInstanceId": "target_instance_id",
    "TargetRegion": "target_region",
    "TargetUid": "target_uid",
    "TargetAliyunId": "target_aliyun_id",
    "GmtCreate": "created",
    "GmtModified": "modified",
}
_JOB_MEMBERS = {
    "JobId": "job_id",
    "ProductKey": "product_key",
    "SourceInstanceId": "source_instance_id",
    "SourceUid": "source_uid",
    "TargetUid": "target_uid",
    "Total": "device_count",
    "GmtCreate": "created",
}


def parse_job(row: dict) -> dict:
    """Return a job for the result."""
    targets = member(row, "TargetInstanceConfigs.targetInstanceConfigs") or []
    return {
        **rename_members(row, _JOB_MEMBERS),
        "status": STATUS.from_wire(row.get("Status")),
        "strategy": STRATEGY.from_wire(row.get("Strategy")),
        "target_instance_ids": [target["TargetInstanceId"] for target in targets],
    }


def read_results(reader: Reader, job_id: str) -> list[dict]:
    """Return the result of each device of a job that has ended."""
    url = member(reader.read("QueryDeviceDistributeDetail", {"JobId": job_id}), "File")
    rows = json.loads(reader.download(url)) if url else []
    return [
        {"device_name": row["DeviceName"], "code": str(row["Code"]), "message": row.get("Message", "")} for row in rows
    ]


class Distribution(ActionEntry):
    """The distribution of a product, alone or with some of its devices, to other instances, and the deletion of a job.

    Products and devices that are already in their target instance are not distributed again.

    Custom code: the API has jobs only, so the distributed products and devices are read to determine what is missing.
    """

    families = (distribution, device, product)
    fields = (
        Field(
            "state",
            type=Choice({name: name for name in ("distributed", "absent")}),
            argument={"default": "distributed"},
        ),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("devices", type=TextSet(DEVICE_NAME, maximum=MAX_DEVICES)),
        Field("source_instance_id", type=_INSTANCE),
        Field("target_instance_ids", type=TextSet(_INSTANCE)),
        Field("target_uid", type=Text(1, 32, pattern="[0-9]+", hint="digits")),
        Field("target_aliyun_id", type=Text(1)),
        Field("job_id", type=Text(1)),
        Field("wait", type=Flag(), argument={"default": True}),
        Field("wait_timeout_in_seconds", type=Number(1, 86400), argument={"default": 300}),
    )

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        options = {f.name: params[f.name] for f in self.fields if f.is_option and params.get(f.name) is not None}
        check_values(self, options)
        self._check_options(options)
        reader = Reader(client, tolerant=check_mode)
        values = resolve_references(self.fields, reader, options)
        deletes = values["state"] == "absent"
        result = (self._delete_job if deletes else self._distribute)(client, reader, values, check_mode)
        if result["changed"] and check_mode:
            summary = (
                "The job would be deleted"
                if deletes
                else "A job would be created that distributes what is missing in the target instances"
            )
            result["msg"] = f"{summary}; nothing was done in check mode"
        if reader.pending:
            result["pending"] = list(reader.pending)
        return result

    def _check_options(self, options: dict) -> None:
        deletes = options["state"] == "absent"
        required = ("job_id",) if deletes else ("product", "source_instance_id", "target_instance_ids")
        missing = [name for name in required if not options.get(name)]
        if missing:
            names = ", ".join(missing)
            raise InvalidValue(f"{names} must be set with state: {options['state']}", field=names)
        if deletes:
            return
        if "job_id" in options:
            raise InvalidValue("job_id can be set with state: absent only", field="job_id")
        if not (options.get("target_uid") or options.get("target_aliyun_id")):
            raise InvalidValue("target_uid or target_aliyun_id must be set", field="target_uid")
        targets = options["target_instance_ids"]
        source = options["source_instance_id"]
        if source in targets:
            raise InvalidValue(
                f"target_instance_ids must not contain source_instance_id, {source}", field="target_instance_ids"
            )
        if len(targets) > 1 and not options.get("devices"):
            raise InvalidValue(
                f"target_instance_ids must contain exactly one instance if devices is not set, not {len(targets)}",
                field="target_instance_ids",
            )

    def _delete_job(self, client: Any, reader: Reader, values: dict, check_mode: bool) -> dict:
        params = {"JobId": values["job_id"]}
        exists = reader.find("QueryDeviceDistributeJob", params) is not None
        if exists and not check_mode:
            client.call("DeleteDeviceDistributeJob", params)
        return {"changed": exists}

    def _distribute(self, client: Any, reader: Reader, values: dict, check_mode: bool) -> dict:
        missing = self._undistributed(reader, values)
        by_device = bool(values.get("devices"))
        job = self._running_job(reader, values) if missing and by_device else None
        if job and check_mode:
            reader.pending.append(f"the job {job['job_id']} is still running and may distribute some of the devices")
        elif job:
            # A job of an earlier task: its devices cannot be in a second job.
            result = {"changed": False, "distributed": [], "job_id": job["job_id"]}
            if not values["wait"]:
                return result
            self._wait_for_job(client, values, result)
            client.clear_cache()
            missing = self._undistributed(reader, values)
        result = {"changed": bool(missing), "distributed": missing if by_device else []}
        if not missing or check_mode:
            return result
        if by_device:
            self._distribute_devices(client, reader, values, missing, result)
        else:
            self._distribute_product(client, reader, values, result)
        return result

    def _distribute_product(self, client: Any, reader: Reader, values: dict, result: dict) -> None:
        params = {**_common_params(values), "TargetInstanceId": values["target_instance_ids"][0]}
        for is_repeated in (False, True):
            try:
                result["job_id"] = client.call("CreateProductDistributeJob", params)["JobId"]
                break
            except IotError as error:
                if error.code == _IS_DISTRIBUTING:
                    # The job of an earlier task, or of the first request, whose response was lost.
                    result["changed"] = is_repeated
                    break
                if is_repeated or not error.ambiguous:
                    raise
                client.clear_cache()
                if not self._undistributed(reader, values):
                    return
        # The API does not return the status of a product's job, so the task waits until the product is distributed.
        self._wait(client, values, result, lambda: self._undistributed(reader, values), bool)

    def _distribute_devices(self, client: Any, reader: Reader, values: dict, names: list[str], result: dict) -> None:
        targets = values["target_instance_ids"]
        params = {
            **_common_params(values),
            "DeviceName": names,
            "Strategy": STRATEGY.to_wire("nearest" if len(targets) > 1 else "specified"),
            "TargetInstanceConfig": [{"TargetInstanceId": target} for target in targets],
        }
        try:
            result["job_id"] = client.call("CreateDeviceDistributeJob", params)["JobId"]
        except IotError as error:
            client.clear_cache()
            job = self._running_job(reader, values) if error.ambiguous else None
            if job is None:
                raise
            result["job_id"] = job["job_id"]
        self._wait_for_job(client, values, result)
        if values["wait"]:
            self._check_results(reader, result)

    def _running_job(self, reader: Reader, values: dict) -> dict | None:
        """Return the unfinished job that distributes devices of the product from and to the same instances, if any."""
        if values["product_key"] is PENDING:
            return None
        params = {"ProductKey": values["product_key"], "TargetUid": values.get("target_uid")}
        for row in reader.pages("ListDeviceDistributeJob", params):
            job = parse_job(row)
            if (
                job["status"] in _UNFINISHED
                and job["source_instance_id"] == values["source_instance_id"]
                and set(job["target_instance_ids"]) == set(values["target_instance_ids"])
            ):
                return job
        return None

    def _wait_for_job(self, client: Any, values: dict, result: dict) -> None:
        """Wait for the end of the job in the result, if the task requests it."""
        params = {"JobId": result["job_id"]}
        self._wait(
            client,
            values,
            result,
            lambda: parse_job(client.call("QueryDeviceDistributeJob", params)["Data"]),
            lambda job: job["status"] in _UNFINISHED,
        )

    def _wait(self, client: Any, values: dict, result: dict, read: Callable[[], Any], unfinished: Callable) -> None:
        """Wait for the end of a job, if the task requests it.

        Raises:
            ActionFailed: The timeout expired before.
            IotError: A read failed. The error has the ``result``, which names the running job.
        """
        if not values["wait"]:
            return

        def read_again() -> Any:
            client.clear_cache()
            return read()

        try:
            _state, reason = wait(read_again, unfinished, values["wait_timeout_in_seconds"])
        except IotError as error:
            error.result = result
            raise
        if reason:
            job = f"the job {result['job_id']}" if "job_id" in result else "the distribution"
            seconds = values["wait_timeout_in_seconds"]
            raise ActionFailed(f"{job} has not finished after {seconds} seconds", result)

    def _check_results(self, reader: Reader, result: dict) -> None:
        failed = [row for row in read_results(reader, result["job_id"]) if row["code"] != _SUCCESS]
        if failed:
            details = ", ".join(f"{row['device_name']} ({row['message'] or row['code']})" for row in failed[:5])
            raise ActionFailed(f"{len(failed)} devices were not distributed: {details}", {**result, "failures": failed})

    def _undistributed(self, reader: Reader, values: dict) -> list:
        """Return the devices that are not in their target instance; without devices, the missing product."""
        key = values["product_key"]
        names = list(dict.fromkeys(values.get("devices") or []))
        targets = set(values["target_instance_ids"])
        if key is PENDING:
            return names or [key]
        params = {"ProductKey": key, "TargetUid": values.get("target_uid")}
        if not names:
            instances = {row["TargetInstanceId"] for row in reader.pages("ListDistributedProduct", params)}
            return [] if targets <= instances else [key]
        instances_by_device: dict = {}
        for row in reader.pages("ListDistributedDevice", params):
            instances_by_device.setdefault(row["DeviceName"], set()).add(row["TargetInstanceId"])
        # With several target instances, a device is in the nearest one only.
        return [name for name in names if not instances_by_device.get(name) or not instances_by_device[name] <= targets]


def _common_params(values: dict) -> dict:
    return {
        "ProductKey": values["product_key"],
        "SourceInstanceId": values["source_instance_id"],
        "TargetUid": values.get("target_uid"),
        "TargetAliyunId": values.get("target_aliyun_id"),
    }


class DistributionInfo(ReportEntry):
    """A report of distributed products, distributed devices, or the jobs that distributed devices.

    Custom code: each choice is read with a separate operation, and the operations do not support all filters.
    """

    families = (distribution, device, product)
    fields = (
        Field("what", type=Choice({name: name for name in ("devices", "products", "jobs")}), required=True),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("device", type=DEVICE_NAME),
        Field("source_instance_id", type=_INSTANCE),
        Field("target_instance_id", type=_INSTANCE),
        Field("target_uid", type=Text(1, 32, pattern="[0-9]+", hint="digits")),
        Field("job_id", type=Text(1)),
        Field("status", type=STATUS),
        Field("results", type=Flag(), argument={"default": False}),
    )

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        for name, choice in (("device", "devices"), ("job_id", "jobs"), ("status", "jobs")):
            if params.get(name) and params["what"] != choice:
                raise InvalidValue(f"{name} can be set with what: {choice} only", field=name)
        result = super().perform(params, client, check_mode)
        return result if params["what"] in result else {**result, params["what"]: []}

    def gather(self, reader: Reader, values: dict) -> dict:
        common_params = {"ProductKey": values.get("product_key"), "TargetUid": values.get("target_uid")}
        if values["what"] == "jobs":
            status = STATUS.to_wire(values["status"]) if values.get("status") else None
            params = {**common_params, "JobId": values.get("job_id"), "Status": status}
            jobs = [parse_job(row) for row in reader.pages("ListDeviceDistributeJob", params)]
            for job in jobs:
                if values["results"] and job["status"] not in _UNFINISHED:
                    job["results"] = read_results(reader, job["job_id"])
            found = jobs
        elif values["what"] == "devices":
            params = {
                **common_params,
                "DeviceName": values.get("device"),
                "SourceInstanceId": values.get("source_instance_id"),
            }
            found = [rename_members(row, _PLACE_MEMBERS) for row in reader.pages("ListDistributedDevice", params)]
        else:
            params = {
                **common_params,
                "SourceInstanceId": values.get("source_instance_id"),
                "TargetInstanceId": values.get("target_instance_id"),
            }
            found = [rename_members(row, _PLACE_MEMBERS) for row in reader.pages("ListDistributedProduct", params)]
        return {values["what"]: [row for row in found if self._matches(row, values)]}

    @staticmethod
    def _matches(row: dict, values: dict) -> bool:
        source, target = values.get("source_instance_id"), values.get("target_instance_id")
        targets = row.get("target_instance_ids", [row.get("target_instance_id")])
        return source in (None, row["source_instance_id"]) and (target is None or target in targets)
