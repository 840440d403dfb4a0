# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Steps and parameters that several tables of calls share."""

from __future__ import annotations

from typing import Any

from .steps import Json, Step, call

INSTANCE = "iot-cn-6ja1x"
PUBLIC_INSTANCE = "iotx-oxssharez200"
ACCOUNT = "1000000000000001"

PAGE = {"CurrentPage": 1, "PageSize": 10}
NUMBERED_PAGE = {"Page": 1, "PageSize": 10}
PAGE_ID = {"PageId": 1, "PageSize": 10}


def function(identifier: str, **members: Any) -> dict[str, Any]:
    """Return a function (property, service or event) of a thing model."""
    return {"identifier": identifier, "name": identifier, "required": False, **members}


def _number(kind: str = "int", **specs: str) -> dict[str, Any]:
    return {"type": kind, "specs": {"min": "-180", "max": "180", "step": "1", **specs}}


def _parameter(identifier: str, data_type: dict[str, Any]) -> dict[str, Any]:
    return {"identifier": identifier, "name": identifier, "dataType": data_type}


GEO_LOCATION_TYPE = {
    "type": "struct",
    "specs": [
        _parameter("Longitude", _number("double")),
        _parameter("Latitude", _number("double")),
        _parameter("CoordinateSystem", {"type": "enum", "specs": {"1": "WGS_84", "2": "GCJ_02"}}),
    ],
}

TSL = {
    "properties": [
        function("temperature", accessMode="rw", dataType=_number("float", unit="°C")),
        function("level", accessMode="rw", dataType=_number()),
        function("GeoLocation", accessMode="r", dataType=GEO_LOCATION_TYPE),
    ],
    "services": [
        function("reboot", callType="async", inputData=[_parameter("after", _number())], outputData=[]),
        function("measure", callType="sync", inputData=[], outputData=[_parameter("result", _number())]),
    ],
    "events": [function("alarm", type="alert", outputData=[_parameter("code", _number())])],
}

#: Profile of a simulated device that reports and that applies every request.
ACTIVE_PROFILE = {
    "properties": {
        "values": {
            "temperature": 21.5,
            "level": 3,
            "GeoLocation": {"Longitude": 120.15, "Latitude": 30.28, "CoordinateSystem": 1},
        }
    },
    "services": {"measure": {"output": {"result": 7}}},
    "reports": [{"every": 1, "times": 2, "events": {"alarm": {"code": 1}}}],
}

SCRIPT = "function protocolToRawData(json) { return []; } function rawDataToProtocol(bytes) { return {}; }"


def product(name: str = "street_light", key: str = "key", **params: Any) -> Step:
    """Return a step that creates a product and saves its key."""
    defaults = {"ProductName": name, "NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    return call("CreateProduct", {key: "ProductKey"}, **{**defaults, **params})


def device(name: str = "lamp-0001", iot_id: str = "iot_id", key: str = "<key>") -> Step:
    """Return a step that registers a device and saves its id."""
    return call("RegisterDevice", {iot_id: "Data.IotId"}, ProductKey=key, DeviceName=name)


def product_with_thing_model(name: str = "thermometer", **params: Any) -> list[Step]:
    """Return steps that create a product with a published thing model."""
    return [
        product(name, **params),
        call("ImportThingModelTsl", ProductKey="<key>", TslStr=Json(TSL)),
        call("PublishThingModel", ProductKey="<key>"),
    ]


LAMP = {"ProductKey": "<key>", "DeviceName": "lamp-0001"}

PROJECT = {"ProjectCode": "0123456789abcdef0123456789abcdef"}

VOICE = {"Voice": "Xiaoyun", "SpeechRate": 0, "Volume": 50}
