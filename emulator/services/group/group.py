# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device groups, their hierarchy and their tags (manual chapter 4.10).

``group_member`` contains the members of groups, and ``dynamic_group`` the operations for dynamic groups only.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name
from ansible_collections.iotops.aliyun.emulator.services.common.tags import MAX_TAGS, is_valid_tag

TABLES = """
CREATE TABLE IF NOT EXISTS device_group (
    group_id TEXT PRIMARY KEY,
    group_name TEXT NOT NULL UNIQUE,  -- across all types
    group_type TEXT NOT NULL,
    super_group_id TEXT REFERENCES device_group,  -- NULL for a top-level group
    level INTEGER NOT NULL,  -- 1 for a top-level group; groups cannot move
    expression TEXT,  -- NULL for a static group
    description TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS device_group_by_age ON device_group (group_type, created_at);
CREATE INDEX IF NOT EXISTS device_group_by_super_group ON device_group (super_group_id, created_at);
CREATE TABLE IF NOT EXISTS device_group_tag (
    group_id TEXT NOT NULL REFERENCES device_group ON DELETE CASCADE,
    tag_key TEXT NOT NULL,
    tag_value TEXT NOT NULL,
    PRIMARY KEY (group_id, tag_key)
);
CREATE INDEX IF NOT EXISTS device_group_tag_by_key ON device_group_tag (tag_key, tag_value);
CREATE TABLE IF NOT EXISTS device_group_member (
    group_id TEXT NOT NULL REFERENCES device_group ON DELETE CASCADE,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, iot_id)
);
CREATE INDEX IF NOT EXISTS device_group_member_by_age ON device_group_member (group_id, added_at);
CREATE INDEX IF NOT EXISTS device_group_member_by_device ON device_group_member (iot_id, group_id);
"""

#: The group types, as in requests and replies.
STATIC = "LINK_PLATFORM"
DYNAMIC = "LINK_PLATFORM_DYNAMIC"

#: The maximum number of levels: a group, its sub-groups and their sub-groups.
MAX_LEVELS = 3
#: The maximum number of sub-groups of one group.
MAX_SUB_GROUPS = 100

NEWEST_FIRST = "created_at DESC, device_group.rowid DESC"

_ID_LENGTH = 16
_NAME_WIDTH = (4, 30)
_MAX_DESCRIPTION_LENGTH = 100
_MIN_TAG_KEY_WIDTH = 2

_NAME = re.compile(rf"[{CHINESE}A-Za-z0-9_]+")


def find_group(ctx: Context, group_id: str, group_type: str = STATIC) -> Row:
    """Return the row of a group. Raise ApiError if no group of this type has this ID."""
    group = ctx.store.one("device_group", group_id=group_id, group_type=group_type)
    if group is None:
        raise ApiError("iot.group.NotExistedGroup")
    return group


