# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Queues of consumer groups, and the consumers that take messages from them (manual chapter 4.18).

This module has no network interface to consumers. Code that simulates consumers calls ``connect_consumer``, ``consume``
and ``disconnect_consumer``. Consumers that acknowledge messages use ``consumer_delivery`` as well.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import trace
from ansible_collections.iotops.aliyun.emulator.routing.forward import ForwardedMessage, recipient
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_group import find_consumer_group
from ansible_collections.iotops.aliyun.emulator.services.subscription.subscription import subscribed_groups

TABLES = """
CREATE TABLE IF NOT EXISTS queued_message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id TEXT NOT NULL REFERENCES consumer_group ON DELETE CASCADE,
    message_id INTEGER NOT NULL,  -- the same for all groups
    at INTEGER NOT NULL,
    topic TEXT NOT NULL,
    product_key TEXT NOT NULL,  -- no foreign keys: a message outlives its device and product
    device_name TEXT NOT NULL,
    payload TEXT NOT NULL,
    is_base64 INTEGER NOT NULL,  -- set for payloads that are not UTF-8 text
    accumulated INTEGER NOT NULL,  -- whether no consumer was connected when it was queued, or a delivery failed
    holder TEXT,  -- connection to which it was sent, or RETRY; NULL if it waits for a consumer
    failures INTEGER NOT NULL DEFAULT 0  -- number of deliveries that the consumer refused or did not acknowledge
);
CREATE INDEX IF NOT EXISTS queued_message_by_group ON queued_message (group_id, id);
CREATE INDEX IF NOT EXISTS queued_message_waiting ON queued_message (group_id, id) WHERE holder IS NULL;
CREATE INDEX IF NOT EXISTS queued_message_by_holder ON queued_message (holder) WHERE holder IS NOT NULL;
CREATE INDEX IF NOT EXISTS queued_message_by_age ON queued_message (at);
CREATE TABLE IF NOT EXISTS consumer_client (
    group_id TEXT NOT NULL REFERENCES consumer_group ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,  -- empty for a simulated client
    address TEXT NOT NULL,  -- IP:port
    online_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, client_id, connection_id)
);
CREATE TABLE IF NOT EXISTS consumption (
    group_id TEXT NOT NULL REFERENCES consumer_group ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    second INTEGER NOT NULL,
    accumulated INTEGER NOT NULL,  -- number of accumulated messages consumed in this second
    real_time INTEGER NOT NULL,  -- number of other messages consumed in this second
    PRIMARY KEY (group_id, client_id, second)
);
"""

#: How long a queued message is stored before it is discarded, in milliseconds: one day.
RETENTION = 24 * 3600 * 1000

#: The event that messages of a consumer group wait for a consumer; the id of the group follows.
QUEUE_EVENT = "queue/"

_MINUTE = 60  # seconds


@recipient(order=1)
class SubscribedGroups:
    """The consumer groups whose subscriptions include the type of a message."""

    def expects(self, ctx: Context, product_key: str, message_type: str, topic: str) -> bool:
        """Return whether any consumer group subscribes to messages of the type from the product."""
        return bool(subscribed_groups(ctx, product_key, message_type))

    def deliver(self, ctx: Context, forwarded: ForwardedMessage) -> None:
        """Queue a message for all consumer groups that subscribe to it."""
        product_key, name = forwarded.device["product_key"], forwarded.device["device_name"]
        for group_id in subscribed_groups(ctx, product_key, forwarded.message_type):
            enqueue_for_group(
                ctx, group_id, forwarded.topic, product_key, name, forwarded.content, forwarded.message_id
            )


def enqueue(
    ctx: Context, product_key: str, message_type: str, topic: str, device_name: str, payload: bytes | str
) -> list[str]:
    """Queue a message of a product's device for each consumer group that subscribes to its type.

    Args:
        ctx: the context.
        product_key: the product of the device.
        message_type: a constant of ``message_types``.
        topic: the topic of the message.
        device_name: the device.
        payload: the payload of the message.

    Returns:
        The ids of the groups; often none.
    """
    groups = subscribed_groups(ctx, product_key, message_type)
    message_id = trace.next_id(ctx) if groups else None
    for group_id in groups:
        enqueue_for_group(ctx, group_id, topic, product_key, device_name, payload, message_id)
    return groups


def enqueue_for_group(
    ctx: Context,
    group_id: str,
    topic: str,
    product_key: str,
    device_name: str,
    payload: bytes | str,
    message_id: int | None = None,
) -> None:
    """Queue a message for one consumer group, even without a subscription; a message without id receives one.

    Raise ApiError if the group does not exist.
    """
    group = find_consumer_group(ctx, group_id)
    _delete_expired(ctx)
    text, is_base64 = _to_columns(payload)
    ctx.store.insert(
        "queued_message",
        group_id=group["group_id"],
        message_id=message_id or trace.next_id(ctx),
        at=ctx.now,
        topic=topic,
        product_key=product_key,
        device_name=device_name,
        payload=text,
        is_base64=is_base64,
        accumulated=ctx.store.one("consumer_client", group_id=group["group_id"]) is None,
    )
    ctx.publish_event(QUEUE_EVENT + group["group_id"])


def backlog(ctx: Context, group_id: str) -> int:
    """Return the number of messages that the consumers of a group have not consumed or acknowledged."""
    _delete_expired(ctx)
    return ctx.store.count("queued_message", group_id=group_id)


