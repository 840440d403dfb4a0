# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The end of a device's file."""

from __future__ import annotations

import urllib.request

import pytest

from .tasks import start_with_state

OF = {"product": "street_light", "device": "lamp-0001"}
MODULE = "iot_device_file"


def upload(platform) -> None:
    """What only a device can do."""
    from ansible_collections.iotops.aliyun.emulator.services.device.file import add_file

    key = platform.call("CreateProduct", {"ProductName": "street_light", "NodeType": "0"})["ProductKey"]
    for name in ("lamp-0001", "lamp-0002"):
        platform.call("RegisterDevice", {"ProductKey": key, "DeviceName": name})
    for row in platform.store.all("device"):
        for name, content in (("log.txt", b"x" * 2000), ("photo.jpg", b"y")):
            platform.run(lambda ctx, row=row, name=name, content=content: add_file(ctx, row, name, content))


@pytest.fixture
def files(launch, tmp_path):
    """A platform on which each of two lamps has uploaded two files."""
    return start_with_state(launch, tmp_path / "state", upload)


def names(tasks, **filters) -> set:
    return {one["name"] for one in tasks.run_ok("iot_device_file_info", **{**OF, **filters})["device_files"]}


def test_a_file_is_taken_away(files):
    gone = files.assert_changed_by(MODULE, "DeleteDeviceFile", **OF, name="log.txt", state="absent")
    assert gone["device_file"] == {}
    assert gone["diff"]["before"]["name"] == "log.txt"
    assert gone["diff"]["after"] == {}
    assert names(files) == {"photo.jpg"}
    assert names(files, device="lamp-0002") == {"photo.jpg", "log.txt"}

    (photo,) = files.run_ok("iot_device_file_info", **OF)["device_files"]
    files.assert_changed_by(MODULE, "DeleteDeviceFile", **OF, file_id=photo["file_id"], state="absent")
    assert names(files) == set()
    # A name and an id that are of different files mean none.
    files.assert_unchanged(MODULE, **OF, file_id=photo["file_id"], name="log.txt", state="absent")


def test_files_are_found(files):
    found = files.run_ok("iot_device_file_info", **OF)["device_files"]
    assert {one["name"]: one["size_in_kilobytes"] for one in found} == {"log.txt": 2, "photo.jpg": 1}
    assert all(one["created"] and one["iot_id"] and one["product_key"] for one in found)
    log = next(one for one in found if one["name"] == "log.txt")
    assert files.run_ok("iot_device_file_info", **OF, file_id=log["file_id"])["device_files"] == [log]
    assert files.run_ok("iot_device_file_info", **OF, name="log.txt")["device_files"] == [log]
    assert names(files, name="nothing.txt") == set()
    assert names(files, file_id="nothing") == set()
    assert names(files, name="photo.jpg", file_id=log["file_id"]) == set()
    assert names(files, device="lamp-0009") == set()
    assert names(files, product="nobody") == set()


@pytest.mark.parametrize("filters", [{"name": "log.txt"}, {"details": True}])
def test_where_a_file_can_be_had_is_a_secret(files, filters):
    hidden = files.run_ok("iot_device_file_info", **OF, **filters)["device_files"]
    assert not any("download_url" in one for one in hidden)
    shown = files.run_ok("iot_device_file_info", **OF, **filters, include_secrets=True)["device_files"]
    log = next(one for one in shown if one["name"] == "log.txt")
    with urllib.request.urlopen(log["download_url"]) as content:
        assert content.read() == b"x" * 2000


def test_what_is_not_there_is_absent(files):
    for options in ({"name": "log.txt", "device": "lamp-0009"}, {"file_id": "x"}, {"name": "x", "product": "nobody"}):
        files.assert_unchanged(MODULE, **{**OF, **options}, state="absent")
    files.assert_fails(MODULE, "^name or file_id must be given", **OF, state="absent")
    files.assert_unchanged(MODULE, **OF, name="x", state="absent", include_secrets=True)
