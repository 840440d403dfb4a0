# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for properties and events that devices report."""

from __future__ import annotations

import pytest

POST = "/sys/{own}/thing/event/property/post"

DAY = 24 * 3600 * 1000


@pytest.fixture
def status(api, device):
    """Return the properties that have a valid value, as strings."""

    def status(target=device, **params):
        reply = api("QueryDevicePropertyStatus", IotId=target["iot_id"], **params)
        listed = reply["Data"]["List"]["PropertyStatusInfo"]
        return {one["Identifier"]: one["Value"] for one in listed if "Value" in one}

    return status


@pytest.fixture
def original(api, device):
    """Return all reported properties, valid or not, as strings."""

    def original(target=device):
        reply = api("QueryDeviceOriginalPropertyStatus", IotId=target["iot_id"], Asc=1, PageSize=50)
        listed = reply["Data"]["List"]["PropertyStatusDataInfo"]
        return {one["Identifier"]: one["Value"] for one in listed}

    return original


def items(messages) -> list[dict]:
    return [{name: one["value"] for name, one in message["items"].items()} for _topic, message in messages]


def test_property_report_is_stored_answered_and_forwarded(
    api, device, key, report, outbox, status, subscribe_consumer_group
):
    messages = subscribe_consumer_group(key)
    report(temperature=20.5, label="路灯", GeoLocation={"Longitude": 1, "Latitude": 2.5})
    assert status() == {"temperature": "20.5", "label": "路灯", "GeoLocation": '{"Longitude":1,"Latitude":2.5}'}
    ((topic, reply),) = outbox()
    assert (topic, reply["code"], reply["data"]) == ("/sys/{own}/thing/event/property/post_reply", 200, {})
    ((topic, message),) = messages()
    assert topic == f"/{key}/lamp/thing/event/property/post"
    at = message["gmtCreate"]
    assert message == {
        "deviceType": "CustomCategory",
        "iotId": device["iot_id"],
        "requestId": "1",
        "productKey": key,
        "deviceName": "lamp",
        "gmtCreate": at,
        "checkFailedData": {},
        "items": {
            "temperature": {"value": 20.5, "time": at},
            "label": {"value": "路灯", "time": at},
            "GeoLocation": {"value": {"Longitude": 1, "Latitude": 2.5}, "time": at},
        },
    }


def test_property_report_with_time_stores_time(api, device, platform, publish_as_device):
    at = platform.clock.now() - 5000
    publish_as_device(POST, {"id": "1", "params": {"level": {"value": 3, "time": at}}})
    listed = api("QueryDevicePropertyStatus", IotId=device["iot_id"])["Data"]["List"]["PropertyStatusInfo"]
    assert [one["Time"] for one in listed if one["Identifier"] == "level"] == [str(at)]


def test_older_property_value_does_not_replace_newer(platform, publish_as_device, status, original):
    now = platform.clock.now()
    publish_as_device(POST, {"params": {"level": {"value": 2, "time": now}}})
    publish_as_device(POST, {"params": {"level": {"value": 1, "time": now - 1}}})
    assert status() == original() == {"level": "2"}
    publish_as_device(POST, {"params": {"level": {"value": 3, "time": now}}})
    assert status() == original() == {"level": "3"}


def test_property_report_of_block_is_stored_in_block(report, status):
    report(**{"battery:charge": 80})
    assert status(FunctionBlockId="battery") == {"battery:charge": "80"}
    assert status() == {}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("nothing", 1, 6304),
        ("level", 1.5, 6306),
        ("level", True, 6306),
        ("temperature", "20", 6307),
        ("label", 1, 6310),
        ("GeoLocation", 1, 6312),
        ("GeoLocation", {"Longitude": "x"}, 6307),
        ("GeoLocation", {"Altitude": 1}, 6304),
    ],
)
def test_invalid_property_is_forwarded_as_check_failed_data(
    key, report, outbox, status, original, subscribe_consumer_group, name, value, code
):
    messages = subscribe_consumer_group(key)
    report(**{name: value, "humidity": 50})
    assert status() == {"humidity": "50"}
    assert original().keys() == {"humidity", name}
    ((_topic, reply),) = outbox()
    assert reply["code"] == 200
    assert reply["data"].keys() == {name}
    assert reply["data"][name].startswith("tsl parse: ")
    ((_topic, message),) = messages()
    assert message["items"].keys() == {"humidity"}
    failed = message["checkFailedData"][name]
    assert (failed["value"], failed["code"], failed["time"]) == (value, code, message["gmtCreate"])
    assert failed["message"].startswith("tsl parse: ")


def test_property_report_beyond_limits_is_valid(report, status):
    report(level=1000, label="longer than ten bytes")
    assert status() == {"level": "1000", "label": "longer than ten bytes"}