def queued_messages(ctx: Context, group_id: str, limit: int, after_id: int = 0) -> list[Row]:
    """Return queued messages of a group that wait for a consumer, oldest first; ``payload`` is bytes.

    Args:
        ctx: the context.
        group_id: the consumer group.
        limit: maximum number of messages.
        after_id: return only messages with a greater id.
    """
    _delete_expired(ctx)
    messages = ctx.store.rows(
        "SELECT * FROM queued_message WHERE group_id = ? AND holder IS NULL AND id > ? ORDER BY id LIMIT ?",
        group_id,
        after_id,
        limit,
    )
    for message in messages:
        text = message["payload"]
        message["payload"] = b64decode(text) if message["is_base64"] else text.encode()
    return messages


def consume(ctx: Context, group_id: str, client_id: str, message_ids: Collection[int]) -> None:
    """Remove messages that a consumer has taken from the queue of a group and update the statistics."""
    count = ctx.store.count("queued_message", group_id=group_id, id=list(message_ids))
    if not count:
        return
    accumulated = ctx.store.count("queued_message", group_id=group_id, id=list(message_ids), accumulated=True)
    ctx.store.delete("queued_message", group_id=group_id, id=list(message_ids))
    ctx.store.update("consumer_group", {"consumed_at": ctx.now}, group_id=group_id)
    second = ctx.now // 1000
    ctx.store.execute("DELETE FROM consumption WHERE group_id = ? AND second <= ?", group_id, second - _MINUTE)
    ctx.store.execute(
        "INSERT INTO consumption VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "accumulated = accumulated + excluded.accumulated, real_time = real_time + excluded.real_time",
        group_id,
        client_id,
        second,
        accumulated,
        count - accumulated,
    )


def connect_consumer(ctx: Context, group_id: str, client_id: str, address: str, connection_id: str = "") -> None:
    """Record that a consumer of a group is connected; ``connection_id`` is empty for a simulated client.

    Raise ApiError if the group does not exist.
    """
    group = find_consumer_group(ctx, group_id)
    ctx.store.put(
        "consumer_client",
        ("group_id", "client_id", "connection_id"),
        group_id=group["group_id"],
        client_id=client_id,
        connection_id=connection_id,
        address=address,
        online_at=ctx.now,
    )


def disconnect_consumer(ctx: Context, group_id: str, client_id: str, connection_id: str = "") -> None:
    """Record that a connection of a consumer of a group has ended."""
    ctx.store.delete("consumer_client", group_id=group_id, client_id=client_id, connection_id=connection_id)


def disconnect_all_consumers(ctx: Context) -> None:
    """Record that no consumer is connected. Messages that were sent to consumers wait again.

    Call this when the emulator starts with the state of a terminated process.
    """
    ctx.store.delete("consumer_client")
    ctx.store.execute("UPDATE queued_message SET holder = NULL, accumulated = TRUE WHERE holder IS NOT NULL")


@operation
def query_consumer_group_status(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.18.9: Read the status of a consumer group.

    Rates cover the last minute. ``LastConsumerTime`` is present if any message was ever consumed.
    """
    group = find_consumer_group(ctx, p["GroupId"])
    connections = ctx.store.all("consumer_client", "online_at, rowid", group_id=group["group_id"])
    # Of a client with several connections, the latest is shown.
    clients = {connection["client_id"]: connection for connection in connections}.values()
    accumulated, real_time = _rates(ctx, group)
    reply = {
        "AccumulatedConsumeCountPerMinute": accumulated,
        "AccumulationCount": backlog(ctx, group["group_id"]),
        "ClientConnectionStatusList": {
            "ConsumerGroupClientConnectionInfo": [_consumer_to_reply(ctx, group, client) for client in clients]
        },
        "ConsumerSpeed": accumulated + real_time,
        "RealTimeConsumeCountPerMinute": real_time,
    }
    if group["consumed_at"] is not None:
        reply["LastConsumerTime"] = times.utc(group["consumed_at"])
    return reply


@operation
def reset_consumer_group_position(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.18.10: Discard all queued messages of a consumer group."""
    group = find_consumer_group(ctx, p["GroupId"])
    ctx.store.delete("queued_message", group_id=group["group_id"])


def _delete_expired(ctx: Context) -> None:
    ctx.store.execute("DELETE FROM queued_message WHERE at <= ?", ctx.now - RETENTION)


def _to_columns(payload: bytes | str) -> tuple[str, bool]:
    """Return a payload as stored, and whether it is Base64-encoded: only payloads that are not UTF-8 text are."""
    if isinstance(payload, str):
        return payload, False
    try:
        return payload.decode(), False
    except UnicodeDecodeError:
        return b64encode(payload).decode(), True


def _consumer_to_reply(ctx: Context, group: Row, client: Row) -> Row:
    accumulated, real_time = _rates(ctx, group, client_id=client["client_id"])
    return {
        "ClientId": client["client_id"],
        "ClientIpPort": client["address"],
        "OnlineTime": client["online_at"],
        "AccumulatedConsumeCountPerMinute": accumulated,
        "RealTimeConsumeCountPerMinute": real_time,
    }


def _rates(ctx: Context, group: Row, client_id: str | None = None) -> tuple[int, int]:
    """Return how many accumulated and how many other messages were consumed in the last minute.

    Counts all consumers of a group, or one consumer if ``client_id`` is set.
    """
    sql = "SELECT total(accumulated) AS accumulated, total(real_time) AS real_time FROM consumption"
    sql += " WHERE group_id = ? AND second > ?"
    values = [group["group_id"], ctx.now // 1000 - _MINUTE]
    if client_id is not None:
        sql += " AND client_id = ?"
        values.append(client_id)
    sums = ctx.store.rows(sql, *values)[0]
    return int(sums["accumulated"]), int(sums["real_time"])
