# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run parsers: execute their published scripts on the messages of their data sources and send the results.

Messages to destinations outside the platform (every type except REPUBLISH and AMQP) are not sent, but
recorded. Messages that cannot be sent go to the failover destination of the parser.
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
from ansible_collections.iotops.aliyun.emulator.expressions.translation import from_script_bytes, to_signed_bytes
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, external
from ansible_collections.iotops.aliyun.emulator.routing.forward import ForwardedMessage, recipient
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.parser.destination import (
    AMQP,
    REPUBLISH,
    destination_settings,
    republish_product_key,
)
from ansible_collections.iotops.aliyun.emulator.services.parser.parser import RUNNING
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_queue import enqueue_for_group

TABLES = """
CREATE TABLE IF NOT EXISTS parser_output (
    parser_id INTEGER NOT NULL REFERENCES parser ON DELETE CASCADE,
    destination_id INTEGER NOT NULL REFERENCES destination ON DELETE CASCADE,
    sent INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    content TEXT NOT NULL,  -- of the last message
    is_base64 INTEGER NOT NULL,
    PRIMARY KEY (parser_id, destination_id)
);
"""

#: Status of a parser whose script was aborted. It receives no messages until it is started again.
ABNORMAL = "ABNORMAL"

_LIBRARY = library_source("digests") + library_source("parser")

# Destination types by the script function that sends to them.
_DESTINATION_TYPES = {
    "writeAmqp": AMQP,
    "writeIotTopic": REPUBLISH,
    "writeMns": "MNS",
    "writeMq": "ONS",
    "writeDatahub": "DATAHUB",
    "writeFc": "FC",
    "writeTableStore": "OTS",
    "writeTableStoreTs": "OTS",
}


class _SendError(Exception):
    """A message cannot be sent to the destination that a script names."""


@recipient(order=3)
class RunningParsers:
    """The running parsers whose data sources include the topic of a message."""

    def expects(self, ctx: Context, product_key: str, message_type: str, topic: str) -> bool:
        """Return whether any running parser matches the topic."""
        return bool(matching_parsers(ctx, topic))

    def deliver(self, ctx: Context, forwarded: ForwardedMessage) -> None:
        """Run all running parsers that match the topic of a message."""
        for parser in matching_parsers(ctx, forwarded.topic):
            run_parser(ctx, parser, forwarded.device, forwarded.message)


def matching_parsers(ctx: Context, topic: str) -> list[Row]:
    """Return the running parsers whose data source matches the topic of a message, oldest first.

    A data source can restrict a topic to one device, even if the topic itself matches more devices.

    Args:
        ctx: the context.
        topic: the topic of a message; ``+`` as device name has the same meaning as for ``rule.matching_rules``.
    """
    levels = topic.removeprefix("/as/mqtt/status").split("/")
    rows = ctx.store.rows(
        "SELECT parser.*, item.topic, item.device_name "
        "FROM parser JOIN data_source_item AS item USING (data_source_id) "
        "WHERE item.topic_product_key = ? AND parser.status = ? ORDER BY parser_id",
        levels[1] if len(levels) > 1 else "",
        RUNNING,
    )
    matching = {
        row["parser_id"]: row
        for row in rows
        if filter_overlaps(_topic_filter(row["topic"]), topic)
        and (levels[2] == "+" or row["device_name"] in (None, levels[2]))
    }
    return list(matching.values())


def run_parser(ctx: Context, parser: Row, device: Row, message: Message) -> None:
    """Run the script of a parser on a message about a device and send what the script sends."""
    try:
        sent = ENGINE.call(f"{_LIBRARY}\n{parser['script']}", "_sent", _script_input(device, message))
    except ScriptFailed as error:
        if error.terminated:
            ctx.store.update("parser", {"status": ABNORMAL}, parser_id=parser["parser_id"])
        _fail_over(ctx, parser, device, message, [_failure("script", 0, str(error))])
        return
    failures = []
    for call in sent:
        try:
            _send(ctx, parser, device, message, call["function"], call["arguments"])
        except (ApiError, ScriptFailed, _SendError) as error:
            failures.append(_failure(call["function"], next(iter(call["arguments"]), 0), str(error)))
    if failures:
        _fail_over(ctx, parser, device, message, failures)


