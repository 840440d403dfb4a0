# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the licenses of products, which no operation returns, and of devices, which a list returns."""

from __future__ import annotations

import pytest

MODULE = "iot_license"
OF = {"product": "street_light", "license": "720p"}


@pytest.fixture
def account(tasks):
    """Create three devices."""
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    for number in (1, 2, 3):
        tasks.run_ok("iot_device", product="street_light", name=f"lamp-000{number}")
    tasks.pop_writes()


def licensed(tasks, **filters) -> list:
    rows = tasks.run_ok("iot_license_info", **filters)["licenses"]
    return sorted((row["device_name"], row["license"]) for row in rows)


def test_license_of_device_is_bound_once(tasks, account):
    given = {**OF, "devices": ["lamp-0001", "lamp-0002", "lamp-0001"]}
    plan = tasks.run(MODULE, True, **given)
    assert plan["changed"]
    assert plan["licensed"] == ["lamp-0001", "lamp-0002"]
    assert "nothing was done" in plan["msg"]
    assert tasks.pop_writes() == []
    assert tasks.run_ok(MODULE, **given)["licensed"] == plan["licensed"]
    assert tasks.pop_writes() == ["BindLicenseProduct", "BindLicenseDevice"]
    for check_mode in (True, False):
        again = tasks.run(MODULE, check_mode, **given)
        assert not again["changed"]
        assert "msg" not in again
    assert tasks.pop_writes() == []
    more = {**OF, "devices": ["lamp-0001", "lamp-0003"], "wait_timeout_in_seconds": 60}
    assert tasks.run_ok(MODULE, **more)["licensed"] == ["lamp-0003"]
    tasks.run_ok(MODULE, **{**OF, "license": "480p"}, devices=["lamp-0001"])
    of = {"product": "street_light"}
    assert len(licensed(tasks)) == 4
    assert licensed(tasks, license="480p") == [("lamp-0001", "480p")]
    assert licensed(tasks, **of, device="lamp-0001") == [("lamp-0001", "480p"), ("lamp-0001", "720p")]
    assert licensed(tasks, **of, device="lamp-0009") == []
    assert licensed(tasks, licensed_before=1) == []
    row = tasks.run_ok("iot_license_info", license="480p")["licenses"][0]
    assert row["expires"] > row["licensed"] > 0
    assert len(licensed(tasks, licensed_after=row["licensed"])) < 4


def test_license_after_lost_poll_is_bound_once(tasks, account):
    given = {**OF, "devices": ["lamp-0001", "lamp-0002"]}
    refused = {"action": "CheckBindLicenseDeviceProgress", "code": "Forbidden.RAM", "status": 403, "times": 1}
    tasks.server.control("PUT", "faults", [refused])
    first = tasks.run(MODULE, **given)
    assert (first["failed"], first["changed"]) == (True, True)
    assert [step["operation"] for step in first["steps"]] == ["BindLicenseProduct", "BindLicenseDevice"]
    assert not tasks.run(MODULE, **given).get("failed")
    assert licensed(tasks) == [("lamp-0001", "720p"), ("lamp-0002", "720p")]
    assert not tasks.run_ok(MODULE, **given)["changed"]


def test_license_of_product_is_bound_each_time(tasks, account):
    for _number in range(2):
        assert tasks.run_ok(MODULE, **OF)["changed"]
        assert tasks.pop_writes() == ["BindLicenseProduct"]
    plan = tasks.run(MODULE, True, **OF, state="unbound")
    assert "license of the product would be removed" in plan["msg"]
    assert tasks.run_ok(MODULE, **OF, state="unbound")["changed"]
    assert tasks.pop_writes() == ["UnbindLicenseProduct"]


def test_license_with_invalid_options_fails_before_write(tasks, account):
    tasks.assert_fails(
        MODULE, "^devices cannot be set with state: unbound", **OF, state="unbound", devices=["lamp-0001"]
    )
    tasks.assert_fails(MODULE, "^devices has an invalid element", **OF, devices=["x"])
    assert "product must be set" in tasks.run("iot_license_info", device="lamp-0001")["msg"]
    for options, note in (
        ({"devices": ["lamp-0009"]}, "device lamp-0009"),
        ({"product": "path_light", "devices": ["lamp-0001"]}, "product path_light"),
    ):
        given = {**OF, **options}
        plan = tasks.run(MODULE, True, **given)
        assert plan["pending"] == [f"the {note} does not exist yet"]
        assert plan["changed"]
        assert f"the {note} does not exist" in tasks.run(MODULE, **given)["msg"]
    assert tasks.pop_writes() == []
