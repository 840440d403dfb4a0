# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Clients of consumer groups that come, take messages and go as somebody who steers the platform says."""

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

#: The messages that are taken in one call.
MOST = 1000

_MEMBERS = ("group", "client", "take", "online")


def run_consumer_client(ctx: Context, wanted: Any, address: str) -> dict[str, Any]:
    """Let a client of a consumer group take messages; ``address`` is where it is, as IP and port.

    ``wanted`` is an object::

        {"group": "billing", "client": "billing-1", "take": 10, "online": true}

    ``group`` is a group's id or name. The client comes online if it is not, takes the oldest messages, at most ``take``
    of them (none without it), and goes where ``online`` is false. Returns the messages, each with ``payload`` where
    that is a text and ``payload_base64`` where it is none, and how many still wait.

    Raises ValueError, with a text that says why, where ``wanted`` is not like that.
    """
    _check(wanted)
    group_id = _group_id(ctx, wanted["group"])
    client_id = wanted["client"]
    if not ctx.store.count("consumer_client", group_id=group_id, client_id=client_id):
        connect_consumer(ctx, group_id, client_id, address)
    messages = queued_messages(ctx, group_id, wanted.get("take", 0))
    consume(ctx, group_id, client_id, [message["id"] for message in messages])
    if not wanted.get("online", True):
        disconnect_consumer(ctx, group_id, client_id)
    return {
        "group_id": group_id,
        "messages": [_written(message) for message in messages],
        "waiting": backlog(ctx, group_id),
    }


def _group_id(ctx: Context, id_or_name: str) -> str:
    group = ctx.store.one("consumer_group", group_name=id_or_name)
    try:
        return group["group_id"] if group else find_consumer_group(ctx, id_or_name)["group_id"]
    except ApiError:
        raise ValueError(f"there is no consumer group {id_or_name}") from None


def _check(wanted: Any) -> None:
    check_body(wanted, _MEMBERS)
    for name in ("group", "client"):
        if not (isinstance(wanted.get(name), str) and wanted[name]):
            raise ValueError(f"{name} is a text")
    take = wanted.get("take", 0)
    if isinstance(take, bool) or not isinstance(take, int) or not 0 <= take <= MOST:
        raise ValueError(f"take is a number from 0 to {MOST}")


def _written(message: Row) -> dict[str, Any]:
    kept = payloads.to_columns(message["payload"])
    return {
        "topic": message["topic"],
        "product_key": message["product_key"],
        "device_name": message["device_name"],
        "at": message["at"],
        "payload_base64" if kept["is_base64"] else "payload": kept["content"],
    }
