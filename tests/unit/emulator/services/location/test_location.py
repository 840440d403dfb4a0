# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for the current and past locations of devices."""

from __future__ import annotations

import json

import pytest

POST = "/sys/{own}/thing/event/property/post"


@pytest.fixture
def report_location(publish_as_device, device):
    """Report the location of a device."""

    def report_location(longitude, latitude, at: int | None = None, source=device, **more) -> None:
        value = {"Longitude": longitude, "Latitude": latitude, **more}
        content = value if at is None else {"value": value, "time": at}
        publish_as_device(POST, {"params": {"GeoLocation": content}}, source)

    return report_location


@pytest.fixture
def locations(api, key):
    """Return the current locations of devices."""

    def locations(*names: str):
        things = [{"ProductKey": key, "DeviceName": name} for name in names]
        return api("GisQueryDeviceLocation", ThingList=things)["Data"]

    return locations


@pytest.fixture
def trace(api, key):
    """Return the past locations of a device."""

    def trace(start: int, end: int, **params):
        query = {"ProductKey": key, "DeviceName": "lamp", "StartTime": start, "EndTime": end, "MapMatch": 0, **params}
        return api("GisSearchDeviceTrace", **query)["Data"]

    return trace


def test_location_is_last_reported_position(key, report_location, locations):
    report_location(120, 30)
    report_location(121.5, -30.25, CoordinateSystem=2)
    assert locations("lamp") == [
        {
            "ProductKey": key,
            "DeviceName": "lamp",
            "Longitude": 121.5,
            "Latitude": -30.25,
            "CoordinateSystem": 2,
            "Ip": "10.0.0.1",
        }
    ]


def test_location_without_coordinate_system_is_wgs_84(report_location, locations):
    report_location(120, 30)
    assert locations("lamp")[0]["CoordinateSystem"] == 1


def test_location_of_devices_without_position_is_omitted(report_location, locations, register, report):
    report_location(120, 30)
    register("silent")
    report(register("halfway"), GeoLocation={"Longitude": 1})
    report(register("wrong"), GeoLocation="here")
    assert [one["DeviceName"] for one in locations("silent", "lamp", "halfway", "wrong")] == ["lamp"]


@pytest.mark.parametrize(
    ("things", "code"),
    [
        ([{"ProductKey": "a1nothing00", "DeviceName": "lamp"}], "iot.device.NotExistedDevice"),
        ([{"DeviceName": "lamp"}], "iot.prod.NullProductKey"),
        ([{"ProductKey": "a1nothing00"}], "iot.device.NullDeviceName"),
        ([{"ProductKey": "a1", "DeviceName": "lamp"}] * 21, "iot.system.IllegalRequest"),
    ],
)
def test_location_query_with_invalid_list_is_rejected(api_error, things, code):
    assert api_error("GisQueryDeviceLocation", ThingList=things).code == code


def test_location_query_without_list_returns_success_code_and_no_location(api):
    assert api("GisQueryDeviceLocation") == {"Code": "200", "Data": []}


def test_location_query_with_20_devices_is_accepted(report_location, locations):
    report_location(1, 2)
    assert len(locations(*["lamp"] * 20)) == 20


def test_trace_returns_points_in_time_range(platform, key, report_location, trace):
    start = platform.clock.now() - 60_000
    for minute in (3, 1, 2):
        report_location(120 + minute, 30.5, start + minute)
    assert trace(start, start + 2) == {
        "ProductKey": key,
        "DeviceName": "lamp",
        "Points": [
            {"LocateTime": start + 1, "Location": "121.0,30.5"},
            {"LocateTime": start + 2, "Location": "122.0,30.5"},
        ],
    }
    assert trace(start + 4, start + 5)["Points"] == []


def test_trace_returns_at_most_200_points(platform, report_location, trace):
    start = platform.clock.now() - 60_000
    for number in range(201):
        report_location(1, 2, start + number)
    points = trace(start, start + 1000)["Points"]
    assert [point["LocateTime"] - start for point in points] == list(range(200))


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"MapMatch": 1}, "iot.system.IllegalRequest"),
        ({"MapMatch": 2}, "iot.common.InvalidFormattedParameter"),
        ({"StartTime": 10, "EndTime": 10}, "iot.check.ParameterIsNotLessThanMax"),
        ({"DeviceName": "unknown"}, "iot.device.NotExistedDevice"),
    ],
)
def test_invalid_trace_query_is_rejected(device, key, api_error, params, code):
    query = {"ProductKey": key, "DeviceName": "lamp", "StartTime": 1, "EndTime": 10, "MapMatch": 0, **params}
    assert api_error("GisSearchDeviceTrace", **query).code == code


