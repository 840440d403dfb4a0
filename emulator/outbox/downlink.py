# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Send messages from the platform to devices.

A message to a connected device stays in the outbox until the MQTT gateway delivers it. A simulated device, which has no
MQTT connection, reacts to it immediately. If the device is offline, a message with QoS 0 is lost, and a message with
QoS 1 waits in the outbox.
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
    properties TEXT,  -- JSON: MQTT 5.0 properties by their API names
    expires_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_by_device ON outbox (iot_id, id);
CREATE INDEX IF NOT EXISTS outbox_by_expiry ON outbox (expires_at);
-- The custom topics and broadcast topics that a device subscribed to.
CREATE TABLE IF NOT EXISTS device_subscription (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    topic TEXT NOT NULL,  -- may have wildcards
    subscribed_at INTEGER NOT NULL,
    PRIMARY KEY (iot_id, topic)
);
CREATE INDEX IF NOT EXISTS device_subscription_by_topic ON device_subscription (topic);
"""

#: The prefix of the event that the outbox has messages for a device; followed by the ``iot_id`` of the device.
OUTBOX_EVENT = "outbox/"

#: The prefix of the event that the direct connection of a device must be closed; see ``parse_disconnect_event``.
DISCONNECT_EVENT = "parting/"

#: The prefix of broadcast topics.
BROADCAST_PREFIX = "/broadcast/"

#: The version in all messages of the thing model.
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
    """Send a message to a device.

    Args:
        ctx: the context.
        device: the current row of the device.
        topic: the topic.
        payload: the payload; a dict is sent as JSON.
        qos: the quality of service.
        message_id: an id from ``trace.next_id``, if the payload contains the id.
        traced: whether the message can be queried. Replies are not traced, because their id is never returned.
        properties: MQTT 5.0 properties by their API names.

    Returns:
        The id of the message, or 0 if it is not traced.
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
    """Send a command of the thing model (``{"method": …, "id": …, "params": …, "version": …}``).

    If the devices of the product use a custom data format, the script of the product translates the message.

    Args:
        ctx: the context.
        device: the current row of the device.
        topic: the topic.
        method: the method.
        params: the parameters.
        qos: the quality of service.
        message_id: an id from ``trace.next_id``; a new id if None.
        error_code: the code of the ApiError if the script fails.

    Returns:
        The id of the message, which the device returns in its response.

    Raises:
        ApiError: the script of the product did not translate the message.
    """
    if uses_custom_format(ctx, device["product_key"]):
        message_id = message_id or trace.next_id(ctx)
        message = _alink_message(method, message_id, params)
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
    """Send a message in the format of ``send_command`` outside the thing model, without translation by a script."""
    message_id = message_id or trace.next_id(ctx)
    message = _alink_message(method, message_id, params)
    return send(ctx, device, topic, message, qos, message_id=message_id)


def _alink_message(method: str, message_id: int, params: Any) -> dict[str, Any]:
    return {"method": method, "id": str(trace.device_id_of(message_id)), "params": params, "version": VERSION}


def send_and_disconnect(ctx: Context, device: Row, topic: str, payload: dict[str, Any], message_id: int) -> None:
    """Send a last message to a device over its direct connection, and close the connection.

    The message is part of the event, because the outbox of the device may be deleted in the same transaction.
    """
    trace.record(ctx, message_id, device["iot_id"], topic, payloads.to_bytes(payload))
    ctx.publish_event(f"{DISCONNECT_EVENT}{device['iot_id']} {topic} {payloads.to_json(payload)}")


def parse_disconnect_event(event: str) -> tuple[str, str, bytes]:
    """Return the ``iot_id`` of the device, and the topic and the payload of the last message."""
    iot_id, topic, text = event.removeprefix(DISCONNECT_EVENT).split(" ", 2)
    return iot_id, topic, text.encode()


def pending_messages(ctx: Context, iot_id: str, limit: int = 100, after: int = 0) -> list[Row]:
    """Return up to ``limit`` messages in the outbox of a device with an ``id`` greater than ``after``, oldest first.

    A message stays in the outbox until ``remove_delivered`` is called: for QoS 0 when the message was sent, for QoS 1
    when the device acknowledged it. The ``payload`` of the rows is bytes.
    """
    rows = ctx.store.rows(
        "SELECT * FROM outbox WHERE iot_id = ? AND id > ? AND expires_at > ? ORDER BY id LIMIT ?",
        iot_id,
        after,
        ctx.now,
        limit,
    )
    return [{**row, "payload": payloads.from_columns(row)} for row in rows]


def remove_delivered(ctx: Context, outbox_ids: list[int]) -> None:
    """Remove messages from the outbox that were delivered."""
    ctx.store.delete("outbox", id=outbox_ids)


def subscribe(ctx: Context, device: Row, topic: str) -> None:
    """Subscribe a device to a custom topic or a broadcast topic, which may contain wildcards.

    System topics need no subscription.
    """
    ctx.store.put(
        "device_subscription", ("iot_id", "topic"), iot_id=device["iot_id"], topic=topic, subscribed_at=ctx.now
    )


def unsubscribe(ctx: Context, device: Row, topic: str | None = None) -> None:
    """Unsubscribe a device from ``topic``, or from all topics if it is None."""
    ctx.store.delete("device_subscription", **omit_none(iot_id=device["iot_id"], topic=topic))


def is_subscribed(ctx: Context, device: Row, topic: str) -> bool:
    """Return whether a device is subscribed to a topic. A simulated device is subscribed to all its custom topics."""
    if not topic.startswith(BROADCAST_PREFIX) and simulated.profile_of(ctx, device) is not None:
        return True
    subscriptions = ctx.store.all("device_subscription", iot_id=device["iot_id"])
    return any(filter_matches(subscription["topic"], topic) for subscription in subscriptions)


def resume_delivery(ctx: Context, device: Row) -> None:
    """Deliver the waiting messages to a device that connected; drop messages with QoS 0 of earlier connections."""
    iot_id = device["iot_id"]
    ctx.store.delete("outbox", iot_id=iot_id, qos=0)
    if simulated.profile_of(ctx, device) is not None:
        simulated.publish_initial_messages(ctx, device)
        for message in pending_messages(ctx, iot_id, limit=-1):
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
        expires_at=ctx.now + _retention(qos, properties),
        **payloads.to_columns(content),
    )
    if device["online"]:
        ctx.publish_event(OUTBOX_EVENT + device["iot_id"])


def _retention(qos: int, properties: dict[str, Any] | None) -> int:
    """Return how long a message is retained, in milliseconds; MQTT 5.0 messages can set a shorter time in seconds."""
    longest = trace.RETENTION[qos]
    interval = (properties or {}).get("MessageExpiryInterval")
    return longest if interval is None else min(longest, interval * 1000)


def _needs_subscription(topic: str) -> bool:
    return topic.startswith(BROADCAST_PREFIX) or custom_topic(topic) is not None
