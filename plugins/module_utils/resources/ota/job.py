# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Upgrade jobs, which lead devices to a firmware (manual chapter 4.20).

A job has no name on this platform. It is given one in a tag, by which the next run finds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import group, ota, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import Mapping, TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The tag that has a job's name.
NAME_TAG = "iotops.name"

#: The most bytes of a list of devices, and the most devices of a verification.
MOST_LIST_BYTES = 5 * 1024 * 1024
MOST_VERIFYING = 10

OPERATIONS = {
    "verify": "CreateOTAVerifyJob",
    "static": "CreateOTAStaticUpgradeJob",
    "dynamic": "CreateOTADynamicUpgradeJob",
}

#: The type of the groups that a job of a type can be for.
GROUP_TYPES = {"static": "LINK_PLATFORM", "dynamic": "LINK_PLATFORM_DYNAMIC"}

#: What a static job needs, and no other one takes, by its target: one of these options.
TARGETED = {"all": (), "specific": ("devices", "devices_file"), "gray": ("gray_percent",), "group": ("group",)}

#: What can be canceled of the tasks of a job: the flag, and the status of the tasks that it means.
KINDS = {
    "queued": ("CancelQueuedTask", "QUEUED"),
    "notified": ("CancelNotifiedTask", "NOTIFIED"),
    "in_progress": ("CancelInProgressTask", "IN_PROGRESS"),
    "unconfirmed": ("CancelUnconfirmedTask", "CONFIRM"),
    "scheduled": ("CancelScheduledTask", ""),
}
STRATEGY = "strategy"
EVERYTHING = (*KINDS, STRATEGY)

ENDED = ("completed", "canceled")


class Percent(Text):
    """A share, of which 33.3 and 33.30 are the same."""

    def __init__(self) -> None:
        super().__init__(1, 7, pattern=r"\d{1,3}(\.\d{1,3})?", hint="a number with up to three digits after the point")

    def check(self, value: Any) -> str:
        complaint = super().check(value)
        if not complaint and not 0 < Decimal(value) <= 100:
            complaint = f"must be more than 0 and at most 100, not {value}"
        return complaint

    def canonical(self, value: Any) -> Any:
        try:
            return Decimal(value) if value else value
        except ArithmeticError:
            return value


class Versions(TextSet):
    """Versions that devices are upgraded from."""

    def from_wire(self, value: Any) -> Any:
        return super().from_wire((value or {}).get("SrcVersion"))


class Words(TextSet):
    """Some of a few words."""

    def __init__(self, words: tuple):
        super().__init__(Text(1))
        self.argument = {"type": "list", "elements": "str", "choices": list(words)}

    def check(self, value: Any) -> str:
        wrong = [word for word in value if word not in self.argument["choices"]]
        return f"cannot have {wrong[0]!r}" if wrong else ""


class CreateOfType(Create):
    """Each type of job has an operation of its own; a list of devices in a file is uploaded before."""

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        if desired.get("stopped"):
            raise InvalidValue(
                f"the firmware has no job {desired['name']} that could be canceled",
                field="name",
                remedy="Check the name and the firmware",
            )
        kind = desired.get("type")
        if not kind:
            raise InvalidValue(f"type must be given to make a {resource.title}", field="type")
        if not desired.get("product_key"):
            raise InvalidValue("product must be given with a firmware that is for any product", field="product")
        _refuse_unsuitable(resource, kind, desired)
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
        takes = set().union(*(resource.operation(operation).params for operation in OPERATIONS.values()))
        return {f.name for f in resource.fields if f.wire in takes} | {"name", "type", "tags"}


def _refuse_unsuitable(resource, kind: str, desired: dict) -> None:
    """Holds what is desired of a new job against its type.

    Raises:
        InvalidValue: it does not fit.
    """
    takes = resource.operation(OPERATIONS[kind]).params
    given = {name for name, value in desired.items() if value not in (None, "", [], {}, False)}
    for f in resource.fields:
        if f.name in given and f.wire and f.wire not in takes:
            option = next((other.name for other in resource.fields if other.resolves_to == f.name), f.name)
            raise InvalidValue(f"{option} cannot be given for a job of type {kind}", field=option)
    given |= {f.name for f in resource.fields if f.resolves_to in given}
    if kind != "static" and "devices_file" in given:
        raise InvalidValue(f"devices_file cannot be given for a job of type {kind}", field="devices_file")
    if kind == "verify":
        if len(desired.get("devices") or ()) > MOST_VERIFYING:
            raise InvalidValue(f"devices of a job of type verify are {MOST_VERIFYING} at most", field="devices")
    elif kind == "static":
        _check_target(desired.get("target"), given)
    else:
        if ("group" in given) == ("source_versions" in given):
            raise InvalidValue(
                "either source_versions or group must be given for a job of type dynamic", field="source_versions"
            )
        if desired.get("wait"):
            raise InvalidValue("a job of type dynamic has no end to wait for", field="wait", remedy="Leave wait out")
    if "schedule_finish_time" in given and "schedule_time" not in given:
        raise InvalidValue("schedule_time must be given with schedule_finish_time", field="schedule_time")
    _check_retries(desired)
    if desired.get("overwrite") and desired.get("multi_module"):
        raise InvalidValue("overwrite and multi_module cannot both be true", field="multi_module")


def _check_target(target, given: set) -> None:
    if not target:
        raise InvalidValue("target must be given for a job of type static", field="target")
    for other, options in TARGETED.items():
        wrong = [name for name in options if name in given]
        if other != target and wrong:
            raise InvalidValue(f"{wrong[0]} is for target: {other}, not for target: {target}", field=wrong[0])
    options = TARGETED[target]
    if options and len([name for name in options if name in given]) != 1:
        raise InvalidValue(f"target: {target} needs {' or '.join(options)}", field=options[0])
    if target in ("specific", "group") and "source_versions" in given:
        raise InvalidValue(f"source_versions cannot be given for target: {target}", field="source_versions")


