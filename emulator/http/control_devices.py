# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Making and changing simulated devices, many at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.http.control_bodies import check_body
from ansible_collections.iotops.aliyun.emulator.routing import lifecycle_message
from ansible_collections.iotops.aliyun.emulator.routing.connection import connect, disconnect
from ansible_collections.iotops.aliyun.emulator.services.device.device import add_device, is_device_name, status_of
from ansible_collections.iotops.aliyun.emulator.services.device.topology import MAX_SUB_DEVICES, attach, is_gateway
from ansible_collections.iotops.aliyun.emulator.simulation import simulated

#: The devices of one call.
MOST = 100_000

ADDRESS = "127.0.0.1"

_MEMBERS = ("product", "names", "count", "prefix", "online", "heartbeat", "module_versions", "profile", "gateway")
_PREFIX = "sim"
_DIGITS = 5
_LONGEST_HEARTBEAT = 24 * 3600  # seconds


def create_devices(ctx: Context, wanted: Any) -> dict[str, Any]:
    """Make simulated devices, or change those that are there. Returns how many there were of what.

    ``wanted`` is an object::

        {
            "product": "light",
            "count": 100,
            "prefix": "lamp",
            "online": true,
            "module_versions": {"default": "1.0.0"},
            "profile": {},
            "gateway": {"product": "box", "name": "box-0001"}
        }

    ``product`` is a product's key or name. The devices are those of ``names``, or ``count`` of them that are called
    ``prefix`` and a number of 5 digits from 1; those that the product does not have are registered. ``online`` connects
    or disconnects them (with ``heartbeat`` the connection breaks: the device counts as half connected for so many
    seconds); without it new ones connect, and the others stay as they are. ``module_versions`` are what they say of
    their modules when they connect, ``profile`` is how they behave (see ``simulated``); without them both stay.
    ``gateway`` is the device that they are put behind, a gateway that is there; without it they stay where they are.

    Raises ValueError, with a text that says why, where ``wanted`` is not like that.
    """
    _check(wanted)
    product = _product(ctx, wanted["product"])
    names = _names(wanted)
    gateway = _gateway(ctx, wanted["gateway"]) if "gateway" in wanted else None
    is_told = lifecycle_message.has_device_recipients(ctx, product["product_key"])
    registered = 0
    for name in names:
        device = ctx.store.one("device", product_key=product["product_key"], device_name=name)
        is_new = device is None
        if is_new:
            device = add_device(ctx, product["product_key"], name)
            if is_told:
                lifecycle_message.forward_device_event(ctx, device, lifecycle_message.CREATED)
            registered += 1
        if gateway:
            _attach(ctx, gateway, device)
        _change(ctx, device, wanted, online=wanted.get("online", True if is_new else None))
    if gateway and ctx.store.count("topology", gateway_iot_id=gateway["iot_id"]) > MAX_SUB_DEVICES:
        raise ValueError(f"a gateway has at most {MAX_SUB_DEVICES} sub-devices")
    return {"product_key": product["product_key"], "devices": len(names), "registered": registered}


def list_devices(ctx: Context, product: str | None = None, offset: int = 0, limit: int = 100) -> dict[str, Any]:
    """Simulated devices, the oldest first, of one product or all. Raises ValueError where there is no such product."""
    sql = "SELECT * FROM simulated_device JOIN device USING (iot_id)"
    values = ()
    if product:
        sql += " WHERE product_key = ?"
        values = (_product(ctx, product)["product_key"],)
    rows, total = ctx.store.page_of(sql, values, offset, limit, "simulated_device.rowid")
    return {"total": total, "devices": [_written(row) for row in rows]}


def _change(ctx: Context, device: Row, wanted: dict[str, Any], online: bool | None) -> None:
    before = ctx.store.one("simulated_device", iot_id=device["iot_id"])
    columns = {
        column: payloads.to_json(wanted[column]) if column in wanted else before[column] if before else "{}"
        for column in ("profile", "module_versions")
    }
    ctx.store.put("simulated_device", ("iot_id",), iot_id=device["iot_id"], **columns)
    if online is False:
        disconnect(ctx, device, wanted.get("heartbeat", 0))
    elif online and device["enabled"] and not device["online"]:
        connect(ctx, device, ADDRESS)
    elif device["online"] and (before is None or any(before[column] != columns[column] for column in columns)):
        simulated.publish_initial_messages(ctx, device)


def _product(ctx: Context, key_or_name: str) -> Row:
    product = ctx.store.one("product", product_key=key_or_name) or ctx.store.one("product", product_name=key_or_name)
    if product is None:
        raise ValueError(f"there is no product {key_or_name}")
    return product


def _gateway(ctx: Context, named: dict[str, str]) -> Row:
    product = _product(ctx, named["product"])
    gateway = ctx.store.one("device", product_key=product["product_key"], device_name=named["name"])
    if gateway is None or not is_gateway(ctx, gateway):
        raise ValueError(f"the product {named['product']} has no gateway {named['name']}")
    return gateway


def _attach(ctx: Context, gateway: Row, device: Row) -> None:
    if is_gateway(ctx, device):
        raise ValueError(f"{device['device_name']} is a gateway, which cannot be behind another")
    attach(ctx, gateway, device)


def _names(wanted: dict[str, Any]) -> list[str]:
    if "names" in wanted:
        return list(dict.fromkeys(wanted["names"]))
    prefix = wanted.get("prefix", _PREFIX)
    return [f"{prefix}{number:0{_DIGITS}}" for number in range(1, wanted["count"] + 1)]


def _check(wanted: Any) -> None:
    check_body(wanted, _MEMBERS)
    if not isinstance(wanted.get("product"), str):
        raise ValueError("product is a product's key or name")
    if ("names" in wanted) == ("count" in wanted):
        raise ValueError("the body has either names or count")
    _check_names(wanted)
    heartbeat = wanted.get("heartbeat", 0)
    if not (simulated.is_number(heartbeat) and 0 <= heartbeat <= _LONGEST_HEARTBEAT):
        raise ValueError("heartbeat is a number of seconds")
    versions = wanted.get("module_versions", {})
    if not (isinstance(versions, dict) and all(isinstance(version, str) for version in versions.values())):
        raise ValueError("module_versions is an object of texts")
    simulated.check_profile(wanted.get("profile", {}))
    gateway = wanted.get("gateway", {"product": "", "name": ""})
    if not (isinstance(gateway, dict) and set(gateway) == {"product", "name"} and _are_texts(gateway.values())):
        raise ValueError("gateway is an object with product and name")


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _check_names(wanted: dict[str, Any]) -> None:
    if "names" in wanted:
        names = wanted["names"]
        if not (isinstance(names, list) and names and all(isinstance(name, str) for name in names)):
            raise ValueError("names is a list of texts")
        if len(names) > MOST:
            raise ValueError(f"names has at most {MOST} of them")
    else:
        count = wanted["count"]
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST:
            raise ValueError(f"count is a number from 1 to {MOST}")
        if not isinstance(wanted.get("prefix", ""), str):
            raise ValueError("prefix is a text")
        names = _names({**wanted, "count": 1})
    wrong = [name for name in names if not is_device_name(name)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} cannot be a device's name")


def _written(row: Row) -> dict[str, Any]:
    return {
        "product_key": row["product_key"],
        "device_name": row["device_name"],
        "iot_id": row["iot_id"],
        "status": status_of(row),
        "module_versions": json.loads(row["module_versions"]),
        "profile": json.loads(row["profile"]),
    }
