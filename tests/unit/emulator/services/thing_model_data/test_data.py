# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for reading reported data by time."""

from __future__ import annotations

import json

import pytest

POST = "/sys/{own}/thing/event/property/post"

DAY = 24 * 3600 * 1000


@pytest.fixture
def start(platform) -> int:
    """Return the time one hour ago. The records in these tests are some milliseconds later."""
    return platform.clock.now() - 3_600_000


@pytest.fixture
def report_levels(publish_as_device, start):
    """Report a property at the given offsets from the start in milliseconds, with the offset as the value."""

    def report_levels(*moments: int, name: str = "level") -> None:
        for moment in moments:
            publish_as_device(POST, {"params": {name: {"value": moment, "time": start + moment}}})

    return report_levels


@pytest.fixture
def history(api, device, start):
    """Return the values of ``level`` between two offsets, the offset of the next page, and whether there is one."""

    def history(first: int = 0, last: int = 100, **params):
        query = {"Identifier": "level", "StartTime": start + first, "EndTime": start + last, "Asc": 1, "PageSize": 50}
        data = api("QueryDevicePropertyData", **{"IotId": device["iot_id"], **query, **params})["Data"]
        values = [int(value["Value"]) for value in data["List"]["PropertyInfo"]]
        assert [int(value["Time"]) - start for value in data["List"]["PropertyInfo"]] == values
        return values, data["NextTime"] - start, data["NextValid"]

    return history


@pytest.fixture
def history_of_two(api, device, start):
    """Like ``history``, for ``level`` and ``humidity``."""

    def history_of_two(first: int = 0, last: int = 100, **params):
        query = {"Identifier": ["level", "humidity"], "StartTime": start + first, "EndTime": start + last}
        query |= {"Asc": 1, "PageSize": 100}
        reply = api("QueryDevicePropertiesData", **{"IotId": device["iot_id"], **query, **params})
        listed = reply["PropertyDataInfos"]["PropertyDataInfo"]
        values = [[one["Time"] - start for one in of_one["List"]["PropertyInfo"]] for of_one in listed]
        assert [of_one["Identifier"] for of_one in listed] == ["level", "humidity"]
        return values, reply["NextTime"] - start, reply["NextValid"]

    return history_of_two


def test_property_data_is_sorted_by_time(history, report_levels):
    report_levels(3, 1, 2)
    assert history()[0] == [1, 2, 3]
    assert history(Asc=0)[0] == [3, 2, 1]


def test_property_data_includes_both_ends_of_time_range(history, report_levels):
    report_levels(0, 1, 50, 100, 101)
    assert history()[0] == [0, 1, 50, 100]


def test_later_report_for_same_time_replaces_value(api, publish_as_device, start, device, history, report_levels):
    report_levels(5)
    publish_as_device(POST, {"params": {"level": {"value": 9, "time": start + 5}}})
    data = api("QueryDevicePropertyData", IotId=device["iot_id"], Identifier="level", StartTime=start,
               EndTime=start + 10, Asc=1, PageSize=10)["Data"]  # fmt: skip
    assert [value["Value"] for value in data["List"]["PropertyInfo"]] == ["9"]


@pytest.mark.parametrize("ascending", [1, 0])
def test_paging_returns_all_values_once(history, report_levels, ascending):
    moments = [1, 2, 3, 5, 8, 13, 21]
    report_levels(*moments)
    found, first, last, valid = [], 0, 100, True
    while valid:
        values, next_offset, valid = history(first, last, Asc=ascending, PageSize=3)
        found += values
        first, last = (next_offset, last) if ascending else (first, next_offset)
    assert found == sorted(moments, reverse=not ascending)


def test_next_time_follows_last_value(history, report_levels):
    report_levels(1, 5, 9)
    assert history(PageSize=2) == ([1, 5], 6, True)
    assert history(PageSize=2, Asc=0) == ([9, 5], 4, True)
    assert history(PageSize=3) == ([1, 5, 9], 10, False)


def test_property_data_without_values_is_empty(history):
    assert history() == ([], 100, False)
    assert history(Asc=0) == ([], 0, False)


