# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Importing devices with their secrets."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

ABSENT = "a1nothing00"


@pytest.fixture
def key(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="cameras", NodeType=0)["ProductKey"]


def entry(number: int = 1, **changes) -> dict[str, str]:
    return {"DeviceName": f"camera_{number}", "DeviceSecret": f"secret_{number}", **changes}


def names(reply) -> list[str]:
    return [device["DeviceName"] for device in reply["DeviceList"]["device"]]


def test_one_device(api, key):
    made = api("ImportDevice", ProductKey=key, **entry(Nickname="园区灯", Sn="QC4_001"))["Data"]
    iot_id = made.pop("IotId")
    assert made == {"ProductKey": key, **entry(Nickname="园区灯", Sn="QC4_001")}
    read = api("QueryDeviceInfo", IotId=iot_id)["Data"]
    assert (read["DeviceName"], read["DeviceSecret"], read["Nickname"]) == ("camera_1", "secret_1", "园区灯")


def test_one_device_with_no_more_than_it_needs(api, key):
    made = api("ImportDevice", ProductKey=key, **entry(), Nickname="", Sn="")["Data"]
    assert set(made) == {"IotId", "ProductKey", "DeviceName", "DeviceSecret"}


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
def test_values_at_the_limits(api, key, params):
    made = api("ImportDevice", ProductKey=key, **{**entry(), **params})["Data"]
    assert params.items() <= made.items()


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
def test_what_one_device_cannot_be(platform, key, api_error, params, code):
    assert api_error("ImportDevice", **{"ProductKey": key, **entry(), **params}).code == code
    assert platform.store.count("device") == 0


def test_a_name_is_there_once(api, key, api_error):
    api("ImportDevice", ProductKey=key, **entry())
    assert api_error("ImportDevice", ProductKey=key, **entry()).code == "iot.device.AlreadyExistedDeviceName"
    with pytest.raises(GatewayError, match="MissingDeviceSecret"):
        api("ImportDevice", ProductKey=key, DeviceName="camera_2")


def test_many_devices(api, key, api_error):
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


def test_an_import_is_not_taken_for_a_registration(api, key, api_error):
    imported = api("BatchImportDevice", ProductKey=key, DeviceList=[entry()])["Data"]["ApplyId"]
    registered = api("BatchRegisterDevice", ProductKey=key, Count=1)["Data"]["ApplyId"]
    assert api_error("QueryPageByApplyId", ApplyId=imported).code == "iot.device.DeviceApplyIsNotFound"
    error = api_error("QueryImportedDeviceByApplyId", ApplyId=registered, PageNo=1, PageSize=10)
    assert error.code == "iot.device.DeviceApplyIsNotFound"


def test_each_import_has_its_devices(api, key):
    api("ImportDevice", ProductKey=key, **entry(0))
    ids = [api("BatchImportDevice", ProductKey=key, DeviceList=[entry(number)])["Data"]["ApplyId"] for number in (1, 2)]
    listed = [names(api("QueryImportedDeviceByApplyId", ApplyId=one, PageNo=1, PageSize=50)) for one in ids]
    assert listed == [["camera_1"], ["camera_2"]]
    api("DeleteDevice", ProductKey=key, DeviceName="camera_1")
    emptied = api("QueryImportedDeviceByApplyId", ApplyId=ids[0], PageNo=1, PageSize=50)
    assert (names(emptied), emptied["TotalPage"]) == ([], 0)


def test_an_import_goes_with_its_product(platform, api, key, api_error):
    apply_id = api("BatchImportDevice", ProductKey=key, DeviceList=[entry()])["Data"]["ApplyId"]
    api("DeleteProduct", ProductKey=key)
    error = api_error("QueryImportedDeviceByApplyId", ApplyId=apply_id, PageNo=1, PageSize=10)
    assert error.code == "iot.device.DeviceApplyIsNotFound"
    assert platform.store.count("imported_device") == 0


@pytest.mark.parametrize(
    ("page", "taken"),
    [
        ({"PageNo": 10_000, "PageSize": 50}, True),
        ({"PageNo": 10_001, "PageSize": 10}, False),
        ({"PageNo": 0, "PageSize": 10}, False),
        ({"PageNo": 1, "PageSize": 51}, False),
    ],
)
def test_pages_of_an_import(api, key, api_error, page, taken):
    apply_id = api("BatchImportDevice", ProductKey=key, DeviceList=[entry()])["Data"]["ApplyId"]
    if taken:
        assert names(api("QueryImportedDeviceByApplyId", ApplyId=apply_id, **page)) == []
    else:
        error = api_error("QueryImportedDeviceByApplyId", ApplyId=apply_id, **page)
        assert error.code == "iot.common.InvalidPageParams"


def test_a_good_list_is_checked(platform, api, key):
    assert api("BatchCheckImportDevice", ProductKey=key, DeviceList=[entry(1), entry(2, Sn="SN")]) == {}
    assert platform.store.count("device") == 0


FAULTY = [
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
def taken(api, key):
    """A product that has the first of the faulty devices already."""
    api("RegisterDevice", ProductKey=key, DeviceName="camera_0")
    return key


def test_a_faulty_list_is_checked(api, taken):
    data = api("BatchCheckImportDevice", ProductKey=taken, DeviceList=FAULTY)["Data"]
    details = data.pop("InvalidDetailList")
    assert data == {
        "InvalidDeviceNameList": NAMES,
        "InvalidDeviceSecretList": SECRETS,
        "InvalidSnList": SNS,
        "RepeatedDeviceNameList": REPEATED,
    }
    assert [{name: value for name, value in one.items() if name != "ErrorMsg"} for one in details] == [
        FAULTY[number] for number in (0, 1, 2, 3, 4, 5, 6, 6)
    ]
    assert details[3]["ErrorMsg"] == "The device name is malformed"


def test_a_faulty_list_is_not_imported(platform, api, taken, api_error):
    error = api_error("BatchImportDevice", ProductKey=taken, DeviceList=FAULTY)
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
def test_no_list(key, api_error, action):
    assert api_error(action, ProductKey=key).code == "iot.device.NoneDeviceNameElement"
    assert api_error(action, ProductKey=ABSENT, DeviceList=[entry()]).code == "iot.prod.NotExistedProduct"


def test_what_is_beyond_10000_is_dropped_in_silence(platform, api, key):
    batch = [{"DeviceName": f"camera_{number}", "DeviceSecret": "s"} for number in range(10_000)]
    assert api("BatchCheckImportDevice", ProductKey=key, DeviceList=[*batch, {"DeviceName": "$"}]) == {}
    api("BatchImportDevice", ProductKey=key, DeviceList=[*batch, entry(10_001)])
    assert platform.store.count("device") == 10_000
