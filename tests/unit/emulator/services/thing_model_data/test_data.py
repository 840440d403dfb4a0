# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading what devices have reported, by time."""

from __future__ import annotations

import json

import pytest

POST = "/sys/{own}/thing/event/property/post"

DAY = 24 * 3600 * 1000


@pytest.fixture
def start(platform) -> int:
    """A moment an hour ago; records of these tests come some milliseconds after it."""
    return platform.clock.now() - 3_600_000


@pytest.fixture
def levels(publish_as_device, start):
    """Report ``level`` so many milliseconds after the start, with that number as its value."""

    def levels(*moments: int, name: str = "level") -> None:
        for moment in moments:
            publish_as_device(POST, {"params": {name: {"value": moment, "time": start + moment}}})

    return levels


@pytest.fixture
def history(api, device, start):
    """The values of ``level`` in the stretch from ``first`` to ``last``, and the two members that say how to go on."""

    def history(first: int = 0, last: int = 100, **params):
        wanted = {"Identifier": "level", "StartTime": start + first, "EndTime": start + last, "Asc": 1, "PageSize": 50}
        data = api("QueryDevicePropertyData", **{"IotId": device["iot_id"], **wanted, **params})["Data"]
        values = [int(value["Value"]) for value in data["List"]["PropertyInfo"]]
        assert [int(value["Time"]) - start for value in data["List"]["PropertyInfo"]] == values
        return values, data["NextTime"] - start, data["NextValid"]

    return history


@pytest.fixture
def several(api, device, start):
    """As ``history``, of ``level`` and ``humidity``."""

    def several(first: int = 0, last: int = 100, **params):
        wanted = {"Identifier": ["level", "humidity"], "StartTime": start + first, "EndTime": start + last}
        wanted |= {"Asc": 1, "PageSize": 100}
        reply = api("QueryDevicePropertiesData", **{"IotId": device["iot_id"], **wanted, **params})
        listed = reply["PropertyDataInfos"]["PropertyDataInfo"]
        values = [[one["Time"] - start for one in of_one["List"]["PropertyInfo"]] for of_one in listed]
        assert [of_one["Identifier"] for of_one in listed] == ["level", "humidity"]
        return values, reply["NextTime"] - start, reply["NextValid"]

    return several


def test_the_order(history, levels):
    levels(3, 1, 2)
    assert history()[0] == [1, 2, 3]
    assert history(Asc=0)[0] == [3, 2, 1]


def test_both_ends_count(history, levels):
    levels(0, 1, 50, 100, 101)
    assert history()[0] == [0, 1, 50, 100]


def test_a_later_report_for_the_same_moment_wins(api, publish_as_device, start, device, history, levels):
    levels(5)
    publish_as_device(POST, {"params": {"level": {"value": 9, "time": start + 5}}})
    data = api("QueryDevicePropertyData", IotId=device["iot_id"], Identifier="level", StartTime=start,
               EndTime=start + 10, Asc=1, PageSize=10)["Data"]  # fmt: skip
    assert [value["Value"] for value in data["List"]["PropertyInfo"]] == ["9"]


@pytest.mark.parametrize("ascending", [1, 0])
def test_going_on_misses_nothing(history, levels, ascending):
    moments = [1, 2, 3, 5, 8, 13, 21]
    levels(*moments)
    found, first, last, valid = [], 0, 100, True
    while valid:
        values, following, valid = history(first, last, Asc=ascending, PageSize=3)
        found += values
        first, last = (following, last) if ascending else (first, following)
    assert found == sorted(moments, reverse=not ascending)


def test_where_to_go_on(history, levels):
    levels(1, 5, 9)
    assert history(PageSize=2) == ([1, 5], 6, True)
    assert history(PageSize=2, Asc=0) == ([9, 5], 4, True)
    assert history(PageSize=3) == ([1, 5, 9], 10, False)


def test_nothing_there(history):
    assert history() == ([], 100, False)
    assert history(Asc=0) == ([], 0, False)


def test_thirty_days_are_kept(api, platform, device, publish_as_device, history, advance_clock):
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
MOST = {"QueryDevicePropertiesData": 100, "QueryDeviceOriginalPropertyData": 100}


