# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files of devices, selected by name or ID."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.file import DeviceFile
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

FILE = DeviceFile()
ROWS = [
    {"FileId": "f1", "Name": "log.txt", "Size": "10"},
    {"FileId": "f2", "Name": "log.txt", "Size": "20"},
    {"FileId": "f3", "Name": "photo.jpg", "Size": "30"},
]


def account(device: bool = True) -> FakeClient:
    """Return a client of an account with the product lamp and, by default, its device lamp_1 with three files."""
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "lamp"}],
        QueryDeviceDetail={"Data": {"IotId": "i1"}} if device else None,
        QueryDeviceFileList=ROWS,
        QueryDeviceFile=lambda params: {
            "Data": {**next(row for row in ROWS if row["FileId"] == params["FileId"]), "DownloadUrl": "http://x"}
        },
    )


def delete_file(client, **options) -> dict:
    return converge(FILE, {"product": "lamp", "device": "lamp_1", "state": "absent", **options}, client, False)


def test_file_is_deleted_by_name_or_id():
    for options, file_id in (({"name": "photo.jpg"}, "f3"), ({"file_id": "f2"}, "f2")):
        client = account()
        assert delete_file(client, **options)["changed"] is True
        assert client.sent[-1] == ("DeleteDeviceFile", {"IotId": "i1", "FileId": file_id})


def test_file_with_ambiguous_name_fails_without_id():
    with pytest.raises(AmbiguousReference):
        delete_file(account(), name="log.txt")
    client = account()
    delete_file(client, name="log.txt", file_id="f1")
    assert client.sent[-1][1]["FileId"] == "f1"


@pytest.mark.parametrize("options", [{"name": "x"}, {"file_id": "x"}, {"name": "photo.jpg", "file_id": "f1"}])
def test_missing_file_is_absent(options):
    client = account()
    assert delete_file(client, **options)["changed"] is False
    assert "QueryDeviceFile" not in client.log


def test_file_of_missing_device_is_absent():
    assert delete_file(account(device=False), name="log.txt")["changed"] is False


def test_file_without_name_and_id_fails():
    with pytest.raises(InvalidValue, match=r"^name or file_id must be set"):
        delete_file(account())


def test_files_are_listed_with_product_and_device():
    client = account()
    found = gather(FILE, {"product": "lamp", "device": "lamp_1", "file_id": None}, client)["device_files"]
    assert [(file["product_key"], file["iot_id"], file["size_in_kilobytes"]) for file in found] == [
        ("a1", "i1", size) for size in (10, 20, 30)
    ]
    assert "QueryDeviceFile" not in client.log
    assert not any("download_url" in file for file in found)
