# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading what devices have reported and were asked for, whether it has passed the check or not."""

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
    call_written,
    event_written,
    kept_since,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.record import as_text

_MOST = 50
_MOST_VALUES = 100

_FUTURE = 24 * 3600 * 1000  # what devices report can be so far ahead, in milliseconds

_IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,50}(:[A-Za-z0-9_]{1,50})?")


@operation
def query_device_original_property_status(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.12."""
    device = _device(ctx, p)
    span = TimeRange(0, ctx.now + _FUTURE, is_ascending(p), requested_page_size(p, _MOST))
    sql = "SELECT identifier, at, value FROM property_status WHERE iot_id = ?"
    statuses, token = page_by_token(ctx, span, p.get("NextPageToken"), sql, device["iot_id"], tiebreaker="identifier")
    listed = [
        {"Identifier": status["identifier"], "Time": status["at"], "Value": as_text(status["value"])}
        for status in statuses
    ]
    return {"Data": {"List": {"PropertyStatusDataInfo": listed}, "NextPageToken": token, "NextValid": bool(token)}}


@operation
def query_device_original_property_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.13: begins the token's name with a small letter."""
    device = _device(ctx, p)
    _check_identifier(p, "InvalidIdentifierInPropertyError")
    span = requested_time_range(p, _MOST_VALUES, retained_since=kept_since(ctx))
    sql = "SELECT identifier, at, value FROM property_value WHERE iot_id = ? AND identifier = ?"
    asked = (device["iot_id"], p["Identifier"])
    values, token = page_by_token(ctx, span, p.get("NextPageToken"), sql, *asked, tiebreaker="identifier")
    listed = [{"Time": str(value["at"]), "Value": as_text(value["value"])} for value in values]
    return {"Data": {"List": {"PropertyInfo": listed}, "nextPageToken": token, "NextValid": bool(token)}}


@operation
def query_device_original_event_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.14."""
    device = _device(ctx, p)
    _check_identifier(p, "iot.tsl.InvalidIdentifierInEventError")
    events, token = _records(ctx, device, "event_record", p)
    listed = [event_written(event) for event in events]
    return {"Data": {"List": {"EventInfo": listed}, "NextPageToken": token, "NextValid": bool(token)}}


@operation
def query_device_original_service_data(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.15."""
    device = _device(ctx, p)
    _check_identifier(p, "InvalidIdentifierInServiceError")
    calls, token = _records(ctx, device, "service_record", p)
    listed = [call_written(call) for call in calls]
    return {"Data": {"List": {"ServiceInfo": listed}, "NextPageToken": token, "NextValid": bool(token)}}


def _device(ctx: Context, p: dict[str, Any]) -> Row:
    """The device of a call. Raises ApiError where there is none, or it has no thing model."""
    device = find_device(ctx, p)
    find_product_with_thing_model(ctx, device["product_key"])
    return device


def _check_identifier(p: dict[str, Any], code: str) -> None:
    """Raise ApiError ``code`` where nothing can have this identifier; one that nothing has is no error."""
    if not _IDENTIFIER.fullmatch(p["Identifier"]):
        raise ApiError(code)


def _records(ctx: Context, device: Row, table: str, p: dict[str, Any]) -> tuple[list[Row], str]:
    span = requested_time_range(p, _MOST, retained_since=kept_since(ctx))
    sql = f"SELECT * FROM {table} WHERE iot_id = ? AND identifier = ?"
    asked = (device["iot_id"], p["Identifier"])
    return page_by_token(ctx, span, p.get("NextPageToken"), sql, *asked, tiebreaker="id")
