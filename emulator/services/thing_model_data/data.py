# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read the reported properties and events and the service calls that passed the validation."""

from __future__ import annotations

import heapq
import json
from itertools import groupby
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.timeline import (
    TimeRange,
    next_page_members,
    page_by_time,
    requested_time_range,
)
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import (
    find_product_with_thing_model,
    get_block,
    get_version,
    published_model,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.record import RETENTION_MS, as_text

_MAX_PAGE_SIZE = 50
# The maximum number of values in a query for several properties, both per property and in total.
_MAX_VALUES = 100

_EVENT_TYPES = ("info", "alert", "error")

_SELECT_VALID_VALUES = "SELECT at, value FROM property_value WHERE iot_id = ? AND identifier = ? AND valid"


@operation
def query_device_property_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.5."""
    device = find_device(ctx, p)
    _check_properties(ctx, device, [p["Identifier"]])
    span = requested_time_range(p, _MAX_PAGE_SIZE, retained_since=retention_start(ctx))
    values, next_page = page_by_time(ctx, span, _SELECT_VALID_VALUES, device["iot_id"], p["Identifier"])
    history = [{"Time": str(value["at"]), "Value": as_text(value["value"])} for value in values]
    return {"Data": {"List": {"PropertyInfo": history}, **next_page}}


@operation
def query_device_properties_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.6: the page ends at the time at which one of the properties has filled it."""
    device = find_device(ctx, p)
    identifiers = p["Identifier"]
    if len(set(identifiers)) < len(identifiers):
        raise ApiError("iot.common.InvalidFormattedParameter", "Identifier contains a duplicate")
    _check_properties(ctx, device, identifiers)
    span = requested_time_range(p, _MAX_VALUES, retained_since=retention_start(ctx), reversible=True)
    values, next_page = _values_by_property(ctx, device, identifiers, span)
    histories = [
        {
            "Identifier": identifier,
            "List": {
                "PropertyInfo": [{"Time": value["at"], "Value": as_text(value["value"])} for value in values_of_one]
            },
        }
        for identifier, values_of_one in values.items()
    ]
    return {"PropertyDataInfos": {"PropertyDataInfo": histories}, **next_page}


@operation
def query_device_event_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.7."""
    device = find_device(ctx, p)
    model = published_model(ctx, device["product_key"])
    sql = "SELECT * FROM event_record WHERE iot_id = ? AND valid"
    values = [device["iot_id"]]
    if p.get("Identifier"):
        if p["Identifier"] not in model["events"]:
            raise ApiError(
                "iot.device.QueryDeviceEventHistoryFailed", f"The thing model has no event {p['Identifier']}"
            )
        sql += " AND identifier = ?"
        values.append(p["Identifier"])
    if p.get("EventType"):
        if p["EventType"] not in _EVENT_TYPES:
            message = f"EventType must be one of {', '.join(_EVENT_TYPES)}"
            raise ApiError("iot.common.InvalidFormattedParameter", message)
        sql += " AND type = ?"
        values.append(p["EventType"])
    span = requested_time_range(p, _MAX_PAGE_SIZE, retained_since=retention_start(ctx))
    events, next_page = page_by_time(ctx, span, sql, *values, tiebreaker="id")
    return {"Data": {"List": {"EventInfo": [render_event(event) for event in events]}, **next_page}}


@operation
def query_device_service_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.8: commands that set properties are listed as calls of the service ``set``."""
    device = find_device(ctx, p)
    find_product_with_thing_model(ctx, device["product_key"])
    sql = "SELECT * FROM service_record WHERE iot_id = ? AND valid"
    values = [device["iot_id"]]
    if p.get("Identifier"):
        sql += " AND identifier = ?"
        values.append(p["Identifier"])
    span = requested_time_range(p, _MAX_PAGE_SIZE, retained_since=retention_start(ctx))
    calls, next_page = page_by_time(ctx, span, sql, *values, tiebreaker="id")
    return {"Data": {"List": {"ServiceInfo": [render_service_call(call) for call in calls]}, **next_page}}


@operation
def query_device_property_status(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.11: return all properties of a block. Those that were never reported have no value."""
    device = find_device(ctx, p)
    properties = properties_of_block(ctx, device, p.get("FunctionBlockId"))
    rows = ctx.store.all("property_status", "identifier", iot_id=device["iot_id"], identifier=list(properties))
    statuses = {row["identifier"]: row for row in rows if row["valid_at"] is not None}
    property_list = []
    for identifier, function in properties.items():
        entry = render_property(identifier, function)
        if identifier in statuses:
            status = statuses[identifier]
            entry |= {"Time": str(status["valid_at"]), "Value": as_text(status["valid_value"])}
        property_list.append(entry)
    return {"Data": {"List": {"PropertyStatusInfo": property_list}}}


def retention_start(ctx: Context) -> int:
    """Return the earliest time within the retention period."""
    return ctx.now - RETENTION_MS + 1


def properties_of_block(ctx: Context, device: Row, block_id: str | None) -> dict[str, Row]:
    """Return the properties of the default block or of a custom block, by the identifiers that devices use.

    Raises:
        ApiError: The thing model has no such block.
    """
    properties = published_model(ctx, device["product_key"])["properties"]
    if not block_id:
        return {identifier: function for identifier, function in properties.items() if ":" not in identifier}
    version = get_version(ctx, find_product_with_thing_model(ctx, device["product_key"]))
    get_block(json.loads(version["model"]) if version else {}, block_id)
    start = f"{block_id}:"
    return {identifier: function for identifier, function in properties.items() if identifier.startswith(start)}


def render_property(identifier: str, function: Row) -> Row:
    """Return a property without its value in the format of API responses."""
    data_type = function["data_type"]
    return omit_none(
        Identifier=identifier, Name=function["name"], DataType=data_type["type"], Unit=data_type.get("unit")
    )


def render_event(event: Row) -> Row:
    """Return an event in the format of API responses."""
    return omit_none(
        Identifier=event["identifier"],
        Name=event["name"],
        EventType=event["type"],
        OutputData=event["output"],
        Time=str(event["at"]),
    )


def render_service_call(call: Row) -> Row:
    """Return a service call in the format of API responses. ``OutputData`` is present after the device's reply."""
    return omit_none(
        Identifier=call["identifier"],
        Name=call["name"],
        InputData=call["input"],
        OutputData=call["output"],
        Time=str(call["at"]),
    )


def _check_properties(ctx: Context, device: Row, identifiers: list[str]) -> None:
    """Raise ApiError if the thing model lacks one of these properties."""
    properties = published_model(ctx, device["product_key"])["properties"]
    for identifier in identifiers:
        if identifier not in properties:
            raise ApiError("iot.device.NoneDeviceProperties", f"The thing model has no property {identifier}")


def _values_by_property(
    ctx: Context, device: Row, identifiers: list[str], span: TimeRange
) -> tuple[dict[str, list[Row]], Row]:
    """Return the values of each property up to the end of the page, and the reply members for the next page."""
    direction = "ASC" if span.ascending else "DESC"
    sql = f"{_SELECT_VALID_VALUES} AND at BETWEEN ? AND ? ORDER BY at {direction} LIMIT ?"
    found = [
        [
            {**row, "identifier": identifier}
            for row in ctx.store.rows(sql, device["iot_id"], identifier, span.start, span.end, span.size + 1)
        ]
        for identifier in identifiers
    ]
    merged = heapq.merge(*found, key=lambda row: row["at"], reverse=not span.ascending)
    page: dict[str, list[Row]] = {identifier: [] for identifier in identifiers}
    last = None
    total = 0
    for at, rows in groupby(merged, key=lambda row: row["at"]):
        simultaneous = list(rows)
        total += len(simultaneous)
        is_full = any(len(values) == span.size for values in page.values()) or total > _MAX_VALUES
        if is_full:
            return page, next_page_members(span, last, True)
        for row in simultaneous:
            page[row["identifier"]].append(row)
        last = at
    return page, next_page_members(span, last, False)
