# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Running parsers: their published scripts get the messages of their data sources, and send where they say.

What a script sends out of the platform (to every destination but topics and consumer groups) does not leave this one:
it is counted, and the last of it kept. What cannot be sent goes to the destination that the parser has for that.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.topics import filter_overlaps
from ansible_collections.iotops.aliyun.emulator.expressions.rule_functions import Message
from ansible_collections.iotops.aliyun.emulator.expressions.scripting import ENGINE, ScriptFailed, library_source
from ansible_collections.iotops.aliyun.emulator.expressions.translation import to_signed_bytes, from_script_bytes
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.forward import ForwardedMessage, recipient
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.parser.destination import (
    AMQP,
    REPUBLISH,
    product_of,
    settings_of,
)
from ansible_collections.iotops.aliyun.emulator.services.parser.parser import RUNNING
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_queue import enqueue_for

TABLES = """
CREATE TABLE IF NOT EXISTS parser_output (
    parser_id INTEGER NOT NULL REFERENCES parser ON DELETE CASCADE,
    destination_id INTEGER NOT NULL REFERENCES destination ON DELETE CASCADE,
    sent INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    content TEXT NOT NULL,  -- of the last one
    is_base64 INTEGER NOT NULL,
    PRIMARY KEY (parser_id, destination_id)
);
"""

#: The status of a parser whose script had to be stopped: it gets no messages until it is started again.
ABNORMAL = "ABNORMAL"

_LIBRARY = library_source("parser")

# Which functions send to which type of destination.
_TYPES = {
    "writeAmqp": AMQP,
    "writeIotTopic": REPUBLISH,
    "writeMns": "MNS",
    "writeMq": "ONS",
    "writeDatahub": "DATAHUB",
    "writeFc": "FC",
    "writeTableStore": "OTS",
    "writeTableStoreTs": "OTS",
}


class _NotSent(Exception):
    """A message cannot be sent to where a script says."""


@recipient(order=3)
class RunningParsers:
    """The running parsers whose data sources include the topic of a message."""

    def expects(self, ctx: Context, product_key: str, message_type: str, topic: str) -> bool:
        return bool(parsers_for(ctx, topic))

    def deliver(self, ctx: Context, forwarded: ForwardedMessage) -> None:
        for parser in parsers_for(ctx, forwarded.topic):
            run_parser(ctx, parser, forwarded.device, forwarded.message)


def parsers_for(ctx: Context, topic: str) -> list[Row]:
    """The running parsers that a message on a topic meets, the oldest first.

    A data source can want a topic of one device only, whatever devices the topic itself means. ``+`` in place of the
    device's name is as in ``rules_for``.
    """
    levels = topic.removeprefix("/as/mqtt/status").split("/")
    rows = ctx.store.rows(
        "SELECT parser.*, item.topic, item.device_name "
        "FROM parser JOIN data_source_item AS item USING (data_source_id) "
        "WHERE item.topic_product_key = ? AND parser.status = ? ORDER BY parser_id",
        levels[1] if len(levels) > 1 else "",
        RUNNING,
    )
    met = {
        row["parser_id"]: row
        for row in rows
        if filter_overlaps(_filter(row["topic"]), topic) and (levels[2] == "+" or row["device_name"] in (None, levels[2]))
    }
    return list(met.values())


def run_parser(ctx: Context, parser: Row, device: Row, message: Message) -> None:
    """Let a running parser have a message about a device."""
    try:
        sent = ENGINE.call(f"{_LIBRARY}\n{parser['script']}", "_sent", _given(device, message))
    except ScriptFailed as error:
        if error.terminated:
            ctx.store.update("parser", {"status": ABNORMAL}, parser_id=parser["parser_id"])
        _fail_over(ctx, parser, device, message, [_failure("script", 0, str(error))])
        return
    failures = []
    for call in sent:
        try:
            _send(ctx, parser, device, message, call["function"], call["arguments"])
        except (ApiError, ScriptFailed, _NotSent) as error:
            failures.append(_failure(call["function"], next(iter(call["arguments"]), 0), str(error)))
    if failures:
        _fail_over(ctx, parser, device, message, failures)


def _filter(topic: str) -> str:
    """The filter that a data source's topic is: the manual writes the sign for any level as an asterisk, too."""
    levels = topic.split("/")
    signs = ["+" if level == "*" else level for level in levels]
    if levels[-1] == "*" and "/user/" in topic:
        signs[-1] = "#"
    return "/".join(signs)


