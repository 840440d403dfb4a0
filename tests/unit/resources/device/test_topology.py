# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Topologies: attachment and detachment of sub-devices, and that a gateway is never detached."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue, ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.sub_devices import sign_sub_device
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.topology import Topology
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient, resolve_params

TOPOLOGY = Topology()
HUB = {"product_key": "g1", "gateway": "hub_1"}


def lamps(*numbers: int, key: str = "a1") -> list:
    """Return devices as the resource returns them."""
    return [{"product": "lamp", "product_key": key, "name": f"lamp_{number}"} for number in numbers]


def test_sub_device_signature_matches_manual():
    assert sign_sub_device("a1", "lamp_1", "s3cret") == {
        "ProductKey": "a1",
        "DeviceName": "lamp_1",
        "SignMethod": "hmacSha256",
        "Sign": "2B8542E2E13F1822E689631E42337271F311465CB2E6D9A7EFAD21D2C5C39B2A",
    }


def test_sub_devices_are_detached_one_by_one_and_attached_by_ten():
    steps = plan(TOPOLOGY, {"devices": lamps(*range(2, 14))}, {**HUB, "devices": lamps(0, 1, 2)})
    assert [step.operation for step in steps] == ["RemoveThingTopo"] * 2 + ["BatchAddThingTopo"] * 2
    assert [step.params for step in steps[:2]] == [
        {"ProductKey": "a1", "DeviceName": f"lamp_{number}"} for number in range(2)
    ]
    assert [len(step.params["TopoAddItem"]) for step in steps[2:]] == [10, 1]
    params = resolve_params(steps[2].params, HUB)
    assert (params["GwProductKey"], params["GwDeviceName"]) == ("g1", "hub_1")
    assert [len(step.changes["devices"][1]) for step in steps] == [2, 1, 11, 12]


def test_sub_device_that_is_gateway_is_not_detached():
    current = {**HUB, "devices": [*lamps(1), *lamps(9, key="g2")], "gateways": {"g1", "g2"}}
    with pytest.raises(InvalidValue, match=r"^lamp_9 cannot be detached: it is a gateway itself"):
        plan(TOPOLOGY, {"devices": lamps(1)}, current)
    assert plan(TOPOLOGY, {"devices": current["devices"]}, current) == []


def test_gateway_is_notified_instead_of_devices_attached():
    steps = plan(TOPOLOGY, {"devices": lamps(*range(12)), "notify_gateway": True}, {**HUB, "devices": []})
    assert [(step.action, step.operation) for step in steps] == [("create", "NotifyAddThingTopo")] * 2
    device_lists = [json.loads(step.params["DeviceListStr"]) for step in steps]
    assert [len(devices) for devices in device_lists] == [10, 2]
    assert device_lists[0][0] == {"productKey": "a1", "deviceName": "lamp_0"}


# With an account


def account(elsewhere: dict | None = None, secret: str = "s3cret", **replies) -> FakeClient:
    """Return a client of an account with lamp_1 attached to hub_1, lamp_2 to the gateway ``elsewhere``, and lamp_3."""

    def details(params):
        known = {"lamp_1": "0", "lamp_2": "0", "lamp_3": "0", "hub_2": "1"}
        rows = [
            {"DeviceName": name, "NodeType": known[name], "DeviceSecret": secret}
            for name in params["DeviceName"]
            if name in known
        ]
        return {"Data": {"Data": rows}}

    return FakeClient(
        QueryProductList=[
            {"ProductKey": "g1", "ProductName": "hub", "NodeType": 1},
            {"ProductKey": "a1", "ProductName": "lamp", "NodeType": 0},
        ],
        QueryDeviceDetail=lambda params: {"Data": {"NodeType": 1}} if params["DeviceName"] == "hub_1" else None,
        GetThingTopo=[{"ProductKey": "a1", "DeviceName": "lamp_1", "IotId": "i1"}],
        BatchQueryDeviceDetail=details,
        GetGatewayBySubDevice=lambda params: {"Data": elsewhere} if params["DeviceName"] == "lamp_2" else None,
        **replies,
    )


def topology(client, *names: str, check_mode=False, **options) -> dict:
    devices = [{"product": "hub" if name.startswith("hub") else "lamp", "name": name} for name in names]
    return converge(TOPOLOGY, {"product": "hub", "gateway": "hub_1", "devices": devices, **options}, client, check_mode)


EAST = {"DeviceName": "hub_2", "ProductKey": "g1", "ProductName": "hub", "DeviceSecret": "hidden"}


def test_devices_are_signed_with_own_secrets():
    client = account()
    topology(client, "lamp_1", "lamp_3")
    (sent,) = [params for name, params in client.sent if name == "BatchAddThingTopo"]
    assert sent == {
        "GwProductKey": "g1",
        "GwDeviceName": "hub_1",
        "TopoAddItem": [sign_sub_device("a1", "lamp_3", "s3cret")],
    }


def test_attached_devices_are_not_checked():
    client = account()
    assert topology(client, "lamp_1")["changed"] is False
    assert set(client.log) == {"QueryProductList", "QueryDeviceDetail", "GetThingTopo"}


def test_device_of_other_gateway_needs_move():
    with pytest.raises(
        InvalidValue, match=r"^lamp_2 is already attached to hub_2, a gateway of hub\. .* move: true to move it$"
    ) as caught:
        topology(account(EAST), "lamp_1", "lamp_2")
    assert caught.value.field == "devices"
    result = topology(account(EAST), "lamp_1", "lamp_2", move=True, check_mode=True)
    assert [step["operation"] for step in result["steps"]] == ["BatchAddThingTopo"]
    assert "hidden" not in str(result)


@pytest.mark.parametrize("elsewhere", [None, {}])
def test_device_without_gateway_is_attached(elsewhere):
    result = topology(account(elsewhere), "lamp_1", "lamp_2", check_mode=True)
    assert [step["operation"] for step in result["steps"]] == ["BatchAddThingTopo"]


def test_device_without_secret_needs_notify_gateway():
    with pytest.raises(
        InvalidValue, match=r"^lamp_3 cannot be attached with a signature: it has no DeviceSecret\. .*notify_gateway"
    ):
        topology(account(secret=""), "lamp_3")
    result = topology(account(secret=""), "lamp_1", "lamp_3", notify_gateway=True, check_mode=True)
    assert [step["operation"] for step in result["steps"]] == ["NotifyAddThingTopo"]


def test_gateway_as_sub_device_fails():
    with pytest.raises(InvalidValue, match=r"^hub_2 cannot be attached to a gateway: it is a gateway itself"):
        topology(account(), "hub_2")


def test_missing_sub_device_fails_or_is_pending():
    with pytest.raises(ReferenceNotFound, match=r"^the device lamp_9 does not exist"):
        topology(account(), "lamp_9")
    assert topology(account(), "lamp_9", check_mode=True)["pending"] == ["the device lamp_9 does not exist yet"]


def test_detachment_without_effect_fails():
    with pytest.raises(StepFailed, match=r"^RemoveThingTopo: the device was not detached"):
        topology(account(RemoveThingTopo={"Data": False}), check_mode=False)
    assert topology(account(RemoveThingTopo={"Data": True}))["changed"] is True
