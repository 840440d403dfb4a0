# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of registering single devices."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.device import device as service

ABSENT = "a1nothing00"


@pytest.fixture
def lora(api):
    """Return the key of a product for LoRaWAN devices."""
    created = api("CreateProduct", ProductName="lora", NodeType=0, NetType="LORA", JoinPermissionId="8001")
    return created["ProductKey"]


@pytest.fixture
def product(api):
    """Return the key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def register(api, product):
    """Return a function that registers a device and returns the data of the reply."""

    def register(name: str = "lamp", **params) -> dict[str, str]:
        return api("RegisterDevice", **{"ProductKey": product, "DeviceName": name, **params})["Data"]

    return register


def stored_row(platform, device) -> dict:
    return platform.store.one("device", iot_id=device["IotId"])


def test_register_device_reply_and_info(api, product, register):
    registered = register("lamp", Nickname="园区灯")
    assert registered == {
        "ProductKey": product,
        "DeviceName": "lamp",
        "DeviceSecret": registered["DeviceSecret"],
        "IotId": registered["IotId"],
        "Nickname": "园区灯",
    }
    assert len(registered["DeviceSecret"]) == 32
    assert api("QueryDeviceInfo", IotId=registered["IotId"])["Data"] == registered
    assert api("QueryDeviceInfo", ProductKey=product, DeviceName="lamp")["Data"] == registered


def test_register_without_name_generates_name(api, register, product):
    one, two = (api("RegisterDevice", ProductKey=product)["Data"] for _number in range(2))
    assert service.is_device_name(one["DeviceName"])
    assert one["DeviceName"] != two["DeviceName"]
    assert "Nickname" not in one


@pytest.mark.parametrize("name", ["abcd", "a" * 32, "A-_@.:9z"])
def test_register_accepts_names_at_limits(register, name):
    assert register(name)["DeviceName"] == name


@pytest.mark.parametrize("nickname", ["灯灯", "abcd", "灯" * 32, "a" * 64, "灯_A1"])
def test_register_accepts_nicknames_at_limits(register, nickname):
    assert register(Nickname=nickname)["Nickname"] == nickname


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"DeviceName": "abc"}, "iot.device.InvalidFormattedDeviceName"),
        ({"DeviceName": "a" * 33}, "iot.device.InvalidFormattedDeviceName"),
        ({"DeviceName": "lamp 1"}, "iot.device.InvalidFormattedDeviceName"),
        ({"DeviceName": "路灯路灯"}, "iot.device.InvalidFormattedDeviceName"),
        ({"Nickname": "abc"}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"Nickname": "a" * 65}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"Nickname": "灯" * 33}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"Nickname": "lamp-1"}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"ProductKey": ABSENT}, "iot.prod.NotExistedProduct"),
        ({"ProductKey": "a1*"}, "iot.prod.InvalidFormattedProductkey"),
        ({"DevEui": "e85D"}, "iot.device.InvalidDeviceParams"),
    ],
)
def test_register_invalid_value_is_rejected(platform, api_error, product, params, code):
    assert api_error("RegisterDevice", **{"ProductKey": product, "DeviceName": "lamp", **params}).code == code
    assert platform.store.count("device") == 0


def test_register_existing_name_is_rejected(api, product, register, api_error):
    register("lamp")
    code = api_error("RegisterDevice", ProductKey=product, DeviceName="lamp").code
    assert code == "iot.device.AlreadyExistedDeviceName"
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    assert register("lamp", ProductKey=other)["ProductKey"] == other


@pytest.mark.parametrize(
    "params",
    [
        {"LoraNodeType": "ALIYUNDEFINED", "DevEui": "e85D", "PinCode": "Die8"},
        {"DevEui": "e85D", "PinCode": "Die8"},
        {"LoraNodeType": "USERDEFINED", "DevEui": "e85D", "JoinEui": "Ede4", "AppKey": "674f"},
    ],
)
def test_register_lorawan_device(platform, register, lora, params):
    registered = register(ProductKey=lora, **params)
    assert registered["DevEui"] == "e85D"
    assert registered.get("JoinEui") == params.get("JoinEui")
    stored = stored_row(platform, registered)
    assert stored["app_key_secret"] == params.get("AppKey")
    assert stored["lora_node_type"] == params.get("LoraNodeType", "ALIYUNDEFINED")
    assert "Die8" not in stored.values()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"PinCode": "Die8"},
        {"DevEui": "e85D"},
        {"LoraNodeType": "MINE", "DevEui": "e85D", "PinCode": "Die8"},
        {"LoraNodeType": "USERDEFINED", "DevEui": "e85D", "PinCode": "Die8"},
        {"LoraNodeType": "USERDEFINED", "DevEui": "e85D", "JoinEui": "Ede4"},
    ],
)
def test_register_lorawan_device_missing_parameter_is_rejected(api_error, lora, params):
    assert api_error("RegisterDevice", ProductKey=lora, **params).code == "iot.device.InvalidDeviceParams"


def test_register_existing_dev_eui_is_rejected(register, api_error, lora):
    register(ProductKey=lora, DevEui="e85D", PinCode="Die8")
    error = api_error("RegisterDevice", ProductKey=lora, DevEui="e85D", PinCode="Die8")
    assert error.code == "iot.device.InvalidDeviceParams"
