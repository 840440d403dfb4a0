# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the tags of devices."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError


@pytest.fixture
def product(api):
    """Return the key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def register(api, product):
    """Return a function that registers a device with tags and returns its ID."""

    def register(name: str = "lamp", **tags: str) -> str:
        iot_id = api("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]["IotId"]
        if tags:
            api("SaveDeviceProp", IotId=iot_id, Props=json.dumps(tags))
        return iot_id

    return register


@pytest.fixture
def tags_of(api):
    """Return a function that returns the tags of a device."""
    return lambda iot_id: json.loads(api("QueryDeviceProp", IotId=iot_id)["Props"])


@pytest.fixture
def names_by_tags(api):
    """Return a function that returns the names of the devices with all given tags."""

    def names_by_tags(*tags: tuple[str, str], **params) -> list[str]:
        requested = [{"TagKey": key, "TagValue": value} for key, value in tags]
        reply = api("QueryDeviceByTags", Tag=requested, **params)
        return [device["DeviceName"] for device in reply["Data"]["SimpleDeviceInfo"]]

    return names_by_tags


def test_device_tags_are_returned_as_json(api, product, register):
    iot_id = register()
    assert api("QueryDeviceProp", IotId=iot_id) == {"Props": "{}"}
    api("SaveDeviceProp", ProductKey=product, DeviceName="lamp", Props='{"place": "104.07:30.54", "a": "路"}')
    assert api("QueryDeviceProp", IotId=iot_id) == {"Props": '{"a":"路","place":"104.07:30.54"}'}


def test_save_adds_and_replaces_tags(api, register, tags_of):
    iot_id = register(color="red", shape="round")
    other = register("other", color="red")
    api("SaveDeviceProp", IotId=iot_id, Props='{"color": "blue", "size": "7"}')
    assert tags_of(iot_id) == {"color": "blue", "shape": "round", "size": "7"}
    assert tags_of(other) == {"color": "red"}


def test_delete_tag_keeps_other_tags(api, register, tags_of):
    iot_id = register(color="red", shape="round")
    other = register("other", color="red")
    for _number in range(2):  # deleting a missing tag is not an error
        api("DeleteDeviceProp", IotId=iot_id, PropKey="color")
    assert tags_of(iot_id) == {"shape": "round"}
    assert tags_of(other) == {"color": "red"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("color=red", "iot.device.InvalidFormattedDevicePropertiesString"),
        ('["color"]', "iot.device.InvalidFormattedDevicePropertiesString"),
        ('{"color": 7}', "iot.device.InvalidFormattedDevicePropertiesString"),
        ('{"color": ""}', "iot.device.InvalidFormattedDevicePropertiesString"),
        ('{"color": "\\ud800"}', "iot.device.InvalidFormattedDevicePropertiesString"),
        ("[" * 3000, "iot.device.InvalidFormattedDevicePropertiesString"),
        ("{}", "iot.device.NullDevicePropertiesString"),
        ('{"": "red"}', "iot.device.NullDevicePropertyKey"),
        (json.dumps({"color": "a" * 5108}), "iot.device.LongDevicePropertiesString"),
        (json.dumps({"color": "路" * 1703}, ensure_ascii=False), "iot.device.LongDevicePropertiesString"),
        (json.dumps(dict.fromkeys(map(str, range(101)), "1")), "iot.device.TooManyDevicePropertiesPerTime"),
    ],
)
def test_save_invalid_tags_is_rejected(platform, register, api_error, text, code):
    assert api_error("SaveDeviceProp", IotId=register(), Props=text).code == code
    assert platform.store.count("device_tag") == 0


def test_save_accepts_5_kilobytes(api, register, tags_of):
    iot_id = register()
    text = json.dumps({"color": "a" * 5107})
    assert len(text) == 5 * 1024
    api("SaveDeviceProp", IotId=iot_id, Props=text)
    assert len(tags_of(iot_id)["color"]) == 5107


def test_save_beyond_100_tags_is_rejected(api, register, tags_of, api_error):
    iot_id = register(**{f"key{number}": "1" for number in range(100)})
    error = api_error("SaveDeviceProp", IotId=iot_id, Props='{"key0": "2", "more": "1"}')
    assert error.code == "iot.device.TooManyDevicePropertiesPerTime"
    assert tags_of(iot_id)["key0"] == "1"
    api("SaveDeviceProp", IotId=iot_id, Props='{"key0": "2"}')
    assert tags_of(iot_id)["key0"] == "2"


@pytest.mark.parametrize("action", ["QueryDeviceProp", "SaveDeviceProp", "DeleteDeviceProp"])
def test_tags_of_missing_device_is_error(api_error, action):
    assert api_error(action, IotId="nothing", Props='{"a": "1"}', PropKey="a").code == "iot.device.NotExistedDevice"


@pytest.mark.parametrize(("action", "name"), [("SaveDeviceProp", "Props"), ("DeleteDeviceProp", "PropKey")])
def test_missing_parameter_is_rejected(api, register, action, name):
    with pytest.raises(GatewayError, match=f"Missing{name}"):
        api(action, IotId=register())


def test_query_by_tags_requires_all_tags(names_by_tags, register):
    register("one1", color="red", shape="round")
    register("two2", color="red", shape="flat")
    register("three", color="blue", shape="round")
    assert names_by_tags(("color", "red")) == ["two2", "one1"]
    assert names_by_tags(("color", "red"), ("shape", "round")) == ["one1"]
    assert names_by_tags(("color", "red"), ("color", "red")) == ["two2", "one1"]
    assert names_by_tags(("color", "red"), ("color", "blue")) == []
    assert names_by_tags(("color", "rE")) == []


def test_query_by_tags_reply(api, product, register):
    iot_id = register("lamp", color="red")
    register("more", color="red")
    reply = api("QueryDeviceByTags", Tag=[{"TagKey": "color", "TagValue": "red"}], PageSize=1, CurrentPage=2)
    assert reply == {
        "Data": {
            "SimpleDeviceInfo": [{"IotId": iot_id, "DeviceName": "lamp", "ProductKey": product, "ProductName": "light"}]
        },
        "Page": 2,
        "PageSize": 1,
        "PageCount": 2,
        "Total": 2,
    }


def test_query_by_more_than_10_tags_is_rejected(names_by_tags, api_error):
    tags = [(f"key{number}", "1") for number in range(11)]
    assert names_by_tags(*tags[:10]) == []
    requested = [{"TagKey": key, "TagValue": value} for key, value in tags]
    assert api_error("QueryDeviceByTags", Tag=requested).code == "iot.system.IllegalRequest"


def test_query_by_tags_invalid_page_is_rejected(api_error):
    tag = {"TagKey": "color", "TagValue": "red"}
    assert api_error("QueryDeviceByTags", Tag=[tag], PageSize=51).code == "iot.common.InvalidPageParams"


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ([], "MissingTag"),
        ([{"TagKey": "color"}], "MissingTag.1.TagValue"),
        ([{"TagKey": "a", "TagValue": "1"}, {"TagValue": "red"}], "MissingTag.2.TagKey"),
    ],
)
def test_query_by_incomplete_tag_is_rejected(api, tags, code):
    with pytest.raises(GatewayError) as caught:
        api("QueryDeviceByTags", Tag=tags)
    assert caught.value.code == code
