# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secure tunnels to devices (manual chapter 4.9).

The device is notified about a tunnel on a topic. The emulator does not transmit the data of tunnels: the URIs cannot be
reached. A test that simulates the relay calls ``connect`` and ``disconnect``.
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
    instance_id TEXT NOT NULL,  -- the instance in which the tunnel was created
    description TEXT,
    udi TEXT,
    source_access_token TEXT NOT NULL,
    device_access_token TEXT NOT NULL,
    source_connected INTEGER NOT NULL DEFAULT 0,
    device_connected INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    closed_at INTEGER  -- NULL while the tunnel is open
);
CREATE INDEX IF NOT EXISTS tunnel_by_device ON tunnel (iot_id);
CREATE INDEX IF NOT EXISTS tunnel_by_instance ON tunnel (instance_id);
"""

#: The maximum number of tunnels of one device and of one instance, including closed ones.
MAX_TUNNELS_PER_DEVICE = 10
MAX_TUNNELS_PER_INSTANCE = 1000

#: The times after its creation until a tunnel is closed and until it is deleted, in milliseconds.
OPEN_DURATION_MS = 24 * 3600 * 1000
RETENTION_MS = 30 * OPEN_DURATION_MS

#: The ends of a tunnel: the client that accesses the device, and the device.
SOURCE = "source"
DEVICE = "device"

_MAX_DESCRIPTION_LENGTH = 1024
_MAX_UDI_LENGTH = 4096

_CLOSE_EXPIRED = "close_tunnel"
_DELETE_EXPIRED = "delete_tunnel"

# The host name of the manual with the reserved top-level domain for tests.
_HOST = "wss://secure-tunnel-ws.iot.aliyun.test"


def connect(ctx: Context, tunnel_id: str, end: str, token: str) -> None:
    """Record that an end of a tunnel, ``SOURCE`` or ``DEVICE``, has connected.

    Raises:
        ValueError: The tunnel does not exist or is closed, or the token is not the token of this end.
    """
    tunnel = ctx.store.one("tunnel", tunnel_id=tunnel_id)
    if tunnel is None or tunnel["closed_at"] is not None:
        raise ValueError("the tunnel does not exist or is not open")
    if not secrets.compare_digest(token.encode(), tunnel[f"{end}_access_token"].encode()):
        raise ValueError("the token is not valid for this end of the tunnel")
    ctx.store.update("tunnel", {f"{end}_connected": 1}, tunnel_id=tunnel_id)


def disconnect(ctx: Context, tunnel_id: str, end: str) -> None:
    """Record that an end of a tunnel has disconnected. Do nothing if it was not connected."""
    ctx.store.update("tunnel", {f"{end}_connected": 0}, tunnel_id=tunnel_id)


@operation
def create_device_tunnel(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.9.1: Create a tunnel to an online device and notify the device."""
    if len(p.get("Description", "")) > _MAX_DESCRIPTION_LENGTH:
        raise ApiError("iot.securetunnel.DescriptionTooLong")
    if len(p.get("Udi", "")) > _MAX_UDI_LENGTH:
        raise ApiError("iot.securetunnel.UdiTooLong")
    device = _find_online_device(ctx, p)
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
    ctx.schedule(ctx.now + OPEN_DURATION_MS, _CLOSE_EXPIRED, tunnel_id=tunnel["tunnel_id"])
    ctx.schedule(ctx.now + RETENTION_MS, _DELETE_EXPIRED, tunnel_id=tunnel["tunnel_id"])
    _notify_tunnel_created(ctx, device, tunnel)
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
        raise ApiError("iot.securetunnel.IllegalState", "The tunnel is already closed")
    _close_tunnel(ctx, tunnel, "closed by its owner")


@operation
def delete_device_tunnel(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.9.3: Delete a closed tunnel."""
    tunnel = _find_tunnel(ctx, p["TunnelId"])
    if tunnel["closed_at"] is None:
        raise ApiError("iot.securetunnel.IllegalState", "An open tunnel cannot be deleted. Close it first.")
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
        SourceConnState=_connection_state(tunnel, SOURCE),
        DeviceConnState=_connection_state(tunnel, DEVICE),
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


@when_due(_CLOSE_EXPIRED)
def _close_expired_tunnel(ctx: Context, payload: dict[str, Any]) -> None:
    tunnel = ctx.store.one("tunnel", tunnel_id=payload["tunnel_id"], closed_at=None)
    if tunnel:
        _close_tunnel(ctx, tunnel, "the tunnel has expired")


@when_due(_DELETE_EXPIRED)
def _delete_expired_tunnel(ctx: Context, payload: dict[str, Any]) -> None:
    ctx.store.delete("tunnel", tunnel_id=payload["tunnel_id"])


def _find_online_device(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the device in a request. Raise ApiError if it is not set, does not exist or is not online."""
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
    """Return the row of a tunnel. Raise ApiError if it does not exist or belongs to another instance."""
    tunnel = ctx.store.one("tunnel", tunnel_id=tunnel_id)
    if tunnel is None:
        raise ApiError("iot.securetunnel.TunnelNotExist")
    if tunnel["instance_id"] != ctx.account.instance_id:
        raise ApiError("iot.securetunnel.InstanceIdMismatch")
    return tunnel


def _close_tunnel(ctx: Context, tunnel: Row, reason: str) -> None:
    changes = {"closed_at": ctx.now, "source_connected": 0, "device_connected": 0}
    ctx.store.update("tunnel", changes, tunnel_id=tunnel["tunnel_id"])
    device = find_device(ctx, {"IotId": tunnel["iot_id"]})
    _notify_device(ctx, device, {"operation": "close", "tunnel_id": tunnel["tunnel_id"], "close_reason": reason})


def _notify_tunnel_created(ctx: Context, device: Row, tunnel: Row) -> None:
    message = omit_none(
        operation="connect",
        tunnel_id=tunnel["tunnel_id"],
        uri=_uri(tunnel, DEVICE),
        token=tunnel["device_access_token"],
        token_expire=OPEN_DURATION_MS // 1000,
        udi=tunnel["udi"],
    )
    _notify_device(ctx, device, message)


def _notify_device(ctx: Context, device: Row, message: Row) -> None:
    topic = f"/sys/{device['product_key']}/{device['device_name']}/secure_tunnel/notify"
    # Not recorded in the message trace, because the message contains the access token of the device.
    downlink.send(ctx, device, topic, message, traced=False)


def _uri(tunnel: Row, end: str) -> str:
    return f"{_HOST}/tunnel/{tunnel['tunnel_id']}/{end}"


def _connection_state(tunnel: Row, end: str) -> str:
    return "CONNECTED" if tunnel[f"{end}_connected"] else "DISCONNECTED"
