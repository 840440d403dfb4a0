# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Record messages to destinations outside the platform, such as MNS, DataHub, Function Compute and Table Store.

The emulator does not send them. Tests read them to see what rules, parsers and subscriptions would have sent.
"""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row

TABLES = """
CREATE TABLE IF NOT EXISTS external_message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,  -- what sent the message: rule, parser or subscription
    source_id TEXT NOT NULL,  -- id of the rule or parser, or product key of the subscription
    source_name TEXT NOT NULL,
    type TEXT NOT NULL,  -- of the destination
    configuration TEXT NOT NULL,  -- of the destination, as JSON
    topic TEXT NOT NULL,
    product_key TEXT NOT NULL,  -- no foreign keys: a message outlives its device, rule and parser
    device_name TEXT NOT NULL,
    message_id TEXT NOT NULL,
    content TEXT NOT NULL,
    is_base64 INTEGER NOT NULL,
    earlier_size INTEGER NOT NULL,  -- size of the contents and configurations of all earlier messages
    total_size INTEGER NOT NULL  -- the same with this message
);
CREATE INDEX IF NOT EXISTS external_message_by_size ON external_message (earlier_size);
"""

#: The number of messages that are stored, and their size in bytes. Older messages are deleted.
MAX_MESSAGES = 10_000
MAX_SIZE = 64 * 1024 * 1024

#: What sends messages to destinations outside the platform.
RULE = "rule"
PARSER = "parser"
SUBSCRIPTION = "subscription"


class Source(NamedTuple):
    """What sends a message: ``kind`` is ``RULE``, ``PARSER`` or ``SUBSCRIPTION``."""

    kind: str
    id: str
    name: str


class Destination(NamedTuple):
    """A destination: its type and its configuration as JSON."""

    type: str
    configuration: str


class Sent(NamedTuple):
    """The message of the device that a sent message is derived from."""

    device: Row
    topic: str
    message_id: str


def record(ctx: Context, source: Source, destination: Destination, sent: Sent, content: bytes) -> None:
    """Record a message to a destination, and delete the oldest messages beyond the limits."""
    columns = payloads.to_columns(content)
    earlier = ctx.store.value("SELECT total_size FROM external_message ORDER BY id DESC LIMIT 1") or 0
    total = earlier + len(columns["content"]) + len(destination.configuration)
    number = ctx.store.insert(
        "external_message",
        at=ctx.now,
        source=source.kind,
        source_id=source.id,
        source_name=source.name,
        type=destination.type,
        configuration=destination.configuration,
        topic=sent.topic,
        product_key=sent.device["product_key"],
        device_name=sent.device["device_name"],
        message_id=sent.message_id,
        earlier_size=earlier,
        total_size=total,
        **columns,
    )
    ctx.store.execute("DELETE FROM external_message WHERE id <= ?", number - MAX_MESSAGES)
    ctx.store.execute("DELETE FROM external_message WHERE earlier_size < ?", total - MAX_SIZE)


def recorded(ctx: Context, since: int, limit: int, **conditions: str) -> list[Row]:
    """Return recorded messages, oldest first.

    Args:
        ctx: the context.
        since: return only messages with a greater id.
        limit: maximum number of messages.
        conditions: values of columns that the messages must have.
    """
    sql = "SELECT * FROM external_message WHERE id > ?" + "".join(f" AND {name} = ?" for name in conditions)
    return ctx.store.rows(f"{sql} ORDER BY id LIMIT ?", since, *conditions.values(), limit)


def clear(ctx: Context) -> None:
    """Delete all messages. The numbering continues, so that an earlier id stays valid as ``since``."""
    ctx.store.delete("external_message")
