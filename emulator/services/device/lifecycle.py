# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Disable, enable, reset and delete devices, including the sub-devices of gateways (manual chapter 4.8).

For a gateway with many sub-devices, the platform creates a job: the reply contains its ID, and the sub-devices change
some time later.

A device is notified before it is disconnected, a sub-device through its gateway. Subscribers of lifecycle events are
notified as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation, when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, trace
from ansible_collections.iotops.aliyun.emulator.routing import lifecycle_message, session
from ansible_collections.iotops.aliyun.emulator.routing.connection import report_disconnect
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.product.product import before_deletion

TABLES = """
CREATE TABLE IF NOT EXISTS gateway_job (
    job_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,  -- the work that is done when the job ends
    iot_id TEXT NOT NULL,  -- the gateway; no foreign key, because the job remains when it deletes the gateway
    product_key TEXT NOT NULL,
    device_name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
);
"""

#: For a gateway with more sub-devices than this, the platform creates a job.
MAX_SUB_DEVICES_AT_ONCE = 2000
#: The duration of a job for each sub-device.
MILLISECONDS_PER_SUB_DEVICE = 1

_JOB_ID_LENGTH = 22

_DELETE = "delete_gateway"
_DISABLE = "disable_gateway"
_ENABLE = "enable_gateway"
_RESET = "reset_gateway"

# The version of the messages that notify devices.
_MESSAGE_VERSION = "1.0"


def gateway_of(ctx: Context, device: Row) -> Row | None:
    """Return the row of the gateway that a device is attached to, or None. The device need not be connected."""
    rows = ctx.store.rows(
        "SELECT device.* FROM topology JOIN device ON device.iot_id = gateway_iot_id WHERE topology.iot_id = ?",
        device["iot_id"],
    )
    return rows[0] if rows else None


def create_gateway_job(ctx: Context, gateway: Row, kind: str) -> str | None:
    """Create a job for a gateway if it has more sub-devices than can be changed at once.

    Args:
        ctx: The context of the request.
        gateway: The row of the gateway.
        kind: The kind of the scheduled work. Its handler receives the gateway as ``iot_id``.

    Returns:
        The ID of the job, or None if no job is needed.
    """
    sub_devices = ctx.store.count("topology", gateway_iot_id=gateway["iot_id"])
    if sub_devices <= MAX_SUB_DEVICES_AT_ONCE:
        return None
    job_id = ids.alphanumeric(_JOB_ID_LENGTH)
    ends_at = ctx.now + sub_devices * MILLISECONDS_PER_SUB_DEVICE
    ctx.store.insert(
        "gateway_job",
        job_id=job_id,
        kind=kind,
        iot_id=gateway["iot_id"],
        product_key=gateway["product_key"],
        device_name=gateway["device_name"],
        created_at=ctx.now,
        ends_at=ends_at,
    )
    ctx.schedule(ends_at, kind, iot_id=gateway["iot_id"])
    return job_id


@operation
def delete_device(ctx: Context, p: dict[str, Any]) -> Reply | None:
    """Manual section 4.8.9: Delete a device and everything that belongs to it.

    Its sub-devices remain, without a gateway.
    """
    return _run_or_create_job(ctx, find_device(ctx, p), _DELETE)


@operation
def disable_thing(ctx: Context, p: dict[str, Any]) -> Reply | None:
    """Manual section 4.8.12: Disable a device.

    A gateway itself is always disabled immediately, also if a job is created.
    """
    device = find_device(ctx, p)
    _set_enabled(ctx, [device], gateway_of(ctx, device), False)
    return _run_or_create_job(ctx, device, _DISABLE)


@operation
def enable_thing(ctx: Context, p: dict[str, Any]) -> Reply | None:
    """Manual section 4.8.13: Enable a device.

    A gateway itself is always enabled immediately, also if a job is created.
    """
    device = find_device(ctx, p)
    _set_enabled(ctx, [device], gateway_of(ctx, device), True)
    return _run_or_create_job(ctx, device, _ENABLE)


@operation
def reset_thing(ctx: Context, p: dict[str, Any]) -> Reply | None:
    """Manual section 4.8.14: Reset a device to its state before the first connection.

    It can register dynamically again.
    """
    device = find_device(ctx, p)
    if device["activated_at"] is not None:
        changes = {"activated_at": None, "online": 0, "online_at": None, "modified_at": ctx.now}
        if device["enabled"]:  # the status of a disabled device is DISABLE before and after the reset
            changes["status_at"] = ctx.now
        ctx.store.update("device", changes, iot_id=device["iot_id"])
        report_disconnect(ctx, device)
    return _run_or_create_job(ctx, device, _RESET)


@when_due(_DELETE)
def _delete(ctx: Context, payload: dict[str, Any]) -> None:
    device = ctx.store.one("device", iot_id=payload["iot_id"])
    if device is None:  # the device was deleted before the job ended
        return
    detach_sub_devices(ctx, device["iot_id"])
    gateway = gateway_of(ctx, device)
    _notify_device(ctx, device, gateway, lifecycle_message.DELETED)
    report_disconnect(ctx, device)
    if gateway:
        lifecycle_message.forward_topology_event(ctx, gateway, [device], lifecycle_message.REMOVED)
    lifecycle_message.forward_device_events(ctx, [device], lifecycle_message.DELETED)
    ctx.store.delete("device", iot_id=device["iot_id"])


