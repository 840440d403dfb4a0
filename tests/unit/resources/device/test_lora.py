# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""LoRaWAN: waiting for a task, and what it has not registered."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device import lora_devices
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lora import LoraInfo
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lora_devices import NotRegistered, Register
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers

NODES = [{"dev_eui": "d896e0ffff000001", "pin_code": "p1n"}, {"dev_eui": "D896E0FFFF000002", "pin_code": "p1n"}]
BOTH = ["d896e0ffff000001", "d896e0ffff000002"]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(lora_devices, "PAUSE", 0)


def account(*looks: tuple) -> Answers:
    """An account whose task is so at each look at it: its state, and the DevEUIs of what was registered."""
    coming = iter(looks)

    def look(_params):
        state, registered = next(coming)
        return {
            "TaskId": "7",
            "TaskState": state,
            "TotalCount": 2,
            "SuccessCount": len(registered),
            "SuccessDevEuis": {"SuccessDevEui": registered} if registered else None,
        }

    return Answers(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "sensor"}],
        CreateLoRaNodesTask={"TaskId": "7"},
        GetLoraNodesTask=look,
    )


def register(client, **options) -> dict:
    given = {"product": "sensor", "devices": NODES, "wait": True, "wait_timeout_in_seconds": 60, **options}
    return Register().run(given, client, False)


def test_a_task_is_waited_for():
    client = account(("RUNNING", []), ("RUNNING", BOTH[:1]), ("FINISH", BOTH))
    assert register(client) == {
        "changed": True,
        "task": {"task_id": "7", "state": "finish", "total": 2, "registered": BOTH},
        "calls": 5,
    }
    assert client.sent[1] == (
        "CreateLoRaNodesTask",
        {
            "ProductKey": "a1",
            "DeviceInfo": [{"DevEui": node["dev_eui"], "PinCode": "p1n"} for node in NODES],
        },
    )


def test_nodes_that_were_not_registered_make_the_task_fail():
    with pytest.raises(NotRegistered, match=r"^1 of 2 nodes were not registered: D896E0FFFF000002\. Check") as caught:
        register(account(("FINISH", BOTH[:1])))
    assert caught.value.result["task"]["failed"] == ["D896E0FFFF000002"]
    outcome = execute(
        Register(),
        {"product": "sensor", "devices": NODES, "wait": True, "wait_timeout_in_seconds": 1},
        False,
        lambda *_: account(("FINISH", [])),
    )
    assert (outcome["failed"], outcome["changed"]) == (True, True)
    assert outcome["task"]["registered"] == []


def test_nobody_waits_longer_than_asked(monkeypatch):
    clock = itertools.count(0, 40)
    monkeypatch.setattr(lora_devices.time, "monotonic", lambda: next(clock))
    client = account(("RUNNING", []), ("RUNNING", BOTH[:1]), ("FINISH", BOTH))
    with pytest.raises(NotRegistered, match=r"^the task 7 is still running after 60 seconds\. Look at it later"):
        register(client)
    assert client.log.count("GetLoraNodesTask") == 2


def test_a_task_is_told():
    client = account(("RUNNING", BOTH[:1]))
    assert LoraInfo().run({"task_id": "7", "join_permission": None}, client, False) == {
        "changed": False,
        "task": {"task_id": "7", "state": "running", "total": 2, "registered": BOTH[:1]},
        "calls": 1,
    }


def test_join_permissions_and_a_task_at_once():
    client = account(("FINISH", BOTH))
    client.replies["QueryLoRaJoinPermissions"] = {
        "JoinPermissions": {"JoinPermission": [{"JoinPermissionId": 8, "JoinPermissionName": "fields"}]}
    }
    told = LoraInfo().run({"task_id": "7", "join_permission": "fields"}, client, False)
    assert told["task"]["state"] == "finish"
    assert told["join_permissions"] == [
        {"join_permission_id": "8", "name": "fields", "type": "", "class_mode": "", "enabled": False, "owner": ""}
    ]
    client.replies["QueryLoRaJoinPermissions"] = {}
    assert LoraInfo().run({"task_id": None, "join_permission": None}, client, False)["join_permissions"] == []
