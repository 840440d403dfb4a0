# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of device files, which can only be deleted."""

from __future__ import annotations

import urllib.request

import pytest

from .tasks import start_with_state

OF = {"product": "street_light", "device": "lamp-0001"}
MODULE = "iot_device_file"


def upload_files(platform) -> None:
    """Upload two files from each of two devices, which only devices can do."""
    from ansible_collections.iotops.aliyun.emulator.services.device.file import add_file

    key = platform.call("CreateProduct", {"ProductName": "street_light", "NodeType": "0"})["ProductKey"]
    for name in ("lamp-0001", "lamp-0002"):
        platform.call("RegisterDevice", {"ProductKey": key, "DeviceName": name})
    for row in platform.store.all("device"):
        for name, content in (("log.txt", b"x" * 2000), ("photo.jpg", b"y")):
            platform.run(lambda ctx, row=row, name=name, content=content: add_file(ctx, row, name, content))


@pytest.fixture
def prepared_tasks(launch, tmp_path):
    """Start an emulator on which each of two devices has uploaded two files."""
    return start_with_state(launch, tmp_path / "state", upload_files)


def names(tasks, **filters) -> set:
    return {one["name"] for one in tasks.run_ok("iot_device_file_info", **{**OF, **filters})["device_files"]}


def test_device_file_is_deleted(prepared_tasks):
    deleted = prepared_tasks.assert_changed_by(MODULE, "DeleteDeviceFile", **OF, name="log.txt", state="absent")
    assert deleted["device_file"] == {}
    assert deleted["diff"]["before"]["name"] == "log.txt"
    assert deleted["diff"]["after"] == {}
    assert names(prepared_tasks) == {"photo.jpg"}
    assert names(prepared_tasks, device="lamp-0002") == {"photo.jpg", "log.txt"}

    (photo,) = prepared_tasks.run_ok("iot_device_file_info", **OF)["device_files"]
    prepared_tasks.assert_changed_by(MODULE, "DeleteDeviceFile", **OF, file_id=photo["file_id"], state="absent")
    assert names(prepared_tasks) == set()
    # A name and an id of different files match no file.
    prepared_tasks.assert_unchanged(MODULE, **OF, file_id=photo["file_id"], name="log.txt", state="absent")


def test_device_files_with_filters_are_returned(prepared_tasks):
    found = prepared_tasks.run_ok("iot_device_file_info", **OF)["device_files"]
    assert {one["name"]: one["size_in_kilobytes"] for one in found} == {"log.txt": 2, "photo.jpg": 1}
    assert all(one["created"] and one["iot_id"] and one["product_key"] for one in found)
    log = next(one for one in found if one["name"] == "log.txt")
    assert prepared_tasks.run_ok("iot_device_file_info", **OF, file_id=log["file_id"])["device_files"] == [log]
    assert prepared_tasks.run_ok("iot_device_file_info", **OF, name="log.txt")["device_files"] == [log]
    assert names(prepared_tasks, name="nothing.txt") == set()
    assert names(prepared_tasks, file_id="nothing") == set()
    assert names(prepared_tasks, name="photo.jpg", file_id=log["file_id"]) == set()
    assert names(prepared_tasks, device="lamp-0009") == set()
    assert names(prepared_tasks, product="unknown") == set()


@pytest.mark.parametrize("filters", [{"name": "log.txt"}, {"details": True}])
def test_device_file_download_url_is_returned_with_include_secrets_only(prepared_tasks, filters):
    hidden = prepared_tasks.run_ok("iot_device_file_info", **OF, **filters)["device_files"]
    assert not any("download_url" in one for one in hidden)
    shown = prepared_tasks.run_ok("iot_device_file_info", **OF, **filters, include_secrets=True)["device_files"]
    log = next(one for one in shown if one["name"] == "log.txt")
    with urllib.request.urlopen(log["download_url"]) as content:
        assert content.read() == b"x" * 2000


def test_device_file_missing_is_unchanged_when_absent(prepared_tasks):
    for options in ({"name": "log.txt", "device": "lamp-0009"}, {"file_id": "x"}, {"name": "x", "product": "unknown"}):
        prepared_tasks.assert_unchanged(MODULE, **{**OF, **options}, state="absent")
    prepared_tasks.assert_fails(MODULE, "^name or file_id must be set", **OF, state="absent")
    prepared_tasks.assert_unchanged(MODULE, **OF, name="x", state="absent", include_secrets=True)
