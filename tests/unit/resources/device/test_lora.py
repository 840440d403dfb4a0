# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""LoRaWAN: registration tasks and join permissions."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device import lora_devices
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lora import LoraInfo
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lora_devices import (
    Register,
    RegistrationFailed,
)
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

NODES = [{"dev_eui": "d896e0ffff000001", "pin_code": "p1n"}, {"dev_eui": "D896E0FFFF000002", "pin_code": "p1n"}]
BOTH = ["d896e0ffff000001", "d896e0ffff000002"]


@pytest.fixture(autouse=True)
def _no_poll_interval(monkeypatch):
    """Read a task again without waiting."""
    monkeypatch.setattr(lora_devices, "POLL_INTERVAL", 0)


def account(*reads: tuple) -> FakeClient:
    """Return a client of an account with a task, whose state and registered DevEUIs are given for each read."""
    remaining = iter(reads)

    def read_task(_params):
        state, registered = next(remaining)
        return {
            "TaskId": "7",
            "TaskState": state,
            "TotalCount": 2,
            "SuccessCount": len(registered),
            "SuccessDevEuis": {"SuccessDevEui": registered} if registered else None,
        }

    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "sensor"}],
        CreateLoRaNodesTask={"TaskId": "7"},
        GetLoraNodesTask=read_task,
    )


def register(client, **options) -> dict:
    params = {"product": "sensor", "devices": NODES, "wait": True, "wait_timeout_in_seconds": 60, **options}
    return Register().run(params, client, False)


def test_registration_waits_for_task():
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


def test_registration_with_failed_nodes_fails():
    with pytest.raises(
        RegistrationFailed, match=r"^1 of 2 nodes were not registered: D896E0FFFF000002\. Check"
    ) as caught:
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


def test_registration_stops_waiting_at_timeout(monkeypatch):
    clock = itertools.count(0, 40)
    monkeypatch.setattr(lora_devices.time, "monotonic", lambda: next(clock))
    client = account(("RUNNING", []), ("RUNNING", BOTH[:1]), ("FINISH", BOTH))
    with pytest.raises(
        RegistrationFailed, match=r"^the task 7 is still running after 60 seconds\. Read its state later"
    ):
        register(client)
    assert client.log.count("GetLoraNodesTask") == 2


def test_task_is_returned():
    client = account(("RUNNING", BOTH[:1]))
    assert LoraInfo().run({"task_id": "7", "join_permission": None}, client, False) == {
        "changed": False,
        "task": {"task_id": "7", "state": "running", "total": 2, "registered": BOTH[:1]},
        "calls": 1,
    }


def test_join_permissions_and_task_are_returned_together():
    client = account(("FINISH", BOTH))
    client.replies["QueryLoRaJoinPermissions"] = {
        "JoinPermissions": {"JoinPermission": [{"JoinPermissionId": 8, "JoinPermissionName": "fields"}]}
    }
    result = LoraInfo().run({"task_id": "7", "join_permission": "fields"}, client, False)
    assert result["task"]["state"] == "finish"
    assert result["join_permissions"] == [
        {"join_permission_id": "8", "name": "fields", "type": "", "class_mode": "", "enabled": False, "owner": ""}
    ]
    client.replies["QueryLoRaJoinPermissions"] = {}
    assert LoraInfo().run({"task_id": None, "join_permission": None}, client, False)["join_permissions"] == []
