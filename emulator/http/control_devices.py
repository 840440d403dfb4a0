# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Create, update and list simulated devices for the control endpoint ``/_emulator/devices``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.http.control_bodies import check_body, find_product_row
from ansible_collections.iotops.aliyun.emulator.routing import lifecycle_message
from ansible_collections.iotops.aliyun.emulator.routing.connection import connect, disconnect
from ansible_collections.iotops.aliyun.emulator.services.device.device import add_device, is_device_name, status_of
from ansible_collections.iotops.aliyun.emulator.services.device.topology import MAX_SUB_DEVICES, attach, is_gateway
from ansible_collections.iotops.aliyun.emulator.simulation import simulated

#: The largest number of devices of one call.
MAX_DEVICES = 100_000

ADDRESS = "127.0.0.1"

_MEMBERS = ("product", "names", "count", "prefix", "online", "heartbeat", "module_versions", "profile", "gateway")
_PREFIX = "sim"
_DIGITS = 5
_MAX_HEARTBEAT = 24 * 3600  # seconds


def create_devices(ctx: Context, body: Any) -> dict[str, Any]:
    """Create simulated devices, or update existing ones.

    ``body`` is an object::

        {
            "product": "light",
            "count": 100,
            "prefix": "lamp",
            "online": true,
            "module_versions": {"default": "1.0.0"},
            "profile": {},
            "gateway": {"product": "box", "name": "box-0001"}
        }

    - ``product`` is the key or the name of a product.
    - ``names`` are the names of the devices; or ``count`` devices are named ``prefix`` and a number of 5 digits from 1.
      Devices that do not exist are registered.
    - ``online`` connects or disconnects the devices. If not set, new devices are connected, and existing devices keep
      their state. If ``heartbeat`` is set, a disconnect counts as a broken connection: the device is half connected
      for this number of seconds.
    - ``module_versions`` are the module versions that the devices report when they connect. If not set, they do not
      change.
    - ``profile`` is the behavior of the devices, see ``simulated``. If not set, it does not change.
    - ``gateway`` is an existing gateway that the devices are attached to. If not set, the topology does not change.

    Returns:
        The product key, the number of devices and the number of registered devices.

    Raises:
        ValueError: ``body`` is not valid.
    """
    _check(body)
    product = find_product_row(ctx, body["product"])
    names = _names(body)
    gateway = _gateway(ctx, body["gateway"]) if "gateway" in body else None
    has_recipients = lifecycle_message.has_device_recipients(ctx, product["product_key"])
    registered = 0
    for name in names:
        device = ctx.store.one("device", product_key=product["product_key"], device_name=name)
        is_new = device is None
        if device is None:
            device = add_device(ctx, product["product_key"], name)
            if has_recipients:
                lifecycle_message.forward_device_event(ctx, device, lifecycle_message.CREATED)
            registered += 1
        if gateway:
            _attach(ctx, gateway, device)
        _change(ctx, device, body, online=body.get("online", True if is_new else None))
    if gateway and ctx.store.count("topology", gateway_iot_id=gateway["iot_id"]) > MAX_SUB_DEVICES:
        raise ValueError(f"a gateway can have at most {MAX_SUB_DEVICES} sub-devices")
    return {"product_key": product["product_key"], "devices": len(names), "registered": registered}


def list_devices(ctx: Context, product: str | None = None, offset: int = 0, limit: int = 100) -> dict[str, Any]:
    """Return simulated devices of one product or of all products, oldest first.

    Raises:
        ValueError: the product does not exist.
    """
    sql = "SELECT * FROM simulated_device JOIN device USING (iot_id)"
    values: tuple[str, ...] = ()
    if product:
        sql += " WHERE product_key = ?"
        values = (find_product_row(ctx, product)["product_key"],)
    rows, total = ctx.store.page_of(sql, values, offset, limit, "simulated_device.rowid")
    return {"total": total, "devices": [_to_reply(row) for row in rows]}


