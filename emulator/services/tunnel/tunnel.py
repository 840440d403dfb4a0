# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secure tunnels to devices (the manual's chapter 4.9).

The device is told of a tunnel on its own topic. What goes through one is carried by nobody here: the addresses lead
nowhere, and whatever plays the relay calls ``connect`` and ``disconnect``.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation, when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS tunnel (
    tunnel_id TEXT PRIMARY KEY,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    instance_id TEXT NOT NULL,  -- the one it was created in
    description TEXT,
    udi TEXT,
    source_access_token TEXT NOT NULL,
    device_access_token TEXT NOT NULL,
    source_connected INTEGER NOT NULL DEFAULT 0,
    device_connected INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    closed_at INTEGER  -- NULL while it is open
);
CREATE INDEX IF NOT EXISTS tunnel_by_device ON tunnel (iot_id);
CREATE INDEX IF NOT EXISTS tunnel_by_instance ON tunnel (instance_id);
"""

#: The tunnels of one device, and of one instance, whether they are open or closed.
MAX_TUNNELS_PER_DEVICE = 10
MAX_TUNNELS_PER_INSTANCE = 1000

#: How long a tunnel is open, and how long it is kept, in milliseconds from its creation on.
OPEN_DURATION_MS = 24 * 3600 * 1000
RETENTION_MS = 30 * OPEN_DURATION_MS

#: The ends of a tunnel: whoever wants to reach the device, and the device.
SOURCE = "source"
DEVICE = "device"

_MAX_DESCRIPTION_LENGTH = 1024
_MAX_UDI_LENGTH = 4096

_CLOSE = "close_tunnel"
_DELETE = "delete_tunnel"

# A name that is reserved for tests, as in the manual.
_HOST = "wss://secure-tunnel-ws.iot.aliyun.test"


def connect(ctx: Context, tunnel_id: str, end: str, token: str) -> None:
    """An end of a tunnel, ``SOURCE`` or ``DEVICE``, has connected.

    Raises ValueError where there is no such tunnel, it is closed, or the token is not that of the end.
    """
    tunnel = ctx.store.one("tunnel", tunnel_id=tunnel_id)
    if tunnel is None or tunnel["closed_at"] is not None:
        raise ValueError("there is no such open tunnel")
    if not secrets.compare_digest(token.encode(), tunnel[f"{end}_access_token"].encode()):
        raise ValueError("the token does not open this end of the tunnel")
    ctx.store.update("tunnel", {f"{end}_connected": 1}, tunnel_id=tunnel_id)


def disconnect(ctx: Context, tunnel_id: str, end: str) -> None:
    """An end of a tunnel has lost its connection; nothing happens where it had none."""
    ctx.store.update("tunnel", {f"{end}_connected": 0}, tunnel_id=tunnel_id)


@operation
def create_device_tunnel(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.9.1: Create a tunnel to an online device and notify the device."""
    if len(p.get("Description", "")) > _MAX_DESCRIPTION_LENGTH:
        raise ApiError("iot.securetunnel.DescriptionTooLong")
    if len(p.get("Udi", "")) > _MAX_UDI_LENGTH:
        raise ApiError("iot.securetunnel.UdiTooLong")
    device = _device_asked(ctx, p)
    instance_id = ctx.account.instance_id
    if ctx.store.count("tunnel", iot_id=device["iot_id"]) >= MAX_TUNNELS_PER_DEVICE:
        raise ApiError("iot.securetunnel.TunnelAmountExceedByDevice")
    if ctx.store.count("tunnel", instance_id=instance_id) >= MAX_TUNNELS_PER_INSTANCE:
        raise ApiError("iot.securetunnel.TunnelAmountExceedByInstance")
    tunnel = {
        "tunnel_id": str(uuid.uuid4()),
        "iot_id": device["iot_id"],
        "instance_id": instance_id,
        "description": p.get("Description"),
        "udi": p.get("Udi"),
        "source_access_token": str(uuid.uuid4()),
        "device_access_token": str(uuid.uuid4()),
        "created_at": ctx.now,
    }
    ctx.store.insert("tunnel", **tunnel)
    ctx.schedule(ctx.now + OPEN_DURATION_MS, _CLOSE, tunnel_id=tunnel["tunnel_id"])
    ctx.schedule(ctx.now + RETENTION_MS, _DELETE, tunnel_id=tunnel["tunnel_id"])
    _tell_of_opening(ctx, device, tunnel)
    data = {
        "TunnelId": tunnel["tunnel_id"],
        "SourceAccessToken": tunnel["source_access_token"],
        "SourceURI": _uri(tunnel, SOURCE),
    }
    return {"Data": data}


