# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tunnels, which have no names: what a run with an id and one without it do."""

from __future__ import annotations

import pytest

MODULE = "iot_tunnel"
LAMP = {"product": "street_light", "device": "lamp-0001"}
NOWHERE = "d4098041-0000-0000-0000-000000000000"


@pytest.fixture
def account(tasks):
    """A lamp that is online, and one that is not."""
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    tasks.connect_devices("street_light", "lamp-0001")
    tasks.run_ok("iot_device", product="street_light", name="lamp-0002")


def test_the_life_of_a_tunnel(tasks, account):
    plan = tasks.run(MODULE, True, **LAMP, description="d")
    assert [step["operation"] for step in plan["steps"]] == ["CreateDeviceTunnel"]
    assert plan["tunnel"]["tunnel_id"] == "(known after apply)"
    assert "source_access_token" not in plan["tunnel"]
    made = tasks.run_ok(MODULE, **LAMP, description="d", udi="shell")["tunnel"]
    assert made["status"] == "open"
    assert made["device_name"] == "lamp-0001"
    assert (made["description"], made["udi"]) == ("d", "shell")
    assert made["source_uri"].startswith("wss://")
    assert "source_access_token" not in made
    named = {"tunnel_id": made["tunnel_id"]}

    tasks.assert_unchanged(MODULE, **named)
    tasks.assert_unchanged(MODULE, **named, **LAMP, description="d", udi="shell")
    (found,) = tasks.run_ok("iot_tunnel_info", **named)["tunnels"]
    assert found == {name: value for name, value in made.items() if name != "source_uri"}

    closed = tasks.assert_changed_by(MODULE, "CloseDeviceTunnel", **named, state="closed")
    assert closed["tunnel"]["status"] == "closed"
    assert closed["tunnel"]["closed"]
    tasks.assert_fails(MODULE, "^a tunnel that is closed cannot be opened again", **named)
    assert tasks.assert_changed_by(MODULE, "DeleteDeviceTunnel", **named, state="absent")["tunnel"] == {}
    assert tasks.run_ok("iot_tunnel_info", **named)["tunnels"] == []


def test_an_open_tunnel_is_closed_before_it_goes(tasks, account):
    named = {"tunnel_id": tasks.run_ok(MODULE, **LAMP)["tunnel"]["tunnel_id"]}
    tasks.assert_changed_by(MODULE, "CloseDeviceTunnel", "DeleteDeviceTunnel", **named, state="absent")


def test_without_an_id_each_run_opens_another(tasks, account):
    first, second = (tasks.run_ok(MODULE, **LAMP) for _number in range(2))
    assert first["changed"]
    assert second["changed"]
    assert first["tunnel"]["tunnel_id"] != second["tunnel"]["tunnel_id"]


def test_which_one_to_close_must_be_said(tasks, account):
    tasks.assert_fails(MODULE, "^tunnel_id must be given", **LAMP, state="closed")


def test_the_token_is_told_once_and_only_on_request(tasks, account):
    made = tasks.run_ok(MODULE, **LAMP, include_secrets=True)
    token = made["tunnel"].pop("source_access_token")
    assert token
    assert token not in str(made)
    again = tasks.run_ok(MODULE, tunnel_id=made["tunnel"]["tunnel_id"], include_secrets=True)
    assert "source_access_token" not in again["tunnel"]


@pytest.mark.parametrize(
    "options", [{"description": "other"}, {"udi": "other"}, {"device": "lamp-0002"}, {"product": "path_light"}]
)
def test_nothing_else_can_change(tasks, account, options):
    tasks.run_ok("iot_product", name="path_light", node_type="device")
    tasks.run_ok("iot_device", product="path_light", name="lamp-0001")
    named = {"tunnel_id": tasks.run_ok(MODULE, **LAMP, description="d", udi="u")["tunnel"]["tunnel_id"]}
    message = f"^{next(iter(options))} of the tunnel cannot be changed.*open another"
    tasks.assert_fails(MODULE, message, **{**LAMP, **named, **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^product and device must be given to open a tunnel"),
        ({"product": "street_light"}, "^product and device must be given to open a tunnel"),
        ({"device": "lamp-0001"}, "^product must be given with device"),
        ({"state": "absent"}, "^tunnel_id must be given"),
        ({**LAMP, "description": "x" * 1025}, "^description must have at most 1024 characters"),
        ({**LAMP, "udi": "x" * 4097}, "^udi must have at most 4096 characters"),
    ],
)
def test_wrong_input(tasks, account, options, message):
    tasks.assert_fails(MODULE, message, **options)


def test_what_is_not_there(tasks, account):
    result = tasks.run(MODULE, tunnel_id=NOWHERE)
    assert "there is no tunnel" in result["msg"]
    tasks.assert_unchanged(MODULE, tunnel_id=NOWHERE, state="absent")
    plan = tasks.run(MODULE, True, **{**LAMP, "device": "lamp-0009"})
    assert plan["pending"] == ["the device lamp-0009 does not exist yet"]
    # What an earlier task of the same plan opens, a later one closes.
    plan = tasks.run(MODULE, True, tunnel_id="(known after apply)", state="closed")
    assert [step["operation"] for step in plan["steps"]] == ["CloseDeviceTunnel"]
    assert tasks.run(MODULE, **{**LAMP, "device": "lamp-0002"})["code"] == "iot.securetunnel.DeviceNotOnline"