def test_property_data_older_than_30_days_is_deleted(api, platform, device, publish_as_device, history, advance_clock):
    now = platform.clock.now()
    for age in (29, 30):
        publish_as_device(POST, {"params": {"level": {"value": age, "time": now - age * DAY}}})

    def found(action: str) -> list[str]:
        span = {"StartTime": now - 40 * DAY, "EndTime": now, "Asc": 1, "PageSize": 10}
        data = api(action, IotId=device["iot_id"], Identifier="level", **span)["Data"]
        return [value["Value"] for value in data["List"]["PropertyInfo"]]

    assert found("QueryDevicePropertyData") == found("QueryDeviceOriginalPropertyData") == ["29"]
    advance_clock(24 * 3600)
    assert found("QueryDevicePropertyData") == found("QueryDeviceOriginalPropertyData") == []
    publish_as_device(POST, {"params": {"level": 1}})
    assert platform.store.count("property_value") == 1


SPAN = {"StartTime": 1_600_000_000_000, "EndTime": 1_700_000_000_000}
QUERIES = {
    "QueryDevicePropertyData": {"Identifier": "level", "Asc": 1, "PageSize": 10, **SPAN},
    "QueryDevicePropertiesData": {"Identifier": ["level"], "Asc": 1, "PageSize": 10, **SPAN},
    "QueryDeviceEventData": SPAN,
    "QueryDeviceServiceData": SPAN,
    "QueryDeviceOriginalPropertyData": {"Identifier": "level", "Asc": 1, "PageSize": 10, **SPAN},
    "QueryDeviceOriginalEventData": {"Identifier": "alarm", "Asc": 1, "PageSize": 10, **SPAN},
    "QueryDeviceOriginalServiceData": {"Identifier": "reboot", "Asc": 1, "PageSize": 10, **SPAN},
}
MAX_PAGE_SIZES = {"QueryDevicePropertiesData": 100, "QueryDeviceOriginalPropertyData": 100}


@pytest.mark.parametrize("action", QUERIES)
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Asc": 2}, "iot.common.InvalidFormattedParameter"),
        ({"PageSize": 0}, "iot.common.InvalidPageParams"),
        ({"StartTime": SPAN["EndTime"]}, "iot.check.ParameterIsNotLessThanMax"),
        ({"StartTime": SPAN["EndTime"] + 1}, "iot.check.ParameterIsNotLessThanMax"),
        ({"StartTime": -1}, "iot.device.InvalidTimeBucket"),
        ({"EndTime": 10**13}, "iot.device.InvalidTimeBucket"),
        ({"IotId": "unknown"}, "iot.device.NotExistedDevice"),
        ({"IotId": ""}, "iot.prod.NullProductKey"),
    ],
)
def test_query_with_invalid_parameter_is_rejected(device, api_error, action, params, code):
    assert api_error(action, **{"IotId": device["iot_id"], **QUERIES[action], **params}).code == code


@pytest.mark.parametrize("action", QUERIES)
def test_page_size_over_limit_is_rejected(device, api, api_error, action):
    max_size = MAX_PAGE_SIZES.get(action, 50)
    params = {"IotId": device["iot_id"], **QUERIES[action]}
    api(action, **{**params, "PageSize": max_size})
    assert api_error(action, **{**params, "PageSize": max_size + 1}).code == "iot.common.InvalidPageParams"


@pytest.mark.parametrize("action", [*QUERIES, "QueryDevicePropertyStatus", "QueryDeviceOriginalPropertyStatus"])
def test_query_for_product_without_thing_model_is_rejected(api, register, api_error, action):
    product = api("CreateProduct", ProductName="basic", NodeType=0)["ProductKey"]
    params = QUERIES.get(action, {"Asc": 1, "PageSize": 10})
    error = api_error(action, IotId=register("plain", product)["iot_id"], **params)
    assert error.code == "iot.prod.NotSeniorProduct"


def test_query_by_product_key_and_device_name_is_accepted(api, device, key):
    by_name = {"ProductKey": key, "DeviceName": "lamp"}
    for action, params in QUERIES.items():
        api(action, **by_name, **params)
    api("QueryDevicePropertyStatus", **by_name)


def test_query_with_unknown_identifier_is_rejected(device, api_error):
    cases = {
        "QueryDevicePropertyData": ({"Identifier": "nothing"}, "iot.device.NoneDeviceProperties"),
        "QueryDevicePropertiesData": ({"Identifier": ["level", "nothing"]}, "iot.device.NoneDeviceProperties"),
        "QueryDeviceEventData": ({"Identifier": "nothing"}, "iot.device.QueryDeviceEventHistoryFailed"),
    }
    for action, (params, code) in cases.items():
        assert api_error(action, **{"IotId": device["iot_id"], **QUERIES[action], **params}).code == code


