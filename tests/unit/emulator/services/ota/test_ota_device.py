# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What devices are told of firmwares, and how they get them."""

from __future__ import annotations

import hashlib
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.simulation import simulated

TOPIC = "/ota/device/upgrade/{own}"


@pytest.fixture
def told(device, outbox, advance_clock):
    """The notice that the device has got of an upgrade."""

    def told() -> dict:
        advance_clock(1)
        [(topic, message)] = outbox()
        assert topic == TOPIC
        assert message.keys() == {"code", "data", "id", "message"}
        assert (message["code"], message["message"]) == ("1000", "success")
        return message["data"]

    return told


@pytest.fixture
def fetch_block(publish_as_device, outbox):
    """Ask for a block of a firmware over MQTT; returns the head and the block, whose CRC has been checked."""

    def fetch_block(content: bytes) -> tuple[dict, bytes]:
        publish_as_device("/sys/{own}/thing/file/download", content)
        [(topic, payload)] = outbox()
        assert topic == "/sys/{own}/thing/file/download_reply"
        length = int.from_bytes(payload[:2], "big")
        head, block = json.loads(payload[2 : 2 + length]), payload[2 + length : -2]
        assert int.from_bytes(payload[-2:], "little") == crc(block)
        return head, block

    return fetch_block


def crc(content: bytes) -> int:
    """CRC-16/ARC by its definition: the remainder by x^16 + x^15 + x^2 + 1 of the reflected bits."""
    value = 0
    for byte in content:
        for bit in range(8):
            top = (value & 1) ^ (byte >> bit & 1)
            value = (value >> 1) ^ (0xA001 if top else 0)
    return value


def test_the_sum_that_the_vendor_uses():
    assert crc(b"123456789") == 0xBB3D


def test_a_notice(key, create_firmware, create_static_job, told, download):
    create_static_job(create_firmware(key))
    data = told()
    assert download(data.pop("url")) == b"content 1"
    md5 = hashlib.md5(b"content 1").hexdigest()
    assert data == {"version": "2.0.0", "size": 9, "signMethod": "Md5", "sign": md5, "md5": md5}


def test_a_notice_with_all_that_there_can_be(
    api, key, device, publish_as_device, create_firmware, create_static_job, told
):
    api("CreateOTAModule", ProductKey=key, ModuleName="mcu")
    publish_as_device("/ota/device/inform/{own}", {"params": {"version": "1.0.0", "module": "mcu"}})
    firmware_id = create_firmware(key, ModuleName="mcu", Type=1, SrcVersion="1.0.0", Udi='{"a": 1}')
    create_static_job(
        firmware_id, SrcVersion=["1.0.0"], Tag=[{"Key": "ring", "Value": "1"}, {"Key": "b", "Value": "c"}]
    )
    data = told()
    assert (data["isDiff"], data["module"]) == (1, "mcu")
    assert data["extData"] == {"ring": "1", "b": "c", "_package_udi": '{"a": 1}'}


def test_a_notice_of_several_files(key, device, create_firmware, create_static_job, told, upload, download):
    files = [{"Name": name, "Url": upload(name.encode() * 3)["FirmwareUrl"]} for name in ("boot", "app")]
    create_static_job(create_firmware(key, MultiFiles=files))
    data = told()
    assert data.keys() == {"version", "signMethod", "files"}
    assert [file["fileName"] for file in data["files"]] == ["boot", "app"]
    assert [file["fileSize"] for file in data["files"]] == [12, 9]
    assert [download(file["fileUrl"]) for file in data["files"]] == [b"bootbootboot", b"appappapp"]
    assert all(file["fileMd5"] == file["fileSign"] for file in data["files"])


def test_a_device_without_a_task_has_nothing_to_do(publish_as_device, outbox):
    publish_as_device("/sys/{own}/thing/ota/firmware/get", {"id": "7", "params": {"module": "mcu"}})
    [(_topic, reply)] = outbox()
    assert (reply["code"], reply["data"]) == (200, {})


