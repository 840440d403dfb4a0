# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of a data-parsing script."""

from __future__ import annotations

import pytest

SCRIPT = "function rawDataToProtocol(bytes) {\n  return {};  // 灯\n}\n"
METER = {"name": "old_meter", "node_type": "device", "thing_model": True, "data_format": "custom"}


@pytest.fixture
def meter(tasks):
    """A product whose devices send bytes."""
    return tasks.run_ok("iot_product", **METER)["product"]["product_key"]


def test_the_life_of_a_script(tasks, meter):
    of = {"product": "old_meter"}
    made = tasks.assert_changed_by("iot_thing_script", "CreateThingScript", **of, type="javascript", script=SCRIPT)
    assert made["thing_script"] == {"product_key": meter, "type": "javascript", "script": SCRIPT}
    assert made["diff"]["before"] == {}
    assert made["diff"]["after"]["script"] == SCRIPT

    # What is not given stays, and goes along with what changes.
    changed = tasks.assert_changed_by("iot_thing_script", "UpdateThingScript", **of, script="// none")
    assert changed["thing_script"] == {"product_key": meter, "type": "javascript", "script": "// none"}
    changed = tasks.assert_changed_by("iot_thing_script", "UpdateThingScript", **of, type="python")
    assert changed["thing_script"] == {"product_key": meter, "type": "python", "script": "// none"}
    assert changed["diff"]["before"]["type"] == "javascript"
    tasks.assert_unchanged("iot_thing_script", product=meter)

    for name in ("old_meter", meter):
        found = tasks.run_ok("iot_thing_script_info", product=name)["thing_scripts"]
        assert found == [{"product_key": meter, "type": "python", "script": "// none"}]


def test_a_long_script_comes_back_whole(tasks, meter):
    script = "".join(f"// line {n}: é & = % + 灯\n" for n in range(2000))
    made = tasks.assert_changed_by("iot_thing_script", "CreateThingScript", product="old_meter", type="php", script=script)
    assert made["thing_script"]["script"] == script


def test_a_released_product_takes_a_script(tasks, meter):
    tasks.run_ok("iot_product", name="old_meter", status="released")
    tasks.assert_changed_by("iot_thing_script", "CreateThingScript", product="old_meter", type="php", script="<?php")


def test_a_product_without_a_script(tasks, meter):
    assert tasks.run_ok("iot_thing_script_info", product="old_meter")["thing_scripts"] == []
    assert tasks.run_ok("iot_thing_script_info", product="nobody")["thing_scripts"] == []
    tasks.assert_fails("iot_thing_script", "^script, type must be given to make a thing script", product="old_meter")
    tasks.assert_fails("iot_thing_script", "^type must be given", product="old_meter", script="x")
    tasks.assert_fails("iot_thing_script", "^script must have", product="old_meter", type="php", script="")


def test_devices_that_speak_alink_need_none(tasks):
    for name, more in (("street_light", {"thing_model": True, "data_format": "alink"}), ("plain", {})):
        tasks.run_ok("iot_product", name=name, node_type="device", **more)
        tasks.assert_fails("iot_thing_script", "speak no format of their own", product=name, type="php", script="x")


def test_a_product_that_is_planned(tasks):
    plan = tasks.run("iot_thing_script", True, product="old_meter", type="php", script="x")
    assert [step["operation"] for step in plan["steps"]] == ["CreateThingScript"]
    assert plan["pending"] == ["the product old_meter does not exist yet"]
    result = tasks.run("iot_thing_script", product="old_meter", type="php", script="x")
    assert result["failed"]
    assert "there is no product old_meter" in result["msg"]


def test_a_create_whose_answer_was_lost(tasks, meter):
    tasks.server.control("PUT", "faults", [{"action": "CreateThingScript", "drop": "after", "times": 1}])
    made = tasks.run_ok("iot_thing_script", product="old_meter", type="php", script="x")
    assert [(step["operation"], step["status"]) for step in made["steps"]] == [("CreateThingScript", "done")]
    assert made["thing_script"]["script"] == "x"
