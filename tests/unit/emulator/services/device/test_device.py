# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of reading and listing devices, of nicknames and of the online status."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.http import control_devices
from ansible_collections.iotops.aliyun.emulator.routing import connection
from ansible_collections.iotops.aliyun.emulator.services.device import device as service

ABSENT = "a1nothing00"


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


@pytest.fixture
def context(platform):
    """Return a function that returns a context with the current time."""
    return lambda: Context(platform.store, platform.clock.now(), platform.account)


def stored_row(platform, device) -> dict:
    return platform.store.one("device", iot_id=device["IotId"])


def names(reply) -> list[str]:
    return [device["DeviceName"] for device in reply["Data"]["DeviceInfo"]]


def test_device_id_takes_precedence_over_name(api, product, register):
    register("lamp")
    other = register("other")
    assert api("QueryDeviceInfo", IotId=other["IotId"], ProductKey=product, DeviceName="lamp")["Data"] == other


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
def test_missing_device_is_error(api_error, action, params, code):
    assert api_error(action, **params).code == code


def test_detail_of_new_device(platform, api, product, register):
    registered = register("lamp")
    created = stored_row(platform, registered)["created_at"]
    assert api("QueryDeviceDetail", IotId=registered["IotId"])["Data"] == {
        **registered,
        "ProductName": "light",
        "NodeType": 0,
        "Owner": True,
        "Region": "cn-shanghai",
        "Status": "UNACTIVE",
        "GmtCreate": times.beijing(created),
        "UtcCreate": times.utc(created),
    }


def test_detail_of_connected_device(platform, api, register, context):
    registered = register("lamp", Nickname="lamp")
    platform.store.update("device", {"firmware_version": "V1.0"}, iot_id=registered["IotId"])
    connection.go_online(context(), stored_row(platform, registered), "192.0.2.1")
    first = stored_row(platform, registered)
    platform.clock.advance(60)
    connection.go_offline(context(), first)
    connection.go_online(context(), stored_row(platform, registered), "192.0.2.2")
    last = stored_row(platform, registered)
    details = api("QueryDeviceDetail", IotId=registered["IotId"])["Data"]
    expected = {
        "Status": "ONLINE",
        "FirmwareVersion": "V1.0",
        "IpAddress": "192.0.2.2",
        "GmtActive": times.beijing(first["online_at"]),
        "UtcActive": times.utc(first["online_at"]),
        "GmtOnline": times.beijing(last["online_at"]),
        "UtcOnline": times.utc(last["online_at"]),
    }
    assert expected.items() <= details.items()
    assert last["online_at"] - first["online_at"] >= 60_000


def test_batch_detail_omits_missing_and_repeated_devices(api, product, register):
    one, two = register("one1", Nickname="first"), register("two2")
    reply = api("BatchQueryDeviceDetail", ProductKey=product, DeviceName=["two2", "absent", "one1", "two2"])
    listed = reply["Data"]["Data"]
    assert [device["IotId"] for device in listed] == [two["IotId"], one["IotId"]]
    detail = api("QueryDeviceDetail", IotId=one["IotId"])["Data"]
    del detail["Owner"]
    assert listed[1] == detail


def test_batch_detail_more_than_100_names_is_rejected(api, product, api_error):
    api("BatchQueryDeviceDetail", ProductKey=product, DeviceName=["lamp"] * 100)
    error = api_error("BatchQueryDeviceDetail", ProductKey=product, DeviceName=["lamp"] * 101)
    assert error.code == "iot.device.TooManyDeviceNamesPerRequest"


def test_batch_detail_of_missing_product_is_error(api, api_error):
    assert api_error("BatchQueryDeviceDetail", ProductKey=ABSENT, DeviceName=["a"]).code == "iot.prod.NotExistedProduct"
    with pytest.raises(GatewayError, match="MissingDeviceName"):
        api("BatchQueryDeviceDetail", ProductKey=ABSENT)


def test_device_list_page_and_item(platform, api, product, register):
    registered = [register(f"lamp{number}", Nickname=f"lamp{number}") for number in range(5)]
    reply = api("QueryDevice", ProductKey=product, PageSize=2, CurrentPage=2)
    assert names(reply) == ["lamp2", "lamp1"]
    assert {name: reply[name] for name in ("Page", "PageSize", "PageCount", "Total")} == {
        "Page": 2,
        "PageSize": 2,
        "PageCount": 3,
        "Total": 5,
    }
    created = 1550628969000
    platform.store.update("device", {"created_at": created, "modified_at": created}, iot_id=registered[2]["IotId"])
    oldest = api("QueryDevice", ProductKey=product)["Data"]["DeviceInfo"][-1]  # the oldest now
    assert oldest == {
        **registered[2],
        "DeviceId": registered[2]["IotId"][:20],
        "DeviceStatus": "UNACTIVE",
        "GmtCreate": "Wed, 20-Feb-2019 02:16:09 GMT",
        "UtcCreate": "2019-02-20T02:16:09.000Z",
        "GmtModified": "Wed, 20-Feb-2019 02:16:09 GMT",
        "UtcModified": "2019-02-20T02:16:09.000Z",
    }


def test_device_list_contains_only_devices_of_product(api, product, register):
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    register("lamp")
    register("else", ProductKey=other)
    reply = api("QueryDevice", ProductKey=product)
    assert (names(reply), reply["Total"], reply["NextToken"]) == (["lamp"], 1, "")
    assert api("QueryDevice", ProductKey=other)["Total"] == 1


