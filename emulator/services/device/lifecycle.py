# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Disabling, enabling, resetting and deleting devices; a gateway takes its sub-devices along (chapter 4.8).

For a gateway with many sub-devices that is a job: the call answers its id, and the work is done a while later.

Devices are told, those behind a gateway through it, before they are cut off; whoever listens is told of it, too.
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
    kind TEXT NOT NULL,  -- what is done when the job ends
    iot_id TEXT NOT NULL,  -- the gateway; the job is remembered longer than a gateway that it deletes
    product_key TEXT NOT NULL,
    device_name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
);
"""

#: With more sub-devices than these a gateway's affairs are done by a job.
MAX_SUB_DEVICES_AT_ONCE = 2000
#: How long a job takes for each sub-device.
MILLISECONDS_PER_SUB_DEVICE = 1

_JOB_ID_LENGTH = 22

_DELETE = "delete_gateway"
_DISABLE = "disable_gateway"
_ENABLE = "enable_gateway"
_RESET = "reset_gateway"

# Of what devices are told that becomes of them.
_VERSION = "1.0"


def gateway_of(ctx: Context, device: Row) -> Row | None:
    """The row of the gateway that a device is behind, connected through it or not."""
    rows = ctx.store.rows(
        "SELECT device.* FROM topology JOIN device ON device.iot_id = gateway_iot_id WHERE topology.iot_id = ?",
        device["iot_id"],
    )
    return rows[0] if rows else None


def gateway_job(ctx: Context, gateway: Row, kind: str) -> str | None:
    """Put ``kind`` of work on a gateway off where it has too many sub-devices to be done at once.

    Returns the job's id, or None where there is no need. The handler of ``kind`` gets the gateway as ``iot_id``.
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
    """Manual section 4.8.9: what belongs to the device goes with it; its sub-devices stay, without a gateway."""
    return _at_once_or_later(ctx, find_device(ctx, p), _DELETE)


@operation
def disable_thing(ctx: Context, p: dict[str, Any]) -> Reply | None:
    """Manual section 4.8.12: the gateway itself is disabled at once in any case."""
    device = find_device(ctx, p)
    _switch(ctx, [device], gateway_of(ctx, device), False)
    return _at_once_or_later(ctx, device, _DISABLE)


@operation
def enable_thing(ctx: Context, p: dict[str, Any]) -> Reply | None:
    """Manual section 4.8.13: the gateway itself is enabled at once in any case."""
    device = find_device(ctx, p)
    _switch(ctx, [device], gateway_of(ctx, device), True)
    return _at_once_or_later(ctx, device, _ENABLE)


@operation
def reset_thing(ctx: Context, p: dict[str, Any]) -> Reply | None:
    """Manual section 4.8.14: as if the device had never connected, so that it can register dynamically once more."""
    device = find_device(ctx, p)
    if device["activated_at"] is not None:
        changes = {"activated_at": None, "online": 0, "online_at": None, "modified_at": ctx.now}
        if device["enabled"]:  # a disabled one stays so, whether it has ever connected or not
            changes["status_at"] = ctx.now
        ctx.store.update("device", changes, iot_id=device["iot_id"])
        report_disconnect(ctx, device)
    return _at_once_or_later(ctx, device, _RESET)


@when_due(_DELETE)
def _delete(ctx: Context, payload: dict[str, Any]) -> None:
    device = ctx.store.one("device", iot_id=payload["iot_id"])
    if device is None:  # was deleted while the job waited
        return
    detach_sub_devices(ctx, device["iot_id"])
    gateway = gateway_of(ctx, device)
    _tell_device(ctx, device, gateway, lifecycle_message.DELETED)
    report_disconnect(ctx, device)
    if gateway:
        lifecycle_message.forward_topology_event(ctx, gateway, [device], lifecycle_message.REMOVED)
    lifecycle_message.forward_device_events(ctx, [device], lifecycle_message.DELETED)
    ctx.store.delete("device", iot_id=device["iot_id"])


@when_due(_DISABLE)
def _disable_sub_devices(ctx: Context, payload: dict[str, Any]) -> None:
    _switch_sub_devices(ctx, payload["iot_id"], False)


@when_due(_ENABLE)
def _enable_sub_devices(ctx: Context, payload: dict[str, Any]) -> None:
    _switch_sub_devices(ctx, payload["iot_id"], True)


