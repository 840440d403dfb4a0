# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Receive files that devices upload over MQTT in chunks (manual sections 4.8.34 to 4.8.36).

A device starts an upload, sends the chunks in order, and may cancel the upload. A complete upload becomes a file of the
device. A chunk message consists of two bytes with the length of a JSON header, the header, the content of the chunk,
and the CRC-16/IBM of the content, low byte first.
"""

from __future__ import annotations

import base64
import json

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.uplink import (
    INVALID_PARAMETERS,
    SUCCESS,
    MessageRejected,
    uplink,
)
from ansible_collections.iotops.aliyun.emulator.services.device.file import MAX_BYTES, add_file, is_file_name

TABLES = """
CREATE TABLE IF NOT EXISTS device_upload (
    upload_id TEXT PRIMARY KEY,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,  -- bytes; -1 if unknown: the device marks the last chunk
    fic_value TEXT,  -- the CRC-64 of the file according to the device
    content TEXT NOT NULL,  -- Base64, of the chunks received so far
    UNIQUE (iot_id, name)
);
"""

_UNKNOWN_SIZE = -1
_STRATEGIES = ("overwrite", "append", "reject")
_ID_LENGTH = 24


@uplink("/sys/{pk}/{dn}/thing/file/upload/mqtt/init")
def _start_upload(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> Row:
    """Start an upload. An unfinished upload continues only with the conflict strategy ``append``."""
    params = message.get("params")
    params = params if isinstance(params, dict) else {}
    name, size = params.get("fileName"), params.get("fileSize")
    strategy = params.get("conflictStrategy", "overwrite")
    if not isinstance(name, str) or not is_file_name(name):
        raise MessageRejected(INVALID_PARAMETERS, "fileName is not a valid file name")
    if not isinstance(size, int) or isinstance(size, bool) or not (size == _UNKNOWN_SIZE or 0 < size <= MAX_BYTES):
        raise MessageRejected(INVALID_PARAMETERS, f"fileSize must be 1 to {MAX_BYTES} bytes, or -1")
    if strategy not in _STRATEGIES:
        raise MessageRejected(INVALID_PARAMETERS, f"conflictStrategy must be one of {', '.join(_STRATEGIES)}")
    unfinished = ctx.store.one("device_upload", iot_id=device["iot_id"], name=name)
    existing_file = ctx.store.one("device_file", iot_id=device["iot_id"], name=name)
    if strategy == "reject" and (unfinished or existing_file):
        raise MessageRejected(INVALID_PARAMETERS, f"the file {name} already exists")
    if strategy == "append":
        if existing_file and not unfinished:
            raise MessageRejected(INVALID_PARAMETERS, f"the file {name} is already complete")
        if unfinished:
            return _render_upload(unfinished)
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
    return _render_upload(upload)


@uplink("/sys/{pk}/{dn}/thing/file/upload/mqtt/send", raw=True)
def _receive_chunk(ctx: Context, device: Row, match: dict[str, str], payload: bytes) -> None:
    """Receive a chunk, which must start where the previous one ended. The reply contains the upload progress."""
    header: Row = {}
    try:
        header, chunk = _parse_chunk_message(payload)
        code, text, data = SUCCESS, "success", _store_chunk(ctx, device, header.get("params") or {}, chunk)
    except MessageRejected as rejected:
        code, text, data = rejected.code, rejected.message, {}
    reply = {"id": str(header.get("id", "")), "code": code, "message": text, "data": data}
    downlink.send(ctx, device, f"{match['topic']}_reply", reply, traced=False)


@uplink("/sys/{pk}/{dn}/thing/file/upload/mqtt/cancel")
def _cancel_upload(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> Row:
    params = message.get("params")
    upload = _find_upload(ctx, device, params if isinstance(params, dict) else {})
    ctx.store.delete("device_upload", upload_id=upload["upload_id"])
    return {"uploadId": upload["upload_id"]}


def _parse_chunk_message(payload: bytes) -> tuple[Row, bytes]:
    """Return the header and the content of a chunk message. Raise MessageRejected if the message is malformed."""
    length = int.from_bytes(payload[:2], "big")
    try:
        header = json.loads(payload[2 : 2 + length])
    except ValueError:
        raise MessageRejected(INVALID_PARAMETERS, "the header is not JSON") from None
    if not isinstance(header, dict) or not isinstance(header.get("params", {}), dict) or len(payload) < length + 4:
        raise MessageRejected(INVALID_PARAMETERS, "the message is incomplete")
    chunk = payload[2 + length : -2]
    if crc16(chunk) != int.from_bytes(payload[-2:], "little"):
        raise MessageRejected(INVALID_PARAMETERS, "the CRC16 does not match the chunk")
    return header, chunk


def _store_chunk(ctx: Context, device: Row, params: Row, chunk: bytes) -> Row:
    upload = _find_upload(ctx, device, params)
    content = base64.b64decode(upload["content"])
    if params.get("offset") != len(content) or params.get("bSize") != len(chunk):
        raise MessageRejected(
            INVALID_PARAMETERS, f"offset must be {len(content)}, and bSize must be the size of the chunk"
        )
    content += chunk
    has_unknown_size = upload["size"] == _UNKNOWN_SIZE
    max_bytes = MAX_BYTES if has_unknown_size else upload["size"]
    if len(content) > max_bytes:
        raise MessageRejected(INVALID_PARAMETERS, f"the file must have at most {max_bytes} bytes")
    is_complete = params.get("isComplete") is True if has_unknown_size else len(content) == upload["size"]
    if not is_complete:
        changes = {"content": base64.b64encode(content).decode()}
        ctx.store.update("device_upload", changes, upload_id=upload["upload_id"])
        return {"uploadId": upload["upload_id"], "offset": params["offset"], "bSize": len(chunk)}
    try:
        add_file(ctx, device, upload["name"], content)
    except ValueError as error:
        raise MessageRejected(INVALID_PARAMETERS, str(error)) from None
    ctx.store.delete("device_upload", upload_id=upload["upload_id"])
    checksums = {}
    if upload["fic_value"] is not None:
        checksums = {
            "ficMode": "crc64",
            "ficValueClient": upload["fic_value"],
            "ficValueServer": f"{crc64(content):016x}",
        }
    progress = {"uploadId": upload["upload_id"], "offset": params["offset"], "bSize": len(chunk), "complete": True}
    return {**progress, **checksums}


def _find_upload(ctx: Context, device: Row, params: Row) -> Row:
    upload = None
    if isinstance(params.get("uploadId"), str):
        upload = ctx.store.one("device_upload", upload_id=params["uploadId"], iot_id=device["iot_id"])
    if upload is None:
        raise MessageRejected(INVALID_PARAMETERS, "the upload does not exist")
    return upload


def _render_upload(upload: Row) -> Row:
    return omit_none(
        uploadId=upload["upload_id"],
        fileName=upload["name"],
        fileSize=upload["size"],
        offset=len(base64.b64decode(upload["content"])),
    )


def crc16(content: bytes) -> int:
    """Return the CRC-16/IBM (also called CRC-16/ARC) of ``content``."""
    return _crc(content, _CRC16, 0)


def crc64(content: bytes) -> int:
    """Return the CRC-64/XZ of ``content``, which the vendor's object storage uses to check files."""
    return _crc(content, _CRC64, 2**64 - 1) ^ (2**64 - 1)


def _crc_table(polynomial: int) -> list[int]:
    table = []
    for byte in range(256):
        value = byte
        for _bit in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        table.append(value)
    return table


def _crc(content: bytes, table: list[int], initial: int) -> int:
    value = initial
    for byte in content:
        value = value >> 8 ^ table[(value ^ byte) & 255]
    return value


_CRC16 = _crc_table(0xA001)
_CRC64 = _crc_table(0xC96C5795D7870F42)
