# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of an OTA module."""

from __future__ import annotations

import pytest

OF = {"product": "street_light"}


@pytest.fixture
def product_key(tasks):
    """A product."""
    return tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]


def test_the_life_of_a_module(tasks, product_key):
    made = tasks.assert_changed_by("iot_ota_module", "CreateOTAModule", **OF, name="modem", alias="无线_modem.1", description="d")
    module = made["ota_module"]
    assert module.pop("created") == module.pop("modified")
    assert module == {"product_key": product_key, "name": "modem", "alias": "无线_modem.1", "description": "d"}
    assert made["diff"]["before"] == {}

    # What is not given stays, also where the other of the two changes.
    changed = tasks.assert_changed_by("iot_ota_module", "UpdateOTAModule", **OF, name="modem", description="the modem")
    assert (changed["ota_module"]["alias"], changed["ota_module"]["description"]) == ("无线_modem.1", "the modem")
    changed = tasks.assert_changed_by("iot_ota_module", "UpdateOTAModule", **OF, name="modem", alias="m")
    assert (changed["ota_module"]["alias"], changed["ota_module"]["description"]) == ("m", "the modem")
    changed = tasks.assert_changed_by("iot_ota_module", "UpdateOTAModule", **OF, name="modem", alias="", description="")
    assert (changed["ota_module"]["alias"], changed["ota_module"]["description"]) == ("", "")

    # Capital letters make no other module, and no change.
    tasks.assert_unchanged("iot_ota_module", **OF, name="MODEM")
    tasks.assert_changed_by("iot_ota_module", "UpdateOTAModule", product=product_key, name="Modem", alias="a")
    assert tasks.run_ok("iot_ota_module_info", **OF, name="MoDem")["ota_modules"][0]["name"] == "modem"

    tasks.assert_changed_by("iot_ota_module", "CreateOTAModule", **OF, name="lamp")
    assert [row["name"] for row in tasks.run_ok("iot_ota_module_info", **OF)["ota_modules"]] == ["modem", "lamp"]

    gone = tasks.assert_changed_by("iot_ota_module", "DeleteOTAModule", **OF, name="modem", state="absent")
    assert gone["ota_module"] == {}
    assert [row["name"] for row in tasks.run_ok("iot_ota_module_info", **OF)["ota_modules"]] == ["lamp"]


def test_what_a_module_cannot_be(tasks, product_key):
    tasks.assert_fails("iot_ota_module", "name cannot be default", product=product_key, name="Default")
    tasks.assert_fails("iot_ota_module", "name may hold letters", **OF, name="a b")
    tasks.assert_fails("iot_ota_module", "name must have 1 to 64", **OF, name="")
    tasks.assert_fails("iot_ota_module", "name must have 1 to 64", **OF, name="a" * 65)
    tasks.assert_fails("iot_ota_module", "alias may hold", **OF, name="modem", alias="the modem")
    tasks.assert_fails("iot_ota_module", "description must have at most 100", **OF, name="modem", description="d" * 101)


def test_a_product_that_is_not_there(tasks):
    plan = tasks.run("iot_ota_module", True, product="nobody", name="modem", alias="m")
    assert [step["operation"] for step in plan["steps"]] == ["CreateOTAModule"]
    assert plan["pending"] == ["the product nobody does not exist yet"]
    failed = tasks.run("iot_ota_module", product="nobody", name="modem")
    assert failed["failed"]
    assert "there is no product nobody" in failed["msg"]
    tasks.assert_unchanged("iot_ota_module", product="nobody", name="modem", state="absent")
    assert tasks.run_ok("iot_ota_module_info", product="nobody")["ota_modules"] == []
