# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for OTA messages of devices: upgrade notifications, progress reports and downloads over MQTT."""

from __future__ import annotations

import hashlib
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.simulation import simulated

TOPIC = "/ota/device/upgrade/{own}"


@pytest.fixture
def notification(device, outbox, advance_clock):
    """Return the data of the upgrade notification that the device received."""

    def notification() -> dict:
        advance_clock(1)
        [(topic, message)] = outbox()
        assert topic == TOPIC
        assert message.keys() == {"code", "data", "id", "message"}
        assert (message["code"], message["message"]) == ("1000", "success")
        return message["data"]

    return notification


@pytest.fixture
def fetch_block(publish_as_device, outbox):
    """Request a block of a firmware over MQTT, check its CRC, and return the header and the block."""

    def fetch_block(content: bytes) -> tuple[dict, bytes]:
        publish_as_device("/sys/{own}/thing/file/download", content)
        [(topic, payload)] = outbox()
        assert topic == "/sys/{own}/thing/file/download_reply"
        length = int.from_bytes(payload[:2], "big")
        header, block = json.loads(payload[2 : 2 + length]), payload[2 + length : -2]
        assert int.from_bytes(payload[-2:], "little") == crc(block)
        return header, block

    return fetch_block


def crc(content: bytes) -> int:
    """Return the CRC-16/ARC by definition: the remainder of the reflected bits divided by x^16 + x^15 + x^2 + 1."""
    value = 0
    for byte in content:
        for bit in range(8):
            top = (value & 1) ^ (byte >> bit & 1)
            value = (value >> 1) ^ (0xA001 if top else 0)
    return value


def test_crc_of_check_string_matches_reference():
    assert crc(b"123456789") == 0xBB3D


def test_notification_contains_firmware_url_and_checksum(
    key, create_firmware, create_static_job, notification, download
):
    create_static_job(create_firmware(key))
    data = notification()
    assert download(data.pop("url")) == b"content 1"
    md5 = hashlib.md5(b"content 1").hexdigest()
    assert data == {"version": "2.0.0", "size": 9, "signMethod": "Md5", "sign": md5, "md5": md5}


def test_notification_contains_all_options(
    api, key, device, publish_as_device, create_firmware, create_static_job, notification
):
    api("CreateOTAModule", ProductKey=key, ModuleName="mcu")
    publish_as_device("/ota/device/inform/{own}", {"params": {"version": "1.0.0", "module": "mcu"}})
    firmware_id = create_firmware(key, ModuleName="mcu", Type=1, SrcVersion="1.0.0", Udi='{"a": 1}')
    create_static_job(
        firmware_id, SrcVersion=["1.0.0"], Tag=[{"Key": "ring", "Value": "1"}, {"Key": "b", "Value": "c"}]
    )
    data = notification()
    assert (data["isDiff"], data["module"]) == (1, "mcu")
    assert data["extData"] == {"ring": "1", "b": "c", "_package_udi": '{"a": 1}'}


def test_notification_of_firmware_with_several_files_lists_files(
    key, device, create_firmware, create_static_job, notification, upload, download
):
    files = [{"Name": name, "Url": upload(name.encode() * 3)["FirmwareUrl"]} for name in ("boot", "app")]
    create_static_job(create_firmware(key, MultiFiles=files))
    data = notification()
    assert data.keys() == {"version", "signMethod", "files"}
    assert [file["fileName"] for file in data["files"]] == ["boot", "app"]
    assert [file["fileSize"] for file in data["files"]] == [12, 9]
    assert [download(file["fileUrl"]) for file in data["files"]] == [b"bootbootboot", b"appappapp"]
    assert all(file["fileMd5"] == file["fileSign"] for file in data["files"])


def test_firmware_request_without_task_returns_empty_data(publish_as_device, outbox):
    publish_as_device("/sys/{own}/thing/ota/firmware/get", {"id": "7", "params": {"module": "mcu"}})
    [(_topic, reply)] = outbox()
    assert (reply["code"], reply["data"]) == (200, {})


def test_firmware_request_returns_firmware_of_module(
    api, key, publish_as_device, create_firmware, create_static_job, outbox
):
    api("CreateOTAModule", ProductKey=key, ModuleName="mcu")
    create_static_job(create_firmware(key, ModuleName="mcu"), NeedPush=False)
    for module, version in (("mcu", "2.0.0"), ("MCU", "2.0.0"), ("default", None), (7, None)):
        publish_as_device("/sys/{own}/thing/ota/firmware/get", {"id": "7", "params": {"module": module}})
        [(_topic, reply)] = outbox()
        assert reply["data"].get("version") == version


