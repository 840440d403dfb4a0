# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check mode fails where the platform would refuse the task; what the platform accepts is still planned."""

from __future__ import annotations

import pytest

LAMP = {"product": "street_light", "name": "lamp-0001"}
LONG = "a" * 33


@pytest.fixture
def product(tasks):
    """Create a product and return its ProductKey."""
    return tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]


def test_long_nickname_of_existing_device_fails_before_write(tasks, product):
    tasks.run_ok("iot_device", **LAMP)
    message = "^nickname of an existing device must have 4 to 32 characters"
    tasks.assert_fails("iot_device", message, **LAMP, nickname=LONG)
    tasks.assert_fails("iot_device", message, **LAMP, nickname="灯" * 17)
    tasks.assert_changed_by("iot_device", "BatchUpdateDeviceNickname", **LAMP, nickname=LONG[:32])
    # The registration accepts a longer one.
    tasks.assert_changed_by("iot_device", "RegisterDevice", **{**LAMP, "name": "lamp-0002"}, nickname=LONG)


def test_long_nickname_of_existing_device_in_device_set_fails_before_write(tasks, product):
    tasks.run_ok("iot_device", **LAMP)
    devices = [{"name": "lamp-0001", "nickname": LONG}, {"name": "lamp-0002", "nickname": LONG}]
    message = "^device lamp-0001: nickname of an existing device must have 4 to 32 characters"
    tasks.assert_fails("iot_devices", message, product="street_light", devices=devices)
    planned = tasks.run_ok("iot_devices", product="street_light", devices=devices[1:], check_mode=True)
    assert planned["changed"]


def test_too_many_tags_together_with_current_ones_fail_before_write(tasks, product):
    tags = {f"tag{number}": "1" for number in range(100)}
    tasks.run_ok("iot_device", **LAMP, tags=tags)
    message = "^tags takes at most 100 entries, not 101, with the current ones"
    tasks.assert_fails("iot_device", message, **LAMP, tags={"another": "1"}, purge_tags=False)
    tasks.assert_changed_by("iot_device", "SaveDeviceProp", **LAMP, tags={"tag1": "2"}, purge_tags=False)


def test_topic_above_maximum_of_product_fails_before_write(tasks, product):
    existing = len(tasks.run_ok("iot_topic_info", product="street_light")["topics"])
    for number in range(existing, 50):
        tasks.run_ok("iot_topic", product="street_light", short_name=f"report{number}", operation="pub")
    message = "^short_name cannot be created: the product already has 50 elements of the kind topic"
    tasks.assert_fails("iot_topic", message, product="street_light", short_name="report50", operation="pub")
    tasks.assert_changed_by(
        "iot_topic", "UpdateProductTopic", product="street_light", short_name="report49", operation="sub"
    )


def test_schedule_whose_new_end_is_before_current_start_fails_before_write(tasks):
    module = "iot_sound_code_schedule"
    tasks.run_ok(
        module,
        name="hours",
        description="hours",
        open_type="inner",
        start_date="2030-03-01",
        end_date="2030-06-01",
        start_time="08:00",
        end_time="20:00",
    )
    tasks.assert_fails(
        module, "^end_date must not be before start_date, 2030-03-01", name="hours", end_date="2030-02-01"
    )
    tasks.assert_fails(module, "^end_time must not be before start_time, 21:00", name="hours", start_time="21:00")
    tasks.assert_changed_by(module, "UpdateSoundCodeSchedule", name="hours", end_date="2030-05-01")


def test_firmware_with_version_of_another_one_fails_before_write(tasks, product, tmp_path):
    image = tmp_path / "lamp.bin"
    image.write_bytes(b"1")
    tasks.run_ok("iot_ota_firmware", name="one", product="street_light", version="1.1", file=str(image))
    image.write_bytes(b"2")
    tasks.assert_fails(
        "iot_ota_firmware",
        "^another firmware already has product .* and module default and version 1.1",
        name="two",
        product="street_light",
        version="1.1",
        file=str(image),
    )
    made = ("GenerateOTAUploadURL", "CreateOTAFirmware")
    other = {"product": "street_light", "file": str(image)}
    tasks.assert_changed_by("iot_ota_firmware", *made, name="two", version="1.2", **other)


def test_device_group_with_sub_group_deletion_fails_before_write(tasks):
    tasks.run_ok("iot_device_group", name="city")
    tasks.run_ok("iot_device_group", name="district", super_group="city")
    tasks.assert_fails(
        "iot_device_group",
        "^state: absent is not possible: the sub-group district uses the device group. Delete the sub-groups first",
        name="city",
        state="absent",
    )
    tasks.assert_changed_by("iot_device_group", "DeleteDeviceGroup", name="district", state="absent")
    tasks.assert_changed_by("iot_device_group", "DeleteDeviceGroup", name="city", state="absent")


@pytest.mark.parametrize(
    ("kind", "script", "problem"),
    [
        ("javascript", "function rawDataToProtocol(bytes) {", "line 1: { is not closed"),
        ("python", "def raw_data_to_protocol(bytes):\n  return [1", r"line 2: \[ is not closed"),
    ],
)
def test_thing_script_with_syntax_error_fails_before_write(tasks, kind, script, problem):
    tasks.run_ok("iot_product", name="meter", node_type="device", thing_model=True, data_format="custom")
    of = {"product": "meter", "type": kind}
    tasks.assert_fails("iot_thing_script", f"^script has a syntax error in {problem}", **of, script=script)
    # The syntax of other languages is not checked.
    tasks.assert_changed_by("iot_thing_script", "CreateThingScript", **{**of, "type": "php"}, script=script)
    tasks.assert_fails("iot_thing_script", f"^script has a syntax error in {problem}", **of)
