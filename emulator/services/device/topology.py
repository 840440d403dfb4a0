# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Gateways and their sub-devices: the topology (manual chapter 4.8)."""

from __future__ import annotations

import hmac
import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.device_signature import sign
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, page_at_token, requested_page
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

#: The maximum number of sub-devices of a gateway: as many as GetThingTopo can list. The manual states no number, but
#: expects more than 2,000.
MAX_SUB_DEVICES = 10_000

GATEWAY = 1

_REMOVE_TOPOLOGY = "remove_topology"

_MAX_POSITION = 10_000
_OLDEST_FIRST = "added_at, topology.rowid"

# The parameters that the signature of a sub-device covers, by their names in the signed text.
_SIGNED_PARAMETERS = {
    "clientId": "ClientId",
    "deviceName": "DeviceName",
    "productKey": "ProductKey",
    "timestamp": "Timestamp",
}
_REQUIRED = ("ProductKey", "DeviceName", "Sign", "SignMethod")

_STATUS_CREATED = 0  # the status in a message about a changed topology


def is_gateway(ctx: Context, device: Row) -> bool:
    """Return whether a device is a gateway, to which sub-devices can be attached."""
    return find_product(ctx, device["product_key"])["node_type"] == GATEWAY


def signature(method: str, secret: str, item: dict[str, str]) -> str | None:
    """Return the signature of a sub-device in upper-case hexadecimal digits, or None if the method is unknown.

    ``item`` contains the parameters of the sub-device by their API names.
    """
    signed = sign(
        method, secret, {name: item[member] for name, member in _SIGNED_PARAMETERS.items() if item.get(member)}
    )
    return signed and signed.upper()


@operation
def get_gateway_by_sub_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.21: Return the details of a sub-device's gateway.

    Some member names differ from other replies.
    """
    gateway = gateway_of(ctx, find_device(ctx, p))
    if gateway is None:
        raise ApiError("iot.device.QueryTopoRelationFailed", "The device is not attached to a gateway")
    details = render_device(gateway, find_product(ctx, gateway["product_key"]))
    online_at = gateway["online_at"]
    specific = omit_none(
        iotId=details["IotId"],
        region=details["Region"],
        NodeType=str(details["NodeType"]),
        Status=details["Status"].lower(),
        IpAddress=gateway["ip_address"],
        GmtOnline=times.beijing(online_at) if online_at else None,
        UtcOnline=times.utc(online_at) if online_at else None,
    )
    common = {name: value for name, value in details.items() if name not in ("IotId", "Region", "Nickname")}
    return {"Data": common | specific}


@operation
def get_thing_topo(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.26: List the sub-devices of a gateway, in the order in which they were attached.

    ``NextToken`` takes precedence over ``PageNo``.
    """
    gateway = find_device(ctx, p)
    if not is_gateway(ctx, gateway):
        raise ApiError("iot.device.QueryTopoRelationFailed", "The device is not a gateway")
    page = _requested_topology_page(ctx, p)
    devices, total = ctx.store.page_of(
        "SELECT * FROM topology JOIN device USING (iot_id) WHERE gateway_iot_id = ?",
        [gateway["iot_id"]],
        page.offset,
        page.size,
        _OLDEST_FIRST,
    )
    if page.number > max(1, page.count(total)):
        raise ApiError("iot.device.QueryTopoRelationFailed", "PageNo is beyond the last page")
    items = [
        {"IotId": device["iot_id"], "ProductKey": device["product_key"], "DeviceName": device["device_name"]}
        for device in devices
    ]
    return {
        "Data": {
            "List": {"deviceInfo": items},
            "CurrentPage": page.number,
            "PageSize": page.size,
            "PageCount": page.count(total),
            "Total": total,
            **omit_none(NextToken=page.next_token(total) or None),
        }
    }


