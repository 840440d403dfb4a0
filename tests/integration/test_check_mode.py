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
    message = "^nickname must have 4 to 32 characters.* The device exists"
    tasks.assert_fails("iot_device", message, **LAMP, nickname=LONG)
    tasks.assert_fails("iot_device", message, **LAMP, nickname="灯" * 17)
    tasks.assert_changed_by("iot_device", "BatchUpdateDeviceNickname", **LAMP, nickname=LONG[:32])
    # The registration accepts a longer one.
    tasks.assert_changed_by("iot_device", "RegisterDevice", **{**LAMP, "name": "lamp-0002"}, nickname=LONG)


def test_long_nickname_of_existing_device_in_device_set_fails_before_write(tasks, product):
    tasks.run_ok("iot_device", **LAMP)
    devices = [{"name": "lamp-0001", "nickname": LONG}, {"name": "lamp-0002", "nickname": LONG}]
    message = "^device lamp-0001: nickname must have 4 to 32 characters.* The device exists"
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


def test_gateway_that_is_no_gateway_fails_before_write(tasks, product):
    tasks.run_ok("iot_product", name="edge_box", node_type="gateway")
    tasks.run_ok("iot_product", name="meter", node_type="device")
    tasks.run_ok("iot_device", **LAMP)
    tasks.run_ok("iot_device", product="edge_box", name="edge-0001")
    lamp = {"product": "street_light", "name": "lamp-0001"}
    message = "gateway must be a device of a product of gateways; street_light is not one"
    tasks.assert_fails("iot_device", f"^{message}", product="meter", name="meter-0001", gateway=lamp)
    devices = [{"name": "meter-0001", "gateway": lamp}]
    tasks.assert_fails("iot_devices", f"^{message}", product="meter", devices=devices)
    edge = {"product": "edge_box", "name": "edge-0001"}
    message = "gateway cannot be set for a device that is a gateway itself"
    tasks.assert_fails("iot_device", f"^{message}", product="edge_box", name="edge-0002", gateway=edge)
    devices = [{"name": "edge-0002", "gateway": edge}]
    tasks.assert_fails("iot_devices", f"^{message}", product="edge_box", devices=devices)


def test_device_group_below_third_level_fails_before_write(tasks):
    for name, parent in (("city", {}), ("district", {"super_group": "city"}), ("street", {"super_group": "district"})):
        tasks.assert_changed_by("iot_device_group", "CreateDeviceGroup", name=name, **parent)
    message = "^super_group cannot be street: groups can be nested at most 3 levels deep"
    tasks.assert_fails("iot_device_group", message, name="house", super_group="street")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"product": "meter"}, "product must be that of the firmware one, street_light"),
        ({"source_versions": ["1.1"]}, "source_versions must not contain 1.1, the version of the firmware one"),
        ({"firmware": "delta"}, "source_versions must be 1.0, the only version that the delta firmware delta updates"),
        ({"firmware": "delta", "source_versions": ["0.9"]}, "source_versions must be 1.0, the only version"),
        ({"type": "verify", "target": None, "devices": ["lamp-0001"]}, "type cannot be verify: the firmware one needs"),
        ({"tags": {f"t{n}": "x" * 1024 for n in range(4)}}, "tags must have at most 4096 characters in total"),
    ],
)
def test_ota_job_that_does_not_fit_its_firmware_fails_before_write(tasks, product, tmp_path, options, message):
    tasks.run_ok("iot_product", name="meter", node_type="device")
    tasks.run_ok("iot_device", **LAMP)
    versions = {"one": {"version": "1.1"}, "delta": {"version": "1.2", "source_version": "1.0", "type": "delta"}}
    for name, more in versions.items():
        image = tmp_path / f"{name}.bin"
        image.write_text(name)
        tasks.run_ok(
            "iot_ota_firmware", name=name, product="street_light", file=str(image), needs_verification=False, **more
        )
    job = {"name": "update", "firmware": "one", "product": "street_light", "type": "static", "target": "all"}
    invalid = {name: value for name, value in {**job, **options}.items() if value is not None}
    tasks.assert_fails("iot_ota_job", f"^{message}", **invalid)
    assert tasks.run("iot_ota_job", True, **job)["changed"]


