# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files that devices upload over MQTT."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.services.device.file_upload import crc16, crc64

ON = "/sys/{own}/thing/file/upload/mqtt/"


def packed(params: dict, piece: bytes, crc: int | None = None) -> bytes:
    header = json.dumps({"id": "7", "params": params}).encode()
    checked = crc16(piece) if crc is None else crc
    return len(header).to_bytes(2, "big") + header + piece + checked.to_bytes(2, "little")


@pytest.fixture
def ask(publish_as_device, outbox):
    """Let the device say something about an upload; returns the reply."""

    def ask(what: str, content) -> dict:
        publish_as_device(ON + what, content)
        ((topic, reply),) = outbox()
        assert topic == f"{ON}{what}_reply"
        return reply

    return ask


@pytest.fixture
def begin(ask):
    def begin(size: int = 10, name: str = "log.txt", **params) -> dict:
        return ask("init", {"id": "1", "params": {"fileName": name, "fileSize": size, **params}})

    return begin


def files(api, device) -> dict:
    listed = api("QueryDeviceFileList", IotId=device["iot_id"])["Data"]["FileSummary"]
    return {file["Name"]: file["FileId"] for file in listed}


def test_checks_are_what_they_are_called():
    # The check values of the catalogue of parametrised CRC algorithms.
    assert crc16(b"123456789") == 0xBB3D
    assert crc64(b"123456789") == 0x995DC9BBDF1939FA


def test_piece_by_piece(api, device, ask, begin, download):
    begun = begin(10, ficMode="crc64", ficValue="abc")
    assert begun["code"] == 200
    upload = begun["data"]["uploadId"]
    assert (begun["data"]["offset"], begun["data"]["fileSize"]) == (0, 10)
    first = ask("send", packed({"uploadId": upload, "offset": 0, "bSize": 6}, b"012345"))
    assert (first["id"], first["code"]) == ("7", 200)
    assert "complete" not in first["data"]
    assert files(api, device) == {}
    last = ask("send", packed({"uploadId": upload, "offset": 6, "bSize": 4}, b"\x00\xff78"))
    assert last["data"]["complete"] is True
    assert last["data"]["ficValueServer"] == f"{crc64(b'012345' + bytes([0, 255]) + b'78'):016x}"
    (name,) = files(api, device)
    assert name == "log.txt"
    told = api("QueryDeviceFile", IotId=device["iot_id"], FileId=files(api, device)[name])["Data"]
    assert download(told["DownloadUrl"]) == b"012345\x00\xff78"


def test_a_size_that_nobody_knows_yet(api, device, ask, begin):
    upload = begin(-1)["data"]["uploadId"]
    ask("send", packed({"uploadId": upload, "offset": 0, "bSize": 3}, b"abc"))
    done = ask("send", packed({"uploadId": upload, "offset": 3, "bSize": 0, "isComplete": True}, b""))
    assert done["data"]["complete"] is True
    assert list(files(api, device)) == ["log.txt"]


def test_an_upload_that_goes_on(ask, begin):
    upload = begin()["data"]["uploadId"]
    ask("send", packed({"uploadId": upload, "offset": 0, "bSize": 6}, b"012345"))
    again = begin(conflictStrategy="append")["data"]
    assert (again["uploadId"], again["offset"]) == (upload, 6)
    fresh = begin(conflictStrategy="overwrite")["data"]
    assert fresh["offset"] == 0
    assert fresh["uploadId"] != upload


def test_a_file_that_is_there(api, device, ask, begin):
    upload = begin(1)["data"]["uploadId"]
    ask("send", packed({"uploadId": upload, "offset": 0, "bSize": 1}, b"x"))
    assert begin(conflictStrategy="reject")["code"] == 460
    assert begin(conflictStrategy="append")["code"] == 460
    assert list(files(api, device)) == ["log.txt"]
    assert begin(conflictStrategy="overwrite")["code"] == 200
    assert files(api, device) == {}


def test_cancelled(ask, begin):
    upload = begin()["data"]["uploadId"]
    assert ask("cancel", {"id": "2", "params": {"uploadId": upload}})["data"] == {"uploadId": upload}
    assert ask("cancel", {"id": "2", "params": {"uploadId": upload}})["code"] == 460
    assert ask("send", packed({"uploadId": upload, "offset": 0, "bSize": 1}, b"x"))["code"] == 460


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
def test_an_upload_that_cannot_be(ask, params):
    asked = {"fileName": "log.txt", "fileSize": 10, **params}
    assert ask("init", {"id": "1", "params": asked})["code"] == 460


def test_pieces_that_cannot_be(api, device, ask, begin):
    upload = begin()["data"]["uploadId"]
    right = {"uploadId": upload, "offset": 0, "bSize": 3}
    for wrong in (
        packed(right, b"abc", crc=0),
        packed({**right, "offset": 1}, b"abc"),
        packed({**right, "bSize": 4}, b"abc"),
        packed({**right, "bSize": 11}, b"01234567890"),
        packed({**right, "uploadId": "none"}, b"abc"),
        b"",
        b"\xff\xff{}",
        b"\x00\x02[]abcd",
    ):
        assert ask("send", wrong)["code"] == 460
    assert ask("send", packed(right, b"abc"))["code"] == 200
    assert files(api, device) == {}
