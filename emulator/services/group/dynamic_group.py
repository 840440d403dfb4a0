# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dynamic groups, whose devices are those of which an expression is true (the manual's chapter 4.10)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.device.search import conditions_to_sql
from ansible_collections.iotops.aliyun.emulator.services.group.group import (
    DYNAMIC,
    create_group,
    find_group,
    render_group,
)
from ansible_collections.iotops.aliyun.emulator.services.group.group_member import member_condition, products_of_devices

#: The dynamic groups of one account.
MAX_DYNAMIC_GROUPS = 10

_STATUSES = ("ONLINE", "OFFLINE", "UNACTIVE", "DISABLE")
_MIN_PREFIX_LENGTH = 5
_LAST_CHARACTER = "\U0010ffff"
_MAX_DIGITS = 18  # what any 64-bit integer can hold


@operation
def create_device_dynamic_group(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.2: the expression can never be changed."""
    conditions_to_sql(p["DynamicGroupExpression"])  # raises an error where it cannot be understood
    if ctx.store.count("device_group", group_type=DYNAMIC) >= MAX_DYNAMIC_GROUPS:
        raise ApiError("iot.group.GroupCountExceedMax", f"An account has at most {MAX_DYNAMIC_GROUPS} dynamic groups")
    group = create_group(ctx, p, DYNAMIC)
    return {"Data": {**render_group(group), "DynamicGroupExpression": group["expression"]}}


@operation
def delete_device_dynamic_group(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.10.5: Delete a dynamic group."""
    group = find_group(ctx, p["GroupId"], DYNAMIC)
    ctx.store.delete("device_group", group_id=group["group_id"])


@operation
def query_dynamic_group_devices(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.9: in the order of their registration; ``NextToken`` wins over ``CurrentPage``."""
    page = _page_asked(ctx, p)
    group = find_group(ctx, p["GroupId"], DYNAMIC)
    terms, values = _narrowed(p)
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
        "Data": {"SimpleDeviceInfo": [_written(device, products[device["product_key"]]) for device in devices]},
    }


def _page_asked(ctx: Context, p: dict[str, Any]) -> Page:
    """The page that the call asks for, by token or by number. Raises ApiError where there is no such page."""
    page = requested_page(ctx, p)
    token = p.get("NextToken")
    if not token:
        return page
    if not (token.isascii() and token.isdigit() and len(token) <= _MAX_DIGITS):
        raise ApiError("iot.common.InvalidPageParams", "NextToken is not a token of this list")
    return Page(int(token) // page.size + 1, page.size, int(token))


def _narrowed(p: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What else a call wants of the devices: terms of SQL and their values. Raises ApiError where it makes no sense."""
    terms = []
    values = []
    if p.get("ProductKey"):
        terms.append("product_key = ?")
        values.append(p["ProductKey"])
    if p.get("Status"):
        if p["Status"] not in _STATUSES:
            raise ApiError("iot.common.InvalidFormattedParameter", f"Status is one of {', '.join(_STATUSES)}")
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


def _written(device: Row, product: Row) -> Row:
    """A device as the list shows it; one that never connected has no times."""
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
