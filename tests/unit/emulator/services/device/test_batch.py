# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of registering many devices with an application."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

ABSENT = "a1nothing00"

LATER = 30  # seconds; longer than any application takes


@pytest.fixture
def product(api):
    """Return the key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def check(api, product):
    """Return a function that submits names and returns the ApplyId."""
    return lambda *names: api("BatchCheckDeviceNames", ProductKey=product, DeviceName=list(names))["Data"]["ApplyId"]


@pytest.fixture
def register(api, product):
    """Return a function that registers the devices of an application."""
    return lambda apply_id: api("BatchRegisterDeviceWithApplyId", ProductKey=product, ApplyId=apply_id)


@pytest.fixture
def status(api, product):
    """Return a function that returns the status of an application."""
    return lambda apply_id: api("QueryBatchRegisterDeviceStatus", ProductKey=product, ApplyId=apply_id)["Data"]


@pytest.fixture
def finish_work(platform):
    """Return a function that advances the clock until the work of an application is finished."""
    return lambda: platform.clock.advance(LATER)


@pytest.fixture
def devices(api):
    """Return a function that returns the first page of an application's devices."""
    return lambda apply_id: api("QueryPageByApplyId", ApplyId=apply_id)["ApplyDeviceList"]["ApplyDeviceInfo"]


def status_report(status: str, valid=(), invalid=(), details=()) -> dict:
    return {
        "Status": status,
        "ValidList": {"Name": list(valid)},
        "InvalidList": {"Name": list(invalid)},
        "InvalidDetailList": {"invalidDetailList": list(details)},
    }


def test_names_are_checked_and_then_registered(platform, api, product, check, register, status, finish_work, devices):
    names = ["lamp", "A-_@.:9z"]
    apply_id = check(*names)
    assert status(apply_id) == status_report("CHECK")
    finish_work()
    assert status(apply_id) == status_report("CHECK_SUCCESS", names)
    assert devices(apply_id) == []
    assert register(apply_id) == {"Data": {"ApplyId": apply_id}}
    assert status(apply_id) == status_report("CREATE")
    assert devices(apply_id) == []
    finish_work()
    assert status(apply_id) == status_report("CREATE_SUCCESS", names)
    registered = devices(apply_id)
    assert [device["DeviceName"] for device in registered] == names
    for device in registered:
        info = api("QueryDeviceInfo", IotId=device["IotId"])["Data"]
        assert device == {
            "IotId": info["IotId"],
            "DeviceId": info["IotId"][:20],
            "DeviceName": info["DeviceName"],
            "DeviceSecret": info["DeviceSecret"],
        }


def test_check_duration_depends_on_device_count(platform, check, status):
    apply_id = check(*(f"lamp{number}" for number in range(1000)))
    started = platform.store.require("device_application", apply_id=apply_id)["created_at"]
    assert platform.next_due_at() - started == 3000
    assert status(apply_id)["Status"] == "CHECK"
    platform.clock.advance(3)
    assert status(apply_id)["Status"] == "CHECK_SUCCESS"


def test_nicknames_are_registered(api, product, register, finish_work, devices):
    entries = [
        {"DeviceName": "lamp", "DeviceNickname": "智能灯1"},
        {"DeviceName": "last", "DeviceNickname": "らんぷ"},
        {"DeviceName": "none"},
    ]
    reply = api("BatchCheckDeviceNames", ProductKey=product, DeviceNameList=entries, DeviceName=["other"])
    finish_work()
    register(reply["Data"]["ApplyId"])
    finish_work()
    registered = devices(reply["Data"]["ApplyId"])
    nicknames = [api("QueryDeviceInfo", IotId=device["IotId"])["Data"].get("Nickname") for device in registered]
    assert [device["DeviceName"] for device in registered] == ["lamp", "last", "none"]
    assert nicknames == ["智能灯1", "らんぷ", None]


@pytest.mark.parametrize(("auth_type", "limit"), [("secret", 10_000), ("x509", 1_000)])
def test_names_beyond_the_limit_are_ignored(platform, api, product, check, status, finish_work, auth_type, limit):
    platform.store.update("product", {"auth_type": auth_type}, product_key=product)
    names = [f"lamp{number:05}" for number in range(limit + 1)]
    apply_id = check(*names)
    entries = [{"DeviceName": name} for name in names]
    other = api("BatchCheckDeviceNames", ProductKey=product, DeviceNameList=entries)["Data"]["ApplyId"]
    finish_work()
    assert status(apply_id) == status_report("CHECK_SUCCESS", names[:limit])
    assert status(other) == status_report("CHECK_SUCCESS", names[:limit])


