# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices: registering, reading and listing them."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError
from ansible_collections.iotops.aliyun.emulator.http import control_devices
from ansible_collections.iotops.aliyun.emulator.routing import connection
from ansible_collections.iotops.aliyun.emulator.services.device import device as service

ABSENT = "a1nothing00"


@pytest.fixture
def product(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def lora(api):
    """The key of a product of LoRaWAN devices."""
    made = api("CreateProduct", ProductName="lora", NodeType=0, NetType="LORA", JoinPermissionId="8001")
    return made["ProductKey"]


@pytest.fixture
def register(api, product):
    """Register a device and return what the platform says of it."""

    def register(name: str = "lamp", **params) -> dict[str, str]:
        return api("RegisterDevice", **{"ProductKey": product, "DeviceName": name, **params})["Data"]

    return register


@pytest.fixture
def context(platform):
    """The context of a call at this moment."""
    return lambda: Context(platform.store, platform.clock.now(), platform.account)


@pytest.fixture
def api_error(api):
    """The error that a call must get."""

    def api_error(action: str, **params) -> ApiError:
        with pytest.raises(ApiError) as caught:
            api(action, **params)
        return caught.value

    return api_error


def row(platform, device) -> dict:
    return platform.store.one("device", iot_id=device["IotId"])


def names(reply) -> list[str]:
    return [device["DeviceName"] for device in reply["Data"]["DeviceInfo"]]


def test_a_device(api, product, register):
    made = register("lamp", Nickname="园区灯")
    assert made == {
        "ProductKey": product,
        "DeviceName": "lamp",
        "DeviceSecret": made["DeviceSecret"],
        "IotId": made["IotId"],
        "Nickname": "园区灯",
    }
    assert len(made["DeviceSecret"]) == 32
    assert api("QueryDeviceInfo", IotId=made["IotId"])["Data"] == made
    assert api("QueryDeviceInfo", ProductKey=product, DeviceName="lamp")["Data"] == made


def test_the_id_wins_over_the_name(api, product, register):
    register("lamp")
    other = register("other")
    assert api("QueryDeviceInfo", IotId=other["IotId"], ProductKey=product, DeviceName="lamp")["Data"] == other


def test_a_random_name(api, register, product):
    one, two = (api("RegisterDevice", ProductKey=product)["Data"] for _number in range(2))
    assert service.is_device_name(one["DeviceName"])
    assert one["DeviceName"] != two["DeviceName"]
    assert "Nickname" not in one


@pytest.mark.parametrize("name", ["abcd", "a" * 32, "A-_@.:9z"])
def test_names_at_the_limits(register, name):
    assert register(name)["DeviceName"] == name


@pytest.mark.parametrize("nickname", ["灯灯", "abcd", "灯" * 32, "a" * 64, "灯_A1"])
def test_nicknames_at_the_limits(register, nickname):
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
        ({"ProductKey": "a1*"}, "iot.prod.InvalidFormattedProductKey"),
        ({"DevEui": "e85D"}, "iot.device.InvalidDeviceParams"),
    ],
)
def test_what_cannot_be_registered(platform, api_error, product, params, code):
    assert api_error("RegisterDevice", **{"ProductKey": product, "DeviceName": "lamp", **params}).code == code
    assert platform.store.count("device") == 0


def test_a_name_is_there_once_in_a_product(api, product, register, api_error):
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
def test_a_lorawan_device(platform, register, lora, params):
    made = register(ProductKey=lora, **params)
    assert made["DevEui"] == "e85D"
    assert made.get("JoinEui") == params.get("JoinEui")
    kept = row(platform, made)
    assert kept["app_key_secret"] == params.get("AppKey")
    assert kept["lora_node_type"] == params.get("LoraNodeType", "ALIYUNDEFINED")
    assert "Die8" not in kept.values()


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
def test_what_a_lorawan_device_needs(api_error, lora, params):
    assert api_error("RegisterDevice", ProductKey=lora, **params).code == "iot.device.InvalidDeviceParams"


