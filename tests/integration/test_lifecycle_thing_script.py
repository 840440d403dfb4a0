# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of data parsing scripts."""

from __future__ import annotations

import pytest

SCRIPT = "function rawDataToProtocol(bytes) {\n  return {};  // 灯\n}\n"
METER = {"name": "old_meter", "node_type": "device", "thing_model": True, "data_format": "custom"}


@pytest.fixture
def meter(tasks):
    """Create a product whose devices send binary data, and return its ProductKey."""
    return tasks.run_ok("iot_product", **METER)["product"]["product_key"]


def test_thing_script_lifecycle(tasks, meter):
    of = {"product": "old_meter"}
    created = tasks.assert_changed_by("iot_thing_script", "CreateThingScript", **of, type="javascript", script=SCRIPT)
    assert created["thing_script"] == {"product_key": meter, "type": "javascript", "script": SCRIPT}
    assert created["diff"]["before"] == {}
    assert created["diff"]["after"]["script"] == SCRIPT

    # An option that is not given is kept and sent with the changed one.
    changed = tasks.assert_changed_by("iot_thing_script", "UpdateThingScript", **of, script="// none")
    assert changed["thing_script"] == {"product_key": meter, "type": "javascript", "script": "// none"}
    changed = tasks.assert_changed_by("iot_thing_script", "UpdateThingScript", **of, type="python")
    assert changed["thing_script"] == {"product_key": meter, "type": "python", "script": "// none"}
    assert changed["diff"]["before"]["type"] == "javascript"
    tasks.assert_unchanged("iot_thing_script", product=meter)

    for name in ("old_meter", meter):
        found = tasks.run_ok("iot_thing_script_info", product=name)["thing_scripts"]
        assert found == [{"product_key": meter, "type": "python", "script": "// none"}]


def test_thing_script_with_long_text_is_returned_completely(tasks, meter):
    script = "".join(f"// line {n}: é & = % + 灯\n" for n in range(2000))
    created = tasks.assert_changed_by(
        "iot_thing_script", "CreateThingScript", product="old_meter", type="php", script=script
    )
    assert created["thing_script"]["script"] == script


def test_thing_script_of_released_product_is_created(tasks, meter):
    tasks.run_ok("iot_product", name="old_meter", status="released")
    tasks.assert_changed_by("iot_thing_script", "CreateThingScript", product="old_meter", type="php", script="<?php")


def test_thing_script_missing_is_empty_and_needs_options(tasks, meter):
    assert tasks.run_ok("iot_thing_script_info", product="old_meter")["thing_scripts"] == []
    assert tasks.run_ok("iot_thing_script_info", product="unknown")["thing_scripts"] == []
    tasks.assert_fails("iot_thing_script", "^script, type must be set to create the thing script", product="old_meter")
    tasks.assert_fails("iot_thing_script", "^type must be set", product="old_meter", script="x")
    tasks.assert_fails("iot_thing_script", "^script must have", product="old_meter", type="php", script="")


def test_thing_script_of_product_with_other_data_format_fails_before_write(tasks):
    for name, more in (("street_light", {"thing_model": True, "data_format": "alink"}), ("plain", {})):
        tasks.run_ok("iot_product", name=name, node_type="device", **more)
        tasks.assert_fails(
            "iot_thing_script", "does not use a custom data format", product=name, type="php", script="x"
        )


def test_thing_script_of_missing_product_is_pending_in_check_mode_and_fails(tasks):
    plan = tasks.run("iot_thing_script", True, product="old_meter", type="php", script="x")
    assert [step["operation"] for step in plan["steps"]] == ["CreateThingScript"]
    assert plan["pending"] == ["the product old_meter does not exist yet"]
    result = tasks.run("iot_thing_script", product="old_meter", type="php", script="x")
    assert result["failed"]
    assert "the product old_meter does not exist" in result["msg"]


def test_thing_script_create_with_lost_response_succeeds(tasks, meter):
    tasks.server.control("PUT", "faults", [{"action": "CreateThingScript", "drop": "after", "times": 1}])
    created = tasks.run_ok("iot_thing_script", product="old_meter", type="php", script="x")
    assert [(step["operation"], step["status"]) for step in created["steps"]] == [("CreateThingScript", "done")]
    assert created["thing_script"]["script"] == "x"