@pytest.mark.parametrize("action", QUERIES)
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Asc": 2}, "iot.common.InvalidFormattedParameter"),
        ({"PageSize": 0}, "iot.common.InvalidPageParams"),
        ({"StartTime": SPAN["EndTime"]}, "iot.check.ParametersNotLessThanMax"),
        ({"StartTime": SPAN["EndTime"] + 1}, "iot.check.ParametersNotLessThanMax"),
        ({"StartTime": -1}, "iot.device.InvalidTimeBucket"),
        ({"EndTime": 10**13}, "iot.device.InvalidTimeBucket"),
        ({"IotId": "nobody"}, "iot.device.NotExistedDevice"),
        ({"IotId": ""}, "iot.prod.NullProductKey"),
    ],
)
def test_queries_that_are_refused(device, api_error, action, params, code):
    assert api_error(action, **{"IotId": device["iot_id"], **QUERIES[action], **params}).code == code


@pytest.mark.parametrize("action", QUERIES)
def test_the_largest_page(device, api, api_error, action):
    most = MOST.get(action, 50)
    params = {"IotId": device["iot_id"], **QUERIES[action]}
    api(action, **{**params, "PageSize": most})
    assert api_error(action, **{**params, "PageSize": most + 1}).code == "iot.common.InvalidPageParams"


@pytest.mark.parametrize("action", [*QUERIES, "QueryDevicePropertyStatus", "QueryDeviceOriginalPropertyStatus"])
def test_a_product_without_a_thing_model(api, register, api_error, action):
    product = api("CreateProduct", ProductName="basic", NodeType=0)["ProductKey"]
    params = QUERIES.get(action, {"Asc": 1, "PageSize": 10})
    error = api_error(action, IotId=register("plain", product)["iot_id"], **params)
    assert error.code == "iot.prod.NotSeniorProduct"


def test_a_device_by_its_name(api, device, key):
    by_name = {"ProductKey": key, "DeviceName": "lamp"}
    for action, params in QUERIES.items():
        api(action, **by_name, **params)
    api("QueryDevicePropertyStatus", **by_name)


def test_unknown_identifiers(device, api_error):
    wrong = {
        "QueryDevicePropertyData": ({"Identifier": "nothing"}, "iot.device.NoneDeviceProperties"),
        "QueryDevicePropertiesData": ({"Identifier": ["level", "nothing"]}, "iot.device.NoneDeviceProperties"),
        "QueryDeviceEventData": ({"Identifier": "nothing"}, "iot.device.QueryDeviceEventHistoryFailed"),
    }
    for action, (params, code) in wrong.items():
        assert api_error(action, **{"IotId": device["iot_id"], **QUERIES[action], **params}).code == code


def test_several_properties(several, levels):
    levels(1, 3, 5)
    levels(2, 3, name="humidity")
    assert several() == ([[1, 3, 5], [2, 3]], 6, False)


def test_several_properties_backwards(several, levels, device, api_error, start):
    levels(1, 3, 5)
    levels(2, name="humidity")
    assert several(100, 0, Asc=0) == ([[5, 3, 1], [2]], 0, False)
    error = api_error("QueryDevicePropertiesData", IotId=device["iot_id"], Identifier=["level"], Asc=0, PageSize=1,
                    StartTime=start, EndTime=start + 1)  # fmt: skip
    assert error.code == "iot.check.ParametersNotLessThanMax"


def test_the_property_that_fills_the_page_ends_it(several, levels):
    levels(1, 2, 3, 4)
    levels(2, 4, name="humidity")
    assert several(PageSize=2) == ([[1, 2], [2]], 3, True)
    assert several(3, PageSize=2) == ([[3, 4], [4]], 5, False)


def test_a_hundred_values_of_several(several, levels, publish_as_device, start):
    for moment in range(60):
        publish_as_device(
            POST, {"params": {name: {"value": 1, "time": start + moment} for name in ("level", "humidity")}}
        )
    values, following, valid = several()
    assert (values, following, valid) == ([list(range(50))] * 2, 50, True)
    assert several(following) == ([list(range(50, 60))] * 2, 60, False)


def test_names_given_twice_or_too_many(device, api_error):
    params = {"IotId": device["iot_id"], **QUERIES["QueryDevicePropertiesData"]}
    error = api_error("QueryDevicePropertiesData", **{**params, "Identifier": ["level", "level"]})
    assert error.code == "iot.common.InvalidFormattedParameter"
    error = api_error("QueryDevicePropertiesData", **{**params, "Identifier": [f"p{number}" for number in range(11)]})
    assert error.code == "iot.system.IllegalRequest"


@pytest.fixture
def events(api, device, start):
    """The events, as names and moments, and how to go on."""

    def events(first: int = 0, last: int = 100, **params):
        wanted = {"IotId": device["iot_id"], "StartTime": start + first, "EndTime": start + last, "Asc": 1}
        data = api("QueryDeviceEventData", **{**wanted, **params})["Data"]
        listed = [(event["Identifier"], int(event["Time"]) - start) for event in data["List"]["EventInfo"]]
        return listed, data["NextTime"] - start, data["NextValid"]

    return events


