# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices that can speak, and the speeches that are on them (the manual's chapter 4.21.1).

Any device can; all have the same space.
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
from ansible_collections.iotops.aliyun.emulator.services.speech.speech_voice import audio_format_asked

TABLES = """
CREATE TABLE IF NOT EXISTS device_speech (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    audio_format TEXT NOT NULL,
    biz_code TEXT NOT NULL,
    text TEXT NOT NULL,
    size INTEGER NOT NULL,  -- bytes
    PRIMARY KEY (iot_id, biz_code, audio_format)
) WITHOUT ROWID;
-- Only the devices that ever had a speech.
CREATE TABLE IF NOT EXISTS speech_device (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    used INTEGER NOT NULL,  -- bytes: all of the above together
    changed_at INTEGER NOT NULL
) WITHOUT ROWID;
"""

_KILOBYTE = 1024

#: The space of a device, in bytes.
SPACE = 2000 * _KILOBYTE

#: An error that a device reports: there is no space left.
NO_SPACE = ("1", "device storage limited")

_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")
_SCOPES = {"greater": ">", "smaller": "<", "equal": "="}
_LAST_CHARACTER = "\U0010ffff"

# The kilobytes that are left on a device, in SQL.
_LEFT = f"""
round(({SPACE} - coalesce(
    (SELECT used FROM speech_device WHERE speech_device.iot_id = device.iot_id), 0
)) / {_KILOBYTE}.0, 2)
"""


def check_online(device: Row) -> None:
    """Raise ApiError where a device cannot be reached."""
    if status_of(device) != "ONLINE":
        raise ApiError("iot.messagebroker.OFFLINE")


@operation
def query_speech_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.1.16: the newest first; those whose names begin alike by name, in each product."""
    check_project(p["ProjectCode"])
    page = requested_list_page(ctx, p)
    terms = ["true"]
    values = []
    order = "device.rowid DESC"
    if p.get("DeviceName"):
        # The product is there for the index of names by product, which serves no other search.
        terms.append("product_key IN (SELECT product_key FROM product) AND device_name BETWEEN ? AND ?")
        values += [p["DeviceName"], p["DeviceName"] + _LAST_CHARACTER]
        order = "product_key, device_name"
    space = _space_asked(p)
    if space:
        operator, kilobytes = space
        terms.append(f"{_LEFT} {operator} ?")
        values.append(kilobytes)
    devices, total = ctx.store.page_of(
        f"SELECT *, {_LEFT} AS space FROM device WHERE {' AND '.join(terms)}", values, page.offset, page.size, order
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
    """4.21.1.17: by identifier."""
    device = find_device(ctx, p)
    page = requested_list_page(ctx, p)
    speeches, total = ctx.store.page(
        "device_speech", page.offset, page.size, "biz_code, audio_format", iot_id=device["iot_id"]
    )
    items = [
        {
            "AudioFormat": speech["audio_format"],
            "BizCode": speech["biz_code"],
            "Size": _kilobytes(speech["size"]),
        }
        for speech in speeches
    ]
    return list_reply(page, total, items)


@operation
def get_speech_device_detail(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.1.18"""
    device = find_device(ctx, p)
    space = ctx.store.one("speech_device", iot_id=device["iot_id"]) or {"used": 0, "changed_at": None}
    data = omit_none(
        AvailableSpace=_kilobytes(SPACE - space["used"]),
        DeviceName=device["device_name"],
        IotId=device["iot_id"],
        ProductKey=device["product_key"],
        SpeechListUpdateTime=space["changed_at"],
        Status=status_of(device),
        TotalSpace=_kilobytes(SPACE),
    )
    return {"Data": data}


@operation
def delete_device_speech(ctx: Context, p: dict[str, Any]) -> None:
    """4.21.1.19: speeches that the device does not have are passed over; it must be online to be told."""
    device = find_device(ctx, p)
    for speech in p["DeviceSpeechList"]:
        if not speech.get("AudioFormat") or not speech.get("BizCode"):
            raise missing_parameter("DeviceSpeechList")
        audio_format_asked(speech)
    check_online(device)
    gone = 0
    for speech in p["DeviceSpeechList"]:
        gone += ctx.store.delete(
            "device_speech",
            iot_id=device["iot_id"],
            biz_code=speech["BizCode"],
            audio_format=speech["AudioFormat"],
        )
    if gone:
        used = ctx.store.value("SELECT total(size) FROM device_speech WHERE iot_id = ?", device["iot_id"])
        changes = {"used": int(used), "changed_at": ctx.now}
        ctx.store.update("speech_device", changes, iot_id=device["iot_id"])


def _space_asked(p: dict[str, Any]) -> tuple[str, float] | None:
    """How the space that is left must compare (an SQL operator) to how many kilobytes.

    None where a call does not give both parameters. Raises ApiError where either is malformed.
    """
    written, scope = p.get("AvailableSpace"), p.get("AvailableSpaceScope")
    if written and not (_NUMBER.fullmatch(written) and float(written) > 0):
        raise invalid_parameter("AvailableSpace is a positive number")
    if scope and scope not in _SCOPES:
        raise invalid_parameter(f"AvailableSpaceScope is one of {', '.join(_SCOPES)}")
    return (_SCOPES[scope], float(written)) if written and scope else None


def _kilobytes(size: int) -> float:
    return round(size / _KILOBYTE, 2)