def _change(ctx: Context, device: Row, body: dict[str, Any], online: bool | None) -> None:
    before = ctx.store.one("simulated_device", iot_id=device["iot_id"])
    columns = {
        column: payloads.to_json(body[column]) if column in body else before[column] if before else "{}"
        for column in ("profile", "module_versions")
    }
    ctx.store.put("simulated_device", ("iot_id",), iot_id=device["iot_id"], **columns)
    if online is False:
        disconnect(ctx, device, body.get("heartbeat", 0))
    elif online and device["enabled"] and not device["online"]:
        connect(ctx, device, ADDRESS)
    elif device["online"] and (before is None or any(before[column] != columns[column] for column in columns)):
        simulated.publish_initial_messages(ctx, device)


def _gateway(ctx: Context, reference: dict[str, str]) -> Row:
    product = find_product_row(ctx, reference["product"])
    gateway = ctx.store.one("device", product_key=product["product_key"], device_name=reference["name"])
    if gateway is None or not is_gateway(ctx, gateway):
        raise ValueError(f"the product {reference['product']} has no gateway {reference['name']}")
    return gateway


def _attach(ctx: Context, gateway: Row, device: Row) -> None:
    if is_gateway(ctx, device):
        raise ValueError(f"{device['device_name']} is a gateway and cannot be attached to another gateway")
    attach(ctx, gateway, device)


def _names(body: dict[str, Any]) -> list[str]:
    if "names" in body:
        return list(dict.fromkeys(body["names"]))
    prefix = body.get("prefix", _PREFIX)
    return [f"{prefix}{number:0{_DIGITS}}" for number in range(1, body["count"] + 1)]


def _check(body: Any) -> None:
    check_body(body, _MEMBERS)
    if not isinstance(body.get("product"), str):
        raise ValueError("product must be the key or the name of a product")
    if ("names" in body) == ("count" in body):
        raise ValueError("the body must have either names or count")
    _check_names(body)
    heartbeat = body.get("heartbeat", 0)
    if not (simulated.is_number(heartbeat) and 0 <= heartbeat <= _MAX_HEARTBEAT):
        raise ValueError(f"heartbeat must be a number of seconds from 0 to {_MAX_HEARTBEAT}")
    versions = body.get("module_versions", {})
    if not (isinstance(versions, dict) and all(isinstance(version, str) for version in versions.values())):
        raise ValueError("module_versions must be an object with string values")
    simulated.check_profile(body.get("profile", {}))
    gateway = body.get("gateway", {"product": "", "name": ""})
    if not (isinstance(gateway, dict) and set(gateway) == {"product", "name"} and _are_strings(gateway.values())):
        raise ValueError("gateway must be an object with the strings product and name")


def _are_strings(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _check_names(body: dict[str, Any]) -> None:
    if "names" in body:
        names = body["names"]
        if not (isinstance(names, list) and names and all(isinstance(name, str) for name in names)):
            raise ValueError("names must be a list of strings that is not empty")
        if len(names) > MAX_DEVICES:
            raise ValueError(f"names can have at most {MAX_DEVICES} elements, not {len(names)}")
    else:
        count = body["count"]
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_DEVICES:
            raise ValueError(f"count must be a number from 1 to {MAX_DEVICES}")
        if not isinstance(body.get("prefix", ""), str):
            raise ValueError("prefix must be a string")
        names = _names({**body, "count": 1})
    invalid = [name for name in names if not is_device_name(name)]
    if invalid:
        raise ValueError(f"{invalid[0]!r} is not a valid device name")


def _to_reply(row: Row) -> dict[str, Any]:
    return {
        "product_key": row["product_key"],
        "device_name": row["device_name"],
        "iot_id": row["iot_id"],
        "status": status_of(row),
        "module_versions": json.loads(row["module_versions"]),
        "profile": json.loads(row["profile"]),
    }
