# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags that devices give themselves."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.services.common.tags import MAX_TAGS

# What a device says of its own software, beside its tags.
_SYSTEM = "SYSTEM"


@uplink("/sys/{pk}/{dn}/thing/deviceinfo/update")
def _update(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> None:
    """Adds tags and changes those that are there; all or none."""
    tags = {}
    for item in _items(message):
        key, value = item.get("attrKey"), item.get("attrValue")
        if not (isinstance(key, str) and key and isinstance(value, str) and value):
            raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
        if item.get("domain") != _SYSTEM:
            tags[key] = value
    kept = {tag["tag_key"] for tag in ctx.store.all("device_tag", iot_id=device["iot_id"])}
    if len(kept | tags.keys()) > MAX_TAGS:
        raise MessageRejected(INVALID_PARAMETERS, f"a device has at most {MAX_TAGS} tags")
    for key, value in tags.items():
        ctx.store.put("device_tag", ("iot_id", "tag_key"), iot_id=device["iot_id"], tag_key=key, tag_value=value)


@uplink("/sys/{pk}/{dn}/thing/deviceinfo/delete")
def _delete(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> None:
    """A tag that the device does not have is passed over."""
    keys = [str(item.get("attrKey", "")) for item in _items(message)]
    ctx.store.delete("device_tag", iot_id=device["iot_id"], tag_key=keys)


def _items(message: Row) -> list[dict[str, Any]]:
    params = message.get("params")
    if not (isinstance(params, list) and params and all(isinstance(item, dict) for item in params)):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return params