def find_requested_group(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the row of the group that ``GroupId`` and ``GroupType`` of a request identify.

    The group is a static one if the request has no ``GroupType``.

    Raises:
        ApiError: The group does not exist, or the type is invalid.
    """
    return find_group(ctx, p["GroupId"], _requested_type([p["GroupType"]] if p.get("GroupType") else []))


def create_group(ctx: Context, p: dict[str, Any], group_type: str, super_group: Row | None = None) -> Row:
    """Create the group in a request and return its row. Raise ApiError if the name or the description is invalid."""
    _check_name(ctx, p["GroupName"])
    _check_description(p.get("GroupDesc"))
    group = {
        "group_id": ids.alphanumeric(_ID_LENGTH),
        "group_name": p["GroupName"],
        "group_type": group_type,
        "super_group_id": super_group["group_id"] if super_group else None,
        "level": super_group["level"] + 1 if super_group else 1,
        "expression": p.get("DynamicGroupExpression"),
        "description": p.get("GroupDesc"),
        "created_at": ctx.now,
    }
    ctx.store.insert("device_group", **group)
    return group


def render_group(group: Row) -> Row:
    """Return the members that every reply with the details of a group has."""
    return omit_none(
        GroupId=group["group_id"],
        GroupName=group["group_name"],
        GroupDesc=group["description"],
        UtcCreate=times.utc(group["created_at"]),
    )


@operation
def create_device_group(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.1: Create a static group."""
    super_group = _find_super_group(ctx, p["SuperGroupId"]) if p.get("SuperGroupId") else None
    return {"Data": render_group(create_group(ctx, p, STATIC, super_group))}


@operation
def update_device_group(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.10.3: Update the description of a group. Nothing else can be changed."""
    group = find_requested_group(ctx, p)
    _check_description(p.get("GroupDesc"))
    ctx.store.update("device_group", omit_none(description=p.get("GroupDesc")), group_id=group["group_id"])


@operation
def delete_device_group(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.10.4: Delete a static group. Its devices are not deleted."""
    group = find_group(ctx, p["GroupId"])
    if ctx.store.one("device_group", super_group_id=group["group_id"]):
        raise ApiError("iot.group.SubGroupNotNull")
    ctx.store.delete("device_group", group_id=group["group_id"])


@operation
def query_device_group_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.10: List the groups of one type on all levels, or the direct sub-groups of a group."""
    page = requested_page(ctx, p)
    filters = omit_none(
        group_type=_requested_type(p.get("GroupTypes", [])),
        super_group_id=p.get("SuperGroupId") or None,
        group_name=p.get("GroupName") or None,
    )
    groups, total = ctx.store.page("device_group", page.offset, page.size, NEWEST_FIRST, **filters)
    return {
        "CurrentPage": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
        "Data": {"GroupInfo": [{**render_group(group), "GroupType": group["group_type"]} for group in groups]},
    }


@operation
def query_super_device_group(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.14: Return the parent group of a group. The list is empty for a top-level group."""
    group = find_group(ctx, p["GroupId"])
    super_groups = []
    if group["super_group_id"]:
        super_group = find_group(ctx, group["super_group_id"])
        super_groups.append(
            omit_none(
                GroupId=super_group["group_id"],
                GroupName=super_group["group_name"],
                GroupDesc=super_group["description"],
            )
        )
    return {"Data": {"GroupInfo": super_groups}}


@operation
def set_device_group_tags(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.10.11: Replace all tags of a group."""
    group = find_requested_group(ctx, p)
    tags = _parse_tags(p.get("TagString"))
    if len(tags) > MAX_TAGS:
        raise ApiError("iot.group.TagCountExceedMax")
    ctx.store.delete("device_group_tag", group_id=group["group_id"])
    for key, value in tags.items():
        ctx.store.insert("device_group_tag", group_id=group["group_id"], tag_key=key, tag_value=value)


@operation
def query_device_group_tag_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.12: List the tags of a group."""
    group = find_requested_group(ctx, p)
    tags = ctx.store.all("device_group_tag", "tag_key", group_id=group["group_id"])
    return {"Data": {"GroupTagInfo": [{"TagKey": tag["tag_key"], "TagValue": tag["tag_value"]} for tag in tags]}}


@operation
def query_device_group_by_tags(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.16: List the groups of both types that have all of the tags."""
    page = requested_page(ctx, p)
    tags = p["Tag"]
    if not all(tag.get("TagKey") and tag.get("TagValue") for tag in tags):
        raise missing_parameter("Tag")
    pairs = sorted({(tag["TagKey"], tag["TagValue"]) for tag in tags})
    matching = """
        SELECT group_id FROM device_group_tag
        WHERE (tag_key, tag_value) IN (
            SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
        )
        GROUP BY group_id HAVING count(*) = ?
    """
    groups, total = ctx.store.page_of(
        f"SELECT * FROM device_group WHERE group_id IN ({matching})",
        (json.dumps(pairs), len(pairs)),
        page.offset,
        page.size,
        NEWEST_FIRST,
    )
    items = [{"GroupId": group["group_id"], "GroupName": group["group_name"]} for group in groups]
    return {
        "Page": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
        "Data": {"DeviceGroup": items},
    }


def _requested_type(types: list[str]) -> str:
    """Return the group type of a request. Raise ApiError if it lists several, or one other than the dynamic type."""
    if not types:
        return STATIC
    if types != [DYNAMIC]:
        raise ApiError("iot.common.InvalidFormattedParameter", f"The group type must be {DYNAMIC} or not set")
    return DYNAMIC


def _find_super_group(ctx: Context, group_id: str) -> Row:
    """Return the row of the parent of a new group. Raise ApiError if it cannot have another sub-group."""
    group = ctx.store.one("device_group", group_id=group_id)
    if group is None:
        raise ApiError("iot.group.NotExistedGroup")
    if group["group_type"] == DYNAMIC:
        raise ApiError("iot.group.SuperGroupUnsupport")
    if group["level"] >= MAX_LEVELS:
        raise ApiError("iot.group.GroupLevelExceedingLimitError")
    if ctx.store.count("device_group", super_group_id=group_id) >= MAX_SUB_GROUPS:
        raise ApiError("iot.group.GroupCountExceedMax")
    return group


def _check_name(ctx: Context, name: str) -> None:
    if not is_valid_name(name, _NAME, *_NAME_WIDTH):
        raise ApiError("iot.group.InvalidGroupName")
    if ctx.store.one("device_group", group_name=name):
        raise ApiError("iot.group.GroupNameExisted")


def _check_description(description: str | None) -> None:
    if description is not None and len(description) > _MAX_DESCRIPTION_LENGTH:
        raise ApiError("iot.group.LongGroupDescError")


def _parse_tags(text: str | None) -> dict[str, str]:
    """Return the tags in a TagString by key, or none if it is not set. Raise ApiError if it is invalid."""
    try:
        items = json.loads(text) if text else []
    except (ValueError, RecursionError):
        raise ApiError("iot.group.InvalidFormattedTagString") from None
    if not isinstance(items, list) or not all(_is_tag_entry(tag) for tag in items):
        raise ApiError("iot.group.InvalidFormattedTagString")
    tags = {tag["tagKey"]: tag["tagValue"] for tag in items}
    if len(tags) < len(items):
        raise ApiError("iot.group.InvalidFormattedTagString", "A tagKey occurs more than once")
    return tags


def _is_tag_entry(tag: Any) -> bool:
    if not isinstance(tag, dict):
        return False
    key, value = tag.get("tagKey"), tag.get("tagValue")
    return isinstance(key, str) and isinstance(value, str) and is_valid_tag(key, value, _MIN_TAG_KEY_WIDTH)
