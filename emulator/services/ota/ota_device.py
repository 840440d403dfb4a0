# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Handle OTA messages of devices: reported versions and progress, and requests for firmware.

Simulated devices upgrade according to the section ``upgrade`` of their profile::

    {"upgrade": {"outcome": {"succeed": 0.9, "fail": 0.1}, "delay": [5, 60], "progress": [10, 50, 90], "error": -2}}

``progress`` lists the percentages that a device reports, evenly distributed over the duration, before it reports its
new version. A device that fails reports ``error`` (-1 to -4) instead, and a device that stalls reports nothing more. By
default, a device reports 50 percent; a device that stalls reports no progress.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.connection import on_connected
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward
from ansible_collections.iotops.aliyun.emulator.routing.message_types import OTA_VERSION
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.services.ota import (
    ota_firmware,
    ota_job,
    ota_push,
    ota_target,
    ota_task,
)
from ansible_collections.iotops.aliyun.emulator.services.ota.ota_module import (
    DEFAULT,
    get_reported_version,
    is_module_name,
)
from ansible_collections.iotops.aliyun.emulator.simulation.simulated import (
    FAIL,
    STALL,
    Profile,
    check_section,
    delay_of,
    is_number,
    outcome_of,
    profile_of,
    publish,
    reaction,
    section,
    section_of,
    set_module_version,
)
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

# The failures that a device can report instead of a percentage.
_FAILURES = {
    -1: "the upgrade failed",
    -2: "the download failed",
    -3: "the verification of the firmware failed",
    -4: "the firmware could not be written",
}

_MAX_DESCRIPTION_LENGTH = 128

_DEFAULT_PROGRESS = [50]

# Requests for a block of a file can contain a trailing comma: the vendor's SDK sends it.
_STRAY_COMMA = re.compile(rb",\s*(?=\})")
_MAX_BLOCK_BYTES = 128 * 1024
_CRC_POLYNOMIAL = 0xA001


