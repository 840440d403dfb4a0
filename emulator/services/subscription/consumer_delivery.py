# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Deliver queued messages to consumers that acknowledge them.

A message that was sent to a connection stays in the queue, with the connection as its holder, until the consumer
acknowledges it. A message whose delivery failed is sent again: at once after the first failure, then each time after
``RETRY_INTERVAL``. If the connection ends, its messages wait for another consumer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_queue import (
    QUEUE_EVENT,
    connect_consumer,
    consume,
    disconnect_consumer,
    queued_messages,
)

#: The time after which a message whose delivery failed more than once is sent again, in milliseconds. The public
#: documentation of the platform says "about one minute".
RETRY_INTERVAL = 60 * 1000

#: The holder of messages that wait for their next delivery.
_RETRY = "retry"
_RETRY_WORK = "consumer_delivery_retry"


class Consumer(NamedTuple):
    """One connection of a consumer.

    Attributes:
        connection_id: identifies the connection.
        group_id: the consumer group.
        client_id: the name that the client chose.
    """

    connection_id: str
    group_id: str
    client_id: str


def begin(ctx: Context, consumer: Consumer, address: str) -> None:
    """Record that a consumer is connected from ``address`` (IP:port). Raise ApiError if its group does not exist."""
    connect_consumer(ctx, consumer.group_id, consumer.client_id, address, consumer.connection_id)


def end(ctx: Context, consumer: Consumer) -> None:
    """Record that the connection of a consumer has ended: messages that it did not acknowledge wait again."""
    disconnect_consumer(ctx, consumer.group_id, consumer.client_id, consumer.connection_id)
    changes = {"holder": None, "accumulated": True}
    if ctx.store.update("queued_message", changes, holder=consumer.connection_id):
        ctx.publish_event(QUEUE_EVENT + consumer.group_id)


def online_connections(ctx: Context) -> set[str]:
    """Return the ids of the connections that are recorded: not those of deleted groups, or if all data was deleted."""
    return {row["connection_id"] for row in ctx.store.rows("SELECT connection_id FROM consumer_client")}


def assign(ctx: Context, group_id: str, connection_ids: Sequence[str]) -> list[tuple[str, Row]]:
    """Assign waiting messages of a group to connections, oldest first.

    Args:
        ctx: the context.
        group_id: the consumer group.
        connection_ids: the connection for each message; the length is the maximum number of messages.

    Returns:
        The connection and the message, with ``payload`` as bytes, for each message.
    """
    messages = queued_messages(ctx, group_id, len(connection_ids))
    assigned = list(zip(connection_ids, messages, strict=False))
    for connection_id in dict.fromkeys(connection_ids[: len(messages)]):
        message_ids = [message["id"] for receiver, message in assigned if receiver == connection_id]
        ctx.store.update("queued_message", {"holder": connection_id}, id=message_ids)
    return assigned


def acknowledge(ctx: Context, consumer: Consumer, message_ids: list[int]) -> None:
    """Remove acknowledged messages from the queue, unless they were sent to another connection meanwhile."""
    rows = ctx.store.rows(
        "SELECT id FROM queued_message WHERE id IN (SELECT value FROM json_each(?)) AND coalesce(holder, ?) IN (?, ?)",
        str(message_ids),
        _RETRY,
        _RETRY,
        consumer.connection_id,
    )
    consume(ctx, consumer.group_id, consumer.client_id, [row["id"] for row in rows])


def fail(ctx: Context, consumer: Consumer, message_ids: list[int]) -> None:
    """Schedule the next delivery of messages that a consumer refused or did not acknowledge in time."""
    held = ctx.store.all("queued_message", holder=consumer.connection_id, id=message_ids)
    waiting = [message["id"] for message in held if message["failures"] == 0]
    delayed = [message["id"] for message in held if message["failures"] > 0]
    for ids, holder in ((waiting, None), (delayed, _RETRY)):
        ctx.store.update("queued_message", {"holder": holder, "accumulated": True, "failures": 1}, id=ids)
    if waiting:
        ctx.publish_event(QUEUE_EVENT + consumer.group_id)
    if delayed:
        ctx.schedule(ctx.now + RETRY_INTERVAL, _RETRY_WORK, group_id=consumer.group_id, message_ids=delayed)


@when_due(_RETRY_WORK)
def _retry(ctx: Context, work: dict[str, Any]) -> None:
    """Let messages wait for a consumer again."""
    ctx.store.update("queued_message", {"holder": None}, id=work["message_ids"], holder=_RETRY)
    ctx.publish_event(QUEUE_EVENT + work["group_id"])
