# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules of the first rules engine: data selected by SQL and forwarded (manual chapter 4.15)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, rule, subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, StopThenDelete, Switch, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import RULE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key, resolve_topic
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import (
    ActionChanges,
    Actions,
    of_rows,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.consumer_group import CONSUMER_GROUPS

#: What a rule needs before it can start: the option, and the field that it gives.
NEEDED_TO_START = {"product": "product_key", "short_topic": "short_topic", "select": "select"}


class StartAndStop(Switch):
    """A rule that lacks its SQL cannot start."""

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if desired.get("status") == "started":
            after = {**current, **desired}
            missing = [option for option, name in NEEDED_TO_START.items() if not after.get(name)]
            if missing:
                raise InvalidValue(
                    f"a rule needs {', '.join(missing)} before it can start", field=missing[0], remedy="Give them"
                )
        return super().steps(resource, desired, current)


def with_ids(reader: Reader, action: dict) -> dict:
    """An action with the ids of what its configuration names: a topic's product, a consumer group."""
    configuration = dict(action["configuration"])
    if action["type"] == "republish":
        configuration["topic"] = resolve_topic(reader, configuration["topic"])
    elif action["type"] == "amqp":
        group = CONSUMER_GROUPS.find_id(reader, configuration["groupId"])
        # What an earlier task is about to make goes by its name until then.
        configuration["groupId"] = configuration["groupId"] if group is PENDING else group
    return {**action, "configuration": configuration}


class Rule(Resource):
    """A rule with its actions."""

    kind = "rule"
    title = "rule"
    families = (rule, product, subscription)
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
        Field("product", type=Text(1), lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True, initial=""),
        Field("short_topic", "ShortTopic", Text(1), initial=""),
        Field(
            "topic_type",
            "TopicType",
            # -1 is read of a rule that has no SQL yet.
            Choice({"system": 0, "custom": 1, "status": 2}, {-1: None, 0: "system", 1: "custom", 2: "status"}),
        ),
        Field("select", "Select", Text(1), initial=""),
        Field("where", "Where", Text(), initial=""),
        Field("description", "RuleDesc", Text(0, 100), initial=""),
        Field("data_type", read="DataType", type=Choice({"json": "JSON", "binary": "BINARY"}), computed=True),
        Field("actions", type=Actions(), lookup_each=with_ids, initial=[], purge=True),
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
        Detail("ListRuleActions", "RuleActionList.RuleActionInfo", only_for=("actions",), parse=of_rows),
    )
    create = Create("CreateRule", outputs={"rule_id": "RuleId"})
    changes = (
        Update("UpdateRule", "product_key", "short_topic", "topic_type", "select", "where", "description"),
        ActionChanges(),
        StartAndStop("status", {"started": "StartRule", "stopped": "StopRule"}),
    )
    delete = StopThenDelete("DeleteRule", stop="StopRule")
    filters = ("name", "product", "status")

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        topic = desired.get("short_topic")
        if topic and "topic_type" not in desired:
            resolved["topic_type"] = topic_type(topic)
        return resolved


def topic_type(short_topic: str) -> str:
    """The type of the topic that a rule listens to, by its short form ``{deviceName or +}/{the rest}``.

    The topic of a device's status has no rest.
    """
    rest = short_topic.lstrip("/").partition("/")[2]
    if rest.startswith("user/") or rest == "user":
        return "custom"
    return "status" if not rest or rest.startswith("mqtt/status") or short_topic.startswith("mqtt/status") else "system"
