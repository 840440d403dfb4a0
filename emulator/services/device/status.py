# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read the status of devices, and count and list devices by status (manual chapter 4.8)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.device.device import (
    NEWEST_FIRST,
    find_device,
    find_devices_by_name,
    legacy_id,
    status_of,
)
from ansible_collections.iotops.aliyun.emulator.services.group.group import find_group
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

#: The time for which lists by status still show the previous status after a change, in milliseconds.
STATUS_DELAY_MS = 10_000

_STATUSES = {0: "UNACTIVE", 1: "ONLINE", 3: "OFFLINE", 8: "DISABLE"}


@operation
def get_device_status(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.10: Return the status of a device and the time of its last change."""
    device = find_device(ctx, p)
    return {"Data": {"Status": status_of(device), "Timestamp": device["status_at"]}}


@operation(too_many="iot.device.TooManyDeviceNamesPerRequest")
def batch_get_device_state(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.11: Return the status of several devices. Devices that do not exist are omitted."""
    items = [
        omit_none(
            IotId=device["iot_id"],
            DeviceId=legacy_id(device),
            DeviceName=device["device_name"],
            Status=status_of(device),
            Timestamp=device["status_at"],
            AsAddress=device["ip_address"],
            LastOnlineTime=None if device["online_at"] is None else times.beijing(device["online_at"]),
        )
        for device in _requested_devices(ctx, p)
    ]
    return {"DeviceStatusList": {"DeviceStatus": items}}


@operation
def query_device_statistics(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.30: Count the devices of a product, of a group, of a product in a group, or of the account."""
    filters = []
    values = []
    if p.get("ProductKey"):
        filters.append("product_key = ?")
        values.append(find_product(ctx, p["ProductKey"])["product_key"])
    if p.get("GroupId"):
        filters.append("iot_id IN (SELECT iot_id FROM device_group_member WHERE group_id = ?)")
        values.append(find_group(ctx, p["GroupId"])["group_id"])
    condition = f"WHERE {' AND '.join(filters)}" if filters else ""
    [counts] = ctx.store.rows(
        f"""
        SELECT count(*) AS deviceCount, count(activated_at) AS activeCount, total(status = 'ONLINE') AS onlineCount
        FROM device {condition}
        """,
        *values,
    )
    return {"Data": {name: int(count) for name, count in counts.items()}}


@operation
def query_device_by_status(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.39: List devices by status, the newest first.

    Status changes become visible after a delay. Until then, a device is listed with its previous status.
    """
    page = requested_page(ctx, p)
    status = _STATUSES.get(p["Status"])
    if status is None:
        raise ApiError("iot.common.InvalidFormattedParameter", "Status must be 0, 1, 3 or 8")
    filters = ""
    filter_values = []
    if p.get("ProductKey"):
        filters += " AND product_key = ?"
        filter_values.append(find_product(ctx, p["ProductKey"])["product_key"])
    if p.get("ResourceGroupId"):
        filters += " AND product_key IN (SELECT product_key FROM product WHERE resource_group_id = ?)"
        filter_values.append(p["ResourceGroupId"])
    shown_until = ctx.now - STATUS_DELAY_MS
    # These queries are answered from indexes; whole rows are read only for the page. Few devices changed recently.
    recently_changed = "device INDEXED BY device_by_change WHERE status_at > ? AND former_status IS NOT NULL"
    rows = ctx.store.rows(
        f"""
        SELECT created_at, rowid AS row_id FROM device
        WHERE status = ?{filters} AND rowid NOT IN (SELECT rowid FROM {recently_changed})
        UNION ALL
        SELECT created_at, rowid AS row_id FROM {recently_changed} AND former_status = ?{filters}
        ORDER BY created_at DESC, row_id DESC LIMIT ? OFFSET ?
        """,
        *(status, *filter_values, shown_until, shown_until, status, *filter_values, page.size, page.offset),
    )
    total = ctx.store.value(
        f"""
        SELECT count(*) + (SELECT total(former_status = ?) - total(status = ?) FROM {recently_changed}{filters})
        FROM device WHERE status = ?{filters}
        """,
        *(status, status, shown_until, *filter_values, status, *filter_values),
    )
    devices = ctx.store.all("device", NEWEST_FIRST, rowid=[row["row_id"] for row in rows])
    return {
        "Data": {"SimpleDeviceInfo": [_render_summary(device, status) for device in devices]},
        "Page": page.number,
        "PageSize": page.size,
        "PageCount": page.count(int(total)),
        "Total": int(total),
    }


def _requested_devices(ctx: Context, p: dict[str, Any]) -> list[Row]:
    """Return the devices that a request lists by ID, or by name in one product. IDs take precedence."""
    if not p.get("IotId"):
        if not p.get("DeviceName"):
            raise ApiError("iot.device.NoneDeviceNameElement")
        if not p.get("ProductKey"):
            raise ApiError("iot.prod.NullProductKey")
        return find_devices_by_name(ctx, find_product(ctx, p["ProductKey"])["product_key"], p["DeviceName"])
    iot_ids = dict.fromkeys(p["IotId"])
    rows = {device["iot_id"]: device for device in ctx.store.all("device", iot_id=set(iot_ids))}
    return [rows[iot_id] for iot_id in iot_ids if iot_id in rows]


def _render_summary(device: Row, status: str) -> Row:
    return omit_none(
        IotId=device["iot_id"],
        ProductKey=device["product_key"],
        DeviceName=device["device_name"],
        DeviceSecret=device["device_secret"],
        Nickname=device["nickname"],
        Status=status,
        GmtCreate=times.beijing(device["created_at"]),
        UtcCreate=times.utc(device["created_at"]),
        GmtModified=times.beijing(device["modified_at"]),
        UtcModified=times.utc(device["modified_at"]),
    )
