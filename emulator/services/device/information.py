# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Update, delete and return tags of devices over MQTT."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.services.common.tags import MAX_TAGS

# The domain of attributes about the software of the device. They are not tags.
_SYSTEM = "SYSTEM"


@uplink("/sys/{pk}/{dn}/thing/deviceinfo/update")
def _update_tags(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> None:
    """Add tags and replace existing ones, all or none."""
    tags = {}
    for item in _items(message):
        key, value = item.get("attrKey"), item.get("attrValue")
        if not (isinstance(key, str) and key and isinstance(value, str) and value):
            raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
        if item.get("domain") != _SYSTEM:
            tags[key] = value
    existing_keys = {tag["tag_key"] for tag in ctx.store.all("device_tag", iot_id=device["iot_id"])}
    if len(existing_keys | tags.keys()) > MAX_TAGS:
        raise MessageRejected(INVALID_PARAMETERS, f"a device can have at most {MAX_TAGS} tags")
    for key, value in tags.items():
        ctx.store.put("device_tag", ("iot_id", "tag_key"), iot_id=device["iot_id"], tag_key=key, tag_value=value)


@uplink("/sys/{pk}/{dn}/thing/deviceinfo/delete")
def _delete_tags(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> None:
    """Delete tags. Tags that the device does not have are ignored."""
    keys = [str(item.get("attrKey", "")) for item in _items(message)]
    ctx.store.delete("device_tag", iot_id=device["iot_id"], tag_key=keys)


@uplink("/sys/{pk}/{dn}/thing/deviceinfo/get")
def _get_tags(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> dict[str, str]:
    """Return the requested tags by key, or all tags if the device requests none in particular."""
    params = message.get("params")
    params = params if isinstance(params, dict) else {}
    keys = params.get("attributeKeys") or params.get("attrKeys") or []
    if not isinstance(keys, list):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    tags = {tag["tag_key"]: tag["tag_value"] for tag in ctx.store.all("device_tag", iot_id=device["iot_id"])}
    return {key: tags[key] for key in map(str, keys) if key in tags} if keys else tags


def _items(message: Row) -> list[dict[str, Any]]:
    params = message.get("params")
    if not (isinstance(params, list) and params and all(isinstance(item, dict) for item in params)):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return params