def test_location_is_read_from_non_standard_property(api, register, publish_as_device):
    kind = {"ProductName": "tracker", "NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    product = api("CreateProduct", **kind)["ProductKey"]
    double = {"type": "double", "specs": {"min": "-180", "max": "180", "step": "1"}}
    members = [{"identifier": name, "name": name, "dataType": double} for name in ("longitude", "latitude")]
    position = {"identifier": "position", "name": "position", "accessMode": "r", "required": False}
    tsl = {"properties": [{**position, "dataType": {"type": "struct", "specs": members}}], "services": [], "events": []}
    api("ImportThingModelTsl", ProductKey=product, TslStr=json.dumps(tsl))
    api("PublishThingModel", ProductKey=product)
    tracker = register("tracker", product)
    publish_as_device(POST, {"params": {"position": {"longitude": 5, "latitude": 6}}}, tracker)
    things = [{"ProductKey": product, "DeviceName": "tracker"}]
    (found,) = api("GisQueryDeviceLocation", ThingList=things)["Data"]
    assert (found["Longitude"], found["Latitude"]) == (5.0, 6.0)


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (
            {"Country": "中国", "province": "浙江省", "City": "杭州市", "Adcode": "330100"},
            {"Country": "中国", "Province": "浙江省", "City": "杭州市", "Adcode": 330100},
        ),
        ({"City": "杭州市", "Country": ""}, {"City": "杭州市"}),
        ({"Adcode": "none"}, {}),
        ({"Adcode": "9" * 5000}, {}),
    ],
)
def test_reported_address_is_returned(api, register, publish_as_device, reported, expected):
    kind = {"ProductName": "tracker", "NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    product = api("CreateProduct", **kind)["ProductKey"]
    double = {"type": "double", "specs": {"min": "-180", "max": "180", "step": "1"}}
    types = dict.fromkeys(("Longitude", "Latitude"), double)
    types |= {name: {"type": "text", "specs": {"length": "10240"}} for name in reported}
    members = [{"identifier": name, "name": name, "dataType": data_type} for name, data_type in types.items()]
    place = {"identifier": "GeoLocation", "name": "place", "accessMode": "r", "required": False}
    tsl = {"properties": [{**place, "dataType": {"type": "struct", "specs": members}}], "services": [], "events": []}
    api("ImportThingModelTsl", ProductKey=product, TslStr=json.dumps(tsl))
    api("PublishThingModel", ProductKey=product)
    value = {"Longitude": 120.15, "Latitude": 30.28, **reported}
    publish_as_device(POST, {"params": {"GeoLocation": value}}, register("tracker", product))
    (found,) = api("GisQueryDeviceLocation", ThingList=[{"ProductKey": product, "DeviceName": "tracker"}])["Data"]
    assert {name: found[name] for name in ("Country", "Province", "City", "Adcode") if name in found} == expected


def test_product_without_location_property_has_no_locations(api, register, api_error, report):
    kind = {"ProductName": "blind", "NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    product = api("CreateProduct", **kind)["ProductKey"]
    text = {"identifier": "Longitude", "name": "text", "accessMode": "r", "required": False}
    tsl = {
        "properties": [{**text, "dataType": {"type": "text", "specs": {"length": "10"}}}],
        "services": [],
        "events": [],
    }
    api("ImportThingModelTsl", ProductKey=product, TslStr=json.dumps(tsl))
    api("PublishThingModel", ProductKey=product)
    report(register("blind", product), Longitude="here")
    assert api("GisQueryDeviceLocation", ThingList=[{"ProductKey": product, "DeviceName": "blind"}])["Data"] == []
    params = {"StartTime": 1, "EndTime": 10, "MapMatch": 0}
    data = api("GisSearchDeviceTrace", ProductKey=product, DeviceName="blind", **params)["Data"]
    assert data["Points"] == []
    basic = api("CreateProduct", ProductName="basic", NodeType=0)["ProductKey"]
    register("plain", basic)
    error = api_error("GisQueryDeviceLocation", ThingList=[{"ProductKey": basic, "DeviceName": "plain"}])
    assert error.code == "iot.prod.NotSeniorProduct"
