# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What devices have reported and been asked for: the records behind the data of thing models.

Times are those of what happened, in milliseconds. Values and parameters are kept as JSON. ``valid`` says whether
a record has passed the check against the thing model; the others show in the operations for original data only.
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
    at INTEGER NOT NULL,  -- a property has one value at a time: another for the same moment takes its place
    value TEXT NOT NULL,
    valid INTEGER NOT NULL,
    PRIMARY KEY (iot_id, identifier, at)
) WITHOUT ROWID;
-- The newest value of each property, and the newest of those that are valid.
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
    name TEXT,  -- this and the type are not there where the thing model has no such event
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
    output TEXT,  -- the device's whole answer; NULL while there is none
    valid INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS service_record_by_time ON service_record (iot_id, at, id);
CREATE INDEX IF NOT EXISTS service_record_by_identifier ON service_record (iot_id, identifier, at, id);
"""

#: How long records are kept, in milliseconds: 30 days.
KEPT_FOR = 30 * 24 * 3600 * 1000


class Value(NamedTuple):
    """A property's value (any JSON), when it was so, and whether it has passed the check."""

    value: Any
    at: int
    valid: bool


def keep_properties(ctx: Context, device: Row, values: dict[str, Value]) -> dict[str, Row]:
    """Keep what a device says of its properties. Returns their rows of ``property_status`` as they were before."""
    iot_id = device["iot_id"]
    rows = ctx.store.all("property_status", "identifier", iot_id=iot_id, identifier=list(values))
    before = {row["identifier"]: row for row in rows}
    for identifier, (value, at, valid) in values.items():
        text = payloads.to_json(value)
        ctx.store.execute(
            "DELETE FROM property_value WHERE iot_id = ? AND identifier = ? AND at <= ?",
            iot_id,
            identifier,
            ctx.now - KEPT_FOR,
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
        _keep_status(ctx, iot_id, identifier, before.get(identifier), at, text, valid)
    return before


def _keep_status(
    ctx: Context, iot_id: str, identifier: str, before: Row | None, at: int, text: str, valid: bool
) -> None:
    """Change the snapshot where the value is no older than the one in it."""
    changes: Row = {}
    if before is None or at >= before["at"]:
        changes |= {"at": at, "value": text}
    if valid and (before is None or before["valid_at"] is None or at >= before["valid_at"]):
        changes |= {"valid_at": at, "valid_value": text}
    if before is None:
        ctx.store.insert("property_status", iot_id=iot_id, identifier=identifier, **changes)
    else:
        ctx.store.update("property_status", changes, iot_id=iot_id, identifier=identifier)


def keep_event(
    ctx: Context, device: Row, identifier: str, at: int, event: Row | None, output: Any, valid: bool
) -> None:
    """Keep an event; ``event`` is what the thing model says of it, or None where it says nothing."""
    _drop_old(ctx, "event_record", device)
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


def keep_call(
    ctx: Context, device: Row, identifier: str, name: str | None, message_id: int, arguments: Any, valid: bool
) -> None:
    """Keep that a service was called with the message ``message_id``."""
    _drop_old(ctx, "service_record", device)
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


def keep_answer(ctx: Context, device: Row, message_id: int, answer: Any) -> None:
    """Keep what a device answered to the call with the message ``message_id``, if it was one."""
    changes = {"output": payloads.to_json(answer)}
    ctx.store.update("service_record", changes, message_id=message_id, iot_id=device["iot_id"])


def as_text(value: str) -> str:
    """A value that is kept as JSON, as the operations write it: texts are bare."""
    return payloads.from_json(value) if value.startswith('"') else value


def _drop_old(ctx: Context, table: str, device: Row) -> None:
    sql = f"DELETE FROM {table} WHERE iot_id = ? AND at <= ?"
    ctx.store.execute(sql, device["iot_id"], ctx.now - KEPT_FOR)
