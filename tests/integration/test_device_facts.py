# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of device status, device identity, tags of products, and other small modules."""

from __future__ import annotations

import re

import pytest

LAMP = {"product": "street_light", "name": "lamp-001"}
NAMES = [f"lamp-{number:03}" for number in range(1, 61)]


@pytest.fixture
def account(tasks):
    """Create a product and 60 devices, one online and one disabled; return its ProductKey."""
    key = tasks.run_ok(
        "iot_product",
        name="street_light",
        node_type="device",
        thing_model=True,
        data_format="alink",
        tags={"site": "west", "kind": "light"},
    )["product"]["product_key"]
    tasks.run_ok("iot_devices", product="street_light", devices=[{"name": name} for name in NAMES])
    tasks.server.control("POST", "devices", {"product": key, "names": ["lamp-001"], "online": True})
    tasks.run_ok("iot_device", product="street_light", name="lamp-002", enabled=False)
    tasks.server.control("POST", "clock", {"advance": 20})
    return key


def test_device_status_returns_status_by_name(tasks, account):
    returned = tasks.run_ok("iot_device_status_info", product="street_light", devices=[*NAMES, "never-there"])
    states = {one["name"]: one["status"] for one in returned["statuses"]}
    assert len(states) == 60
    assert [states[name] for name in NAMES[:3]] == ["online", "disable", "unactive"]
    assert returned["calls"] == 3
    (one,) = tasks.run_ok("iot_device_status_info", product=account, devices=["lamp-001"])["statuses"]
    assert (one["status"], one["name"]) == ("online", "lamp-001")
    assert one["changed"] > 1_600_000_000_000
    assert tasks.run_ok("iot_device_status_info", product=account, devices=["never-there"])["statuses"] == []


@pytest.mark.parametrize(("status", "count"), [("online", 1), ("disable", 1), ("unactive", 58), ("offline", 0)])
def test_devices_filtered_by_status_use_list_or_index(tasks, account, status, count):
    for indexed in (False, True):
        tasks.server.request("DELETE", "/_emulator/calls")
        found = tasks.run_ok("iot_devices_info", products=["street_light"], statuses=[status], indexed_status=indexed)
        assert len(found["devices"]) == count
        assert {device["status"] for device in found["devices"]} <= {status}
        calls = [call["action"] for call in tasks.server.control("GET", "calls")["calls"]]
        assert ("QueryDeviceByStatus" in calls) is indexed
        assert ("QueryDevice" in calls) is not indexed


def test_devices_filtered_by_indexed_status_lag_behind(tasks, account):
    tasks.run_ok("iot_device", product="street_light", name="lamp-005", enabled=False)
    asked = {"products": ["street_light"], "statuses": ["disable"]}
    assert len(tasks.run_ok("iot_devices_info", **asked)["devices"]) == 2
    assert len(tasks.run_ok("iot_devices_info", **asked, indexed_status=True)["devices"]) == 1
    # Without the index, the status is current.
    assert len(tasks.run_ok("iot_device_info", product="street_light", status="disable")["devices"]) == 2


def test_device_identity_of_iot_id_is_returned(tasks, account):
    (lamp,) = tasks.run_ok("iot_device_info", **LAMP)["devices"]
    (returned,) = tasks.run_ok("iot_device_identity_info", iot_ids=[lamp["iot_id"], "unknown"])["devices"]
    assert returned == {"iot_id": lamp["iot_id"], "product_key": account, "name": "lamp-001"}


def test_products_filtered_by_tags_are_returned(tasks, account):
    tasks.run_ok("iot_product", name="other_light", node_type="device", tags={"site": "west"})
    for wanted, names in [
        ({"site": "west"}, ["other_light", "street_light"]),
        ({"site": "west", "kind": "light"}, ["street_light"]),
        ({"site": "east"}, []),
    ]:
        assert sorted(one["name"] for one in tasks.run_ok("iot_product_info", tags=wanted)["products"]) == names
    assert "ListProductByTags" in [call["action"] for call in tasks.server.control("GET", "calls")["calls"]]


def test_rule_action_with_id_is_returned(tasks, account):
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
    (returned,) = tasks.run_ok("iot_rule_action_info", action_id=int(action["action_id"]))["actions"]
    assert (returned["type"], returned["rule_id"], returned["configuration"]["groupId"]) == (
        "amqp",
        str(rule["rule_id"]),
        group,
    )
    assert tasks.run_ok("iot_rule_action_info", action_id=999999)["actions"] == []


def test_service_activation_returns_same_order(tasks):
    plan = tasks.run("iot_service_activation", check_mode=True)
    assert plan["changed"]
    assert tasks.pop_writes() == []
    first = tasks.run_ok("iot_service_activation")["order_id"]
    assert re.fullmatch(r"\d+", first)
    assert tasks.run_ok("iot_service_activation")["order_id"] == first