def test_device_list_token_ignores_later_registrations(api, product, register):
    for number in range(7):
        register(f"lamp{number}")
    names_found = []
    token = ""
    for page in range(1, 5):
        reply = api("QueryDevice", ProductKey=product, PageSize=2, CurrentPage=page, NextToken=token)
        names_found += names(reply)
        token = reply["NextToken"]
        register(f"late{page}")
    assert names_found == [f"lamp{number}" for number in reversed(range(7))]
    assert token == ""


def test_device_list_token_with_equal_and_different_times(platform, api, product):
    for prefix in ("old", "new"):
        request = {"product": product, "prefix": prefix, "count": 5}
        platform.run(lambda ctx, request=request: control_devices.create_devices(ctx, request))
        platform.clock.advance(1)
    names_found = []
    token = ""
    for page in range(1, 5):
        reply = api("QueryDevice", ProductKey=product, PageSize=3, CurrentPage=page, NextToken=token)
        names_found.append(names(reply))
        token = reply["NextToken"]
    newest_first = [f"{prefix}{number:05}" for prefix in ("new", "old") for number in range(5, 0, -1)]
    assert names_found == [newest_first[:3], newest_first[3:6], newest_first[6:9], newest_first[9:]]
    assert token == ""


def test_device_list_full_last_page_has_no_token(api, product, register):
    register("lamp")
    register("last")
    reply = api("QueryDevice", ProductKey=product, PageSize=2)
    assert (names(reply), reply["NextToken"]) == (["last", "lamp"], "")


def test_device_list_depth_limits(api, product, register, api_error):
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
def test_device_list_invalid_page_is_rejected(api_error, product, params):
    assert api_error("QueryDevice", ProductKey=product, **params).code == "iot.common.InvalidPageParams"


def test_device_list_of_missing_product_is_error(api_error):
    assert api_error("QueryDevice", ProductKey=ABSENT).code == "iot.prod.NotExistedProduct"


def test_product_device_count_follows_devices(api, product, register):
    register("lamp")
    registered = register("last")
    assert api("QueryProduct", ProductKey=product)["Data"]["DeviceCount"] == 2
    api("DeleteDevice", IotId=registered["IotId"])
    assert api("QueryProduct", ProductKey=product)["Data"]["DeviceCount"] == 1


def test_devices_are_deleted_with_product(platform, api, product, register):
    register("lamp")
    api("DeleteProduct", ProductKey=product)
    assert platform.store.count("device") == 0


def test_batch_update_nicknames(platform, api, product, register):
    one, two = register("one1", Nickname="first"), register("two2")
    platform.clock.advance(5)
    entries = [{"IotId": one["IotId"]}, {"ProductKey": product, "DeviceName": "two2", "Nickname": "二二"}]
    api("BatchUpdateDeviceNickname", DeviceNicknameInfo=entries)
    assert "Nickname" not in api("QueryDeviceInfo", IotId=one["IotId"])["Data"]
    assert api("QueryDeviceInfo", IotId=two["IotId"])["Data"]["Nickname"] == "二二"
    changed = stored_row(platform, one)
    assert changed["modified_at"] >= changed["created_at"] + 5000
    assert stored_row(platform, two)["modified_at"] == changed["modified_at"]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"DeviceName": "lamp", "Nickname": "abc"}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"DeviceName": "lamp", "Nickname": "a" * 33}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"DeviceName": "lamp", "Nickname": "a b c"}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"DeviceName": "absent", "Nickname": "absent"}, "iot.device.NotExistedDevice"),
        ({"Nickname": "absent"}, "iot.device.NullDeviceName"),
    ],
)
def test_batch_update_nicknames_with_one_invalid_entry_changes_none(api, product, register, api_error, entry, code):
    one = register("one1", Nickname="first")
    register("lamp")
    entries = [{"IotId": one["IotId"], "Nickname": "changed"}, {"ProductKey": product, **entry}]
    assert api_error("BatchUpdateDeviceNickname", DeviceNicknameInfo=entries).code == code
    assert api("QueryDeviceInfo", IotId=one["IotId"])["Data"]["Nickname"] == "first"


def test_batch_update_more_than_100_nicknames_is_rejected(api, register, api_error):
    entry = {"IotId": register("lamp")["IotId"], "Nickname": "a" * 32}
    api("BatchUpdateDeviceNickname", DeviceNicknameInfo=[entry] * 100)
    error = api_error("BatchUpdateDeviceNickname", DeviceNicknameInfo=[entry] * 101)
    assert error.code == "iot.system.IllegalRequest"
    assert api_error("BatchUpdateDeviceNickname").code == "iot.device.NoneDeviceNameElement"


def test_go_online_twice_changes_status_once(platform, api, register, context):
    registered = register("lamp")
    connection.go_online(context(), stored_row(platform, registered), "192.0.2.1")
    changed = stored_row(platform, registered)["status_at"]
    platform.clock.advance(5)
    connection.go_online(context(), stored_row(platform, registered), "192.0.2.1")
    assert stored_row(platform, registered)["status_at"] == changed
    assert stored_row(platform, registered)["online_at"] >= changed + 5000


def test_go_offline_twice_changes_status_once(platform, register, context):
    registered = register("lamp")
    connection.go_online(context(), stored_row(platform, registered), "192.0.2.1")
    connection.go_offline(context(), stored_row(platform, registered))
    changed = stored_row(platform, registered)
    platform.clock.advance(5)
    connection.go_offline(context(), changed)
    assert stored_row(platform, registered) == changed
    assert service.status_of(changed) == "OFFLINE"
