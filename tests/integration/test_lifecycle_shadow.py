# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of device shadows."""

from __future__ import annotations

import pytest

MODULE = "iot_shadow"
LAMP = {"product": "street_light", "device": "lamp-0001"}


@pytest.fixture
def account(tasks):
    """Create a device."""
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    tasks.run_ok("iot_device", product="street_light", name="lamp-0001")


def test_shadow_lifecycle(tasks, account):
    assert tasks.assert_unchanged(MODULE, **LAMP)["shadow"]["version"] == 0
    tasks.assert_unchanged(MODULE, **LAMP, desired={})
    first = {"color": "green", "level": 7, "on": True, "zones": [1, {"a": None}]}
    created = tasks.assert_changed_by(MODULE, "UpdateDeviceShadow", **LAMP, desired=first)["shadow"]
    assert created["desired"] == first
    assert created["version"] == 1
    assert created["reported"] == {}

    added = tasks.assert_changed_by(MODULE, "UpdateDeviceShadow", **LAMP, desired={"level": 8}, purge_desired=False)[
        "shadow"
    ]
    assert added["desired"] == {**first, "level": 8}
    assert added["version"] == 2
    replaced = tasks.assert_changed_by(MODULE, "UpdateDeviceShadow", **LAMP, desired={"level": 8})
    assert replaced["shadow"]["desired"] == {"level": 8}
    assert replaced["diff"]["before"]["desired"] == {**first, "level": 8}
    (found,) = tasks.run_ok("iot_shadow_info", **LAMP)["shadows"]
    assert found == replaced["shadow"]


@pytest.mark.parametrize(("before", "after"), [(1, True), (True, 1), ("1", 1), ([1, 2], [2, 1]), (0, False)])
def test_shadow_value_of_other_json_type_is_changed(tasks, account, before, after):
    tasks.run_ok(MODULE, **LAMP, desired={"a": before})
    changed = tasks.assert_changed_by(MODULE, "UpdateDeviceShadow", **LAMP, desired={"a": after})["shadow"]["desired"][
        "a"
    ]
    assert (changed, type(changed)) == (after, type(after))


def test_shadow_update_increments_current_version(tasks, account):
    key = tasks.run_ok("iot_shadow_info", **LAMP)["shadows"][0]["product_key"]
    message = '{"method":"update","state":{"desired":{"a":1}},"version":500}'
    tasks.server.call("UpdateDeviceShadow", ProductKey=key, DeviceName="lamp-0001", ShadowMessage=message)
    assert tasks.run_ok(MODULE, **LAMP, desired={"a": 2})["shadow"]["version"] == 501


def test_shadow_clear_fails_before_write(tasks, account):
    tasks.run_ok(MODULE, **LAMP, desired={"a": 1})
    tasks.assert_fails(MODULE, "^desired must not be empty", **LAMP, desired={})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"desired": {"a": None}}, "^desired has no value for 'a'"),
        ({"desired": {"": 1}}, "^desired has an attribute without a name"),
        ({"desired": {f"a{number}": 1 for number in range(129)}}, "^desired must have at most 128 attributes, not 129"),
        ({"desired": {"a": "x" * 16384}}, "^desired must have at most 16384 bytes"),
        ({"device": "x"}, "^device must have 4 to 32 characters"),
    ],
)
def test_shadow_with_invalid_options_fails_before_write(tasks, account, options, message):
    tasks.assert_fails(MODULE, message, **{**LAMP, **options})


@pytest.mark.parametrize(
    ("options", "note"),
    [({"device": "lamp-0009"}, "device lamp-0009"), ({"product": "path_light"}, "product path_light")],
)
def test_shadow_of_missing_device_is_pending_in_check_mode_and_fails(tasks, account, options, note):
    given = {**LAMP, **options}
    plan = tasks.run(MODULE, True, **given, desired={"a": 1})
    assert plan["pending"] == [f"the {note} does not exist yet"]
    assert [step["operation"] for step in plan["steps"]] == ["UpdateDeviceShadow"]
    assert f"the {note} does not exist" in tasks.run(MODULE, **given, desired={"a": 1})["msg"]
    assert tasks.run_ok("iot_shadow_info", **given)["shadows"] == []
