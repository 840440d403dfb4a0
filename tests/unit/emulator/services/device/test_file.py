# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the files of devices."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.services.device import file as service


@pytest.fixture
def devices(api):
    """Return two devices."""
    key = api("CreateProduct", ProductName="cameras", NodeType=0)["ProductKey"]
    return [api("RegisterDevice", ProductKey=key, DeviceName=f"camera_{number}")["Data"] for number in range(2)]


@pytest.fixture
def upload(platform):
    """Return a function that stores a file of a device and returns its ID."""

    def upload(device, name: str, content: bytes = b"x") -> str:
        context = Context(platform.store, platform.clock.now(), Account())
        return service.add_file(context, platform.store.one("device", iot_id=device["IotId"]), name, content)

    return upload


def names(reply) -> list[str]:
    return [file["Name"] for file in reply["Data"]["FileSummary"]]


def test_file_list_pages_and_order(platform, api, devices, upload, api_error):
    for number in range(3):
        upload(devices[0], f"shot{number}.jpg", b"x" * 1024 * number)
        platform.clock.advance(1)
    upload(devices[1], "other.jpg")
    reply = api("QueryDeviceFileList", IotId=devices[0]["IotId"], PageSize=2)
    assert names(reply) == ["shot2.jpg", "shot1.jpg"]
    page = {name: reply[name] for name in ("CurrentPage", "PageSize", "PageCount", "Total")}
    assert page == {"CurrentPage": 1, "PageSize": 2, "PageCount": 2, "Total": 3}
    identification = {name: devices[0][name] for name in ("ProductKey", "DeviceName")}
    assert names(api("QueryDeviceFileList", **identification, PageSize=2, CurrentPage=2)) == ["shot0.jpg"]
    assert api("QueryDeviceFileList", **identification)["PageSize"] == 10
    api("QueryDeviceFileList", **identification, PageSize=200)
    assert api_error("QueryDeviceFileList", **identification, PageSize=201).code == "iot.common.InvalidPageParams"


@pytest.mark.parametrize(("size", "kilobytes"), [(0, "0"), (1, "1"), (1024, "1"), (1025, "2")])
def test_file_details_and_download(api, devices, upload, download, size, kilobytes):
    content = bytes(number % 256 for number in range(size))
    file_id = upload(devices[0], "shot.jpg", content)
    [listed] = api("QueryDeviceFileList", IotId=devices[0]["IotId"])["Data"]["FileSummary"]
    assert (listed["FileId"], listed["Name"], listed["Size"]) == (file_id, "shot.jpg", kilobytes)
    assert listed["UtcCreatedOn"].endswith("Z")
    read = api("QueryDeviceFile", IotId=devices[0]["IotId"], FileId=file_id)["Data"]
    assert download(read.pop("DownloadUrl")) == content
    assert read == listed


def test_deleted_file_does_not_exist(api, devices, upload, api_error):
    file_id = upload(devices[0], "shot.jpg")
    upload(devices[0], "other.jpg")
    api("DeleteDeviceFile", IotId=devices[0]["IotId"], FileId=file_id)
    assert names(api("QueryDeviceFileList", IotId=devices[0]["IotId"])) == ["other.jpg"]
    for action in ("QueryDeviceFile", "DeleteDeviceFile"):
        assert api_error(action, IotId=devices[0]["IotId"], FileId=file_id).code == "iot.common.FileNotExist"


def test_file_of_other_device_is_error(api, devices, upload, api_error):
    file_id = upload(devices[0], "shot.jpg")
    for action in ("QueryDeviceFile", "DeleteDeviceFile"):
        assert api_error(action, IotId=devices[1]["IotId"], FileId=file_id).code == "iot.common.FileNotExist"
    assert names(api("QueryDeviceFileList", IotId=devices[0]["IotId"])) == ["shot.jpg"]


def test_upload_with_same_name_replaces_file(api, devices, upload, api_error):
    old = upload(devices[0], "shot.jpg", b"old")
    new = upload(devices[0], "shot.jpg", b"new")
    upload(devices[1], "shot.jpg")
    assert [
        file["FileId"] for file in api("QueryDeviceFileList", IotId=devices[0]["IotId"])["Data"]["FileSummary"]
    ] == [new]
    assert api_error("QueryDeviceFile", IotId=devices[0]["IotId"], FileId=old).code == "iot.common.FileNotExist"


@pytest.mark.parametrize("name", ["", "_a", ".a", "a b", "路", "a/b", "a" * 101, "a\n"])
def test_upload_invalid_name_is_rejected(devices, upload, name):
    with pytest.raises(ValueError, match="valid file name"):
        upload(devices[0], name)


def test_upload_beyond_limits_is_rejected(platform, devices, upload, monkeypatch):
    upload(devices[0], "a" * 100)
    monkeypatch.setattr(service, "MAX_BYTES", 3)
    upload(devices[0], "b", b"xxx")
    with pytest.raises(ValueError, match="at most 3 bytes"):
        upload(devices[0], "c", b"xxxx")
    monkeypatch.setattr(service, "MAX_FILES", 2)
    upload(devices[0], "b")
    with pytest.raises(ValueError, match="at most 2 files"):
        upload(devices[0], "c")
    upload(devices[1], "c")


def test_files_are_deleted_with_device(platform, api, devices, upload):
    upload(devices[0], "shot.jpg")
    upload(devices[1], "shot.jpg")
    api("DeleteDevice", IotId=devices[0]["IotId"])
    assert platform.store.count("device_file") == 1


@pytest.mark.parametrize("action", ["QueryDeviceFileList", "QueryDeviceFile", "DeleteDeviceFile"])
def test_files_of_missing_device_is_error(api_error, action):
    assert api_error(action, IotId="nothing0000000000000000100", FileId="x").code == "iot.device.NotExistedDevice"
