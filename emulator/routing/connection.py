# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Connect and disconnect devices, and forward changes of their status."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward
from ansible_collections.iotops.aliyun.emulator.routing.message_types import DEVICE_STATUS_CHANGE

TABLES = """
-- Connections that were lost without a disconnect by the device.
CREATE TABLE IF NOT EXISTS lost_connection (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    half_until INTEGER NOT NULL  -- one heartbeat after the connection was lost, in milliseconds
);
"""

#: The error code for a message to a disabled device. The manual does not list it.
DEVICE_DISABLED = "6208"

_ON_CONNECTED: list[Callable[[Context, Row], None]] = []


def on_connected(function: Callable[[Context, Row], None]) -> Callable[[Context, Row], None]:
    """Register a function to call for every device that connects; it takes a context and the row of the device."""
    _ON_CONNECTED.append(function)
    return function


def go_online(ctx: Context, device: Row, ip_address: str) -> None:
    """Set a device online. The first connection activates the device."""
    changes = {
        "online": 1,
        "activated_at": device["activated_at"] or ctx.now,
        "online_at": ctx.now,
        "status_at": device["status_at"] if device["online"] else ctx.now,
        "ip_address": ip_address,
    }
    ctx.store.update("device", changes, iot_id=device["iot_id"])


def go_offline(ctx: Context, device: Row) -> None:
    """Set a device offline. Does nothing if it is offline."""
    ctx.store.update("device", {"online": 0, "status_at": ctx.now}, iot_id=device["iot_id"], online=1)


def connect(ctx: Context, device: Row, ip_address: str) -> Row:
    """Connect a device, directly or through its gateway, and deliver the messages that wait for it.

    Returns:
        The updated row of the device.
    """
    go_online(ctx, device, ip_address)
    ctx.store.delete("lost_connection", iot_id=device["iot_id"])
    connected = ctx.store.require("device", iot_id=device["iot_id"])
    if not device["online"]:
        _forward_status(ctx, connected, "online", device["status_at"])
    downlink.resume_delivery(ctx, connected)
    for function in _ON_CONNECTED:
        function(ctx, connected)
    return connected


def disconnect(ctx: Context, device: Row, heartbeat: float = 0) -> Row:
    """Disconnect a device.

    Args:
        ctx: the context.
        device: the row of the device.
        heartbeat: if the connection was lost, the keep-alive interval in seconds; the device counts as half connected
            for this time.

    Returns:
        The updated row of the device.
    """
    if not device["online"]:
        return device
    go_offline(ctx, device)
    if heartbeat:
        half_until = ctx.now + round(heartbeat * 1000)
        ctx.store.put("lost_connection", ("iot_id",), iot_id=device["iot_id"], half_until=half_until)
    disconnected = ctx.store.require("device", iot_id=device["iot_id"])
    _forward_status(ctx, disconnected, "offline", device["status_at"])
    return disconnected


def check_enabled(device: Row) -> None:
    """Raise ApiError if a device is disabled: it receives no commands, services and messages until it is enabled."""
    if not device["enabled"]:
        raise ApiError(DEVICE_DISABLED)


@contextmanager
def short_connection(ctx: Context, device: Row, ip_address: str) -> Iterator[Row]:
    """Set a device online for the duration of one request, and yield its updated row.

    The device cannot receive messages, so those with QoS 0 are dropped. Does nothing if the device is connected.
    """
    if device["online"]:
        yield device
        return
    go_online(ctx, device, ip_address)
    connected = ctx.store.require("device", iot_id=device["iot_id"])
    _forward_status(ctx, connected, "online", device["status_at"])
    yield connected
    ctx.store.delete("outbox", iot_id=device["iot_id"], qos=0)
    disconnect(ctx, connected)


def report_disconnect(ctx: Context, device: Row) -> None:
    """Forward the status of a device that the platform itself disconnected. Does nothing if it was offline.

    Args:
        ctx: the context.
        device: the row of the device before it was disconnected.
    """
    if device["online"]:
        _forward_status(ctx, {**device, "status_at": ctx.now}, "offline", device["status_at"])


def is_half_connected(ctx: Context, device: Row) -> bool:
    """Return whether an offline device lost its connection less than one heartbeat ago."""
    lost = ctx.store.one("lost_connection", iot_id=device["iot_id"])
    return lost is not None and ctx.now < lost["half_until"]


def check_connected(ctx: Context, device: Row) -> None:
    """Raise ApiError if a device is offline or half connected."""
    if not device["online"]:
        code = "HALFCONN" if is_half_connected(ctx, device) else "OFFLINE"
        raise ApiError(f"iot.messagebroker.{code}")


def _forward_status(ctx: Context, device: Row, status: str, previous: int) -> None:
    """Forward that a device is now online or offline; ``previous`` is the time of the previous status change."""
    topic = f"/as/mqtt/status/{device['product_key']}/{device['device_name']}"
    message = {
        "status": status,
        "iotId": device["iot_id"],
        "productKey": device["product_key"],
        "deviceName": device["device_name"],
        "lastTime": _beijing(previous),
        "utcLastTime": times.utc(previous),
        "time": _beijing(device["status_at"]),
        "utcTime": times.utc(device["status_at"]),
        "clientIp": device["ip_address"] or "",
    }
    forward(ctx, device, topic, message, DEVICE_STATUS_CHANGE)


def _beijing(moment: int) -> str:
    return f"{times.beijing(moment)}.{moment % 1000:03}"
