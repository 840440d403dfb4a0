# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What single devices do within upgrade jobs, and what can be done about it (manual chapter 4.20)."""

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

#: What each action needs.
NEEDED = {
    "confirm": ("task_ids",),
    "cancel": ("product", "firmware", "devices"),
    "reupgrade": ("job_id", "task_ids"),
}

UNFINISHED = ("confirm", "queued", "notified", "in_progress")
STATUSES = (*UNFINISHED, "succeeded", "failed", "canceled")


class UpgradeTasks(ActionEntry):
    """Confirms, cancels or repeats the upgrades of single devices."""

    families = (ota, product)
    fields = (
        Field("action", type=Choice({name: name for name in NEEDED}), required=True),
        Field("task_ids", type=TextSet(Text(1))),
        Field("job_id", type=Text(1)),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("firmware", lookup=FIRMWARES.find_id, resolves_to="firmware_id"),
        Field("devices", type=TextSet(DEVICE_NAME)),
    )

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        missing = [name for name in NEEDED[params["action"]] if not params.get(name)]
        if missing:
            raise InvalidValue(f"action: {params['action']} needs {', '.join(missing)}", field=missing[0])
        return super().perform(params, client, check_mode)

    def check_mode_summary(self, values: dict) -> str:
        what = values["devices"] if values["action"] == "cancel" else values["task_ids"]
        done = {"confirm": "confirmed", "cancel": "canceled", "reupgrade": "done once more"}[values["action"]]
        return f"{len(set(what))} upgrades would be {done}"

    def run_action(self, client: Any, values: dict) -> dict:
        if values["action"] == "cancel":
            named = {"ProductKey": values["product_key"], "FirmwareId": values["firmware_id"]}
            named.update({"JobId": values["job_id"]} if values.get("job_id") else {})
            return {"done": call_in_chunks(client, "CancelOTATaskByDevice", "DeviceName", values["devices"], named)}
        if values["action"] == "confirm":
            return {"done": call_in_chunks(client, "ConfirmOTATask", "TaskId", values["task_ids"], {})}
        named = {"JobId": values["job_id"]}
        return {"done": call_in_chunks(client, "ReupgradeOTATask", "TaskId", values["task_ids"], named)}


class UpgradeTasksInfo(Entry):
    """Tells the upgrades of a job, or of a device those that are not over, and the versions that it has."""

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
        given = {name: value for name, value in params.items() if value is not None and name in self.options()}
        if "job" in given or "job_id" in given:
            self._check(given, "job" not in given or "firmware" in given, "firmware must be given with job", "firmware")
            result = {"ota_tasks": self._of_job(reader, given)}
        else:
            whole = "product" in given and bool(given.get("devices"))
            self._check(given, whole, "job or job_id, or product and devices must be given", "job")
            result = self._of_devices(reader, given)
        return {"changed": False, **result}

    def _check(self, given: dict, good: bool, message: str, field: str) -> None:
        if not good:
            raise InvalidValue(message, field=field)
        complaint = TextSet(DEVICE_NAME).check(given.get("devices") or [])
        if complaint:
            raise InvalidValue(f"devices {complaint}", field="devices")

    def _of_job(self, reader: Reader, given: dict) -> list:
        values = resolve_references(
            self.fields, reader, {name: value for name, value in given.items() if name == "firmware"}
        )
        job_id = given.get("job_id")
        if not job_id:
            row = OtaJob().find_in_list(reader, {"name": given["job"], "firmware_id": values["firmware_id"]})
            job_id = row and row["job_id"]
        if not job_id or reader.find("QueryOTAJob", {"JobId": job_id}) is None:
            return []
        params = {"JobId": job_id}
        if given.get("status"):
            params["TaskStatus"] = given["status"].upper()
        if not given.get("devices"):
            rows = reader.pages("ListOTATaskByJob", params)
        else:
            rows = [row for some in _chunks(given["devices"], 50) for row in self._named(reader, params, some)]
        return [of_task(row) for row in rows]

    def _named(self, reader: Reader, params: dict, some: list) -> list:
        # Where devices are named there are no pages.
        return member(reader.read("ListOTATaskByJob", {**params, "DeviceNames": some}), "Data.SimpleOTATaskInfo") or []

    def _of_devices(self, reader: Reader, given: dict) -> dict:
        values = resolve_references(
            self.fields, reader, {name: given[name] for name in ("firmware", "product") if name in given}
        )
        result: dict = {"ota_tasks": [], "module_versions": []}
        if "firmware" in given:
            result["ota_jobs"] = []
        if PENDING in (values["product_key"], values.get("firmware_id")):
            return result
        wanted = [given["status"]] if given.get("status") else UNFINISHED
        for name in dict.fromkeys(given["devices"]):
            device = {"ProductKey": values["product_key"], "DeviceName": name}
            result["module_versions"] += [
                {"device": name, "module": row["ModuleName"], "version": row.get("ModuleVersion", "")}
                for row in reader.pages("ListOTAModuleVersionsByDevice", device)
                if given.get("module", row["ModuleName"]).lower() == row["ModuleName"].lower()
            ]
            for status in wanted:
                if status in UNFINISHED:
                    asked = {**device, "TaskStatus": status.upper(), "ModuleName": given.get("module")}
                    reply = reader.read("ListOTAUnfinishedTaskByDevice", asked)
                    rows = member(reply, "Data.SimpleOTATaskInfo") or []
                    result["ota_tasks"] += [of_task(row) for row in rows]
            if "firmware" in given:
                asked = {**device, "FirmwareId": values["firmware_id"]}
                result["ota_jobs"] += [
                    {"device": name, **_of_job(row)} for row in reader.pages("ListOTAJobByDevice", asked)
                ]
        return result


def _chunks(elements: list, size: int) -> list:
    return chunked(list(dict.fromkeys(elements)), size)


def _of_job(row: dict) -> dict:
    job = OtaJob().parse(row)
    return {name: job[name] for name in ("name", "job_id", "type", "status")}


def of_task(row: dict) -> dict:
    """The upgrade of a device as it is returned; what a list does not tell is left out."""
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
    more = {"description": "TaskDesc", "module": "ModuleName"}
    task.update({name: row[wire] for name, wire in more.items() if wire in row})
    return task
