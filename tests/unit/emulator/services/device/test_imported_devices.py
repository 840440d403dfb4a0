# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of importing devices with their secrets."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

ABSENT = "a1nothing00"


@pytest.fixture
def key(api):
    """Return the key of a product."""
    return api("CreateProduct", ProductName="cameras", NodeType=0)["ProductKey"]


def entry(number: int = 1, **changes) -> dict[str, str]:
    return {"DeviceName": f"camera_{number}", "DeviceSecret": f"secret_{number}", **changes}


def names(reply) -> list[str]:
    return [device["DeviceName"] for device in reply["DeviceList"]["device"]]


def test_import_device(api, key):
    imported = api("ImportDevice", ProductKey=key, **entry(Nickname="园区灯", Sn="QC4_001"))["Data"]
    iot_id = imported.pop("IotId")
    assert imported == {"ProductKey": key, **entry(Nickname="园区灯", Sn="QC4_001")}
    read = api("QueryDeviceInfo", IotId=iot_id)["Data"]
    assert (read["DeviceName"], read["DeviceSecret"], read["Nickname"]) == ("camera_1", "secret_1", "园区灯")


def test_import_device_with_required_parameters_only(api, key):
    imported = api("ImportDevice", ProductKey=key, **entry(), Nickname="", Sn="")["Data"]
    assert set(imported) == {"IotId", "ProductKey", "DeviceName", "DeviceSecret"}


@pytest.mark.parametrize(
    "params",
    [
        {"DeviceName": "a.:@-_" + "b" * 26},
        {"DeviceName": "abcd"},
        {"DeviceSecret": "s"},
        {"DeviceSecret": "a.:@-_" + "s" * 26},
        {"Nickname": "n"},
        {"Nickname": "园" * 32},
        {"Sn": "s"},
        {"Sn": "s" * 64},
    ],
)
def test_import_device_accepts_values_at_limits(api, key, params):
    imported = api("ImportDevice", ProductKey=key, **{**entry(), **params})["Data"]
    assert params.items() <= imported.items()


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"DeviceName": "abc"}, "iot.device.InvalidFormattedDeviceName"),
        ({"DeviceName": "a" * 33}, "iot.device.InvalidFormattedDeviceName"),
        ({"DeviceName": "cam$era"}, "iot.device.InvalidFormattedDeviceName"),
        ({"DeviceSecret": "s" * 33}, "iot.device.InvalidDeviceParams"),
        ({"DeviceSecret": "s s"}, "iot.device.InvalidDeviceParams"),
        ({"Nickname": "n" * 65}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"Nickname": "n-n"}, "iot.device.InvalidDeviceNickNameExisted"),
        ({"Sn": "s" * 65}, "iot.device.InvalidDeviceParams"),
        ({"Sn": "s-s"}, "iot.device.InvalidDeviceParams"),
        ({"ProductKey": ABSENT}, "iot.prod.NotExistedProduct"),
    ],
)
def test_import_device_invalid_value_is_rejected(platform, key, api_error, params, code):
    assert api_error("ImportDevice", **{"ProductKey": key, **entry(), **params}).code == code
    assert platform.store.count("device") == 0


def test_import_device_existing_name_is_rejected(api, key, api_error):
    api("ImportDevice", ProductKey=key, **entry())
    assert api_error("ImportDevice", ProductKey=key, **entry()).code == "iot.device.AlreadyExistedDeviceName"
    with pytest.raises(GatewayError, match="MissingDeviceSecret"):
        api("ImportDevice", ProductKey=key, DeviceName="camera_2")


def test_batch_import_lists_devices_by_page(api, key, api_error):
    batch = [entry(number) for number in range(11)] + [entry(11, Sn="SN_11")]
    apply_id = api("BatchImportDevice", ProductKey=key, DeviceList=batch)["Data"]["ApplyId"]
    first = api("QueryImportedDeviceByApplyId", ApplyId=apply_id, PageNo=1, PageSize=10)
    assert names(first) == [f"camera_{number}" for number in range(10)]
    second = api("QueryImportedDeviceByApplyId", ApplyId=apply_id, PageNo=2, PageSize=10)
    assert second == {
        "ProductKey": key,
        "DeviceList": {
            "device": [{"ProductKey": key, **entry(10)}, {"ProductKey": key, **entry(11, Sn="SN_11")}],
        },
        "PageNo": 2,
        "PageSize": 10,
        "TotalPage": 2,
    }
    assert api("QueryProduct", ProductKey=key)["Data"]["DeviceCount"] == 12


def test_import_and_registration_apply_ids_are_separate(api, key, api_error):
    imported = api("BatchImportDevice", ProductKey=key, DeviceList=[entry()])["Data"]["ApplyId"]
    registered = api("BatchRegisterDevice", ProductKey=key, Count=1)["Data"]["ApplyId"]
    assert api_error("QueryPageByApplyId", ApplyId=imported).code == "iot.device.DeviceApplyIsNotFound"
    error = api_error("QueryImportedDeviceByApplyId", ApplyId=registered, PageNo=1, PageSize=10)
    assert error.code == "iot.device.DeviceApplyIsNotFound"