@operation
def notify_add_thing_topo(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.27: Ask a gateway to attach sub-devices. The topology itself does not change."""
    requested = omit_none(IotId=p.get("GwIotId"), ProductKey=p.get("GwProductKey"), DeviceName=p.get("GwDeviceName"))
    gateway = _require_gateway(ctx, find_device(ctx, requested))
    devices = [find_device(ctx, entry) for entry in _parse_device_list(p.get("DeviceListStr"))]
    return {
        "Data": {
            "MessageId": str(
                _send_order(ctx, gateway, "thing.topo.add.notify", [_device_reference(device) for device in devices])
            )
        }
    }


@operation
def batch_add_thing_topo(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.8.28: Attach sub-devices to a gateway, all or none.

    Each is detached from its previous gateway.
    """
    gateway = _require_gateway(ctx, find_device_by_name(ctx, p["GwProductKey"], p["GwDeviceName"]))
    items = p.get("TopoAddItem", [])
    if not items:
        raise missing_parameter("TopoAddItem")
    devices = [_find_new_sub_device(ctx, number, item) for number, item in enumerate(items, 1)]
    attach(ctx, gateway, *devices)
    if ctx.store.count("topology", gateway_iot_id=gateway["iot_id"]) > MAX_SUB_DEVICES:
        raise ApiError("iot.device.TopoRelationCountExceeded")
    _send_order(
        ctx,
        gateway,
        "thing.topo.change",
        {"status": _STATUS_CREATED, "subList": [_device_reference(device) for device in devices]},
    )


@operation
def remove_thing_topo(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.29: Detach a sub-device, or all sub-devices of a gateway.

    ``Data`` is false if there is nothing to detach.
    """
    device = find_device(ctx, p)
    if not is_gateway(ctx, device):
        return {"Data": detach(ctx, device)}
    job_id = create_gateway_job(ctx, device, _REMOVE_TOPOLOGY)
    if job_id:
        return {"Data": True, "JobId": job_id}
    return {"Data": detach_sub_devices(ctx, device["iot_id"])}


@when_due(_REMOVE_TOPOLOGY)
def _remove_sub_devices(ctx: Context, payload: dict[str, Any]) -> None:
    detach_sub_devices(ctx, payload["iot_id"])


def detach(ctx: Context, *devices: Row) -> bool:
    """Detach sub-devices from their gateways and disconnect them. Return whether any of them had a gateway."""
    detached: dict[str, tuple[Row, list[Row]]] = {}
    for device in devices:
        gateway = gateway_of(ctx, device)
        if gateway:
            ctx.store.delete("topology", iot_id=device["iot_id"])
            disconnect(ctx, device)
            detached.setdefault(gateway["iot_id"], (gateway, []))[1].append(device)
    for gateway, sub_devices in detached.values():
        lifecycle_message.forward_topology_event(ctx, gateway, sub_devices, lifecycle_message.REMOVED)
    return bool(detached)


def attach(ctx: Context, gateway: Row, *devices: Row) -> None:
    """Attach sub-devices to a gateway. Sub-devices that are already attached to it keep their positions in the list."""
    existing = ctx.store.all(
        "topology", iot_id=[device["iot_id"] for device in devices], gateway_iot_id=gateway["iot_id"]
    )
    attached_ids = {row["iot_id"] for row in existing}
    new = list({device["iot_id"]: device for device in devices if device["iot_id"] not in attached_ids}.values())
    detach(ctx, *new)
    for device in new:
        ctx.store.insert("topology", iot_id=device["iot_id"], gateway_iot_id=gateway["iot_id"], added_at=ctx.now)
    if new:
        lifecycle_message.forward_topology_event(ctx, gateway, new, lifecycle_message.ADDED)


def _require_gateway(ctx: Context, device: Row) -> Row:
    """Return the device if it is a gateway. Raise ApiError otherwise."""
    if not is_gateway(ctx, device):
        raise ApiError("iot.device.AddTopoRelationFailed", "The device is not a gateway")
    return device


def _requested_topology_page(ctx: Context, p: dict[str, Any]) -> Page:
    """Return the requested page of a topology. This operation has its own error code for invalid pages."""
    try:
        page = requested_page(ctx, p)
        if p.get("NextToken"):
            page = page_at_token(p["NextToken"], page.size)
    except ApiError as error:
        raise ApiError("iot.device.QueryTopoRelationFailed", error.message) from None
    if page.number * page.size > _MAX_POSITION:
        raise ApiError(
            "iot.device.QueryTopoRelationFailed", f"Only the first {_MAX_POSITION} sub-devices can be listed"
        )
    return page


def _parse_device_list(text: str | None) -> list[dict[str, str]]:
    """Return the devices in a ``DeviceListStr``. Their member names may start with a lower-case letter."""
    if not text:
        raise ApiError("iot.device.AddTopoRelationFailed", "DeviceListStr must contain at least one device")
    try:
        entries = json.loads(text)
        payloads.to_json(entries).encode()  # a JSON escape can be a single surrogate, which cannot be encoded
    except (ValueError, RecursionError):
        entries = None
    if not (isinstance(entries, list) and entries and all(_is_entry(entry) for entry in entries)):
        raise ApiError("iot.common.InvalidFormattedParameter", "DeviceListStr must be a JSON array of devices")
    return [{name[:1].upper() + name[1:]: value for name, value in entry.items()} for entry in entries]


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and all(isinstance(value, str) for value in entry.values())


def _find_new_sub_device(ctx: Context, number: int, item: dict[str, str]) -> Row:
    """Return the device that an item of a request attaches to a gateway.

    Raises:
        GatewayError: The item is incomplete.
        ApiError: The device does not exist or cannot be a sub-device, or the signature is wrong.
    """
    for name in _REQUIRED:
        if not item.get(name):
            raise missing_parameter(f"TopoAddItem.{number}.{name}")
    device = find_device_by_name(ctx, item["ProductKey"], item["DeviceName"])
    if is_gateway(ctx, device):
        raise ApiError("iot.device.AddTopoRelationFailed", "A gateway cannot be a sub-device")
    expected = signature(item["SignMethod"], device["device_secret"], item)
    if expected is None:
        raise ApiError("iot.common.InvalidFormattedParameter", f"SignMethod {item['SignMethod']} is not supported")
    if not hmac.compare_digest(expected.encode(), item["Sign"].upper().encode()):
        raise ApiError("iot.device.VerifyDeviceFailed", f"The Sign of {device['device_name']} is wrong")
    return device


def _device_reference(device: Row) -> dict[str, str]:
    """Return the members that identify a device in messages."""
    return {"productKey": device["product_key"], "deviceName": device["device_name"]}


def _send_order(ctx: Context, gateway: Row, method: str, params: Any) -> int:
    """Send a message to a gateway and return its ID. Topology messages always use the platform's own format."""
    specific = f"{gateway['product_key']}/{gateway['device_name']}"
    return downlink.send_alink_message(ctx, gateway, f"/sys/{specific}/{method.replace('.', '/')}", method, params)