def test_a_device_asks_for_one_module(api, key, publish_as_device, create_firmware, create_static_job, outbox):
    api("CreateOTAModule", ProductKey=key, ModuleName="mcu")
    create_static_job(create_firmware(key, ModuleName="mcu"), NeedPush=False)
    for module, version in (("mcu", "2.0.0"), ("MCU", "2.0.0"), ("default", None), (7, None)):
        publish_as_device("/sys/{own}/thing/ota/firmware/get", {"id": "7", "params": {"module": module}})
        [(_topic, reply)] = outbox()
        assert reply["data"].get("version") == version


@pytest.mark.parametrize("step", ["x", None, 101, -5, "1.5", [1], True])
def test_progress_that_is_none(api, key, publish_as_device, create_firmware, create_static_job, told, step):
    job_id = create_static_job(create_firmware(key))
    told()
    publish_as_device("/ota/device/progress/{own}", {"id": "1", "params": {"step": step}})
    [task] = api("ListOTATaskByJob", JobId=job_id)["Data"]["SimpleOTATaskInfo"]
    assert task["TaskStatus"] == "NOTIFIED"


def test_progress_as_the_vendors_c_sdk_writes_it(api, key, publish_as_device, create_firmware, create_static_job, told):
    job_id = create_static_job(create_firmware(key))
    told()
    publish_as_device(
        "/ota/device/progress/{own}", {"id": 1, "params": {"step": "30", "desc": "half way", "module": ""}}
    )
    [task] = api("ListOTATaskByJob", JobId=job_id)["Data"]["SimpleOTATaskInfo"]
    assert (task["TaskStatus"], task["Progress"], task["TaskDesc"]) == ("IN_PROGRESS", "30.00", "half way")


def test_a_failure_in_the_devices_words(api, key, publish_as_device, create_firmware, create_static_job, told):
    job_id = create_static_job(create_firmware(key))
    told()
    publish_as_device("/ota/device/progress/{own}", {"id": 1, "params": {"step": -4, "desc": "flash is full"}})
    [task] = api("ListOTATaskByJob", JobId=job_id)["Data"]["SimpleOTATaskInfo"]
    assert (task["TaskStatus"], task["TaskDesc"]) == ("FAILED", "flash is full")


def test_a_firmware_over_mqtt(key, create_firmware, create_static_job, told, fetch_block):
    create_static_job(create_firmware(key), DownloadProtocol="MQTT")
    data = told()
    assert "url" not in data
    assert (data["dProtocol"], data["streamFileId"], data["size"]) == ("mqtt", 1, 9)
    blocks = b""
    while len(blocks) < data["size"]:
        file_block = {"size": 4, "offset": len(blocks)}
        params = {"fileToken": "t", "fileInfo": {"streamId": data["streamId"], "fileId": 1}, "fileBlock": file_block}
        asked = json.dumps({"id": "5", "version": "1.0", "params": params})
        # The vendor's SDK for C has a comma there that JSON does not allow.
        asked = asked.replace('"fileId": 1}', '"fileId": 1,}')
        head, block = fetch_block(asked.encode())
        expected = {"fileToken": "t", "fileLength": 9, "bSize": len(block), "bOffset": len(blocks)}
        assert head == {"id": "5", "code": 200, "data": expected}
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
def test_blocks_that_there_are_not(
    key, create_firmware, create_static_job, told, fetch_block, stream, file, size, offset
):
    create_static_job(create_firmware(key), DownloadProtocol="MQTT")
    file_info = {"streamId": told()["streamId"] if stream is None else stream, "fileId": file}
    params = {"fileInfo": file_info, "fileBlock": {"size": size, "offset": offset}}
    head, block = fetch_block(json.dumps({"id": "5", "params": params}).encode())
    assert (head["code"], head["data"], block) == (460, {}, b"")
    assert fetch_block(b"no JSON")[0]["code"] == 460


def test_a_firmware_of_another_product(
    key, create_modeled_product, create_firmware, create_static_job, told, fetch_block
):
    create_static_job(create_firmware(key))
    told()
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
def test_profiles_that_are_none(part):
    with pytest.raises(ValueError, match=r"upgrade|error|progress|delay|outcome"):
        simulated.check_profile({"upgrade": part})


def test_a_profile():
    part = {"outcome": {"succeed": 0.5}, "delay": [1, 2], "progress": [0, 50, 100], "error": -4}
    simulated.check_profile({"upgrade": part})
