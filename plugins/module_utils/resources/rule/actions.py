# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Actions of a rule, which forward the selected data (manual chapter 4.15).

An action has no name. A task refers to the same action as before if it has the same type and the same target.
"""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import End
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.json_schema import schema_error
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.action_schemas import CONFIGURATIONS

#: The members of a configuration that define where an action sends data, by type.
TARGETS = {
    "republish": ("topic",),
    "amqp": ("groupId",),
    "datahub": ("projectName", "topicName"),
    "ons": ("instanceId", "topic"),
    "mns": ("themeName",),
    "fc": ("serviceName", "functionName"),
    "ots": ("instanceName", "tableName"),
}

#: Members that the platform adds to a configuration.
ADDED_BY_PLATFORM = ("uid", "endPoint")

#: Maximum number of actions of a rule.
MAX_ACTIONS = 10


class Actions(Type):
    """The actions of a rule, in no order."""

    argument = {
        "type": "list",
        "elements": "dict",
        "options": {
            "type": {"type": "str", "required": True, "choices": list(TARGETS)},
            "configuration": {"type": "dict", "required": True},
            "error_action": {"type": "bool", "default": False},
        },
    }

    @property
    def empty(self) -> Any:
        return []

    def check(self, value: Any) -> str:
        problem = self.check_size(value)
        if problem:
            return problem
        for action in value:
            problem = schema_error(CONFIGURATIONS[action["type"]], action["configuration"])
            if problem:
                return f"contains an action of type {action['type']} whose configuration {problem}"
        if len({self.identity(action) for action in value}) < len(value):
            return "contains two actions with the same type and target"
        return ""

    def check_size(self, value: Any) -> str:
        if len(value) > MAX_ACTIONS:
            return f"takes at most {MAX_ACTIONS} actions, not {len(value)}"
        if sum(bool(action.get("error_action")) for action in value) > 1:
            return "takes at most one action with error_action: true"
        return ""

    def identity(self, element: dict) -> tuple:
        """Return type, target and whether it is the error action, which gets data that could not be forwarded."""
        names = TARGETS.get(element["type"], ())
        target = tuple(str(element["configuration"].get(name)) for name in names)
        return (element["type"], target, bool(element.get("error_action")))

    def canonical(self, value: Any) -> Any:
        return {self.identity(action): comparable(action["configuration"]) for action in value or []}

    def to_option(self, value: Any) -> Any:
        return [{**action, "configuration": without_added_members(action["configuration"])} for action in value]

    def merge(self, current: Any, requested: Any) -> Any:
        return list({self.identity(action): action for action in [*(current or []), *requested]}.values())


#: What the targets outside the platform are called, by type.
_TARGET_TITLES = {
    "republish": "topic",
    "datahub": "DataHub",
    "ons": "Message Queue (RocketMQ)",
    "mns": "Message Service topic",
    "fc": "Function Compute",
    "ots": "Tablestore",
}


def target_end(kind: str, configuration: dict) -> End:
    """Return where an action, or a destination of a parser, sends data.

    Args:
        kind: The type.
        configuration: The configuration.
    """
    names = [str(configuration.get(name) or "") for name in TARGETS.get(kind, ())]
    if kind == "amqp":
        return End("consumer_group", names[0])
    if kind == "republish" and not names[0]:
        names = ["", str(configuration.get("productKey") or "")]
    return End(kind, "/".join(names), _TARGET_TITLES.get(kind, kind))


def comparable(configuration: dict) -> str:
    """Return text that is equal for equivalent configurations, without the members that the platform adds."""
    return json.dumps(_numbers_as_strings(without_added_members(configuration)), sort_keys=True, ensure_ascii=False)


def without_added_members(configuration: dict) -> dict:
    """Return a configuration without the members that the platform adds."""
    return {key: value for key, value in configuration.items() if key not in ADDED_BY_PLATFORM}


def _numbers_as_strings(value: Any) -> Any:
    # The platform returns some numbers as strings.
    if isinstance(value, dict):
        return {key: _numbers_as_strings(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbers_as_strings(inner) for inner in value]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _to_wire(action: dict) -> dict:
    return {
        "Type": action["type"].upper(),
        "Configuration": json.dumps(action["configuration"], ensure_ascii=False, sort_keys=True),
    }


def parse_actions(items: list | None) -> dict:
    """Return the actions in a response."""
    return {
        "actions": [
            {
                "action_id": str(item["Id"]),
                "type": item["Type"].lower(),
                "configuration": json.loads(item["Configuration"] or "{}"),
                "error_action": bool(item.get("ErrorActionFlag")),
            }
            for item in items or []
        ]
    }


class ActionChanges(Change):
    """Change of the actions of a rule. Actions are deleted first, because a rule can have at most ten.

    Custom code: actions have no names, so they are matched by type and target.
    """

    fields = ("actions",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if "actions" not in desired or not resource.differs("actions", desired, current):
            return []
        kind = resource.field("actions").type
        before = {kind.identity(action): action for action in current.get("actions") or []}
        after = {kind.identity(action): action for action in desired["actions"]}
        state = dict(before)
        result = []

        def add(kind: str, operation: str, params: dict, new_state: dict) -> None:
            nonlocal state
            changes = {"actions": (list(state.values()), list(new_state.values()))}
            result.append(Step(kind, operation, params, changes))
            state = new_state

        for key, action in before.items():
            if key not in after:
                remaining = {other: state[other] for other in state if other != key}
                add(steps.DELETE, "DeleteRuleAction", {"ActionId": action["action_id"]}, remaining)
        for key, action in after.items():
            if key not in before:
                params = {**resource.identity_params(), **_to_wire(action), "ErrorActionFlag": key[2]}
                add(steps.CREATE, "CreateRuleAction", params, {**state, key: action})
            elif comparable(before[key]["configuration"]) != comparable(action["configuration"]):
                params = {"ActionId": before[key]["action_id"], **_to_wire(action)}
                add(steps.UPDATE, "UpdateRuleAction", params, {**state, key: action})
        return result
