# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Manage the sessions of real (not simulated) devices, over a direct connection or through their gateway.

A clean session discards the state of previous sessions: the waiting messages and the subscriptions of the device.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row, Store
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.connection import connect, disconnect

TABLES = """
-- Sub-devices that are connected through their gateway. Detaching a sub-device ends its session.
CREATE TABLE IF NOT EXISTS sub_session (
    iot_id TEXT PRIMARY KEY REFERENCES topology ON DELETE CASCADE,
    gateway_iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS sub_session_by_gateway ON sub_session (gateway_iot_id);
-- Directly connected devices whose session continues when they connect again.
CREATE TABLE IF NOT EXISTS device_session (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    seconds INTEGER NOT NULL,  -- how long it is kept after the end of the connection
    expires_at INTEGER  -- in milliseconds; NULL while the device is connected
);
-- Directly connected devices that receive RRPC requests on custom topics (the option ext=1 in their client id).
CREATE TABLE IF NOT EXISTS custom_rrpc (iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE);
"""


#: How long a session of MQTT 3 is kept, in seconds, and the longest time that MQTT 5.0 can express.
FOREVER = 0xFFFFFFFF


def start(
    ctx: Context,
    iot_id: str,
    ip_address: str,
    clean: bool,
    kept_seconds: int | None = None,
    has_custom_rrpc: bool = False,
) -> bool | None:
    """Start the session of a directly connected device.

    Args:
        ctx: the context.
        iot_id: the device.
        ip_address: the IP address of the device.
        clean: whether to discard the state of the previous session.
        kept_seconds: how long the session is kept after the end of the connection, in seconds. If None, it is kept
            unless it is clean, as in MQTT 3.
        has_custom_rrpc: whether the device receives RRPC requests on custom topics.

    Returns:
        Whether a previous session continues; None if the device does not exist or is disabled.
    """
    device = ctx.store.one("device", iot_id=iot_id)
    if device is None or not device["enabled"]:
        return None
    previous = ctx.store.one("device_session", iot_id=iot_id)
    if previous and previous["expires_at"] is not None and previous["expires_at"] <= ctx.now:
        previous, clean = None, True
    seconds = (0 if clean else FOREVER) if kept_seconds is None else kept_seconds
    ctx.store.delete("device_session", iot_id=iot_id)
    if seconds:
        ctx.store.insert("device_session", iot_id=iot_id, seconds=seconds)
    ctx.store.delete("custom_rrpc", iot_id=iot_id)
    if has_custom_rrpc:
        ctx.store.insert("custom_rrpc", iot_id=iot_id)
    # Ends the sessions of its sub-devices, and its own session as a sub-device.
    _end_sub_devices(ctx, device)
    ctx.store.delete("sub_session", iot_id=iot_id)
    _connect(ctx, device, ip_address, clean)
    return previous is not None and not clean


def end(ctx: Context, iot_id: str, heartbeat: float = 0) -> None:
    """End the session of a directly connected device and of its sub-devices; for ``heartbeat`` see ``disconnect``."""
    device = ctx.store.one("device", iot_id=iot_id)
    if device is None:
        return
    kept = ctx.store.one("device_session", iot_id=iot_id)
    if kept and kept["seconds"] < FOREVER:
        ctx.store.update("device_session", {"expires_at": ctx.now + kept["seconds"] * 1000}, iot_id=iot_id)
    _end_sub_devices(ctx, device, heartbeat)
    if not ctx.store.count("sub_session", iot_id=iot_id):
        disconnect(ctx, device, heartbeat)


def start_sub_device(ctx: Context, gateway: Row, device: Row, clean: bool) -> None:
    """Start the session of a sub-device that its gateway connected."""
    ctx.store.put("sub_session", ("iot_id",), iot_id=device["iot_id"], gateway_iot_id=gateway["iot_id"])
    _connect(ctx, device, gateway["ip_address"], clean)


def end_sub_device(ctx: Context, device: Row) -> bool:
    """End the session of a sub-device. Returns False if it was not connected through a gateway."""
    if not ctx.store.delete("sub_session", iot_id=device["iot_id"]):
        return False
    disconnect(ctx, device)
    return True


def find_online_sub_device(ctx: Context, gateway: Row, product_key: str, device_name: str) -> Row | None:
    """Return the sub-device with this name if it is connected through the gateway, otherwise None."""
    device = ctx.store.one("device", product_key=product_key, device_name=device_name)
    if device is None or not device["online"] or gateway_of(ctx.store, device["iot_id"]) != gateway["iot_id"]:
        return None
    return device


def gateway_of(store: Store, iot_id: str) -> str | None:
    """Return the ``iot_id`` of the gateway through which a device is connected, or None."""
    return store.value("SELECT gateway_iot_id FROM sub_session WHERE iot_id = ?", iot_id)


def has_custom_rrpc(ctx: Context, device: Row) -> bool:
    """Return whether a device receives RRPC requests on custom topics, directly or through its gateway.

    Other devices receive requests on ``/sys/{pk}/{dn}/rrpc/request/{id}`` only.
    """
    connected_as = gateway_of(ctx.store, device["iot_id"]) or device["iot_id"]
    is_simulated = ctx.store.count("simulated_device", iot_id=device["iot_id"])
    return bool(is_simulated or ctx.store.count("custom_rrpc", iot_id=connected_as))


def find_invalid(ctx: Context, iot_ids: Iterable[str]) -> list[str]:
    """Return those of the directly connected devices whose connection must be closed.

    These devices were deleted, disabled, reset, connected by their gateway, or changed to simulated devices.
    """
    rows = ctx.store.rows(
        """
        SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM device WHERE iot_id = value AND online)
        OR EXISTS (SELECT 1 FROM sub_session WHERE iot_id = value)
        OR EXISTS (SELECT 1 FROM simulated_device WHERE iot_id = value)
        """,
        json.dumps(list(iot_ids)),
    )
    return [row["value"] for row in rows]


def end_all(ctx: Context) -> None:
    """End all sessions of real devices, after a restart of the process."""
    for device in ctx.store.rows(
        "SELECT * FROM device WHERE status = 'ONLINE' AND iot_id NOT IN (SELECT iot_id FROM simulated_device)"
    ):
        disconnect(ctx, device)
    ctx.store.delete("sub_session")


def drop_all(ctx: Context) -> None:
    """End the sessions of real devices without messages about it, after the state was replaced."""
    ctx.store.execute(
        "UPDATE device SET online = 0 WHERE status = 'ONLINE' AND iot_id NOT IN (SELECT iot_id FROM simulated_device)"
    )
    ctx.store.execute(
        "UPDATE device_session SET expires_at = ? + seconds * 1000 WHERE expires_at IS NULL AND seconds < ?",
        ctx.now,
        FOREVER,
    )
    ctx.store.delete("sub_session")


def _connect(ctx: Context, device: Row, ip_address: str, clean: bool) -> None:
    if clean:
        ctx.store.delete("outbox", iot_id=device["iot_id"])
        downlink.unsubscribe(ctx, device)
    connect(ctx, device, ip_address)


def _end_sub_devices(ctx: Context, gateway: Row, heartbeat: float = 0) -> None:
    for device in ctx.store.rows(
        "SELECT device.* FROM sub_session JOIN device USING (iot_id) WHERE gateway_iot_id = ?", gateway["iot_id"]
    ):
        disconnect(ctx, device, heartbeat)
    ctx.store.delete("sub_session", gateway_iot_id=gateway["iot_id"])
