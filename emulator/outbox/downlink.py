# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages from the platform to its devices.

A message to a device that is connected is in the outbox until a gateway takes it; a simulated device, which has no
gateway, reacts to it at once. Where the device is not connected, a message of QoS 0 is lost, and one of QoS 1 waits.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.payloads import Payload
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.topics import custom_topic, filter_matches
from ansible_collections.iotops.aliyun.emulator.expressions.scripting import ScriptFailed
from ansible_collections.iotops.aliyun.emulator.expressions.translation import to_custom_format, uses_custom_format
from ansible_collections.iotops.aliyun.emulator.outbox import trace
from ansible_collections.iotops.aliyun.emulator.simulation import simulated

TABLES = """
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    topic TEXT NOT NULL,
    content TEXT NOT NULL,
    is_base64 INTEGER NOT NULL,
    qos INTEGER NOT NULL,
    properties TEXT,  -- JSON: of MQTT 5.0, by the API's names
    expires_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_by_device ON outbox (iot_id, id);
CREATE INDEX IF NOT EXISTS outbox_by_expiry ON outbox (expires_at);
-- The custom topics and the broadcast topics that a device gets messages on.
CREATE TABLE IF NOT EXISTS device_subscription (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    topic TEXT NOT NULL,  -- may have wildcards
    PRIMARY KEY (iot_id, topic)
);
CREATE INDEX IF NOT EXISTS device_subscription_by_topic ON device_subscription (topic);
"""

#: What is announced (followed by the device's ``iot_id``) when the outbox has something for a device.
OUTBOX_EVENT = "outbox/"

#: What is announced (followed by what ``parting`` takes apart) when a device's own connection has to end.
DISCONNECT_EVENT = "parting/"

#: The beginning of the topics on which many devices get the same message.
BROADCAST_PREFIX = "/broadcast/"

#: The version that every message of a thing model has.
VERSION = "1.0.0"


def send(
    ctx: Context,
    device: Row,
    topic: str,
    payload: Payload,
    qos: int = 0,
    *,
    message_id: int | None = None,
    traced: bool = True,
    properties: dict[str, Any] | None = None,
) -> int:
    """Send a message to a device and return its id.

    ``device`` is the device's row as it is now; an object as ``payload`` is sent as JSON. ``message_id`` is an id from
    ``trace.next_id`` where the payload has it in it. A message that is not ``traced`` (replies, whose id nobody learns)
    cannot be queried, and its id is 0. ``properties`` are those of MQTT 5.0 by the API's names.
    """
    content = payloads.to_bytes(payload)
    if traced:
        message_id = message_id or trace.next_id(ctx)
        trace.record(ctx, message_id, device["iot_id"], topic, content, qos, properties)
    _deliver(ctx, device, topic, content, qos, properties)
    return message_id or 0


def send_command(
    ctx: Context,
    device: Row,
    topic: str,
    method: str,
    params: Any,
    qos: int = 0,
    *,
    message_id: int | None = None,
    error_code: str = "iot.device.SetDevicePropertyFailed",
) -> int:
    """Send a message of the thing model (``{"method": …, "id": …, "params": …, "version": …}``) and return its id.

    That id is the one in the message, which the device gives back in its answer; ``message_id`` as in ``send``. Raises
    ApiError with the code ``error_code`` where the devices of the product speak a format of their own, and their script
    does not translate it.
    """
    if uses_custom_format(ctx, device["product_key"]):
        message_id = message_id or trace.next_id(ctx)
        message = _in_platform_format(method, message_id, params)
        try:
            content = to_custom_format(ctx, device["product_key"], message)
        except ScriptFailed as error:
            raise ApiError(error_code, str(error)) from None
        topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/model/down_raw"
        return send(ctx, device, topic, content, qos, message_id=message_id)
    return send_alink_message(ctx, device, topic, method, params, qos, message_id=message_id)


def send_alink_message(
    ctx: Context, device: Row, topic: str, method: str, params: Any, qos: int = 0, *, message_id: int | None = None
) -> int:
    """As ``command``, where it is none of the thing model's: then all devices speak the platform's own format."""
    message_id = message_id or trace.next_id(ctx)
    message = _in_platform_format(method, message_id, params)
    return send(ctx, device, topic, message, qos, message_id=message_id)


def _in_platform_format(method: str, message_id: int, params: Any) -> dict[str, Any]:
    return {"method": method, "id": str(message_id), "params": params, "version": VERSION}


