# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages from devices to the platform: each finds its handler by its topic, is answered, and handed on."""

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

# What stands behind a custom topic whose messages the product's script has to make JSON of.
_TO_BE_TRANSFORMED = "_sn=default"

#: The code of a reply to a device when all went well, and when its message cannot be understood.
SUCCESS = 200
INVALID_PARAMETERS = 460


class MessageRejected(Exception):
    """A handler does not accept a message: the device gets ``code`` and ``message`` in the reply."""

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
    """Declare what the platform does with what devices publish on a topic (see ``shared.patterns``).

    The function takes a context, the device's row, what stood for the names in the pattern, and the message: a JSON
    object, or with ``raw`` bytes. It returns the ``data`` of the reply, which goes out on the topic with ``_reply``
    behind it, and raises ``Refused`` for one that says no; without ``reply``, or with ``raw``, nothing is answered.
    The match also has ``topic``, which is the whole topic, and ``message_id``, which the platform gave the message.
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


def receive(ctx: Context, device: Row, topic: str, payload: bytes, qos: int = 0) -> int:
    """A device has published: keep it, do what it means, answer, and hand it on. Returns the id of the message.

    ``device`` is the row of the device that the topic names, whether it has its own connection or a gateway's.
    """
    message_id = trace.next_id(ctx)
    trace.record(ctx, message_id, device["iot_id"], topic, payload, qos)
    topic, _mark, query = topic.partition("?")
    if query == _TO_BE_TRANSFORMED:
        try:
            payload = transform_payload(ctx, device["product_key"], topic, payload)
        except ScriptFailed:
            # Nobody is told: a custom topic has no replies.
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
    ctx: Context, device: Row, topic: str, message: Row, message_id: str, answer: Callable[[Row], None]
) -> None:
    """Do what a message means that came in another form; ``answer`` is given the reply, where there is one."""
    found = _HANDLERS.find(topic, device)
    if not found or found[0].raw:
        answer(_reply_to(message, topic, INVALID_PARAMETERS, f"there is no method {message.get('method')}", {}))
        return
    entry, match = found
    _carry_out(ctx, device, topic, message, entry, {**match, "topic": topic, "message_id": message_id}, answer)


def _handle(ctx: Context, device: Row, topic: str, payload: bytes, entry: _Entry, match: dict[str, str]) -> None:
    if entry.raw:
        entry.handler(ctx, device, match, payload)
        return

    def answer(reply: Row) -> None:
        downlink.send(ctx, device, f"{topic}_reply", reply, traced=False)

    message = payloads.parse_json_object(payload)
    if message is not None:
        _carry_out(ctx, device, topic, message, entry, match, answer)
    elif entry.reply:
        answer(_reply_to({}, topic, INVALID_PARAMETERS, "request parameter error", {}))


def _carry_out(
    ctx: Context,
    device: Row,
    topic: str,
    message: Row,
    entry: _Entry,
    match: dict[str, str],
    answer: Callable[[Row], None],
) -> None:
    try:
        data = entry.handler(ctx, device, match, message)
        code, text = SUCCESS, "success"
    except MessageRejected as refused:
        data, code, text = None, refused.code, refused.message
    if entry.reply and _wants_reply(message):
        answer(_reply_to(message, topic, code, text, {} if data is None else data))


def _wants_reply(message: dict[str, Any]) -> bool:
    """Devices can do without replies: ``{"sys": {"ack": 0}}``."""
    system = message.get("sys")
    return not (isinstance(system, dict) and system.get("ack") == 0)


def _reply_to(message: dict[str, Any], topic: str, code: int, text: str, data: Any) -> Row:
    return {
        "code": code,
        "data": data,
        "id": str(message.get("id", "")),
        "message": text,
        "method": message.get("method") or _method(topic),
        "version": str(message.get("version", "1.0")),
    }


def _method(topic: str) -> str:
    """What a device calls a message on a topic of the thing model: ``thing.event.property.post``."""
    return topic.split("/", 4)[-1].replace("/", ".") if topic.startswith("/sys/") else ""


@when_due(simulated.PUBLISH_TASK)
def _publish(ctx: Context, payload: dict[str, Any]) -> None:
    device = ctx.store.one("device", iot_id=payload["iot_id"])
    if device and device["online"]:
        receive(ctx, device, payload["topic"], payloads.from_columns(payload))
