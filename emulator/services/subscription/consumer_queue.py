# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages that wait for a consumer group, and the clients that take them (the manual's chapter 4.18).

Nothing here speaks with clients: whoever does says so with ``client_online``, ``consume`` and ``client_offline``.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing.forward import ForwardedMessage, recipient
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_group import find_consumer_group
from ansible_collections.iotops.aliyun.emulator.services.subscription.subscription import subscribed_groups

TABLES = """
CREATE TABLE IF NOT EXISTS queued_message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id TEXT NOT NULL REFERENCES consumer_group ON DELETE CASCADE,
    at INTEGER NOT NULL,
    topic TEXT NOT NULL,
    product_key TEXT NOT NULL,  -- no foreign keys: what a device said outlives it
    device_name TEXT NOT NULL,
    payload TEXT NOT NULL,
    is_base64 INTEGER NOT NULL,  -- how a payload is kept that is no text
    accumulated INTEGER NOT NULL  -- whether no client was there when it came
);
CREATE INDEX IF NOT EXISTS queued_message_by_group ON queued_message (group_id, id);
CREATE INDEX IF NOT EXISTS queued_message_by_age ON queued_message (at);
CREATE TABLE IF NOT EXISTS consumer_client (
    group_id TEXT NOT NULL REFERENCES consumer_group ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    address TEXT NOT NULL,  -- IP:port
    online_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, client_id)
);
CREATE TABLE IF NOT EXISTS consumption (
    group_id TEXT NOT NULL REFERENCES consumer_group ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    second INTEGER NOT NULL,
    accumulated INTEGER NOT NULL,  -- how many messages that had waited were taken in this second
    real_time INTEGER NOT NULL,  -- how many others
    PRIMARY KEY (group_id, client_id, second)
);
"""

#: How long a message waits before it is lost, in milliseconds: one day.
KEPT_FOR = 24 * 3600 * 1000

_MINUTE = 60  # seconds


@recipient(order=1)
class SubscribedGroups:
    """The consumer groups whose subscriptions include the type of a message."""

    def expects(self, ctx: Context, product_key: str, message_type: str, topic: str) -> bool:
        return bool(subscribed_groups(ctx, product_key, message_type))

    def deliver(self, ctx: Context, forwarded: ForwardedMessage) -> None:
        device = forwarded.device
        enqueue(
            ctx,
            device["product_key"],
            forwarded.message_type,
            forwarded.topic,
            device["device_name"],
            forwarded.content,
        )


def enqueue(
    ctx: Context, product_key: str, message_type: str, topic: str, device_name: str, payload: bytes | str
) -> list[str]:
    """Keep a message of a product's device for each consumer group that is subscribed to its type.

    ``message_type`` is a constant of ``subscription``. Returns the ids of the groups; often there are none.
    """
    groups = subscribed_groups(ctx, product_key, message_type)
    for group_id in groups:
        enqueue_for(ctx, group_id, topic, product_key, device_name, payload)
    return groups


def enqueue_for(
    ctx: Context, group_id: str, topic: str, product_key: str, device_name: str, payload: bytes | str
) -> None:
    """Keep a message for one consumer group, subscribed or not. Raises ApiError where there is no such group."""
    group = find_consumer_group(ctx, group_id)
    _drop_old(ctx)
    text, is_base64 = _kept(payload)
    ctx.store.insert(
        "queued_message",
        group_id=group["group_id"],
        at=ctx.now,
        topic=topic,
        product_key=product_key,
        device_name=device_name,
        payload=text,
        is_base64=is_base64,
        accumulated=ctx.store.one("consumer_client", group_id=group["group_id"]) is None,
    )


def backlog(ctx: Context, group_id: str) -> int:
    """How many messages wait for a consumer group."""
    _drop_old(ctx)
    return ctx.store.count("queued_message", group_id=group_id)


def waiting(ctx: Context, group_id: str, most: int, after: int = 0) -> list[Row]:
    """At most ``most`` of the messages that wait for a group, the oldest first; ``payload`` is bytes.

    ``after`` is the id of the message to go on after.
    """
    _drop_old(ctx)
    messages = ctx.store.rows(
        "SELECT * FROM queued_message WHERE group_id = ? AND id > ? ORDER BY id LIMIT ?", group_id, after, most
    )
    for message in messages:
        text = message["payload"]
        message["payload"] = b64decode(text) if message["is_base64"] else text.encode()
    return messages


