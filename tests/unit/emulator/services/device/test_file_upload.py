# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of files that devices upload over MQTT."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.services.device.file_upload import crc16, crc64

TOPIC_PREFIX = "/sys/{own}/thing/file/upload/mqtt/"


def chunk_message(params: dict, chunk: bytes, crc: int | None = None) -> bytes:
    header = json.dumps({"id": "7", "params": params}).encode()
    checksum = crc16(chunk) if crc is None else crc
    return len(header).to_bytes(2, "big") + header + chunk + checksum.to_bytes(2, "little")


@pytest.fixture
def send_upload_message(publish_as_device, outbox):
    """Return a function that publishes an upload message as the device, and returns the reply."""

    def send_upload_message(message_type: str, content) -> dict:
        publish_as_device(TOPIC_PREFIX + message_type, content)
        ((topic, reply),) = outbox()
        assert topic == f"{TOPIC_PREFIX}{message_type}_reply"
        return reply

    return send_upload_message


@pytest.fixture
def start_upload(send_upload_message):
    def start_upload(size: int = 10, name: str = "log.txt", **params) -> dict:
        return send_upload_message("init", {"id": "1", "params": {"fileName": name, "fileSize": size, **params}})

    return start_upload


def files(api, device) -> dict:
    listed = api("QueryDeviceFileList", IotId=device["iot_id"])["Data"]["FileSummary"]
    return {file["Name"]: file["FileId"] for file in listed}


def test_checksums_match_catalogue_values():
    # The check values are from the catalogue of parametrized CRC algorithms.
    assert crc16(b"123456789") == 0xBB3D
    assert crc64(b"123456789") == 0x995DC9BBDF1939FA


def test_upload_in_chunks_creates_file(api, device, send_upload_message, start_upload, download):
    started = start_upload(10, ficMode="crc64", ficValue="abc")
    assert started["code"] == 200
    upload = started["data"]["uploadId"]
    assert (started["data"]["offset"], started["data"]["fileSize"]) == (0, 10)
    first = send_upload_message("send", chunk_message({"uploadId": upload, "offset": 0, "bSize": 6}, b"012345"))
    assert (first["id"], first["code"]) == ("7", 200)
    assert "complete" not in first["data"]
    assert files(api, device) == {}
    last = send_upload_message("send", chunk_message({"uploadId": upload, "offset": 6, "bSize": 4}, b"\x00\xff78"))
    assert last["data"]["complete"] is True
    assert last["data"]["ficValueServer"] == f"{crc64(b'012345' + bytes([0, 255]) + b'78'):016x}"
    (name,) = files(api, device)
    assert name == "log.txt"
    details = api("QueryDeviceFile", IotId=device["iot_id"], FileId=files(api, device)[name])["Data"]
    assert download(details["DownloadUrl"]) == b"012345\x00\xff78"


def test_upload_with_unknown_size(api, device, send_upload_message, start_upload):
    upload = start_upload(-1)["data"]["uploadId"]
    send_upload_message("send", chunk_message({"uploadId": upload, "offset": 0, "bSize": 3}, b"abc"))
    last = send_upload_message(
        "send", chunk_message({"uploadId": upload, "offset": 3, "bSize": 0, "isComplete": True}, b"")
    )
    assert last["data"]["complete"] is True
    assert list(files(api, device)) == ["log.txt"]


def test_unfinished_upload_continues_with_append(send_upload_message, start_upload):
    upload = start_upload()["data"]["uploadId"]
    send_upload_message("send", chunk_message({"uploadId": upload, "offset": 0, "bSize": 6}, b"012345"))
    continued = start_upload(conflictStrategy="append")["data"]
    assert (continued["uploadId"], continued["offset"]) == (upload, 6)
    new_upload = start_upload(conflictStrategy="overwrite")["data"]
    assert new_upload["offset"] == 0
    assert new_upload["uploadId"] != upload


def test_upload_of_existing_file_by_conflict_strategy(api, device, send_upload_message, start_upload):
    upload = start_upload(1)["data"]["uploadId"]
    send_upload_message("send", chunk_message({"uploadId": upload, "offset": 0, "bSize": 1}, b"x"))
    assert start_upload(conflictStrategy="reject")["code"] == 460
    assert start_upload(conflictStrategy="append")["code"] == 460
    assert list(files(api, device)) == ["log.txt"]
    assert start_upload(conflictStrategy="overwrite")["code"] == 200
    assert files(api, device) == {}


def test_canceled_upload_does_not_exist(send_upload_message, start_upload):
    upload = start_upload()["data"]["uploadId"]
    assert send_upload_message("cancel", {"id": "2", "params": {"uploadId": upload}})["data"] == {"uploadId": upload}
    assert send_upload_message("cancel", {"id": "2", "params": {"uploadId": upload}})["code"] == 460
    assert (
        send_upload_message("send", chunk_message({"uploadId": upload, "offset": 0, "bSize": 1}, b"x"))["code"] == 460
    )


@pytest.mark.parametrize(
    "params",
    [
        {"fileName": "../x"},
        {"fileName": 7},
        {"fileSize": 0},
        {"fileSize": 16 * 1024 * 1024 + 1},
        {"fileSize": True},
        {"conflictStrategy": "merge"},
    ],
)
def test_upload_start_with_invalid_parameter_is_rejected(send_upload_message, params):
    requested = {"fileName": "log.txt", "fileSize": 10, **params}
    assert send_upload_message("init", {"id": "1", "params": requested})["code"] == 460


def test_invalid_chunk_is_rejected(api, device, send_upload_message, start_upload):
    upload = start_upload()["data"]["uploadId"]
    valid = {"uploadId": upload, "offset": 0, "bSize": 3}
    for invalid in (
        chunk_message(valid, b"abc", crc=0),
        chunk_message({**valid, "offset": 1}, b"abc"),
        chunk_message({**valid, "bSize": 4}, b"abc"),
        chunk_message({**valid, "bSize": 11}, b"01234567890"),
        chunk_message({**valid, "uploadId": "none"}, b"abc"),
        b"",
        b"\xff\xff{}",
        b"\x00\x02[]abcd",
    ):
        assert send_upload_message("send", invalid)["code"] == 460
    assert send_upload_message("send", chunk_message(valid, b"abc"))["code"] == 200
    assert files(api, device) == {}
