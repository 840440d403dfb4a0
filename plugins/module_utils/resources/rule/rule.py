# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules of the rules engine, which select data with SQL and forward it (manual chapter 4.15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, rule, subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, StopThenDelete, Switch, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import Satisfies, State
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import PROCESSING, TOPIC, DataFlow, End
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, finds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.quotas import Quota
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import RULE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.topic_filters import find_problem
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key, resolve_topic
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import (
    MAX_ACTIONS,
    ActionChanges,
    Actions,
    parse_actions,
    target_end,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.sql_syntax import (
    SelectText,
    WhereText,
    find_members,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.lookup import CONSUMER_GROUPS
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.declared import UsesProperties

#: The topics of property reports, without the device. Their messages have the properties in the object ``items``.
PROPERTY_TOPICS = ("thing/event/property/post", "thing/event/property/batch/post")

#: The options that a rule needs before it can be started, with the fields that they set.
REQUIRED_TO_START = {"product": "product_key", "short_topic": "short_topic", "select": "select"}


class StartAndStop(Switch):
    """Start and stop of a rule.

    Custom code: the API does not start a rule without SQL, so the options are checked before any request.
    """

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if desired.get("status") == "started":
            after = {**current, **desired}
            missing = [option for option, name in REQUIRED_TO_START.items() if not after.get(name)]
            if missing:
                names = ", ".join(missing)
                raise InvalidValue(f"{names} must be set before a rule can be started", field=missing[0])
        return super().steps(resource, desired, current)


class RuleUpdate(Update):
    """An update of the rule itself.

    Custom code: the API rejects some topics and actions of rules for binary data, so they are checked before any
    request.
    """

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        after = {**current, **desired}
        if after.get("data_type") == "binary":
            # The API does not return the type of the topic of a rule without SQL.
            topic = after.get("short_topic")
            if (after.get("topic_type") or (topic and topic_type(topic))) == "system":
                raise InvalidValue(
                    f"short_topic {topic} is a topic of the platform, whose data is always JSON. A rule with data_type "
                    "binary requires a custom topic or the topic of the devices' status",
                    field="short_topic",
                )
            if any(action["type"] == "ots" for action in desired.get("actions") or []):
                raise InvalidValue(
                    "actions contains an action of type ots, which cannot forward the data of a rule with data_type "
                    "binary",
                    field="actions",
                )
        return super().steps(resource, desired, current)


@finds("product", "device", "consumer_group")
def resolve_action(reader: Reader, action: dict) -> dict:
    """Return an action with IDs in place of the product name in its topic or the name of its consumer group."""
    configuration = dict(action["configuration"])
    if action["type"] == "republish":
        configuration["topic"] = resolve_topic(reader, configuration["topic"])
    elif action["type"] == "amqp":
        group = CONSUMER_GROUPS.find_id(reader, configuration["groupId"])
        # The name is kept until an earlier task has created the consumer group.
        configuration["groupId"] = configuration["groupId"] if group is PENDING else group
    return {**action, "configuration": configuration}


def _find_topic_problem(state: State) -> str:
    topic, kind = state.after.get("short_topic"), state.after.get("topic_type")
    if not topic:
        return ""
    problem = find_problem(topic, kind or topic_type(topic))
    return problem and f"short_topic {problem}; {topic!r} does not"


def _used_properties(options: dict) -> Iterator[tuple[str, str]]:
    """Yield the options with SQL, and the properties that they select or compare."""
    if (options.get("short_topic") or "").lstrip("/").partition("/")[2] in PROPERTY_TOPICS:
        for option in ("select", "where"):
            for identifier in find_members(options.get(option) or "", "items"):
                yield option, identifier


def _flow_inputs(values: dict) -> Iterator[End]:
    """Yield the topic that a rule selects data from."""
    key, short_topic = values.get("product_key"), values.get("short_topic")
    if key and short_topic:
        yield End(TOPIC, full_topic(key, short_topic), owner=key)


def _flow_outputs(values: dict) -> Iterator[End]:
    """Yield where the actions of a rule send data."""
    for action in values.get("actions") or ():
        end = target_end(action["type"], action["configuration"])
        yield replace(end, note="after an error") if action.get("error_action") else end


def full_topic(key: str, short_topic: str) -> str:
    """Return the full topic that a rule selects data from.

    Args:
        key: The ProductKey.
        short_topic: See ``topic_type``.
    """
    kind = topic_type(short_topic)
    levels = short_topic.strip("/").split("/")
    if kind == "status":
        return f"/as/mqtt/status/{key}/{levels[0 if len(levels) == 1 or levels[1:2] == ['mqtt'] else -1]}"
    root = "/sys" if kind == "system" and levels[1:2] == ["thing"] else ""
    return "/".join((root, key, *levels))


class Rule(Resource):
    """A rule with its actions.

    Custom code: the type of the topic follows from the topic if the task does not set it.
    """

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
            # The API returns -1 for a rule without SQL.
            Choice({"system": 0, "custom": 1, "status": 2}, {-1: None, 0: "system", 1: "custom", 2: "status"}),
        ),
        Field("select", "Select", SelectText(1), initial=""),
        Field("where", "Where", WhereText(), initial=""),
        Field("description", "RuleDesc", Text(0, 100), initial=""),
        Field("data_type", "DataType", Choice({"json": "JSON", "binary": "BINARY"}), initial="json"),
        Field("actions", type=Actions(), lookup_each=resolve_action, initial=[], purge=True),
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
    listing = Listing("ListRule", keep=True)
    details = (
        Detail("GetRule", "RuleInfo"),
        Detail("ListRuleActions", "RuleActionList.RuleActionInfo", only_for=("actions",), parse=parse_actions),
    )
    create = Create("CreateRule", outputs={"rule_id": "RuleId"})
    changes = (
        RuleUpdate("UpdateRule", "product_key", "short_topic", "topic_type", "select", "where", "description"),
        ActionChanges(),
        StartAndStop("status", {"started": "StartRule", "stopped": "StopRule"}),
    )
    delete = StopThenDelete("DeleteRule", stop="StopRule")
    constraints = (Satisfies(_find_topic_problem, "short_topic", "topic_type"),)
    offline_checks = (UsesProperties(_used_properties),)
    quotas = (Quota(MAX_ACTIONS, "section 4.15.2", elements="actions"),)
    flow = DataFlow(PROCESSING, _flow_inputs, _flow_outputs)
    filters = ("name", "product", "status")

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        topic = desired.get("short_topic")
        if topic and "topic_type" not in desired:
            resolved["topic_type"] = topic_type(topic)
        return resolved


def topic_type(short_topic: str) -> str:
    """Return the type of the topic that a rule selects data from.

    Args:
        short_topic: The topic without its product: ``{deviceName or +}/{other levels}``. The topic of the device status
            has no other levels.
    """
    levels = short_topic.lstrip("/").partition("/")[2]
    if levels.startswith("user/") or levels == "user":
        return "custom"
    is_status = not levels or levels.startswith("mqtt/status") or short_topic.startswith("mqtt/status")
    return "status" if is_status else "system"
