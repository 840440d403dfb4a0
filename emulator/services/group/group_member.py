# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Members of device groups (manual chapter 4.10).

A static group contains the devices that were added to it. A dynamic group contains the devices that currently match its
expression.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.device.search_language import conditions_to_sql
from ansible_collections.iotops.aliyun.emulator.services.group.group import (
    DYNAMIC,
    find_group,
    find_requested_group,
    render_group,
)

#: The maximum number of static groups that one device can be in.
MAX_GROUPS = 10


def member_condition(group: Row) -> tuple[str, list[Any]]:
    """Return an SQL condition on the table ``device`` that is true for the members of a group, and its values."""
    if group["group_type"] == DYNAMIC:
        return conditions_to_sql(group["expression"])
    return "device.iot_id IN (SELECT iot_id FROM device_group_member WHERE group_id = ?)", [group["group_id"]]


def find_groups_of_device(ctx: Context, device: Row) -> list[Row]:
    """Return the rows of the groups of both types that a device is in, the newest first."""
    groups = ctx.store.rows(
        "SELECT device_group.* FROM device_group_member JOIN device_group USING (group_id) WHERE iot_id = ?",
        device["iot_id"],
    )
    groups += [group for group in ctx.store.all("device_group", group_type=DYNAMIC) if _matches(ctx, group, device)]
    return sorted(groups, key=lambda group: group["created_at"], reverse=True)


def products_of_devices(ctx: Context, devices: Iterable[Row]) -> dict[str, Row]:
    """Return the rows of the products of devices, by product key."""
    keys = {device["product_key"] for device in devices}
    return {product["product_key"]: product for product in ctx.store.all("product", product_key=keys)}


@operation
def batch_add_device_group_relations(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.6: Add devices to a static group.

    Devices that do not exist, that are already in the group or that are in too many groups are not an error. The reply
    contains the counts.
    """
    group = find_group(ctx, p["GroupId"])
    member_count = ctx.store.count("device_group_member", group_id=group["group_id"])
    devices = _requested_devices(ctx, p, group)
    not_members = [device for device in devices if not device["is_member"]]
    addable = [device for device in not_members if device["group_count"] < MAX_GROUPS]
    for device in addable:
        ctx.store.insert("device_group_member", group_id=group["group_id"], iot_id=device["iot_id"], added_at=ctx.now)
    failed = len(p["Device"]) - len(addable)
    return {
        "ErrorMessage": f"{len(addable)} devices have been added, and {failed} devices failed to be added.",
        "ValidDeviceCount": len(devices),
        "SuccessAddedDeviceCount": len(addable),
        "ExceedTenGroupDeviceCount": len(not_members) - len(addable),
        "AlreadyRelatedGroupDeviceCount": member_count,
    }


@operation
def batch_delete_device_group_relations(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.7: Remove devices from a static group. Devices that are not in the group are ignored."""
    group = find_group(ctx, p["GroupId"])
    member_count = ctx.store.count("device_group_member", group_id=group["group_id"])
    members = [device["iot_id"] for device in _requested_devices(ctx, p, group) if device["is_member"]]
    return {
        "ValidDeviceCount": len(members),
        "SuccessDeviceCount": ctx.store.delete("device_group_member", group_id=group["group_id"], iot_id=members),
        "AlreadyRelatedGroupDeviceCount": member_count,
    }


@operation
def query_device_group_info(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.8: Return the details of a group and the number of its devices."""
    group = find_requested_group(ctx, p)
    condition, values = member_condition(group)
    counts = ctx.store.rows(
        f"""
        SELECT count(*) AS "all", count(activated_at) AS active, count(*) FILTER (WHERE status = 'ONLINE') AS online
        FROM device WHERE {condition}
        """,
        *values,
    )[0]
    data = {
        **render_group(group),
        **omit_none(DynamicGroupExpression=group["expression"]),
        "DeviceCount": counts["all"],
        "DeviceActive": counts["active"],
        "DeviceOnline": counts["online"],
    }
    return {"Data": data}


@operation
def query_device_group_by_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.13: List the groups of a device."""
    device = find_device_by_name(ctx, p["ProductKey"], p["DeviceName"])
    groups = [{**render_group(group), "GroupType": group["group_type"]} for group in find_groups_of_device(ctx, device)]
    return {"GroupInfos": {"GroupInfo": groups}}


@operation
def query_device_list_by_device_group(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.15: List the devices of a static group, in the order in which they were added."""
    page = requested_page(ctx, p)
    group = find_group(ctx, p["GroupId"])
    members, total = ctx.store.page(
        "device_group_member", page.offset, page.size, "added_at, rowid", group_id=group["group_id"]
    )
    devices = {row["iot_id"]: row for row in ctx.store.all("device", iot_id=[row["iot_id"] for row in members])}
    products = products_of_devices(ctx, devices.values())
    items = [
        {
            "IotId": device["iot_id"],
            "DeviceName": device["device_name"],
            "ProductKey": device["product_key"],
            "ProductName": products[device["product_key"]]["product_name"],
        }
        for device in (devices[member["iot_id"]] for member in members)
    ]
    return {
        "Page": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
        "Data": {"SimpleDeviceInfo": items},
    }


def _matches(ctx: Context, group: Row, device: Row) -> bool:
    """Return whether a device is in a dynamic group."""
    condition, values = member_condition(group)
    return bool(ctx.store.rows(f"SELECT 1 FROM device WHERE iot_id = ? AND ({condition})", device["iot_id"], *values))


def _requested_devices(ctx: Context, p: dict[str, Any], group: Row) -> list[Row]:
    """Return the existing devices of a request, without duplicates.

    The rows contain the device ID, the number of its static groups (``group_count``) and whether it is in this group
    (``is_member``).

    Raises:
        GatewayError: The request does not identify the devices completely.
    """
    names = {(device.get("ProductKey"), device.get("DeviceName")) for device in p["Device"]}
    if not all(product_key and device_name for product_key, device_name in names):
        raise missing_parameter("Device")
    return ctx.store.rows(
        """
        SELECT device.iot_id, count(member.group_id) AS group_count, total(member.group_id = ?) AS is_member
        FROM device LEFT JOIN device_group_member AS member USING (iot_id)
        WHERE (product_key, device_name) IN (
            SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
        )
        GROUP BY device.iot_id ORDER BY device.rowid
        """,
        group["group_id"],
        json.dumps(sorted(names)),
    )
