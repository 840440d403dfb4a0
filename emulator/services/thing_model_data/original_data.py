# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read the original data: all reported properties and events and all service calls, valid or not."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.timeline import (
    TimeRange,
    is_ascending,
    page_by_token,
    requested_page_size,
    requested_time_range,
)
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import find_product_with_thing_model
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.data import (
    render_event,
    render_service_call,
    retention_start,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.record import as_text

_MAX_PAGE_SIZE = 50
_MAX_VALUES = 100

_MAX_AHEAD_MS = 24 * 3600 * 1000  # how far the time of a report can be ahead of the platform's time

_IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,50}(:[A-Za-z0-9_]{1,50})?")


@operation
def query_device_original_property_status(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.12."""
    device = _find_device_with_thing_model(ctx, p)
    span = TimeRange(0, ctx.now + _MAX_AHEAD_MS, is_ascending(p), requested_page_size(p, _MAX_PAGE_SIZE))
    sql = "SELECT identifier, at, value FROM property_status WHERE iot_id = ?"
    statuses, token = page_by_token(ctx, span, p.get("NextPageToken"), sql, device["iot_id"], tiebreaker="identifier")
    items = [
        {"Identifier": status["identifier"], "Time": status["at"], "Value": as_text(status["value"])}
        for status in statuses
    ]
    return {"Data": {"List": {"PropertyStatusDataInfo": items}, "NextPageToken": token, "NextValid": bool(token)}}


@operation
def query_device_original_property_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.13: the name of the token member starts with a lowercase letter."""
    device = _find_device_with_thing_model(ctx, p)
    _check_identifier(p, "InvalidIdentifierInPropertyError")
    span = requested_time_range(p, _MAX_VALUES, retained_since=retention_start(ctx))
    sql = "SELECT identifier, at, value FROM property_value WHERE iot_id = ? AND identifier = ?"
    key = (device["iot_id"], p["Identifier"])
    values, token = page_by_token(ctx, span, p.get("NextPageToken"), sql, *key, tiebreaker="identifier")
    items = [{"Time": str(value["at"]), "Value": as_text(value["value"])} for value in values]
    return {"Data": {"List": {"PropertyInfo": items}, "nextPageToken": token, "NextValid": bool(token)}}


@operation
def query_device_original_event_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.14."""
    device = _find_device_with_thing_model(ctx, p)
    _check_identifier(p, "iot.tsl.InvalidIdentifierInEventError")
    events, token = _records(ctx, device, "event_record", p)
    items = [render_event(event) for event in events]
    return {"Data": {"List": {"EventInfo": items}, "NextPageToken": token, "NextValid": bool(token)}}


@operation
def query_device_original_service_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.15."""
    device = _find_device_with_thing_model(ctx, p)
    _check_identifier(p, "InvalidIdentifierInServiceError")
    calls, token = _records(ctx, device, "service_record", p)
    items = [render_service_call(call) for call in calls]
    return {"Data": {"List": {"ServiceInfo": items}, "NextPageToken": token, "NextValid": bool(token)}}


def _find_device_with_thing_model(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the device of a request. Raise ApiError if it does not exist or its product has no thing model."""
    device = find_device(ctx, p)
    find_product_with_thing_model(ctx, device["product_key"])
    return device


def _check_identifier(p: dict[str, Any], code: str) -> None:
    """Raise ApiError ``code`` if the identifier is malformed. An unknown identifier is not an error."""
    if not _IDENTIFIER.fullmatch(p["Identifier"]):
        raise ApiError(code)


def _records(ctx: Context, device: Row, table: str, p: dict[str, Any]) -> tuple[list[Row], str]:
    span = requested_time_range(p, _MAX_PAGE_SIZE, retained_since=retention_start(ctx))
    sql = f"SELECT * FROM {table} WHERE iot_id = ? AND identifier = ?"
    key = (device["iot_id"], p["Identifier"])
    return page_by_token(ctx, span, p.get("NextPageToken"), sql, *key, tiebreaker="id")
