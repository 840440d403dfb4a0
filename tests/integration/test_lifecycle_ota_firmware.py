# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of firmware and the upload of its files."""

from __future__ import annotations

import hashlib
import json
import urllib.request

import pytest

NEW = {"name": "lamp_1_1", "product": "street_light", "version": "1.1"}
MADE = ("GenerateOTAUploadURL", "CreateOTAFirmware")


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@pytest.fixture
def product_key(tasks):
    """Create a product with an OTA module and return its ProductKey."""
    key = tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]
    tasks.run_ok("iot_ota_module", product="street_light", name="modem")
    return key


@pytest.fixture
def image(tmp_path):
    """Create a file that is larger than the chunks in which it is uploaded."""
    path = tmp_path / "a lamp.tar.gz"
    path.write_bytes(bytes(range(256)) * 5000)
    return path


def test_firmware_lifecycle(tasks, product_key, image):
    content = image.read_bytes()
    options = {**NEW, "file": str(image), "description": "夜", "udi": '{"notice": "夜"}'}
    created = tasks.assert_changed_by("iot_ota_firmware", *MADE, **options)
    firmware = created["ota_firmware"]
    assert firmware.pop("created") == firmware.pop("modified")
    firmware_id = firmware.pop("firmware_id")
    assert firmware == {
        "name": "lamp_1_1",
        "product_key": product_key,
        "module_name": "default",
        "version": "1.1",
        "type": "full",
        "source_version": "",
        "file_md5": md5(content),
        "size_in_bytes": len(content),
        "description": "夜",
        "needs_verification": True,
        "udi": '{"notice": "夜"}',
        "status": "unverified",
        "verify_progress": 0,
    }
    assert "Signature" not in json.dumps(created)

    returned = tasks.run_ok("iot_ota_firmware", **options, include_secrets=True)
    assert (returned["changed"], "download_url" in returned["ota_firmware"]) == (False, True)
    # Devices download exactly this file, with the same suffix.
    shown = tasks.run_ok("iot_ota_firmware_info", name="lamp_1_1", include_secrets=True)["ota_firmwares"][0]
    assert ".tar.gz?" in shown["download_url"]
    with urllib.request.urlopen(shown["download_url"]) as reply:
        assert reply.read() == content

    # The path of the file does not matter, and the file may be missing.
    copy = image.with_name("b.bin")
    copy.write_bytes(content)
    tasks.assert_unchanged(
        "iot_ota_firmware", **{**options, "file": str(copy), "product": product_key, "module": "DEFAULT"}
    )
    tasks.assert_unchanged("iot_ota_firmware", name="lamp_1_1")
    image.unlink()
    deleted = tasks.assert_changed_by("iot_ota_firmware", "DeleteOTAFirmware", **options, state="absent")
    assert deleted["ota_firmware"] == {}
    assert tasks.run_ok("iot_ota_firmware_info", firmware_id=firmware_id)["ota_firmwares"] == []
    assert tasks.run_ok("iot_ota_firmware_info")["ota_firmwares"] == []


def test_firmware_immutable_option_change_fails_before_write(tasks, product_key, image):
    before = md5(image.read_bytes())
    options = {**NEW, "file": str(image)}
    tasks.assert_changed_by("iot_ota_firmware", *MADE, **options)
    image.write_bytes(b"something else")
    after = md5(b"something else")
    tasks.assert_fails(
        "iot_ota_firmware",
        f"^file of the firmware cannot be changed from '{before}' to '{after}'. "
        "A firmware is immutable: create one with another name and version",
        **options,
    )
    image.write_bytes(bytes(range(256)) * 5000)
    for name, value in {
        "product": "plain",
        "module": "modem",
        "version": "1.2",
        "type": "delta",
        "source_version": "1.0",
        "description": "d",
        "needs_verification": False,
        "udi": "x",
    }.items():
        if name == "product":
            tasks.run_ok("iot_product", name=value, node_type="device")
        tasks.assert_fails("iot_ota_firmware", f"^{name} of the firmware cannot be changed", **{**options, name: value})


