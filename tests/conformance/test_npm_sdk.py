# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The vendor's SDK for Node.js: what it writes, signs and throws by its own code.

Every operation goes through it in ``test_every_operation``, the life of the core's resources in ``test_core_families``.
"""

from __future__ import annotations

import json

import pytest

from .node_sdk import NodeError
from .node_sdk import node as running_node

#: What has to be signed as it is sent: reserved characters, a space, quotes, letters beyond ASCII and the first plane.
TEXTS = ("a b+c&d=e", "~-_.!*'()", "100% / #?", '"\\', "\u8def\u706f", "\U0001f4a1")


@pytest.mark.parametrize("text", TEXTS)
def test_texts(node, server, text):
    made = server.call("CreateProduct", ProductName="street_light", NodeType=0)[1]
    device = {"ProductKey": made["ProductKey"], "DeviceName": "lamp-0001"}
    for operation, params in (
        ("RegisterDevice", {}),
        ("UpdateDeviceShadow", {"ShadowMessage": json.dumps(_shadow(text), ensure_ascii=False)}),
    ):
        assert node.call(server.address, operation, {**device, **params})["reply"]["Success"], operation
    told = node.call(server.address, "GetDeviceShadow", device)["reply"]
    assert json.loads(told["ShadowMessage"])["state"]["desired"] == {"label": text}


def test_lists_and_objects(node, server):
    made = server.call("CreateProduct", ProductName="street_light", NodeType=0)[1]
    names = [f"lamp-{number:04}" for number in range(12)]
    wanted = {"product": made["ProductKey"], "names": names}
    server.control("POST", "devices", wanted)
    tags = [{"TagKey": f"key{number}", "TagValue": f"value{number}"} for number in range(10)]
    params = {"ProductKey": made["ProductKey"], "ProductTag": tags}
    assert node.call(server.address, "CreateProductTags", params)["reply"]["Success"]
    _status, listed = server.call("ListProductTags", ProductKey=made["ProductKey"])
    assert sorted(tag["TagValue"] for tag in listed["Data"]["ProductTag"]) == [tag["TagValue"] for tag in tags]
    params = {"ProductKey": made["ProductKey"], "DeviceName": names}
    states = node.call(server.address, "BatchGetDeviceState", params)["reply"]
    told = states["DeviceStatusList"]["DeviceStatus"]
    assert sorted(device["DeviceName"] for device in told) == names
    assert {device["Status"] for device in told} == {"ONLINE"}


def test_what_is_refused_is_a_reply(node, server):
    told = node.call(server.address, "QueryProduct", {"ProductKey": "a1nothing00"})["reply"]
    assert (told["Success"], told["Code"]) == (False, "iot.prod.NotExistedProduct")
    assert told["RequestId"]


@pytest.mark.parametrize(
    ("operation", "secret", "status", "code"),
    [
        ("QueryProductList", "wrong", 400, "SignatureDoesNotMatch"),
        ("QueryProduct", "emulator", 400, "MissingProductKey"),
        ("CreateDataAPIService", "emulator", 404, "InvalidAction.NotFound"),
    ],
)
def test_what_the_gateway_refuses_is_thrown(node, server, operation, secret, status, code):
    params = {"CurrentPage": 1, "PageSize": 10} if operation == "QueryProductList" else {}
    with pytest.raises(NodeError) as caught:
        node.call(server.address, operation, params, secret)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert server.control("GET", "calls")["calls"][-1]["code"] == code


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception), ("false", pytest.skip.Exception)]
)
def test_without_node(monkeypatch, tmp_path, ci, outcome):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="make npm"), running_node():
        pytest.fail("there is no Node.js")


def _shadow(text: str) -> dict:
    return {"method": "update", "state": {"desired": {"label": text}}, "version": 1}
