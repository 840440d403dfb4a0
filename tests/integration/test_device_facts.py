# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is asked of devices beside what they are, and what they are desired to be."""

from __future__ import annotations

import re

import pytest

LAMP = {"product": "street_light", "name": "lamp-001"}
NAMES = [f"lamp-{number:03}" for number in range(1, 61)]

TSL = {
    "properties": [
        {
            "identifier": identifier,
            "name": identifier,
            "accessMode": access,
            "required": False,
            "dataType": kind,
        }
        for identifier, access, kind in [
            ("text", "rw", {"type": "text", "specs": {"length": "20"}}),
            ("seen", "r", {"type": "int", "specs": {"min": "0", "max": "9", "step": "1"}}),
            *((f"level{n}", "rw", {"type": "int", "specs": {"min": "0", "max": "99", "step": "1"}}) for n in range(12)),
        ]
    ],
    "services": [],
    "events": [],
}


@pytest.fixture
def account(tasks):
    """A product with a thing model and 60 lamps, of which one is online and one disabled; its ProductKey."""
    key = tasks.run_ok(
        "iot_product",
        name="street_light",
        node_type="device",
        thing_model=True,
        data_format="alink",
        tags={"site": "west", "kind": "light"},
    )["product"]["product_key"]
    tasks.run_ok("iot_thing_model", product="street_light", tsl=TSL, published=True)
    tasks.run_ok("iot_devices", product="street_light", devices=[{"name": name} for name in NAMES])
    tasks.server.control("POST", "devices", {"product": key, "names": ["lamp-001"], "online": True})
    tasks.run_ok("iot_device", product="street_light", name="lamp-002", enabled=False)
    tasks.server.control("POST", "clock", {"advance": 20})
    return key


def test_states(tasks, account):
    told = tasks.run_ok("iot_device_status_info", product="street_light", devices=[*NAMES, "never-there"])
    states = {one["name"]: one["status"] for one in told["statuses"]}
    assert len(states) == 60
    assert [states[name] for name in NAMES[:3]] == ["online", "disable", "unactive"]
    assert told["calls"] == 3
    (one,) = tasks.run_ok("iot_device_status_info", product=account, devices=["lamp-001"])["statuses"]
    assert (one["status"], one["name"]) == ("online", "lamp-001")
    assert one["changed"] > 1_600_000_000_000
    assert tasks.run_ok("iot_device_status_info", product=account, devices=["never-there"])["statuses"] == []


@pytest.mark.parametrize(("status", "count"), [("online", 1), ("disable", 1), ("unactive", 58), ("offline", 0)])
def test_devices_in_a_state(tasks, account, status, count):
    for indexed in (False, True):
        tasks.server.request("DELETE", "/_emulator/calls")
        found = tasks.run_ok("iot_devices_info", products=["street_light"], statuses=[status], indexed_status=indexed)
        assert len(found["devices"]) == count
        assert {device["status"] for device in found["devices"]} <= {status}
        calls = [call["action"] for call in tasks.server.control("GET", "calls")["calls"]]
        assert ("QueryDeviceByStatus" in calls) is indexed
        assert ("QueryDevice" in calls) is not indexed


def test_a_state_that_the_index_does_not_have_yet(tasks, account):
    tasks.run_ok("iot_device", product="street_light", name="lamp-005", enabled=False)
    asked = {"products": ["street_light"], "statuses": ["disable"]}
    assert len(tasks.run_ok("iot_devices_info", **asked)["devices"]) == 2
    assert len(tasks.run_ok("iot_devices_info", **asked, indexed_status=True)["devices"]) == 1
    # One at a time, and in lists, devices are as they are now.
    assert len(tasks.run_ok("iot_device_info", product="street_light", status="disable")["devices"]) == 2


def test_who_is_behind_an_iot_id(tasks, account):
    (lamp,) = tasks.run_ok("iot_device_info", **LAMP)["devices"]
    (told,) = tasks.run_ok("iot_device_identity_info", iot_ids=[lamp["iot_id"], "nobody"])["devices"]
    assert told == {"iot_id": lamp["iot_id"], "product_key": account, "name": "lamp-001"}


