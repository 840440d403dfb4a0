# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices come and go: what their connections mean to the rest of the platform."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward
from ansible_collections.iotops.aliyun.emulator.routing.message_types import DEVICE_STATUS_CHANGE

TABLES = """
-- Connections that broke without the device saying good-bye.
CREATE TABLE IF NOT EXISTS lost_connection (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    half_until INTEGER NOT NULL  -- one heartbeat after it broke, in milliseconds
);
"""

_INTERESTED: list[Callable[[Context, Row], None]] = []


def on_connected(function: Callable[[Context, Row], None]) -> Callable[[Context, Row], None]:
    """Declare that a function wants to know of every device that has come online; it takes a context and its row."""
    _INTERESTED.append(function)
    return function


def go_online(ctx: Context, device: Row, ip_address: str) -> None:
    """The device has connected, which activates it the first time."""
    changes = {
        "online": 1,
        "activated_at": device["activated_at"] or ctx.now,
        "online_at": ctx.now,
        "status_at": device["status_at"] if device["online"] else ctx.now,
        "ip_address": ip_address,
    }
    ctx.store.update("device", changes, iot_id=device["iot_id"])


def go_offline(ctx: Context, device: Row) -> None:
    """The device has lost its connection; nothing happens where it had none."""
    ctx.store.update("device", {"online": 0, "status_at": ctx.now}, iot_id=device["iot_id"], online=1)


def connect(ctx: Context, device: Row, ip_address: str) -> Row:
    """A device has connected, itself or through its gateway: returns its row, and lets it have what waited for it."""
    go_online(ctx, device, ip_address)
    ctx.store.delete("lost_connection", iot_id=device["iot_id"])
    connected = ctx.store.one("device", iot_id=device["iot_id"])
    if not device["online"]:
        _tell_status(ctx, connected, "online", device["status_at"])
    downlink.resume_delivery(ctx, connected)
    for function in _INTERESTED:
        function(ctx, connected)
    return connected


def disconnect(ctx: Context, device: Row, heartbeat: float = 0) -> Row:
    """A device has gone: returns its row.

    Where the connection broke, ``heartbeat`` is how many seconds it had promised to be heard of within: so long the
    device counts as half connected.
    """
    if not device["online"]:
        return device
    go_offline(ctx, device)
    if heartbeat:
        half_until = ctx.now + round(heartbeat * 1000)
        ctx.store.put("lost_connection", ("iot_id",), iot_id=device["iot_id"], half_until=half_until)
    gone = ctx.store.one("device", iot_id=device["iot_id"])
    _tell_status(ctx, gone, "offline", device["status_at"])
    return gone


def report_disconnect(ctx: Context, device: Row) -> None:
    """Tell of a device that the platform itself has made offline; ``device`` is its row as it was before.

    Nothing happens where it was not connected.
    """
    if device["online"]:
        _tell_status(ctx, {**device, "status_at": ctx.now}, "offline", device["status_at"])


def is_half_connected(ctx: Context, device: Row) -> bool:
    """Whether a device that is offline has lost its connection less than a heartbeat ago."""
    lost = ctx.store.one("lost_connection", iot_id=device["iot_id"])
    return lost is not None and ctx.now < lost["half_until"]


def check_connected(ctx: Context, device: Row) -> None:
    """Raise ApiError that tells how a device is not connected."""
    if not device["online"]:
        code = "HALFCONN" if is_half_connected(ctx, device) else "OFFLINE"
        raise ApiError(f"iot.messagebroker.{code}")


def _tell_status(ctx: Context, device: Row, status: str, before: int) -> None:
    """Hand on that a device is now online or offline; ``before`` is when its status last changed."""
    topic = f"/as/mqtt/status/{device['product_key']}/{device['device_name']}"
    message = {
        "status": status,
        "iotId": device["iot_id"],
        "productKey": device["product_key"],
        "deviceName": device["device_name"],
        "lastTime": _beijing(before),
        "utcLastTime": times.utc(before),
        "time": _beijing(device["status_at"]),
        "utcTime": times.utc(device["status_at"]),
        "clientIp": device["ip_address"] or "",
    }
    forward(ctx, device, topic, message, DEVICE_STATUS_CHANGE)


def _beijing(moment: int) -> str:
    return f"{times.beijing(moment)}.{moment % 1000:03}"