def test_firmware_with_several_files_is_created(tasks, product_key, tmp_path):
    contents = {"kernel": b"k" * 10, "文件": b"r" * 20}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    files = [{"name": name, "path": str(tmp_path / name)} for name in contents]
    options = {**NEW, "module": "Modem", "files": files, "needs_verification": False}
    created = tasks.assert_changed_by(
        "iot_ota_firmware", "GenerateOTAUploadURL", "GenerateOTAUploadURL", "CreateOTAFirmware", **options
    )
    firmware = created["ota_firmware"]
    assert firmware["files"] == [
        {"name": name, "size_in_bytes": len(content), "md5": md5(content)} for name, content in contents.items()
    ]
    assert (firmware["file_md5"], firmware["module_name"], firmware["status"]) == ("", "modem", "unneeded")
    tasks.assert_unchanged("iot_ota_firmware", **{**options, "files": files[::-1]})

    (tmp_path / "kernel").write_bytes(b"K")
    tasks.assert_fails(
        "iot_ota_firmware",
        f"^files of the firmware cannot be changed from .*{md5(b'k' * 10)}.* to .*{md5(b'K')}",
        **options,
    )
    tasks.assert_fails("iot_ota_firmware", "^file of the firmware cannot be changed", **NEW, file=files[0]["path"])

    # The module cannot be deleted while a firmware uses it.
    tasks.assert_fails(
        "iot_ota_module",
        "^state: absent is not possible: the firmware .* uses the OTA module",
        product="street_light",
        name="modem",
        state="absent",
    )


def test_firmware_of_type_delta_needs_source_version(tasks, product_key, image):
    options = {**NEW, "type": "delta", "file": str(image)}
    tasks.assert_fails("iot_ota_firmware", "source_version must be set with type: delta", **options)
    tasks.assert_fails(
        "iot_ota_firmware", "source_version and version must differ; both are 1.1", **options, source_version="1.1"
    )
    created = tasks.assert_changed_by("iot_ota_firmware", *MADE, **options, source_version="1.0")
    assert (created["ota_firmware"]["type"], created["ota_firmware"]["source_version"]) == ("delta", "1.0")
    tasks.assert_fails("iot_ota_firmware", "^source_version of the firmware", **{**options, "source_version": "0.9"})


def test_firmware_with_invalid_options_fails_before_write(tasks, product_key, image, tmp_path):
    tasks.assert_fails("iot_ota_firmware", "^file or files must be set to create a firmware", **NEW)
    one = {"name": "a", "path": str(image)}
    duplicate = tmp_path / "duplicate"
    duplicate.write_bytes(image.read_bytes())
    both = [one, {"name": "b", "path": str(duplicate)}]
    tasks.assert_fails(
        "iot_ota_firmware", "^files contains two files with the same content: a and b", **NEW, files=both
    )
    duplicate.write_bytes(b"b")
    tasks.assert_fails("iot_ota_firmware", "^file and files cannot both be set", **NEW, file=str(image), files=both)
    tasks.assert_fails("iot_ota_firmware", "^files takes 2 to 20 files, not 1", **NEW, files=[one])
    tasks.assert_fails("iot_ota_firmware", "^files contains the file a twice", **NEW, files=[one, one])
    tasks.assert_fails(
        "iot_ota_firmware",
        "^files contains a file with an invalid name: it must have 1 to 32",
        **NEW,
        files=[one, {**one, "name": ""}],
    )
    tasks.assert_fails("iot_ota_firmware", "^file must be an absolute path", **NEW, file="lamp.bin")
    tasks.assert_fails("iot_ota_firmware", "^file must be a file", **NEW, file=str(tmp_path))
    empty = tmp_path / "empty"
    empty.touch()
    tasks.assert_fails(
        "iot_ota_firmware", "^file must have 1 to 2097152000 bytes, but .*empty has 0", **NEW, file=str(empty)
    )
    tasks.assert_fails("iot_ota_firmware", "^version must be set to create the firmware", name="lamp", file=str(image))
    tasks.assert_fails(
        "iot_ota_firmware",
        "^version has an invalid format: expected letters",
        name="lamp",
        version="1 1",
        file=str(image),
    )
    tasks.assert_fails("iot_ota_firmware", "^name has an invalid format", name="-lamp", version="1.1", file=str(image))
    tasks.assert_fails(
        "iot_ota_firmware",
        "^source_version can be set with type: delta only",
        **NEW,
        file=str(image),
        source_version="1",
    )
    tasks.assert_fails(
        "iot_ota_firmware",
        "^product must be set with module",
        name="lamp",
        version="1.1",
        file=str(image),
        module="modem",
    )
    # An earlier task may create a missing file or module, so check mode continues without it.
    missing = {**NEW, "file": str(tmp_path / "none"), "module": "radio"}
    plan = tasks.run("iot_ota_firmware", True, **missing)
    assert [step["operation"] for step in plan["steps"]] == list(MADE)
    assert sorted(note.split()[1] for note in plan["pending"]) == ["OTA", "file"]
    assert "the OTA module radio does not exist" in tasks.run("iot_ota_firmware", **missing)["msg"]
    del missing["module"]
    assert "does not exist. Check the path" in tasks.run("iot_ota_firmware", **missing)["msg"]


