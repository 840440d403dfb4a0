# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading what devices have reported and were asked for, as far as it has passed the check."""

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
    block_of,
    find_product_with_thing_model,
    published_model,
    get_version,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.record import KEPT_FOR, as_text

_MOST = 50
#: The most values of one call for several properties, of each and in all.
_MOST_OF_SEVERAL = 100

_EVENT_TYPES = ("info", "alert", "error")

_OF_PROPERTY = "SELECT at, value FROM property_value WHERE iot_id = ? AND identifier = ? AND valid"


@operation
def query_device_property_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.5."""
    device = find_device(ctx, p)
    _check_properties(ctx, device, [p["Identifier"]])
    span = requested_time_range(p, _MOST, retained_since=kept_since(ctx))
    values, following = page_by_time(ctx, span, _OF_PROPERTY, device["iot_id"], p["Identifier"])
    listed = [{"Time": str(value["at"]), "Value": as_text(value["value"])} for value in values]
    return {"Data": {"List": {"PropertyInfo": listed}, **following}}


@operation
def query_device_properties_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.6: ends at the moment at which one of the properties has filled the page."""
    device = find_device(ctx, p)
    identifiers = p["Identifier"]
    if len(set(identifiers)) < len(identifiers):
        raise ApiError("iot.common.InvalidFormattedParameter", "Identifier names a property twice")
    _check_properties(ctx, device, identifiers)
    span = requested_time_range(p, _MOST_OF_SEVERAL, retained_since=kept_since(ctx), reversible=True)
    values, following = _values_of_several(ctx, device, identifiers, span)
    listed = [
        {
            "Identifier": identifier,
            "List": {"PropertyInfo": [{"Time": value["at"], "Value": as_text(value["value"])} for value in of_one]},
        }
        for identifier, of_one in values.items()
    ]
    return {"PropertyDataInfos": {"PropertyDataInfo": listed}, **following}


@operation
def query_device_event_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.7."""
    device = find_device(ctx, p)
    model = published_model(ctx, device["product_key"])
    sql = "SELECT * FROM event_record WHERE iot_id = ? AND valid"
    values = [device["iot_id"]]
    if p.get("Identifier"):
        if p["Identifier"] not in model["events"]:
            raise ApiError("iot.device.QueryDeviceEventHistoryFailed", f"There is no event {p['Identifier']}")
        sql += " AND identifier = ?"
        values.append(p["Identifier"])
    if p.get("EventType"):
        if p["EventType"] not in _EVENT_TYPES:
            message = f"EventType is one of {', '.join(_EVENT_TYPES)}"
            raise ApiError("iot.common.InvalidFormattedParameter", message)
        sql += " AND type = ?"
        values.append(p["EventType"])
    span = requested_time_range(p, _MOST, retained_since=kept_since(ctx))
    events, following = page_by_time(ctx, span, sql, *values, tiebreaker="id")
    return {"Data": {"List": {"EventInfo": [event_written(event) for event in events]}, **following}}


@operation
def query_device_service_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.8: setting properties is the service ``set``."""
    device = find_device(ctx, p)
    find_product_with_thing_model(ctx, device["product_key"])
    sql = "SELECT * FROM service_record WHERE iot_id = ? AND valid"
    values = [device["iot_id"]]
    if p.get("Identifier"):
        sql += " AND identifier = ?"
        values.append(p["Identifier"])
    span = requested_time_range(p, _MOST, retained_since=kept_since(ctx))
    calls, following = page_by_time(ctx, span, sql, *values, tiebreaker="id")
    return {"Data": {"List": {"ServiceInfo": [call_written(call) for call in calls]}, **following}}


@operation
def query_device_property_status(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.11: all properties of a block; those that were never reported have no value."""
    device = find_device(ctx, p)
    properties = properties_of_block(ctx, device, p.get("FunctionBlockId"))
    rows = ctx.store.all("property_status", "identifier", iot_id=device["iot_id"], identifier=list(properties))
    statuses = {row["identifier"]: row for row in rows if row["valid_at"] is not None}
    listed = []
    for identifier, function in properties.items():
        written = property_written(identifier, function)
        if identifier in statuses:
            status = statuses[identifier]
            written |= {"Time": str(status["valid_at"]), "Value": as_text(status["valid_value"])}
        listed.append(written)
    return {"Data": {"List": {"PropertyStatusInfo": listed}}}


def kept_since(ctx: Context) -> int:
    """The earliest moment whose records are kept."""
    return ctx.now - KEPT_FOR + 1


def properties_of_block(ctx: Context, device: Row, block_id: str | None) -> dict[str, Row]:
    """The properties of the default block or a custom one, by the identifiers by which devices report them.

    Raises ApiError where the thing model has no such block.
    """
    properties = published_model(ctx, device["product_key"])["properties"]
    if not block_id:
        return {identifier: function for identifier, function in properties.items() if ":" not in identifier}
    version = get_version(ctx, find_product_with_thing_model(ctx, device["product_key"]))
    block_of(json.loads(version["model"]) if version else {}, block_id)
    start = f"{block_id}:"
    return {identifier: function for identifier, function in properties.items() if identifier.startswith(start)}


def property_written(identifier: str, function: Row) -> Row:
    """What replies say of a property beside its value."""
    data_type = function["data_type"]
    return omit_none(Identifier=identifier, Name=function["name"], DataType=data_type["type"], Unit=data_type.get("unit"))


def event_written(event: Row) -> Row:
    """An event as replies list it."""
    return omit_none(
        Identifier=event["identifier"],
        Name=event["name"],
        EventType=event["type"],
        OutputData=event["output"],
        Time=str(event["at"]),
    )


def call_written(call: Row) -> Row:
    """A call of a service as replies list it; ``OutputData`` is there once the device has answered."""
    return omit_none(
        Identifier=call["identifier"],
        Name=call["name"],
        InputData=call["input"],
        OutputData=call["output"],
        Time=str(call["at"]),
    )


def _check_properties(ctx: Context, device: Row, identifiers: list[str]) -> None:
    """Raise ApiError where the thing model does not have all of these properties."""
    properties = published_model(ctx, device["product_key"])["properties"]
    for identifier in identifiers:
        if identifier not in properties:
            raise ApiError("iot.device.NoneDeviceProperties", f"The thing model has no property {identifier}")


def _values_of_several(
    ctx: Context, device: Row, identifiers: list[str], span: TimeRange
) -> tuple[dict[str, list[Row]], Row]:
    """The values of each property up to the moment at which the page is full, and how to go on."""
    direction = "ASC" if span.ascending else "DESC"
    sql = f"{_OF_PROPERTY} AND at BETWEEN ? AND ? ORDER BY at {direction} LIMIT ?"
    found = [
        [
            {**row, "identifier": identifier}
            for row in ctx.store.rows(sql, device["iot_id"], identifier, span.start, span.end, span.size + 1)
        ]
        for identifier in identifiers
    ]
    merged = heapq.merge(*found, key=lambda row: row["at"], reverse=not span.ascending)
    taken: dict[str, list[Row]] = {identifier: [] for identifier in identifiers}
    last = None
    total = 0
    for moment, rows in groupby(merged, key=lambda row: row["at"]):
        at_once = list(rows)
        total += len(at_once)
        is_full = any(len(of_one) == span.size for of_one in taken.values()) or total > _MOST_OF_SEVERAL
        if is_full:
            return taken, next_page_members(span, last, True)
        for row in at_once:
            taken[row["identifier"]].append(row)
        last = moment
    return taken, next_page_members(span, last, False)
