# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Forwarding by rules: the SQL of each running rule is applied to a message and its actions are executed.

Messages to destinations outside the platform (every action except REPUBLISH and AMQP) are not sent, but recorded.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.expressions.rule_functions import EvaluationError, Message
from ansible_collections.iotops.aliyun.emulator.expressions.rule_sql import fill_template
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, external
from ansible_collections.iotops.aliyun.emulator.routing.forward import ForwardedMessage, recipient
from ansible_collections.iotops.aliyun.emulator.services.device.device import REGION, find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.rule.action import list_actions
from ansible_collections.iotops.aliyun.emulator.services.rule.rule import matching_rules, parse_statement
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_queue import enqueue_for_group

TABLES = """
CREATE TABLE IF NOT EXISTS rule_output (
    action_id INTEGER PRIMARY KEY REFERENCES rule_action ON DELETE CASCADE,
    sent INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    content TEXT NOT NULL,  -- of the last message
    is_base64 INTEGER NOT NULL
);
"""

_REPUBLISH = "REPUBLISH"
_AMQP = "AMQP"

_TO_THING_MODEL = 0  # topicType of REPUBLISH


@recipient(order=2)
class RunningRules:
    """The running rules whose topics match a message."""

    def expects(self, ctx: Context, product_key: str, message_type: str, topic: str) -> bool:
        """Return whether any running rule matches the topic."""
        return bool(matching_rules(ctx, topic))

    def deliver(self, ctx: Context, forwarded: ForwardedMessage) -> None:
        """Apply all running rules that match the topic of a message."""
        for rule in matching_rules(ctx, forwarded.topic):
            _apply(ctx, forwarded.device, rule, forwarded.message)


def _apply(ctx: Context, device: Row, rule: Row, message: Message) -> None:
    """Apply a rule to a message and execute its actions.

    If an action fails, forward a report to the error action of the rule.
    """
    try:
        result = parse_statement(rule).apply(message)
    except EvaluationError:
        return
    if result is None:
        return
    failures = []
    actions = list_actions(ctx, rule)
    for action in actions:
        if action["on_error"]:
            continue
        try:
            _forward(ctx, rule, device, message, action, result)
        except (ApiError, EvaluationError) as error:
            failures.append(_failure(action, str(error)))
    if failures:
        report = _report(device, rule, message, failures)
        for action in actions:
            if action["on_error"]:
                _forward_report(ctx, rule, device, message, action, report)


def _forward(ctx: Context, rule: Row, device: Row, message: Message, action: Row, result: Any) -> None:
    """Execute an action. Raise ApiError or Unprocessable if it fails."""
    configuration = json.loads(action["configuration"])
    content = result if isinstance(result, bytes) else payloads.to_json(result).encode()
    if action["type"] == _REPUBLISH:
        _republish(ctx, configuration, result, content)
    elif action["type"] == _AMQP:
        group_id, names = configuration["groupId"], (device["product_key"], device["device_name"])
        enqueue_for_group(ctx, group_id, message.topic, *names, content, int(message.message_id))
    else:
        _record_output(ctx, action, content)
        external.record(
            ctx,
            external.Source(external.RULE, str(rule["rule_id"]), rule["rule_name"]),
            external.Destination(action["type"], action["configuration"]),
            external.Sent(device, message.topic, message.message_id),
            content,
        )


def _republish(ctx: Context, configuration: dict[str, Any], result: Any, content: bytes) -> None:
    """Send the selected columns or the raw content to the device in the topic of the action."""
    topic = fill_template(configuration["topic"], result)
    _first, product_key, device_name, *rest = topic.removeprefix("/sys").split("/")
    target_device = find_device_by_name(ctx, product_key, device_name)
    if configuration["topicType"] != _TO_THING_MODEL:
        downlink.send(ctx, target_device, topic, content)
    elif isinstance(result, dict) and "method" in result:
        downlink.send(ctx, target_device, topic, result)
    else:
        # The device expects a thing model message: the selected columns become its parameters.
        downlink.send_command(ctx, target_device, topic, ".".join(rest), result)


def _record_output(ctx: Context, action: Row, content: bytes) -> None:
    """Count a message to a destination outside the platform and store it as the last one of its action."""
    sent_before = ctx.store.value("SELECT sent FROM rule_output WHERE action_id = ?", action["action_id"]) or 0
    ctx.store.put(
        "rule_output",
        ("action_id",),
        action_id=action["action_id"],
        sent=sent_before + 1,
        last_at=ctx.now,
        **payloads.to_columns(content),
    )


def _failure(action: Row, reason: str) -> dict[str, str]:
    configuration = json.loads(action["configuration"])
    return {
        "actionType": action["type"],
        "actionRegion": configuration.get("regionName", REGION),
        "actionResource": configuration.get("topic", configuration.get("groupId", "")),
        "errorMessage": reason,
    }


def _report(device: Row, rule: Row, message: Message, failures: list[dict[str, str]]) -> dict[str, Any]:
    """Return the report that the error action receives instead of the message."""
    return {
        "ruleName": rule["rule_name"],
        "topic": message.topic,
        "productKey": device["product_key"],
        "deviceName": device["device_name"],
        "messageId": message.message_id,
        "base64OriginalPayload": b64encode(message.payload).decode(),
        "failures": failures,
    }


def _forward_report(
    ctx: Context, rule: Row, device: Row, message: Message, action: Row, report: dict[str, Any]
) -> None:
    try:
        _forward(ctx, rule, device, message, action, report)
    except (ApiError, EvaluationError):
        # The error action is the last resort: the message is lost.
        return