def _given(device: Row, message: Message) -> Row:
    return {
        "topic": message.topic,
        "deviceName": device["device_name"],
        "productKey": device["product_key"],
        "messageId": message.message_id,
        "now": message.now,
        "tags": dict(message.tags),
        "bytes": to_signed_bytes(message.payload),
    }


def _send(ctx: Context, parser: Row, device: Row, message: Message, function: str, arguments: list[Any]) -> None:
    """Do what a script has called. Raises ApiError, ScriptFailed or _NotSent."""
    destination = _destination_of(ctx, parser, next(iter(arguments), None))
    kind = _TYPES.get(function)
    if destination["type"] != kind:
        raise _NotSent(f"{function} does not send to a destination of type {destination['type']}")
    if kind == REPUBLISH:
        if len(arguments) < 3:
            raise _NotSent(f"{function} takes a destination, a topic and a payload")
        _republish(ctx, destination, str(arguments[1]), _content(arguments[2]))
        return
    if len(arguments) < 2:
        raise _NotSent(f"{function} takes a destination and what to send")
    _deliver(ctx, parser, destination, device, message.topic, _content(arguments[1]))


def _destination_of(ctx: Context, parser: Row, destination_id: Any) -> Row:
    attached = None
    if isinstance(destination_id, int) and not isinstance(destination_id, bool):
        wanted = {"parser_id": parser["parser_id"], "destination_id": destination_id, "is_failover": False}
        attached = ctx.store.one("parser_destination", **wanted)
    if attached is None:
        raise _NotSent(f"the parser has no destination {destination_id}")
    return ctx.store.one("destination", destination_id=destination_id)


def _content(value: Any) -> bytes:
    """What a script sends, as it travels: bytes as they are, texts as texts, and all else as JSON."""
    if isinstance(value, list) and value and all(isinstance(one, int) and -128 <= one <= 255 for one in value):
        return from_script_bytes(value, "the script")
    return payloads.to_bytes(value if isinstance(value, str) else payloads.to_json(value))


def _republish(ctx: Context, destination: Row, topic: str, content: bytes) -> None:
    """Publish on a topic of a device of the product that the destination is for."""
    levels = topic.removeprefix("/sys").split("/")
    if len(levels) < 4:
        raise _NotSent(f"{topic} is no topic of a device")
    if levels[1] != product_of(destination):
        raise _NotSent(f"{topic} is no topic of the destination's product")
    downlink.send(ctx, find_device_by_name(ctx, levels[1], levels[2]), topic, content)


def _deliver(ctx: Context, parser: Row, destination: Row, device: Row, topic: str, content: bytes) -> None:
    if destination["type"] == AMQP:
        group_id = settings_of(destination)["groupId"]
        enqueue_for(ctx, group_id, topic, device["product_key"], device["device_name"], content)
        return
    key = {"parser_id": parser["parser_id"], "destination_id": destination["destination_id"]}
    before = ctx.store.one("parser_output", **key)
    ctx.store.put(
        "parser_output",
        ("parser_id", "destination_id"),
        **key,
        sent=(before["sent"] if before else 0) + 1,
        last_at=ctx.now,
        **payloads.to_columns(content),
    )


def _failure(function: str, destination_id: Any, why: str) -> dict[str, Any]:
    return {"function": function, "destinationId": destination_id, "errorMessage": why}


def _fail_over(ctx: Context, parser: Row, device: Row, message: Message, failures: list[dict[str, Any]]) -> None:
    """Tell the destination for failures, where there is one, in place of the message; without it that is lost."""
    report = {
        "parserName": parser["name"],
        "topic": message.topic,
        "productKey": device["product_key"],
        "deviceName": device["device_name"],
        "messageId": message.message_id,
        "base64OriginalPayload": b64encode(message.payload).decode(),
        "failures": failures,
    }
    rows = ctx.store.rows(
        "SELECT destination.* FROM destination JOIN parser_destination USING (destination_id) "
        "WHERE parser_id = ? AND is_failover",
        parser["parser_id"],
    )
    for destination in rows:
        # Where a topic gets it only a script could say.
        if destination["type"] != REPUBLISH:
            _deliver(ctx, parser, destination, device, message.topic, payloads.to_bytes(report))
