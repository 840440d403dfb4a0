# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of tunnels, which have ids but no names."""

from __future__ import annotations

import pytest

MODULE = "iot_tunnel"
LAMP = {"product": "street_light", "device": "lamp-0001"}
NOWHERE = "d4098041-0000-0000-0000-000000000000"


@pytest.fixture
def account(tasks):
    """Create an online and an offline device."""
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    tasks.connect_devices("street_light", "lamp-0001")
    tasks.run_ok("iot_device", product="street_light", name="lamp-0002")


def test_tunnel_lifecycle(tasks, account):
    plan = tasks.run(MODULE, True, **LAMP, description="d")
    assert [step["operation"] for step in plan["steps"]] == ["CreateDeviceTunnel"]
    assert plan["tunnel"]["tunnel_id"] == "(known after apply)"
    assert "source_access_token" not in plan["tunnel"]
    created = tasks.run_ok(MODULE, **LAMP, description="d", udi="shell")["tunnel"]
    assert created["status"] == "open"
    assert created["device_name"] == "lamp-0001"
    assert (created["description"], created["udi"]) == ("d", "shell")
    assert created["source_uri"].startswith("wss://")
    assert "source_access_token" not in created
    named = {"tunnel_id": created["tunnel_id"]}

    tasks.assert_unchanged(MODULE, **named)
    tasks.assert_unchanged(MODULE, **named, **LAMP, description="d", udi="shell")
    (found,) = tasks.run_ok("iot_tunnel_info", **named)["tunnels"]
    assert found == {name: value for name, value in created.items() if name != "source_uri"}

    closed = tasks.assert_changed_by(MODULE, "CloseDeviceTunnel", **named, state="closed")
    assert closed["tunnel"]["status"] == "closed"
    assert closed["tunnel"]["closed"]
    tasks.assert_fails(MODULE, "^a closed tunnel cannot be opened again", **named)
    assert tasks.assert_changed_by(MODULE, "DeleteDeviceTunnel", **named, state="absent")["tunnel"] == {}
    assert tasks.run_ok("iot_tunnel_info", **named)["tunnels"] == []


def test_open_tunnel_is_closed_before_deletion(tasks, account):
    named = {"tunnel_id": tasks.run_ok(MODULE, **LAMP)["tunnel"]["tunnel_id"]}
    tasks.assert_changed_by(MODULE, "CloseDeviceTunnel", "DeleteDeviceTunnel", **named, state="absent")


def test_tunnel_without_id_is_opened_each_time(tasks, account):
    first, second = (tasks.run_ok(MODULE, **LAMP) for _number in range(2))
    assert first["changed"]
    assert second["changed"]
    assert first["tunnel"]["tunnel_id"] != second["tunnel"]["tunnel_id"]


def test_tunnel_close_without_id_fails_before_write(tasks, account):
    tasks.assert_fails(MODULE, "^tunnel_id must be set", **LAMP, state="closed")


def test_tunnel_token_is_returned_once_with_include_secrets_only(tasks, account):
    created = tasks.run_ok(MODULE, **LAMP, include_secrets=True)
    token = created["tunnel"].pop("source_access_token")
    assert token
    assert token not in str(created)
    again = tasks.run_ok(MODULE, tunnel_id=created["tunnel"]["tunnel_id"], include_secrets=True)
    assert "source_access_token" not in again["tunnel"]


@pytest.mark.parametrize(
    "options", [{"description": "other"}, {"udi": "other"}, {"device": "lamp-0002"}, {"product": "path_light"}]
)
def test_tunnel_immutable_option_change_fails_before_write(tasks, account, options):
    tasks.run_ok("iot_product", name="path_light", node_type="device")
    tasks.run_ok("iot_device", product="path_light", name="lamp-0001")
    named = {"tunnel_id": tasks.run_ok(MODULE, **LAMP, description="d", udi="u")["tunnel"]["tunnel_id"]}
    message = f"^{next(iter(options))} of the tunnel cannot be changed.*open another"
    tasks.assert_fails(MODULE, message, **{**LAMP, **named, **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^product and device must be set to open a tunnel"),
        ({"product": "street_light"}, "^product and device must be set to open a tunnel"),
        ({"device": "lamp-0001"}, "^product must be set with device"),
        ({"state": "absent"}, "^tunnel_id must be set"),
        ({**LAMP, "description": "x" * 1025}, "^description must have at most 1024 characters"),
        ({**LAMP, "udi": "x" * 4097}, "^udi must have at most 4096 characters"),
    ],
)
def test_tunnel_with_invalid_options_fails_before_write(tasks, account, options, message):
    tasks.assert_fails(MODULE, message, **options)


def test_tunnel_missing_fails_or_is_pending_in_check_mode(tasks, account):
    result = tasks.run(MODULE, tunnel_id=NOWHERE)
    assert f"the tunnel {NOWHERE} does not exist" in result["msg"]
    tasks.assert_unchanged(MODULE, tunnel_id=NOWHERE, state="absent")
    plan = tasks.run(MODULE, True, **{**LAMP, "device": "lamp-0009"})
    assert plan["pending"] == ["the device lamp-0009 does not exist yet"]
    # In check mode, a task can close a tunnel that an earlier task would open.
    plan = tasks.run(MODULE, True, tunnel_id="(known after apply)", state="closed")
    assert [step["operation"] for step in plan["steps"]] == ["CloseDeviceTunnel"]
    assert tasks.run(MODULE, **{**LAMP, "device": "lamp-0002"})["code"] == "iot.securetunnel.DeviceNotOnline"
