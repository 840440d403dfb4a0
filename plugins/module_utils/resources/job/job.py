# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device jobs, which perform one task on many devices (manual chapter 4.13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import group, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api import job as job_api
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create, Delete, wire_value
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import Satisfies, State
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.files import (
    LocalPath,
    Upload,
    matching_suffix,
    stat_file,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.quotas import Quota
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
JOBS = Lookup("device job", "ListJob", id="JobId", name="JobName", key="job_id", kinds=("job",))

#: Maximum length of the document in characters; the suffixes of the file, and its maximum size in bytes.
MAX_DOCUMENT_CHARACTERS = 65_536
SUFFIXES = ("bin", "apk", "tar", "gz", "tar.gz", "zip", "gzip")
MAX_BYTES = 1000 * 1024 * 1024

#: Maximum timeout of a task in minutes, by type of job. A job of type pub has no timeout.
MAX_TIMEOUT_IN_MINUTES = {"invoke_service": 5, "set_property": 5, "custom": 3600}
WITH_QOS = ("pub", "custom")

RUNNING = ("initializing", "waiting", "in_progress")
ENDED = ("completed", "canceled", "timed_out", "canceling")
REMOVING = "removing"

#: The options that select the devices of a job, by the field that they set.
TARGETS = {"product_key": "product", "group_id": "group", "devices": "devices"}


class Document(JsonText):
    """The document that describes what the devices do."""

    def check(self, value: Any) -> str:
        if not isinstance(value, dict):
            return f"must be a dictionary, not {type(value).__name__}"
        length = len(self.to_wire(value))
        if length > MAX_DOCUMENT_CHARACTERS:
            return f"must have at most {MAX_DOCUMENT_CHARACTERS} characters as JSON, not {length}"
        return ""


class Devices(ObjectSet):
    """The devices of a job."""

    def __init__(self) -> None:
        super().__init__(("product", "name"), ("product_key", "name"), maximum=200)

    def from_wire(self, value: Any) -> Any:
        return [{"product_key": row["ProductKey"], "name": row["DeviceName"]} for row in value or []]


class CreateAndUpload(Create):
    """Upload of the file, and creation of the job.

    Custom code: the file is uploaded first, and the creation takes its key; several fields are sent in nested objects.
    """

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        if desired.get("stopped"):
            raise InvalidValue(f"there is no job {desired['name']} to cancel", field="name", remedy="Check the name")
        targets = [name for name in TARGETS if desired.get(name)]
        if len(targets) != 1:
            raise InvalidValue("exactly one of product, group and devices must be set to create a job", field="product")
        _check_settings(desired.get("type"), desired)
        constants = {"TargetConfig": _target(resource, targets[0], desired[targets[0]]), **_settings(desired)}
        result = []
        if desired.get("file_md5"):
            if desired.get("type") != "custom":
                raise InvalidValue("file can be set with type: custom only", field="file")
            path = desired.get("file") or ""
            params = {"BizCode": "DEVICE_JOB_FILE", "FileSuffix": matching_suffix(path, SUFFIXES) or SUFFIXES[0]}
            upload = Upload(path, "file_key", key_id="OssAccessKeyId", address="Key")
            result.append(Step(steps.UPDATE, "GenerateFileUploadURL", params, upload=upload))
            key = Derived(unchanged, ("file_key",))
            constants["JobFile"] = {"fileKey": key, "signMethod": "MD5", "sign": desired["file_md5"]}
        (create,) = Create(self.operation, self.outputs, constants).steps(resource, desired)
        for name in self._separate_fields():
            if desired.get(name) is not None:
                create.changes[name] = (None, desired[name])
        return [*result, create]

    def sent_fields(self, resource: Resource) -> set[str]:
        return super().sent_fields(resource) | set(self._separate_fields())

    def _separate_fields(self) -> tuple[str, ...]:
        """Return the fields that are sent in nested objects."""
        return (*TARGETS, "file_md5", "maximum_per_minute", "qos", "timeout_in_minutes")


def _target(resource: Resource, name: str, value: Any) -> dict:
    if name == "devices":
        rows = [{"ProductKey": one["product_key"], "DeviceName": one["name"]} for one in value]
        return {"targetType": "DEVICE_LIST", "targetDevices": rows}
    kind, wire = {"product_key": ("PRODUCT_KEY", "targetProduct"), "group_id": ("GROUP_ID", "targetGroup")}[name]
    return {"targetType": kind, wire: wire_value(resource.field(name), value)}


def _settings(values: dict) -> dict:
    """Return rate, quality of service and timeout as parameters. The platform resets omitted members to defaults."""
    rate, qos, minutes = (values.get(name) for name in ("maximum_per_minute", "qos", "timeout_in_minutes"))
    rollout = {} if rate is None else {"maximumPerMinute": rate}
    rollout.update({} if qos is None else {"messageQoS": f"QoS{qos}"})
    settings = {"RolloutConfig": rollout} if rollout else {}
    if minutes is not None:
        settings["TimeoutConfig"] = {"inProgressTimeoutInMinutes": minutes}
    return settings


def _check_settings(kind: str | None, desired: dict) -> None:
    if desired.get("qos") is not None and kind and kind not in WITH_QOS:
        raise InvalidValue(f"qos cannot be set with type: {kind}", field="qos")
    minutes = desired.get("timeout_in_minutes")
    if minutes is None or not kind:
        return
    if kind not in MAX_TIMEOUT_IN_MINUTES:
        raise InvalidValue(f"timeout_in_minutes cannot be set with type: {kind}", field="timeout_in_minutes")
    if minutes > MAX_TIMEOUT_IN_MINUTES[kind]:
        raise InvalidValue(
            f"timeout_in_minutes must be 1 to {MAX_TIMEOUT_IN_MINUTES[kind]} with type: {kind}, not {minutes}",
            field="timeout_in_minutes",
        )


class UpdateRunning(Change):
    """Update of rate, quality of service, timeout and description of a job that has not ended.

    Custom code: the settings are sent in nested objects, and only some types of jobs have them.
    """

    fields = ("description", "maximum_per_minute", "qos", "timeout_in_minutes")

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        if current.get("status") in ENDED:
            name = next(iter(changes))
            raise InvalidValue(
                f"{name} cannot be changed because the status of the job is {current['status']}",
                field=name,
                remedy="Keep the current value, or create another job",
            )
        after = {**current, **desired}
        _check_settings(after.get("type"), {name: desired[name] for name in changes})
        params = {**resource.identity_params(), "Description": after.get("description"), **_settings(after)}
        return [Step(steps.UPDATE, "UpdateJob", params, changes)]


class Cancel(Change):
    """Cancellation of a job that has not ended.

    Custom code: a job that has ended cannot be started again.
    """

    fields = ("stopped",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if changes and not desired["stopped"]:
            raise InvalidValue("a job that has ended cannot be started again", field="state")
        return [Step(steps.UPDATE, "CancelJob", resource.identity_params(), changes)] if changes else []


def _md5(reader: Reader, path: str) -> Any:
    state = stat_file(reader, path, "file", MAX_BYTES)
    return state if state is PENDING else state.md5


def _parse_statistics(data: dict | None) -> dict:
    names = {"TimeOut": "timed_out", "InProgress": "in_progress"}
    return {"statistics": {names.get(name, name.lower()): int(count) for name, count in (data or {}).items()}}


def _parse_tasks(items: list) -> dict:
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


def _find_document_problem(state: State) -> str:
    """Return what is missing in the document of a new job, which depends on its type (manual section 4.13.1)."""
    document = state.after.get("document")
    if state.current is not None or not isinstance(document, dict):
        return ""
    kind = state.after.get("type")
    if kind == "set_property" and not (isinstance(document.get("params"), dict) and document["params"]):
        return "document must contain params, the properties to set, with type: set_property"
    if kind == "invoke_service":
        if not (isinstance(document.get("serviceIdentifier"), str) and document["serviceIdentifier"]):
            return "document must contain serviceIdentifier, the identifier of a service, with type: invoke_service"
        if not isinstance(document.get("params", {}), dict):
            return "document must contain params as a dictionary with type: invoke_service"
    return ""


class Job(Resource):
    """A device job.

    Custom code: several fields are returned in nested objects, and a job that is being deleted counts as absent, so its
    status must be in the list.
    """

    kind = "job"
    title = "device job"
    unique_names = False
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
        Detail("QueryJobStatistics", "Data", only_for=("statistics",), parse=_parse_statistics),
        Detail("ListTask", "Data.data", only_for=("tasks",), parse=_parse_tasks),
    )
    # CreateAndUpload sets the value of TargetConfig.
    create = CreateAndUpload("CreateJob", outputs={"job_id": "JobId"}, constants={"TargetConfig": {}})
    changes = (UpdateRunning(), Cancel())
    delete = Delete("DeleteJob")
    constraints = (Satisfies(_find_document_problem, "type", "document"),)
    ended = {"stopped": True}
    quotas = (Quota(10_000, "section 4.6, error iot.job.JobCountExceedLimit"),)
    filters = ("name", "job_id", "type", "status")

    def identifiers(self) -> tuple[str, ...]:
        return (*super().identifiers(), "Status")

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        # A job that is being deleted counts as absent: no operation is possible on it.
        return (row for row in super().list_items(reader, desired) if row["status"] != REMOVING)

    def read(self, reader: Reader, desired: dict, fields: set[str] | None = None) -> dict | None:
        current = super().read(reader, desired, fields)
        return None if current is None or current.get("status") == REMOVING else current

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

    def unfinished_reason(self, current: dict | None) -> str:
        if current is None or current["status"] not in (*RUNNING, "canceling"):
            return ""
        return f"the status of the job {current['name']} is still {current['status']}"


class Rerun(ActionEntry):
    """An action that repeats the failed and timed-out tasks of a job."""

    families = (job_api,)
    fields = (Field("name", required=True, lookup=JOBS.find_id, resolves_to="job_id"),)
    summary = "The failed and timed-out tasks of the job would be repeated"

    def run_action(self, client: Any, values: dict) -> dict:
        client.call("RerunJob", {"JobId": values["job_id"]})
        return {"job_id": values["job_id"]}
