# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Query the current and past locations of devices (manual chapter 4.21.5).

The location comes from a property of the type struct with the members Longitude and Latitude, such as the standard
property GeoLocation. The emulator cannot look up addresses. If the struct also has the members Country, Province, City
and Adcode, their reported values are returned.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.timeline import requested_time_range
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import SUCCESS_CODE
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device, find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.model import NUMBER_TYPES
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import published_model
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.data import retention_start

_MAX_DEVICES = 20
_MAX_POINTS = 200

_STANDARD_PROPERTY = "GeoLocation"
_LONGITUDE = "longitude"
_LATITUDE = "latitude"
_SYSTEM = "coordinatesystem"
_WGS_84 = 1
_ADDRESS = ("Country", "Province", "City")
_CODE = "adcode"
_ADCODE = re.compile(r"[0-9]{1,9}")


@operation
def gis_query_device_location(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.5.1: return current locations. Devices that never reported one are omitted."""
    entries = p.get("ThingList", [])
    if len(entries) > _MAX_DEVICES:
        raise ApiError("iot.system.IllegalRequest", f"ThingList can contain at most {_MAX_DEVICES} devices")
    devices = [find_device_by_name(ctx, entry.get("ProductKey", ""), entry.get("DeviceName", "")) for entry in entries]
    locations = [location for device in devices if (location := _current_location(ctx, device))]
    return {"Code": SUCCESS_CODE, "Data": locations}


@operation
def gis_search_device_trace(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.5.2: return the oldest 200 points in the time range. The emulator has no map matching."""
    device = find_device(ctx, p)
    if p["MapMatch"] not in (0, 1):
        raise ApiError("iot.common.InvalidFormattedParameter", "MapMatch must be 0 or 1")
    if p["MapMatch"]:
        message = "The emulator has no map matching. MapMatch must be 0"
        raise ApiError("iot.system.IllegalRequest", message)
    span = requested_time_range(
        {**p, "Asc": 1, "PageSize": _MAX_POINTS}, _MAX_POINTS, retained_since=retention_start(ctx)
    )
    values = ctx.store.rows(
        "SELECT at, value FROM property_value WHERE iot_id = ? AND identifier = ? AND valid AND at BETWEEN ? AND ? "
        "ORDER BY at LIMIT ?",
        device["iot_id"],
        _location_property(ctx, device),
        span.start,
        span.end,
        span.size,
    )
    points = []
    for value in values:
        position = _parse_position(value["value"])
        if position:
            location = f"{float(position[_LONGITUDE])},{float(position[_LATITUDE])}"
            points.append({"LocateTime": value["at"], "Location": location})
    data = {"ProductKey": device["product_key"], "DeviceName": device["device_name"], "Points": points}
    return {"Code": SUCCESS_CODE, "Data": data}


def _current_location(ctx: Context, device: Row) -> Row | None:
    """Return the last reported location of a device, or None if there is none."""
    identifier = _location_property(ctx, device)
    status = ctx.store.one("property_status", iot_id=device["iot_id"], identifier=identifier or "")
    position = _parse_position(status["valid_value"]) if status and status["valid_value"] else None
    if position is None:
        return None
    return omit_none(
        ProductKey=device["product_key"],
        DeviceName=device["device_name"],
        Longitude=float(position[_LONGITUDE]),
        Latitude=float(position[_LATITUDE]),
        CoordinateSystem=position.get(_SYSTEM, _WGS_84),
        Ip=device["ip_address"],
        **_reported_address(position),
    )


def _reported_address(position: dict[str, Any]) -> Row:
    """Return the address members of a reported position. Adcode is converted to a number if it is a string."""
    parts = {name: position.get(name.lower()) for name in _ADDRESS}
    address: Row = {name: part for name, part in parts.items() if isinstance(part, str) and part}
    code = str(position.get(_CODE, ""))
    return {**address, "Adcode": int(code)} if _ADCODE.fullmatch(code) else address


def _location_property(ctx: Context, device: Row) -> str | None:
    """Return the identifier of the property that contains the location of a device, or None if there is none.

    Raises:
        ApiError: The product has no thing model.
    """
    properties = published_model(ctx, device["product_key"])["properties"]
    candidates = [identifier for identifier, function in properties.items() if _is_location(function["data_type"])]
    return _STANDARD_PROPERTY if _STANDARD_PROPERTY in candidates else next(iter(candidates), None)


def _is_location(data_type: Row) -> bool:
    if data_type["type"] != "struct":
        return False
    numbers = [
        member["identifier"].lower() for member in data_type["members"] if member["data_type"]["type"] in NUMBER_TYPES
    ]
    return {_LONGITUDE, _LATITUDE} <= set(numbers)


def _parse_position(value: str) -> dict[str, Any] | None:
    """Return the members of a position by their lowercase names, or None if longitude or latitude is missing."""
    position = {name.lower(): member for name, member in payloads.from_json(value).items()}
    return position if {_LONGITUDE, _LATITUDE} <= position.keys() else None
