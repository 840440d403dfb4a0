# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Data sources: the topics whose messages a parser receives (manual chapter 4.16)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import parser, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Create, Delete, Entries, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import UsedBy
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import SOURCES, TOPIC, DataFlow, End
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, contains_pending, finds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import (
    Lookup,
    Renamable,
    renamed_from,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import RULE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.topic_filters import find_problem
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import (
    product_key,
    product_level,
    resolve_topic,
)

DATA_SOURCES = Lookup(
    "data source", "ListParserDataSource", "DataSourceId", "Name", "data_source_id", kinds=("data_source",)
)

#: Maximum number of topics of a data source.
MAX_TOPICS = 1000

_TOPIC = re.compile(r"/[^/\s]+(/[^/\s]+)+")


def _find_device_problem(levels: list[str]) -> str:
    """Return what is wrong with the levels after the product in the levels of a topic."""
    if levels[1:4] == ["as", "mqtt", "status"]:
        return find_problem("/".join(levels[5:]), "status") if levels[5:] else "must contain the device"
    return find_problem("/".join(levels[3 if levels[1] == "sys" else 2 :]))


class Topics(ObjectSet):
    """Topics, in no order.

    The wildcard for all devices is written ``+`` or ``*``. A topic that does not contain its product, which devices can
    use that connect with a standard MQTT client, is declared with its product and optionally its device.
    """

    def __init__(self) -> None:
        super().__init__(("topic",), ("topic", "product_key", "device"), maximum=MAX_TOPICS)
        self.argument = {
            "type": "list",
            "elements": "dict",
            "options": {
                "topic": {"type": "str", "required": True},
                "product": {"type": "str"},
                "device": {"type": "str"},
            },
        }

    def check(self, value: Any) -> str:
        for element in value:
            if contains_pending(element["topic"]):
                continue
            if not element.get("product") and not _TOPIC.fullmatch(element["topic"]):
                formats = "/{product}/{device}/{other levels} or /as/mqtt/status/{product}/{device}"
                return f"contains the topic {element['topic']!r}, which does not have the format {formats}"
            levels = element["topic"].split("/")
            problem = "" if element.get("product") else _find_device_problem(levels)
            if problem:
                return f"contains the invalid topic {element['topic']!r}: it {problem}"
            if element.get("device") and not element.get("product"):
                return f"contains the topic {element['topic']!r} with a device but without its product"
        return super().check(value)

    def identity(self, element: dict) -> tuple[str, ...]:
        levels = ["+" if level == "*" else level for level in element["topic"].split("/")]
        key = element.get("product_key")
        owner = key if isinstance(key, str) else element.get("product")
        return ("/".join(levels), owner or "", element.get("device") or "")

    def to_display(self, value: Any) -> Any:
        return sorted(value, key=self.identity)


@finds("product", "device")
def _resolve_topic(reader: Reader, element: dict) -> dict:
    """Return a topic of a task with ProductKeys in place of product names."""
    resolved = {name: text for name, text in element.items() if text is not None}
    if "product" in resolved:
        resolved["product_key"] = product_key(reader, resolved["product"])
        if resolved["product_key"] is not PENDING:
            del resolved["product"]
    else:
        resolved["topic"] = resolve_topic(reader, resolved["topic"])
    return resolved


def _parse_topics(items: list) -> dict:
    members = {"Topic": "topic", "ProductKey": "product_key", "DeviceName": "device", "DataSourceItemId": "item_id"}
    return {"topics": [{name: str(item[wire]) for wire, name in members.items() if item.get(wire)} for item in items]}


def _create_params(topics: list) -> dict:
    (topic,) = topics
    scope = {}
    if "product_key" in topic:
        scope = {"ScopeType": "DEVICE" if "device" in topic else "PRODUCT", "ProductKey": topic["product_key"]}
    return {"Topic": topic["topic"], "DeviceName": topic.get("device"), **scope}


def _flow_inputs(values: dict) -> Iterator[End]:
    """Yield the topics of a data source."""
    for element in values.get("topics") or ():
        levels = ["+" if level == "*" else level for level in element["topic"].split("/")]
        owner = element.get("product_key") or levels[product_level(levels)]
        if owner not in levels:
            # The topic does not contain the product and the device.
            levels = ["", owner, element.get("device") or "+", *filter(None, levels)]
        yield End(TOPIC, "/".join(levels), owner=owner)


class DataSource(Renamable):
    """A data source with its topics."""

    kind = "data_source"
    title = "data source"
    unique_names = False
    families = (parser, product)
    key = ("name",)
    identity = {"DataSourceId": "data_source_id"}
    fields = (
        Field("name", "Name", RULE_NAME, required=True),
        renamed_from(RULE_NAME),
        Field("data_source_id", "DataSourceId", computed=True),
        Field("description", "Description", Text(), initial=""),
        Field("topics", type=Topics(), lookup_each=_resolve_topic, element="topic", initial=[], purge=True),
        Field("created", read="UtcCreated", computed=True),
    )
    listing = Listing("ListParserDataSource", params={"SearchName": "name"})
    details = (
        Detail("GetParserDataSource", "DataSource"),
        Detail("ListDataSourceItem", "DataSourceItems.dataSourceItem", only_for=("topics",), parse=_parse_topics),
    )
    create = Create("CreateParserDataSource", outputs={"data_source_id": "DataSource.DataSourceId"})
    changes = (
        Update("UpdateParserDataSource", "name", "description"),
        Entries(
            "topics",
            add=Batch("CreateDataSourceItem", _create_params, size=1),
            remove=Batch("DeleteDataSourceItem", lambda topics: {"DataSourceItemId": topics[0]["item_id"]}, size=1),
        ),
    )
    delete = Delete("DeleteParserDataSource")
    used_by = (
        UsedBy(
            "parser",
            "ListParser",
            name="Name",
            reference="data_source_id",
            details=(("GetParser", {}),),
            identity={"ParserId": "ParserId"},
            path="Data.DataSourceId",
            remedy="Set another data source for the parser, or delete the parser first",
        ),
    )
    flow = DataFlow(SOURCES, _flow_inputs)
    filters = ("name", "data_source_id")