def test_malformed_names_are_rejected_immediately(platform, api_error, product):
    entries = [
        {"DeviceName": "AP", "DeviceNickname": "nickname"},
        {"DeviceName": "lamp", "DeviceNickname": "a-1"},
        {"DeviceName": "twice"},
        {"DeviceName": "twice"},
        {"DeviceName": "good", "DeviceNickname": "a" * 64},
    ]
    error = api_error("BatchCheckDeviceNames", ProductKey=product, DeviceNameList=entries)
    assert error.code == "iot.device.InvalidDeviceNameExisted"
    data = error.extra["Data"]
    details = data.pop("InvalidDetailList")["InvalidDetailList"]
    assert data == {
        "InvalidDeviceNameList": {"InvalidDeviceName": ["AP"]},
        "InvalidDeviceNicknameList": {"InvalidDeviceNickname": ["a-1"]},
        "RepeatedDeviceNameList": {"RepeatDevieNameList": ["twice"]},
    }
    assert [(entry["DeviceName"], entry.get("NickName")) for entry in details] == [
        ("AP", "nickname"),
        ("lamp", "a-1"),
        ("twice", None),
        ("twice", None),
    ]
    assert all(entry["ErrorMsg"] for entry in details)
    assert platform.store.count("device_application") == 0


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "iot.device.NoneDeviceNameElement"),
        ({"DeviceName": ["abc"]}, "iot.device.InvalidDeviceNameExisted"),
        ({"DeviceName": ["a" * 33]}, "iot.device.InvalidDeviceNameExisted"),
        ({"DeviceName": ["lamp", "lamp"]}, "iot.device.InvalidDeviceParams"),
        ({"DeviceNameList": [{"DeviceNickname": "nickname"}]}, "iot.device.InvalidDeviceNameExisted"),
        (
            {"DeviceNameList": [{"DeviceName": "lamp", "DeviceNickname": "a" * 65}]},
            "iot.device.InvalidDeviceNickNameExisted",
        ),
        (
            {"DeviceNameList": [{"DeviceName": "lamp", "DeviceNickname": "灯"}]},
            "iot.device.InvalidDeviceNickNameExisted",
        ),
        ({"DeviceName": ["lamp"], "ProductKey": ABSENT}, "iot.prod.NotExistedProduct"),
    ],
)
def test_check_names_invalid_request_is_rejected(api_error, product, params, code):
    assert api_error("BatchCheckDeviceNames", **{"ProductKey": product, **params}).code == code


def test_check_fails_for_existing_name(api, product, check, register, status, finish_work, api_error):
    api("RegisterDevice", ProductKey=product, DeviceName="lamp")
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    api("RegisterDevice", ProductKey=other, DeviceName="free")
    apply_id = check("free", "lamp")
    finish_work()
    reported = status(apply_id)
    [detail] = reported["InvalidDetailList"]["invalidDetailList"]
    assert detail["DeviceName"] == "lamp"
    assert reported == status_report("CHECK_FAILED", invalid=["lamp"], details=[detail])
    error = api_error("BatchRegisterDeviceWithApplyId", ProductKey=product, ApplyId=apply_id)
    assert error.code == "iot.device.IncorrentDeviceApplyInfo"


def test_name_registered_after_check_fails_separately(api, product, check, register, status, finish_work, devices):
    apply_id = check("free", "lamp")
    finish_work()
    api("RegisterDevice", ProductKey=product, DeviceName="lamp")
    register(apply_id)
    finish_work()
    reported = status(apply_id)
    assert reported == status_report(
        "CREATE_FAILED", invalid=["lamp"], details=reported["InvalidDetailList"]["invalidDetailList"]
    )
    assert [device["DeviceName"] for device in devices(apply_id)] == ["free"]


def test_application_can_be_registered_only_once(product, check, register, finish_work, api_error):
    apply_id = check("lamp")
    request = {"action": "BatchRegisterDeviceWithApplyId", "ProductKey": product, "ApplyId": apply_id}
    assert api_error(**request).code == "iot.device.CreateDeviceTaskIsRunning"
    finish_work()
    register(apply_id)
    assert api_error(**request).code == "iot.device.CreateDeviceTaskIsRunning"
    finish_work()
    assert api_error(**request).code == "iot.device.ApplyManyDevicesFailed"


