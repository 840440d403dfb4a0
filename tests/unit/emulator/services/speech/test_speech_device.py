# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the speeches on devices and the storage of devices."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

ABSENT = "nothing0000000000000000100"


@pytest.fixture
def product(api):
    """Create a product and return its key."""
    return api("CreateProduct", ProductName="speakers", NodeType=0)["ProductKey"]


@pytest.fixture
def register_device(platform, api, product):
    """Register an online device with speeches, given as size in bytes by format and BizCode, and return its id."""

    def register_device(name: str, speeches: dict[tuple[str, str], int] | None = None) -> str:
        iot_id = api("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]["IotId"]
        now = platform.clock.now()
        with platform.store.transaction():
            platform.store.update("device", {"online": 1, "activated_at": now}, iot_id=iot_id)
            for (audio_format, biz_code), size in (speeches or {}).items():
                row = {"audio_format": audio_format, "biz_code": biz_code, "text": "test", "size": size}
                platform.store.insert("device_speech", iot_id=iot_id, **row)
            if speeches:
                used = sum(speeches.values())
                platform.store.insert("speech_device", iot_id=iot_id, used=used, changed_at=now)
        return iot_id

    return register_device


@pytest.fixture
def device_names(api):
    """Return the names of the devices that QuerySpeechDevice lists."""

    def device_names(**params) -> list[str]:
        reply = api("QuerySpeechDevice", ProjectCode="p1", **params)
        return [device["DeviceName"] for device in reply["Data"]["List"]["Items"]]

    return device_names


def test_device_detail_returns_available_space(platform, api, product, register_device):
    empty = register_device("lamp1")
    assert api("GetSpeechDeviceDetail", IotId=empty)["Data"] == {
        "AvailableSpace": 2000.0,
        "DeviceName": "lamp1",
        "IotId": empty,
        "ProductKey": product,
        "Status": "ONLINE",
        "TotalSpace": 2000.0,
    }
    used = register_device("lamp2", {("wav", "a"): 1024, ("wav", "b"): 512})
    detail = api("GetSpeechDeviceDetail", IotId=used)["Data"]
    assert detail["AvailableSpace"] == 1998.5
    assert detail["SpeechListUpdateTime"] == platform.store.one("speech_device", iot_id=used)["changed_at"]
    api("DisableThing", IotId=used)
    assert api("GetSpeechDeviceDetail", IotId=used)["Data"]["Status"] == "DISABLE"


def test_device_speech_list_is_sorted_and_paged(api, register_device, api_error):
    iot_id = register_device("lamp1", {("wav", "b"): 16 * 1024, ("mp3", "b"): 100, ("wav", "a"): 1})
    reply = api("QueryDeviceSpeech", IotId=iot_id)["Data"]
    assert reply["List"]["Items"] == [
        {"AudioFormat": "wav", "BizCode": "a", "Size": 0.0},
        {"AudioFormat": "mp3", "BizCode": "b", "Size": 0.1},
        {"AudioFormat": "wav", "BizCode": "b", "Size": 16.0},
    ]
    assert (reply["PageId"], reply["PageSize"], reply["Total"]) == (1, 20, 3)
    [last] = api("QueryDeviceSpeech", IotId=iot_id, PageId=3, PageSize=1)["Data"]["List"]["Items"]
    assert (last["AudioFormat"], last["BizCode"]) == ("wav", "b")
    assert api_error("QueryDeviceSpeech", IotId=iot_id, PageSize=51).code == "iot.common.InvalidPageParams"
    assert api_error("QueryDeviceSpeech", IotId=iot_id, PageId=10_001).code == "iot.common.InvalidPageParams"


def test_device_list_is_filtered_and_paged_newest_first(api, product, register_device, device_names):
    for name in ("lamp1", "lamp2", "bulb1", "Lamp3"):
        register_device(name)
    reply = api("QuerySpeechDevice", ProjectCode="p1", PageSize=1)["Data"]
    assert (reply["PageId"], reply["PageSize"], reply["Total"]) == (1, 1, 4)
    [first] = reply["List"]["Items"]
    assert first == {
        "AvailableSpace": 2000.0,
        "DeviceName": "Lamp3",
        "IotId": first["IotId"],
        "ProductKey": product,
    }
    assert device_names() == ["Lamp3", "bulb1", "lamp2", "lamp1"]
    assert device_names(PageId=2, PageSize=3) == ["lamp1"]
    assert device_names(DeviceName="lamp") == ["lamp1", "lamp2"]
    assert device_names(DeviceName="lamp2") == ["lamp2"]
    assert device_names(DeviceName="amp") == device_names(DeviceName="lamp22") == device_names(DeviceName="%") == []
    assert device_names(DeviceName="lamp", PageId=2, PageSize=1) == ["lamp2"]


def test_device_list_by_name_covers_all_products(api, register_device, device_names):
    register_device("lamp1")
    other = api("CreateProduct", ProductName="others", NodeType=0)["ProductKey"]
    api("RegisterDevice", ProductKey=other, DeviceName="lamp2")
    assert sorted(device_names(DeviceName="lamp")) == ["lamp1", "lamp2"]


@pytest.mark.parametrize(
    ("space", "scope", "expected"),
    [
        ("1500", "smaller", ["small"]),
        ("1500", "equal", ["half_"]),
        ("1500", "greater", ["empty"]),
        ("1500.5", "smaller", ["half_", "small"]),
        ("999.9", "equal", ["small"]),
        ("2000", "equal", ["empty"]),
        ("2000", "greater", []),
        ("0.5", "greater", ["empty", "half_", "small"]),
        ("1500", "", ["empty", "half_", "small"]),
        ("", "smaller", ["empty", "half_", "small"]),
    ],
)
def test_device_list_is_filtered_by_available_space(register_device, device_names, space, scope, expected):
    register_device("small", {("wav", "a"): 1000 * 1024 + 100})
    register_device("half_", {("wav", "a"): 500 * 1024})
    register_device("empty")
    assert device_names(AvailableSpace=space, AvailableSpaceScope=scope) == expected
    assert device_names(AvailableSpace=space, AvailableSpaceScope=scope, DeviceName="half") == [
        name for name in expected if name == "half_"
    ]


@pytest.mark.parametrize("space", ["-1", "0", "0.0", "much", "1e3", "1.", "１"])
def test_device_list_with_malformed_space_is_rejected(api_error, space):
    error = api_error("QuerySpeechDevice", ProjectCode="p1", AvailableSpace=space, AvailableSpaceScope="equal")
    assert error.code == "iot.common.InvalidFormattedParameter"


def test_device_list_with_unknown_space_scope_is_rejected(api_error):
    error = api_error("QuerySpeechDevice", ProjectCode="p1", AvailableSpace=1, AvailableSpaceScope="less")
    assert error.code == "iot.common.InvalidFormattedParameter"


def test_device_speech_deletion_frees_space(platform, api, register_device):
    iot_id = register_device("lamp1", {("wav", "a"): 1024, ("mp3", "a"): 2048, ("wav", "b"): 4096})
    other = register_device("lamp2", {("wav", "a"): 1024})
    platform.clock.advance(60)
    speeches_to_delete = [{"AudioFormat": "wav", "BizCode": code} for code in ("a", "b", "unknown")]
    api("DeleteDeviceSpeech", IotId=iot_id, DeviceSpeechList=speeches_to_delete)
    [remaining] = api("QueryDeviceSpeech", IotId=iot_id)["Data"]["List"]["Items"]
    assert (remaining["AudioFormat"], remaining["BizCode"]) == ("mp3", "a")
    detail = api("GetSpeechDeviceDetail", IotId=iot_id)["Data"]
    assert detail["AvailableSpace"] == 1998.0
    assert detail["SpeechListUpdateTime"] >= platform.store.one("speech_device", iot_id=other)["changed_at"] + 60_000
    assert api("QueryDeviceSpeech", IotId=other)["Data"]["Total"] == 1
    api("DeleteDeviceSpeech", IotId=iot_id, DeviceSpeechList=speeches_to_delete)
    assert api("GetSpeechDeviceDetail", IotId=iot_id)["Data"] == detail


def test_device_speech_deletion_invalid_is_rejected(platform, api, register_device, api_error):
    iot_id = register_device("lamp1", {("wav", "a"): 1024})
    for error in ({"AudioFormat": "wav"}, {"BizCode": "a"}):
        with pytest.raises(GatewayError, match="MissingDeviceSpeechList"):
            api("DeleteDeviceSpeech", IotId=iot_id, DeviceSpeechList=[{"AudioFormat": "wav", "BizCode": "a"}, error])
    speech = {"AudioFormat": "ogg", "BizCode": "a"}
    error = api_error("DeleteDeviceSpeech", IotId=iot_id, DeviceSpeechList=[speech])
    assert error.code == "iot.common.InvalidFormattedParameter"
    platform.store.update("device", {"online": 0}, iot_id=iot_id)
    speech["AudioFormat"] = "wav"
    error = api_error("DeleteDeviceSpeech", IotId=iot_id, DeviceSpeechList=[speech])
    assert error.code == "iot.messagebroker.OFFLINE"
    assert api("QueryDeviceSpeech", IotId=iot_id)["Data"]["Total"] == 1


def test_device_deletion_deletes_its_speeches(platform, api, register_device):
    iot_id = register_device("lamp1", {("wav", "a"): 1024})
    register_device("lamp2", {("wav", "a"): 1024})
    api("DeleteDevice", IotId=iot_id)
    assert platform.store.count("device_speech") == platform.store.count("speech_device") == 1


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("QueryDeviceSpeech", {}),
        ("GetSpeechDeviceDetail", {}),
        ("DeleteDeviceSpeech", {"DeviceSpeechList": [{"AudioFormat": "wav", "BizCode": "a"}]}),
    ],
)
def test_missing_device_is_not_found(api_error, action, params):
    assert api_error(action, IotId=ABSENT, **params).code == "iot.device.NotExistedDevice"
    assert api_error(action, IotId="no/id", **params).code == "iot.device.InvalidIoTId"
