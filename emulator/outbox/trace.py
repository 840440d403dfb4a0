# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Record all messages between devices and the platform, for the retention time of the platform."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row

TABLES = """
CREATE TABLE IF NOT EXISTS message (
    message_id INTEGER PRIMARY KEY,
    iot_id TEXT REFERENCES device ON DELETE CASCADE,  -- NULL for a message to many devices
    at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    topic TEXT NOT NULL,
    content TEXT NOT NULL,
    is_base64 INTEGER NOT NULL,
    user_properties TEXT,  -- JSON: user properties of MQTT 5.0
    mqtt_properties TEXT,  -- JSON: other properties of MQTT 5.0 by their API names
    transformed_topic TEXT,  -- this and the following: the result of the script of the product
    transformed_content TEXT,
    answer_id INTEGER  -- the message with the response of the device
);
CREATE INDEX IF NOT EXISTS message_by_device ON message (iot_id);
CREATE INDEX IF NOT EXISTS message_by_expiry ON message (expires_at);
CREATE TABLE IF NOT EXISTS message_number (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    newest INTEGER NOT NULL  -- the id of the newest message, which may not be recorded
);
"""

_DAY = 24 * 3600 * 1000

#: The retention time of messages by quality of service, in milliseconds.
RETENTION = {0: _DAY, 1: 7 * _DAY}

# Ids start with the time in seconds, so that they are unique and as long as the ids of the platform. They end with a
# number of 32 bits that grows with each message: devices see only this number, because their scripts keep ids in four
# bytes.
_NUMBER_BITS = 32
_NUMBER_MASK = 2**_NUMBER_BITS - 1
_MAX_SECONDS = 2**31 - 1
_MAX_ID_DIGITS = 19
_ID_LIMIT = 2**63  # ids are smaller; SQLite cannot look up larger integers


def next_id(ctx: Context) -> int:
    """Return a new message id. It is greater than all previous ones."""
    newest = ctx.store.value("SELECT newest FROM message_number") or 0
    seconds = min(ctx.now // 1000, _MAX_SECONDS)
    message_id = max(newest + 1, seconds << _NUMBER_BITS | device_id_of(newest) + 1 & _NUMBER_MASK)
    ctx.store.put("message_number", ("id",), id=1, newest=message_id)
    return message_id


def device_id_of(message_id: int) -> int:
    """Return the id of a message as its device sees it: a number of 32 bits."""
    return message_id & _NUMBER_MASK


def record(
    ctx: Context,
    message_id: int,
    iot_id: str | None,
    topic: str,
    payload: bytes,
    qos: int = 0,
    properties: dict[str, Any] | None = None,
) -> None:
    """Record a message with its MQTT 5.0 properties (by their API names), and delete expired messages."""
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
    """Record the result of the script of the product for a recorded message; the topic may differ."""
    changes = {"transformed_topic": topic, "transformed_content": payload.decode()}
    ctx.store.update("message", changes, message_id=int(message_id))


def find_message(ctx: Context, message_id: int | str) -> Row | None:
    """Return the row of a message, or None if it does not exist or has expired."""
    text = str(message_id)
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_ID_DIGITS and int(text) < _ID_LIMIT):
        return None
    message = ctx.store.one("message", message_id=int(text))
    return message if message and message["expires_at"] > ctx.now else None


def record_response(ctx: Context, device: Row, message_id: str, response_id: str) -> Row | None:
    """Record the response of a device to a message, and publish the event for it.

    Args:
        ctx: the context.
        device: the row of the device.
        message_id: the id of the message, as the device sent it: the whole id, or its number of 32 bits.
        response_id: the id of the response.

    Returns:
        The row of the message, or None if the device did not receive such a message.
    """
    message = find_sent(ctx, device, message_id)
    if message is None:
        return None
    ctx.store.update("message", {"answer_id": int(response_id)}, message_id=message["message_id"])
    ctx.publish_event(response_event(message["message_id"]))
    return message


def find_sent(ctx: Context, device: Row, text: str) -> Row | None:
    """Return the message to a device with an id as the device sent it: the whole id, or its number of 32 bits."""
    message = find_message(ctx, text) or _find_by_device_id(ctx, device, text)
    return message if message and message["iot_id"] == device["iot_id"] else None


def _find_by_device_id(ctx: Context, device: Row, text: str) -> Row | None:
    """Return the latest message to a device whose id ends with a number of 32 bits, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_ID_DIGITS and int(text) <= _NUMBER_MASK):
        return None
    found = ctx.store.rows(
        "SELECT * FROM message WHERE iot_id = ? AND message_id & ? = ? AND expires_at > ? "
        "ORDER BY message_id DESC LIMIT 1",
        device["iot_id"],
        _NUMBER_MASK,
        int(text),
        ctx.now,
    )
    return found[0] if found else None


def response_event(message_id: int) -> str:
    """Return the event that a device responded to a message."""
    return f"answer/{message_id}"


def response_payload(ctx: Context, message_id: int) -> Any:
    """Return the payload of the response to a message, or None if there is no response."""
    message = find_message(ctx, message_id)
    response = find_message(ctx, message["answer_id"]) if message and message["answer_id"] else None
    return payloads.from_columns(response) if response else None