def _topic_filter(topic: str) -> str:
    """Return the MQTT topic filter for the topic of a data source: the manual also uses ``*`` as wildcard."""
    levels = topic.split("/")
    filter_levels = ["+" if level == "*" else level for level in levels]
    if levels[-1] == "*" and "/user/" in topic:
        filter_levels[-1] = "#"
    return "/".join(filter_levels)


def _script_input(device: Row, message: Message) -> Row:
    """Return the input of a script: topic, content, device and time of the message."""
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
    """Execute a send function that a script called. Raise ApiError, ScriptFailed or _SendError if it fails."""
    destination = _attached_destination(ctx, parser, next(iter(arguments), None))
    kind = _DESTINATION_TYPES.get(function)
    if destination["type"] != kind:
        raise _SendError(f"{function} cannot send to a destination of type {destination['type']}")
    if kind == REPUBLISH:
        if len(arguments) < 3:
            raise _SendError(f"{function} requires a destination, a topic and a payload")
        _republish(ctx, destination, str(arguments[1]), _encode_content(arguments[2]))
        return
    if len(arguments) < 2:
        raise _SendError(f"{function} requires a destination and a payload")
    _deliver(ctx, parser, destination, device, message, _encode_content(arguments[1]))


def _attached_destination(ctx: Context, parser: Row, destination_id: Any) -> Row:
    """Return the row of a destination that is attached to the parser. Raise _SendError if it is not attached."""
    attached = None
    if isinstance(destination_id, int) and not isinstance(destination_id, bool):
        link = {"parser_id": parser["parser_id"], "destination_id": destination_id, "is_failover": False}
        attached = ctx.store.one("parser_destination", **link)
    if attached is None:
        raise _SendError(f"the parser has no destination {destination_id}")
    return ctx.store.require("destination", destination_id=destination_id)


def _encode_content(value: Any) -> bytes:
    """Return the content that a script sends as bytes: byte lists and strings unchanged, everything else as JSON."""
    if isinstance(value, list) and value and all(isinstance(one, int) and -128 <= one <= 255 for one in value):
        return from_script_bytes(value, "the script")
    return payloads.to_bytes(value if isinstance(value, str) else payloads.to_json(value))


def _republish(ctx: Context, destination: Row, topic: str, content: bytes) -> None:
    """Publish a message to a device topic of the product of the destination."""
    levels = topic.removeprefix("/sys").split("/")
    if len(levels) < 4:
        raise _SendError(f"{topic} is not a topic of a device")
    if levels[1] != republish_product_key(destination):
        raise _SendError(f"{topic} is not a topic of the product of the destination")
    downlink.send(ctx, find_device_by_name(ctx, levels[1], levels[2]), topic, content)


def _deliver(ctx: Context, parser: Row, destination: Row, device: Row, message: Message, content: bytes) -> None:
    """Add a message to a consumer group, or record it if the destination is outside the platform."""
    if destination["type"] == AMQP:
        group_id = destination_settings(destination)["groupId"]
        names = (device["product_key"], device["device_name"])
        enqueue_for_group(ctx, group_id, message.topic, *names, content, int(message.message_id))
        return
    key = {"parser_id": parser["parser_id"], "destination_id": destination["destination_id"]}
    previous = ctx.store.one("parser_output", **key)
    ctx.store.put(
        "parser_output",
        ("parser_id", "destination_id"),
        **key,
        sent=(previous["sent"] if previous else 0) + 1,
        last_at=ctx.now,
        **payloads.to_columns(content),
    )
    external.record(
        ctx,
        external.Source(external.PARSER, str(parser["parser_id"]), parser["name"]),
        external.Destination(destination["type"], destination["configuration"]),
        external.Sent(device, message.topic, message.message_id),
        content,
    )


def _failure(function: str, destination_id: Any, reason: str) -> dict[str, Any]:
    return {"function": function, "destinationId": destination_id, "errorMessage": reason}


def _fail_over(ctx: Context, parser: Row, device: Row, message: Message, failures: list[dict[str, Any]]) -> None:
    """Send a failure report to the failover destination instead of the message. Without one, the message is lost."""
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
        # A REPUBLISH destination has no topic of its own: only a script could provide one.
        if destination["type"] != REPUBLISH:
            _deliver(ctx, parser, destination, device, message, payloads.to_bytes(report))
