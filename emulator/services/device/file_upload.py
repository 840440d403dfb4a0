# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices upload files over MQTT, piece by piece; a whole one is a device's file (the manual's chapters 4.8.34 to 36).

A device asks for an upload, sends pieces in their order, and may cancel. A piece is two bytes with the length of a JSON
header, the header, the piece itself, and its CRC16/IBM, low byte first.
"""

from __future__ import annotations

import base64
import json

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.uplink import SUCCESS, INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.services.device.file import MAX_BYTES, add_file, is_file_name

TABLES = """
CREATE TABLE IF NOT EXISTS device_upload (
    upload_id TEXT PRIMARY KEY,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,  -- bytes; -1 where the device says with the last piece that it is the last
    fic_value TEXT,  -- what the device says that the file's CRC64 is
    content TEXT NOT NULL,  -- Base64, of what has come
    UNIQUE (iot_id, name)
);
"""

_UNKNOWN = -1
_STRATEGIES = ("overwrite", "append", "reject")
_ID_LENGTH = 24


@uplink("/sys/{pk}/{dn}/thing/file/upload/mqtt/init")
def _begin(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> Row:
    """An upload that was begun goes on only where the device asks for that (``append``)."""
    params = message.get("params")
    params = params if isinstance(params, dict) else {}
    name, size = params.get("fileName"), params.get("fileSize")
    strategy = params.get("conflictStrategy", "overwrite")
    if not isinstance(name, str) or not is_file_name(name):
        raise MessageRejected(INVALID_PARAMETERS, "fileName is not the name of a file")
    if not isinstance(size, int) or isinstance(size, bool) or not (size == _UNKNOWN or 0 < size <= MAX_BYTES):
        raise MessageRejected(INVALID_PARAMETERS, f"fileSize is 1 to {MAX_BYTES} bytes, or -1")
    if strategy not in _STRATEGIES:
        raise MessageRejected(INVALID_PARAMETERS, f"conflictStrategy is one of {', '.join(_STRATEGIES)}")
    begun = ctx.store.one("device_upload", iot_id=device["iot_id"], name=name)
    there = ctx.store.one("device_file", iot_id=device["iot_id"], name=name)
    if strategy == "reject" and (begun or there):
        raise MessageRejected(INVALID_PARAMETERS, f"there is a file {name}")
    if strategy == "append":
        if there and not begun:
            raise MessageRejected(INVALID_PARAMETERS, f"the file {name} is complete")
        if begun:
            return _told(begun)
    ctx.store.delete("device_upload", iot_id=device["iot_id"], name=name)
    ctx.store.delete("device_file", iot_id=device["iot_id"], name=name)
    upload = {
        "upload_id": ids.alphanumeric(_ID_LENGTH),
        "iot_id": device["iot_id"],
        "name": name,
        "size": size,
        "fic_value": params.get("ficValue") if params.get("ficMode") == "crc64" else None,
        "content": "",
    }
    ctx.store.insert("device_upload", **upload)
    return _told(upload)


@uplink("/sys/{pk}/{dn}/thing/file/upload/mqtt/send", raw=True)
def _take(ctx: Context, device: Row, match: dict[str, str], payload: bytes) -> None:
    """A piece comes where the last one ended; the answer says how far the file has come."""
    header: Row = {}
    try:
        header, piece = _parts(payload)
        code, text, data = SUCCESS, "success", _piece_taken(ctx, device, header.get("params") or {}, piece)
    except MessageRejected as refused:
        code, text, data = refused.code, refused.message, {}
    reply = {"id": str(header.get("id", "")), "code": code, "message": text, "data": data}
    downlink.send(ctx, device, f"{match['topic']}_reply", reply, traced=False)


@uplink("/sys/{pk}/{dn}/thing/file/upload/mqtt/cancel")
def _cancel(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> Row:
    params = message.get("params")
    upload = _upload_of(ctx, device, params if isinstance(params, dict) else {})
    ctx.store.delete("device_upload", upload_id=upload["upload_id"])
    return {"uploadId": upload["upload_id"]}


def _parts(payload: bytes) -> tuple[Row, bytes]:
    """Header and piece. Raises Refused where the message is not put together as it has to be."""
    length = int.from_bytes(payload[:2], "big")
    try:
        header = json.loads(payload[2 : 2 + length])
    except ValueError:
        raise MessageRejected(INVALID_PARAMETERS, "the header is not JSON") from None
    if not isinstance(header, dict) or not isinstance(header.get("params", {}), dict) or len(payload) < length + 4:
        raise MessageRejected(INVALID_PARAMETERS, "the message is cut off")
    piece = payload[2 + length : -2]
    if crc16(piece) != int.from_bytes(payload[-2:], "little"):
        raise MessageRejected(INVALID_PARAMETERS, "the piece and its CRC16 do not match")
    return header, piece


def _piece_taken(ctx: Context, device: Row, params: Row, piece: bytes) -> Row:
    upload = _upload_of(ctx, device, params)
    content = base64.b64decode(upload["content"])
    if params.get("offset") != len(content) or params.get("bSize") != len(piece):
        raise MessageRejected(INVALID_PARAMETERS, f"the file goes on at {len(content)}, and bSize is the size of the piece")
    content += piece
    if len(content) > (MAX_BYTES if upload["size"] == _UNKNOWN else upload["size"]):
        raise MessageRejected(INVALID_PARAMETERS, "the file is larger than was said")
    is_whole = params.get("isComplete") is True if upload["size"] == _UNKNOWN else len(content) == upload["size"]
    if not is_whole:
        changes = {"content": base64.b64encode(content).decode()}
        ctx.store.update("device_upload", changes, upload_id=upload["upload_id"])
        return {"uploadId": upload["upload_id"], "offset": params["offset"], "bSize": len(piece)}
    try:
        add_file(ctx, device, upload["name"], content)
    except ValueError as error:
        raise MessageRejected(INVALID_PARAMETERS, str(error)) from None
    ctx.store.delete("device_upload", upload_id=upload["upload_id"])
    checked = {}
    if upload["fic_value"] is not None:
        checked = {
            "ficMode": "crc64",
            "ficValueClient": upload["fic_value"],
            "ficValueServer": f"{crc64(content):016x}",
        }
    told = {"uploadId": upload["upload_id"], "offset": params["offset"], "bSize": len(piece), "complete": True}
    return {**told, **checked}


def _upload_of(ctx: Context, device: Row, params: Row) -> Row:
    upload = None
    if isinstance(params.get("uploadId"), str):
        upload = ctx.store.one("device_upload", upload_id=params["uploadId"], iot_id=device["iot_id"])
    if upload is None:
        raise MessageRejected(INVALID_PARAMETERS, "there is no such upload")
    return upload


def _told(upload: Row) -> Row:
    return omit_none(
        uploadId=upload["upload_id"],
        fileName=upload["name"],
        fileSize=upload["size"],
        offset=len(base64.b64decode(upload["content"])),
    )


def crc16(content: bytes) -> int:
    """CRC-16/IBM, which others call ARC."""
    return _checked(content, _CRC16, 0)


def crc64(content: bytes) -> int:
    """CRC-64/XZ, by which the vendor's object storage checks files."""
    return _checked(content, _CRC64, 2**64 - 1) ^ (2**64 - 1)


def _table(polynomial: int) -> list[int]:
    table = []
    for byte in range(256):
        value = byte
        for _bit in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        table.append(value)
    return table


def _checked(content: bytes, table: list[int], start: int) -> int:
    value = start
    for byte in content:
        value = value >> 8 ^ table[(value ^ byte) & 255]
    return value


_CRC16 = _table(0xA001)
_CRC64 = _table(0xC96C5795D7870F42)
