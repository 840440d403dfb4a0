# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Current and past locations of devices, and device statistics (manual chapters 4.8 and 4.21.5)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, group, location, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Number
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.device_group import group_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The maximum number of devices in one request.
MAX_PER_REQUEST = 20

_COORDINATE_SYSTEM = Choice({"wgs84": 1, "gcj02": 2})
_POSITION_MEMBERS = {
    "DeviceName": "device",
    "Longitude": "longitude",
    "Latitude": "latitude",
    "Country": "country",
    "Province": "province",
    "City": "city",
    "Adcode": "adcode",
    "Ip": "ip_address",
}


class LocationInfo(ReportEntry):
    """The locations of devices, or their traces between two times.

    Custom code: some options are valid only for traces.
    """

    families = (location, product)
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("devices", type=TextSet(DEVICE_NAME), required=True),
        Field("start", type=Number(0)),
        Field("end", type=Number(0)),
        Field("match_map", type=Flag(), argument={"default": False}),
    )
    empty_result = {"positions": []}

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        start, end = params.get("start"), params.get("end")
        if (start is None) is not (end is None):
            raise InvalidValue(
                "start and end must be set together", field="start", remedy="Set both of them, or neither"
            )
        if start is not None and start >= end:
            raise InvalidValue(f"start must be before end; start is {start}, end is {end}", field="start")
        if start is None and params["match_map"]:
            raise InvalidValue(
                "match_map is valid only for traces", field="match_map", remedy="Set start and end, or remove match_map"
            )
        return super().perform(params, client, check_mode)

    def gather(self, reader: Reader, values: dict) -> dict:
        names = list(dict.fromkeys(values["devices"]))
        if "start" in values:
            return {"traces": [self._trace(reader, values, name) for name in names]}
        positions = []
        for chunk in chunked(names, MAX_PER_REQUEST):
            devices = [{"ProductKey": values["product_key"], "DeviceName": name} for name in chunk]
            rows = reader.read("GisQueryDeviceLocation", {"ThingList": devices}).get("Data") or []
            positions += [
                {
                    **rename_members(row, _POSITION_MEMBERS),
                    "coordinate_system": _COORDINATE_SYSTEM.from_wire(row.get("CoordinateSystem")),
                }
                for row in rows
            ]
        return {"positions": positions}

    def _trace(self, reader: Reader, values: dict, name: str) -> dict:
        params = {
            "ProductKey": values["product_key"],
            "DeviceName": name,
            "StartTime": values["start"],
            "EndTime": values["end"],
            "MapMatch": int(values["match_map"]),
        }
        points = []
        for row in member(reader.read("GisSearchDeviceTrace", params), "Data.Points") or []:
            longitude, latitude = (float(part) for part in row["Location"].split(","))
            point = {"longitude": longitude, "latitude": latitude}
            # A point that the platform has moved onto a road has no time.
            if row.get("LocateTime"):
                point["time"] = int(row["LocateTime"])
            points.append(point)
        return {"device": name, "points": points}


class StatisticsInfo(ReportEntry):
    """The number of all devices, of activated devices and of online devices."""

    families = (device, group, product)
    fields = (
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("group", lookup=group_id, resolves_to="group_id"),
        Field("group_id", computed=True),
    )
    empty_result = {"devices": 0, "activated": 0, "online": 0}

    def gather(self, reader: Reader, values: dict) -> dict:
        params = {"ProductKey": values.get("product_key"), "GroupId": values.get("group_id")}
        found = member(reader.read("QueryDeviceStatistics", params), "Data") or {}
        return {
            "devices": int(found.get("deviceCount") or 0),
            "activated": int(found.get("activeCount") or 0),
            "online": int(found.get("onlineCount") or 0),
        }
