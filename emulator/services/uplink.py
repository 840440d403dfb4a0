# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages from devices to the platform: each finds its handler by its topic, is answered, and handed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.scripting import ScriptFailed
from ansible_collections.iotops.aliyun.emulator.services import downlink, simulated, trace
from ansible_collections.iotops.aliyun.emulator.services.forward import hand_on
from ansible_collections.iotops.aliyun.emulator.services.shared import payloads
from ansible_collections.iotops.aliyun.emulator.services.shared.context import Context
from ansible_collections.iotops.aliyun.emulator.services.shared.patterns import Patterns
from ansible_collections.iotops.aliyun.emulator.services.shared.registry import when_due
from ansible_collections.iotops.aliyun.emulator.services.shared.topics import custom_topic
from ansible_collections.iotops.aliyun.emulator.services.subscription import DEVICE_DATA
from ansible_collections.iotops.aliyun.emulator.services.thing_translation import transformed
from ansible_collections.iotops.aliyun.emulator.services.topic import find_topic_class
from ansible_collections.iotops.aliyun.emulator.services.topic_route import destinations_of
from ansible_collections.iotops.aliyun.emulator.store import Row

Message = dict[str, Any] | bytes
Handler = Callable[[Context, Row, dict[str, str], Any], Any]

# What stands behind a custom topic whose messages the product's script has to make JSON of.
_TO_BE_TRANSFORMED = "_sn=default"

#: The code of a reply to a device when all went well, and when its message cannot be understood.
SUCCESS = 200
WRONG_PARAMETERS = 460


class Refused(Exception):
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


def receive(ctx: Context, device: Row, topic: str, payload: bytes, qos: int = 0) -> int:
    """A device has published: keep it, do what it means, answer, and hand it on. Returns the id of the message.

    ``device`` is the row of the device that the topic names, whether it has its own connection or a gateway's.
    """
    message_id = trace.next_id(ctx)
    trace.keep(ctx, message_id, device["iot_id"], topic, payload, qos)
    topic, _mark, query = topic.partition("?")
    if query == _TO_BE_TRANSFORMED:
        try:
            payload = transformed(ctx, device["product_key"], topic, payload)
        except ScriptFailed:
            # Nobody is told: a custom topic has no replies.
            return message_id
        trace.keep_transformed(ctx, message_id, topic, payload)
    found = _HANDLERS.find(topic, device)
    if found:
        entry, match = found
        _handle(ctx, device, topic, payload, entry, {**match, "topic": topic, "message_id": str(message_id)})
    elif custom_topic(topic):
        _receive_custom(ctx, device, topic, payload, message_id)
    return message_id


def take(ctx: Context, device: Row, topic: str, message: Row, message_id: str, answer: Callable[[Row], None]) -> None:
    """Do what a message means that came in another form; ``answer`` is given the reply, where there is one."""
    found = _HANDLERS.find(topic, device)
    if not found or found[0].raw:
        answer(_reply_to(message, topic, WRONG_PARAMETERS, f"there is no method {message.get('method')}", {}))
        return
    entry, match = found
    _carry_out(ctx, device, topic, message, entry, {**match, "topic": topic, "message_id": message_id}, answer)


def _handle(ctx: Context, device: Row, topic: str, payload: bytes, entry: _Entry, match: dict[str, str]) -> None:
    if entry.raw:
        entry.handler(ctx, device, match, payload)
        return

    def answer(reply: Row) -> None:
        downlink.send(ctx, device, f"{topic}_reply", reply, traced=False)

    message = payloads.json_object(payload)
    if message is not None:
        _carry_out(ctx, device, topic, message, entry, match, answer)
    elif entry.reply:
        answer(_reply_to({}, topic, WRONG_PARAMETERS, "request parameter error", {}))


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
    except Refused as refused:
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


def _receive_custom(ctx: Context, device: Row, topic: str, payload: bytes, message_id: int) -> None:
    """A custom topic: its product must let devices publish on it."""
    topic_class = find_topic_class(ctx, topic)
    if topic_class is None or topic_class["operation"] == "SUB":
        return
    hand_on(ctx, device, topic, payload, DEVICE_DATA, message_id)
    for destination in destinations_of(ctx, topic):
        target = custom_topic(destination)
        receiver = ctx.store.one("device", product_key=target.product_key, device_name=target.device_name)
        if receiver:
            downlink.send(ctx, receiver, destination, payload)


@when_due(simulated.PUBLISHES)
def _publish(ctx: Context, payload: dict[str, Any]) -> None:
    device = ctx.store.one("device", iot_id=payload["iot_id"])
    if device and device["online"]:
        receive(ctx, device, payload["topic"], payloads.content_of(payload))
