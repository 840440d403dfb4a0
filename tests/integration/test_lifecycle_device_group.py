# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of static and dynamic device groups."""

from __future__ import annotations

import pytest

MODULE = "iot_device_group"
WEST = {"name": "west_side"}
INSTANCE = {"iot_instance_id": "iot-060a0bcd"}
LAMPS = 'product_key = "{key}" AND name LIKE "lamp%"'


def members(*names: str) -> list:
    return [{"product": "street_light", "name": name} for name in names]


@pytest.fixture
def account(tasks):
    """Create a product with three devices and return its ProductKey."""
    key = tasks.run_ok("iot_product", name="street_light", node_type="device", **INSTANCE)["product"]["product_key"]
    devices = [{"name": name} for name in ("lamp-1", "lamp-2", "post-1")]
    tasks.run_ok("iot_devices", product="street_light", devices=devices, **INSTANCE)
    return key


def test_static_device_group_lifecycle(tasks, account):
    tasks.run_ok(MODULE, name="all_sides")
    created = tasks.assert_changed_by(
        MODULE,
        "CreateDeviceGroup",
        "SetDeviceGroupTags",
        "BatchAddDeviceGroupRelations",
        **WEST,
        super_group="all_sides",
        description="west of the river",
        tags={"site": "west", "shift": "day"},
        devices=members("lamp-1", "lamp-2"),
    )
    group = created["device_group"]
    assert group["type"] == "static"
    assert group["device_count"] == 2
    tasks.assert_changed_by(MODULE, "UpdateDeviceGroup", **WEST, description="somewhere")
    assert tasks.assert_changed_by(MODULE, "SetDeviceGroupTags", **WEST, tags={"site": "east"})["device_group"][
        "tags"
    ] == {"site": "east"}
    kept = tasks.assert_changed_by(MODULE, "SetDeviceGroupTags", **WEST, tags={"row": "1"}, purge_tags=False)
    assert kept["device_group"]["tags"] == {"site": "east", "row": "1"}
    tasks.assert_changed_by(
        MODULE,
        "BatchDeleteDeviceGroupRelations",
        "BatchAddDeviceGroupRelations",
        **WEST,
        devices=members("lamp-2", "post-1"),
    )
    added = tasks.assert_changed_by(
        MODULE, "BatchAddDeviceGroupRelations", **WEST, devices=members("lamp-1"), purge_devices=False
    )
    assert len(added["device_group"]["devices"]) == 3
    tasks.assert_unchanged(MODULE, **WEST)

    for wanted in (WEST, {"group_id": group["group_id"]}, {"tags": {"site": "east", "row": 1}}):
        (found,) = tasks.run_ok("iot_device_group_info", **wanted)["device_groups"]
        assert (found["group_id"], found["description"]) == (group["group_id"], "somewhere")
    assert tasks.run_ok("iot_device_group_info", tags={"site": "west"})["device_groups"] == []
    assert len(tasks.run_ok("iot_device_group_info")["device_groups"]) == 2

    cleared = tasks.assert_changed_by(
        MODULE,
        "UpdateDeviceGroup",
        "SetDeviceGroupTags",
        "BatchDeleteDeviceGroupRelations",
        **WEST,
        description="",
        tags={},
        devices=[],
    )
    assert cleared["device_group"]["tags"] == {}
    tasks.assert_changed_by(MODULE, "DeleteDeviceGroup", **WEST, state="absent")
    tasks.assert_unchanged(MODULE, **WEST, state="absent")


def test_device_group_immutable_option_change_fails_before_write(tasks, account):
    for name in ("above", "elsewhere"):
        tasks.run_ok(MODULE, name=name)
    tasks.run_ok(MODULE, **WEST, super_group="above")
    tasks.assert_fails(MODULE, "^super_group of the device group cannot be changed", **WEST, super_group="elsewhere")
    tasks.assert_fails(MODULE, "^expression of the device group cannot be changed", **WEST, expression='name = "x"')


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "abc"}, "^name must have 4 to 30 characters"),
        ({**WEST, "description": "x" * 101}, "^description must have at most 100 characters"),
        ({**WEST, "tags": {"a": "1"}}, "^tags has an invalid entry 'a'"),
        ({**WEST, "tags": {"site": "a b"}}, "^tags has an invalid entry 'site'"),
        ({**WEST, "devices": members("lamp-1", "lamp-1")}, "^devices contains a device twice"),
        (
            {**WEST, "expression": 'name = "x"', "devices": members("lamp-1"), **INSTANCE},
            "cannot be set for a dynamic",
        ),
    ],
)
def test_device_group_with_invalid_options_fails_before_write(tasks, account, options, message):
    tasks.assert_fails(MODULE, message, **options)


def test_dynamic_device_group_lifecycle(tasks, account):
    lamps = {"name": "all_lamps", **INSTANCE}
    expression = LAMPS.format(key=account)
    created = tasks.assert_changed_by(
        MODULE,
        "CreateDeviceDynamicGroup",
        "SetDeviceGroupTags",
        **lamps,
        expression=expression,
        description="all lights",
        tags={"kind": "light"},
    )
    group = created["device_group"]
    assert (group["type"], group["expression"]) == ("dynamic", expression)
    tasks.assert_changed_by(MODULE, "UpdateDeviceGroup", **lamps, description="all lamps")
    tasks.assert_changed_by(MODULE, "SetDeviceGroupTags", **lamps, tags={})
    tasks.assert_unchanged(MODULE, **lamps, expression=expression, description="all lamps", tags={})
    tasks.assert_fails(MODULE, "^expression of the device group cannot be changed", **lamps, expression='name = "x"')
    tasks.assert_fails(MODULE, "^devices cannot be set for a dynamic group", **lamps, devices=members("lamp-1"))

    for wanted in ({"name": "all_lamps"}, {"group_id": group["group_id"]}, {"type": "dynamic", "details": True}):
        (found,) = tasks.run_ok("iot_device_group_info", **wanted, **INSTANCE)["device_groups"]
        assert sorted(device["name"] for device in found["devices"]) == ["lamp-1", "lamp-2"]
        assert found["expression"] == expression
    assert tasks.run_ok("iot_device_group_info", **INSTANCE)["device_groups"] == []

    tasks.assert_changed_by(MODULE, "DeleteDeviceDynamicGroup", **lamps, state="absent")
    tasks.assert_unchanged(MODULE, **lamps, state="absent")


def test_dynamic_device_group_without_instance_id_fails(tasks, account):
    message = "^iot_instance_id must be set for the operation CreateDeviceDynamicGroup"
    tasks.assert_fails(MODULE, message, name="all_lamps", expression=LAMPS.format(key=account))


def test_dynamic_device_group_with_invalid_expression_fails(tasks, account):
    message = "^expression is not a valid search expression: "
    for expression in ("nonsense =", "name LIKE LIKE", 'name LIKE "abc%"', 'name = "lamp" AND', '(name = "lamp")'):
        tasks.assert_fails(MODULE, message, name="all_lamps", expression=expression, **INSTANCE)
    # The platform knows which fields exist.
    result = tasks.run(MODULE, name="all_lamps", expression='weight = "7"', **INSTANCE)
    assert result["code"].startswith("iot.devicesearch.")
