# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules of the first rules engine: data selected by SQL and forwarded (the manual's chapter 4.15)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, rule
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete, Switch, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule_actions import (
    ActionChanges,
    Actions,
    of_rows,
)

RULE_NAME = Text(
    1,
    30,
    wide=2,
    allowed="[A-Za-z0-9_\u3040-\u30ff\u4e00-\u9fff-]+",
    hint="Chinese, Japanese and English letters, digits, _ and -",
)

#: What a rule needs before it can start: the option, and the field that it gives.
NEEDED_TO_START = {"product": "product_key", "short_topic": "short_topic", "select": "select"}


class StartAndStop(Switch):
    """A rule that lacks its SQL cannot start."""

    def steps(self, resource, desired, current):
        if desired.get("status") == "started":
            after = {**current, **desired}
            missing = [option for option, name in NEEDED_TO_START.items() if not after.get(name)]
            if missing:
                raise InvalidValue(
                    f"a rule needs {', '.join(missing)} before it can start", field=missing[0], remedy="Give them"
                )
        return super().steps(resource, desired, current)


@dataclass(frozen=True)
class StopThenDelete(Delete):
    """What runs is stopped before it goes.

    Attributes:
        stop: the operation that stops it.
    """

    stop: str = "StopRule"

    def steps(self, resource, current):
        status = current.get("status")
        stop = Step(steps.UPDATE, self.stop, resource.identify(), {"status": (status, "stopped")})
        return [*([stop] if status not in (None, "stopped") else []), *super().steps(resource, current)]


class Rule(Resource):
    """A rule with its actions."""

    kind = "rule"
    title = "rule"
    families = (rule, product)
    key = ("name",)
    identity = {"RuleId": "rule_id"}
    states = {
        "present": {},
        "started": {"status": "started"},
        "stopped": {"status": "stopped"},
        "absent": None,
    }
    fields = (
        Field("name", "Name", RULE_NAME, required=True),
        Field("rule_id", read="Id", computed=True, wire=""),
        Field("product", resolve=product_key, into="product_key"),
        Field("product_key", "ProductKey", computed=True, initial=""),
        Field("short_topic", "ShortTopic", Text(), initial=""),
        Field(
            "topic_type",
            "TopicType",
            # -1 is read of a rule that has no SQL yet.
            Choice({"system": 0, "custom": 1, "status": 2}, {-1: None, 0: "system", 1: "custom", 2: "status"}),
        ),
        Field("select", "Select", Text(), initial=""),
        Field("where", "Where", Text(), initial=""),
        Field("description", "RuleDesc", Text(0, 100), initial=""),
        Field("data_type", read="DataType", type=Choice({"json": "JSON", "binary": "BINARY"}), computed=True),
        Field("actions", type=Actions(), initial=[], purge=True),
        Field(
            "status",
            read="Status",
            type=Choice({"started": "RUNNING", "stopped": "STOP"}),
            option=False,
            initial="stopped",
        ),
        Field("created", read="UtcCreated", computed=True),
        Field("modified", read="UtcModified", computed=True),
    )
    listing = Listing("ListRule")
    details = (
        Detail("GetRule", "RuleInfo"),
        Detail("ListRuleActions", "RuleActionList.RuleActionInfo", only=("actions",), parse=of_rows),
    )
    create = Create("CreateRule", learns={"rule_id": "RuleId"})
    changes = (
        Update("UpdateRule", "product_key", "short_topic", "topic_type", "select", "where", "description"),
        ActionChanges(),
        StartAndStop("status", {"started": "StartRule", "stopped": "StopRule"}),
    )
    delete = StopThenDelete("DeleteRule")
    filters = ("name", "product", "status")

    def resolve(self, reader, desired):
        resolved = super().resolve(reader, desired)
        topic = desired.get("short_topic")
        if topic and "topic_type" not in desired:
            resolved["topic_type"] = topic_type(topic)
        if "actions" in desired:
            resolved["actions"] = [with_product_key(reader, action) for action in desired["actions"]]
        return resolved


def with_product_key(reader, action: dict) -> dict:
    """A republishing action whose topic may name a product, with the product's ProductKey in its place."""
    if action["type"] != "republish":
        return action
    topic = topic_of_key(reader, action["configuration"]["topic"])
    return {**action, "configuration": {**action["configuration"], "topic": topic}}


def topic_of_key(reader, topic: str) -> str:
    """A topic that may name a product, with the product's ProductKey in its place; as it is where that is pending."""
    levels = topic.split("/")
    # /{ProductKey}/{device}/..., /sys/{ProductKey}/{device}/thing/... or /as/mqtt/status/{ProductKey}/{device}
    place = 2 if levels[1:2] == ["sys"] else 4 if levels[1:4] == ["as", "mqtt", "status"] else 1
    # What an earlier task is about to make has no name yet, and ${...} is filled in by the rule.
    if len(levels) <= place or levels[place] == str(PENDING) or "${" in levels[place]:
        return topic
    key = product_key(reader, levels[place])
    if key is not PENDING:
        levels[place] = key
    return "/".join(levels)


def topic_type(short_topic: str) -> str:
    """The type of the topic that a rule listens to, by its short form ``{deviceName or +}/{the rest}``.

    The topic of a device's status has no rest.
    """
    rest = short_topic.lstrip("/").partition("/")[2]
    if rest.startswith("user/") or rest == "user":
        return "custom"
    return "status" if not rest or rest.startswith("mqtt/status") or short_topic.startswith("mqtt/status") else "system"
