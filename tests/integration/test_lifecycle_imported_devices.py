# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of imported devices."""

from __future__ import annotations

import pytest

MODULE = "iot_imported_devices"
OF = {"product": "old_meter"}


def meters(*numbers: int, **more) -> list:
    return [
        {"name": f"meter-{number:04}", "device_secret": f"s3cret-{number}", "serial_number": f"QC4_{number}", **more}
        for number in numbers
    ]


@pytest.fixture
def key(tasks):
    """Create the product into which devices are imported, and return its ProductKey."""
    return tasks.run_ok("iot_product", name="old_meter", node_type="device")["product"]["product_key"]


def names(result: dict) -> list:
    return [one["name"] for one in result["imported_devices"]["devices"]]


def test_imported_devices_are_imported_in_one_batch(tasks, key):
    created = tasks.assert_changed_by(MODULE, "BatchCheckImportDevice", "BatchImportDevice", **OF, devices=meters(1, 2))
    assert names(created) == ["meter-0001", "meter-0002"]
    assert "s3cret" not in str(created)
    # Only missing devices are imported; a single device is imported without a batch.
    more = tasks.assert_changed_by(MODULE, "ImportDevice", **OF, devices=meters(2, 3))
    assert names(more) == ["meter-0002", "meter-0003"]
    assert "s3cret" not in str(more)

    apply_id = created["imported_devices"]["apply_id"]
    (batch,) = tasks.run_ok("iot_imported_devices_info", apply_id=apply_id)["imported_devices"]
    assert batch == {
        "product_key": key,
        "apply_id": apply_id,
        "devices": [{"name": f"meter-000{n}", "serial_number": f"QC4_{n}"} for n in (1, 2)],
    }
    (batch,) = tasks.run_ok("iot_imported_devices_info", apply_id=apply_id, include_secrets=True)["imported_devices"]
    assert batch["device_secrets"] == {"meter-0001": "s3cret-1", "meter-0002": "s3cret-2"}
    assert tasks.run_ok("iot_imported_devices_info", apply_id=1)["imported_devices"] == []


def test_imported_devices_secrets_are_returned_with_include_secrets_only(tasks, key):
    created = tasks.run_ok(MODULE, **OF, devices=meters(1), include_secrets=True)
    assert created["imported_devices"]["device_secrets"] == {"meter-0001": "s3cret-1"}
    assert "s3cret" not in str([created["diff"], created["steps"]])


def test_imported_devices_above_page_size_are_read_completely(tasks, key):
    created = tasks.run_ok(MODULE, **OF, devices=meters(*range(1, 121)))
    (batch,) = tasks.run_ok("iot_imported_devices_info", apply_id=created["imported_devices"]["apply_id"])[
        "imported_devices"
    ]
    assert len(batch["devices"]) == 120
    tasks.assert_unchanged(MODULE, **OF, devices=meters(*range(1, 121)))


def test_imported_devices_nicknames_are_set_and_changed(tasks, key):
    of = {**OF, "devices": [*meters(1, nickname="one"), *meters(2, nickname="two2"), *meters(3, 4)]}
    created = tasks.assert_changed_by(
        MODULE, "BatchCheckImportDevice", "BatchImportDevice", "ImportDevice", "ImportDevice", **of
    )
    nicknames = {one["name"]: one["nickname"] for one in created["imported_devices"]["devices"]}
    assert list(nicknames.values()) == ["one", "two2", "", ""]
    of["devices"] = [*meters(2, nickname=""), *meters(3, nickname="three"), *meters(1)]
    changed = tasks.assert_changed_by(MODULE, "BatchUpdateDeviceNickname", **of)
    nicknames = {one["name"]: one["nickname"] for one in changed["imported_devices"]["devices"]}
    assert nicknames == {"meter-0001": "one", "meter-0002": "", "meter-0003": "three"}


