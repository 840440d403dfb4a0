# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Data sources: the topics whose messages parsers get (the manual's chapter 4.16)."""

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
    name TEXT NOT NULL,  -- the manual does not ask for it to be unique
    description TEXT,
    created_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS data_source_item (
    item_id INTEGER PRIMARY KEY AUTOINCREMENT,
    data_source_id INTEGER NOT NULL REFERENCES data_source ON DELETE CASCADE,
    topic TEXT NOT NULL,
    topic_product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,  -- whose topic it is
    scope_type TEXT,  -- this and the following as written
    product_key TEXT,
    device_name TEXT,
    UNIQUE (data_source_id, topic)
);
CREATE INDEX IF NOT EXISTS data_source_item_by_product ON data_source_item (topic_product_key);
"""

# Whose topics an item is about: all devices', those of a product, or one device's.
ALL = "ALL"
PRODUCT = "PRODUCT"
DEVICE = "DEVICE"
_SCOPES = (ALL, PRODUCT, DEVICE)

# The list of a source's topics is longer than other lists.
_LAST_PAGE_OF_ITEMS = 100_000

# All devices are meant by the sign of MQTT; the manual writes it as an asterisk, too.
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
# The two levels of a job's status are a firmware and a job.
_SYSTEM = re.compile(rf"{_DEVICE}/(?:{_SYSTEM_TOPICS})|{_DEVICE}/{_DEVICE}/ota/job/status")

_WRONG_TOPIC = "iot.messagebroker.InvalidFormattedTopicName"


def find_data_source(ctx: Context, data_source_id: int) -> Row:
    """The row of a data source. Raises ApiError where there is no such data source."""
    source = ctx.store.one("data_source", data_source_id=data_source_id)
    if source is None:
        raise ApiError("iot.rule.DataSourceNotExists")
    return source


@operation
def create_parser_data_source(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.16.6"""
    check_name(p["Name"])
    source_id = ctx.store.insert("data_source", name=p["Name"], description=p.get("Description"), created_at=ctx.now)
    return {"DataSource": _as_read(find_data_source(ctx, source_id))}


@operation
def update_parser_data_source(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.7: a description that is not given stays."""
    source = find_data_source(ctx, p["DataSourceId"])
    check_name(p["Name"])
    changes = omit_none(name=p["Name"], description=p.get("Description"))
    ctx.store.update("data_source", changes, data_source_id=source["data_source_id"])


@operation
def list_parser_data_source(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.16.8: the oldest first."""
    page = bounded_page(ctx, p)
    sources, total = ctx.store.page_of(
        "SELECT * FROM data_source WHERE instr(name, ?)",
        (p.get("SearchName", ""),),
        page.offset,
        page.size,
        "data_source_id",
    )
    return {
        "Data": {"DataSource": [_as_read(source) for source in sources]},
        "Page": page.number,
        "PageSize": page.size,
        "Total": total,
    }


@operation
def get_parser_data_source(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.16.9"""
    source = find_data_source(ctx, p["DataSourceId"])
    return {"DataSource": {**_as_read(source), "CreateUserId": int(ctx.account.user_id)}}


@operation
def delete_parser_data_source(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.10: its topics go with it, but no parser may have it."""
    source = find_data_source(ctx, p["DataSourceId"])
    parser = ctx.store.one("parser", data_source_id=source["data_source_id"])
    if parser:
        message = f"Parser {parser['parser_id']} has the data source: detach it first"
        raise ApiError("iot.system.IllegalRequest", message)
    ctx.store.delete("data_source", data_source_id=source["data_source_id"])


@operation
def create_data_source_item(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.11: the device of a topic need not be there yet, but its product and whoever is named beside it must."""
    source = find_data_source(ctx, p["DataSourceId"])
    product = find_product(ctx, _product_key_of(p["Topic"]))
    scope = _scope_given(ctx, p)
    if ctx.store.one("data_source_item", data_source_id=source["data_source_id"], topic=p["Topic"]):
        raise ApiError("iot.system.IllegalRequest", "The data source has this topic already")
    ctx.store.insert(
        "data_source_item",
        data_source_id=source["data_source_id"],
        topic=p["Topic"],
        topic_product_key=product["product_key"],
        **scope,
    )


@operation
def list_data_source_item(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.16.12: the oldest first."""
    source = find_data_source(ctx, p["DataSourceId"])
    page = bounded_page(ctx, p, _LAST_PAGE_OF_ITEMS)
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
    """4.16.13"""
    source = find_data_source(ctx, p["DataSourceId"])
    deleted = ctx.store.delete(
        "data_source_item", item_id=p["DataSourceItemId"], data_source_id=source["data_source_id"]
    )
    if not deleted:
        raise ApiError("iot.rule.DataSourceItemNotExists")


def _scope_given(ctx: Context, p: dict[str, Any]) -> Row:
    """Whose topic a call says it is, beside the topic. Raises ApiError where it is none's or somebody else's."""
    kind = p.get("ScopeType") or None
    if kind not in (None, *_SCOPES):
        raise ApiError("iot.common.InvalidFormattedParameter", f"ScopeType is one of {', '.join(_SCOPES)}")
    product_key = p.get("ProductKey") or None
    device_name = p.get("DeviceName") or None
    if product_key is None and (device_name or kind in (PRODUCT, DEVICE)):
        raise ApiError("iot.prod.NullProductKey")
    if product_key and find_product(ctx, product_key)["product_key"] != _product_key_of(p["Topic"]):
        raise ApiError(_WRONG_TOPIC, "Topic is a topic of another product than ProductKey")
    if device_name or kind == DEVICE:
        find_device_by_name(ctx, product_key, device_name or "")
        if _device_of(p["Topic"]) not in ("+", "*", device_name):
            raise ApiError(_WRONG_TOPIC, "Topic is a topic of another device than DeviceName")
    return {"scope_type": kind, "product_key": product_key, "device_name": device_name}


def _device_of(topic: str) -> str:
    """The level of a topic that names its device."""
    return topic.removeprefix(_STATUS_PREFIX).split("/")[2]


def _product_key_of(topic: str) -> str:
    """The product of a topic. Raises ApiError where messages do not come on such topics."""
    status = _STATUS_TOPIC.fullmatch(topic)
    if status:
        return status[1]
    match = _TOPIC.fullmatch(topic)
    if match is None:
        raise ApiError(_WRONG_TOPIC)
    product_key, rest = match.groups()
    if "/user" in rest:
        if not _CUSTOM.fullmatch(rest):
            raise ApiError(_WRONG_TOPIC)
    elif not _SYSTEM.fullmatch(rest):
        raise ApiError("iot.ruleng.IncorrectSysTopic")
    return product_key


def _as_read(source: Row) -> Row:
    return omit_none(
        DataSourceId=source["data_source_id"],
        Name=source["name"],
        Description=source["description"],
        UtcCreated=times.utc(source["created_at"]),
    )