def test_properties_data_returns_values_per_property(history_of_two, report_levels):
    report_levels(1, 3, 5)
    report_levels(2, 3, name="humidity")
    assert history_of_two() == ([[1, 3, 5], [2, 3]], 6, False)


def test_properties_data_in_descending_order_starts_at_end(history_of_two, report_levels, device, api_error, start):
    report_levels(1, 3, 5)
    report_levels(2, name="humidity")
    assert history_of_two(100, 0, Asc=0) == ([[5, 3, 1], [2]], 0, False)
    error = api_error(
        "QueryDevicePropertiesData",
        IotId=device["iot_id"],
        Identifier=["level"],
        Asc=0,
        PageSize=1,
        StartTime=start,
        EndTime=start + 1,
    )
    assert error.code == "iot.check.ParameterIsNotLessThanMax"


def test_properties_data_page_ends_when_one_property_fills_it(history_of_two, report_levels):
    report_levels(1, 2, 3, 4)
    report_levels(2, 4, name="humidity")
    assert history_of_two(PageSize=2) == ([[1, 2], [2]], 3, True)
    assert history_of_two(3, PageSize=2) == ([[3, 4], [4]], 5, False)


def test_properties_data_page_has_at_most_100_values(history_of_two, report_levels, publish_as_device, start):
    for moment in range(60):
        publish_as_device(
            POST, {"params": {name: {"value": 1, "time": start + moment} for name in ("level", "humidity")}}
        )
    values, next_offset, valid = history_of_two()
    assert (values, next_offset, valid) == ([list(range(50))] * 2, 50, True)
    assert history_of_two(next_offset) == ([list(range(50, 60))] * 2, 60, False)


def test_properties_data_with_duplicate_or_too_many_identifiers_is_rejected(device, api_error):
    params = {"IotId": device["iot_id"], **QUERIES["QueryDevicePropertiesData"]}
    error = api_error("QueryDevicePropertiesData", **{**params, "Identifier": ["level", "level"]})
    assert error.code == "iot.common.InvalidFormattedParameter"
    error = api_error("QueryDevicePropertiesData", **{**params, "Identifier": [f"p{number}" for number in range(11)]})
    assert error.code == "iot.system.IllegalRequest"


@pytest.fixture
def events(api, device, start):
    """Return the events as (name, offset), the offset of the next page, and whether there is one."""

    def events(first: int = 0, last: int = 100, **params):
        query = {"IotId": device["iot_id"], "StartTime": start + first, "EndTime": start + last, "Asc": 1}
        data = api("QueryDeviceEventData", **{**query, **params})["Data"]
        listed = [(event["Identifier"], int(event["Time"]) - start) for event in data["List"]["EventInfo"]]
        return listed, data["NextTime"] - start, data["NextValid"]

    return events


@pytest.fixture
def report_events(publish_as_device, start):
    """Report events, each given as (name, offset from the start in milliseconds)."""

    def report_events(*reported: tuple[str, int]) -> None:
        for name, moment in reported:
            params = {"value": {"code": 1} if name == "alarm" else {}, "time": start + moment}
            publish_as_device(f"/sys/{{own}}/thing/event/{name}/post", {"params": params})

    return report_events


def test_event_data_is_filtered_and_sorted(api, device, start, events, report_events):
    report_events(("alarm", 1), ("hello", 2), ("alarm", 3), ("nothing", 4))
    assert events()[0] == [("alarm", 1), ("hello", 2), ("alarm", 3)]
    assert events(Asc=0)[0] == [("alarm", 3), ("hello", 2), ("alarm", 1)]
    assert events(Identifier="alarm")[0] == [("alarm", 1), ("alarm", 3)]
    assert events(EventType="info")[0] == [("hello", 2)]
    assert events(EventType="error")[0] == []
    data = api("QueryDeviceEventData", IotId=device["iot_id"], StartTime=start, EndTime=start + 1)["Data"]
    (event,) = data["List"]["EventInfo"]
    expected = {"Identifier": "alarm", "Name": "alarm", "EventType": "alert", "OutputData": '{"code":1}'}
    assert event == {**expected, "Time": str(start + 1)}