def _check_retries(desired: dict) -> None:
    interval, count = desired.get("retry_interval_in_minutes"), desired.get("retry_count")
    if (interval is None) != (count is None):
        missing = "retry_count" if count is None else "retry_interval_in_minutes"
        raise InvalidValue("retry_interval_in_minutes and retry_count are given together or not at all", field=missing)
    timeout = desired.get("task_timeout_in_minutes")
    if None not in (interval, timeout) and interval >= timeout:
        raise InvalidValue(
            f"retry_interval_in_minutes must be less than task_timeout_in_minutes, {timeout}, not {interval}",
            field="retry_interval_in_minutes",
        )


class Cancel(Change):
    """What goes on of a job is canceled: the strategy of a dynamic one, and tasks by their status."""

    fields = ("stopped",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if not self.differences(resource, desired, current):
            return []
        if not desired["stopped"]:
            raise InvalidValue("a job that has ended does not begin anew", field="state")
        asked = desired.get("cancel") or EVERYTHING
        left = [kind for kind in current.get("left", EVERYTHING) if kind in asked]
        result = []
        if STRATEGY in left and current.get("type") == "dynamic":
            result.append(Step(steps.UPDATE, "CancelOTAStrategyByJob", resource.identity_params()))
        kinds = [kind for kind in left if kind != STRATEGY]
        if kinds or not result:
            # Each is said, for what is not said of one can follow from another.
            flags = {flag: kind in kinds for kind, (flag, _status) in KINDS.items()}
            result.append(Step(steps.UPDATE, "CancelOTATaskByJob", {**resource.identity_params(), **flags}))
        result[-1].changes["stopped"] = (False, True)
        return result


def group_id(reader: Reader, name: str):
    """The GroupId of a group of either type that is named by its name or by its GroupId.

    Raises:
        ParentMissing: there is none, and the reader does not tolerate that.
    """
    # The list is of one type, and of static groups where none is asked for.
    for asked in ({}, {"GroupTypes": [GROUP_TYPES["dynamic"]]}):
        for row in reader.pages("QueryDeviceGroupList", asked):
            if name in (row["GroupName"], row["GroupId"]):
                return row["GroupId"]
    return reader.not_found("device group", name)


def _of_tasks(items: list) -> dict:
    return {"devices": [item["DeviceName"] for item in items]}


class OtaJob(Resource):
    """A job. Once it is made it can be canceled, and nothing else of it can change."""

    kind = "ota_job"
    title = "job"
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
        Field("target", "TargetSelection", Choice({name: name.upper() for name in TARGETED})),
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
        Field("cancel", type=Words(EVERYTHING), write_only=True),
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
            parse=_of_tasks,
            # The tasks of other jobs change with the devices that match.
            condition=lambda _reader, current: current.get("target") == "specific",
            if_skipped={"devices": []},
        ),
    )
    create = CreateOfType("CreateOTAStaticUpgradeJob", outputs={"job_id": "Data.JobId"})
    changes = (Cancel(),)
    filters = ("firmware", "job_id", "name", "type", "status")
    remedy = "A job stays as it was made: cancel it, and make another one under another name"

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        if resolved.get("firmware_id") is not None and "product_key" not in resolved:
            # A firmware for any product leaves open which one.
            keys = {row["FirmwareId"]: row.get("ProductKey") for row in reader.pages("ListOTAFirmware")}
            key = PENDING if resolved["firmware_id"] is PENDING else keys.get(resolved["firmware_id"])
            resolved.update({"product_key": key} if key else {})
        if desired.get("devices_file"):
            stat_file(reader, desired["devices_file"], "devices_file", MOST_LIST_BYTES)
        return resolved

    def read(self, reader: Reader, desired: dict, wanted: set[str] | None = None) -> dict | None:
        there = super().read(reader, desired, wanted)
        if there is None:
            return None
        if desired.get("stopped"):
            there["left"] = self._left(reader, there, desired.get("cancel") or EVERYTHING)
            return {**there, "stopped": not there["left"]}
        return {**there, "stopped": there.get("status") in ENDED}

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        if not desired.get("firmware_id"):
            raise InvalidValue("firmware or job_id must be given to find jobs", field="firmware")
        return super().list_items(reader, desired)

    def parse(self, item: dict) -> dict[str, Any]:
        values = super().parse(item)
        tags = {row["Key"]: row.get("Value", "") for row in (item.get("Tags") or {}).get("OtaTagDTO") or []}
        values["name"] = tags.pop(NAME_TAG, "")
        values["tags"] = tags
        verifies = item.get("JobType") == "VERIFY_FIRMWARE"
        values["type"] = "verify" if verifies else str(item.get("SelectionType", "")).lower()
        return values

    def unfinished_reason(self, there: dict | None) -> str:
        return "" if there["status"] in ENDED else f"the job {there['name']} is still {there['status']}"

    def _left(self, reader: Reader, there: dict, kinds) -> list:
        """Of the kinds those of which there is something to cancel."""
        if there["status"] == "completed":
            return []
        left = [STRATEGY] if there["type"] == "dynamic" and there["status"] == "in_progress" else []
        left += ["scheduled"] if there["status"] == "planned" else []
        for kind, (_flag, status) in KINDS.items():
            first = {"JobId": there["job_id"], "TaskStatus": status, "CurrentPage": 1, "PageSize": 1}
            if kind in kinds and status and int(reader.read("ListOTATaskByJob", first).get("Total") or 0):
                left.append(kind)
        return [kind for kind in left if kind in kinds]
