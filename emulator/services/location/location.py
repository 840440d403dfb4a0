# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where devices are and were, by a property that tells it (manual chapter 4.21.5).

Such a property is a struct with the members Longitude and Latitude, as the standard one, GeoLocation, is. What lies at
a position nothing here knows, but a device can say it: where the struct has members Country, Province, City and Adcode
as well, the device is believed.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.timeline import requested_time_range
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device, find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.model import NUMBERS
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import published_model
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.data import kept_since

_MOST_DEVICES = 20
_MOST_POINTS = 200

_STANDARD = "GeoLocation"
_LONGITUDE = "longitude"
_LATITUDE = "latitude"
_SYSTEM = "coordinatesystem"
_WGS_84 = 1
_ADDRESS = ("Country", "Province", "City")
_CODE = "adcode"
_ADCODE = re.compile(r"[0-9]{1,9}")


@operation
def gis_query_device_location(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.5.1: devices that have never said where they are, are left out."""
    asked = p.get("ThingList", [])
    if not asked:
        raise missing_parameter("ThingList")
    if len(asked) > _MOST_DEVICES:
        raise ApiError("iot.system.IllegalRequest", f"ThingList takes at most {_MOST_DEVICES} devices")
    devices = [find_device_by_name(ctx, entry.get("ProductKey", ""), entry.get("DeviceName", "")) for entry in asked]
    return {"Data": [location for device in devices if (location := _location_of(ctx, device))]}


@operation
def gis_search_device_trace(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.5.2: the oldest 200 points of the time that is asked for. Points cannot be moved onto roads here."""
    device = find_device(ctx, p)
    if p["MapMatch"] not in (0, 1):
        raise ApiError("iot.common.InvalidFormattedParameter", "MapMatch is 0 or 1")
    if p["MapMatch"]:
        message = "The embedded platform has no map to correct positions with: MapMatch must be 0"
        raise ApiError("iot.system.IllegalRequest", message)
    span = requested_time_range({**p, "Asc": 1, "PageSize": _MOST_POINTS}, _MOST_POINTS, retained_since=kept_since(ctx))
    values = ctx.store.rows(
        "SELECT at, value FROM property_value WHERE iot_id = ? AND identifier = ? AND valid AND at BETWEEN ? AND ? "
        "ORDER BY at LIMIT ?",
        device["iot_id"],
        _locating_property(ctx, device),
        span.start,
        span.end,
        span.size,
    )
    points = []
    for value in values:
        position = _position(value["value"])
        if position:
            location = f"{float(position[_LONGITUDE])},{float(position[_LATITUDE])}"
            points.append({"LocateTime": value["at"], "Location": location})
    data = {"ProductKey": device["product_key"], "DeviceName": device["device_name"], "Points": points}
    return {"Data": data}


def _location_of(ctx: Context, device: Row) -> Row | None:
    """Where a device is, as it last said; None where it never did."""
    identifier = _locating_property(ctx, device)
    status = ctx.store.one("property_status", iot_id=device["iot_id"], identifier=identifier or "")
    position = _position(status["valid_value"]) if status and status["valid_value"] else None
    if position is None:
        return None
    return omit_none(
        ProductKey=device["product_key"],
        DeviceName=device["device_name"],
        Longitude=float(position[_LONGITUDE]),
        Latitude=float(position[_LATITUDE]),
        CoordinateSystem=position.get(_SYSTEM, _WGS_84),
        Ip=device["ip_address"],
        **_address_in(position),
    )


def _address_in(position: dict[str, Any]) -> Row:
    """What a device says of its address beside its position. The code of a place is a number, however it is written."""
    parts = {name: position.get(name.lower()) for name in _ADDRESS}
    address: Row = {name: part for name, part in parts.items() if isinstance(part, str) and part}
    code = str(position.get(_CODE, ""))
    return {**address, "Adcode": int(code)} if _ADCODE.fullmatch(code) else address


def _locating_property(ctx: Context, device: Row) -> str | None:
    """The identifier of the property by which devices of a product tell where they are; None where there is none.

    Raises ApiError where the product has no thing model.
    """
    properties = published_model(ctx, device["product_key"])["properties"]
    locating = [identifier for identifier, function in properties.items() if _is_locating(function["data_type"])]
    return _STANDARD if _STANDARD in locating else next(iter(locating), None)


def _is_locating(data_type: Row) -> bool:
    if data_type["type"] != "struct":
        return False
    numbers = [
        member["identifier"].lower() for member in data_type["members"] if member["data_type"]["type"] in NUMBERS
    ]
    return {_LONGITUDE, _LATITUDE} <= set(numbers)


def _position(value: str) -> dict[str, Any] | None:
    """The members of a position by their names in small letters, or None where the device left some out."""
    position = {name.lower(): member for name, member in payloads.from_json(value).items()}
    return position if {_LONGITUDE, _LATITUDE} <= position.keys() else None
