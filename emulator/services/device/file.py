# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files of devices (manual chapter 4.8).

No operation creates a file: devices upload them, see ``file_upload``.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import BINARY_TYPE, publish_file

TABLES = """
CREATE TABLE IF NOT EXISTS device_file (
    file_id TEXT PRIMARY KEY,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,  -- bytes
    content TEXT NOT NULL,  -- Base64
    created_at INTEGER NOT NULL,
    UNIQUE (iot_id, name)
);
CREATE INDEX IF NOT EXISTS device_file_by_age ON device_file (iot_id, created_at);
"""

#: The maximum number of files of one device.
MAX_FILES = 1000
#: The maximum size of one file, in bytes.
MAX_BYTES = 16 * 1024 * 1024

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]{0,99}")
_ID_LENGTH = 24
_KILOBYTE = 1024

_NEWEST_FIRST = "created_at DESC, device_file.rowid DESC"


def is_file_name(name: str) -> bool:
    """Return whether a name is a valid file name."""
    return _NAME.fullmatch(name) is not None


def add_file(ctx: Context, device: Row, name: str, content: bytes) -> str:
    """Store a file of a device and return its ID. An existing file with the same name is replaced.

    Raises:
        ValueError: The name does not have 1 to 100 letters, digits, ``_`` and ``.`` with a letter or digit first, the
            content is larger than ``MAX_BYTES``, or the device has ``MAX_FILES`` other files.
    """
    if not is_file_name(name):
        raise ValueError(f"{name!r} is not a valid file name")
    if len(content) > MAX_BYTES:
        raise ValueError(f"a file can have at most {MAX_BYTES} bytes")
    ctx.store.delete("device_file", iot_id=device["iot_id"], name=name)
    if ctx.store.count("device_file", iot_id=device["iot_id"]) >= MAX_FILES:
        raise ValueError(f"a device can have at most {MAX_FILES} files")
    file_id = ids.alphanumeric(_ID_LENGTH)
    ctx.store.insert(
        "device_file",
        file_id=file_id,
        iot_id=device["iot_id"],
        name=name,
        size=len(content),
        content=base64.b64encode(content).decode(),
        created_at=ctx.now,
    )
    return file_id


@operation
def query_device_file_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.34: List the files of a device, the newest first."""
    device = find_device(ctx, p)
    page = requested_page(ctx, p)
    files, total = ctx.store.page_of(
        "SELECT file_id, name, size, created_at FROM device_file WHERE iot_id = ?",
        [device["iot_id"]],
        page.offset,
        page.size,
        _NEWEST_FIRST,
    )
    return {
        "Data": {"FileSummary": [_render_file(file) for file in files]},
        "CurrentPage": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
    }


@operation
def query_device_file(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.35: Return the details of a file and its download URL."""
    file = _find_file(ctx, p)
    content = base64.b64decode(file["content"])
    suffix = file["name"].rpartition(".")[2]
    return {"Data": {**_render_file(file), "DownloadUrl": publish_file(ctx, content, suffix, BINARY_TYPE)}}


@operation
def delete_device_file(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.8.36: Delete a file of a device."""
    ctx.store.delete("device_file", file_id=_find_file(ctx, p)["file_id"])


def _find_file(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the row of the file in a request. Raise ApiError if the device has no file with this ID."""
    file = ctx.store.one("device_file", file_id=p["FileId"], iot_id=find_device(ctx, p)["iot_id"])
    if file is None:
        raise ApiError("iot.common.FileNotExist")
    return file


def _render_file(file: Row) -> Row:
    return {
        "FileId": file["file_id"],
        "Name": file["name"],
        "Size": str(-(-file["size"] // _KILOBYTE)),
        "UtcCreatedOn": times.utc(file["created_at"]),
    }