def send_and_disconnect(ctx: Context, device: Row, topic: str, payload: dict[str, Any], message_id: int) -> None:
    """Send a device a last message over its own connection, which ends then.

    The outbox of a device goes with it, so it cannot hold what the device is told about that.
    """
    trace.record(ctx, message_id, device["iot_id"], topic, payloads.to_bytes(payload))
    ctx.publish_event(f"{DISCONNECT_EVENT}{device['iot_id']} {topic} {payloads.to_json(payload)}")


def parse_disconnect_event(announced: str) -> tuple[str, str, bytes]:
    """The ``iot_id`` of the device that was announced, and the topic and the payload of the last message to it."""
    iot_id, topic, text = announced.removeprefix(DISCONNECT_EVENT).split(" ", 2)
    return iot_id, topic, text.encode()


def pending_messages(ctx: Context, iot_id: str, most: int = 100, after: int = 0) -> list[Row]:
    """At most ``most`` of the messages in the outbox for a device, the oldest first; ``payload`` is bytes.

    ``after`` is the ``id`` of the message to go on after. A message stays until ``delivered`` says that it has gone:
    for QoS 0 when it was sent, for QoS 1 when the device has acknowledged it.
    """
    rows = ctx.store.rows(
        "SELECT * FROM outbox WHERE iot_id = ? AND id > ? AND expires_at > ? ORDER BY id LIMIT ?",
        iot_id,
        after,
        ctx.now,
        most,
    )
    return [{**row, "payload": payloads.from_columns(row)} for row in rows]


def remove_delivered(ctx: Context, outbox_ids: list[int]) -> None:
    """These messages have reached their device."""
    ctx.store.delete("outbox", id=outbox_ids)


def subscribe(ctx: Context, device: Row, topic: str) -> None:
    """The device gets messages on ``topic``, a custom topic or a broadcast topic, which may have wildcards.

    Those of the platform's own topics it gets without having subscribed.
    """
    ctx.store.put("device_subscription", ("iot_id", "topic"), iot_id=device["iot_id"], topic=topic)


def unsubscribe(ctx: Context, device: Row, topic: str | None = None) -> None:
    """The device does not get messages on ``topic``, or on any topic of its own, any longer."""
    ctx.store.delete("device_subscription", **omit_none(iot_id=device["iot_id"], topic=topic))


def is_subscribed(ctx: Context, device: Row, topic: str) -> bool:
    """Whether a device gets messages on a custom or broadcast topic. A simulated one gets all on its custom topics."""
    if not topic.startswith(BROADCAST_PREFIX) and simulated.profile_of(ctx, device) is not None:
        return True
    subscriptions = ctx.store.all("device_subscription", iot_id=device["iot_id"])
    return any(filter_matches(subscription["topic"], topic) for subscription in subscriptions)


def resume_delivery(ctx: Context, device: Row) -> None:
    """The device has connected: what waited for it goes on. Of QoS 0 nothing outlives a connection."""
    iot_id = device["iot_id"]
    ctx.store.delete("outbox", iot_id=iot_id, qos=0)
    if simulated.profile_of(ctx, device) is not None:
        simulated.publish_initial_messages(ctx, device)
        for message in pending_messages(ctx, iot_id, most=-1):
            simulated.react(ctx, device, message["topic"], message["payload"])
        ctx.store.delete("outbox", iot_id=iot_id)
    elif ctx.store.count("outbox", iot_id=iot_id):
        ctx.publish_event(OUTBOX_EVENT + iot_id)


def _deliver(
    ctx: Context, device: Row, topic: str, content: bytes, qos: int, properties: dict[str, Any] | None
) -> None:
    if _needs_subscription(topic) and not is_subscribed(ctx, device, topic):
        return
    if device["online"] and simulated.profile_of(ctx, device) is not None:
        simulated.react(ctx, device, topic, content)
        return
    if not (device["online"] or qos):
        return
    ctx.store.execute("DELETE FROM outbox WHERE expires_at <= ?", ctx.now)
    ctx.store.insert(
        "outbox",
        iot_id=device["iot_id"],
        topic=topic,
        qos=qos,
        properties=payloads.to_json(properties) if properties else None,
        expires_at=ctx.now + _kept_for(qos, properties),
        **payloads.to_columns(content),
    )
    if device["online"]:
        ctx.publish_event(OUTBOX_EVENT + device["iot_id"])


def _kept_for(qos: int, properties: dict[str, Any] | None) -> int:
    """How many milliseconds a message waits; for MQTT 5.0 it can be said of the message itself, in seconds."""
    longest = trace.RETENTION[qos]
    interval = (properties or {}).get("MessageExpiryInterval")
    return longest if interval is None else min(longest, interval * 1000)


def _needs_subscription(topic: str) -> bool:
    return topic.startswith(BROADCAST_PREFIX) or custom_topic(topic) is not None
