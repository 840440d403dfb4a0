# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trace of messages: what devices and the platform sent each other, for as long as the platform keeps it."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row

TABLES = """
CREATE TABLE IF NOT EXISTS message (
    message_id INTEGER PRIMARY KEY,
    iot_id TEXT REFERENCES device ON DELETE CASCADE,  -- NULL where it was sent to many devices
    at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    topic TEXT NOT NULL,
    content TEXT NOT NULL,
    is_base64 INTEGER NOT NULL,
    user_properties TEXT,  -- JSON, of MQTT 5.0
    mqtt_properties TEXT,  -- JSON: the other properties of MQTT 5.0, by the API's names
    transformed_topic TEXT,  -- this and the following: what the product's script has made of it
    transformed_content TEXT,
    answer_id INTEGER  -- the message with which the device answered this one
);
CREATE INDEX IF NOT EXISTS message_by_device ON message (iot_id);
CREATE INDEX IF NOT EXISTS message_by_expiry ON message (expires_at);
"""

_DAY = 24 * 3600 * 1000

#: How long a message is kept by its quality of service, in milliseconds.
RETENTION = {0: _DAY, 1: 7 * _DAY}

# Ids have the moment in front, so that they are as long as the platform's and never come twice.
_ID_BITS = 20
_LONGEST_ID = 19  # digits
_BEYOND = 2**63  # no id is so large, and none could be looked up


def next_id(ctx: Context) -> int:
    """An id for the next message."""
    newest = ctx.store.value("SELECT max(message_id) FROM message") or 0
    return max(newest + 1, ctx.now << _ID_BITS)


def record(
    ctx: Context,
    message_id: int,
    iot_id: str | None,
    topic: str,
    payload: bytes,
    qos: int = 0,
    properties: dict[str, Any] | None = None,
) -> None:
    """Keep a message, with its properties of MQTT 5.0 by the API's names. Those that are too old go."""
    others = dict(properties or {})
    user_properties = others.pop("UserProp", None)
    ctx.store.execute("DELETE FROM message WHERE expires_at <= ?", ctx.now)
    ctx.store.insert(
        "message",
        message_id=message_id,
        iot_id=iot_id,
        at=ctx.now,
        expires_at=ctx.now + RETENTION[qos],
        topic=topic,
        user_properties=json.dumps(user_properties) if user_properties else None,
        mqtt_properties=json.dumps(others) if others else None,
        **payloads.to_columns(payload),
    )


def record_transformed(ctx: Context, message_id: int | str, topic: str, payload: bytes) -> None:
    """A product's script has made another message of one that is kept, on a topic that may be another."""
    changes = {"transformed_topic": topic, "transformed_content": payload.decode()}
    ctx.store.update("message", changes, message_id=int(message_id))


def find_message(ctx: Context, message_id: int | str) -> Row | None:
    """The row of a message, or None where it is not kept (any more)."""
    text = str(message_id)
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID and int(text) < _BEYOND):
        return None
    message = ctx.store.one("message", message_id=int(text))
    return message if message and message["expires_at"] > ctx.now else None


def record_response(ctx: Context, device: Row, message_id: str, answer_id: str) -> Row | None:
    """A device has answered one message with another: return the one that it answered.

    ``message_id`` is what the device says: None is returned where it got no such message. Whoever waits for the answer
    is told.
    """
    message = find_message(ctx, message_id)
    if message is None or message["iot_id"] != device["iot_id"]:
        return None
    ctx.store.update("message", {"answer_id": int(answer_id)}, message_id=message["message_id"])
    ctx.publish_event(response_event(message["message_id"]))
    return message


def response_event(message_id: int) -> str:
    """What is announced when a message is answered."""
    return f"answer/{message_id}"


def response_payload(ctx: Context, message_id: int) -> Any:
    """The payload with which a device answered a message, or None where it did not."""
    message = find_message(ctx, message_id)
    answer = find_message(ctx, message["answer_id"]) if message and message["answer_id"] else None
    return payloads.from_columns(answer) if answer else None