@pytest.fixture
def happen(publish_as_device, start):
    """Let a device report events, each as a name and a moment after the start."""

    def happen(*happenings: tuple[str, int]) -> None:
        for name, moment in happenings:
            params = {"value": {"code": 1} if name == "alarm" else {}, "time": start + moment}
            publish_as_device(f"/sys/{{own}}/thing/event/{name}/post", {"params": params})

    return happen


def test_events(api, device, start, events, happen):
    happen(("alarm", 1), ("hello", 2), ("alarm", 3), ("nothing", 4))
    assert events()[0] == [("alarm", 1), ("hello", 2), ("alarm", 3)]
    assert events(Asc=0)[0] == [("alarm", 3), ("hello", 2), ("alarm", 1)]
    assert events(Identifier="alarm")[0] == [("alarm", 1), ("alarm", 3)]
    assert events(EventType="info")[0] == [("hello", 2)]
    assert events(EventType="error")[0] == []
    data = api("QueryDeviceEventData", IotId=device["iot_id"], StartTime=start, EndTime=start + 1)["Data"]
    (event,) = data["List"]["EventInfo"]
    expected = {"Identifier": "alarm", "Name": "alarm", "EventType": "alert", "OutputData": '{"code":1}'}
    assert event == {**expected, "Time": str(start + 1)}


def test_a_type_of_events_that_there_is_not(device, api_error):
    error = api_error("QueryDeviceEventData", IotId=device["iot_id"], EventType="joke", **SPAN)
    assert error.code == "iot.common.InvalidFormattedParameter"


def test_events_come_ten_at_a_time_and_newest_first(api, device, start, happen):
    happen(*[("hello", moment) for moment in range(12)])
    span = {"StartTime": start, "EndTime": start + 100}
    data = api("QueryDeviceEventData", IotId=device["iot_id"], **span)["Data"]
    assert [int(event["Time"]) - start for event in data["List"]["EventInfo"]] == list(range(11, 1, -1))
    assert (data["NextTime"] - start, data["NextValid"]) == (1, True)


def test_events_of_one_moment_stay_together(events, happen):
    happen(("hello", 1), ("alarm", 2), ("hello", 2), ("alarm", 3))
    assert events(PageSize=2) == ([("hello", 1)], 2, True)
    assert events(2, PageSize=2) == ([("alarm", 2), ("hello", 2)], 3, True)
    assert events(2, PageSize=1) == ([("alarm", 2)], 3, True)


def test_old_events_go(platform, events, happen, advance_clock):
    happen(("hello", 1))
    advance_clock(30 * 24 * 3600)
    assert events()[0] == []
    happen(("hello", 30 * DAY))
    assert platform.store.count("event_record") == 1


def test_services(api, device, platform, publish_as_device):
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


def test_old_calls_go(api, device, platform, advance_clock):
    params = {"IotId": device["iot_id"], "Items": '{"level": 1}'}
    api("SetDeviceProperty", **params)
    advance_clock(30 * 24 * 3600)
    api("SetDeviceProperty", **params)
    assert platform.store.count("service_record") == 1


def test_the_snapshot_lists_every_property(api, device, report):
    report(temperature=1.5, humidity=40)
    listed = api("QueryDevicePropertyStatus", IotId=device["iot_id"])["Data"]["List"]["PropertyStatusInfo"]
    by_name = {one["Identifier"]: one for one in listed}
    assert by_name.keys() == {"temperature", "level", "humidity", "label", "GeoLocation"}
    assert by_name["temperature"].keys() == {"Identifier", "Name", "DataType", "Unit", "Time", "Value"}
    assert (by_name["temperature"]["Value"], by_name["temperature"]["Unit"]) == ("1.5", "°C")
    assert by_name["level"] == {"Identifier": "level", "Name": "level", "DataType": "int"}
    battery = api("QueryDevicePropertyStatus", IotId=device["iot_id"], FunctionBlockId="battery")
    assert [one["Identifier"] for one in battery["Data"]["List"]["PropertyStatusInfo"]] == ["battery:charge"]


def test_a_block_that_there_is_not(device, api_error):
    error = api_error("QueryDevicePropertyStatus", IotId=device["iot_id"], FunctionBlockId="nothing")
    assert error.code == "iot.prod.QueryProductAbilitiesFailed"