@pytest.mark.parametrize(
    ("kind", "document", "message"),
    [
        ("set_property", {}, "document must contain params, the properties to set"),
        ("set_property", {"params": "x"}, "document must contain params, the properties to set"),
        ("invoke_service", {"params": {}}, "document must contain serviceIdentifier"),
        (
            "invoke_service",
            {"serviceIdentifier": "Flash", "params": []},
            "document must contain params as a dict",
        ),
    ],
)
def test_job_with_incomplete_document_fails_before_write(tasks, product, kind, document, message):
    tasks.assert_fails(
        "iot_job", f"^{message}", name="night_mode", type=kind, product="street_light", document=document
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"topic": "get"}, "topic must be a custom topic such as user/get; 'get' does not"),
        (
            {"topic": "/other/lamp-0001/user/get", "device": None},
            "topic must start with /.*, the ProductKey of ",
        ),
        ({"response_topic": "update"}, "response_topic must be a custom topic"),
        ({"payload": ""}, "payload must not be empty"),
        (
            {"user_properties": {f"k{n}": "v" * 900 for n in range(10)}},
            "user_properties must have at most 8192",
        ),
        ({"action": "broadcast", "device": None, "topic": "/other/x"}, "topic must start with /broadcast/"),
        (
            {"action": "rrpc", "topic": "/other/lamp-0001/user/get"},
            "topic must start with /.*, the ProductKey of ",
        ),
    ],
)
def test_message_that_cannot_be_sent_fails_in_check_mode(tasks, product, options, message):
    tasks.run_ok("iot_device", **LAMP)
    task = {"action": "publish", "product": "street_light", "device": "lamp-0001", "topic": "user/get", "payload": "x"}
    tasks.assert_fails("iot_message", f"^{message}", **{**task, **options})
    assert tasks.run("iot_message", True, **task)["changed"]


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"regionName": "Shanghai"}, "regionName must be the ID of a region"),
        ({"role": {"roleArn": "admin", "roleName": "admin"}}, "role.roleArn must be the ARN of a RAM role"),
        ({"themeName": " "}, "themeName must be a string that is not blank"),
        ({"themeName": 3}, "themeName must be a string that is not blank"),
    ],
)
def test_destination_with_invalid_configuration_fails_before_write(tasks, configuration, message):
    role = {"roleArn": "acs:ram::1:role/forwarding", "roleName": "forwarding"}
    valid = {"themeName": "alarms", "regionName": "cn-shanghai", "role": role}
    options = {"name": "to_queue", "type": "mns"}
    message = f"^configuration is invalid: {message}"
    tasks.assert_fails("iot_destination", message, **options, configuration={**valid, **configuration})
    tasks.assert_changed_by("iot_destination", "CreateDestination", **options, configuration=valid)
    tasks.assert_fails("iot_destination", message, name="to_queue", configuration={**valid, **configuration})


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("/street_light/+/user/get", 1),
        ("/street_light/lamp-0001", 1),
        ("/sys/street_light/lamp-0001/thing/event/property/post", 0),
        ("/sys/street_light/lamp-0001/thing/service/property/set", 1),
        ("/street_light/lamp-0001/user/get", 0),
    ],
)
def test_rule_action_with_topic_of_another_type_fails_before_write(tasks, product, topic, kind):
    tasks.run_ok("iot_rule", name="forward", product="street_light", short_topic="+/user/update", select="*")
    action = {"type": "republish", "configuration": {"topic": topic, "topicType": kind}}
    tasks.assert_fails("iot_rule", "^actions contains an action .* invalid at topic", name="forward", actions=[action])


def test_thing_model_with_invalid_values_fails_before_write(tasks):
    tasks.run_ok("iot_product", name="meter", node_type="device", thing_model=True, data_format="alink")
    for values, message in (
        ({"0": "-off", "1": "on"}, "the label of 0 must have 1 to 20 .*'-off' does not match"),
        ({"0": "a b", "1": "on"}, "the label of 0 must .*'a b' does not match"),
        ({"1": "a", "01": "b"}, "values must contain each number once"),
    ):
        functions = {"properties": {"Mode": {"type": "enum", "values": values, "access": "rw"}}}
        message = f"^functions is invalid at properties.Mode: .*{message}"
        tasks.assert_fails("iot_thing_model", message, product="meter", functions=functions)


def test_sound_code_schedule_on_day_that_does_not_exist_fails_before_write(tasks):
    options = {"name": "hours", "description": "hours", "open_type": "inner", "end_date": "2030-06-01"}
    message = "^start_date must be a date that exists, not 2030-02-30"
    tasks.assert_fails("iot_sound_code_schedule", message, **options, start_date="2030-02-30")


def test_tags_above_size_of_one_request_are_sent_in_several(tasks, product):
    tags = {f"key{number}": "灯" * 64 for number in range(60)}
    tasks.run_ok("iot_device", **LAMP)
    tasks.assert_changed_by("iot_device", *["SaveDeviceProp"] * 3, **LAMP, tags=tags)
    devices = [{"name": "lamp-0001", "tags": dict.fromkeys(tags, "夜" * 64)}]
    tasks.pop_writes()
    result = tasks.run_ok("iot_devices", product="street_light", devices=devices)
    assert result["estimate"]["operations"]["SaveDeviceProp"] == 3
    assert tasks.pop_writes() == ["SaveDeviceProp"] * 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"type": "static", "target": "all", "multi_module": True}, "multi_module can be set only if iot_instance_id"),
        ({"type": "dynamic", "group": "lamps"}, "group can be set with type: dynamic only if iot_instance_id is set"),
    ],
)
def test_ota_job_that_needs_an_instance_fails_before_write_without_one(tasks, product, tmp_path, options, message):
    image = tmp_path / "lamp.bin"
    image.write_bytes(b"1")
    firmware = {"name": "one", "product": "street_light", "version": "1.1", "needs_verification": False}
    tasks.run_ok("iot_ota_firmware", **firmware, file=str(image))
    tasks.run_ok("iot_device_group", name="lamps")
    tasks.assert_fails("iot_ota_job", f"^{message}", name="update", firmware="one", **options)


def test_values_that_are_known_after_apply_are_not_checked(tasks, product):
    unknown = "(known after apply)"
    role = {"roleArn": unknown, "roleName": "forwarding"}
    action = {"type": "republish", "configuration": {"topic": f"/{unknown}/lamp/user/get", "topicType": 1}}
    for module, options in (
        ("iot_parser", {"script": f"writeAmqp({unknown}, payload('json'));"}),
        ("iot_rule", {"product": unknown, "short_topic": f"{unknown}/user/get", "select": f"'{unknown}' as id"}),
        ("iot_rule", {"actions": [action]}),
        ("iot_data_source", {"topics": [{"topic": f"/{unknown}/+/user/get"}]}),
        (
            "iot_destination",
            {"type": "mns", "configuration": {"themeName": unknown, "regionName": "cn-shanghai", "role": role}},
        ),
    ):
        assert tasks.run_ok(module, check_mode=True, name="forward", **options)["changed"]