@when_due(_DISABLE)
def _disable_sub_devices(ctx: Context, payload: dict[str, Any]) -> None:
    _set_sub_devices_enabled(ctx, payload["iot_id"], False)


@when_due(_ENABLE)
def _enable_sub_devices(ctx: Context, payload: dict[str, Any]) -> None:
    _set_sub_devices_enabled(ctx, payload["iot_id"], True)


@when_due(_RESET)
def _detach_sub_devices(ctx: Context, payload: dict[str, Any]) -> None:
    detach_sub_devices(ctx, payload["iot_id"])


_WORK = {
    _DELETE: _delete,
    _DISABLE: _disable_sub_devices,
    _ENABLE: _enable_sub_devices,
    _RESET: _detach_sub_devices,
}


def _run_or_create_job(ctx: Context, device: Row, kind: str) -> Reply | None:
    """Do the work immediately, or create a job for it and return a reply with the job ID."""
    job_id = create_gateway_job(ctx, device, kind)
    if job_id:
        return {"JobId": job_id}
    _WORK[kind](ctx, {"iot_id": device["iot_id"]})
    return None


def _set_sub_devices_enabled(ctx: Context, iot_id: str, enabled: bool) -> None:
    gateway = ctx.store.one("device", iot_id=iot_id)
    if gateway:
        _set_enabled(ctx, _sub_devices_of(ctx, gateway), gateway, enabled)


def _set_enabled(ctx: Context, devices: Iterable[Row], gateway: Row | None, enabled: bool) -> None:
    """Disable or enable devices. Disabled devices are disconnected; devices already in the state do not change.

    Args:
        ctx: The context of the request.
        devices: The rows of the devices.
        gateway: The row of the gateway that the devices are attached to, or None.
        enabled: Whether to enable or to disable the devices.
    """
    devices = [device for device in devices if bool(device["enabled"]) != enabled]
    if not devices:
        return
    action = lifecycle_message.ENABLED if enabled else lifecycle_message.DISABLED
    for device in devices:
        _notify_device(ctx, device, gateway, action)
    changes = {"enabled": enabled, "online": 0, "modified_at": ctx.now, "status_at": ctx.now}
    ctx.store.update("device", changes, iot_id=[device["iot_id"] for device in devices])
    for device in devices:
        report_disconnect(ctx, device)
    if gateway:
        lifecycle_message.forward_topology_event(ctx, gateway, devices, action)
    lifecycle_message.forward_device_events(ctx, devices, action)


def _notify_device(ctx: Context, device: Row, gateway: Row | None, action: str) -> None:
    """Send a device a message that it is disabled, enabled or deleted, over its own connection or its gateway.

    The message closes the device's own connection. A connected gateway receives the message even if the sub-device
    is not connected. The topic and the method contain the name of the action.
    """
    has_own_connection = device["online"] and session.gateway_of(ctx.store, device["iot_id"]) is None
    if not (has_own_connection or (gateway and gateway["online"])):
        return
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/{action}"
    message_id = trace.next_id(ctx)
    message = {
        "id": str(trace.device_id_of(message_id)),
        "version": _MESSAGE_VERSION,
        "params": {},
        "method": f"thing.{action}",
    }
    if has_own_connection:
        downlink.send_and_disconnect(ctx, device, topic, message, message_id)
    elif gateway:
        downlink.send(ctx, gateway, topic, message, message_id=message_id)


def detach_sub_devices(ctx: Context, iot_id: str) -> bool:
    """Detach all sub-devices from a gateway and set them offline. Return whether the gateway had sub-devices."""
    gateway = ctx.store.one("device", iot_id=iot_id)
    devices = _sub_devices_of(ctx, gateway) if gateway else []
    if gateway is None or not devices:
        return False
    online = [device["iot_id"] for device in devices if device["online"]]
    ctx.store.update("device", {"online": 0, "status_at": ctx.now}, iot_id=online)
    ctx.store.delete("topology", gateway_iot_id=iot_id)
    for device in devices:
        report_disconnect(ctx, device)
    lifecycle_message.forward_topology_event(ctx, gateway, devices, lifecycle_message.REMOVED)
    return True


@before_deletion
def _detach_sub_devices_of_product(ctx: Context, product: Row) -> None:
    """Detach the sub-devices of the gateways of a deleted product: sub-devices of other products remain."""
    gateways = ctx.store.rows(
        "SELECT DISTINCT gateway_iot_id FROM topology JOIN device ON device.iot_id = gateway_iot_id "
        "WHERE product_key = ?",
        product["product_key"],
    )
    for gateway in gateways:
        detach_sub_devices(ctx, gateway["gateway_iot_id"])


def _sub_devices_of(ctx: Context, gateway: Row) -> list[Row]:
    """Return the rows of the sub-devices of a gateway, in the order in which they were attached."""
    return ctx.store.rows(
        "SELECT device.* FROM topology JOIN device USING (iot_id) WHERE gateway_iot_id = ? "
        "ORDER BY added_at, topology.rowid",
        gateway["iot_id"],
    )
