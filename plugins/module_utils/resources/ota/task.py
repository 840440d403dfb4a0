# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""OTA tasks, each of which is the update of one device in an OTA job (manual chapter 4.20)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import ota, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry, call_in_chunks
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, resolve_references
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.firmware import FIRMWARES
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.job import OtaJob
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The options that each action requires.
REQUIRED = {
    "confirm": ("task_ids",),
    "cancel": ("product", "firmware", "devices"),
    "reupgrade": ("job_id", "task_ids"),
}

#: Maximum number of devices in one request of ListOTATaskByJob.
MAX_DEVICES_PER_REQUEST = 50

UNFINISHED = ("confirm", "queued", "notified", "in_progress")
STATUSES = (*UNFINISHED, "succeeded", "failed", "canceled")


class UpgradeTasks(ActionEntry):
    """Actions that confirm, cancel or repeat OTA tasks.

    Custom code: the operations have different parameters and limits, and the required options depend on the action.
    """

    families = (ota, product)
    fields = (
        Field("action", type=Choice({name: name for name in REQUIRED}), required=True),
        Field("task_ids", type=TextSet(Text(1))),
        Field("job_id", type=Text(1)),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("firmware", lookup=FIRMWARES.find_id, resolves_to="firmware_id"),
        Field("devices", type=TextSet(DEVICE_NAME)),
    )

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        missing = [name for name in REQUIRED[params["action"]] if not params.get(name)]
        if missing:
            raise InvalidValue(f"{', '.join(missing)} must be set with action: {params['action']}", field=missing[0])
        return super().perform(params, client, check_mode)

    def check_mode_summary(self, values: dict) -> str:
        elements = values["devices"] if values["action"] == "cancel" else values["task_ids"]
        verb = {"confirm": "confirmed", "cancel": "canceled", "reupgrade": "repeated"}[values["action"]]
        count = len(set(elements))
        return f"{count} OTA {'task' if count == 1 else 'tasks'} would be {verb}"

    def run_action(self, client: Any, values: dict) -> dict:
        if values["action"] == "cancel":
            params = {"ProductKey": values["product_key"], "FirmwareId": values["firmware_id"]}
            params.update({"JobId": values["job_id"]} if values.get("job_id") else {})
            return {"done": call_in_chunks(client, "CancelOTATaskByDevice", "DeviceName", values["devices"], params)}
        if values["action"] == "confirm":
            return {"done": call_in_chunks(client, "ConfirmOTATask", "TaskId", values["task_ids"], {})}
        params = {"JobId": values["job_id"]}
        return {"done": call_in_chunks(client, "ReupgradeOTATask", "TaskId", values["task_ids"], params)}


