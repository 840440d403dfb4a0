# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Data sources: the topics whose messages parsers receive (manual chapter 4.16)."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.topics import DEVICE_NAME
from ansible_collections.iotops.aliyun.emulator.services.common.forwarding import bounded_page, check_name
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS data_source (
    data_source_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,  -- not unique: the manual does not require it
    description TEXT,
    created_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS data_source_item (
    item_id INTEGER PRIMARY KEY AUTOINCREMENT,
    data_source_id INTEGER NOT NULL REFERENCES data_source ON DELETE CASCADE,
    topic TEXT NOT NULL,
    topic_product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,  -- the product in the topic
    scope_type TEXT,  -- this and the following columns as in the request
    product_key TEXT,
    device_name TEXT,
    UNIQUE (data_source_id, topic)
);
CREATE INDEX IF NOT EXISTS data_source_item_by_product ON data_source_item (topic_product_key);
"""

# Scope types of an item: all devices, the devices of a product, or one device.
ALL = "ALL"
PRODUCT = "PRODUCT"
DEVICE = "DEVICE"
_SCOPES = (ALL, PRODUCT, DEVICE)

# The list of the topics of a data source has more pages than other lists.
_MAX_ITEM_PAGE_NUMBER = 100_000

# The wildcard for any device is + as in MQTT; the manual also uses *.
_DEVICE = rf"(?:[+*]|{DEVICE_NAME})"
_IDENTIFIER = r"[A-Za-z0-9_:]+"
_STATUS_PREFIX = "/as/mqtt/status"
_STATUS_TOPIC = re.compile(rf"{_STATUS_PREFIX}/([A-Za-z0-9]+)/{_DEVICE}")
_TOPIC = re.compile(r"/([A-Za-z0-9]+)/(.+)")
_CUSTOM = re.compile(rf"{_DEVICE}/user(?:/(?:[+*]|[A-Za-z0-9_]+))*/(?:[#+*]|[A-Za-z0-9_]+)")
_SYSTEM_TOPICS = "|".join(
    (
        rf"thing/event/{_IDENTIFIER}(?:/history)?/post",
        "thing/lifecycle",
        "thing/downlink/reply/message",
        "thing/list/found",
        "thing/topo/lifecycle",
        "thing/deviceinfo/update",
        "ota/upgrade",
        "ota/version/post",
    )
)
# The first two levels of a job status topic are a firmware and a job.
_SYSTEM = re.compile(rf"{_DEVICE}/(?:{_SYSTEM_TOPICS})|{_DEVICE}/{_DEVICE}/ota/job/status")

_INVALID_TOPIC = "iot.messagebroker.InvalidFormattedTopicName"


def find_data_source(ctx: Context, data_source_id: int) -> Row:
    """Return the row of a data source. Raise ApiError if it does not exist."""
    source = ctx.store.one("data_source", data_source_id=data_source_id)
    if source is None:
        raise ApiError("iot.rule.DataSourceNotExists")
    return source


@operation
def create_parser_data_source(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.6: Create a data source."""
    check_name(p["Name"])
    source_id = ctx.store.insert("data_source", name=p["Name"], description=p.get("Description"), created_at=ctx.now)
    return {"DataSource": _to_reply(find_data_source(ctx, source_id))}


@operation
def update_parser_data_source(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.7: Update a data source. An absent description is left unchanged."""
    source = find_data_source(ctx, p["DataSourceId"])
    check_name(p["Name"])
    changes = omit_none(name=p["Name"], description=p.get("Description"))
    ctx.store.update("data_source", changes, data_source_id=source["data_source_id"])


@operation
def list_parser_data_source(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.8: List data sources, oldest first."""
    page = bounded_page(ctx, p)
    sources, total = ctx.store.page_of(
        "SELECT * FROM data_source WHERE instr(name, ?)",
        (p.get("SearchName", ""),),
        page.offset,
        page.size,
        "data_source_id",
    )
    return {
        "Data": {"DataSource": [_to_reply(source) for source in sources]},
        "Page": page.number,
        "PageSize": page.size,
        "Total": total,
    }


@operation
def get_parser_data_source(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.9: Read a data source."""
    source = find_data_source(ctx, p["DataSourceId"])
    return {"DataSource": {**_to_reply(source), "CreateUserId": int(ctx.account.user_id)}}


@operation
def delete_parser_data_source(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.10: Delete a data source and its topics. It must not be attached to a parser."""
    source = find_data_source(ctx, p["DataSourceId"])
    parser = ctx.store.one("parser", data_source_id=source["data_source_id"])
    if parser:
        message = f"Parser {parser['parser_id']} uses the data source: detach the data source from it first"
        raise ApiError("iot.system.IllegalRequest", message)
    ctx.store.delete("data_source", data_source_id=source["data_source_id"])


@operation
def create_data_source_item(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.11: Add a topic to a data source.

    The product in the topic must exist, and so must ``ProductKey`` and ``DeviceName`` if present. The device in the
    topic need not exist.
    """
    source = find_data_source(ctx, p["DataSourceId"])
    product = find_product(ctx, _product_key_of(p["Topic"]))
    scope = _parse_scope(ctx, p)
    if ctx.store.one("data_source_item", data_source_id=source["data_source_id"], topic=p["Topic"]):
        raise ApiError("iot.system.IllegalRequest", "The data source already has this topic")
    ctx.store.insert(
        "data_source_item",
        data_source_id=source["data_source_id"],
        topic=p["Topic"],
        topic_product_key=product["product_key"],
        **scope,
    )


@operation
def list_data_source_item(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.12: List the topics of a data source, oldest first."""
    source = find_data_source(ctx, p["DataSourceId"])
    page = bounded_page(ctx, p, _MAX_ITEM_PAGE_NUMBER)
    items, total = ctx.store.page_of(
        "SELECT * FROM data_source_item WHERE data_source_id = ? AND instr(topic, ?)",
        (source["data_source_id"], p.get("SearchName", "")),
        page.offset,
        page.size,
        "item_id",
    )
    listed = [
        omit_none(
            DataSourceItemId=item["item_id"],
            Topic=item["topic"],
            ScopeType=item["scope_type"],
            ProductKey=item["product_key"],
            DeviceName=item["device_name"],
        )
        for item in items
    ]
    return {
        "DataSourceItems": {"dataSourceItem": listed},
        "Page": page.number,
        "PageSize": page.size,
        "Total": total,
    }


@operation
def delete_data_source_item(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.13: Remove a topic from a data source."""
    source = find_data_source(ctx, p["DataSourceId"])
    deleted = ctx.store.delete(
        "data_source_item", item_id=p["DataSourceItemId"], data_source_id=source["data_source_id"]
    )
    if not deleted:
        raise ApiError("iot.rule.DataSourceItemNotExists")


def _parse_scope(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the scope columns from request parameters.

    Raises:
        ApiError: the scope is incomplete, does not exist, or does not match the topic.
    """
    kind = p.get("ScopeType") or None
    if kind not in (None, *_SCOPES):
        raise ApiError("iot.common.InvalidFormattedParameter", f"ScopeType must be one of {', '.join(_SCOPES)}")
    product_key = p.get("ProductKey") or None
    device_name = p.get("DeviceName") or None
    if product_key:
        if find_product(ctx, product_key)["product_key"] != _product_key_of(p["Topic"]):
            raise ApiError(_INVALID_TOPIC, "Topic must belong to the product ProductKey")
        if device_name or kind == DEVICE:
            find_device_by_name(ctx, product_key, device_name or "")
            if _device_level(p["Topic"]) not in ("+", "*", device_name):
                raise ApiError(_INVALID_TOPIC, "Topic must belong to the device DeviceName")
    elif device_name or kind in (PRODUCT, DEVICE):
        raise ApiError("iot.prod.NullProductKey")
    return {"scope_type": kind, "product_key": product_key, "device_name": device_name}


def _device_level(topic: str) -> str:
    """Return the level of a topic that contains the device name."""
    return topic.removeprefix(_STATUS_PREFIX).split("/")[2]


def _product_key_of(topic: str) -> str:
    """Return the product key in a topic. Raise ApiError if devices do not send messages on such topics."""
    status = _STATUS_TOPIC.fullmatch(topic)
    if status:
        return status[1]
    match = _TOPIC.fullmatch(topic)
    if match is None:
        raise ApiError(_INVALID_TOPIC)
    product_key, rest = match.groups()
    if "/user" in rest:
        if not _CUSTOM.fullmatch(rest):
            raise ApiError(_INVALID_TOPIC)
    elif not _SYSTEM.fullmatch(rest):
        raise ApiError("iot.ruleng.IncorrectSysTopic")
    return product_key


def _to_reply(source: Row) -> Row:
    return omit_none(
        DataSourceId=source["data_source_id"],
        Name=source["name"],
        Description=source["description"],
        UtcCreated=times.utc(source["created_at"]),
    )