def test_a_dev_eui_is_there_once(register, api_error, lora):
    register(ProductKey=lora, DevEui="e85D", PinCode="Die8")
    error = api_error("RegisterDevice", ProductKey=lora, DevEui="e85D", PinCode="Die8")
    assert error.code == "iot.device.InvalidDeviceParams"


@pytest.mark.parametrize("action", ["QueryDeviceInfo", "QueryDeviceDetail"])
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "iot.prod.NullProductKey"),
        ({"DeviceName": "lamp"}, "iot.prod.NullProductKey"),
        ({"ProductKey": ABSENT}, "iot.device.NullDeviceName"),
        ({"ProductKey": ABSENT, "DeviceName": "lamp"}, "iot.device.NotExistedDevice"),
        ({"IotId": "nothing"}, "iot.device.NotExistedDevice"),
        ({"IotId": "no*thing"}, "iot.device.InvalidIoTId"),
    ],
)
def test_a_device_that_is_not_there(api_error, action, params, code):
    assert api_error(action, **params).code == code


def test_the_detail_of_a_new_device(platform, api, product, register):
    made = register("lamp")
    created = row(platform, made)["created_at"]
    assert api("QueryDeviceDetail", IotId=made["IotId"])["Data"] == {
        **made,
        "ProductName": "light",
        "NodeType": 0,
        "Owner": True,
        "Region": "cn-shanghai",
        "Status": "UNACTIVE",
        "GmtCreate": times.beijing(created),
        "UtcCreate": times.utc(created),
    }


def test_the_detail_of_a_device_that_was_online(platform, api, register, context):
    made = register("lamp", Nickname="lamp")
    platform.store.update("device", {"firmware_version": "V1.0"}, iot_id=made["IotId"])
    connection.go_online(context(), row(platform, made), "192.0.2.1")
    first = row(platform, made)
    platform.clock.advance(60)
    connection.go_offline(context(), first)
    connection.go_online(context(), row(platform, made), "192.0.2.2")
    last = row(platform, made)
    read = api("QueryDeviceDetail", IotId=made["IotId"])["Data"]
    expected = {
        "Status": "ONLINE",
        "FirmwareVersion": "V1.0",
        "IpAddress": "192.0.2.2",
        "GmtActive": times.beijing(first["online_at"]),
        "UtcActive": times.utc(first["online_at"]),
        "GmtOnline": times.beijing(last["online_at"]),
        "UtcOnline": times.utc(last["online_at"]),
    }
    assert expected.items() <= read.items()
    assert last["online_at"] - first["online_at"] >= 60_000


def test_details_of_many(api, product, register):
    one, two = register("one1", Nickname="first"), register("two2")
    asked = api("BatchQueryDeviceDetail", ProductKey=product, DeviceName=["two2", "gone", "one1", "two2"])
    listed = asked["Data"]["Data"]
    assert [device["IotId"] for device in listed] == [two["IotId"], one["IotId"]]
    detail = api("QueryDeviceDetail", IotId=one["IotId"])["Data"]
    del detail["Owner"]
    assert listed[1] == detail


def test_details_of_too_many(api, product, api_error):
    api("BatchQueryDeviceDetail", ProductKey=product, DeviceName=["lamp"] * 100)
    error = api_error("BatchQueryDeviceDetail", ProductKey=product, DeviceName=["lamp"] * 101)
    assert error.code == "iot.device.TooManyDeviceNamesPerRequest"


def test_details_of_no_product(api, api_error):
    assert api_error("BatchQueryDeviceDetail", ProductKey=ABSENT, DeviceName=["a"]).code == "iot.prod.NotExistedProduct"
    with pytest.raises(GatewayError, match="MissingDeviceName"):
        api("BatchQueryDeviceDetail", ProductKey=ABSENT)