def test_imported_devices_are_deleted_by_name(tasks, key):
    tasks.run_ok(MODULE, **OF, devices=meters(1, 2, 3))
    some = [{"name": "meter-0001"}, {"name": "meter-0003"}, {"name": "meter-0009"}]
    deleted = tasks.assert_changed_by(MODULE, "DeleteDevice", "DeleteDevice", **OF, devices=some, state="absent")
    assert deleted["imported_devices"] == {}
    assert [one["name"] for one in deleted["diff"]["before"]["devices"]] == ["meter-0001", "meter-0003"]
    tasks.assert_unchanged(MODULE, **OF, devices=meters(2))
    tasks.assert_unchanged(MODULE, product="unknown", devices=some, state="absent")


def test_imported_devices_secret_change_fails_before_write(tasks, key):
    tasks.run_ok(MODULE, **OF, devices=meters(1))
    result = tasks.assert_fails(
        MODULE, "^device_secret of meter-0001 cannot be changed", **OF, devices=meters(1, device_secret="other")
    )
    assert "s3cret" not in str(result)
    tasks.assert_unchanged(MODULE, **OF, devices=[{"name": "meter-0001"}])


@pytest.mark.parametrize(
    ("devices", "message"),
    [
        ([], "^devices must have at least one device"),
        (meters(1, name="x"), "^devices has a device x whose name must have 4 to 32"),
        (meters(1, device_secret="no blanks"), "meter-0001 whose device_secret is invalid; it must have 1 to 32"),
        (meters(1, device_secret="x" * 33), "meter-0001 whose device_secret is invalid; it must have 1 to 32"),
        (meters(1, serial_number="a-b"), "meter-0001 whose serial_number has an invalid format"),
        (meters(1, nickname="a b"), "meter-0001 whose nickname has an invalid format"),
        (meters(1, 1), "^devices contains a device twice"),
        ([{"name": "meter-0001"}, *meters(2)], "^device_secret must be set to import meter-0001\\."),
    ],
)
def test_imported_devices_with_invalid_options_fail_before_write(tasks, key, devices, message):
    result = tasks.assert_fails(MODULE, message, **OF, devices=devices)
    assert "blanks" not in str(result)


def test_imported_devices_rejected_by_check_are_not_imported(tasks, key):
    tasks.run_ok(MODULE, **OF, devices=meters(1))
    tasks.pop_writes()
    # Simulates a device that was registered after the module had read the current state.
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device import imported_devices

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imported_devices, "read_details", lambda *_: {})
        result = tasks.run(MODULE, **OF, devices=meters(1, 2))
    assert result["failed"]
    assert "BatchCheckImportDevice: cannot import meter-0001 (" in result["msg"]
    assert "s3cret" not in str(result)
    assert tasks.pop_writes() == ["BatchCheckImportDevice"]


def test_imported_devices_of_missing_product_are_pending_in_check_mode(tasks):
    plan = tasks.run(MODULE, True, product="new_meter", devices=meters(1, 2))
    assert [step["operation"] for step in plan["steps"]] == ["BatchCheckImportDevice", "BatchImportDevice"]
    assert plan["pending"] == ["the product new_meter does not exist yet"]
    assert "s3cret" not in str(plan)
    result = tasks.run(MODULE, product="new_meter", devices=meters(1, 2))
    assert "the product new_meter does not exist" in result["msg"]


def test_imported_device_nickname_of_33_characters_is_accepted_only_when_it_is_imported(tasks, key):
    tasks.assert_changed_by(MODULE, "ImportDevice", **OF, devices=meters(1, nickname="a" * 33))
    tasks.run_ok(MODULE, **OF, devices=meters(2))
    message = "^devices has a device meter-0002 whose nickname must have 4 to 32 characters, .* has 33"
    tasks.assert_fails(MODULE, message, **OF, devices=meters(1, 2, nickname="a" * 33))
    tasks.assert_fails(
        MODULE, "meter-0002 whose nickname must have 4 to 32 .* has 3", **OF, devices=meters(2, nickname="abc")
    )
