# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for desired property values."""

from __future__ import annotations

import json

import pytest

SET = "/sys/{own}/thing/service/property/set"


@pytest.fixture
def offline_device(register):
    """Return the row of a device that is not connected."""
    return register("offline", online=False)


@pytest.fixture
def set_desired(api, offline_device):
    """Set desired values and return their new versions."""

    def set_desired(versions=None, target=offline_device, **items) -> dict[str, int]:
        params = {"IotId": target["iot_id"], "Items": json.dumps(items), "Versions": json.dumps(versions or {})}
        return json.loads(api("SetDeviceDesiredProperty", **params)["Data"]["Versions"])

    return set_desired


@pytest.fixture
def desired(api, offline_device):
    """Return the desired value and the version of each property."""

    def desired(target=offline_device, **params):
        reply = api("QueryDeviceDesiredProperty", IotId=target["iot_id"], **params)
        listed = reply["Data"]["List"]["DesiredPropertyInfo"]
        return {one["Identifier"]: (one.get("Value"), one["Version"]) for one in listed}

    return desired


def test_desired_values_are_initially_empty_with_version_0(desired):
    assert desired() == {"temperature": (None, 0), "level": (None, 0), "label": (None, 0)}


def test_set_desired_property_increments_version(api, offline_device, set_desired, desired):
    assert set_desired(level=1, label="a") == {"level": 1, "label": 1}
    assert set_desired(level=2) == {"level": 2}
    assert desired() == {"temperature": (None, 0), "level": ("2", 2), "label": ("a", 1)}
    (listed,) = api("QueryDeviceDesiredProperty", IotId=offline_device["iot_id"], Identifier=["level"])["Data"]["List"][
        "DesiredPropertyInfo"
    ]
    assert listed.keys() == {"Identifier", "Name", "DataType", "Value", "Version", "Time"}


def test_desired_property_contains_unit(api, offline_device):
    reply = api("QueryDeviceDesiredProperty", IotId=offline_device["iot_id"], Identifier=["temperature"])
    (listed,) = reply["Data"]["List"]["DesiredPropertyInfo"]
    assert (listed["DataType"], listed["Name"], listed["Unit"]) == ("float", "temperature", "°C")


def test_set_desired_property_with_wrong_version_fails_completely(api, offline_device, set_desired, desired, api_error):
    assert set_desired({"level": 0}, level=1) == {"level": 1}
    assert set_desired({"level": 1}, level=2) == {"level": 2}
    for version in (1, 3, "2", None):
        params = {"Items": '{"label": "x", "level": 9}', "Versions": json.dumps({"level": version})}
        error = api_error("SetDeviceDesiredProperty", IotId=offline_device["iot_id"], **params)
        assert error.code == "iot.device.SetDevicePropertyFailed"
    assert desired()["level"] == ("2", 2)
    assert desired()["label"] == (None, 0)


def test_set_desired_property_to_null_clears_value(set_desired, desired):
    set_desired(level=1)
    assert set_desired(level=None) == {"level": 2}
    assert desired()["level"] == (None, 2)
    assert set_desired(level=3) == {"level": 3}


def test_desired_property_of_block_is_found_with_and_without_prefix(set_desired, desired):
    set_desired(**{"battery:charge": 50})
    assert desired(FunctionBlockId="battery") == {"battery:charge": ("50", 1)}
    assert "battery:charge" not in desired()
    for name in ("charge", "battery:charge"):
        assert desired(FunctionBlockId="battery", Identifier=[name]) == {"battery:charge": ("50", 1)}


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ("x", "iot.device.InvalidFormattedDevicePropertiesString"),
        ("{}", "iot.device.NoneDeviceProperties"),
        ('{"nothing": 1}', "iot.device.NoneDeviceProperties"),
        ('{"humidity": 1}', "iot.device.SetDevicePropertyFailed"),
        ('{"humidity": null}', "iot.device.SetDevicePropertyFailed"),
        ('{"level": 101}', "iot.device.SetDevicePropertyFailed"),
    ],
)
def test_set_invalid_desired_property_is_rejected(api_error, offline_device, items, code):
    params = {"IotId": offline_device["iot_id"], "Items": items, "Versions": "{}"}
    assert api_error("SetDeviceDesiredProperty", **params).code == code


@pytest.mark.parametrize("versions", ["x", "[]"])
def test_set_desired_property_with_versions_not_an_object_is_rejected(api_error, offline_device, versions):
    params = {"IotId": offline_device["iot_id"], "Items": '{"level": 1}', "Versions": versions}
    assert api_error("SetDeviceDesiredProperty", **params).code == "iot.common.InvalidFormattedParameter"


@pytest.mark.parametrize(
    ("items", "versions"), [('{"level": 1, "level": 2}', "{}"), ('{"level": 1}', '{"level": 0, "level": 0}')]
)
def test_set_desired_property_with_duplicate_key_is_rejected(api_error, desired, offline_device, items, versions):
    error = api_error("SetDeviceDesiredProperty", IotId=offline_device["iot_id"], Items=items, Versions=versions)
    assert error.code == "iot.common.InvalidFormattedParameter"
    assert desired()["level"] == (None, 0)


