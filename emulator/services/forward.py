# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where messages of devices go on to: consumer groups that subscribe to them, and what rules and parsers say.

What a rule sends out of the platform (every action but REPUBLISH and AMQP) does not leave this one: it is counted, and
the last of it kept.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from ansible_collections.iotops.aliyun.emulator.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.services import downlink, trace
from ansible_collections.iotops.aliyun.emulator.services.consumer_queue import enqueue, enqueue_for
from ansible_collections.iotops.aliyun.emulator.services.device import REGION, find_device_named
from ansible_collections.iotops.aliyun.emulator.services.parser_run import parsers_for, run_parser
from ansible_collections.iotops.aliyun.emulator.services.rule import rules_for, statement_of
from ansible_collections.iotops.aliyun.emulator.services.rule_action import actions_of
from ansible_collections.iotops.aliyun.emulator.services.rule_functions import Message, Unprocessable
from ansible_collections.iotops.aliyun.emulator.services.rule_sql import filled
from ansible_collections.iotops.aliyun.emulator.services.shared import payloads
from ansible_collections.iotops.aliyun.emulator.services.shared.context import Context
from ansible_collections.iotops.aliyun.emulator.services.shared.payloads import Payload
from ansible_collections.iotops.aliyun.emulator.services.subscription import subscribed_groups
from ansible_collections.iotops.aliyun.emulator.store import Row

TABLES = """
CREATE TABLE IF NOT EXISTS rule_output (
    action_id INTEGER PRIMARY KEY REFERENCES rule_action ON DELETE CASCADE,
    sent INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    content TEXT NOT NULL,  -- of the last one
    is_base64 INTEGER NOT NULL
);
"""

_REPUBLISH = "REPUBLISH"
_AMQP = "AMQP"

_TO_THING_MODEL = 0  # the topicType of REPUBLISH


def is_heard(ctx: Context, product_key: str, message_type: str, below: str) -> bool:
    """Whether messages of a type about a product's devices go on to anybody.

    ``below`` is what their topics have below the device (``thing/lifecycle``). Whoever has many of them to hand on asks
    this first, once.
    """
    topic = f"/{product_key}/+/{below}"
    return bool(subscribed_groups(ctx, product_key, message_type) or rules_for(ctx, topic) or parsers_for(ctx, topic))


def hand_on(
    ctx: Context, device: Row, topic: str, payload: Payload, message_type: str, message_id: int | None = None
) -> None:
    """Hand a message about a device on.

    ``topic`` is the one by which rules and consumer groups know it (``/{pk}/{dn}/thing/event/property/post``, without
    ``/sys``); ``message_type`` is a constant of ``subscription``; ``message_id`` the message that it comes from.
    """
    content = payloads.as_bytes(payload)
    enqueue(ctx, device["product_key"], message_type, topic, device["device_name"], content)
    rules = rules_for(ctx, topic)
    parsers = parsers_for(ctx, topic)
    if not rules and not parsers:
        return
    tags = ctx.store.all("device_tag", iot_id=device["iot_id"])
    message = Message(
        topic,
        content,
        device["device_name"],
        str(message_id or trace.next_id(ctx)),
        ctx.now,
        {tag["tag_key"]: tag["tag_value"] for tag in tags},
    )
    for rule in rules:
        _apply(ctx, device, rule, message)
    for parser in parsers:
        run_parser(ctx, parser, device, message)


def _apply(ctx: Context, device: Row, rule: Row, message: Message) -> None:
    """Let a rule have a message; what its actions fail to forward goes to the one that it has for errors."""
    try:
        result = statement_of(rule).apply(message)
    except Unprocessable:
        return
    if result is None:
        return
    failures = []
    actions = actions_of(ctx, rule)
    for action in actions:
        if action["on_error"]:
            continue
        try:
            _forward(ctx, device, message, action, result)
        except (ApiError, Unprocessable) as error:
            failures.append(_failure(action, str(error)))
    if failures:
        report = _report(device, rule, message, failures)
        for action in actions:
            if action["on_error"]:
                _forward_report(ctx, device, message, action, report)


def _forward(ctx: Context, device: Row, message: Message, action: Row, result: Any) -> None:
    """Do an action. Raises ApiError or Unprocessable where it cannot be done."""
    configuration = json.loads(action["configuration"])
    content = result if isinstance(result, bytes) else payloads.written(result).encode()
    if action["type"] == _REPUBLISH:
        _republish(ctx, configuration, result, content)
    elif action["type"] == _AMQP:
        enqueue_for(ctx, configuration["groupId"], message.topic, device["product_key"], device["device_name"], content)
    else:
        _count(ctx, action, content)


def _republish(ctx: Context, configuration: dict[str, Any], result: Any, content: bytes) -> None:
    topic = filled(configuration["topic"], result)
    _first, product_key, device_name, *rest = topic.removeprefix("/sys").split("/")
    receiver = find_device_named(ctx, product_key, device_name)
    if configuration["topicType"] != _TO_THING_MODEL:
        downlink.send(ctx, receiver, topic, content)
    elif isinstance(result, dict) and "method" in result:
        downlink.send(ctx, receiver, topic, result)
    else:
        # The device expects a message of the thing model: what the rule selects are its parameters.
        downlink.command(ctx, receiver, topic, ".".join(rest), result)


def _count(ctx: Context, action: Row, content: bytes) -> None:
    before = ctx.store.value("SELECT sent FROM rule_output WHERE action_id = ?", action["action_id"]) or 0
    ctx.store.put(
        "rule_output",
        ("action_id",),
        action_id=action["action_id"],
        sent=before + 1,
        last_at=ctx.now,
        **payloads.columns(content),
    )


def _failure(action: Row, why: str) -> dict[str, str]:
    configuration = json.loads(action["configuration"])
    return {
        "actionType": action["type"],
        "actionRegion": configuration.get("regionName", REGION),
        "actionResource": configuration.get("topic", configuration.get("groupId", "")),
        "errorMessage": why,
    }


def _report(device: Row, rule: Row, message: Message, failures: list[dict[str, str]]) -> dict[str, Any]:
    """What an action for errors gets in place of the message."""
    return {
        "ruleName": rule["rule_name"],
        "topic": message.topic,
        "productKey": device["product_key"],
        "deviceName": device["device_name"],
        "messageId": message.message_id,
        "base64OriginalPayload": b64encode(message.payload).decode(),
        "failures": failures,
    }


def _forward_report(ctx: Context, device: Row, message: Message, action: Row, report: dict[str, Any]) -> None:
    try:
        _forward(ctx, device, message, action, report)
    except (ApiError, Unprocessable):
        # There is nothing behind the action for errors: the message is lost.
        return
