# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sessions of devices that are real: over a connection of their own, or over that of their gateway.

A session that begins clean knows nothing of those before: what waited for the device is lost, and so are the topics
that it had subscribed to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row, Store
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.connection import connect, disconnect

TABLES = """
-- Sub-devices that are connected through their gateway; those that leave it are so no longer.
CREATE TABLE IF NOT EXISTS sub_session (
    iot_id TEXT PRIMARY KEY REFERENCES topology ON DELETE CASCADE,
    gateway_iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS sub_session_by_gateway ON sub_session (gateway_iot_id);
"""


def start(ctx: Context, iot_id: str, ip_address: str, clean: bool) -> bool:
    """A device has a connection of its own. Returns False where there is no such device, or it is disabled."""
    device = ctx.store.one("device", iot_id=iot_id)
    if device is None or not device["enabled"]:
        return False
    # It begins anew as a gateway, and is not behind one any longer.
    _end_of_all_behind(ctx, device)
    ctx.store.delete("sub_session", iot_id=iot_id)
    _connect(ctx, device, ip_address, clean)
    return True


def end(ctx: Context, iot_id: str, heartbeat: float = 0) -> None:
    """A device's own connection has ended, and those of all devices behind it; ``heartbeat`` as in ``disconnect``."""
    device = ctx.store.one("device", iot_id=iot_id)
    if device is None:
        return
    _end_of_all_behind(ctx, device, heartbeat)
    if not ctx.store.count("sub_session", iot_id=iot_id):
        disconnect(ctx, device, heartbeat)


def start_sub_device(ctx: Context, gateway: Row, device: Row, clean: bool) -> None:
    """A gateway has connected one of its sub-devices."""
    ctx.store.put("sub_session", ("iot_id",), iot_id=device["iot_id"], gateway_iot_id=gateway["iot_id"])
    _connect(ctx, device, gateway["ip_address"], clean)


def end_sub_device(ctx: Context, device: Row) -> bool:
    """A gateway has disconnected one of its sub-devices. Returns False where it was not connected through one."""
    if not ctx.store.delete("sub_session", iot_id=device["iot_id"]):
        return False
    disconnect(ctx, device)
    return True


def find_online_sub_device(ctx: Context, gateway: Row, product_key: str, device_name: str) -> Row | None:
    """The device of this name, if it is connected through the gateway."""
    device = ctx.store.one("device", product_key=product_key, device_name=device_name)
    if device is None or not device["online"] or gateway_of(ctx.store, device["iot_id"]) != gateway["iot_id"]:
        return None
    return device


def gateway_of(store: Store, iot_id: str) -> str | None:
    """The ``iot_id`` of the gateway through which a device is connected."""
    return store.value("SELECT gateway_iot_id FROM sub_session WHERE iot_id = ?", iot_id)


def find_invalid(ctx: Context, iot_ids: Iterable[str]) -> list[str]:
    """Those of the devices with a connection of their own that must not have it any longer.

    They have been deleted, disabled or reset, their gateway has connected them, or they are simulated now.
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
    """No connection of a real device has outlived the process that had it."""
    for device in ctx.store.rows(
        "SELECT * FROM device WHERE status = 'ONLINE' AND iot_id NOT IN (SELECT iot_id FROM simulated_device)"
    ):
        disconnect(ctx, device)
    ctx.store.delete("sub_session")


def _connect(ctx: Context, device: Row, ip_address: str, clean: bool) -> None:
    if clean:
        ctx.store.delete("outbox", iot_id=device["iot_id"])
        downlink.unsubscribe(ctx, device)
    connect(ctx, device, ip_address)


def _end_of_all_behind(ctx: Context, gateway: Row, heartbeat: float = 0) -> None:
    for device in ctx.store.rows(
        "SELECT device.* FROM sub_session JOIN device USING (iot_id) WHERE gateway_iot_id = ?", gateway["iot_id"]
    ):
        disconnect(ctx, device, heartbeat)
    ctx.store.delete("sub_session", gateway_iot_id=gateway["iot_id"])