def test_duplicate_keys_in_different_structs_are_accepted(api, create_modeled_product, register):
    device = register("free", create_modeled_product("unchecked", ValidateType=2))
    items = '{"here": {"x": 1}, "there": {"x": 2}, "x": 3}'
    reply = api("SetDeviceDesiredProperty", IotId=device["iot_id"], Items=items, Versions="{}")
    assert json.loads(reply["Data"]["Versions"]) == {"here": 1, "there": 1, "x": 1}


def test_more_than_ten_desired_properties_are_rejected(api, create_modeled_product, register, api_error):
    device = register("free", create_modeled_product("unchecked", ValidateType=2))
    items = {f"p{number}": number for number in range(11)}
    params = {"IotId": device["iot_id"], "Versions": "{}"}
    error = api_error("SetDeviceDesiredProperty", Items=json.dumps(items), **params)
    assert error.code == "iot.device.TooManyDevicePropertiesPerTime"
    del items["p10"]
    api("SetDeviceDesiredProperty", Items=json.dumps(items), **params)
    error = api_error("QueryDeviceDesiredProperty", IotId=device["iot_id"], Identifier=[f"p{n}" for n in range(11)])
    assert error.code == "iot.device.TooManyDevicePropertiesPerTime"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Identifier": ["level", "level"]}, "iot.common.InvalidFormattedParameter"),
        (
            {"Identifier": ["charge", "battery:charge"], "FunctionBlockId": "battery"},
            "iot.common.InvalidFormattedParameter",
        ),
        ({"Identifier": ["level"], "FunctionBlockId": "battery"}, "iot.device.NoneDeviceProperties"),
        ({"Identifier": ["battery:charge"]}, "iot.device.NoneDeviceProperties"),
        ({"Identifier": ["nothing"]}, "iot.device.NoneDeviceProperties"),
        ({"Identifier": ["humidity"]}, "iot.device.NoneDeviceProperties"),
        ({"FunctionBlockId": "nothing"}, "iot.prod.QueryProductAbilitiesFailed"),
        ({"IotId": "unknown"}, "iot.device.NotExistedDevice"),
    ],
)
def test_query_of_invalid_desired_property_is_rejected(api_error, offline_device, params, code):
    assert api_error("QueryDeviceDesiredProperty", **{"IotId": offline_device["iot_id"], **params}).code == code


def test_set_desired_property_of_online_device_sends_command(api, device, outbox):
    params = {"IotId": device["iot_id"], "Items": '{"level": 1, "label": null}', "Versions": "{}"}
    message_id = api("SetDeviceDesiredProperty", **params)["Data"]["MessageId"]
    ((topic, message),) = outbox()
    assert (topic, message["id"], message["params"]) == (SET, str(int(message_id) & 0xFFFFFFFF), {"level": 1})


def test_clear_desired_property_sends_no_command(api, device, outbox):
    params = {"IotId": device["iot_id"], "Items": '{"level": null}', "Versions": "{}"}
    assert api("SetDeviceDesiredProperty", **params)["Data"]["MessageId"]
    assert outbox() == []


def test_device_gets_and_deletes_desired_values(device, set_desired, desired, publish_as_device, outbox):
    set_desired(target=device, level=1, label="a", temperature=3)
    outbox()
    publish_as_device("/sys/{own}/thing/property/desired/get", {"id": "1", "params": ["level", "label", "nothing"]})
    ((topic, reply),) = outbox()
    assert topic == "/sys/{own}/thing/property/desired/get_reply"
    assert reply["data"] == {"level": {"value": 1, "version": 1}, "label": {"value": "a", "version": 1}}
    processed = {"level": {"version": 1}, "label": {"version": 7}, "temperature": {}}
    publish_as_device("/sys/{own}/thing/property/desired/delete", {"id": "2", "params": processed})
    assert outbox()[0][1]["code"] == 200
    assert desired(device) == {"temperature": (None, 1), "level": (None, 1), "label": ("a", 1)}
    publish_as_device("/sys/{own}/thing/property/desired/get", {"id": "3", "params": ["level", "label"]})
    assert outbox()[0][1]["data"].keys() == {"label"}


@pytest.mark.parametrize(("action", "params"), [("get", {}), ("get", [1]), ("delete", []), ("delete", {"level": 1})])
def test_device_request_with_invalid_params_is_rejected(device, publish_as_device, outbox, action, params):
    publish_as_device(f"/sys/{{own}}/thing/property/desired/{action}", {"id": "1", "params": params})
    assert outbox()[0][1]["code"] == 460


def test_cleared_desired_values_have_a_new_version_and_no_value(api, offline_device, set_desired, desired):
    set_desired(level=1, label="a")
    reply = api("ClearDeviceDesiredProperty", IotId=offline_device["iot_id"], Identifies=["level", "temperature"])
    assert json.loads(reply["Data"]["Versions"]) == {"level": 2}
    assert desired() == {"temperature": (None, 0), "level": (None, 2), "label": ("a", 1)}
