# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rule actions: where rules forward messages to (manual chapter 4.15)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.common.forwarding import status_from_check
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.rule.action_configuration import (
    parse_configuration,
    render_configuration,
    republish_product_key,
)
from ansible_collections.iotops.aliyun.emulator.services.rule.rule import BINARY, find_rule
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_group import find_consumer_group

TABLES = """
CREATE TABLE IF NOT EXISTS rule_action (
    action_id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule_id INTEGER NOT NULL REFERENCES rule ON DELETE CASCADE,
    type TEXT NOT NULL,
    configuration TEXT NOT NULL,  -- JSON with sorted keys, without the members that the platform adds
    on_error INTEGER NOT NULL,
    UNIQUE (rule_id, type, configuration, on_error)
);
"""

#: Maximum number of actions of a rule, including the error action.
MAX_ACTIONS = 10


def find_action(ctx: Context, action_id: int) -> Row:
    """Return the row of an action. Raise ApiError if it does not exist."""
    action = ctx.store.one("rule_action", action_id=action_id)
    if action is None:
        raise ApiError("iot.rule.NotFoundRuleAction")
    return action


def list_actions(ctx: Context, rule: Row) -> list[Row]:
    """Return the rows of the actions of a rule, oldest first.

    ``configuration`` is JSON; ``on_error`` is set for the error action.
    """
    return ctx.store.all("rule_action", "action_id", rule_id=rule["rule_id"])


@operation
def create_rule_action(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.15.2: Create an action of a rule."""
    rule = find_rule(ctx, p["RuleId"])
    action = {
        "rule_id": rule["rule_id"],
        **_parse_destination(ctx, p, rule),
        "on_error": p.get("ErrorActionFlag", False),
    }
    existing = list_actions(ctx, rule)
    if len(existing) >= MAX_ACTIONS:
        raise ApiError("iot.rule.TooManyRuleAction")
    if action["on_error"] and any(other["on_error"] for other in existing):
        raise ApiError("iot.ruleng.OnlyAllowOneErrorAction")
    _check_unique(ctx, action)
    return {"ActionId": ctx.store.insert("rule_action", **action)}


@operation
def delete_rule_action(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.15.4: Delete an action."""
    action = find_action(ctx, p["ActionId"])
    ctx.store.delete("rule_action", action_id=action["action_id"])


@operation
def get_rule_action(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.15.6: Read an action."""
    return {"RuleActionInfo": _to_reply(ctx, find_action(ctx, p["ActionId"]))}


@operation
def list_rule_actions(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.15.8: List the actions of a rule. Only this operation returns the status of an action."""
    actions = list_actions(ctx, find_rule(ctx, p["RuleId"]))
    listed = [{**_to_reply(ctx, action), "Status": _status(ctx, action)} for action in actions]
    return {"RuleActionList": {"RuleActionInfo": listed}}


@operation
def update_rule_action(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.15.12: Replace the type and the whole configuration of an action."""
    action = find_action(ctx, p["ActionId"])
    changes = _parse_destination(ctx, p, find_rule(ctx, action["rule_id"]))
    _check_unique(ctx, {**action, **changes})
    ctx.store.update("rule_action", changes, action_id=action["action_id"])


def _parse_destination(ctx: Context, p: dict[str, Any], rule: Row) -> Row:
    """Return the columns ``type`` and ``configuration`` from request parameters. Raise ApiError if they are invalid."""
    configuration = parse_configuration(p["Type"], p["Configuration"])
    if p["Type"] == "OTS" and rule["data_type"] == BINARY:
        raise ApiError(
            "iot.rule.IncorrentRuleActionType",
            "Type must not be OTS: a rule with DataType BINARY cannot forward to OTS",
        )
    _check_destination(ctx, p["Type"], configuration)
    return {"type": p["Type"], "configuration": json.dumps(configuration, sort_keys=True, ensure_ascii=False)}


def _check_destination(ctx: Context, kind: str, configuration: dict[str, Any]) -> None:
    """Raise ApiError if the consumer group or the product that an action forwards to does not exist."""
    if kind == "AMQP":
        find_consumer_group(ctx, configuration["groupId"])
    if kind == "REPUBLISH":
        product_key = republish_product_key(configuration["topic"])
        if product_key:
            find_product(ctx, product_key)


def _status(ctx: Context, action: Row) -> str:
    return status_from_check(lambda: _check_destination(ctx, action["type"], json.loads(action["configuration"])))


def _check_unique(ctx: Context, action: Row) -> None:
    """Raise ApiError if the rule already has an equal action."""
    names = ("rule_id", "type", "configuration", "on_error")
    same = ctx.store.one("rule_action", **{name: action[name] for name in names})
    if same is not None and same["action_id"] != action.get("action_id"):
        raise ApiError("iot.rule.RuleActionIsAlreadyCreated")


def _to_reply(ctx: Context, action: Row) -> Row:
    return {
        "Id": action["action_id"],
        "RuleId": action["rule_id"],
        "Type": action["type"],
        "Configuration": render_configuration(action["type"], json.loads(action["configuration"]), ctx.account.user_id),
        "ErrorActionFlag": bool(action["on_error"]),
    }
