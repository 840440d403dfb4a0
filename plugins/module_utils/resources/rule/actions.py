# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a rule does with the data that it selects.

An action has no name: it is the same action on the next run when it is of the same type and has the same target.
"""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.json_schema import schema_error
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.action_schemas import CONFIGURATIONS

#: The members of a configuration that say where an action of each type sends data.
TARGETS = {
    "republish": ("topic",),
    "amqp": ("groupId",),
    "datahub": ("projectName", "topicName"),
    "ons": ("instanceId", "topic"),
    "mns": ("themeName",),
    "fc": ("serviceName", "functionName"),
    "ots": ("instanceName", "tableName"),
}

#: Members that the platform adds to a configuration by itself.
ADDED = ("uid", "endPoint")

MOST_ACTIONS = 10


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
        if len(value) > MOST_ACTIONS:
            return f"takes at most {MOST_ACTIONS} actions, not {len(value)}"
        for action in value:
            wrong = schema_error(CONFIGURATIONS[action["type"]], action["configuration"])
            if wrong:
                return f"has a {action['type']} action whose configuration {wrong}"
        if len({self.identity(action) for action in value}) < len(value):
            return "names a type and target twice"
        if sum(bool(action.get("error_action")) for action in value) > 1:
            return "takes one error action at most"
        return ""

    def identity(self, action: dict) -> tuple:
        """Type, target and whether it is for data that could not be forwarded."""
        names = TARGETS.get(action["type"], ())
        target = tuple(str(action["configuration"].get(name)) for name in names)
        return (action["type"], target, bool(action.get("error_action")))

    def canonical(self, value: Any) -> Any:
        return {self.identity(action): comparable(action["configuration"]) for action in value or []}

    def merge(self, current: Any, requested: Any) -> Any:
        return list({self.identity(action): action for action in [*(current or []), *requested]}.values())


def comparable(configuration: dict) -> str:
    """A configuration without what the platform adds to it, as a text that is the same for two that mean the same."""
    kept = {key: value for key, value in configuration.items() if key not in ADDED}
    return json.dumps(_texts(kept), sort_keys=True, ensure_ascii=False)


def _texts(value):
    # A number that was written comes back as a text now and then.
    if isinstance(value, dict):
        return {key: _texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner) for inner in value]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _wire(action: dict) -> dict:
    return {
        "Type": action["type"].upper(),
        "Configuration": json.dumps(action["configuration"], ensure_ascii=False, sort_keys=True),
    }


def of_rows(items: list | None) -> dict:
    """The actions that the API lists."""
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
    """Brings a rule's actions to what is desired. What goes, goes first: a rule has ten at most."""

    fields = ("actions",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if "actions" not in desired or not resource.differs("actions", desired, current):
            return []
        kind = resource.field("actions").type
        before = {kind.identity(action): action for action in current.get("actions") or []}
        after = {kind.identity(action): action for action in desired["actions"]}
        state = dict(before)
        result = []

        def add(action, operation, params, change):
            shown = list(state.values())
            change()
            changes = {"actions": (shown, list(state.values()))}
            result.append(Step(action, operation, params, changes))

        for key, there in before.items():
            if key not in after:
                params = {"ActionId": there["action_id"]}
                add(steps.DELETE, "DeleteRuleAction", params, lambda key=key: state.pop(key))
        for key, wanted in after.items():
            if key not in before:
                params = {**resource.identity_params(), **_wire(wanted), "ErrorActionFlag": key[2]}
                add(steps.CREATE, "CreateRuleAction", params, lambda key=key, new=wanted: state.update({key: new}))
            elif comparable(before[key]["configuration"]) != comparable(wanted["configuration"]):
                params = {"ActionId": before[key]["action_id"], **_wire(wanted)}
                add(steps.UPDATE, "UpdateRuleAction", params, lambda key=key, new=wanted: state.update({key: new}))
        return result
