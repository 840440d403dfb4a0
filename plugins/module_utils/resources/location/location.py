# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where devices are and were, and how many there are (the manual's chapters 4.8 and 4.21.5)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, group, location, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Number, TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.device_group import group_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The devices of one call.
MOST_A_CALL = 20

_SYSTEM = Choice({"wgs84": 1, "gcj02": 2})
_OF_POSITION = {
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
    """Tells where devices are, or where they were between two moments."""

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

    def perform(self, params, client, check_mode):
        start, end = params.get("start"), params.get("end")
        if (start is None) is not (end is None):
            raise InvalidValue("start and end go together", field="start")
        if start is not None and start >= end:
            raise InvalidValue(f"start is {start}, not before end, {end}", field="start")
        if start is None and params["match_map"]:
            raise InvalidValue("match_map is for traces, between start and end", field="match_map")
        return super().perform(params, client, check_mode)

    def gather(self, reader, values):
        names = list(dict.fromkeys(values["devices"]))
        if "start" in values:
            return {"traces": [self._trace(reader, values, name) for name in names]}
        positions = []
        for some in chunked(names, MOST_A_CALL):
            of = [{"ProductKey": values["product_key"], "DeviceName": name} for name in some]
            rows = reader.read("GisQueryDeviceLocation", {"ThingList": of}).get("Data") or []
            positions += [
                {
                    **rename_members(row, _OF_POSITION),
                    "coordinate_system": _SYSTEM.from_wire(row.get("CoordinateSystem")),
                }
                for row in rows
            ]
        return {"positions": positions}

    def _trace(self, reader, values: dict, name: str) -> dict:
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
            # A point that was moved onto a road has no time.
            if row.get("LocateTime"):
                point["time"] = int(row["LocateTime"])
            points.append(point)
        return {"device": name, "points": points}


class StatisticsInfo(ReportEntry):
    """Tells how many devices there are, have ever connected, and are online."""

    families = (device, group, product)
    fields = (
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("group", lookup=group_id, resolves_to="group_id"),
        Field("group_id", computed=True),
    )
    empty_result = {"devices": 0, "activated": 0, "online": 0}

    def gather(self, reader, values):
        params = {"ProductKey": values.get("product_key"), "GroupId": values.get("group_id")}
        found = member(reader.read("QueryDeviceStatistics", params), "Data") or {}
        return {
            "devices": int(found.get("deviceCount") or 0),
            "activated": int(found.get("activeCount") or 0),
            "online": int(found.get("onlineCount") or 0),
        }
