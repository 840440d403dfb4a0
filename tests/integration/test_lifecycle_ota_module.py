# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of OTA modules."""

from __future__ import annotations

import pytest

OF = {"product": "street_light"}


@pytest.fixture
def product_key(tasks):
    """Create a product and return its ProductKey."""
    return tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]


def test_ota_module_lifecycle(tasks, product_key):
    created = tasks.assert_changed_by(
        "iot_ota_module", "CreateOTAModule", **OF, name="modem", alias="无线_modem.1", description="d"
    )
    module = created["ota_module"]
    assert module.pop("created") == module.pop("modified")
    assert module == {"product_key": product_key, "name": "modem", "alias": "无线_modem.1", "description": "d"}
    assert created["diff"]["before"] == {}

    # An option that is not given is kept, also if the other one changes.
    changed = tasks.assert_changed_by("iot_ota_module", "UpdateOTAModule", **OF, name="modem", description="the modem")
    assert (changed["ota_module"]["alias"], changed["ota_module"]["description"]) == ("无线_modem.1", "the modem")
    changed = tasks.assert_changed_by("iot_ota_module", "UpdateOTAModule", **OF, name="modem", alias="m")
    assert (changed["ota_module"]["alias"], changed["ota_module"]["description"]) == ("m", "the modem")
    changed = tasks.assert_changed_by("iot_ota_module", "UpdateOTAModule", **OF, name="modem", alias="", description="")
    assert (changed["ota_module"]["alias"], changed["ota_module"]["description"]) == ("", "")

    # Names are not case-sensitive.
    tasks.assert_unchanged("iot_ota_module", **OF, name="MODEM")
    tasks.assert_changed_by("iot_ota_module", "UpdateOTAModule", product=product_key, name="Modem", alias="a")
    assert tasks.run_ok("iot_ota_module_info", **OF, name="MoDem")["ota_modules"][0]["name"] == "modem"

    tasks.assert_changed_by("iot_ota_module", "CreateOTAModule", **OF, name="lamp")
    assert [row["name"] for row in tasks.run_ok("iot_ota_module_info", **OF)["ota_modules"]] == ["modem", "lamp"]

    deleted = tasks.assert_changed_by("iot_ota_module", "DeleteOTAModule", **OF, name="modem", state="absent")
    assert deleted["ota_module"] == {}
    assert [row["name"] for row in tasks.run_ok("iot_ota_module_info", **OF)["ota_modules"]] == ["lamp"]


def test_ota_module_with_invalid_options_fails_before_write(tasks, product_key):
    tasks.assert_fails("iot_ota_module", "name cannot be default", product=product_key, name="Default")
    tasks.assert_fails("iot_ota_module", "name has an invalid format: expected letters", **OF, name="a b")
    tasks.assert_fails("iot_ota_module", "name must have 1 to 64", **OF, name="")
    tasks.assert_fails("iot_ota_module", "name must have 1 to 64", **OF, name="a" * 65)
    tasks.assert_fails("iot_ota_module", "alias has an invalid format", **OF, name="modem", alias="the modem")
    tasks.assert_fails("iot_ota_module", "description must have at most 100", **OF, name="modem", description="d" * 101)


def test_ota_module_of_missing_product_is_pending_in_check_mode_and_fails(tasks):
    plan = tasks.run("iot_ota_module", True, product="unknown", name="modem", alias="m")
    assert [step["operation"] for step in plan["steps"]] == ["CreateOTAModule"]
    assert plan["pending"] == ["the product unknown does not exist yet"]
    failed = tasks.run("iot_ota_module", product="unknown", name="modem")
    assert failed["failed"]
    assert "the product unknown does not exist" in failed["msg"]
    tasks.assert_unchanged("iot_ota_module", product="unknown", name="modem", state="absent")
    assert tasks.run_ok("iot_ota_module_info", product="unknown")["ota_modules"] == []
