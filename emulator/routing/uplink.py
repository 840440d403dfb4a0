# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Process messages from devices: find the handler by topic, reply and forward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.topic_patterns import Patterns
from ansible_collections.iotops.aliyun.emulator.core.topics import custom_topic
from ansible_collections.iotops.aliyun.emulator.expressions.scripting import ScriptFailed
from ansible_collections.iotops.aliyun.emulator.expressions.translation import transform_payload
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, trace
from ansible_collections.iotops.aliyun.emulator.simulation import simulated

Message = dict[str, Any] | bytes
Handler = Callable[[Context, Row, dict[str, str], Any], Any]
CustomTopicHandler = Callable[[Context, Row, str, bytes, int], None]

# The query of a custom topic whose messages the script of the product must transform to JSON.
_TRANSFORM_QUERY = "_sn=default"

#: Codes of replies to devices: success, and a message that is not valid.
SUCCESS = 200
INVALID_PARAMETERS = 460


class MessageRejected(Exception):
    """A handler rejects a message: the reply to the device contains ``code`` and ``message``."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True, slots=True)
class _Entry:
    handler: Handler
    reply: bool
    raw: bool


_HANDLERS: Patterns[_Entry] = Patterns()
_CUSTOM_TOPIC_HANDLERS: list[CustomTopicHandler] = []


def uplink(pattern: str, *, reply: bool = True, raw: bool = False) -> Callable[[Handler], Handler]:
    """Register a function as the handler of the messages of devices on a topic.

    The function takes a context, the row of the device, the values of the placeholders in the pattern, and the message.
    The placeholders also contain ``topic``, the whole topic, and ``message_id``, the id of the message. The function
    returns the ``data`` of the reply, which is sent on the topic with the suffix ``_reply``, and raises MessageRejected
    to reply with an error.

    Args:
        pattern: the topic pattern, see ``core.topic_patterns``.
        reply: whether to send a reply.
        raw: whether the message is passed as bytes, without a reply, instead of as a JSON object.
    """

    def register(handler: Handler) -> Handler:
        _HANDLERS.add(pattern, _Entry(handler, reply, raw))
        return handler

    return register


def on_custom_topic(handler: CustomTopicHandler) -> CustomTopicHandler:
    """Register a function that handles what devices publish on custom topics.

    It takes a context, the row of the device, the topic, the payload and the id of the message.
    """
    _CUSTOM_TOPIC_HANDLERS.append(handler)
    return handler


def receive(
    ctx: Context,
    device: Row,
    topic: str,
    payload: bytes,
    qos: int = 0,
    properties: dict[str, Any] | None = None,
) -> int:
    """Process a message of a device: record it, run its handler, reply and forward it.

    Args:
        ctx: the context.
        device: the row of the device in the topic, connected directly or through a gateway.
        topic: the topic.
        payload: the payload.
        qos: the quality of service.
        properties: the MQTT 5.0 properties by their API names.

    Returns:
        The id of the message.
    """
    message_id = trace.next_id(ctx)
    trace.record(ctx, message_id, device["iot_id"], topic, payload, qos, properties)
    topic, _mark, query = topic.partition("?")
    if query == _TRANSFORM_QUERY:
        try:
            payload = transform_payload(ctx, device["product_key"], topic, payload)
        except ScriptFailed:
            # The error is ignored, because custom topics have no replies.
            return message_id
        trace.record_transformed(ctx, message_id, topic, payload)
    found = _HANDLERS.find(topic, device)
    if found:
        entry, match = found
        _handle(ctx, device, topic, payload, entry, {**match, "topic": topic, "message_id": str(message_id)})
    elif custom_topic(topic):
        for handler in _CUSTOM_TOPIC_HANDLERS:
            handler(ctx, device, topic, payload, message_id)
    return message_id


def receive_translated(
    ctx: Context, device: Row, topic: str, message: Row, message_id: str, send_reply: Callable[[Row], None]
) -> None:
    """Process a message that was translated from a custom format; ``send_reply`` is called if there is a reply."""
    found = _HANDLERS.find(topic, device)
    if not found or found[0].raw:
        send_reply(_reply_to(message, topic, INVALID_PARAMETERS, f"unknown method {message.get('method')}", {}))
        return
    entry, match = found
    _run_handler(ctx, device, topic, message, entry, {**match, "topic": topic, "message_id": message_id}, send_reply)


def _handle(ctx: Context, device: Row, topic: str, payload: bytes, entry: _Entry, match: dict[str, str]) -> None:
    if entry.raw:
        entry.handler(ctx, device, match, payload)
        return

    def send_reply(reply: Row) -> None:
        downlink.send(ctx, device, f"{topic}_reply", reply, traced=False)

    message = payloads.parse_json_object(payload)
    if message is not None:
        _run_handler(ctx, device, topic, message, entry, match, send_reply)
    elif entry.reply:
        send_reply(_reply_to({}, topic, INVALID_PARAMETERS, "request parameter error", {}))


def _run_handler(
    ctx: Context,
    device: Row,
    topic: str,
    message: Row,
    entry: _Entry,
    match: dict[str, str],
    send_reply: Callable[[Row], None],
) -> None:
    try:
        data = entry.handler(ctx, device, match, message)
        code, text = SUCCESS, "success"
    except MessageRejected as rejection:
        data, code, text = None, rejection.code, rejection.message
    if entry.reply and _wants_reply(message):
        send_reply(_reply_to(message, topic, code, text, {} if data is None else data))


def _wants_reply(message: dict[str, Any]) -> bool:
    """Return whether the device requests a reply: ``{"sys": {"ack": 0}}`` in the message disables it."""
    system = message.get("sys")
    return not (isinstance(system, dict) and system.get("ack") == 0)


def _reply_to(message: dict[str, Any], topic: str, code: int, text: str, data: Any) -> Row:
    return {
        "code": code,
        "data": data,
        "id": str(message.get("id", "")),
        "message": text,
        "method": message.get("method") or _default_method(topic),
        "version": str(message.get("version", "1.0")),
    }


def _default_method(topic: str) -> str:
    """Return the method for a topic of the thing model, such as ``thing.event.property.post``."""
    return topic.split("/", 4)[-1].replace("/", ".") if topic.startswith("/sys/") else ""


@when_due(simulated.PUBLISH_TASK)
def _publish(ctx: Context, payload: dict[str, Any]) -> None:
    device = ctx.store.one("device", iot_id=payload["iot_id"])
    if device and device["online"]:
        receive(ctx, device, payload["topic"], payloads.from_columns(payload))
