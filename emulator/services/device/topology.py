# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Gateways and the sub-devices behind them (the topology of the manual's chapter 4.8)."""

from __future__ import annotations

import hmac
import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.device_signature import sign
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation, when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing import lifecycle_message
from ansible_collections.iotops.aliyun.emulator.routing.connection import disconnect
from ansible_collections.iotops.aliyun.emulator.services.device.device import (
    find_device,
    find_device_by_name,
    render_device,
)
from ansible_collections.iotops.aliyun.emulator.services.device.lifecycle import (
    create_gateway_job,
    detach_sub_devices,
    gateway_of,
)
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS topology (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,  -- a sub-device has one gateway
    gateway_iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    added_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS topology_by_gateway ON topology (gateway_iot_id, added_at);
"""

#: The sub-devices of a gateway: as many as GetThingTopo can show. The manual names no number, but expects over 2,000.
MAX_SUB_DEVICES = 10_000

GATEWAY = 1

_REMOVE = "remove_topology"

_MAX_POSITION = 10_000
_OLDEST_FIRST = "added_at, topology.rowid"

# The parameters of a sub-device that its signature covers, by the names that are signed.
_SIGNED = {"clientId": "ClientId", "deviceName": "DeviceName", "productKey": "ProductKey", "timestamp": "Timestamp"}
_MANDATORY = ("ProductKey", "DeviceName", "Sign", "SignMethod")

_CREATED = 0  # in a message about a changed topology


def is_gateway(ctx: Context, device: Row) -> bool:
    """Whether sub-devices can be put behind a device."""
    return find_product(ctx, device["product_key"])["node_type"] == GATEWAY


def signature(method: str, secret: str, item: dict[str, str]) -> str | None:
    """The signature of a sub-device in upper-case hexadecimal digits; None where there is no such method.

    ``item`` holds its parameters by their API names.
    """
    signed = sign(method, secret, {name: item[member] for name, member in _SIGNED.items() if item.get(member)})
    return signed and signed.upper()


@operation
def get_gateway_by_sub_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.21: writes some members in its own way."""
    gateway = gateway_of(ctx, find_device(ctx, p))
    if gateway is None:
        raise ApiError("iot.device.QueryTopoRelationFailed", "The device is not behind a gateway")
    written = render_device(gateway, find_product(ctx, gateway["product_key"]))
    online_at = gateway["online_at"]
    own = omit_none(
        iotId=written["IotId"],
        region=written["Region"],
        NodeType=str(written["NodeType"]),
        Status=written["Status"].lower(),
        IpAddress=gateway["ip_address"],
        GmtOnline=times.beijing(online_at) if online_at else None,
        UtcOnline=times.utc(online_at) if online_at else None,
    )
    common = {name: value for name, value in written.items() if name not in ("IotId", "Region", "Nickname")}
    return {"Data": common | own}


@operation
def get_thing_topo(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.26: in the order in which the sub-devices came to the gateway."""
    gateway = find_device(ctx, p)
    if not is_gateway(ctx, gateway):
        raise ApiError("iot.device.QueryTopoRelationFailed", "The device is not a gateway")
    page = _page(ctx, p)
    devices, total = ctx.store.page_of(
        "SELECT * FROM topology JOIN device USING (iot_id) WHERE gateway_iot_id = ?",
        [gateway["iot_id"]],
        page.offset,
        page.size,
        _OLDEST_FIRST,
    )
    if page.number > max(1, page.count(total)):
        raise ApiError("iot.device.QueryTopoRelationFailed", "PageNo is beyond the last page")
    listed = [
        {"IotId": device["iot_id"], "ProductKey": device["product_key"], "DeviceName": device["device_name"]}
        for device in devices
    ]
    return {
        "Data": {
            "List": {"deviceInfo": listed},
            "CurrentPage": page.number,
            "PageSize": page.size,
            "PageCount": page.count(total),
            "Total": total,
        }
    }


@operation
def notify_add_thing_topo(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.27: only asks the gateway to add them; the topology stays as it is."""
    asked = omit_none(IotId=p.get("GwIotId"), ProductKey=p.get("GwProductKey"), DeviceName=p.get("GwDeviceName"))
    gateway = _gateway(ctx, find_device(ctx, asked))
    devices = [find_device(ctx, entry) for entry in _listed(p.get("DeviceListStr"))]
    return {
        "Data": {"MessageId": str(_tell(ctx, gateway, "thing.topo.add.notify", [_named(device) for device in devices]))}
    }


@operation
def batch_add_thing_topo(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.8.28: all sub-devices or none; each leaves the gateway that it had."""
    gateway = _gateway(ctx, find_device_by_name(ctx, p["GwProductKey"], p["GwDeviceName"]))
    items = p.get("TopoAddItem", [])
    if not items:
        raise missing_parameter("TopoAddItem")
    devices = [_sub_device(ctx, number, item) for number, item in enumerate(items, 1)]
    attach(ctx, gateway, *devices)
    if ctx.store.count("topology", gateway_iot_id=gateway["iot_id"]) > MAX_SUB_DEVICES:
        raise ApiError("iot.device.TopoRelationCountExceeded")
    _tell(ctx, gateway, "thing.topo.change", {"status": _CREATED, "subList": [_named(device) for device in devices]})


@operation
def remove_thing_topo(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.29: a gateway loses all of its sub-devices; ``Data`` is false where there was nothing to remove."""
    device = find_device(ctx, p)
    if not is_gateway(ctx, device):
        return {"Data": free(ctx, device)}
    job_id = create_gateway_job(ctx, device, _REMOVE)
    if job_id:
        return {"Data": True, "JobId": job_id}
    return {"Data": detach_sub_devices(ctx, device["iot_id"])}


@when_due(_REMOVE)
def _remove(ctx: Context, payload: dict[str, Any]) -> None:
    detach_sub_devices(ctx, payload["iot_id"])


def free(ctx: Context, *devices: Row) -> bool:
    """Take sub-devices away from their gateways, and with them their way to the platform; whether any had one."""
    left: dict[str, tuple[Row, list[Row]]] = {}
    for device in devices:
        gateway = gateway_of(ctx, device)
        if gateway:
            ctx.store.delete("topology", iot_id=device["iot_id"])
            disconnect(ctx, device)
            left.setdefault(gateway["iot_id"], (gateway, []))[1].append(device)
    for gateway, gone in left.values():
        lifecycle_message.forward_topology_event(ctx, gateway, gone, lifecycle_message.REMOVED)
    return bool(left)


def attach(ctx: Context, gateway: Row, *devices: Row) -> None:
    """Put sub-devices behind a gateway; those that are there already keep their places."""
    present = ctx.store.all(
        "topology", iot_id=[device["iot_id"] for device in devices], gateway_iot_id=gateway["iot_id"]
    )
    there = {row["iot_id"] for row in present}
    new = list({device["iot_id"]: device for device in devices if device["iot_id"] not in there}.values())
    free(ctx, *new)
    for device in new:
        ctx.store.insert("topology", iot_id=device["iot_id"], gateway_iot_id=gateway["iot_id"], added_at=ctx.now)
    if new:
        lifecycle_message.forward_topology_event(ctx, gateway, new, lifecycle_message.ADDED)


def _gateway(ctx: Context, device: Row) -> Row:
    """The device, if it is a gateway. Raises ApiError otherwise."""
    if not is_gateway(ctx, device):
        raise ApiError("iot.device.AddTopoRelationFailed", "The device is not a gateway")
    return device


def _page(ctx: Context, p: dict[str, Any]) -> Page:
    """The page of a topology that is asked for; the code for pages that there are not is this operation's own."""
    try:
        page = requested_page(ctx, p)
    except ApiError as error:
        raise ApiError("iot.device.QueryTopoRelationFailed", error.message) from None
    if page.number * page.size > _MAX_POSITION:
        raise ApiError(
            "iot.device.QueryTopoRelationFailed", f"Only the first {_MAX_POSITION} sub-devices can be listed"
        )
    return page


def _listed(text: str | None) -> list[dict[str, str]]:
    """The sub-devices of a ``DeviceListStr``, which may begin their members with a small letter."""
    if not text:
        raise ApiError("iot.device.AddTopoRelationFailed", "DeviceListStr names no sub-device")
    try:
        entries = json.loads(text)
        payloads.to_json(entries).encode()  # an escape can stand for half a character
    except (ValueError, RecursionError):
        entries = None
    if not (isinstance(entries, list) and entries and all(_is_entry(entry) for entry in entries)):
        raise ApiError("iot.common.InvalidFormattedParameter", "DeviceListStr is a JSON array of devices")
    return [{name[:1].upper() + name[1:]: value for name, value in entry.items()} for entry in entries]


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and all(isinstance(value, str) for value in entry.values())


def _sub_device(ctx: Context, number: int, item: dict[str, str]) -> Row:
    """The device that an item of a call wants to put behind a gateway.

    Raises an error where the item is not complete, the device cannot be a sub-device, or the signature is not its own.
    """
    for name in _MANDATORY:
        if not item.get(name):
            raise missing_parameter(f"TopoAddItem.{number}.{name}")
    device = find_device_by_name(ctx, item["ProductKey"], item["DeviceName"])
    if is_gateway(ctx, device):
        raise ApiError("iot.device.AddTopoRelationFailed", "A gateway cannot be a sub-device")
    expected = signature(item["SignMethod"], device["device_secret"], item)
    if expected is None:
        raise ApiError("iot.common.InvalidFormattedParameter", "SignMethod is not one of the methods")
    if not hmac.compare_digest(expected.encode(), item["Sign"].upper().encode()):
        raise ApiError("iot.device.VerifyDeviceFailed", f"The Sign of {device['device_name']} is wrong")
    return device


def _named(device: Row) -> dict[str, str]:
    """A device as messages name it."""
    return {"productKey": device["product_key"], "deviceName": device["device_name"]}


def _tell(ctx: Context, gateway: Row, method: str, params: Any) -> int:
    """Send the gateway a message, and return its id. Of topology all gateways speak the platform's own format."""
    own = f"{gateway['product_key']}/{gateway['device_name']}"
    return downlink.send_alink_message(ctx, gateway, f"/sys/{own}/{method.replace('.', '/')}", method, params)
