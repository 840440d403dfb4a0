# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Client IDs of devices that register dynamically and have no device secret of their own (manual chapter 4.8)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device

TABLES = """
CREATE TABLE IF NOT EXISTS device_client_id (
    client_id TEXT PRIMARY KEY,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    device_token TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    shut_out INTEGER NOT NULL DEFAULT 0  -- 1 if TransformClientId selected another client ID
);
CREATE INDEX IF NOT EXISTS device_client_id_by_device ON device_client_id (iot_id);
"""

#: The maximum number of client IDs of one device.
MAX_CLIENT_IDS = 5

# Unlike most operations, these return a code for success.
_SUCCESS = "Success"

_ID_LENGTH = 20
_ID_END = "000100"
_TOKEN_LENGTH = 32


def add_client_id(ctx: Context, device: Row) -> Row:
    """Create a client ID for a device and return its row. Raise ApiError if the device has the maximum number."""
    if ctx.store.count("device_client_id", iot_id=device["iot_id"]) >= MAX_CLIENT_IDS:
        raise ApiError("iot.device.VerifyDeviceFailed", f"A device can have at most {MAX_CLIENT_IDS} client IDs")
    client_id = {
        "client_id": ids.alphanumeric(_ID_LENGTH) + _ID_END,
        "iot_id": device["iot_id"],
        "device_token": ids.alphanumeric(_TOKEN_LENGTH),
        "created_at": ctx.now,
    }
    ctx.store.insert("device_client_id", **client_id)
    return client_id


@operation
def query_client_ids(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.2: List the client IDs of a device, the newest first."""
    device = find_device(ctx, p)
    rows = ctx.store.all("device_client_id", "created_at DESC, rowid DESC", iot_id=device["iot_id"])
    items = [{"ClientId": row["client_id"], "CreateTime": row["created_at"]} for row in rows]
    return {"Data": {"IotId": device["iot_id"], "DynamicRegClientIds": items}}


@operation
def transform_client_id(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.3: Select the client ID that the device may use. Its other client IDs are blocked."""
    device = find_device(ctx, p)
    selected = ctx.store.one("device_client_id", iot_id=device["iot_id"], client_id=p["ClientId"])
    if selected is None:
        raise ApiError("iot.device.VerifyDeviceFailed", "The device does not have this client ID")
    ctx.store.update("device_client_id", {"shut_out": 1}, iot_id=device["iot_id"])
    ctx.store.update("device_client_id", {"shut_out": 0}, client_id=selected["client_id"])
    return {"Code": _SUCCESS}


@operation
def delete_client_ids(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.4: Delete all client IDs of a device."""
    device = find_device(ctx, p)
    ctx.store.delete("device_client_id", iot_id=device["iot_id"])
    return {"Code": _SUCCESS}
