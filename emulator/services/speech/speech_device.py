# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Speeches on devices, and the storage of devices for them (manual chapter 4.21.1).

Every device can play speeches, and all devices have the same storage size.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import (
    check_project,
    invalid_parameter,
    list_reply,
    requested_list_page,
)
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device, status_of
from ansible_collections.iotops.aliyun.emulator.services.speech.speech_voice import parse_audio_format

TABLES = """
CREATE TABLE IF NOT EXISTS device_speech (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    audio_format TEXT NOT NULL,
    biz_code TEXT NOT NULL,
    text TEXT NOT NULL,
    size INTEGER NOT NULL,  -- bytes
    PRIMARY KEY (iot_id, biz_code, audio_format)
) WITHOUT ROWID;
-- Has rows only for devices to which a speech was ever pushed.
CREATE TABLE IF NOT EXISTS speech_device (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    used INTEGER NOT NULL,  -- bytes: total size of the device's rows in device_speech
    changed_at INTEGER NOT NULL
) WITHOUT ROWID;
"""

_KILOBYTE = 1024

#: Storage of each device for speeches, in bytes.
STORAGE_SIZE = 2000 * _KILOBYTE

#: Error code and message that a device reports when its storage is full.
STORAGE_FULL = ("1", "device storage limited")

_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")
_SCOPES = {"greater": ">", "smaller": "<", "equal": "="}
_LAST_CHARACTER = "\U0010ffff"

# SQL expression: the available storage of a device in kilobytes.
_FREE_KILOBYTES = f"""
round(({STORAGE_SIZE} - coalesce(
    (SELECT used FROM speech_device WHERE speech_device.iot_id = device.iot_id), 0
)) / {_KILOBYTE}.0, 2)
"""


def check_online(device: Row) -> None:
    """Raise ApiError if a device is not online."""
    if status_of(device) != "ONLINE":
        raise ApiError("iot.messagebroker.OFFLINE")


@operation
def query_speech_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.16: List devices, newest first.

    ``DeviceName`` is a prefix; with it, devices are sorted by product and name.
    """
    check_project(p["ProjectCode"])
    page = requested_list_page(ctx, p)
    terms = ["true"]
    values = []
    order = "device.rowid DESC"
    if p.get("DeviceName"):
        # The condition on product_key lets SQLite use the index on product and name.
        terms.append("product_key IN (SELECT product_key FROM product) AND device_name BETWEEN ? AND ?")
        values += [p["DeviceName"], p["DeviceName"] + _LAST_CHARACTER]
        order = "product_key, device_name"
    space_filter = _parse_space_filter(p)
    if space_filter:
        operator, kilobytes = space_filter
        terms.append(f"{_FREE_KILOBYTES} {operator} ?")
        values.append(kilobytes)
    devices, total = ctx.store.page_of(
        f"SELECT *, {_FREE_KILOBYTES} AS space FROM device WHERE {' AND '.join(terms)}",
        values,
        page.offset,
        page.size,
        order,
    )
    items = [
        {
            "AvailableSpace": device["space"],
            "DeviceName": device["device_name"],
            "IotId": device["iot_id"],
            "ProductKey": device["product_key"],
        }
        for device in devices
    ]
    return list_reply(page, total, items)


@operation
def query_device_speech(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.17: List the speeches on a device, sorted by BizCode."""
    device = find_device(ctx, p)
    page = requested_list_page(ctx, p)
    speeches, total = ctx.store.page(
        "device_speech", page.offset, page.size, "biz_code, audio_format", iot_id=device["iot_id"]
    )
    items = [
        {
            "AudioFormat": speech["audio_format"],
            "BizCode": speech["biz_code"],
            "Size": _to_kilobytes(speech["size"]),
        }
        for speech in speeches
    ]
    return list_reply(page, total, items)


@operation
def get_speech_device_detail(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.18: Read the storage and status of a device."""
    device = find_device(ctx, p)
    storage = ctx.store.one("speech_device", iot_id=device["iot_id"]) or {"used": 0, "changed_at": None}
    data = omit_none(
        AvailableSpace=_to_kilobytes(STORAGE_SIZE - storage["used"]),
        DeviceName=device["device_name"],
        IotId=device["iot_id"],
        ProductKey=device["product_key"],
        SpeechListUpdateTime=storage["changed_at"],
        Status=status_of(device),
        TotalSpace=_to_kilobytes(STORAGE_SIZE),
    )
    return {"Data": data}


@operation
def delete_device_speech(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.21.1.19: Delete speeches from a device, which must be online.

    Speeches that are not on the device are ignored.
    """
    device = find_device(ctx, p)
    for speech in p["DeviceSpeechList"]:
        if not speech.get("AudioFormat") or not speech.get("BizCode"):
            raise missing_parameter("DeviceSpeechList")
        parse_audio_format(speech)
    check_online(device)
    deleted = 0
    for speech in p["DeviceSpeechList"]:
        deleted += ctx.store.delete(
            "device_speech",
            iot_id=device["iot_id"],
            biz_code=speech["BizCode"],
            audio_format=speech["AudioFormat"],
        )
    if deleted:
        used = ctx.store.value("SELECT total(size) FROM device_speech WHERE iot_id = ?", device["iot_id"])
        changes = {"used": int(used), "changed_at": ctx.now}
        ctx.store.update("speech_device", changes, iot_id=device["iot_id"])


def _parse_space_filter(p: dict[str, Any]) -> tuple[str, float] | None:
    """Return SQL operator and kilobytes to compare the available storage with, or None if either parameter is absent.

    Raises:
        ApiError: a parameter is malformed.
    """
    text, scope = p.get("AvailableSpace"), p.get("AvailableSpaceScope")
    if text and not (_NUMBER.fullmatch(text) and float(text) > 0):
        raise invalid_parameter("AvailableSpace must be a positive number")
    if scope and scope not in _SCOPES:
        raise invalid_parameter(f"AvailableSpaceScope must be one of {', '.join(_SCOPES)}")
    return (_SCOPES[scope], float(text)) if text and scope else None


def _to_kilobytes(size: int) -> float:
    return round(size / _KILOBYTE, 2)