def test_property_report_without_validation_is_forwarded_as_is(
    create_modeled_product, register, report, outbox, status, original, subscribe_consumer_group
):
    product = create_modeled_product("unchecked", ValidateType=2)
    device = register("free", product)
    messages = subscribe_consumer_group(product)
    report(device, level="high", anything=[1])
    assert status(device) == {}
    assert original(device) == {"level": "high", "anything": "[1]"}
    assert outbox(device)[0][1]["data"] == {}
    ((_topic, message),) = messages()
    assert (items([(_topic, message)]), message["checkFailedData"]) == ([{"level": "high", "anything": [1]}], {})


@pytest.mark.parametrize("at", ["soon", True, -1, None])
def test_property_report_with_invalid_time_is_rejected(key, publish_as_device, original, subscribe_consumer_group, at):
    messages = subscribe_consumer_group(key)
    publish_as_device(POST, {"params": {"level": {"value": 1, "time": at}, "humidity": 1}})
    assert original() == {"humidity": "1"}
    assert messages()[0][1]["checkFailedData"]["level"]["code"] == 460


def test_property_time_more_than_a_day_ahead_is_rejected(platform, publish_as_device, original):
    now = platform.clock.now()
    publish_as_device(
        POST, {"params": {"level": {"value": 1, "time": now + DAY}, "humidity": {"value": 1, "time": now + DAY + 9999}}}
    )
    assert original() == {"level": "1"}


@pytest.mark.parametrize("params", [None, {}, [], 1, "x"])
def test_empty_or_malformed_report_is_rejected(publish_as_device, outbox, original, params):
    publish_as_device(POST, {"id": "1", "params": params})
    assert outbox()[0][1]["code"] == 460
    assert original() == {}


def test_property_report_without_thing_model_is_rejected(api, register, report, outbox):
    product = api("CreateProduct", ProductName="basic", NodeType=0)["ProductKey"]
    device = register("plain", product)
    report(device, level=1)
    assert outbox(device)[0][1]["code"] == 6250


@pytest.mark.parametrize(
    ("by_time", "by_value", "forwarded"),
    [
        (False, False, [1, 1, 2]),
        (True, False, [1]),
        (False, True, [1, 2]),
        (True, True, [1, 2]),
    ],
)
def test_repeated_property_is_filtered_by_time_and_value(
    api, key, platform, publish_as_device, subscribe_consumer_group, by_time, by_value, forwarded
):
    api("UpdateProductFilterConfig", ProductKey=key, PropertyTimestampFilter=by_time, PropertyValueFilter=by_value)
    messages = subscribe_consumer_group(key)
    at = platform.clock.now()
    for value in (1, 1, 2):
        publish_as_device(POST, {"params": {"level": {"value": value, "time": at}}})
    assert items(messages()) == [{"level": value} for value in forwarded]


def test_event_report_is_answered_and_forwarded(api, device, key, publish_as_device, outbox, subscribe_consumer_group):
    messages = subscribe_consumer_group(key)
    publish_as_device(
        "/sys/{own}/thing/event/alarm/post", {"id": "5", "params": {"value": {"code": 7}, "time": 1700000000000}}
    )
    ((topic, reply),) = outbox()
    assert (topic, reply["code"], reply["id"]) == ("/sys/{own}/thing/event/alarm/post_reply", 200, "5")
    ((topic, message),) = messages()
    assert topic == f"/{key}/lamp/thing/event/alarm/post"
    assert message == {
        "iotId": device["iot_id"],
        "requestId": "5",
        "productKey": key,
        "deviceName": "lamp",
        "gmtCreate": message["gmtCreate"],
        "identifier": "alarm",
        "name": "alarm",
        "type": "alert",
        "time": 1700000000000,
        "value": {"code": 7},
    }


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [("nothing", {"value": {}}, 5160), ("alarm", {"value": {"code": "x"}}, 6306), ("alarm", {"value": {"x": 1}}, 6304)],
)
def test_invalid_event_is_forwarded_as_check_failed_data(
    platform, key, publish_as_device, outbox, subscribe_consumer_group, name, params, code
):
    messages = subscribe_consumer_group(key)
    publish_as_device(f"/sys/{{own}}/thing/event/{name}/post", {"id": "5", "params": params})
    assert outbox()[0][1]["code"] == 200
    ((_topic, message),) = messages()
    assert message["value"] == {}
    assert message["checkFailedData"]["code"] == code
    assert message["checkFailedData"]["value"] == params["value"]
    assert platform.store.one("event_record", identifier=name)["valid"] == 0


def test_event_report_beyond_limits_is_valid(platform, publish_as_device):
    publish_as_device("/sys/{own}/thing/event/alarm/post", {"params": {"value": {"code": 1000}}})
    assert platform.store.one("event_record")["valid"] == 1


def test_event_report_with_invalid_time_is_rejected(platform, publish_as_device, outbox):
    publish_as_device("/sys/{own}/thing/event/hello/post", {"params": {"value": {}, "time": "now"}})
    assert outbox()[0][1]["code"] == 460
    assert platform.store.count("event_record") == 0


