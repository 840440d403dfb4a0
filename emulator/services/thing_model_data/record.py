# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Store reported properties and events, and service calls.

Times are event times in milliseconds. Values and parameters are stored as JSON. ``valid`` is set if a record passed
the validation against the thing model. Only the operations for original data return records that did not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row

TABLES = """
CREATE TABLE IF NOT EXISTS property_value (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    at INTEGER NOT NULL,  -- a property has one value at a time: a later report for the same time replaces it
    value TEXT NOT NULL,
    valid INTEGER NOT NULL,
    PRIMARY KEY (iot_id, identifier, at)
) WITHOUT ROWID;
-- The newest value and the newest valid value of each property.
CREATE TABLE IF NOT EXISTS property_status (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    at INTEGER NOT NULL,
    value TEXT NOT NULL,
    valid_at INTEGER,
    valid_value TEXT,
    PRIMARY KEY (iot_id, identifier)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event_record (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    at INTEGER NOT NULL,
    name TEXT,  -- name and type are NULL if the thing model has no such event
    type TEXT,
    output TEXT NOT NULL,
    valid INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS event_record_by_time ON event_record (iot_id, at, id);
CREATE INDEX IF NOT EXISTS event_record_by_identifier ON event_record (iot_id, identifier, at, id);
CREATE TABLE IF NOT EXISTS service_record (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    at INTEGER NOT NULL,
    name TEXT,
    message_id INTEGER NOT NULL UNIQUE,
    input TEXT NOT NULL,
    output TEXT,  -- the complete reply of the device; NULL until it arrives
    valid INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS service_record_by_time ON service_record (iot_id, at, id);
CREATE INDEX IF NOT EXISTS service_record_by_identifier ON service_record (iot_id, identifier, at, id);
"""

#: Retention time of records in milliseconds: 30 days.
RETENTION_MS = 30 * 24 * 3600 * 1000


class Value(NamedTuple):
    """A property value (any JSON), its time, and whether it passed the validation."""

    value: Any
    at: int
    valid: bool


def store_properties(ctx: Context, device: Row, values: dict[str, Value]) -> dict[str, Row]:
    """Store reported property values.

    Args:
        ctx: The context of the call.
        device: The row of the device.
        values: The values by property identifier.

    Returns:
        The previous rows of ``property_status`` by property identifier.
    """
    iot_id = device["iot_id"]
    rows = ctx.store.all("property_status", "identifier", iot_id=iot_id, identifier=list(values))
    before = {row["identifier"]: row for row in rows}
    for identifier, (value, at, valid) in values.items():
        text = payloads.to_json(value)
        ctx.store.execute(
            "DELETE FROM property_value WHERE iot_id = ? AND identifier = ? AND at <= ?",
            iot_id,
            identifier,
            ctx.now - RETENTION_MS,
        )
        ctx.store.put(
            "property_value",
            ("iot_id", "identifier", "at"),
            iot_id=iot_id,
            identifier=identifier,
            at=at,
            value=text,
            valid=valid,
        )
        _update_status(ctx, iot_id, identifier, before.get(identifier), at, text, valid)
    return before


def _update_status(
    ctx: Context, iot_id: str, identifier: str, before: Row | None, at: int, text: str, valid: bool
) -> None:
    """Update the newest values, unless the stored ones are newer."""
    changes: Row = {}
    if before is None or at >= before["at"]:
        changes |= {"at": at, "value": text}
    if valid and (before is None or before["valid_at"] is None or at >= before["valid_at"]):
        changes |= {"valid_at": at, "valid_value": text}
    if before is None:
        ctx.store.insert("property_status", iot_id=iot_id, identifier=identifier, **changes)
    else:
        ctx.store.update("property_status", changes, iot_id=iot_id, identifier=identifier)


def store_event(
    ctx: Context, device: Row, identifier: str, at: int, event: Row | None, output: Any, valid: bool
) -> None:
    """Store an event. ``event`` is its definition in the thing model, or None if there is none."""
    _delete_expired(ctx, "event_record", device)
    ctx.store.insert(
        "event_record",
        iot_id=device["iot_id"],
        identifier=identifier,
        at=at,
        name=event["name"] if event else None,
        type=event["type"] if event else None,
        output=payloads.to_json(output),
        valid=valid,
    )


def store_service_call(
    ctx: Context, device: Row, identifier: str, name: str | None, message_id: int, arguments: Any, valid: bool
) -> None:
    """Store a service call that was sent with the message ``message_id``."""
    _delete_expired(ctx, "service_record", device)
    ctx.store.insert(
        "service_record",
        iot_id=device["iot_id"],
        identifier=identifier,
        at=ctx.now,
        name=name,
        message_id=message_id,
        input=payloads.to_json(arguments),
        valid=valid,
    )


def store_service_reply(ctx: Context, device: Row, message_id: int, reply: Any) -> None:
    """Store the reply to the service call with the message ``message_id``. Ignore replies to other messages."""
    changes = {"output": payloads.to_json(reply)}
    ctx.store.update("service_record", changes, message_id=message_id, iot_id=device["iot_id"])


def as_text(value: str) -> str:
    """Return a stored JSON value in the format of API responses: strings without quotes."""
    return payloads.from_json(value) if value.startswith('"') else value


def _delete_expired(ctx: Context, table: str, device: Row) -> None:
    sql = f"DELETE FROM {table} WHERE iot_id = ? AND at <= ?"
    ctx.store.execute(sql, device["iot_id"], ctx.now - RETENTION_MS)
