# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Consumer groups: receivers of the messages of subscriptions (manual chapter 4.18).

``subscription`` defines which messages a group receives, ``consumer_queue`` stores them.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids, times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name

TABLES = """
CREATE TABLE IF NOT EXISTS consumer_group (
    group_id TEXT PRIMARY KEY,
    group_name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    consumed_at INTEGER  -- when a consumer last took a message; NULL if none ever did
);
CREATE INDEX IF NOT EXISTS consumer_group_by_age ON consumer_group (created_at);
"""

#: The group that every account has by default.
DEFAULT_GROUP = "DEFAULT_GROUP"

#: Maximum number of groups of an account. The manual has an error code for too many groups, but no number.
MAX_GROUPS = 1000

_DEFAULT_NAME = "默认消费组"

_ID = re.compile(r"[A-Za-z0-9_]+")
_ID_LENGTH = 20
_ID_SUFFIX = "000100"

_NAME = re.compile(rf"[{CHINESE}A-Za-z0-9_]+")
_NAME_WIDTH = (4, 30)


def find_consumer_group(ctx: Context, group_id: str) -> Row:
    """Return the row of a consumer group. Raise ApiError if the id is invalid or the group does not exist."""
    _ensure_default_group(ctx)
    group = ctx.store.one("consumer_group", group_id=group_id)
    if group is None:
        if not _ID.fullmatch(group_id):
            raise ApiError("iot.consumer.group.InvalidConsumerGroupId")
        raise ApiError("iot.consumer.group.ConsumerGroupNotExist")
    return group


@operation
def create_consumer_group(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.18.5: Create a consumer group."""
    _ensure_default_group(ctx)
    _check_name(ctx, p["GroupName"])
    if ctx.store.count("consumer_group") >= MAX_GROUPS:
        raise ApiError("iot.consumer.group.ConsumerGroupExceedLimit")
    group_id = ids.alphanumeric(_ID_LENGTH) + _ID_SUFFIX
    ctx.store.insert("consumer_group", group_id=group_id, group_name=p["GroupName"], created_at=ctx.now)
    return {"GroupId": group_id}


@operation
def update_consumer_group(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.18.6: Rename a consumer group."""
    group = _find_custom_group(ctx, p["GroupId"])
    if p["NewGroupName"] != group["group_name"]:
        _check_name(ctx, p["NewGroupName"])
    ctx.store.update("consumer_group", {"group_name": p["NewGroupName"]}, group_id=group["group_id"])


@operation
def query_consumer_group_by_group_id(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.18.7: Read a consumer group."""
    return {"Data": _to_reply(find_consumer_group(ctx, p["GroupId"]))}


@operation
def query_consumer_group_list(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.18.8: List consumer groups, newest first. ``GroupName`` is ignored unless ``Fuzzy`` is true."""
    page = requested_page(ctx, p)
    name_part = ""
    if p.get("Fuzzy"):
        name_part = p.get("GroupName", "")
        if not name_part:
            raise ApiError("iot.consumer.group.InvalidConsumerGroupName", "Fuzzy requires GroupName")
    _ensure_default_group(ctx)
    groups, total = ctx.store.page_of(
        "SELECT * FROM consumer_group WHERE instr(group_name, ?)",
        (name_part,),
        page.offset,
        page.size,
        "created_at DESC, rowid DESC",
    )
    return {
        "CurrentPage": page.number,
        "PageSize": page.size,
        "PageCount": page.count(total),
        "Total": total,
        "Data": {"ConsumerGroupDTO": [_to_reply(group) for group in groups]},
    }


@operation
def delete_consumer_group(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.18.11: Delete a consumer group and its queued messages."""
    group = _find_custom_group(ctx, p["GroupId"])
    subscribed = ctx.store.one("subscription_group", group_id=group["group_id"])
    if subscribed:
        message = f"The subscription of product {subscribed['product_key']} uses the consumer group"
        raise ApiError("iot.consumer.group.DeleteConsumerGroupFailed", message)
    ctx.store.delete("consumer_group", group_id=group["group_id"])


def _ensure_default_group(ctx: Context) -> None:
    """Create the default group if it does not exist, such as after a reset of the emulator."""
    if not ctx.store.one("consumer_group", group_id=DEFAULT_GROUP):
        ctx.store.insert("consumer_group", group_id=DEFAULT_GROUP, group_name=_DEFAULT_NAME, created_at=ctx.now)


def _find_custom_group(ctx: Context, group_id: str) -> Row:
    """Return the row of a group other than the default group.

    Raises:
        ApiError: the group does not exist or is the default group.
    """
    group = find_consumer_group(ctx, group_id)
    if group["group_id"] == DEFAULT_GROUP:
        raise ApiError("iot.consumer.group.ChangeDefaultConsumerGroupNotAllowed")
    return group


def _check_name(ctx: Context, name: str) -> None:
    if not is_valid_name(name, _NAME, *_NAME_WIDTH):
        raise ApiError("iot.consumer.group.InvalidConsumerGroupName")
    if ctx.store.one("consumer_group", group_name=name):
        raise ApiError("iot.consumer.group.ConsumerGroupNameExisted")


def _to_reply(group: Row) -> Row:
    return {
        "GroupId": group["group_id"],
        "GroupName": group["group_name"],
        "CreateTime": times.utc(group["created_at"]),
    }