@uplink("/ota/device/inform/{pk}/{dn}", reply=False)
def _inform(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """Handle a version report. Ignore invalid versions."""
    params = _params(message)
    module_name, version = params.get("module") or DEFAULT, params.get("version")
    if not (isinstance(version, str) and ota_firmware.is_valid_version(version) and _is_valid_module(module_name)):
        return
    content = {
        "iotId": device["iot_id"],
        "productKey": device["product_key"],
        "deviceName": device["device_name"],
        "moduleName": module_name,
        "moduleVersion": version,
        "messageCreateTime": ctx.now,
    }
    topic = f"/{device['product_key']}/{device['device_name']}/ota/version/post"
    forward(ctx, device, topic, content, OTA_VERSION, int(match["message_id"]))
    if version != get_reported_version(ctx, device, module_name) and profile_of(ctx, device) is not None:
        set_module_version(ctx, device, module_name, version)
    ota_target.report_version(ctx, device, module_name, version)


@uplink("/ota/device/progress/{pk}/{dn}", reply=False)
def _progress(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """Handle a progress report: a percentage, or a negative number that is an error code."""
    params = _params(message)
    module_name = params.get("module") or DEFAULT
    step = _parse_integer(params.get("step"))
    task = ota_task.find_unfinished_task(ctx, device, module_name) if _is_valid_module(module_name) else None
    if task is None or task["status"] == ota_task.CONFIRM or step is None:
        return
    description = str(params.get("desc") or "")[:_MAX_DESCRIPTION_LENGTH]
    if step in _FAILURES:
        ota_target.fail(ctx, device, task, description or _FAILURES[step])
    elif 0 <= step <= 100:
        ota_task.report_progress(ctx, device, task, step, description)
        ota_push.schedule_timeout(ctx, ota_task.get_job(ctx, task), task["begun_at"] or ctx.now)


@uplink("/sys/{pk}/{dn}/thing/ota/firmware/get")
def _get(ctx: Context, device: Row, match: dict[str, str], message: Row) -> dict[str, Any]:
    """Return the firmware that a device should upgrade to. Return empty data if there is none at this time."""
    job = _take_job(ctx, device, message)
    return ota_push.render_notification(ctx, job) if job else {}


@uplink("/ota/device/request/{pk}/{dn}", reply=False)
def _request(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """Send the upgrade notification to a device that asks for it, if there is a firmware for it at this time."""
    job = _take_job(ctx, device, message)
    if job:
        ota_push.send_notification(ctx, job, [device])


def _take_job(ctx: Context, device: Row, message: Row) -> Row | None:
    """Return the job whose firmware a device should install now, and mark its task as notified; None if none."""
    module_name = _params(message).get("module") or DEFAULT
    task = ota_task.find_unfinished_task(ctx, device, module_name) if _is_valid_module(module_name) else None
    if task is None or task["status"] == ota_task.CONFIRM:
        return None
    job = ota_task.get_job(ctx, task)
    if job["status"] == ota_job.PLANNED:
        return None
    status = ota_task.NOTIFIED if task["status"] == ota_task.QUEUED else task["status"]
    ctx.store.update("ota_task", {"status": status, "push_at": None, "modified_at": ctx.now}, task_id=task["task_id"])
    return job


@uplink("/sys/{pk}/{dn}/thing/file/download", reply=False, raw=True)
def _download(ctx: Context, device: Row, match: dict[str, str], payload: bytes) -> None:
    """Send a block of a firmware over MQTT: the length of the header, the header, the block and its CRC-16."""
    message = payloads.parse_json_object(_STRAY_COMMA.sub(b"", payload)) or {}
    header: dict[str, Any] = {"id": str(message.get("id", "")), "code": 200}
    block = b""
    try:
        header["data"], block = _block(ctx, device, _params(message))
    except MessageRejected as error:
        header |= {"code": error.code, "msg": error.message, "data": {}}
    text = payloads.to_bytes(header)
    content = len(text).to_bytes(2, "big") + text + block + _crc(block).to_bytes(2, "little")
    own = f"{device['product_key']}/{device['device_name']}"
    downlink.send(ctx, device, f"/sys/{own}/thing/file/download_reply", content, traced=False)


@reaction("/ota/device/upgrade/{pk}/{dn}")
def _upgrade(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: Any) -> None:
    """Let a simulated device execute an upgrade."""
    data = message["data"]
    module = {"module": data["module"]} if "module" in data else {}
    part = section_of(profile, "upgrade")
    outcome = outcome_of(part, device, "upgrade")
    duration = delay_of(part, device, "upgrade")
    steps = part.get("progress", [] if outcome == STALL else _DEFAULT_PROGRESS)
    for number, step in enumerate(steps, 1):
        _publish(
            ctx, device, "progress", {"step": str(step), "desc": "", **module}, duration * number // (len(steps) + 1)
        )
    if outcome == FAIL:
        _publish(ctx, device, "progress", {"step": str(part.get("error", -1)), "desc": "", **module}, duration)
    elif outcome != STALL:
        _publish(ctx, device, "inform", {"version": data["version"], **module}, duration)


@section("upgrade")
def _check_upgrade(part: Any) -> None:
    check_section(part, "upgrade", ("delay", "outcome", "progress", "error"))
    steps = part.get("progress", [])
    if not (isinstance(steps, list) and all(is_number(step) and 0 <= step <= 100 for step in steps)):
        raise ValueError("progress of upgrade must be a list of numbers from 0 to 100")
    if part.get("error", -1) not in _FAILURES:
        raise ValueError("error of upgrade must be a number from -1 to -4")


@on_connected
def _resume_tasks(ctx: Context, device: Row) -> None:
    """Push the waiting tasks of a device that comes online, and push unfinished tasks again."""
    for task in ctx.store.rows("SELECT * FROM ota_task WHERE iot_id = ? AND unfinished", device["iot_id"]):
        job = ota_task.get_job(ctx, task)
        if task["push_at"] is not None:
            ota_push.push(ctx, job, device["iot_id"])
        elif job["needs_push"] and task["status"] in (ota_task.NOTIFIED, ota_task.IN_PROGRESS):
            ota_push.send_notification(ctx, job, [device])
    for row in _modules_of_group_jobs(ctx, device):
        ota_target.add_to_dynamic_job(ctx, device, row["module_name"], False)


def _modules_of_group_jobs(ctx: Context, device: Row) -> list[Row]:
    """Return the modules of dynamic jobs for groups. The device may have become a member of such a group."""
    return ctx.store.rows(
        """
        SELECT DISTINCT module_name FROM ota_job JOIN ota_firmware USING (firmware_id)
        WHERE ota_job.product_key = ? AND selection_type = ? AND ota_job.status = ? AND group_id IS NOT NULL
        """,
        device["product_key"],
        ota_job.DYNAMIC,
        ota_job.IN_PROGRESS,
    )


def _block(ctx: Context, device: Row, params: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return the description of a requested block and the block. Raise MessageRejected if it does not exist."""
    file_info, file_block = (_dict(params.get(name)) for name in ("fileInfo", "fileBlock"))
    stream_id, file_id = _parse_integer(file_info.get("streamId")), _parse_integer(file_info.get("fileId"))
    size, offset = _parse_integer(file_block.get("size")), _parse_integer(file_block.get("offset"))
    firmware = ctx.store.one("ota_firmware", stream_id=stream_id)
    if firmware is None or firmware["product_key"] not in (None, device["product_key"]):
        raise MessageRejected(INVALID_PARAMETERS, "the stream does not exist")
    part = ctx.store.one("ota_firmware_file", firmware_id=firmware["firmware_id"], number=file_id)
    if (
        part is None
        or not size
        or size > _MAX_BLOCK_BYTES
        or offset is None
        or not 0 <= offset < part["size"]
        or size < 0
    ):
        raise MessageRejected(INVALID_PARAMETERS, "the block does not exist")
    file = ctx.store.require("stored_file", file_key=part["file_key"])
    block = object_storage.read_content(ctx, file, offset, offset + size)
    description = {
        "fileToken": str(params.get("fileToken", "")),
        "fileLength": part["size"],
        "bSize": len(block),
        "bOffset": offset,
    }
    return description, block


def _publish(ctx: Context, device: Row, action: str, params: dict[str, Any], delay: int) -> None:
    topic = f"/ota/device/{action}/{device['product_key']}/{device['device_name']}"
    publish(ctx, device, topic, {"id": str(ctx.now), "params": params}, delay)


def _params(message: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a message. Devices can send them without the ``params`` member around them."""
    return _dict(message["params"]) if "params" in message else message


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_valid_module(name: Any) -> bool:
    return isinstance(name, str) and is_module_name(name)


def _parse_integer(value: Any) -> int | None:
    """Return an integer that is given as a number or as a string, or None if it is neither."""
    text = str(value)
    return int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else None


def _crc(content: bytes) -> int:
    """Return the CRC-16/ARC, which the vendor calls CRC16/IBM."""
    crc = 0
    for byte in content:
        crc ^= byte
        for _bit in range(8):
            crc = crc >> 1 ^ (_CRC_POLYNOMIAL if crc & 1 else 0)
    return crc
