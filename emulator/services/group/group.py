# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device groups: how they nest, and their tags (the manual's chapter 4.10).

Who belongs to a group is told in ``group_member``, and what is particular to dynamic groups in ``dynamic_group``.
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
    group_name TEXT NOT NULL UNIQUE,  -- whatever the type
    group_type TEXT NOT NULL,
    super_group_id TEXT REFERENCES device_group,  -- NULL at the top
    level INTEGER NOT NULL,  -- 1 at the top; groups never move
    expression TEXT,  -- of dynamic groups only
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

#: The types of a group, as they are written.
STATIC = "LINK_PLATFORM"
DYNAMIC = "LINK_PLATFORM_DYNAMIC"

#: A group, its sub-groups and theirs.
MAX_LEVELS = 3
#: The sub-groups that one group can have.
MAX_SUB_GROUPS = 100

NEWEST_FIRST = "created_at DESC, device_group.rowid DESC"

_ID_LENGTH = 16
_NAME_WIDTH = (4, 30)
_MAX_DESCRIPTION_LENGTH = 100
_MIN_TAG_KEY_WIDTH = 2

_NAME = re.compile(rf"[{CHINESE}A-Za-z0-9_]+")


def find_group(ctx: Context, group_id: str, group_type: str = STATIC) -> Row:
    """The row of a group. Raises ApiError where there is none of that type."""
    group = ctx.store.one("device_group", group_id=group_id, group_type=group_type)
    if group is None:
        raise ApiError("iot.group.NotExistedGroup")
    return group


def find_requested_group(ctx: Context, p: dict[str, Any]) -> Row:
    """The row of the group that ``GroupId`` and ``GroupType`` of a call mean: a static one where it gives no type.

    Raises ApiError where there is none.
    """
    return find_group(ctx, p["GroupId"], _type_asked([p["GroupType"]] if p.get("GroupType") else []))


def create_group(ctx: Context, p: dict[str, Any], group_type: str, super_group: Row | None = None) -> Row:
    """Make the group that a call describes, and return its row. Raises ApiError for what the platform does not take."""
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
    """What every reply that describes a group says of it."""
    return omit_none(
        GroupId=group["group_id"],
        GroupName=group["group_name"],
        GroupDesc=group["description"],
        UtcCreate=times.utc(group["created_at"]),
    )


@operation
def create_device_group(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.1: Create a static group."""
    super_group = _super_group_asked(ctx, p["SuperGroupId"]) if p.get("SuperGroupId") else None
    return {"Data": render_group(create_group(ctx, p, STATIC, super_group))}


@operation
def update_device_group(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.10.3: only the description can be changed."""
    group = find_requested_group(ctx, p)
    _check_description(p.get("GroupDesc"))
    ctx.store.update("device_group", omit_none(description=p.get("GroupDesc")), group_id=group["group_id"])


@operation
def delete_device_group(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.10.4: its devices stay, outside of it."""
    group = find_group(ctx, p["GroupId"])
    if ctx.store.one("device_group", super_group_id=group["group_id"]):
        raise ApiError("iot.group.SubGroupNotNull")
    ctx.store.delete("device_group", group_id=group["group_id"])


@operation
def query_device_group_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.10: the groups of one type on all levels, or those right below one group."""
    page = requested_page(ctx, p)
    wanted = omit_none(
        group_type=_type_asked(p.get("GroupTypes", [])),
        super_group_id=p.get("SuperGroupId") or None,
        group_name=p.get("GroupName") or None,
    )
    groups, total = ctx.store.page("device_group", page.offset, page.size, NEWEST_FIRST, **wanted)
    return {
        "CurrentPage": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
        "Data": {"GroupInfo": [{**render_group(group), "GroupType": group["group_type"]} for group in groups]},
    }


@operation
def query_super_device_group(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.10.14: nothing for a group at the top, which is no error."""
    group = find_group(ctx, p["GroupId"])
    above = []
    if group["super_group_id"]:
        super_group = find_group(ctx, group["super_group_id"])
        above.append(
            omit_none(
                GroupId=super_group["group_id"],
                GroupName=super_group["group_name"],
                GroupDesc=super_group["description"],
            )
        )
    return {"Data": {"GroupInfo": above}}


@operation
def set_device_group_tags(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.10.11: the group has these tags and no others afterwards."""
    group = find_requested_group(ctx, p)
    tags = _tags_given(p.get("TagString"))
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
    """Manual section 4.10.16: the groups of either type that have all of the tags."""
    page = requested_page(ctx, p)
    tags = p["Tag"]
    if not all(tag.get("TagKey") and tag.get("TagValue") for tag in tags):
        raise missing_parameter("Tag")
    pairs = sorted({(tag["TagKey"], tag["TagValue"]) for tag in tags})
    having_all = """
        SELECT group_id FROM device_group_tag
        WHERE (tag_key, tag_value) IN (
            SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
        )
        GROUP BY group_id HAVING count(*) = ?
    """
    groups, total = ctx.store.page_of(
        f"SELECT * FROM device_group WHERE group_id IN ({having_all})",
        (json.dumps(pairs), len(pairs)),
        page.offset,
        page.size,
        NEWEST_FIRST,
    )
    listed = [{"GroupId": group["group_id"], "GroupName": group["group_name"]} for group in groups]
    return {
        "Page": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
        "Data": {"DeviceGroup": listed},
    }


def _type_asked(types: list[str]) -> str:
    """The one type that a call asks for. Raises ApiError where it names several, or any but the dynamic one."""
    if not types:
        return STATIC
    if types != [DYNAMIC]:
        raise ApiError("iot.common.InvalidFormattedParameter", f"The type of a group is {DYNAMIC}, or not given at all")
    return DYNAMIC


def _super_group_asked(ctx: Context, group_id: str) -> Row:
    """The row of the group that is to have one more sub-group. Raises ApiError where it cannot."""
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


def _tags_given(text: str | None) -> dict[str, str]:
    """The tags of a TagString by key, none where it is absent. Raises ApiError where it does not hold tags."""
    try:
        listed = json.loads(text) if text else []
    except (ValueError, RecursionError):
        raise ApiError("iot.group.InvalidFormattedTagString") from None
    if not isinstance(listed, list) or not all(_is_tag(tag) for tag in listed):
        raise ApiError("iot.group.InvalidFormattedTagString")
    tags = {tag["tagKey"]: tag["tagValue"] for tag in listed}
    if len(tags) < len(listed):
        raise ApiError("iot.group.InvalidFormattedTagString", "A tagKey occurs twice")
    return tags


def _is_tag(tag: Any) -> bool:
    if not isinstance(tag, dict):
        return False
    key, value = tag.get("tagKey"), tag.get("tagValue")
    return isinstance(key, str) and isinstance(value, str) and is_valid_tag(key, value, _MIN_TAG_KEY_WIDTH)
