# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Create OTA jobs (manual sections 4.20.7 to 4.20.9)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.group.group import DYNAMIC as DYNAMIC_GROUP
from ansible_collections.iotops.aliyun.emulator.services.group.group import STATIC as STATIC_GROUP
from ansible_collections.iotops.aliyun.emulator.services.ota import ota_firmware, ota_job, ota_push
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_firmware import find_firmware
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_job_params import (
    parse_gray_percent,
    parse_retry,
    parse_schedule,
    parse_src_versions,
    parse_tags,
)
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_target import (
    ALL,
    GRAY,
    GROUP,
    SPECIFIC,
    Condition,
    add_tasks,
    any_has_dest_version,
    check_compatible,
    check_devices_exist,
    devices_by_name,
    group_members,
)
from ansible_collections.iotops.aliyun.emulator.services.ota.upload import DEVICE_LISTS, uploaded_key
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

#: The maximum number of devices in an uploaded device list.
MAX_LISTED_DEVICES = 1_000_000

#: The maximum number of running dynamic jobs of a dynamic group.
MAX_JOBS_PER_GROUP = 5

#: The maximum size of a firmware for download over MQTT, in bytes.
MAX_MQTT_BYTES = 16 * 1024 * 1024

_RATE_RANGE = (10, 10_000)

_ID_LENGTH = 20
_ID_SUFFIX = "020200"

# The expression of a dynamic group must use these fields to be the target of a job.
_REQUIRED_FIELDS = ("ota_module.module_name", "ota_module.firmware_version")

_TOO_MANY = {
    "Tag": "iot.firmware.JobTagTooMany",
    "SrcVersion": "iot.firmware.SrcVersionsSizeExceedMax",
    "TargetDeviceName": "iot.firmware.ParameterSizeExceedMax",
}


@operation(too_many=_TOO_MANY)
def create_ota_verify_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.7: create a verification job. The firmware must be able to upgrade all its devices."""
    product, firmware = _find_product_and_firmware(ctx, p)
    if firmware["status"] == ota_firmware.VERIFYING:
        raise ApiError("iot.firmware.InProgressVerifyJobExisted")
    if firmware["status"] in ota_firmware.USABLE:
        raise ApiError("iot.firmware.VerifyFirmwareNoNeed")
    names = _parse_device_names(p)
    check_devices_exist(ctx, product["product_key"], names)
    if any_has_dest_version(ctx, firmware, product["product_key"], names):
        raise ApiError("iot.firmware.DeviceWithDestinationVersionInArray")
    check_compatible(ctx, firmware, product["product_key"], names)
    kind = {"job_type": ota_job.VERIFY, "selection_type": ota_job.STATIC, "target_selection": SPECIFIC}
    job = _create_job(ctx, p, firmware, product, **kind)
    ota_firmware.set_status(ctx, firmware["firmware_id"], ota_firmware.VERIFYING)
    return _start(ctx, job, devices_by_name(names))


@operation(too_many=_TOO_MANY)
def create_ota_static_upgrade_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.8: create a job for the devices that are eligible now."""
    product, firmware = _find_usable_firmware(ctx, p)
    selection = p["TargetSelection"]
    if selection not in (ALL, SPECIFIC, GRAY, GROUP):
        raise ApiError("iot.firmware.InvalidTargetSelection")
    if selection != SPECIFIC and (p.get("TargetDeviceName") or p.get("DnListFileUrl")):
        raise ApiError("iot.firmware.TargetDeviceNamesNotAllowed")
    columns = {"job_type": ota_job.UPGRADE, "selection_type": ota_job.STATIC, "target_selection": selection}
    targets = None
    if selection == SPECIFIC:
        targets = _specific_devices(ctx, p, product, firmware)
    elif selection == GROUP:
        group = _find_group(ctx, p, STATIC_GROUP)
        columns |= {"group_id": group["group_id"], "group_name": group["group_name"]}
        targets = group_members(group)
    elif selection == GRAY:
        columns["gray_percent"] = parse_gray_percent(p)
    if selection in (ALL, GRAY):
        columns["src_versions"] = json.dumps(parse_src_versions(p, firmware))
    elif p.get("SrcVersion"):
        raise ApiError("iot.firmware.SrcVersionsNotAllowed")
    job = _create_job(ctx, p, firmware, product, **columns, **parse_schedule(ctx, p))
    return _start(ctx, job, targets)


