# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products and devices in other instances than the one they came from (manual chapter 4.2)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, distribution, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import ActionFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import check_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, resolve_references
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import wait
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The devices of one job.
MOST = 10_000

STATUS = Choice({"initial": 0, "running": 1, "finished": 2, "interrupted": 3})
STRATEGY = Choice({"specified": 0, "nearest": 1})
_UNFINISHED = ("initial", "running")
_SUCCESS = "200"

_INSTANCE = Text(1, 64, pattern="[A-Za-z0-9_-]+", hint="letters, digits, - and _")

_OF_PLACE = {
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
_OF_JOB = {
    "JobId": "job_id",
    "ProductKey": "product_key",
    "SourceInstanceId": "source_instance_id",
    "SourceUid": "source_uid",
    "TargetUid": "target_uid",
    "Total": "device_count",
    "GmtCreate": "created",
}


def of_job(row: dict) -> dict:
    """A job as it is returned."""
    targets = member(row, "TargetInstanceConfigs.targetInstanceConfigs") or []
    return {
        **rename_members(row, _OF_JOB),
        "status": STATUS.from_wire(row.get("Status")),
        "strategy": STRATEGY.from_wire(row.get("Strategy")),
        "target_instance_ids": [target["TargetInstanceId"] for target in targets],
    }


def results_of(reader: Reader, job_id: str) -> list:
    """What became of each device of a job that has ended."""
    url = member(reader.read("QueryDeviceDistributeDetail", {"JobId": job_id}), "File")
    rows = json.loads(reader.download(url)) if url else []
    return [
        {"device_name": row["DeviceName"], "code": str(row["Code"]), "message": row.get("Message", "")} for row in rows
    ]


class Distribution(ActionEntry):
    """Brings a product, alone or with some of its devices, to other instances; forgets a job.

    What is there already is not brought once more.
    """

    families = (distribution, device, product)
    fields = (
        Field(
            "state",
            type=Choice({word: word for word in ("distributed", "absent")}),
            argument={"default": "distributed"},
        ),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("devices", type=TextSet(DEVICE_NAME, maximum=MOST)),
        Field("source_instance_id", type=_INSTANCE),
        Field("target_instance_ids", type=TextSet(_INSTANCE)),
        Field("target_uid", type=Text(1, 32, pattern="[0-9]+", hint="digits")),
        Field("target_aliyun_id", type=Text(1)),
        Field("job_id", type=Text(1)),
        Field("wait", type=Flag(), argument={"default": True}),
        Field("wait_timeout_in_seconds", type=Number(1, 86400), argument={"default": 300}),
    )

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        given = {f.name: params[f.name] for f in self.fields if f.is_option and params.get(f.name) is not None}
        check_values(self, given)
        self._check_options(given)
        reader = Reader(client, tolerant=check_mode)
        values = resolve_references(self.fields, reader, given)
        forgets = values["state"] == "absent"
        result = (self._forget if forgets else self._distribute)(client, reader, values, check_mode)
        if result["changed"] and check_mode:
            what = "The job would be forgotten" if forgets else "A job would be made that distributes what is not there"
            result["msg"] = f"{what}; nothing was done in check mode"
        if reader.pending:
            result["pending"] = list(reader.pending)
        return result

    def _check_options(self, given: dict) -> None:
        forgets = given["state"] == "absent"
        needed = ("job_id",) if forgets else ("product", "source_instance_id", "target_instance_ids")
        missing = [name for name in needed if not given.get(name)]
        if missing:
            names = ", ".join(missing)
            raise InvalidValue(f"{names} must be given with state: {given['state']}", field=names)
        if forgets:
            return
        if "job_id" in given:
            raise InvalidValue("job_id is for state: absent", field="job_id")
        if not (given.get("target_uid") or given.get("target_aliyun_id")):
            raise InvalidValue("target_uid or target_aliyun_id must be given", field="target_uid")
        targets = given["target_instance_ids"]
        if given["source_instance_id"] in targets:
            raise InvalidValue("a target must be another instance than the source", field="target_instance_ids")
        if len(targets) > 1 and not given.get("devices"):
            raise InvalidValue("a product without devices is distributed to one instance", field="target_instance_ids")

    def _forget(self, client: Any, reader: Reader, values: dict, check_mode: bool) -> dict:
        named = {"JobId": values["job_id"]}
        there = reader.find("QueryDeviceDistributeJob", named) is not None
        if there and not check_mode:
            client.call("DeleteDeviceDistributeJob", named)
        return {"changed": there}

    def _distribute(self, client: Any, reader: Reader, values: dict, check_mode: bool) -> dict:
        coming = self._coming(reader, values)
        result: dict = {"changed": bool(coming), "distributed": coming if values.get("devices") else []}
        if not coming or check_mode:
            return result
        of = {
            "ProductKey": values["product_key"],
            "SourceInstanceId": values["source_instance_id"],
            "TargetUid": values.get("target_uid"),
            "TargetAliyunId": values.get("target_aliyun_id"),
        }
        targets = values["target_instance_ids"]
        if not values.get("devices"):
            params = {**of, "TargetInstanceId": targets[0]}
            result["job_id"] = client.call("CreateProductDistributeJob", params)["JobId"]
            # Nothing tells how a job of a product goes, but where the product is.
            unfinished = self._wait(client, values, lambda: self._coming(reader, values), bool)
        else:
            params = {
                **of,
                "DeviceName": coming,
                "Strategy": STRATEGY.to_wire("nearest" if len(targets) > 1 else "specified"),
                "TargetInstanceConfig": [{"TargetInstanceId": target} for target in targets],
            }
            result["job_id"] = client.call("CreateDeviceDistributeJob", params)["JobId"]
            named = {"JobId": result["job_id"]}
            unfinished = self._wait(
                client,
                values,
                lambda: of_job(member(client.call("QueryDeviceDistributeJob", named), "Data")),
                lambda job: job["status"] in _UNFINISHED,
            )
            if values["wait"] and not unfinished:
                self._check_results(reader, result)
        if unfinished:
            seconds = values["wait_timeout_in_seconds"]
            raise ActionFailed(f"the job {result['job_id']} is not finished after {seconds} seconds", result)
        return result

    def _wait(self, client, values: dict, read, unfinished) -> bool:
        if not values["wait"]:
            return False

        def anew():
            client.clear_cache()
            return read()

        _there, reason = wait(anew, unfinished, values["wait_timeout_in_seconds"])
        return bool(reason)

    def _check_results(self, reader: Reader, result: dict) -> None:
        failed = [one for one in results_of(reader, result["job_id"]) if one["code"] != _SUCCESS]
        if failed:
            named = ", ".join(f"{one['device_name']} ({one['message'] or one['code']})" for one in failed[:5])
            raise ActionFailed(f"{len(failed)} devices were not distributed: {named}", {**result, "failures": failed})

    def _coming(self, reader: Reader, values: dict) -> list:
        """The devices that are not where they should be; for a product alone itself, where it is not."""
        key = values["product_key"]
        names = list(dict.fromkeys(values.get("devices") or []))
        targets = set(values["target_instance_ids"])
        if key is PENDING:
            return names or [key]
        of = {"ProductKey": key, "TargetUid": values.get("target_uid")}
        if not names:
            there = {row["TargetInstanceId"] for row in reader.pages("ListDistributedProduct", of)}
            return [] if targets <= there else [key]
        places: dict = {}
        for row in reader.pages("ListDistributedDevice", of):
            places.setdefault(row["DeviceName"], set()).add(row["TargetInstanceId"])
        # Of several instances a device is in the one that is nearest to it.
        return [name for name in names if not places.get(name) or not places[name] <= targets]


class DistributionInfo(ReportEntry):
    """Tells which products and devices are in other instances, and the jobs that brought devices there."""

    families = (distribution, device, product)
    fields = (
        Field("what", type=Choice({word: word for word in ("devices", "products", "jobs")}), required=True),
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
        for name, where in (("device", "devices"), ("job_id", "jobs"), ("status", "jobs")):
            if params.get(name) and params["what"] != where:
                raise InvalidValue(f"{name} is for what: {where}", field=name)
        result = super().perform(params, client, check_mode)
        return result if params["what"] in result else {**result, params["what"]: []}

    def gather(self, reader: Reader, values: dict) -> dict:
        of = {"ProductKey": values.get("product_key"), "TargetUid": values.get("target_uid")}
        if values["what"] == "jobs":
            status = values.get("status")
            params = {**of, "JobId": values.get("job_id"), "Status": STATUS.to_wire(status) if status else None}
            jobs = [of_job(row) for row in reader.pages("ListDeviceDistributeJob", params)]
            for job in jobs:
                if values["results"] and job["status"] not in _UNFINISHED:
                    job["results"] = results_of(reader, job["job_id"])
            found = jobs
        elif values["what"] == "devices":
            params = {**of, "DeviceName": values.get("device"), "SourceInstanceId": values.get("source_instance_id")}
            found = [rename_members(row, _OF_PLACE) for row in reader.pages("ListDistributedDevice", params)]
        else:
            params = {
                **of,
                "SourceInstanceId": values.get("source_instance_id"),
                "TargetInstanceId": values.get("target_instance_id"),
            }
            found = [rename_members(row, _OF_PLACE) for row in reader.pages("ListDistributedProduct", params)]
        fitting = [row for row in found if self._fits(row, values)]
        return {values["what"]: fitting}

    @staticmethod
    def _fits(row: dict, values: dict) -> bool:
        source, target = values.get("source_instance_id"), values.get("target_instance_id")
        targets = row.get("target_instance_ids", [row.get("target_instance_id")])
        return source in (None, row["source_instance_id"]) and (target is None or target in targets)