@when_due(_RESET)
def _leave_sub_devices(ctx: Context, payload: dict[str, Any]) -> None:
    detach_sub_devices(ctx, payload["iot_id"])


_WORK = {
    _DELETE: _delete,
    _DISABLE: _disable_sub_devices,
    _ENABLE: _enable_sub_devices,
    _RESET: _leave_sub_devices,
}


def _at_once_or_later(ctx: Context, device: Row, kind: str) -> Reply | None:
    """Do the work, or answer the job that will."""
    job_id = gateway_job(ctx, device, kind)
    if job_id:
        return {"JobId": job_id}
    _WORK[kind](ctx, {"iot_id": device["iot_id"]})
    return None


def _switch_sub_devices(ctx: Context, iot_id: str, enabled: bool) -> None:
    gateway = ctx.store.one("device", iot_id=iot_id)
    if gateway:
        _switch(ctx, _behind(ctx, gateway), gateway, enabled)


def _switch(ctx: Context, devices: Iterable[Row], gateway: Row | None, enabled: bool) -> None:
    """Disable or enable devices; those that are so already stay untouched. A disabled device is cut off.

    ``gateway`` is the one that they are behind, if they are behind any.
    """
    devices = [device for device in devices if bool(device["enabled"]) != enabled]
    if not devices:
        return
    action = lifecycle_message.ENABLED if enabled else lifecycle_message.DISABLED
    for device in devices:
        _tell_device(ctx, device, gateway, action)
    changes = {"enabled": enabled, "online": 0, "modified_at": ctx.now, "status_at": ctx.now}
    ctx.store.update("device", changes, iot_id=[device["iot_id"] for device in devices])
    for device in devices:
        report_disconnect(ctx, device)
    if gateway:
        lifecycle_message.forward_topology_event(ctx, gateway, devices, action)
    lifecycle_message.forward_device_events(ctx, devices, action)


def _tell_device(ctx: Context, device: Row, gateway: Row | None, action: str) -> None:
    """Tell a device what becomes of it, if it has a way to hear it: its own connection, or that of its gateway.

    The thing model has the same words for it. The device's own connection ends with that; a gateway that is connected
    is told even of devices that are not.
    """
    has_own = device["online"] and session.gateway_of(ctx.store, device["iot_id"]) is None
    if not (has_own or (gateway and gateway["online"])):
        return
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/{action}"
    message_id = trace.next_id(ctx)
    message = {"id": str(message_id), "version": _VERSION, "params": {}, "method": f"thing.{action}"}
    if has_own:
        downlink.send_and_disconnect(ctx, device, topic, message, message_id)
    else:
        downlink.send(ctx, gateway, topic, message, message_id=message_id)


def detach_sub_devices(ctx: Context, iot_id: str) -> bool:
    """End the relation of a gateway and its sub-devices, which are offline from then on; whether it had any."""
    gateway = ctx.store.one("device", iot_id=iot_id)
    devices = _behind(ctx, gateway) if gateway else []
    if not devices:
        return False
    online = [device["iot_id"] for device in devices if device["online"]]
    ctx.store.update("device", {"online": 0, "status_at": ctx.now}, iot_id=online)
    ctx.store.delete("topology", gateway_iot_id=iot_id)
    for device in devices:
        report_disconnect(ctx, device)
    lifecycle_message.forward_topology_event(ctx, gateway, devices, lifecycle_message.REMOVED)
    return True


@before_deletion
def _leave_gateways(ctx: Context, product: Row) -> None:
    """The gateways of a product go with it; sub-devices that are of other products stay, without a gateway."""
    gateways = ctx.store.rows(
        "SELECT DISTINCT gateway_iot_id FROM topology JOIN device ON device.iot_id = gateway_iot_id "
        "WHERE product_key = ?",
        product["product_key"],
    )
    for gateway in gateways:
        detach_sub_devices(ctx, gateway["gateway_iot_id"])


def _behind(ctx: Context, gateway: Row) -> list[Row]:
    """The sub-devices of a gateway, in the order in which they came."""
    return ctx.store.rows(
        "SELECT device.* FROM topology JOIN device USING (iot_id) WHERE gateway_iot_id = ? "
        "ORDER BY added_at, topology.rowid",
        gateway["iot_id"],
    )