def test_products_by_their_tags(tasks, account):
    tasks.run_ok("iot_product", name="other_light", node_type="device", tags={"site": "west"})
    for wanted, names in [
        ({"site": "west"}, ["other_light", "street_light"]),
        ({"site": "west", "kind": "light"}, ["street_light"]),
        ({"site": "east"}, []),
    ]:
        assert sorted(one["name"] for one in tasks.run_ok("iot_product_info", tags=wanted)["products"]) == names
    assert "ListProductByTags" in [call["action"] for call in tasks.server.control("GET", "calls")["calls"]]


def test_the_action_of_a_rule_by_its_id(tasks, account):
    group = tasks.run_ok("iot_consumer_group", name="listeners")["consumer_group"]["group_id"]
    rule = tasks.run_ok(
        "iot_rule",
        name="hot",
        product="street_light",
        short_topic="+/user/report",
        select="*",
        actions=[{"type": "amqp", "configuration": {"groupId": group}}],
    )["rule"]
    (action,) = rule["actions"]
    (told,) = tasks.run_ok("iot_rule_action_info", action_id=int(action["action_id"]))["actions"]
    assert (told["type"], told["rule_id"], told["configuration"]["groupId"]) == ("amqp", str(rule["rule_id"]), group)
    assert tasks.run_ok("iot_rule_action_info", action_id=999999)["actions"] == []


def test_the_platform_is_opened(tasks):
    plan = tasks.run("iot_service_activation", check_mode=True)
    assert plan["changed"]
    assert tasks.pop_writes() == []
    first = tasks.run_ok("iot_service_activation")["order_id"]
    assert re.fullmatch(r"\d+", first)
    assert tasks.run_ok("iot_service_activation")["order_id"] == first


def test_desired_properties(tasks, account):
    set_ = "SetDeviceDesiredProperty"
    tasks.assert_unchanged("iot_device", **LAMP, desired_properties={})
    made = tasks.assert_changed_by("iot_device", set_, **LAMP, desired_properties={"level1": 5, "text": "7"})
    assert made["device"]["desired_properties"] == {"level1": 5, "text": "7"}
    # What is not named stays, and what is the same is not set again.
    changed = tasks.assert_changed_by("iot_device", set_, **LAMP, desired_properties={"level1": 6, "text": "7"})
    assert changed["diff"]["before"]["desired_properties"] == {"level1": 5, "text": "7"}
    assert changed["diff"]["after"]["desired_properties"] == {"level1": 6, "text": "7"}
    tasks.assert_unchanged("iot_device", **LAMP, desired_properties={"text": "7"})
    assert "desired_properties" not in tasks.run_ok("iot_device", **LAMP)["device"]
    (found,) = tasks.run_ok("iot_device_info", **LAMP, include=["desired_properties"])["devices"]
    assert found["desired_properties"] == {"level1": 6, "text": "7"}
    gone = tasks.assert_changed_by("iot_device", set_, **LAMP, desired_properties={"text": None})
    assert gone["device"]["desired_properties"] == {"level1": 6}


def test_ten_desired_properties_a_call(tasks, account):
    levels = {f"level{number}": number for number in range(12)}
    made = tasks.assert_changed_by(
        "iot_device", "SetDeviceDesiredProperty", "SetDeviceDesiredProperty", **LAMP, desired_properties=levels
    )
    assert made["device"]["desired_properties"] == levels


@pytest.mark.parametrize("wanted", [{"level1": 500}, {"none": 1}, {"seen": 1}])
def test_what_cannot_be_desired_is_told_by_the_platform(tasks, account, wanted):
    result = tasks.run("iot_device", **LAMP, desired_properties=wanted)
    assert result["failed"]
    assert result["operation"] == "SetDeviceDesiredProperty"
    assert not result["changed"]