def test_event_report_without_validation_is_stored(platform, create_modeled_product, register, publish_as_device):
    device = register("free", create_modeled_product("unchecked", ValidateType=2))
    publish_as_device("/sys/{own}/thing/event/anything/post", {"params": {"a": 1, "time": 1700000000000}}, device)
    (row,) = platform.store.all("event_record")
    assert (row["identifier"], row["output"], row["valid"]) == ("anything", '{"a":1}', 0)
    assert row["at"] == 1700000000000


def test_batch_report_stores_all_values_and_events(platform, api, device, publish_as_device, status):
    at = platform.clock.now() - 1000
    params = {
        "properties": {"level": [{"value": 1, "time": at}, {"value": 2, "time": at + 1}], "humidity": [{"value": 3}]},
        "events": {"alarm": [{"value": {"code": 1}, "time": at}]},
    }
    publish_as_device("/sys/{own}/thing/event/property/batch/post", {"id": "1", "params": params})
    assert status() == {"level": "2", "humidity": "3"}
    assert platform.store.count("property_value", identifier="level") == 2
    assert platform.store.count("event_record", identifier="alarm", at=at) == 1


@pytest.fixture
def gateway_and_sub_device(platform, api, create_modeled_product, register):
    """Return the rows of a gateway and its sub-device."""
    gateway = register("gateway", create_modeled_product("gateways", NodeType=1))
    sub_device = register("sub_device")
    row = {"iot_id": sub_device["iot_id"], "gateway_iot_id": gateway["iot_id"], "added_at": 0}
    platform.store.insert("topology", **row)
    return gateway, sub_device


def identity(device) -> dict[str, str]:
    return {"productKey": device["product_key"], "deviceName": device["device_name"]}


def test_pack_report_of_gateway_includes_sub_devices(
    platform, gateway_and_sub_device, publish_as_device, status, outbox
):
    gateway, sub_device = gateway_and_sub_device
    part = {"identity": identity(sub_device), "properties": {"level": 2}, "events": {"alarm": {"value": {"code": 1}}}}
    params = {"properties": {"level": 1}, "subDevices": [part]}
    publish_as_device("/sys/{own}/thing/event/property/pack/post", {"id": "1", "params": params}, gateway)
    assert outbox(gateway)[0][1]["code"] == 200
    assert (status(gateway), status(sub_device)) == ({"level": "1"}, {"level": "2"})
    assert platform.store.count("event_record", iot_id=sub_device["iot_id"]) == 1


def test_pack_report_for_unrelated_device_is_rejected(
    gateway_and_sub_device, publish_as_device, status, device, outbox
):
    gateway, _sub_device = gateway_and_sub_device
    for other in (identity(device), {"productKey": "a1", "deviceName": "unknown"}, {"productKey": 1}):
        params = {"subDevices": [{"identity": other, "properties": {"level": 2}}]}
        publish_as_device("/sys/{own}/thing/event/property/pack/post", {"id": "1", "params": params}, gateway)
        assert outbox(gateway)[0][1]["code"] == 460
    assert status(device) == {}


def test_history_report_of_gateway_is_forwarded_on_history_topics(
    gateway_and_sub_device, publish_as_device, status, platform, subscribe_consumer_group
):
    gateway, sub_device = gateway_and_sub_device
    messages = subscribe_consumer_group(sub_device["product_key"])
    at = platform.clock.now() - DAY
    part = {
        "identity": identity(sub_device),
        "properties": [{"level": {"value": 1, "time": at}}, {"level": {"value": 2, "time": at + 1}}],
        "events": [{"alarm": {"value": {"code": 1}, "time": at}}],
    }
    publish_as_device("/sys/{own}/thing/event/property/history/post", {"id": "1", "params": [part]}, gateway)
    own = f"/{sub_device['product_key']}/sub_device/thing/event"
    topics = [topic for topic, _message in messages()]
    assert topics == [f"{own}/property/history/post"] * 2 + [f"{own}/alarm/history/post"]
    assert status(sub_device) == {"level": "2"}


def test_history_report_of_device_is_stored(publish_as_device, status, platform):
    part = {"properties": [{"level": {"value": 1, "time": platform.clock.now() - DAY}}]}
    publish_as_device("/sys/{own}/thing/event/property/history/post", {"id": "1", "params": [part]})
    assert status() == {"level": "1"}


def test_history_report_is_not_sent_to_device_data_subscribers(
    publish_as_device, key, platform, subscribe_consumer_group
):
    messages = subscribe_consumer_group(key, DeviceDataFlag=True)
    part = {"properties": [{"level": {"value": 1, "time": platform.clock.now() - DAY}}]}
    publish_as_device("/sys/{own}/thing/event/property/history/post", {"id": "1", "params": [part]})
    assert messages() == []


@pytest.mark.parametrize("params", [{}, [1], [{"properties": {}}], [{"events": [1]}], [{"identity": 1}]])
def test_malformed_history_report_is_rejected(publish_as_device, outbox, params):
    publish_as_device("/sys/{own}/thing/event/property/history/post", {"id": "1", "params": params})
    assert outbox()[0][1]["code"] == 460