@operation(too_many=_TOO_MANY)
def create_ota_dynamic_upgrade_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.20.9: create a job for devices that become eligible later, and with mode 1 also for those that
    are eligible now.
    """
    product, firmware = _find_usable_firmware(ctx, p)
    mode = p.get("DynamicMode", 1)
    if mode not in (1, 2):
        raise ApiError("iot.firmware.InvalidDynamicMode")
    running = {"selection_type": ota_job.DYNAMIC, "status": ota_job.IN_PROGRESS}
    if ctx.store.count("ota_job", firmware_id=firmware["firmware_id"], **running):
        raise ApiError("iot.firmware.InProgressDynamicJobExisted")
    columns = {"job_type": ota_job.UPGRADE, "selection_type": ota_job.DYNAMIC, "target_selection": ALL}
    columns["dynamic_mode"] = mode
    targets = None
    if p.get("GroupId") or p.get("GroupType"):
        if p.get("SrcVersion"):
            raise ApiError("iot.firmware.SrcVersionsNotAllowed")
        group = _find_dynamic_group(ctx, p)
        columns |= {"group_id": group["group_id"], "group_name": group["group_name"]}
        targets = group_members(group)
    else:
        columns["src_versions"] = json.dumps(parse_src_versions(p, firmware, mandatory=True))
    job = _create_job(ctx, p, firmware, product, **columns)
    if mode == 1:
        add_tasks(ctx, job, targets)
    ota_push.schedule_job(ctx, job)
    return _created_reply(job)


def _find_product_and_firmware(ctx: Context, p: dict[str, Any]) -> tuple[Row, Row]:
    product = find_product(ctx, p["ProductKey"])
    firmware = find_firmware(ctx, p["FirmwareId"])
    if firmware["product_key"] not in (None, product["product_key"]):
        raise ApiError("iot.firmware.FirmwareAndProductKeyMismatch")
    return product, firmware


def _find_usable_firmware(ctx: Context, p: dict[str, Any]) -> tuple[Row, Row]:
    """Return the product and the firmware in a request. Raise ApiError if the firmware is not verified."""
    product, firmware = _find_product_and_firmware(ctx, p)
    if firmware["status"] not in ota_firmware.USABLE:
        raise ApiError("iot.firmware.FirmwareNotVerified")
    return product, firmware


def _start(ctx: Context, job: Row, targets: Condition | None) -> Reply:
    """Create the tasks of a job and start the job. Raise ApiError if no device is eligible."""
    if not add_tasks(ctx, job, targets, job["gray_percent"]):
        raise ApiError("iot.firmware.NoDeviceCanUpgrade")
    ota_push.schedule_job(ctx, job)
    ota_job.complete_if_finished(ctx, job)
    return _created_reply(job)


def _created_reply(job: Row) -> Reply:
    return {"Data": {"JobId": job["job_id"], "UtcCreate": times.utc(job["created_at"])}}


def _create_job(ctx: Context, p: dict[str, Any], firmware: Row, product: Row, **columns: Any) -> Row:
    """Create the row of a job. Raise ApiError if a common option is invalid."""
    overwrite = p.get("OverwriteMode", ota_job.KEEP)
    if overwrite not in (ota_job.KEEP, ota_job.OVERWRITE):
        raise ApiError("iot.firmware.InvalidOverwriteMode")
    multi = p.get("MultiModuleMode", False)
    if multi and overwrite == ota_job.OVERWRITE:
        raise ApiError("iot.ota.OverWriteAndMultiModuleConflict")
    if multi and not ctx.account.instance_id:
        raise ApiError("iot.ota.multiModuleModeForbiddenInDefaultInstance")
    rate = p.get("MaximumPerMinute", _RATE_RANGE[1])
    if not _RATE_RANGE[0] <= rate <= _RATE_RANGE[1]:
        raise ApiError(
            "iot.firmware.InvalidMaximumPerMinute", f"MaximumPerMinute must be {_RATE_RANGE[0]} to {_RATE_RANGE[1]}"
        )
    if columns.get("group_id") and columns["selection_type"] == ota_job.DYNAMIC:
        _check_modes_of_group(ctx, columns["group_id"], overwrite, multi)
    planned = columns.get("schedule_at") is not None
    job = {
        "job_id": ids.alphanumeric(_ID_LENGTH) + _ID_SUFFIX,
        "firmware_id": firmware["firmware_id"],
        "product_key": product["product_key"],
        "tags": json.dumps(parse_tags(p), ensure_ascii=False),
        "src_versions": "[]",
        "needs_push": p.get("NeedPush", True),
        "needs_confirmation": p.get("NeedConfirm", False),
        "download_protocol": _parse_protocol(ctx, p, firmware),
        "multi_module_mode": multi,
        "overwrite_mode": overwrite,
        "maximum_per_minute": rate,
        **parse_retry(p),
        "status": ota_job.PLANNED if planned else ota_job.IN_PROGRESS,
        "created_at": ctx.now,
        "modified_at": ctx.now,
        "started_at": None if planned else ctx.now,
        **columns,
    }
    ctx.store.insert("ota_job", **job)
    job = ctx.store.require("ota_job", job_id=job["job_id"])
    ota_job.publish_status(ctx, job, firmware["module_name"])
    return job


def _parse_protocol(ctx: Context, p: dict[str, Any], firmware: Row) -> str:
    protocol = p.get("DownloadProtocol") or ota_job.HTTPS
    if protocol not in (ota_job.HTTPS, ota_job.MQTT):
        raise ApiError("iot.ota.DownloadProtocolInvalid")
    if protocol == ota_job.MQTT:
        files = ota_firmware.list_files(ctx, firmware)
        if len(files) > 1 or files[0]["size"] > MAX_MQTT_BYTES:
            raise ApiError("iot.ota.DownloadProtocolMqttNotSuitable")
    return protocol


def _parse_device_names(p: dict[str, Any]) -> list[str]:
    names = p.get("TargetDeviceName", [])
    if not names:
        raise ApiError("iot.firmware.NullTargetDeviceNames")
    if len(set(names)) < len(names):
        raise ApiError("iot.common.InvalidFormattedParameter", "TargetDeviceName contains a duplicate")
    return names


def _specific_devices(ctx: Context, p: dict[str, Any], product: Row, firmware: Row) -> Condition:
    """Return the condition for the devices in a request, or in the file that it refers to.

    For devices in a file, it is not checked whether the firmware can upgrade them.
    """
    if not p.get("DnListFileUrl"):
        names = _parse_device_names(p)
        check_devices_exist(ctx, product["product_key"], names)
        check_compatible(ctx, firmware, product["product_key"], names)
        return devices_by_name(names)
    if p.get("TargetDeviceName"):
        raise ApiError(
            "iot.firmware.TargetDeviceNamesNotAllowed", "TargetDeviceName and DnListFileUrl must not be set together"
        )
    key = uploaded_key(p["DnListFileUrl"], DEVICE_LISTS)
    file = object_storage.find_file(ctx, key) if key else None
    if file is None:
        raise ApiError("iot.common.FileNotExist", "DnListFileUrl is not the URL of an uploaded device list")
    try:
        text = object_storage.read_content(ctx, file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ApiError("iot.common.IllegalFileFormat", "The device list must be UTF-8 text") from None
    names = [line.strip() for line in text.splitlines() if line.strip()]
    if not names:
        raise ApiError("iot.firmware.NullTargetDeviceNames")
    if len(names) > MAX_LISTED_DEVICES:
        raise ApiError("iot.ota.UpgradeDeviceCountExceedLimit")
    check_devices_exist(ctx, product["product_key"], names)
    return devices_by_name(names)


def _find_group(ctx: Context, p: dict[str, Any], group_type: str) -> Row:
    """Return the group in a request. Raise an error if there is no group of this type."""
    if not p.get("GroupId"):
        raise ApiError("iot.ota.GroupNotExist", "GroupId is missing")
    if p.get("GroupType") != group_type:
        raise ApiError("iot.ota.GroupTypeInvalid", f"GroupType must be {group_type}")
    group = ctx.store.one("device_group", group_id=p["GroupId"], group_type=group_type)
    if group is None:
        raise ApiError("iot.ota.GroupNotExist")
    return group


def _find_dynamic_group(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the dynamic group in a request. Raise an error if it cannot be the target of a job."""
    if not ctx.account.instance_id:
        raise ApiError("iot.ota.dynamicGroupForbiddenInDefaultInstance")
    group = _find_group(ctx, p, DYNAMIC_GROUP)
    if not all(field in group["expression"] for field in _REQUIRED_FIELDS):
        raise ApiError("iot.ota.DynamicGroupExpressionInvalid")
    if len(_running_jobs_of_group(ctx, group["group_id"])) >= MAX_JOBS_PER_GROUP:
        raise ApiError("iot.ota.DynamicGroupTaskCountExceedLimit")
    return group


def _check_modes_of_group(ctx: Context, group_id: str, overwrite: int, multi: bool) -> None:
    for job in _running_jobs_of_group(ctx, group_id):
        if (job["overwrite_mode"], bool(job["multi_module_mode"])) != (overwrite, multi):
            raise ApiError("iot.ota.DynamicGroupConflict")


def _running_jobs_of_group(ctx: Context, group_id: str) -> list[Row]:
    """Return the rows of the running dynamic jobs of a group."""
    running = {"selection_type": ota_job.DYNAMIC, "status": ota_job.IN_PROGRESS}
    return ctx.store.all("ota_job", group_id=group_id, **running)