def test_imports_list_only_their_own_devices(api, key):
    api("ImportDevice", ProductKey=key, **entry(0))
    ids = [api("BatchImportDevice", ProductKey=key, DeviceList=[entry(number)])["Data"]["ApplyId"] for number in (1, 2)]
    listed = [names(api("QueryImportedDeviceByApplyId", ApplyId=one, PageNo=1, PageSize=50)) for one in ids]
    assert listed == [["camera_1"], ["camera_2"]]
    api("DeleteDevice", ProductKey=key, DeviceName="camera_1")
    empty_page = api("QueryImportedDeviceByApplyId", ApplyId=ids[0], PageNo=1, PageSize=50)
    assert (names(empty_page), empty_page["TotalPage"]) == ([], 0)


def test_import_is_deleted_with_product(platform, api, key, api_error):
    apply_id = api("BatchImportDevice", ProductKey=key, DeviceList=[entry()])["Data"]["ApplyId"]
    api("DeleteProduct", ProductKey=key)
    error = api_error("QueryImportedDeviceByApplyId", ApplyId=apply_id, PageNo=1, PageSize=10)
    assert error.code == "iot.device.DeviceApplyIsNotFound"
    assert platform.store.count("imported_device") == 0


@pytest.mark.parametrize(
    ("page", "accepted"),
    [
        ({"PageNo": 10_000, "PageSize": 50}, True),
        ({"PageNo": 10_001, "PageSize": 10}, False),
        ({"PageNo": 0, "PageSize": 10}, False),
        ({"PageNo": 1, "PageSize": 51}, False),
    ],
)
def test_import_page_limits(api, key, api_error, page, accepted):
    apply_id = api("BatchImportDevice", ProductKey=key, DeviceList=[entry()])["Data"]["ApplyId"]
    if accepted:
        assert names(api("QueryImportedDeviceByApplyId", ApplyId=apply_id, **page)) == []
    else:
        error = api_error("QueryImportedDeviceByApplyId", ApplyId=apply_id, **page)
        assert error.code == "iot.common.InvalidPageParams"


def test_check_of_valid_list_returns_nothing(platform, api, key):
    assert api("BatchCheckImportDevice", ProductKey=key, DeviceList=[entry(1), entry(2, Sn="SN")]) == {}
    assert platform.store.count("device") == 0


INVALID_ENTRIES = [
    entry(0),
    entry(1),
    entry(1),
    entry(DeviceName="aw"),
    entry(3, DeviceSecret="^67$"),
    entry(4, Sn=""),
    {"Sn": "SN"},
    entry(5),
]
NAMES = ["aw", ""]
SECRETS = ["^67$", ""]
SNS = [""]
REPEATED = ["camera_0", "camera_1"]


@pytest.fixture
def product_with_device(api, key):
    """Return the key of a product that already has the first device of ``INVALID_ENTRIES``."""
    api("RegisterDevice", ProductKey=key, DeviceName="camera_0")
    return key


def test_check_of_invalid_list_returns_errors(api, product_with_device):
    data = api("BatchCheckImportDevice", ProductKey=product_with_device, DeviceList=INVALID_ENTRIES)["Data"]
    details = data.pop("InvalidDetailList")
    assert data == {
        "InvalidDeviceNameList": NAMES,
        "InvalidDeviceSecretList": SECRETS,
        "InvalidSnList": SNS,
        "RepeatedDeviceNameList": REPEATED,
    }
    assert [{name: value for name, value in one.items() if name != "ErrorMsg"} for one in details] == [
        INVALID_ENTRIES[number] for number in (0, 1, 2, 3, 4, 5, 6, 6)
    ]
    assert details[3]["ErrorMsg"] == "The device name is malformed"


def test_batch_import_of_invalid_list_imports_none(platform, api, product_with_device, api_error):
    error = api_error("BatchImportDevice", ProductKey=product_with_device, DeviceList=INVALID_ENTRIES)
    assert error.code == "iot.device.ApplyManyDevicesFailed"
    data = dict(error.extra["Data"])
    assert len(data.pop("InvalidDetailList")["InvalidDetailList"]) == 8
    assert data == {
        "InvalidDeviceNameList": {"invalidDeviceName": NAMES},
        "InvalidDeviceSecretList": {"invalidDeviceSecret": SECRETS},
        "InvalidSnList": {"invalidSn": SNS},
        "RepeatedDeviceNameList": {"repeatedDeviceName": REPEATED},
    }
    assert platform.store.count("device") == 1


@pytest.mark.parametrize("action", ["BatchImportDevice", "BatchCheckImportDevice"])
def test_batch_import_without_list_is_rejected(key, api_error, action):
    assert api_error(action, ProductKey=key).code == "iot.device.NoneDeviceNameElement"
    assert api_error(action, ProductKey=ABSENT, DeviceList=[entry()]).code == "iot.prod.NotExistedProduct"


def test_batch_import_ignores_devices_beyond_10000(platform, api, key):
    batch = [{"DeviceName": f"camera_{number}", "DeviceSecret": "s"} for number in range(10_000)]
    assert api("BatchCheckImportDevice", ProductKey=key, DeviceList=[*batch, {"DeviceName": "$"}]) == {}
    api("BatchImportDevice", ProductKey=key, DeviceList=[*batch, entry(10_001)])
    assert platform.store.count("device") == 10_000