def test_firmwares_with_filters_are_returned(tasks, product_key, image):
    for name, version, more in (
        ("one", "1.0", {}),
        ("two", "2.0", {"module": "modem", "needs_verification": False}),
        ("three", "3.0", {"type": "delta", "source_version": "2.0"}),
    ):
        tasks.run_ok("iot_ota_firmware", name=name, version=version, product="street_light", file=str(image), **more)
    tasks.run_ok("iot_ota_firmware", name="any", version="1.0", file=str(image))

    def found(**filters) -> list:
        firmwares = tasks.run_ok("iot_ota_firmware_info", **filters)["ota_firmwares"]
        return sorted(firmware["name"] for firmware in firmwares)

    assert found() == ["any", "one", "three", "two"]
    assert found(product="street_light") == ["one", "three", "two"]
    assert found(product="unknown") == []
    assert found(version="1.0") == ["any", "one"]
    assert found(module="MODEM") == ["two"]
    assert found(product="street_light", module="modem") == ["two"]
    assert found(type="delta") == ["three"]
    assert found(status="unneeded") == ["two"]
    listed = tasks.run_ok("iot_ota_firmware_info", version="3.0")["ota_firmwares"][0]
    assert "verify_progress" not in listed
    whole = tasks.run_ok("iot_ota_firmware_info", version="3.0", details=True)["ota_firmwares"][0]
    assert whole == tasks.run_ok("iot_ota_firmware_info", firmware_id=listed["firmware_id"])["ota_firmwares"][0]
    assert whole["verify_progress"] == 0


def test_firmware_create_with_lost_response_creates_one(tasks, product_key, image):
    tasks.server.control("PUT", "faults", [{"action": "CreateOTAFirmware", "drop": "after", "times": 1}])
    created = tasks.run_ok("iot_ota_firmware", **NEW, file=str(image))
    assert [(step["operation"], step["status"]) for step in created["steps"]] == [(name, "done") for name in MADE]
    assert len(tasks.run_ok("iot_ota_firmware_info")["ota_firmwares"]) == 1

    # If the request was lost, the file is uploaded again because the upload form may have expired.
    tasks.server.control("PUT", "faults", [{"action": "CreateOTAFirmware", "drop": "before", "times": 1}])
    tasks.run_ok("iot_ota_firmware", name="second", version="2", file=str(image))
    assert len(tasks.run_ok("iot_ota_firmware_info")["ota_firmwares"]) == 2
