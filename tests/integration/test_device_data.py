# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of modules that return device data: properties, events, service calls, locations and counts."""

from __future__ import annotations

import pytest

OF = {"product": "street_light"}
LAMP = {**OF, "device": "lamp-0001"}
INFO = "iot_device_data_info"
NUMBER = {"type": "double", "specs": {"min": "-1000", "max": "1000", "step": "0.01"}}


def member(identifier: str) -> dict:
    return {"identifier": identifier, "name": identifier, "dataType": NUMBER}


@pytest.fixture
def account(tasks):
    """Create a device that has reported 120 times and one without data; return the time span of the reports."""
    position = {"type": "struct", "specs": [member("Longitude"), member("Latitude")]}
    model = {
        "properties": [
            {**member("Level"), "accessMode": "rw"},
            {**member("Heat"), "accessMode": "r"},
            {**member("GeoLocation"), "accessMode": "r", "dataType": position},
        ],
        "events": [{"identifier": "Alarm", "name": "Alarm", "type": "alert", "outputData": [member("Where")]}],
        "services": [
            {
                "identifier": "Blink",
                "name": "Blink",
                "callType": "async",
                "inputData": [member("Times")],
                "outputData": [],
            }
        ],
    }
    tasks.run_ok("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")
    block = {"id": "battery", "name": "battery", "tsl": {"properties": [{**member("Charge"), "accessMode": "r"}]}}
    tasks.run_ok("iot_thing_model", **OF, tsl=model, blocks=[block], published=True)
    report = {
        "every": 60,
        "times": 120,
        "properties": {"Level": 7, "Heat": 21.5, "GeoLocation": {"Longitude": 120.5, "Latitude": 30.25}},
        "events": {"Alarm": {"Where": 1}},
    }
    tasks.connect_devices("street_light", "lamp-0001", profile={"reports": [report]})
    tasks.run_ok("iot_device", **OF, name="lamp-0002")
    now = tasks.server.control("POST", "clock", {"advance": 121 * 60})["now"]
    return {"start": now - 3 * 3600 * 1000, "end": now + 1000}


def times_of(returned: dict) -> list:
    return [record["time"] for record in returned["records"]]


def test_device_data_status_returns_latest_values(tasks, account):
    records = {one["identifier"]: one for one in tasks.run_ok(INFO, **LAMP, what="status")["records"]}
    assert set(records) == {"Level", "Heat", "GeoLocation"}
    assert float(records["Level"]["value"]) == 7
    assert records["Level"]["time"] > 0
    (one,) = tasks.run_ok(INFO, **LAMP, what="status", identifiers=["Heat"])["records"]
    assert one == records["Heat"]
    assert tasks.run_ok(INFO, **LAMP, what="status", original=True)["records"]
    assert "value" not in tasks.run_ok(INFO, **{**LAMP, "device": "lamp-0002"}, what="status")["records"][0]
    assert {one["identifier"] for one in tasks.run_ok(INFO, **LAMP, what="desired")["records"]} <= set(records)
    (one,) = tasks.run_ok(INFO, **LAMP, what="status", function_block="battery")["records"]
    assert one["identifier"].endswith("Charge")


@pytest.mark.parametrize("original", [False, True])
@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("what", ["properties", "events"])
def test_device_data_over_several_pages_returns_each_record_once(tasks, account, what, newest_first, original):
    name = {"properties": "Level", "events": "Alarm"}[what]
    returned = tasks.run_ok(
        INFO, **LAMP, **account, what=what, identifiers=[name], newest_first=newest_first, original=original
    )
    assert len(returned["records"]) == 120
    assert returned["complete"]
    assert len(set(times_of(returned))) == 120
    assert times_of(returned) == sorted(times_of(returned), reverse=newest_first)
    assert {one["identifier"] for one in returned["records"]} == {name}


@pytest.mark.parametrize("newest_first", [False, True])
def test_device_data_with_several_identifiers_is_merged_by_time(tasks, account, newest_first):
    names = ["Level", "Heat"]
    returned = tasks.run_ok(INFO, **LAMP, **account, what="properties", identifiers=names, newest_first=newest_first)
    assert len(returned["records"]) == 240
    assert times_of(returned) == sorted(times_of(returned), reverse=newest_first)
    assert [one["identifier"] for one in returned["records"]].count("Heat") == 120


