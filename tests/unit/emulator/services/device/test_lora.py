# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of LoRaWAN join permissions and of the bulk registration of nodes."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.device import lora as service


@pytest.fixture
def key(api):
    """Return the key of a LoRaWAN product."""
    permissions = api("QueryLoRaJoinPermissions")["JoinPermissions"]["JoinPermission"]
    permission_id = permissions[0]["JoinPermissionId"]
    params = {"ProductName": "nodes", "NodeType": 0, "NetType": "LORA", "JoinPermissionId": permission_id}
    return api("CreateProduct", **params)["ProductKey"]


@pytest.fixture
def create(api, key):
    """Return a function that creates a task and returns its ID."""
    return lambda *nodes: api("CreateLoRaNodesTask", ProductKey=key, DeviceInfo=list(nodes))["TaskId"]


@pytest.fixture
def state(api):
    """Return a function that returns the state, the number of successes and the total of a task."""

    def state(task_id: str) -> tuple[str, int, int]:
        reply = api("GetLoraNodesTask", TaskId=task_id)
        assert reply["TaskId"] == task_id
        assert len(reply["SuccessDevEuis"]["SuccessDevEui"]) == reply["SuccessCount"]
        return reply["TaskState"], reply["SuccessCount"], reply["TotalCount"]

    return state


def nodes(count: int, first: int = 0) -> list[dict[str, str]]:
    return [{"DevEui": f"d896e0efff{number:06}", "PinCode": "123456"} for number in range(first, first + count)]


def test_join_permission_list(platform, api):
    permissions = api("QueryLoRaJoinPermissions")["JoinPermissions"]["JoinPermission"]
    assert [permission["ClassMode"] for permission in permissions] == ["A", "B", "C"]
    assert len({permission["JoinPermissionId"] for permission in permissions}) == 3
    assert permissions[0] == {
        "JoinPermissionId": service.JOIN_PERMISSIONS["A"],
        "JoinPermissionName": "class_A",
        "JoinPermissionType": "LOCAL",
        "ClassMode": "A",
        "Enabled": True,
        "OwnerAliyunPk": platform.account.user_id,
    }


def test_join_permissions_product_key_only_for_single_product(api):
    assert "ProductKey" not in api("QueryLoRaJoinPermissions")
    params = {"NodeType": 0, "NetType": "LORA", "JoinPermissionId": service.JOIN_PERMISSIONS["A"]}
    key = api("CreateProduct", ProductName="meters", **params)["ProductKey"]
    api("CreateProduct", ProductName="lamps", NodeType=0)
    assert api("QueryLoRaJoinPermissions")["ProductKey"] == key
    api("CreateProduct", ProductName="more", **params)
    assert "ProductKey" not in api("QueryLoRaJoinPermissions")


def test_task_registers_nodes(platform, api, key, create, state):
    task_id = create(*nodes(2))
    assert state(task_id) == ("RUNNING", 0, 2)
    platform.clock.advance(1)
    assert state(task_id) == ("FINISH", 2, 2)
    registered = api("GetLoraNodesTask", TaskId=task_id)["SuccessDevEuis"]["SuccessDevEui"]
    assert registered == ["d896e0efff000000", "d896e0efff000001"]
    rows = platform.store.all("device", product_key=key)
    assert [(row["dev_eui"], row["lora_node_type"]) for row in rows] == [(eui, "ALIYUNDEFINED") for eui in registered]
    assert api("QueryProduct", ProductKey=key)["Data"]["DeviceCount"] == 2


def test_task_registers_limited_nodes_per_second(platform, create, state, monkeypatch):
    monkeypatch.setattr(service, "NODES_PER_SECOND", 2)
    task_id = create(*nodes(5))
    states = [state(task_id)]
    for _second in range(3):
        platform.clock.advance(1)
        states.append(state(task_id))
    assert states == [("RUNNING", 0, 5), ("RUNNING", 2, 5), ("RUNNING", 4, 5), ("FINISH", 5, 5)]


def test_task_skips_invalid_nodes(platform, api, key, create, state):
    api("RegisterDevice", ProductKey=key, **nodes(1)[0])
    incomplete = [{"DevEui": "d896e0efff777777"}, {"PinCode": "123456"}]
    task_id = create(*nodes(1), *incomplete, *nodes(1, 5), *nodes(1, 5))
    platform.clock.advance(1)
    assert state(task_id) == ("FINISH", 1, 5)
    assert api("GetLoraNodesTask", TaskId=task_id)["SuccessDevEuis"]["SuccessDevEui"] == ["d896e0efff000005"]
    assert platform.store.count("device") == 2


def test_task_without_valid_nodes_finishes_immediately(create, state):
    assert state(create({"DevEui": "d896e0efff777777"})) == ("FINISH", 0, 1)


def test_pin_codes_are_not_stored(platform, create):
    create(*nodes(1))
    assert "123456" not in str(platform.store.tables())


def test_task_invalid_request_is_rejected(platform, api, key, api_error):
    other = api("CreateProduct", ProductName="lamps", NodeType=0)["ProductKey"]
    for params, code in (
        ({"ProductKey": other, "DeviceInfo": nodes(1)}, "iot.device.ApplyManyDevicesFailed"),
        ({"ProductKey": key}, "iot.device.ApplyManyDevicesFailed"),
        ({"ProductKey": key, "DeviceInfo": nodes(501)}, "iot.device.DeviceCountExceeded"),
        ({"ProductKey": "a1nothing00", "DeviceInfo": nodes(1)}, "iot.prod.NotExistedProduct"),
    ):
        assert api_error("CreateLoRaNodesTask", **params).code == code
    assert platform.store.count("lora_task") == 0
    for task_id in ("1", "x"):
        assert api_error("GetLoraNodesTask", TaskId=task_id).code == "iot.device.DeviceApplyIsNotFound"


def test_task_accepts_500_nodes(platform, create, state):
    task_id = create(*nodes(500))
    platform.clock.advance(9)
    assert state(task_id) == ("RUNNING", 450, 500)
    platform.clock.advance(1)
    assert state(task_id) == ("FINISH", 500, 500)


def test_task_is_deleted_with_product(platform, api, key, create, api_error, caplog):
    task_id = create(*nodes(1))
    api("DeleteProduct", ProductKey=key)
    platform.clock.advance(1)
    assert api_error("GetLoraNodesTask", TaskId=task_id).code == "iot.device.DeviceApplyIsNotFound"
    assert platform.store.count("lora_task_node") == 0
    assert caplog.text == ""
