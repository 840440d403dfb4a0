# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""OTA jobs, which update devices to a firmware (manual chapter 4.20).

The API has no names for OTA jobs. A job gets its name in a tag, by which the next run finds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import group, ota, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import Mapping, TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import Satisfies
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, finds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.files import LocalPath, Upload, stat_file
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Derived, Step, unchanged
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import (
    Choice,
    Flag,
    Number,
    NumberChoice,
    Text,
    Timestamp,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import WAIT_FIELDS
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.tags import KEYS
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.firmware import FIRMWARES, VERSION
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.job_constraints import (
    NAME_TAG,
    find_firmware_problem,
    find_instance_problem,
    find_tags_problem,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: Maximum size of a list of devices in bytes, and maximum number of devices of a verification.
MAX_LIST_BYTES = 5 * 1024 * 1024
MAX_VERIFY_DEVICES = 10

OPERATIONS = {
    "verify": "CreateOTAVerifyJob",
    "static": "CreateOTAStaticUpgradeJob",
    "dynamic": "CreateOTADynamicUpgradeJob",
}

#: The type of device groups that each type of job accepts.
GROUP_TYPES = {"static": "LINK_PLATFORM", "dynamic": "LINK_PLATFORM_DYNAMIC"}

#: The options of which a static job requires exactly one, by target. They cannot be set for another target.
TARGET_OPTIONS = {"all": (), "specific": ("devices", "devices_file"), "gray": ("gray_percent",), "group": ("group",)}

#: The kinds of tasks that can be canceled: the parameter, and the status of the tasks.
TASK_KINDS = {
    "queued": ("CancelQueuedTask", "QUEUED"),
    "notified": ("CancelNotifiedTask", "NOTIFIED"),
    "in_progress": ("CancelInProgressTask", "IN_PROGRESS"),
    "unconfirmed": ("CancelUnconfirmedTask", "CONFIRM"),
    "scheduled": ("CancelScheduledTask", ""),
}
STRATEGY = "strategy"
ALL_KINDS = (*TASK_KINDS, STRATEGY)

ENDED = ("completed", "canceled")


class Percent(Text):
    """A percentage. It is compared as a number: 33.3 and 33.30 are equal."""

    def __init__(self) -> None:
        super().__init__(1, 7, pattern=r"\d{1,3}(\.\d{1,3})?", hint="a number with up to three decimal places")

    def check(self, value: Any) -> str:
        problem = super().check(value)
        if not problem and not 0 < Decimal(value) <= 100:
            problem = f"must be greater than 0 and at most 100, not {value}"
        return problem

    def canonical(self, value: Any) -> Any:
        try:
            return Decimal(value) if value else value
        except ArithmeticError:
            return value


class Versions(TextSet):
    """Versions of devices before the update."""

    def from_wire(self, value: Any) -> Any:
        return super().from_wire((value or {}).get("SrcVersion"))


class ChoiceSet(TextSet):
    """A set of choices.

    Args:
        choices: The valid elements.
    """

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__(Text(1))
        self.argument = {"type": "list", "elements": "str", "choices": list(choices)}

    def check(self, value: Any) -> str:
        invalid = [element for element in value if element not in self.argument["choices"]]
        return f"may contain {', '.join(self.argument['choices'])}, not {invalid[0]!r}" if invalid else ""


class CreateByType(Create):
    """Creation of a job.

    Custom code: each type of job has a separate operation with different parameters, and a list of devices in a file is
    uploaded first.
    """

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        if desired.get("stopped"):
            raise InvalidValue(
                f"the firmware has no job {desired['name']} to cancel",
                field="name",
                remedy="Check the name and the firmware",
            )
        kind = desired.get("type")
        if not kind:
            raise InvalidValue(f"type must be set to create a {resource.title}", field="type")
        if not desired.get("product_key"):
            raise InvalidValue("product must be set because the firmware does not belong to a product", field="product")
        _check_options(resource, kind, desired)
        (create,) = Create(OPERATIONS[kind], self.outputs).steps(resource, desired)
        rows = [{"Key": NAME_TAG, "Value": desired["name"]}]
        tags = resource.field("tags").type.canonical(desired.get("tags"))
        create.params["Tag"] = rows + [{"Key": key, "Value": value} for key, value in tags.items()]
        for name in ("name", "type", "tags"):
            if desired.get(name):
                create.changes[name] = (None, desired[name])
        if desired.get("group_id"):
            create.params["GroupType"] = GROUP_TYPES[kind]
        result = [create]
        if desired.get("devices_file"):
            upload = Upload(desired["devices_file"], "list_address", key_id="AccessKeyId", address="FileUrl")
            create.params["DnListFileUrl"] = Derived(unchanged, ("list_address",))
            result.insert(0, Step(steps.UPDATE, "GenerateDeviceNameListURL", {}, upload=upload))
        return result

    def sent_fields(self, resource: Resource) -> set[str]:
        accepted = set().union(*(resource.operation(operation).params for operation in OPERATIONS.values()))
        return {f.name for f in resource.fields if f.wire in accepted} | {"name", "type", "tags"}


def _check_options(resource: Resource, kind: str, desired: dict) -> None:
    """Check the options of a new job against its type.

    Raises:
        InvalidValue: An option is missing, or cannot be set for this type.
    """
    accepted = resource.operation(OPERATIONS[kind]).params
    options = {name for name, value in desired.items() if value not in (None, "", [], {}, False)}
    for f in resource.fields:
        if f.name in options and f.wire and f.wire not in accepted:
            option = next((other.name for other in resource.fields if other.resolves_to == f.name), f.name)
            raise InvalidValue(f"{option} cannot be set with type: {kind}", field=option)
    options |= {f.name for f in resource.fields if f.resolves_to in options}
    if kind != "static" and "devices_file" in options:
        raise InvalidValue(f"devices_file cannot be set with type: {kind}", field="devices_file")
    if kind == "verify":
        count = len(desired.get("devices") or ())
        if count > MAX_VERIFY_DEVICES:
            raise InvalidValue(
                f"devices takes at most {MAX_VERIFY_DEVICES} elements with type: verify, not {count}", field="devices"
            )
    elif kind == "static":
        _check_target(desired.get("target"), options)
    else:
        if ("group" in options) == ("source_versions" in options):
            raise InvalidValue(
                "exactly one of source_versions and group must be set with type: dynamic", field="source_versions"
            )
        if desired.get("wait"):
            raise InvalidValue(
                "wait cannot be set with type: dynamic, because a dynamic job does not end",
                field="wait",
                remedy="Remove wait",
            )
    if "schedule_finish_time" in options and "schedule_time" not in options:
        raise InvalidValue("schedule_time must be set with schedule_finish_time", field="schedule_time")
    _check_retries(desired)
    if desired.get("overwrite") and desired.get("multi_module"):
        raise InvalidValue("overwrite and multi_module cannot both be true", field="multi_module")


def _check_target(target: str | None, options: set[str]) -> None:
    if not target:
        raise InvalidValue("target must be set with type: static", field="target")
    for other, names in TARGET_OPTIONS.items():
        invalid = [name for name in names if name in options]
        if other != target and invalid:
            raise InvalidValue(
                f"{invalid[0]} can be set with target: {other} only, not with target: {target}", field=invalid[0]
            )
    required = TARGET_OPTIONS[target]
    if required and len([name for name in required if name in options]) != 1:
        names = f"exactly one of {' and '.join(required)}" if len(required) > 1 else required[0]
        raise InvalidValue(f"{names} must be set with target: {target}", field=required[0])
    if target in ("specific", "group") and "source_versions" in options:
        raise InvalidValue(f"source_versions cannot be set with target: {target}", field="source_versions")


def _check_retries(desired: dict) -> None:
    interval, count = desired.get("retry_interval_in_minutes"), desired.get("retry_count")
    if (interval is None) != (count is None):
        missing = "retry_count" if count is None else "retry_interval_in_minutes"
        raise InvalidValue("retry_interval_in_minutes and retry_count must be set together", field=missing)
    timeout = desired.get("task_timeout_in_minutes")
    if None not in (interval, timeout) and interval >= timeout:
        raise InvalidValue(
            f"retry_interval_in_minutes must be less than task_timeout_in_minutes, {timeout}, not {interval}",
            field="retry_interval_in_minutes",
        )


class Cancel(Change):
    """Cancellation of a job.

    Custom code: the strategy of a dynamic job and the tasks of each status are canceled separately.
    """

    fields = ("stopped",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if not self.differences(resource, desired, current):
            return []
        if not desired["stopped"]:
            raise InvalidValue("a job that has ended cannot be started again", field="state")
        requested = desired.get("cancel") or ALL_KINDS
        cancelable = [kind for kind in current.get("cancelable", ALL_KINDS) if kind in requested]
        result = []
        if STRATEGY in cancelable and current.get("type") == "dynamic":
            result.append(Step(steps.UPDATE, "CancelOTAStrategyByJob", resource.identity_params()))
        kinds = [kind for kind in cancelable if kind != STRATEGY]
        if kinds or not result:
            # All flags are sent, because the platform derives missing ones from others.
            flags = {flag: kind in kinds for kind, (flag, _status) in TASK_KINDS.items()}
            result.append(Step(steps.UPDATE, "CancelOTATaskByJob", {**resource.identity_params(), **flags}))
        result[-1].changes["stopped"] = (False, True)
        return result


@finds("device_group")
def group_id(reader: Reader, name: str) -> Any:
    """Return the GroupId of a static or dynamic device group that has this name or GroupId.

    Raises:
        ReferenceNotFound: There is no such group, and the reader does not tolerate that.
    """
    # Without a type, the operation lists static groups.
    for params in ({}, {"GroupTypes": [GROUP_TYPES["dynamic"]]}):
        for row in reader.pages("QueryDeviceGroupList", params):
            if name in (row["GroupName"], row["GroupId"]):
                return row["GroupId"]
    return reader.not_found("device group", name)


def _parse_devices(items: list) -> dict:
    return {"devices": [item["DeviceName"] for item in items]}


class OtaJob(Resource):
    """An OTA job. It can be canceled; everything else is immutable.

    Custom code: the API has no names for jobs, so the name is stored in a tag. Whether a job is canceled depends on the
    status of its tasks.
    """

    kind = "ota_job"
    title = "job"
    unique_names = False
    families = (ota, product, group)
    key = ("name",)
    identity = {"JobId": "job_id"}
    states = {"present": {}, "canceled": {"stopped": True}}
    fields = (
        Field("name", type=Text(1, 1024), required=True),
        Field("job_id", "JobId", computed=True),
        Field("firmware", required=True, lookup=FIRMWARES.find_id, resolves_to="firmware_id"),
        Field("firmware_id", "FirmwareId", computed=True),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("type", type=Choice({name: name for name in OPERATIONS})),
        Field("target", "TargetSelection", Choice({name: name.upper() for name in TARGET_OPTIONS})),
        Field("devices", "TargetDeviceName", TextSet(DEVICE_NAME, maximum=200), on_request="devices"),
        Field("devices_file", type=LocalPath(), write_only=True),
        Field("gray_percent", "GrayPercent", Percent(), initial=""),
        Field("group", lookup=group_id, resolves_to="group_id"),
        Field("group_id", "GroupId", computed=True, initial=""),
        Field("source_versions", "SrcVersion", Versions(VERSION, maximum=10), read="SrcVersions", initial=[]),
        Field("dynamic_mode", "DynamicMode", Choice({"all": 1, "later": 2})),
        Field("needs_push", "NeedPush", Flag(), initial=True),
        Field("needs_confirmation", "NeedConfirm", Flag(), initial=False),
        Field("download_protocol", "DownloadProtocol", Choice({"https": "HTTPS", "mqtt": "MQTT"}), initial="https"),
        Field("maximum_per_minute", "MaximumPerMinute", Number(10, 10_000)),
        Field("overwrite", "OverwriteMode", Choice({False: 1, True: 2}), initial=False),
        Field("multi_module", "MultiModuleMode", Flag(), initial=False),
        Field("retry_interval_in_minutes", "RetryInterval", NumberChoice(0, 10, 30, 60, 1440)),
        Field("retry_count", "RetryCount", NumberChoice(1, 2, 5)),
        Field("task_timeout_in_minutes", "TimeoutInMinutes", Number(1, 1440)),
        Field("schedule_time", "ScheduleTime", Timestamp(), read="UtcScheduleTime", initial=""),
        Field("schedule_finish_time", "ScheduleFinishTime", Timestamp(), read="UtcScheduleFinishTime", initial=""),
        Field("tags", type=Mapping(KEYS, Text(1, 1024), maximum=9), initial={}),
        Field("cancel", type=ChoiceSet(ALL_KINDS), write_only=True),
        *WAIT_FIELDS,
        Field(
            "status",
            read="JobStatus",
            type=Choice({name: name.upper() for name in ("planned", "in_progress", *ENDED)}),
            computed=True,
        ),
        Field("stopped", type=Flag(), option=False, initial=False),
        Field("created", read="UtcCreate", computed=True),
        Field("started", read="UtcStartTime", computed=True),
        Field("ended", read="UtcEndTime", computed=True),
    )
    listing = Listing("ListOTAJobByFirmware", params={"FirmwareId": "firmware_id"})
    details = (
        Detail("QueryOTAJob", "Data"),
        Detail(
            "ListOTATaskByJob",
            "Data.SimpleOTATaskInfo",
            only_for=("devices",),
            parse=_parse_devices,
            # The tasks of jobs with other targets change when other devices match.
            condition=lambda _reader, current: current.get("target") == "specific",
            if_skipped={"devices": []},
        ),
    )
    create = CreateByType("CreateOTAStaticUpgradeJob", outputs={"job_id": "Data.JobId"})
    changes = (Cancel(),)
    constraints = (
        Satisfies(find_firmware_problem, "firmware_id"),
        Satisfies(find_tags_problem, "tags"),
        Satisfies(find_instance_problem, "multi_module"),
    )
    ended = {"stopped": True}
    filters = ("firmware", "job_id", "name", "type", "status")
    remedy = "A job is immutable: cancel it, and create one with another name"

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        if resolved.get("firmware_id") is not None and "product_key" not in resolved:
            # A firmware for all products has no ProductKey.
            keys = {row["FirmwareId"]: row.get("ProductKey") for row in reader.pages("ListOTAFirmware")}
            key = PENDING if resolved["firmware_id"] is PENDING else keys.get(resolved["firmware_id"])
            resolved.update({"product_key": key} if key else {})
        if desired.get("devices_file"):
            stat_file(reader, desired["devices_file"], "devices_file", MAX_LIST_BYTES)
        return resolved

    def read(self, reader: Reader, desired: dict, fields: set[str] | None = None) -> dict | None:
        current = super().read(reader, desired, fields)
        if current is None:
            return None
        if desired.get("stopped"):
            current["cancelable"] = self._cancelable_kinds(reader, current, desired.get("cancel") or ALL_KINDS)
            return {**current, "stopped": not current["cancelable"]}
        return {**current, "stopped": current.get("status") in ENDED}

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        if not desired.get("firmware_id"):
            raise InvalidValue("firmware or job_id must be set to find jobs", field="firmware")
        return super().list_items(reader, desired)

    def parse(self, item: dict) -> dict[str, Any]:
        values = super().parse(item)
        tags = {row["Key"]: row.get("Value", "") for row in (item.get("Tags") or {}).get("OtaTagDTO") or []}
        values["name"] = tags.pop(NAME_TAG, "")
        values["tags"] = tags
        is_verification = item.get("JobType") == "VERIFY_FIRMWARE"
        values["type"] = "verify" if is_verification else str(item.get("SelectionType", "")).lower()
        return values

    def unfinished_reason(self, current: dict | None) -> str:
        if current is None or current["status"] in ENDED:
            return ""
        return f"the status of the job {current['name']} is still {current['status']}"

    def _cancelable_kinds(self, reader: Reader, current: dict, requested: Collection[str]) -> list[str]:
        """Return the requested kinds that the job has anything to cancel of.

        Args:
            reader: Reads the account.
            current: The current values by field.
            requested: The kinds that the task cancels.
        """
        if current["status"] == "completed":
            return []
        kinds = [STRATEGY] if current["type"] == "dynamic" and current["status"] == "in_progress" else []
        kinds += ["scheduled"] if current["status"] == "planned" else []
        for kind, (_flag, status) in TASK_KINDS.items():
            first_page = {"JobId": current["job_id"], "TaskStatus": status, "CurrentPage": 1, "PageSize": 1}
            if kind in requested and status and int(reader.read("ListOTATaskByJob", first_page).get("Total") or 0):
                kinds.append(kind)
        return [kind for kind in kinds if kind in requested]
