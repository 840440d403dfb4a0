# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dynamic groups, which contain all devices that match an expression (manual chapter 4.10)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, page_at_token, requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.device.search_language import conditions_to_sql
from ansible_collections.iotops.aliyun.emulator.services.group.group import (
    DYNAMIC,
    create_group,
    find_group,
    render_group,
)
from ansible_collections.iotops.aliyun.emulator.services.group.group_member import member_condition, products_of_devices

#: The maximum number of dynamic groups of one account.
MAX_DYNAMIC_GROUPS = 10

_STATUSES = ("ONLINE", "OFFLINE", "UNACTIVE", "DISABLE")
_MIN_PREFIX_LENGTH = 5
_LAST_CHARACTER = "\U0010ffff"


@operation
def create_device_dynamic_group(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.2: Create a dynamic group. Its expression cannot be changed later."""
    conditions_to_sql(p["DynamicGroupExpression"])  # raises an error if the expression is invalid
    if ctx.store.count("device_group", group_type=DYNAMIC) >= MAX_DYNAMIC_GROUPS:
        raise ApiError(
            "iot.group.GroupCountExceedMax", f"An account can have at most {MAX_DYNAMIC_GROUPS} dynamic groups"
        )
    group = create_group(ctx, p, DYNAMIC)
    return {"Data": {**render_group(group), "DynamicGroupExpression": group["expression"]}}


@operation
def delete_device_dynamic_group(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.10.5: Delete a dynamic group."""
    group = find_group(ctx, p["GroupId"], DYNAMIC)
    ctx.store.delete("device_group", group_id=group["group_id"])


@operation
def query_dynamic_group_devices(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.9: List the devices of a dynamic group, in the order of their registration.

    ``NextToken`` takes precedence over ``CurrentPage``.
    """
    page = _requested_device_page(ctx, p)
    group = find_group(ctx, p["GroupId"], DYNAMIC)
    terms, values = _device_filters(p)
    condition, matching = member_condition(group)
    devices, total = ctx.store.page_of(
        f"SELECT * FROM device WHERE {' AND '.join((f'({condition})', *terms))}",
        (*matching, *values),
        page.offset,
        page.size,
        "device.rowid",
    )
    products = products_of_devices(ctx, devices)
    return {
        "Page": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
        "NextToken": page.next_token(total),
        "Data": {"SimpleDeviceInfo": [_render_device(device, products[device["product_key"]]) for device in devices]},
    }


def _requested_device_page(ctx: Context, p: dict[str, Any]) -> Page:
    """Return the page that a request asks for, by token or by number. Raise ApiError if the page is invalid."""
    page = requested_page(ctx, p)
    return page_at_token(p["NextToken"], page.size) if p.get("NextToken") else page


def _device_filters(p: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the device filters of a request: SQL conditions and their values.

    Raise ApiError if a filter is invalid.
    """
    terms = []
    values = []
    if p.get("ProductKey"):
        terms.append("product_key = ?")
        values.append(p["ProductKey"])
    if p.get("Status"):
        if p["Status"] not in _STATUSES:
            raise ApiError("iot.common.InvalidFormattedParameter", f"Status must be one of {', '.join(_STATUSES)}")
        terms.append("status = ?")
        values.append(p["Status"])
    if p.get("DeviceName"):
        name = p["DeviceName"]
        if not p.get("FuzzyName"):
            terms.append("device_name = ?")
            values.append(name)
        elif len(name) < _MIN_PREFIX_LENGTH:
            raise ApiError("iot.device.FuzzyRuntimeSearchMinLengthLimit")
        else:
            terms.append("device_name >= ? AND device_name < ?")
            values += [name, name + _LAST_CHARACTER]
    return terms, values


def _render_device(device: Row, product: Row) -> Row:
    """Return a device as an item of the list. A device that never connected has no times."""
    activated_at = device["activated_at"]
    online_at = device["online_at"]
    return omit_none(
        IotId=device["iot_id"],
        DeviceName=device["device_name"],
        ProductKey=device["product_key"],
        ProductName=product["product_name"],
        Nickname=device["nickname"],
        NodeType=product["node_type"],
        CategoryKey=product["category_key"],
        Status=device["status"],
        ActiveTime=times.beijing(activated_at) if activated_at is not None else None,
        UtcActiveTime=times.utc(activated_at) if activated_at is not None else None,
        LastOnlineTime=times.beijing(online_at) if online_at is not None else None,
        UtcLastOnlineTime=times.utc(online_at) if online_at is not None else None,
    )