@operation
def close_device_tunnel(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.9.2: Close an open tunnel and notify the device."""
    tunnel = _find_tunnel(ctx, p["TunnelId"])
    if tunnel["closed_at"] is not None:
        raise ApiError("iot.securetunnel.IllegalState", "The tunnel is closed already")
    _close(ctx, tunnel, "closed by its owner")


@operation
def delete_device_tunnel(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.9.3: only after it was closed."""
    tunnel = _find_tunnel(ctx, p["TunnelId"])
    if tunnel["closed_at"] is None:
        raise ApiError("iot.securetunnel.IllegalState", "Close the tunnel first")
    ctx.store.delete("tunnel", tunnel_id=tunnel["tunnel_id"])


@operation
def query_device_tunnel(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.9.4: Return the details of a tunnel."""
    tunnel = _find_tunnel(ctx, p["TunnelId"])
    device = find_device(ctx, {"IotId": tunnel["iot_id"]})
    product = find_product(ctx, device["product_key"])
    closed_at = tunnel["closed_at"]
    data = omit_none(
        TunnelId=tunnel["tunnel_id"],
        TunnelState="OPEN" if closed_at is None else "CLOSED",
        SourceConnState=_connection(tunnel, SOURCE),
        DeviceConnState=_connection(tunnel, DEVICE),
        IotId=device["iot_id"],
        ProductKey=device["product_key"],
        ProductName=product["product_name"],
        DeviceName=device["device_name"],
        Description=tunnel["description"],
        Udi=tunnel["udi"],
        UtcCreated=times.utc(tunnel["created_at"]),
        UtcClosed=None if closed_at is None else times.utc(closed_at),
    )
    return {"Data": data}


@when_due(_CLOSE)
def _close_in_time(ctx: Context, payload: dict[str, Any]) -> None:
    tunnel = ctx.store.one("tunnel", tunnel_id=payload["tunnel_id"], closed_at=None)
    if tunnel:
        _close(ctx, tunnel, "its time is over")


@when_due(_DELETE)
def _delete_in_time(ctx: Context, payload: dict[str, Any]) -> None:
    ctx.store.delete("tunnel", tunnel_id=payload["tunnel_id"])


def _device_asked(ctx: Context, p: dict[str, Any]) -> Row:
    """The device that is to get a tunnel. Raises ApiError where it cannot."""
    if not (p.get("IotId") or (p.get("ProductKey") and p.get("DeviceName"))):
        raise ApiError("iot.securetunnel.DeviceNotSpecified")
    try:
        device = find_device(ctx, p)
    except ApiError:
        raise ApiError("iot.securetunnel.DeviceNotExist") from None
    if not device["online"]:
        raise ApiError("iot.securetunnel.DeviceNotOnline")
    return device


def _find_tunnel(ctx: Context, tunnel_id: str) -> Row:
    """The row of a tunnel. Raises ApiError where there is none, or the call is for another instance."""
    tunnel = ctx.store.one("tunnel", tunnel_id=tunnel_id)
    if tunnel is None:
        raise ApiError("iot.securetunnel.TunnelNotExist")
    if tunnel["instance_id"] != ctx.account.instance_id:
        raise ApiError("iot.securetunnel.InstanceIdMismatch")
    return tunnel


def _close(ctx: Context, tunnel: Row, reason: str) -> None:
    changes = {"closed_at": ctx.now, "source_connected": 0, "device_connected": 0}
    ctx.store.update("tunnel", changes, tunnel_id=tunnel["tunnel_id"])
    device = find_device(ctx, {"IotId": tunnel["iot_id"]})
    _tell(ctx, device, {"operation": "close", "tunnel_id": tunnel["tunnel_id"], "close_reason": reason})


def _tell_of_opening(ctx: Context, device: Row, tunnel: Row) -> None:
    message = omit_none(
        operation="connect",
        tunnel_id=tunnel["tunnel_id"],
        uri=_uri(tunnel, DEVICE),
        token=tunnel["device_access_token"],
        token_expire=OPEN_DURATION_MS // 1000,
        udi=tunnel["udi"],
    )
    _tell(ctx, device, message)


def _tell(ctx: Context, device: Row, message: Row) -> None:
    topic = f"/sys/{device['product_key']}/{device['device_name']}/secure_tunnel/notify"
    # Not traced: the message holds the device's token, which is nobody else's business.
    downlink.send(ctx, device, topic, message, traced=False)


def _uri(tunnel: Row, end: str) -> str:
    return f"{_HOST}/tunnel/{tunnel['tunnel_id']}/{end}"


def _connection(tunnel: Row, end: str) -> str:
    return "CONNECTED" if tunnel[f"{end}_connected"] else "DISCONNECTED"
