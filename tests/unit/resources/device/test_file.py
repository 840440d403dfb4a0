# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files of devices: which of them a task means."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.file import DeviceFile
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers

FILE = DeviceFile()
ROWS = [
    {"FileId": "f1", "Name": "log.txt", "Size": "10"},
    {"FileId": "f2", "Name": "log.txt", "Size": "20"},
    {"FileId": "f3", "Name": "photo.jpg", "Size": "30"},
]


def account(device=True) -> Answers:
    return Answers(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "lamp"}],
        QueryDeviceDetail={"Data": {"IotId": "i1"}} if device else None,
        QueryDeviceFileList=ROWS,
        QueryDeviceFile=lambda params: {
            "Data": {**next(row for row in ROWS if row["FileId"] == params["FileId"]), "DownloadUrl": "http://x"}
        },
    )


def away(client, **options) -> dict:
    return converge(FILE, {"product": "lamp", "device": "lamp_1", "state": "absent", **options}, client, False)


def test_a_file_is_taken_away_by_its_name_or_its_id():
    for options, file_id in (({"name": "photo.jpg"}, "f3"), ({"file_id": "f2"}, "f2")):
        client = account()
        assert away(client, **options)["changed"] is True
        assert client.sent[-1] == ("DeleteDeviceFile", {"IotId": "i1", "FileId": file_id})


def test_a_name_that_two_files_have_is_not_enough():
    with pytest.raises(AmbiguousReference):
        away(account(), name="log.txt")
    client = account()
    away(client, name="log.txt", file_id="f1")
    assert client.sent[-1][1]["FileId"] == "f1"


@pytest.mark.parametrize("options", [{"name": "x"}, {"file_id": "x"}, {"name": "photo.jpg", "file_id": "f1"}])
def test_a_file_that_is_not_there_is_absent(options):
    client = account()
    assert away(client, **options)["changed"] is False
    assert "QueryDeviceFile" not in client.log


def test_below_a_device_that_is_not_there_all_files_are_absent():
    assert away(account(device=False), name="log.txt")["changed"] is False


def test_one_must_say_which_file():
    with pytest.raises(InvalidValue, match=r"^name or file_id must be given"):
        away(account())


def test_a_list_is_read_once_and_says_whose_files_they_are():
    client = account()
    found = gather(FILE, {"product": "lamp", "device": "lamp_1", "file_id": None}, client)["device_files"]
    assert [(one["product_key"], one["iot_id"], one["size_in_kilobytes"]) for one in found] == [
        ("a1", "i1", size) for size in (10, 20, 30)
    ]
    assert "QueryDeviceFile" not in client.log
    assert not any("download_url" in one for one in found)