def test_device_data_returns_events_and_services(tasks, account):
    returned = tasks.run_ok(INFO, **LAMP, **account, what="events", event_type="alert", limit=3)
    assert len(returned["records"]) == 3
    assert not returned["complete"]
    assert returned["records"][0]["output"] == {"Where": 1}
    assert tasks.run_ok(INFO, **LAMP, **account, what="events", event_type="error")["records"] == []
    span = {**account, "end": account["end"] + 60_000}
    tasks.run_ok("iot_service", **LAMP, service="Blink", arguments={"Times": 2})
    tasks.server.control("POST", "clock", {"advance": 1})
    for original in (False, True):
        (call,) = tasks.run_ok(INFO, **LAMP, **span, what="services", identifiers=["Blink"], original=original)[
            "records"
        ]
        assert call["input"] == {"Times": 2}
    assert tasks.run_ok(INFO, **LAMP, what="properties", identifiers=["Level"], start=1, end=2)["records"] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"what": "properties"}, "^identifiers must be set to read properties"),
        ({"what": "events", "original": True}, "^identifiers must be set to read original events"),
        ({"what": "status", "start": 1}, "^start cannot be set to read status"),
        ({"what": "services", "event_type": "info"}, "^event_type cannot be set to read services"),
        ({"what": "desired", "original": True}, "^original cannot be set to read original desired"),
        ({"what": "events", "start": 5, "end": 5}, "^start must be before end, 5, not 5"),
        ({"what": "events", "limit": 0}, "^limit must be 1 to 100000"),
        ({"what": "events", "identifiers": ["a b"]}, "^identifiers has an invalid element"),
    ],
)
def test_device_data_with_invalid_options_fails_before_write(tasks, account, options, message):
    tasks.assert_fails(INFO, message, **LAMP, **options)


def test_device_data_of_missing_device_is_empty(tasks, account):
    returned = tasks.run_ok(INFO, **{**LAMP, "device": "lamp-0009"}, what="status")
    assert (returned["records"], returned["complete"]) == ([], True)


def test_location_returns_positions_and_traces(tasks, account):
    (position,) = tasks.run_ok("iot_location_info", **OF, devices=["lamp-0001", "lamp-0002"])["positions"]
    assert (position["device"], position["longitude"], position["latitude"]) == ("lamp-0001", 120.5, 30.25)
    assert position["coordinate_system"] == "wgs84"
    (trace,) = tasks.run_ok("iot_location_info", **OF, devices=["lamp-0001"], **account)["traces"]
    assert len(trace["points"]) == 120
    assert {"longitude": 120.5, "latitude": 30.25}.items() <= trace["points"][0].items()
    assert trace["points"][0]["time"] < trace["points"][-1]["time"]
    moved = tasks.run("iot_location_info", **OF, devices=["lamp-0001"], **account, match_map=True)
    assert "has no map" in moved["msg"]
    for options, message in (
        ({"start": 1}, "^start and end must be set together"),
        ({"start": 2, "end": 2}, "^start must be before end; start is 2, end is 2"),
        ({"match_map": True}, "^match_map is valid only for traces"),
    ):
        tasks.assert_fails("iot_location_info", message, **OF, devices=["lamp-0001"], **options)


def test_location_with_many_devices_is_split_into_calls(tasks, account):
    names = [f"light-{number:04}" for number in range(25)]
    tasks.connect_devices(
        "street_light", *names, profile={"properties": {"values": {"GeoLocation": {"Longitude": 1, "Latitude": 2}}}}
    )
    tasks.server.control("POST", "clock", {"advance": 5})
    assert len(tasks.run_ok("iot_location_info", **OF, devices=names)["positions"]) == 25


def test_statistics_with_filters_return_counts(tasks, account):
    tasks.run_ok("iot_device_group", name="west_side", devices=[{**OF, "name": "lamp-0001"}])
    for filters, counts in (
        ({}, (2, 1, 1)),
        (OF, (2, 1, 1)),
        ({"group": "west_side"}, (1, 1, 1)),
        ({"product": "path_light"}, (0, 0, 0)),
    ):
        returned = tasks.run_ok("iot_statistics_info", **filters)
        assert (returned["devices"], returned["activated"], returned["online"]) == counts