def test_event_data_with_unknown_type_is_rejected(device, api_error):
    error = api_error("QueryDeviceEventData", IotId=device["iot_id"], EventType="unknown", **SPAN)
    assert error.code == "iot.common.InvalidFormattedParameter"


def test_event_data_defaults_to_10_newest_events(api, device, start, report_events):
    report_events(*[("hello", moment) for moment in range(12)])
    span = {"StartTime": start, "EndTime": start + 100}
    data = api("QueryDeviceEventData", IotId=device["iot_id"], **span)["Data"]
    assert [int(event["Time"]) - start for event in data["List"]["EventInfo"]] == list(range(11, 1, -1))
    assert (data["NextTime"] - start, data["NextValid"]) == (1, True)


def test_event_data_page_does_not_split_events_of_same_time(events, report_events):
    report_events(("hello", 1), ("alarm", 2), ("hello", 2), ("alarm", 3))
    assert events(PageSize=2) == ([("hello", 1)], 2, True)
    assert events(2, PageSize=2) == ([("alarm", 2), ("hello", 2)], 3, True)
    assert events(2, PageSize=1) == ([("alarm", 2)], 3, True)


def test_events_older_than_30_days_are_deleted(platform, events, report_events, advance_clock):
    report_events(("hello", 1))
    advance_clock(30 * 24 * 3600)
    assert events()[0] == []
    report_events(("hello", 30 * DAY))
    assert platform.store.count("event_record") == 1


def test_service_data_lists_calls_and_commands(api, device, platform, publish_as_device):
    first = api("InvokeThingService", IotId=device["iot_id"], Identifier="reboot", Args='{"after": 1}')["Data"]
    platform.clock.advance(1)
    api("SetDeviceProperty", IotId=device["iot_id"], Items='{"level": 1}')
    publish_as_device("/sys/{own}/thing/service/reboot_reply", {"id": first["MessageId"], "code": 200, "data": {}})
    now = platform.clock.now()

    def services(**params):
        span = {"StartTime": now - 10_000, "EndTime": now + 10_000}
        return api("QueryDeviceServiceData", IotId=device["iot_id"], **{**span, **params})["Data"]

    assert [call["Identifier"] for call in services()["List"]["ServiceInfo"]] == ["set", "reboot"]
    assert [call["Identifier"] for call in services(Asc=1)["List"]["ServiceInfo"]] == ["reboot", "set"]
    (call,) = services(Identifier="reboot")["List"]["ServiceInfo"]
    assert call.keys() == {"Identifier", "Name", "InputData", "OutputData", "Time"}
    assert json.loads(call["OutputData"])["id"] == first["MessageId"]
    page = services(PageSize=1)
    assert page["NextValid"] is True
    (call,) = services(EndTime=page["NextTime"])["List"]["ServiceInfo"]
    assert call["Identifier"] == "reboot"


def test_service_calls_older_than_30_days_are_deleted(api, device, platform, advance_clock):
    params = {"IotId": device["iot_id"], "Items": '{"level": 1}'}
    api("SetDeviceProperty", **params)
    advance_clock(30 * 24 * 3600)
    api("SetDeviceProperty", **params)
    assert platform.store.count("service_record") == 1


def test_property_status_lists_every_property(api, device, report):
    report(temperature=1.5, humidity=40)
    listed = api("QueryDevicePropertyStatus", IotId=device["iot_id"])["Data"]["List"]["PropertyStatusInfo"]
    by_name = {one["Identifier"]: one for one in listed}
    assert by_name.keys() == {"temperature", "level", "humidity", "label", "GeoLocation"}
    assert by_name["temperature"].keys() == {"Identifier", "Name", "DataType", "Unit", "Time", "Value"}
    assert (by_name["temperature"]["Value"], by_name["temperature"]["Unit"]) == ("1.5", "°C")
    assert by_name["level"] == {"Identifier": "level", "Name": "level", "DataType": "int"}
    battery = api("QueryDevicePropertyStatus", IotId=device["iot_id"], FunctionBlockId="battery")
    assert [one["Identifier"] for one in battery["Data"]["List"]["PropertyStatusInfo"]] == ["battery:charge"]


def test_property_status_of_unknown_block_is_rejected(device, api_error):
    error = api_error("QueryDevicePropertyStatus", IotId=device["iot_id"], FunctionBlockId="nothing")
    assert error.code == "iot.prod.QueryProductAbilitiesFailed"
