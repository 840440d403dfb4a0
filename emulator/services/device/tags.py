# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags of devices, which requests and replies contain as one JSON object (manual chapter 4.8)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.services.common.tags import MAX_TAGS
from ansible_collections.iotops.aliyun.emulator.services.device.device import NEWEST_FIRST, find_device

TABLES = """
CREATE TABLE IF NOT EXISTS device_tag (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    tag_key TEXT NOT NULL,
    tag_value TEXT NOT NULL,
    PRIMARY KEY (iot_id, tag_key)
);
CREATE INDEX IF NOT EXISTS device_tag_by_key ON device_tag (tag_key, tag_value, iot_id);
"""

_MAX_BYTES = 5 * 1024


@operation
def query_device_prop(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.22: Return the tags of a device."""
    device = find_device(ctx, p)
    tags = ctx.store.all("device_tag", "tag_key", iot_id=device["iot_id"])
    return {"Props": _to_json({tag["tag_key"]: tag["tag_value"] for tag in tags})}


@operation
def save_device_prop(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.8.23: Add tags to a device and replace existing ones. Other tags do not change."""
    device = find_device(ctx, p)
    tags = _parse_tags(p["Props"])
    for key, value in tags.items():
        ctx.store.put("device_tag", ("iot_id", "tag_key"), iot_id=device["iot_id"], tag_key=key, tag_value=value)
    if ctx.store.count("device_tag", iot_id=device["iot_id"]) > MAX_TAGS:
        raise ApiError("iot.device.TooManyDevicePropertiesPerTime", f"A device can have at most {MAX_TAGS} tags")


@operation
def delete_device_prop(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.8.24: Delete a tag of a device. A key that the device does not have is ignored."""
    device = find_device(ctx, p)
    ctx.store.delete("device_tag", iot_id=device["iot_id"], tag_key=p["PropKey"])


@operation
def query_device_by_tags(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.25: List the devices that have all of the tags, the newest first."""
    page = requested_page(ctx, p)
    for number, tag in enumerate(p["Tag"], 1):
        for name in ("TagKey", "TagValue"):
            if not tag.get(name):
                raise missing_parameter(f"Tag.{number}.{name}")
    matching = " INTERSECT ".join(["SELECT iot_id FROM device_tag WHERE tag_key = ? AND tag_value = ?"] * len(p["Tag"]))
    devices, total = ctx.store.page_of(
        f"""
        SELECT iot_id, device_name, product_key, product_name
        FROM device JOIN product USING (product_key) WHERE iot_id IN ({matching})
        """,
        [tag[name] for tag in p["Tag"] for name in ("TagKey", "TagValue")],
        page.offset,
        page.size,
        NEWEST_FIRST,
    )
    items = [
        {
            "IotId": device["iot_id"],
            "DeviceName": device["device_name"],
            "ProductKey": device["product_key"],
            "ProductName": device["product_name"],
        }
        for device in devices
    ]
    return {
        "Data": {"SimpleDeviceInfo": items},
        "Page": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
    }


def _parse_tags(text: str) -> dict[str, str]:
    """Return the tags in a Props string. Raise ApiError if it does not contain tags or is too long."""
    if len(text.encode()) > _MAX_BYTES:
        raise ApiError("iot.device.LongDevicePropertiesString")
    try:
        tags = json.loads(text)
        _to_json(tags).encode()  # a JSON escape can be a single surrogate, which cannot be encoded
    except (ValueError, RecursionError):
        raise ApiError("iot.device.InvalidFormattedDevicePropertiesString") from None
    if not isinstance(tags, dict) or not all(isinstance(value, str) and value for value in tags.values()):
        raise ApiError("iot.device.InvalidFormattedDevicePropertiesString")
    if not tags:
        raise ApiError("iot.device.NullDevicePropertiesString")
    if "" in tags:
        raise ApiError("iot.device.NullDevicePropertyKey")
    return tags


def _to_json(tags: Any) -> str:
    return json.dumps(tags, ensure_ascii=False, separators=(",", ":"))