def consume(ctx: Context, group_id: str, client_id: str, message_ids: list[int]) -> None:
    """A client of a group has taken these messages, which do not wait any longer."""
    taken = ctx.store.all("queued_message", group_id=group_id, id=message_ids)
    if not taken:
        return
    ctx.store.delete("queued_message", group_id=group_id, id=message_ids)
    ctx.store.update("consumer_group", {"consumed_at": ctx.now}, group_id=group_id)
    accumulated = sum(message["accumulated"] for message in taken)
    second = ctx.now // 1000
    ctx.store.execute("DELETE FROM consumption WHERE group_id = ? AND second <= ?", group_id, second - _MINUTE)
    ctx.store.execute(
        "INSERT INTO consumption VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "accumulated = accumulated + excluded.accumulated, real_time = real_time + excluded.real_time",
        group_id,
        client_id,
        second,
        accumulated,
        len(taken) - accumulated,
    )


def client_online(ctx: Context, group_id: str, client_id: str, address: str) -> None:
    """A client of a group has connected. Raises ApiError where there is no such group."""
    group = find_consumer_group(ctx, group_id)
    ctx.store.put(
        "consumer_client",
        ("group_id", "client_id"),
        group_id=group["group_id"],
        client_id=client_id,
        address=address,
        online_at=ctx.now,
    )


def client_offline(ctx: Context, group_id: str, client_id: str) -> None:
    """A client of a group has gone."""
    ctx.store.delete("consumer_client", group_id=group_id, client_id=client_id)


def nobody_online(ctx: Context) -> None:
    """No client is connected: for a platform that starts again with the state of one that has died."""
    ctx.store.delete("consumer_client")


@operation
def query_consumer_group_status(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.18.9: rates are what was taken in the last minute; ``LastConsumerTime`` is there once something was."""
    group = find_consumer_group(ctx, p["GroupId"])
    clients = ctx.store.all("consumer_client", "online_at, rowid", group_id=group["group_id"])
    accumulated, real_time = _rates(ctx, group)
    reply = {
        "AccumulatedConsumeCountPerMinute": accumulated,
        "AccumulationCount": backlog(ctx, group["group_id"]),
        "ClientConnectionStatusList": {
            "ConsumerGroupClientConnectionInfo": [_client_written(ctx, group, client) for client in clients]
        },
        "ConsumerSpeed": accumulated + real_time,
        "RealTimeConsumeCountPerMinute": real_time,
    }
    if group["consumed_at"] is not None:
        reply["LastConsumerTime"] = times.utc(group["consumed_at"])
    return reply


@operation
def reset_consumer_group_position(ctx: Context, p: dict[str, Any]) -> None:
    """4.18.10: what waits is lost."""
    group = find_consumer_group(ctx, p["GroupId"])
    ctx.store.delete("queued_message", group_id=group["group_id"])


def _drop_old(ctx: Context) -> None:
    ctx.store.execute("DELETE FROM queued_message WHERE at <= ?", ctx.now - KEPT_FOR)


def _kept(payload: bytes | str) -> tuple[str, bool]:
    """A payload as it is kept, which is a text that people can read where it is one."""
    if isinstance(payload, str):
        return payload, False
    try:
        return payload.decode(), False
    except UnicodeDecodeError:
        return b64encode(payload).decode(), True


def _client_written(ctx: Context, group: Row, client: Row) -> Row:
    accumulated, real_time = _rates(ctx, group, client_id=client["client_id"])
    return {
        "ClientId": client["client_id"],
        "ClientIpPort": client["address"],
        "OnlineTime": client["online_at"],
        "AccumulatedConsumeCountPerMinute": accumulated,
        "RealTimeConsumeCountPerMinute": real_time,
    }


def _rates(ctx: Context, group: Row, client_id: str | None = None) -> tuple[int, int]:
    """How many messages a group, or one client of it, took in the last minute: of those that had waited, and others."""
    sql = "SELECT total(accumulated) AS accumulated, total(real_time) AS real_time FROM consumption"
    sql += " WHERE group_id = ? AND second > ?"
    values = [group["group_id"], ctx.now // 1000 - _MINUTE]
    if client_id is not None:
        sql += " AND client_id = ?"
        values.append(client_id)
    sums = ctx.store.rows(sql, *values)[0]
    return int(sums["accumulated"]), int(sums["real_time"])
