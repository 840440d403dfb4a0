# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Search devices with statements in a language similar to SQL (manual chapter 4.8)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.device.search_language import (
    COLLECTIONS,
    DATE,
    Field,
    parse_statement,
)


@operation
def query_device_by_sql(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.40: Search devices with a SELECT statement.

    Only instances with an ID support it. Without ORDER BY, the order of the devices is undefined.
    """
    if not ctx.account.instance_id:
        raise ApiError("iot.common.APINotSupportedInInstance")
    statement = parse_statement(p["SQL"])
    condition, values = statement.condition
    if not statement.fields:
        return {"TotalCount": ctx.store.value(f"SELECT count(*) FROM device WHERE {condition}", *values)}
    devices = ctx.store.rows(
        f"SELECT * FROM device WHERE {condition} {statement.order} LIMIT ? OFFSET ?",
        *values,
        statement.size,
        statement.offset,
    )
    collections = {
        name: _rows_by_device(ctx, name, devices)
        for name in dict.fromkeys(field.collection for field in statement.fields)
        if name
    }
    return {"Data": [_render_device(device, statement.fields, collections) for device in devices]}


def _rows_by_device(ctx: Context, collection: str, devices: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the elements of a collection (groups, tags or OTA modules) by device ID."""
    rows_by_device: dict[str, list[Row]] = {}
    # Filter each query separately and sort in Python: otherwise SQLite scans all devices.
    rows = ctx.store.rows(
        "WITH selected AS MATERIALIZED (SELECT value FROM json_each(?)) "
        + " UNION ALL ".join(
            f"SELECT * FROM ({query}) WHERE iot_id IN selected" for query in COLLECTIONS[collection].queries
        ),
        json.dumps([device["iot_id"] for device in devices]),
    )
    for row in sorted(rows, key=lambda row: tuple(row.values())):
        rows_by_device.setdefault(row["iot_id"], []).append(row)
    return rows_by_device


def _render_device(device: Row, fields: list[Field], collections: dict[str, dict[str, list[Row]]]) -> Row:
    """Return the selected fields of a device. Fields without a value are omitted."""
    reply: Row = {}
    for field in fields:
        if not field.collection:
            value = device[field.column]
            if field.type == DATE and value is not None:
                value = f"{times.beijing(value)}.{value % 1000:03}"
            reply[field.member] = value
            continue
        rows = collections[field.collection].get(device["iot_id"])
        if rows:
            entries = reply.setdefault(COLLECTIONS[field.collection].member, [{} for _row in rows])
            for members, row in zip(entries, rows, strict=True):
                members[field.member] = row[field.column]
    return omit_none(**reply)
