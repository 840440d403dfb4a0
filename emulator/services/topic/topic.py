# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Custom topic classes of a product (manual chapter 4.14)."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.topics import custom_topic, filter_matches
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS product_topic (
    topic_id INTEGER PRIMARY KEY AUTOINCREMENT,
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    short_name TEXT NOT NULL,  -- the levels after the device name, such as user/get
    operation TEXT NOT NULL,  -- the name from the request; responses contain a number
    description TEXT,
    codec TEXT,
    enable_proxy_subscribe INTEGER,
    UNIQUE (product_key, short_name)
);
-- Every new product has these three topic classes.
CREATE TRIGGER IF NOT EXISTS product_topic_default AFTER INSERT ON product BEGIN
    INSERT INTO product_topic (product_key, short_name, operation) VALUES
        (NEW.product_key, 'user/update', 'PUB'),
        (NEW.product_key, 'user/update/error', 'PUB'),
        (NEW.product_key, 'user/get', 'SUB');
END;
"""

#: The maximum number of topic classes of one product, including the three default ones.
MAX_TOPICS = 50

_OPERATIONS = {"PUB": "0", "SUB": "1", "ALL": "2"}

# All custom topics start with this level.
_PREFIX = "user/"

_SHORT_NAME = re.compile(r"[A-Za-z0-9_]+(/[A-Za-z0-9_]+)*")
# Only topics that devices subscribe to can contain wildcards.
_SHORT_NAME_WITH_WILDCARDS = re.compile(r"((\+|[A-Za-z0-9_]+)/)*(\#|\+|[A-Za-z0-9_]+)")
_MAX_DESCRIPTION_LENGTH = 100


def find_topic_class(ctx: Context, topic: str) -> Row | None:
    """Return the topic class of a custom topic such as ``/a1/lamp/user/get``, or None if the product has none.

    A topic class without wildcards takes precedence. The column ``operation`` says what devices may do with the topic:
    ``PUB``, ``SUB`` or ``ALL``.
    """
    parts = custom_topic(topic)
    if parts is None:
        return None
    exact = ctx.store.one("product_topic", product_key=parts.product_key, short_name=parts.short_name)
    if exact is not None:
        return exact
    subscribable = ctx.store.all("product_topic", "topic_id", product_key=parts.product_key, operation="SUB")
    return next((row for row in subscribable if filter_matches(row["short_name"], parts.short_name)), None)


@operation
def create_product_topic(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.14.1: Create a custom topic class."""
    product = find_product(ctx, p["ProductKey"])
    topic = _requested_columns(p)
    if ctx.store.count("product_topic", product_key=product["product_key"]) >= MAX_TOPICS:
        raise ApiError("iot.messagebroker.TopicTemplateCountExceedMax")
    _check_name_unused(ctx, product["product_key"], topic["short_name"])
    return {"TopicId": ctx.store.insert("product_topic", product_key=product["product_key"], **topic)}


@operation
def update_product_topic(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.14.2: Update a topic class. Optional parameters that are not set do not change it."""
    topic = _find_topic(ctx, p["TopicId"])
    changes = _requested_columns(p)
    if changes["short_name"] != topic["short_name"]:
        _check_name_unused(ctx, topic["product_key"], changes["short_name"])
    ctx.store.update("product_topic", changes, topic_id=topic["topic_id"])


@operation
def query_product_topic(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.14.3: List the custom topic classes of a product."""
    product = find_product(ctx, p["ProductKey"])
    topics = ctx.store.all("product_topic", "topic_id", product_key=product["product_key"])
    return {"Data": {"ProductTopicInfo": [_render_topic(topic) for topic in topics]}}


@operation
def delete_product_topic(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.14.4: Delete a custom topic class."""
    topic = _find_topic(ctx, p["TopicId"])
    ctx.store.delete("product_topic", topic_id=topic["topic_id"])


def _find_topic(ctx: Context, topic_id: str) -> Row:
    # A number of up to 18 digits fits a 64-bit integer; longer ones are not IDs of the platform.
    if not (topic_id.isascii() and topic_id.isdigit() and len(topic_id) <= 18):
        raise ApiError("iot.messagebroker.InvalidFormattedTopicTemplateId")
    topic = ctx.store.one("product_topic", topic_id=int(topic_id))
    if topic is None:
        raise ApiError("iot.messagebroker.TopicTemplateIsNotFound")
    return topic


def _requested_columns(p: dict[str, Any]) -> Row:
    """Return the columns that a request sets. Raise ApiError if a value is invalid."""
    name = p["TopicShortName"]
    if p["Operation"] not in _OPERATIONS:
        raise ApiError("iot.messagebroker.InvalidTopicTemplateOperationValue")
    if not (_SHORT_NAME_WITH_WILDCARDS if p["Operation"] == "SUB" else _SHORT_NAME).fullmatch(name):
        raise ApiError("iot.messagebroker.InvalidFormattedTopicName")
    description = p.get("Desc")
    if description is not None and len(description) > _MAX_DESCRIPTION_LENGTH:
        raise ApiError(
            "iot.common.InvalidFormattedParameter", f"Desc must have at most {_MAX_DESCRIPTION_LENGTH} characters"
        )
    return omit_none(
        short_name=name if name.startswith(_PREFIX) else _PREFIX + name,
        operation=p["Operation"],
        description=description,
        codec=p.get("Codec"),
        enable_proxy_subscribe=p.get("EnableProxySubscribe"),
    )


def _check_name_unused(ctx: Context, product_key: str, short_name: str) -> None:
    if ctx.store.one("product_topic", product_key=product_key, short_name=short_name):
        raise ApiError("iot.messagebroker.TopicAlreadyFound")


def _render_topic(topic: Row) -> Row:
    proxy_subscribe = topic["enable_proxy_subscribe"]
    return omit_none(
        Id=str(topic["topic_id"]),
        ProductKey=topic["product_key"],
        TopicShortName=f"/{topic['product_key']}/${{deviceName}}/{topic['short_name']}",
        Operation=_OPERATIONS[topic["operation"]],
        Desc=topic["description"],
        Codec=topic["codec"],
        EnableProxySubscribe=None if proxy_subscribe is None else bool(proxy_subscribe),
    )