@pytest.mark.parametrize("step", ["x", None, 101, -5, "1.5", [1], True])
def test_invalid_progress_report_is_ignored(
    api, key, publish_as_device, create_firmware, create_static_job, notification, step
):
    job_id = create_static_job(create_firmware(key))
    notification()
    publish_as_device("/ota/device/progress/{own}", {"id": "1", "params": {"step": step}})
    [task] = api("ListOTATaskByJob", JobId=job_id)["Data"]["SimpleOTATaskInfo"]
    assert task["TaskStatus"] == "NOTIFIED"


def test_progress_report_of_vendor_sdk_is_accepted(
    api, key, publish_as_device, create_firmware, create_static_job, notification
):
    job_id = create_static_job(create_firmware(key))
    notification()
    publish_as_device(
        "/ota/device/progress/{own}", {"id": 1, "params": {"step": "30", "desc": "half way", "module": ""}}
    )
    [task] = api("ListOTATaskByJob", JobId=job_id)["Data"]["SimpleOTATaskInfo"]
    assert (task["TaskStatus"], task["Progress"], task["TaskDesc"]) == ("IN_PROGRESS", "30.00", "half way")


def test_failure_report_sets_description_from_device(
    api, key, publish_as_device, create_firmware, create_static_job, notification
):
    job_id = create_static_job(create_firmware(key))
    notification()
    publish_as_device("/ota/device/progress/{own}", {"id": 1, "params": {"step": -4, "desc": "flash is full"}})
    [task] = api("ListOTATaskByJob", JobId=job_id)["Data"]["SimpleOTATaskInfo"]
    assert (task["TaskStatus"], task["TaskDesc"]) == ("FAILED", "flash is full")


def test_firmware_is_downloaded_over_mqtt_in_blocks(key, create_firmware, create_static_job, notification, fetch_block):
    create_static_job(create_firmware(key), DownloadProtocol="MQTT")
    data = notification()
    assert "url" not in data
    assert (data["dProtocol"], data["streamFileId"], data["size"]) == ("mqtt", 1, 9)
    blocks = b""
    while len(blocks) < data["size"]:
        file_block = {"size": 4, "offset": len(blocks)}
        params = {"fileToken": "t", "fileInfo": {"streamId": data["streamId"], "fileId": 1}, "fileBlock": file_block}
        request = json.dumps({"id": "5", "version": "1.0", "params": params})
        # The vendor's C SDK sends a trailing comma here, which is invalid JSON.
        request = request.replace('"fileId": 1}', '"fileId": 1,}')
        header, block = fetch_block(request.encode())
        expected = {"fileToken": "t", "fileLength": 9, "bSize": len(block), "bOffset": len(blocks)}
        assert header == {"id": "5", "code": 200, "data": expected}
        blocks += block
    assert blocks == b"content 1"


@pytest.mark.parametrize(
    ("stream", "file", "size", "offset"),
    [
        (99, 1, 4, 0),
        (None, 2, 4, 0),
        (None, 1, 0, 0),
        (None, 1, -4, 0),
        (None, 1, 4, 9),
        (None, 1, 4, -1),
        ("x", 1, 4, 0),
    ],
)
def test_request_for_invalid_block_is_rejected(
    key, create_firmware, create_static_job, notification, fetch_block, stream, file, size, offset
):
    create_static_job(create_firmware(key), DownloadProtocol="MQTT")
    file_info = {"streamId": notification()["streamId"] if stream is None else stream, "fileId": file}
    params = {"fileInfo": file_info, "fileBlock": {"size": size, "offset": offset}}
    header, block = fetch_block(json.dumps({"id": "5", "params": params}).encode())
    assert (header["code"], header["data"], block) == (460, {}, b"")
    assert fetch_block(b"no JSON")[0]["code"] == 460


def test_request_for_firmware_of_other_product_is_rejected(
    key, create_modeled_product, create_firmware, create_static_job, notification, fetch_block
):
    create_static_job(create_firmware(key))
    notification()
    create_firmware(create_modeled_product("other"))
    params = {"fileInfo": {"streamId": 2, "fileId": 1}, "fileBlock": {"size": 4, "offset": 0}}
    assert fetch_block(json.dumps({"id": "5", "params": params}).encode())[0]["code"] == 460


@pytest.mark.parametrize(
    "part",
    [
        [],
        {"progress": 10},
        {"progress": [101]},
        {"progress": ["1"]},
        {"error": -5},
        {"error": "x"},
        {"steps": [1]},
        {"outcome": "explode"},
        {"delay": -1},
    ],
)
def test_invalid_upgrade_profile_is_rejected(part):
    with pytest.raises(ValueError, match=r"upgrade|error|progress|delay|outcome"):
        simulated.check_profile({"upgrade": part})


def test_valid_upgrade_profile_is_accepted():
    part = {"outcome": {"succeed": 0.5}, "delay": [1, 2], "progress": [0, 50, 100], "error": -4}
    simulated.check_profile({"upgrade": part})
