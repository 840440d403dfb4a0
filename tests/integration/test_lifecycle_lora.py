# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of LoRaWAN nodes and join permissions."""

from __future__ import annotations

import pytest

MODULE = "iot_lora_devices"
OF = {"product": "soil_sensor"}


def nodes(*numbers: int) -> list:
    return [{"dev_eui": f"d896e0ffff{number:06x}", "pin_code": f"p1n-{number}"} for number in numbers]


@pytest.fixture
def sensors(tasks):
    """Create a product for LoRaWAN nodes."""
    permission = tasks.run_ok("iot_lora_info")["join_permissions"][0]
    tasks.run_ok(
        "iot_product",
        name="soil_sensor",
        node_type="device",
        net_type="lora",
        join_permission_id=permission["join_permission_id"],
    )


def test_lora_join_permissions_are_returned(tasks):
    found = tasks.run_ok("iot_lora_info")
    assert "task" not in found
    assert {one["class_mode"] for one in found["join_permissions"]} == {"a", "b", "c"}
    one = found["join_permissions"][1]
    assert (one["type"], one["enabled"]) == ("local", True)
    for asked in (one["name"], one["join_permission_id"]):
        assert tasks.run_ok("iot_lora_info", join_permission=asked)["join_permissions"] == [one]
    assert tasks.run_ok("iot_lora_info", join_permission="none")["join_permissions"] == []


def test_lora_devices_are_registered(tasks, sensors):
    tasks.pop_writes()
    planned = tasks.run(MODULE, True, **OF, devices=nodes(1, 2))
    assert planned["changed"]
    assert "nothing was done in check mode" in planned["msg"]
    assert tasks.pop_writes() == []
    result = tasks.run_ok(MODULE, **OF, devices=nodes(1, 2), wait_timeout_in_seconds=60)
    assert result["changed"]
    assert result["task"]["state"] == "finish"
    assert result["task"]["registered"] == [node["dev_eui"] for node in nodes(1, 2)]
    assert len(tasks.run_ok("iot_device_info", product="soil_sensor")["devices"]) == 2
    assert tasks.run_ok("iot_lora_info", task_id=result["task"]["task_id"]) == {
        "changed": False,
        "task": result["task"],
        "calls": 1,
    }
    assert tasks.run_ok("iot_lora_info", task_id="999999")["task"] == {}


def test_lora_devices_not_registered_are_reported(tasks, sensors):
    tasks.run_ok(MODULE, **OF, devices=nodes(1))
    result = tasks.run(MODULE, **OF, devices=nodes(1, 2))
    assert result["failed"]
    assert result["changed"]
    assert f"1 of 2 nodes were not registered: {nodes(1)[0]['dev_eui']}." in result["msg"]
    assert result["task"]["failed"] == [nodes(1)[0]["dev_eui"]]
    assert result["task"]["registered"] == [nodes(2)[0]["dev_eui"]]
    assert "p1n" not in str(result)


def test_lora_devices_without_wait_return_running_task(tasks, sensors):
    result = tasks.run_ok(MODULE, **OF, devices=nodes(*range(1, 101)), wait=False)
    assert set(result["task"]) == {"task_id"}
    assert tasks.run_ok("iot_lora_info", task_id=result["task"]["task_id"])["task"]["state"] == "running"


def test_lora_devices_with_wait_timeout_fail(tasks, sensors):
    result = tasks.run(MODULE, **OF, devices=nodes(*range(1, 201)), wait_timeout_in_seconds=1)
    assert result["failed"]
    assert result["changed"]
    assert "is still running after 1 seconds. Read its state later with iot_lora_info" in result["msg"]
    assert result["task"]["state"] == "running"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"devices": []}, "^devices must have at least one node"),
        ({"devices": nodes(1, 1)}, "^devices contains a node twice"),
        ({"devices": [{"dev_eui": "xyz", "pin_code": "p1n"}]}, "^devices has a node whose dev_eui must have"),
        (
            {"devices": [{"dev_eui": "x" * 16, "pin_code": "p1n"}]},
            "whose dev_eui has an invalid format: expected hexadecimal digits",
        ),
        ({"devices": nodes(*range(501))}, "^devices takes at most 500 elements, not 501"),
        ({"devices": nodes(1), "wait_timeout_in_seconds": 0}, "^wait_timeout_in_seconds must be 1 to 86400"),
    ],
)
def test_lora_devices_with_invalid_options_fail_before_write(tasks, sensors, options, message):
    tasks.assert_fails(MODULE, message, **OF, **options)


def test_lora_devices_of_product_without_lora_fail(tasks):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    result = tasks.run(MODULE, product="street_light", devices=nodes(1))
    assert result["code"] == "iot.device.ApplyManyDevicesFailed"
    assert not result["changed"]


def test_lora_registration_after_lost_poll_names_the_task(tasks, sensors):
    refused = {"action": "GetLoraNodesTask", "code": "Forbidden.RAM", "status": 403, "times": 1}
    tasks.server.control("PUT", "faults", [refused])
    first = tasks.run(MODULE, **OF, devices=nodes(1))
    assert (first["failed"], first["changed"]) == (True, True)
    found = tasks.run_ok("iot_lora_info", task_id=first["task"]["task_id"])
    assert found["task"]["task_id"] == first["task"]["task_id"]
