# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What rules do with the messages that they forward (the manual's chapter 4.15)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.services.consumer_group import find_consumer_group
from ansible_collections.iotops.aliyun.emulator.services.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.rule import BINARY, find_rule
from ansible_collections.iotops.aliyun.emulator.services.rule_destination import (
    as_read,
    configuration_given,
    product_of,
)
from ansible_collections.iotops.aliyun.emulator.services.shared.context import Context
from ansible_collections.iotops.aliyun.emulator.services.shared.forwarding import status_by
from ansible_collections.iotops.aliyun.emulator.services.shared.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.store import Row

TABLES = """
CREATE TABLE IF NOT EXISTS rule_action (
    action_id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule_id INTEGER NOT NULL REFERENCES rule ON DELETE CASCADE,
    type TEXT NOT NULL,
    configuration TEXT NOT NULL,  -- JSON with sorted names, without what the platform adds
    on_error INTEGER NOT NULL,
    UNIQUE (rule_id, type, configuration, on_error)
);
"""

#: The actions that one rule has, the one for errors included.
MOST_ACTIONS = 10


def find_action(ctx: Context, action_id: int) -> Row:
    """The row of an action. Raises ApiError where there is no such action."""
    action = ctx.store.one("rule_action", action_id=action_id)
    if action is None:
        raise ApiError("iot.rule.NotFoundRuleAction")
    return action


def actions_of(ctx: Context, rule: Row) -> list[Row]:
    """The actions of a rule, the oldest first; ``configuration`` is JSON, ``on_error`` says which is for errors."""
    return ctx.store.all("rule_action", "action_id", rule_id=rule["rule_id"])


@operation
def create_rule_action(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.15.2"""
    rule = find_rule(ctx, p["RuleId"])
    action = {
        "rule_id": rule["rule_id"],
        **_destination_given(ctx, p, rule),
        "on_error": p.get("ErrorActionFlag", False),
    }
    present = actions_of(ctx, rule)
    if len(present) >= MOST_ACTIONS:
        raise ApiError("iot.rule.TooManyRuleAction")
    if action["on_error"] and any(other["on_error"] for other in present):
        raise ApiError("iot.ruleng.OnlyAllowOneErrorAction")
    _check_new(ctx, action)
    return {"ActionId": ctx.store.insert("rule_action", **action)}


@operation
def delete_rule_action(ctx: Context, p: dict[str, Any]) -> None:
    """4.15.4"""
    action = find_action(ctx, p["ActionId"])
    ctx.store.delete("rule_action", action_id=action["action_id"])


@operation
def get_rule_action(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.15.6"""
    return {"RuleActionInfo": _as_read(ctx, find_action(ctx, p["ActionId"]))}


@operation
def list_rule_actions(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.15.8: only the list says of an action whether it can be carried out."""
    actions = actions_of(ctx, find_rule(ctx, p["RuleId"]))
    listed = [{**_as_read(ctx, action), "Status": _status(ctx, action)} for action in actions]
    return {"RuleActionList": {"RuleActionInfo": listed}}


@operation
def update_rule_action(ctx: Context, p: dict[str, Any]) -> None:
    """4.15.12: the configuration is replaced as a whole, and the type may be another."""
    action = find_action(ctx, p["ActionId"])
    changes = _destination_given(ctx, p, find_rule(ctx, action["rule_id"]))
    _check_new(ctx, {**action, **changes})
    ctx.store.update("rule_action", changes, action_id=action["action_id"])


def _destination_given(ctx: Context, p: dict[str, Any], rule: Row) -> Row:
    """The columns of type and configuration that a call gives. Raises ApiError where they are not right."""
    configuration = configuration_given(p["Type"], p["Configuration"])
    if p["Type"] == "OTS" and rule["data_type"] == BINARY:
        raise ApiError("iot.rule.IncorrentRuleActionType", "A rule for binary data does not forward to OTS")
    _check_destination(ctx, p["Type"], configuration)
    return {"type": p["Type"], "configuration": json.dumps(configuration, sort_keys=True, ensure_ascii=False)}


def _check_destination(ctx: Context, kind: str, configuration: dict[str, Any]) -> None:
    """Raise ApiError where messages would go to a consumer group or a product that is not there."""
    if kind == "AMQP":
        find_consumer_group(ctx, configuration["groupId"])
    if kind == "REPUBLISH":
        product_key = product_of(configuration["topic"])
        if product_key:
            find_product(ctx, product_key)


def _status(ctx: Context, action: Row) -> str:
    return status_by(lambda: _check_destination(ctx, action["type"], json.loads(action["configuration"])))


def _check_new(ctx: Context, action: Row) -> None:
    """Refuse an action that does what another of the same rule does already."""
    names = ("rule_id", "type", "configuration", "on_error")
    same = ctx.store.one("rule_action", **{name: action[name] for name in names})
    if same is not None and same["action_id"] != action.get("action_id"):
        raise ApiError("iot.rule.RuleActionsAlreadyCreated")


def _as_read(ctx: Context, action: Row) -> Row:
    return {
        "Id": action["action_id"],
        "RuleId": action["rule_id"],
        "Type": action["type"],
        "Configuration": as_read(action["type"], json.loads(action["configuration"]), ctx.account.user_id),
        "ErrorActionFlag": bool(action["on_error"]),
    }
