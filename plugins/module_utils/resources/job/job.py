# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device jobs: the same done with many devices (manual chapter 4.13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import group, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api import job as job_api
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create, Delete, wire_value
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.files import (
    LocalPath,
    Upload,
    matching_suffix,
    stat_file,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Derived, Step, unchanged
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import (
    Choice,
    Flag,
    JsonText,
    Number,
    NumberChoice,
    Text,
    Timestamp,
    Type,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import WAIT_FIELDS
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import Lookup
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.device_group import group_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.job.status import wire_status
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import (
    product_key,
    with_product_key,
)

JOB_NAME = Text(4, 30, pattern="[A-Za-z0-9_\u4e00-\u9fff]+", hint="Chinese and English letters, digits and underscores")
JOBS = Lookup("device job", "ListJob", id="JobId", name="JobName", key="job_id")

#: The longest document, in characters; the suffixes that a file can have, and its most bytes.
LONGEST_DOCUMENT = 65_536
SUFFIXES = ("bin", "apk", "tar", "gz", "tar.gz", "zip", "gzip")
MOST_BYTES = 1000 * 1024 * 1024

#: The most minutes that a task may take, by the type of the job; a publication waits for nothing.
LONGEST = {"invoke_service": 5, "set_property": 5, "custom": 3600}
WITH_QOS = ("pub", "custom")

RUNNING = ("initializing", "waiting", "in_progress")
ENDED = ("completed", "canceled", "timed_out", "canceling")
REMOVING = "removing"

#: What makes the devices of a job: the options, by the field whose value they give.
TARGETS = {"product_key": "product", "group_id": "group", "devices": "devices"}


class Document(JsonText):
    """What the devices are to do."""

    def check(self, value: Any) -> str:
        if not isinstance(value, dict):
            return f"must be a dictionary, not {type(value).__name__}"
        length = len(self.to_wire(value))
        return f"has {length} characters as JSON, and may have {LONGEST_DOCUMENT}" if length > LONGEST_DOCUMENT else ""


class Devices(ObjectSet):
    """The devices of a job."""

    def __init__(self) -> None:
        super().__init__(("product", "name"), ("product_key", "name"), maximum=200)

    def from_wire(self, value: Any) -> Any:
        return [{"product_key": row["ProductKey"], "name": row["DeviceName"]} for row in value or []]


class CreateAndUpload(Create):
    """A file goes first: the job names it by the key that it has then."""

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        if desired.get("stopped"):
            raise InvalidValue(
                f"there is no job {desired['name']} that could be canceled", field="name", remedy="Check the name"
            )
        targets = [name for name in TARGETS if desired.get(name)]
        if len(targets) != 1:
            raise InvalidValue("one of product, group and devices must be given to make a job", field="product")
        _check_settings(desired.get("type"), desired)
        constants = {"TargetConfig": _target(resource, targets[0], desired[targets[0]]), **_settings(desired)}
        result = []
        if desired.get("file_md5"):
            if desired.get("type") != "custom":
                raise InvalidValue("file is for a job of type custom", field="file")
            path = desired.get("file") or ""
            params = {"BizCode": "DEVICE_JOB_FILE", "FileSuffix": matching_suffix(path, SUFFIXES) or SUFFIXES[0]}
            upload = Upload(path, "file_key", key_id="OssAccessKeyId", address="Key")
            result.append(Step(steps.UPDATE, "GenerateFileUploadURL", params, upload=upload))
            key = Derived(unchanged, ("file_key",))
            constants["JobFile"] = {"fileKey": key, "signMethod": "MD5", "sign": desired["file_md5"]}
        (create,) = Create(self.operation, self.outputs, constants).steps(resource, desired)
        for name in self._beside():
            if desired.get(name) is not None:
                create.changes[name] = (None, desired[name])
        return [*result, create]

    def sent_fields(self, resource: Resource) -> set[str]:
        return super().sent_fields(resource) | set(self._beside())

    def _beside(self) -> tuple:
        return (*TARGETS, "file_md5", "maximum_per_minute", "qos", "timeout_in_minutes")


def _target(resource, name: str, value) -> dict:
    if name == "devices":
        rows = [{"ProductKey": one["product_key"], "DeviceName": one["name"]} for one in value]
        return {"targetType": "DEVICE_LIST", "targetDevices": rows}
    kind, wire = {"product_key": ("PRODUCT_KEY", "targetProduct"), "group_id": ("GROUP_ID", "targetGroup")}[name]
    return {"targetType": kind, wire: wire_value(resource.field(name), value)}


def _settings(values: dict) -> dict:
    """What a job's pace and its patience are, whole: what one of them does not say goes back to what it usually is."""
    rate, qos, minutes = (values.get(name) for name in ("maximum_per_minute", "qos", "timeout_in_minutes"))
    rollout = {} if rate is None else {"maximumPerMinute": rate}
    rollout.update({} if qos is None else {"messageQoS": f"QoS{qos}"})
    settings = {"RolloutConfig": rollout} if rollout else {}
    if minutes is not None:
        settings["TimeoutConfig"] = {"inProgressTimeoutInMinutes": minutes}
    return settings


def _check_settings(kind, desired: dict) -> None:
    if desired.get("qos") is not None and kind and kind not in WITH_QOS:
        raise InvalidValue(f"qos cannot be given for a job of type {kind}", field="qos")
    minutes = desired.get("timeout_in_minutes")
    if minutes is None or not kind:
        return
    if kind not in LONGEST:
        raise InvalidValue(f"timeout_in_minutes cannot be given for a job of type {kind}", field="timeout_in_minutes")
    if minutes > LONGEST[kind]:
        raise InvalidValue(
            f"timeout_in_minutes of a job of type {kind} must be 1 to {LONGEST[kind]}, not {minutes}",
            field="timeout_in_minutes",
        )


class UpdateRunning(Change):
    """Pace, patience and description can change as long as the job has not ended."""

    fields = ("description", "maximum_per_minute", "qos", "timeout_in_minutes")

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        if current.get("status") in ENDED:
            name = next(iter(changes))
            raise InvalidValue(
                f"{name} of the job cannot be changed any more: it is {current['status']}",
                field=name,
                remedy="Leave the option as it is, or make another job",
            )
        after = {**current, **desired}
        _check_settings(after.get("type"), {name: desired[name] for name in changes})
        params = {**resource.identity_params(), "Description": after.get("description"), **_settings(after)}
        return [Step(steps.UPDATE, "UpdateJob", params, changes)]


class Cancel(Change):
    """A job that has not ended is canceled."""

    fields = ("stopped",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if changes and not desired["stopped"]:
            raise InvalidValue("a job that has ended does not begin anew", field="state")
        return [Step(steps.UPDATE, "CancelJob", resource.identity_params(), changes)] if changes else []


def _md5(reader: Reader, path: str):
    file = stat_file(reader, path, "file", MOST_BYTES)
    return file if file is PENDING else file.md5


def _statistics(data: dict | None) -> dict:
    names = {"TimeOut": "timed_out", "InProgress": "in_progress"}
    return {"statistics": {names.get(name, name.lower()): int(count) for name, count in (data or {}).items()}}


def _tasks(items: list) -> dict:
    return {
        "tasks": [
            {
                "task_id": row["TaskId"],
                "product_key": row.get("ProductKey", ""),
                "device": row.get("DeviceName", ""),
                "iot_id": row.get("IotId", ""),
                "status": str(row.get("Status", "")).lower(),
                "progress": str(row.get("Progress") or ""),
                "queued": row.get("UtcQueueTime", ""),
                "modified": row.get("UtcModified", ""),
            }
            for row in items
        ]
    }


class Job(Resource):
    """A job for many devices."""

    kind = "job"
    title = "device job"
    families = (job_api, product, group)
    key = ("name",)
    identity = {"JobId": "job_id"}
    states = {"present": {}, "canceled": {"stopped": True}, "absent": None}
    fields = (
        Field("name", "JobName", JOB_NAME, required=True),
        Field("job_id", "JobId", computed=True),
        Field(
            "type",
            "Type",
            Choice(
                {
                    "invoke_service": "INVOKE_SERVICE",
                    "set_property": "SET_PROPERTY",
                    "pub": "PUB",
                    "custom": "CUSTOM_JOB",
                }
            ),
        ),
        Field("document", "JobDocument", Document()),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True, initial=""),
        Field("group", lookup=group_id, resolves_to="group_id"),
        Field("group_id", computed=True, initial=""),
        Field("devices", type=Devices(), lookup_each=with_product_key, element="device", initial=[]),
        Field("file", type=LocalPath(), lookup=_md5, resolves_to="file_md5"),
        Field("file_md5", computed=True, initial=""),
        Field("description", "Description", Text(0, 100), initial=""),
        Field("maximum_per_minute", type=Number(50, 1000), initial=1000),
        Field("qos", type=NumberChoice(0, 1)),
        Field("timeout_in_minutes", type=Number(1, 3600)),
        Field("schedule_time", "ScheduledTime", Timestamp(), initial=""),
        *WAIT_FIELDS,
        Field(
            "status",
            read="Status",
            type=Choice({name: wire_status(name) for name in (*RUNNING, *ENDED, REMOVING)}),
            computed=True,
        ),
        Field("stopped", type=Flag(), option=False, initial=False),
        Field("created", read="UtcCreate", computed=True),
        Field("modified", read="UtcModified", computed=True),
        Field("statistics", type=Type(), computed=True, on_request="statistics"),
        Field("tasks", type=Type(), computed=True, on_request="tasks"),
        Field("download_url", computed=True, secret=True),
    )
    listing = Listing("ListJob")
    details = (
        Detail("QueryJob", "Data"),
        Detail("QueryJobStatistics", "Data", only_for=("statistics",), parse=_statistics),
        Detail("ListTask", "Data.data", only_for=("tasks",), parse=_tasks),
    )
    # Which devices it is for is filled in.
    create = CreateAndUpload("CreateJob", outputs={"job_id": "JobId"}, constants={"TargetConfig": {}})
    changes = (UpdateRunning(), Cancel())
    delete = Delete("DeleteJob")
    filters = ("name", "job_id", "type", "status")

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        # What is being removed is as good as gone, and nothing more can be done to it.
        return (row for row in super().list_items(reader, desired) if row["status"] != REMOVING)

    def read(self, reader: Reader, desired: dict, wanted: set[str] | None = None) -> dict | None:
        there = super().read(reader, desired, wanted)
        return None if there is None or there["status"] == REMOVING else there

    def parse(self, item: dict) -> dict[str, Any]:
        values = super().parse(item)
        values["stopped"] = values.get("status") in ENDED
        if "TargetConfig" in item:
            target, file = item["TargetConfig"], item.get("JobFile") or {}
            rollout, timeout = item.get("RolloutConfig") or {}, item.get("TimeoutConfig") or {}
            rate, minutes = rollout.get("MaximumPerMinute"), timeout.get("InProgressTimeoutInMinutes")
            qos = str(rollout.get("MessageQoS") or "")[-1:]
            values.update(
                product_key=target.get("TargetProduct") or "",
                group_id=target.get("TargetGroup") or "",
                devices=self.field("devices").type.from_wire((target.get("TargetDevices") or {}).get("targetDevices")),
                file_md5=str(file.get("Sign") or "").lower(),
                download_url=file.get("FileUrl"),
                maximum_per_minute=None if rate is None else int(rate),
                qos=int(qos) if qos.isdigit() else None,
                timeout_in_minutes=None if minutes is None else int(minutes),
            )
        return values

    def unfinished_reason(self, there: dict | None) -> str:
        waiting = there is not None and there["status"] in (*RUNNING, "canceling")
        return f"the job {there['name']} is still {there['status']}" if waiting else ""


class Rerun(ActionEntry):
    """Repeats the tasks of a job that failed, or took too long."""

    families = (job_api,)
    fields = (Field("name", required=True, lookup=JOBS.find_id, resolves_to="job_id"),)
    summary = "The tasks of the job that failed or took too long would be done once more"

    def run_action(self, client: Any, values: dict) -> dict:
        client.call("RerunJob", {"JobId": values["job_id"]})
        return {"job_id": values["job_id"]}