def test_the_list(platform, api, product, register):
    made = [register(f"lamp{number}", Nickname=f"lamp{number}") for number in range(5)]
    reply = api("QueryDevice", ProductKey=product, PageSize=2, CurrentPage=2)
    assert names(reply) == ["lamp2", "lamp1"]
    assert {name: reply[name] for name in ("Page", "PageSize", "PageCount", "Total")} == {
        "Page": 2,
        "PageSize": 2,
        "PageCount": 3,
        "Total": 5,
    }
    created = 1550628969000
    platform.store.update("device", {"created_at": created, "modified_at": created}, iot_id=made[2]["IotId"])
    found = api("QueryDevice", ProductKey=product)["Data"]["DeviceInfo"][-1]  # the oldest now
    assert found == {
        **made[2],
        "DeviceId": made[2]["IotId"][:20],
        "DeviceStatus": "UNACTIVE",
        "GmtCreate": "Wed, 20-Feb-2019 02:16:09 GMT",
        "UtcCreate": "2019-02-20T02:16:09.000Z",
        "GmtModified": "Wed, 20-Feb-2019 02:16:09 GMT",
        "UtcModified": "2019-02-20T02:16:09.000Z",
    }


def test_only_the_products_own_devices_are_listed(api, product, register):
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    register("lamp")
    register("else", ProductKey=other)
    reply = api("QueryDevice", ProductKey=product)
    assert (names(reply), reply["Total"], reply["NextToken"]) == (["lamp"], 1, "")
    assert api("QueryDevice", ProductKey=other)["Total"] == 1


def test_the_list_goes_on_after_a_token_whatever_was_registered_since(api, product, register):
    for number in range(7):
        register(f"lamp{number}")
    found = []
    token = ""
    for page in range(1, 5):
        reply = api("QueryDevice", ProductKey=product, PageSize=2, CurrentPage=page, NextToken=token)
        found += names(reply)
        token = reply["NextToken"]
        register(f"late{page}")
    assert found == [f"lamp{number}" for number in reversed(range(7))]
    assert token == ""


def test_tokens_lead_through_devices_of_one_moment_and_of_several(platform, api, product):
    for prefix in ("old", "new"):
        wanted = {"product": product, "prefix": prefix, "count": 5}
        platform.run(lambda ctx, wanted=wanted: control_devices.create_devices(ctx, wanted))
        platform.clock.advance(1)
    found = []
    token = ""
    for page in range(1, 5):
        reply = api("QueryDevice", ProductKey=product, PageSize=3, CurrentPage=page, NextToken=token)
        found.append(names(reply))
        token = reply["NextToken"]
    newest_first = [f"{prefix}{number:05}" for prefix in ("new", "old") for number in range(5, 0, -1)]
    assert found == [newest_first[:3], newest_first[3:6], newest_first[6:9], newest_first[9:]]
    assert token == ""


def test_a_full_last_page_has_no_token(api, product, register):
    register("lamp")
    register("last")
    reply = api("QueryDevice", ProductKey=product, PageSize=2)
    assert (names(reply), reply["NextToken"]) == (["last", "lamp"], "")


def test_how_deep_the_list_can_be_read(api, product, register, api_error):
    register("lamp")
    register("last")
    token = api("QueryDevice", ProductKey=product, PageSize=1)["NextToken"]
    reply = api("QueryDevice", ProductKey=product, PageSize=50, CurrentPage=200)
    assert names(reply) == []
    error = api_error("QueryDevice", ProductKey=product, PageSize=50, CurrentPage=201)
    assert error.code == "iot.common.InvalidPageParams"
    reply = api("QueryDevice", ProductKey=product, PageSize=50, CurrentPage=9999, NextToken=token)
    assert (names(reply), reply["Page"]) == (["lamp"], 9999)
    error = api_error("QueryDevice", ProductKey=product, PageSize=50, CurrentPage=10_000, NextToken=token)
    assert error.code == "iot.common.InvalidPageParams"


