# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Desired values of properties."""

from __future__ import annotations

import json

import pytest

SET = "/sys/{own}/thing/service/property/set"


@pytest.fixture
def away(register):
    """The row of a device that is not connected."""
    return register("away", online=False)


@pytest.fixture
def desire(api, away):
    """Set desired values and return the versions that they have then."""

    def desire(versions=None, who=away, **items) -> dict[str, int]:
        params = {"IotId": who["iot_id"], "Items": json.dumps(items), "Versions": json.dumps(versions or {})}
        return json.loads(api("SetDeviceDesiredProperty", **params)["Data"]["Versions"])

    return desire


@pytest.fixture
def desired(api, away):
    """Value and version of each property that is desired."""

    def desired(who=away, **params):
        reply = api("QueryDeviceDesiredProperty", IotId=who["iot_id"], **params)
        listed = reply["Data"]["List"]["DesiredPropertyInfo"]
        return {one["Identifier"]: (one.get("Value"), one["Version"]) for one in listed}

    return desired


def test_at_first_nothing_is_desired(desired):
    assert desired() == {"temperature": (None, 0), "level": (None, 0), "label": (None, 0)}


def test_values_have_versions(api, away, desire, desired):
    assert desire(level=1, label="a") == {"level": 1, "label": 1}
    assert desire(level=2) == {"level": 2}
    assert desired() == {"temperature": (None, 0), "level": ("2", 2), "label": ("a", 1)}
    (listed,) = api("QueryDeviceDesiredProperty", IotId=away["iot_id"], Identifier=["level"])["Data"]["List"][
        "DesiredPropertyInfo"
    ]
    assert listed.keys() == {"Identifier", "Name", "DataType", "Value", "Version", "Time"}


def test_the_unit_is_told(api, away):
    reply = api("QueryDeviceDesiredProperty", IotId=away["iot_id"], Identifier=["temperature"])
    (listed,) = reply["Data"]["List"]["DesiredPropertyInfo"]
    assert (listed["DataType"], listed["Name"], listed["Unit"]) == ("float", "temperature", "°C")


def test_a_version_can_be_insisted_on(api, away, desire, desired, api_error):
    assert desire({"level": 0}, level=1) == {"level": 1}
    assert desire({"level": 1}, level=2) == {"level": 2}
    for version in (1, 3, "2", None):
        params = {"Items": '{"label": "x", "level": 9}', "Versions": json.dumps({"level": version})}
        error = api_error("SetDeviceDesiredProperty", IotId=away["iot_id"], **params)
        assert error.code == "iot.device.SetDevicePropertyFailed"
    assert desired()["level"] == ("2", 2)
    assert desired()["label"] == (None, 0)


def test_null_clears_a_value(desire, desired):
    desire(level=1)
    assert desire(level=None) == {"level": 2}
    assert desired()["level"] == (None, 2)
    assert desire(level=3) == {"level": 3}


def test_a_block(desire, desired):
    desire(**{"battery:charge": 50})
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
def test_what_cannot_be_desired(api_error, away, items, code):
    params = {"IotId": away["iot_id"], "Items": items, "Versions": "{}"}
    assert api_error("SetDeviceDesiredProperty", **params).code == code


@pytest.mark.parametrize("versions", ["x", "[]"])
def test_versions_are_an_object(api_error, away, versions):
    params = {"IotId": away["iot_id"], "Items": '{"level": 1}', "Versions": versions}
    assert api_error("SetDeviceDesiredProperty", **params).code == "iot.common.InvalidFormattedParameter"


@pytest.mark.parametrize(
    ("items", "versions"), [('{"level": 1, "level": 2}', "{}"), ('{"level": 1}', '{"level": 0, "level": 0}')]
)
def test_a_property_is_named_once(api_error, desired, away, items, versions):
    error = api_error("SetDeviceDesiredProperty", IotId=away["iot_id"], Items=items, Versions=versions)
    assert error.code == "iot.common.InvalidFormattedParameter"
    assert desired()["level"] == (None, 0)


def test_members_of_different_structs_can_have_one_name(api, create_modeled_product, register):
    device = register("free", create_modeled_product("unchecked", ValidateType=2))
    items = '{"here": {"x": 1}, "there": {"x": 2}, "x": 3}'
    reply = api("SetDeviceDesiredProperty", IotId=device["iot_id"], Items=items, Versions="{}")
    assert json.loads(reply["Data"]["Versions"]) == {"here": 1, "there": 1, "x": 1}


def test_ten_at_most(api, create_modeled_product, register, api_error):
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
        ({"IotId": "nobody"}, "iot.device.NotExistedDevice"),
    ],
)
def test_what_cannot_be_asked_for(api_error, away, params, code):
    assert api_error("QueryDeviceDesiredProperty", **{"IotId": away["iot_id"], **params}).code == code


def test_a_device_that_is_connected_is_told(api, device, outbox):
    params = {"IotId": device["iot_id"], "Items": '{"level": 1, "label": null}', "Versions": "{}"}
    message_id = api("SetDeviceDesiredProperty", **params)["Data"]["MessageId"]
    ((topic, message),) = outbox()
    assert (topic, message["id"], message["params"]) == (SET, message_id, {"level": 1})


def test_what_is_cleared_nobody_is_told(api, device, outbox):
    params = {"IotId": device["iot_id"], "Items": '{"level": null}', "Versions": "{}"}
    assert api("SetDeviceDesiredProperty", **params)["Data"]["MessageId"]
    assert outbox() == []


def test_a_device_asks_and_is_done(device, desire, desired, publish_as_device, outbox):
    desire(who=device, level=1, label="a", temperature=3)
    outbox()
    publish_as_device("/sys/{own}/thing/property/desired/get", {"id": "1", "params": ["level", "label", "nothing"]})
    ((topic, reply),) = outbox()
    assert topic == "/sys/{own}/thing/property/desired/get_reply"
    assert reply["data"] == {"level": {"value": 1, "version": 1}, "label": {"value": "a", "version": 1}}
    done = {"level": {"version": 1}, "label": {"version": 7}, "temperature": {}}
    publish_as_device("/sys/{own}/thing/property/desired/delete", {"id": "2", "params": done})
    assert outbox()[0][1]["code"] == 200
    assert desired(device) == {"temperature": (None, 1), "level": (None, 1), "label": ("a", 1)}
    publish_as_device("/sys/{own}/thing/property/desired/get", {"id": "3", "params": ["level", "label"]})
    assert outbox()[0][1]["data"].keys() == {"label"}


@pytest.mark.parametrize(("what", "params"), [("get", {}), ("get", [1]), ("delete", []), ("delete", {"level": 1})])
def test_questions_that_are_none(device, publish_as_device, outbox, what, params):
    publish_as_device(f"/sys/{{own}}/thing/property/desired/{what}", {"id": "1", "params": params})
    assert outbox()[0][1]["code"] == 460
