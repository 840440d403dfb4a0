# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Simulate clients of consumer groups for the control endpoint ``/_emulator/consumers``."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.http.control_bodies import check_body
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_group import find_consumer_group
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_queue import (
    backlog,
    connect_consumer,
    consume,
    disconnect_consumer,
    queued_messages,
)

#: The largest number of messages that one call takes.
MAX_MESSAGES = 1000

_MEMBERS = ("group", "client", "take", "online")


def run_consumer_client(ctx: Context, body: Any, address: str) -> dict[str, Any]:
    """Let a client of a consumer group consume messages.

    ``body`` is an object::

        {"group": "billing", "client": "billing-1", "take": 10, "online": true}

    ``group`` is the id or the name of a group. The client goes online if it is offline and consumes the oldest
    messages, at most ``take`` (default 0). It goes offline if ``online`` is false.

    Args:
        ctx: the context.
        body: the request body.
        address: the IP address and the port of the client.

    Returns:
        The messages, each with ``payload`` (if it is text) or ``payload_base64``, and the number of remaining messages.

    Raises:
        ValueError: ``body`` is not valid.
    """
    _check(body)
    group_id = _group_id(ctx, body["group"])
    client_id = body["client"]
    if not ctx.store.count("consumer_client", group_id=group_id, client_id=client_id, connection_id=""):
        connect_consumer(ctx, group_id, client_id, address)
    messages = queued_messages(ctx, group_id, body.get("take", 0))
    consume(ctx, group_id, client_id, [message["id"] for message in messages])
    if not body.get("online", True):
        disconnect_consumer(ctx, group_id, client_id)
    return {
        "group_id": group_id,
        "messages": [_to_reply(message) for message in messages],
        "waiting": backlog(ctx, group_id),
    }


def _group_id(ctx: Context, id_or_name: str) -> str:
    group = ctx.store.one("consumer_group", group_name=id_or_name)
    try:
        return group["group_id"] if group else find_consumer_group(ctx, id_or_name)["group_id"]
    except ApiError:
        raise ValueError(f"the consumer group {id_or_name} does not exist") from None


def _check(body: Any) -> None:
    check_body(body, _MEMBERS)
    for name in ("group", "client"):
        if not (isinstance(body.get(name), str) and body[name]):
            raise ValueError(f"{name} must be a string that is not empty")
    take = body.get("take", 0)
    if isinstance(take, bool) or not isinstance(take, int) or not 0 <= take <= MAX_MESSAGES:
        raise ValueError(f"take must be a number from 0 to {MAX_MESSAGES}")


def _to_reply(message: Row) -> dict[str, Any]:
    columns = payloads.to_columns(message["payload"])
    return {
        "topic": message["topic"],
        "product_key": message["product_key"],
        "device_name": message["device_name"],
        "at": message["at"],
        "payload_base64" if columns["is_base64"] else "payload": columns["content"],
    }