class UpgradeTasksInfo(Entry):
    """A report of the OTA tasks of a job, or of the unfinished OTA tasks and the module versions of devices.

    Custom code: the operations for a job and for devices have different parameters and different results.
    """

    families = (ota, product)
    fields = (
        Field("firmware", lookup=FIRMWARES.find_id, resolves_to="firmware_id"),
        Field("product", lookup=product_key, resolves_to="product_key"),
    )

    def options(self) -> dict:
        return {
            "firmware": {"type": "str"},
            "job": {"type": "str"},
            "job_id": {"type": "str"},
            "product": {"type": "str"},
            "devices": {"type": "list", "elements": "str"},
            "module": {"type": "str"},
            "status": {"type": "str", "choices": list(STATUSES)},
        }

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        reader = Reader(client, tolerant=True)
        options = {name: value for name, value in params.items() if value is not None and name in self.options()}
        if "job" in options or "job_id" in options:
            if "job" in options and "firmware" not in options:
                raise InvalidValue("firmware must be set with job", field="firmware")
            self._check_devices(options)
            result = {"ota_tasks": self._job_tasks(reader, options)}
        else:
            if "product" not in options or not options.get("devices"):
                raise InvalidValue("job or job_id, or both product and devices must be set", field="job")
            self._check_devices(options)
            result = self._device_tasks(reader, options)
        return {"changed": False, **result}

    def _check_devices(self, options: dict) -> None:
        problem = TextSet(DEVICE_NAME).check(options.get("devices") or [])
        if problem:
            raise InvalidValue(f"devices {problem}", field="devices")

    def _job_tasks(self, reader: Reader, options: dict) -> list[dict]:
        values = resolve_references(
            self.fields, reader, {name: value for name, value in options.items() if name == "firmware"}
        )
        job_id = options.get("job_id")
        if not job_id:
            row = OtaJob().find_in_list(reader, {"name": options["job"], "firmware_id": values["firmware_id"]})
            job_id = row and row["job_id"]
        if not job_id or reader.find("QueryOTAJob", {"JobId": job_id}) is None:
            return []
        params = {"JobId": job_id}
        if options.get("status"):
            params["TaskStatus"] = options["status"].upper()
        if not options.get("devices"):
            return [parse_task(row) for row in reader.pages("ListOTATaskByJob", params)]
        names = list(dict.fromkeys(options["devices"]))
        tasks = []
        for chunk in chunked(names, MAX_DEVICES_PER_REQUEST):
            # With device names, the response is not paged.
            response = reader.read("ListOTATaskByJob", {**params, "DeviceNames": chunk})
            tasks += [parse_task(row) for row in member(response, "Data.SimpleOTATaskInfo") or []]
        return tasks

    def _device_tasks(self, reader: Reader, options: dict) -> dict:
        values = resolve_references(
            self.fields, reader, {name: options[name] for name in ("firmware", "product") if name in options}
        )
        result: dict = {"ota_tasks": [], "module_versions": []}
        if "firmware" in options:
            result["ota_jobs"] = []
        if PENDING in (values["product_key"], values.get("firmware_id")):
            return result
        statuses = [options["status"]] if options.get("status") else UNFINISHED
        for name in dict.fromkeys(options["devices"]):
            device = {"ProductKey": values["product_key"], "DeviceName": name}
            result["module_versions"] += [
                {"device": name, "module": row["ModuleName"], "version": row.get("ModuleVersion", "")}
                for row in reader.pages("ListOTAModuleVersionsByDevice", device)
                if options.get("module", row["ModuleName"]).lower() == row["ModuleName"].lower()
            ]
            for status in statuses:
                if status in UNFINISHED:
                    params = {**device, "TaskStatus": status.upper(), "ModuleName": options.get("module")}
                    response = reader.read("ListOTAUnfinishedTaskByDevice", params)
                    rows = member(response, "Data.SimpleOTATaskInfo") or []
                    result["ota_tasks"] += [parse_task(row) for row in rows]
            if "firmware" in options:
                params = {**device, "FirmwareId": values["firmware_id"]}
                result["ota_jobs"] += [
                    {"device": name, **_parse_job(row)} for row in reader.pages("ListOTAJobByDevice", params)
                ]
        return result


def _parse_job(row: dict) -> dict:
    job = OtaJob().parse(row)
    return {name: job[name] for name in ("name", "job_id", "type", "status")}


def parse_task(row: dict) -> dict:
    """Return an OTA task for the result, without members that the response does not contain."""
    task = {
        "task_id": row["TaskId"],
        "job_id": row["JobId"],
        "firmware_id": row.get("FirmwareId", ""),
        "product_key": row.get("ProductKey", ""),
        "device": row["DeviceName"],
        "iot_id": row.get("IotId", ""),
        "source_version": row.get("SrcVersion", ""),
        "version": row.get("DestVersion", ""),
        "status": row["TaskStatus"].lower(),
        "created": row.get("UtcCreate", ""),
        "modified": row.get("UtcModified", ""),
    }
    if row.get("Progress"):
        task["progress"] = int(float(row["Progress"]))
    optional = {"description": "TaskDesc", "module": "ModuleName"}
    task.update({name: row[wire] for name, wire in optional.items() if wire in row})
    return task
