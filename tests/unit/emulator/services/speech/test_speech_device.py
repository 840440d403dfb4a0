# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices that can speak, and what is on them."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

ABSENT = "nothing0000000000000000100"


@pytest.fixture
def product(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="speakers", NodeType=0)["ProductKey"]


@pytest.fixture
def device(platform, api, product):
    """Register a device that is online, and put speeches of so many bytes on it by format and identifier."""

    def device(name: str, speeches: dict[tuple[str, str], int] | None = None) -> str:
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

    return device


@pytest.fixture
def names(api):
    """The names of the devices that QuerySpeechDevice lists."""

    def names(**params) -> list[str]:
        reply = api("QuerySpeechDevice", ProjectCode="p1", **params)
        return [device["DeviceName"] for device in reply["Data"]["List"]["Items"]]

    return names


def test_the_detail_of_a_device(platform, api, product, device):
    empty = device("lamp1")
    assert api("GetSpeechDeviceDetail", IotId=empty)["Data"] == {
        "AvailableSpace": 2000.0,
        "DeviceName": "lamp1",
        "IotId": empty,
        "ProductKey": product,
        "Status": "ONLINE",
        "TotalSpace": 2000.0,
    }
    used = device("lamp2", {("wav", "a"): 1024, ("wav", "b"): 512})
    detail = api("GetSpeechDeviceDetail", IotId=used)["Data"]
    assert detail["AvailableSpace"] == 1998.5
    assert detail["SpeechListUpdateTime"] == platform.store.one("speech_device", iot_id=used)["changed_at"]
    api("DisableThing", IotId=used)
    assert api("GetSpeechDeviceDetail", IotId=used)["Data"]["Status"] == "DISABLE"


def test_what_is_on_a_device(api, device, api_error):
    iot_id = device("lamp1", {("wav", "b"): 16 * 1024, ("mp3", "b"): 100, ("wav", "a"): 1})
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


def test_the_list_of_devices(api, product, device, names):
    for name in ("lamp1", "lamp2", "bulb1", "Lamp3"):
        device(name)
    reply = api("QuerySpeechDevice", ProjectCode="p1", PageSize=1)["Data"]
    assert (reply["PageId"], reply["PageSize"], reply["Total"]) == (1, 1, 4)
    [first] = reply["List"]["Items"]
    assert first == {
        "AvailableSpace": 2000.0,
        "DeviceName": "Lamp3",
        "IotId": first["IotId"],
        "ProductKey": product,
    }
    assert names() == ["Lamp3", "bulb1", "lamp2", "lamp1"]
    assert names(PageId=2, PageSize=3) == ["lamp1"]
    assert names(DeviceName="lamp") == ["lamp1", "lamp2"]
    assert names(DeviceName="lamp2") == ["lamp2"]
    assert names(DeviceName="amp") == names(DeviceName="lamp22") == names(DeviceName="%") == []
    assert names(DeviceName="lamp", PageId=2, PageSize=1) == ["lamp2"]


def test_the_products_whose_devices_are_named_alike(api, device, names):
    device("lamp1")
    other = api("CreateProduct", ProductName="others", NodeType=0)["ProductKey"]
    api("RegisterDevice", ProductKey=other, DeviceName="lamp2")
    assert sorted(names(DeviceName="lamp")) == ["lamp1", "lamp2"]


@pytest.mark.parametrize(
    ("space", "scope", "found"),
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
def test_devices_by_the_space_that_is_left(device, names, space, scope, found):
    device("small", {("wav", "a"): 1000 * 1024 + 100})
    device("half_", {("wav", "a"): 500 * 1024})
    device("empty")
    assert names(AvailableSpace=space, AvailableSpaceScope=scope) == found
    assert names(AvailableSpace=space, AvailableSpaceScope=scope, DeviceName="half") == [
        name for name in found if name == "half_"
    ]


@pytest.mark.parametrize("space", ["-1", "0", "0.0", "much", "1e3", "1.", "１"])
def test_spaces_that_are_no_numbers(api_error, space):
    wrong = api_error("QuerySpeechDevice", ProjectCode="p1", AvailableSpace=space, AvailableSpaceScope="equal")
    assert wrong.code == "iot.common.InvalidFormattedParameter"


def test_a_comparison_that_there_is_not(api_error):
    wrong = api_error("QuerySpeechDevice", ProjectCode="p1", AvailableSpace=1, AvailableSpaceScope="less")
    assert wrong.code == "iot.common.InvalidFormattedParameter"


def test_deletion_from_a_device(platform, api, device):
    iot_id = device("lamp1", {("wav", "a"): 1024, ("mp3", "a"): 2048, ("wav", "b"): 4096})
    other = device("lamp2", {("wav", "a"): 1024})
    platform.clock.advance(60)
    gone = [{"AudioFormat": "wav", "BizCode": code} for code in ("a", "b", "unknown")]
    api("DeleteDeviceSpeech", IotId=iot_id, DeviceSpeechList=gone)
    [left] = api("QueryDeviceSpeech", IotId=iot_id)["Data"]["List"]["Items"]
    assert (left["AudioFormat"], left["BizCode"]) == ("mp3", "a")
    detail = api("GetSpeechDeviceDetail", IotId=iot_id)["Data"]
    assert detail["AvailableSpace"] == 1998.0
    assert detail["SpeechListUpdateTime"] >= platform.store.one("speech_device", iot_id=other)["changed_at"] + 60_000
    assert api("QueryDeviceSpeech", IotId=other)["Data"]["Total"] == 1
    api("DeleteDeviceSpeech", IotId=iot_id, DeviceSpeechList=gone)
    assert api("GetSpeechDeviceDetail", IotId=iot_id)["Data"] == detail


def test_deletions_that_are_refused(platform, api, device, api_error):
    iot_id = device("lamp1", {("wav", "a"): 1024})
    for wrong in ({"AudioFormat": "wav"}, {"BizCode": "a"}):
        with pytest.raises(GatewayError, match="MissingDeviceSpeechList"):
            api("DeleteDeviceSpeech", IotId=iot_id, DeviceSpeechList=[{"AudioFormat": "wav", "BizCode": "a"}, wrong])
    speech = {"AudioFormat": "ogg", "BizCode": "a"}
    malformed = api_error("DeleteDeviceSpeech", IotId=iot_id, DeviceSpeechList=[speech])
    assert malformed.code == "iot.common.InvalidFormattedParameter"
    platform.store.update("device", {"online": 0}, iot_id=iot_id)
    speech["AudioFormat"] = "wav"
    offline = api_error("DeleteDeviceSpeech", IotId=iot_id, DeviceSpeechList=[speech])
    assert offline.code == "iot.messagebroker.OFFLINE"
    assert api("QueryDeviceSpeech", IotId=iot_id)["Data"]["Total"] == 1


def test_what_is_on_a_device_goes_with_it(platform, api, device):
    iot_id = device("lamp1", {("wav", "a"): 1024})
    device("lamp2", {("wav", "a"): 1024})
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
def test_a_device_that_is_not_there(api_error, action, params):
    assert api_error(action, IotId=ABSENT, **params).code == "iot.device.NotExistedDevice"
    assert api_error(action, IotId="no/id", **params).code == "iot.device.InvalidIoTId"