@pytest.mark.parametrize(
    "params",
    [
        {"PageSize": 51},
        {"PageSize": 0},
        {"CurrentPage": 0},
        {"NextToken": "?"},
        {"NextToken": "灯"},
        {"NextToken": base64.b64encode(b"1").decode()},
        {"NextToken": base64.b64encode(b"\xff").decode()},
    ],
)
def test_pages_that_there_are_not(api_error, product, params):
    assert api_error("QueryDevice", ProductKey=product, **params).code == "iot.common.InvalidPageParams"


def test_the_list_of_no_product(api_error):
    assert api_error("QueryDevice", ProductKey=ABSENT).code == "iot.prod.NotExistedProduct"


def test_products_count_their_devices(api, product, register):
    register("lamp")
    made = register("last")
    assert api("QueryProduct", ProductKey=product)["Data"]["DeviceCount"] == 2
    api("DeleteDevice", IotId=made["IotId"])
    assert api("QueryProduct", ProductKey=product)["Data"]["DeviceCount"] == 1


def test_devices_go_with_their_product(platform, api, product, register):
    register("lamp")
    api("DeleteProduct", ProductKey=product)
    assert platform.store.count("device") == 0


def test_nicknames_of_many(platform, api, product, register):
    one, two = register("one1", Nickname="first"), register("two2")
    platform.clock.advance(5)
    entries = [{"IotId": one["IotId"]}, {"ProductKey": product, "DeviceName": "two2", "Nickname": "二二"}]
    api("BatchUpdateDeviceNickname", DeviceNicknameInfo=entries)
    assert "Nickname" not in api("QueryDeviceInfo", IotId=one["IotId"])["Data"]
    assert api("QueryDeviceInfo", IotId=two["IotId"])["Data"]["Nickname"] == "二二"
    changed = row(platform, one)
    assert changed["modified_at"] >= changed["created_at"] + 5000
    assert row(platform, two)["modified_at"] == changed["modified_at"]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"DeviceName": "lamp", "Nickname": "abc"}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"DeviceName": "lamp", "Nickname": "a" * 33}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"DeviceName": "lamp", "Nickname": "a b c"}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"DeviceName": "gone", "Nickname": "gone"}, "iot.device.NotExistedDevice"),
        ({"Nickname": "gone"}, "iot.device.NullDeviceName"),
    ],
)
def test_nicknames_of_all_or_of_none(api, product, register, api_error, entry, code):
    one = register("one1", Nickname="first")
    register("lamp")
    entries = [{"IotId": one["IotId"], "Nickname": "changed"}, {"ProductKey": product, **entry}]
    assert api_error("BatchUpdateDeviceNickname", DeviceNicknameInfo=entries).code == code
    assert api("QueryDeviceInfo", IotId=one["IotId"])["Data"]["Nickname"] == "first"


def test_how_many_nicknames_one_call_takes(api, register, api_error):
    entry = {"IotId": register("lamp")["IotId"], "Nickname": "a" * 32}
    api("BatchUpdateDeviceNickname", DeviceNicknameInfo=[entry] * 100)
    error = api_error("BatchUpdateDeviceNickname", DeviceNicknameInfo=[entry] * 101)
    assert error.code == "iot.system.IllegalRequest"
    with pytest.raises(GatewayError, match="MissingDeviceNicknameInfo"):
        api("BatchUpdateDeviceNickname")


def test_coming_online_twice_is_one_change(platform, api, register, context):
    made = register("lamp")
    connection.go_online(context(), row(platform, made), "192.0.2.1")
    changed = row(platform, made)["status_at"]
    platform.clock.advance(5)
    connection.go_online(context(), row(platform, made), "192.0.2.1")
    assert row(platform, made)["status_at"] == changed
    assert row(platform, made)["online_at"] >= changed + 5000


def test_going_offline_twice_is_one_change(platform, register, context):
    made = register("lamp")
    connection.go_online(context(), row(platform, made), "192.0.2.1")
    connection.go_offline(context(), row(platform, made))
    changed = row(platform, made)
    platform.clock.advance(5)
    connection.go_offline(context(), changed)
    assert row(platform, made) == changed
    assert service.status_of(changed) == "OFFLINE"