def test_batch_register_generates_names(api, product, status, finish_work, devices):
    apply_id = api("BatchRegisterDevice", ProductKey=product, Count=3)["Data"]["ApplyId"]
    assert status(apply_id) == status_report("CREATE")
    finish_work()
    names = [device["DeviceName"] for device in devices(apply_id)]
    assert len(set(names)) == 3
    assert status(apply_id) == status_report("CREATE_SUCCESS", names)


@pytest.mark.parametrize(
    ("count", "code"),
    [
        (0, "iot.device.InvalidDeviceParams"),
        (-1, "iot.device.InvalidDeviceParams"),
        (10_001, "iot.device.DeviceCountExceeded"),
    ],
)
def test_batch_register_invalid_count_is_rejected(api, product, api_error, count, code):
    assert api_error("BatchRegisterDevice", ProductKey=product, Count=count).code == code
    api("BatchRegisterDevice", ProductKey=product, Count=1000)


def test_batch_register_for_x509_product_is_limited_to_1000_devices(platform, api, product, api_error):
    platform.store.update("product", {"auth_type": "x509"}, product_key=product)
    assert api_error("BatchRegisterDevice", ProductKey=product, Count=1001).code == "iot.device.DeviceCountExceeded"
    api("BatchRegisterDevice", ProductKey=product, Count=1000)


def test_batch_register_in_missing_product_is_error(api_error):
    assert api_error("BatchRegisterDevice", ProductKey=ABSENT, Count=1).code == "iot.prod.NotExistedProduct"


@pytest.mark.parametrize("action", ["BatchRegisterDeviceWithApplyId", "QueryBatchRegisterDeviceStatus"])
def test_application_of_other_product_is_error(api, check, api_error, action):
    apply_id = check("lamp")
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    assert api_error(action, ProductKey=other, ApplyId=apply_id).code == "iot.device.DeviceApplyIsNotFound"
    assert api_error(action, ProductKey=ABSENT, ApplyId=apply_id).code == "iot.prod.NotExistedProduct"


@pytest.mark.parametrize(
    "action", ["BatchRegisterDeviceWithApplyId", "QueryBatchRegisterDeviceStatus", "QueryPageByApplyId"]
)
def test_missing_application_is_error(api, product, check, api_error, action):
    apply_id = check("lamp")
    assert api_error(action, ProductKey=product, ApplyId=apply_id + 1).code == "iot.device.DeviceApplyIsNotFound"
    assert api_error(action, ProductKey=product, ApplyId=0).code == "iot.device.InvalidFormattedApplyId"
    with pytest.raises(GatewayError, match="MissingApplyId"):
        api(action, ProductKey=product)


def test_apply_ids_have_7_digits_and_are_not_reused(platform, api, product, check):
    first = check("lamp")
    api("DeleteProduct", ProductKey=product)
    key = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    second = api("BatchRegisterDevice", ProductKey=key, Count=1)["Data"]["ApplyId"]
    assert 1_000_000 < first < second < 10_000_000


def test_application_device_list_pages(api, product, finish_work, api_error):
    apply_id = api("BatchRegisterDevice", ProductKey=product, Count=5)["Data"]["ApplyId"]
    finish_work()
    pages = [api("QueryPageByApplyId", ApplyId=apply_id, PageSize=2, CurrentPage=page) for page in (1, 2, 3)]
    listed = [page.pop("ApplyDeviceList")["ApplyDeviceInfo"] for page in pages]
    assert [len(page) for page in listed] == [2, 2, 1]
    assert len({device["IotId"] for page in listed for device in page}) == 5
    assert pages[1] == {"Page": 2, "PageSize": 2, "PageCount": 3, "Total": 5}
    error = api_error("QueryPageByApplyId", ApplyId=apply_id, PageSize=51)
    assert error.code == "iot.common.InvalidPageParams"


def test_application_without_deleted_device(api, product, status, finish_work, devices):
    apply_id = api("BatchRegisterDevice", ProductKey=product, Count=2)["Data"]["ApplyId"]
    finish_work()
    first, second = devices(apply_id)
    api("DeleteDevice", IotId=first["IotId"])
    assert devices(apply_id) == [second]
    assert status(apply_id)["ValidList"]["Name"] == [first["DeviceName"], second["DeviceName"]]


@pytest.mark.parametrize("random", [True, False])
def test_application_is_deleted_with_product(platform, api, product, check, finish_work, random):
    if random:
        api("BatchRegisterDevice", ProductKey=product, Count=1)
    else:
        check("lamp")
    api("DeleteProduct", ProductKey=product)
    assert platform.store.count("device_application_entry") == 0
    finish_work()
    platform.run_due_work()
    assert platform.store.count("device") == 0
    assert platform.store.count("due") == 0
