# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the vendor's SDK for Node.js: how it serializes, signs and throws with its own code.

``test_every_operation`` calls every operation with it, ``test_core_families`` manages the core resources with it.
"""

from __future__ import annotations

import json

import pytest

from .node_sdk import NodeError
from .node_sdk import node as running_node

#: Texts that are hard to sign: reserved characters, space, quotes, characters outside ASCII and outside the BMP.
TEXTS = ("a b+c&d=e", "~-_.!*'()", "100% / #?", '"\\', "\u8def\u706f", "\U0001f4a1")


@pytest.mark.parametrize("text", TEXTS)
def test_text_with_special_characters_is_signed_and_returned(node, server, text):
    created = server.call("CreateProduct", ProductName="street_light", NodeType=0)[1]
    device = {"ProductKey": created["ProductKey"], "DeviceName": "lamp-0001"}
    for operation, params in (
        ("RegisterDevice", {}),
        ("UpdateDeviceShadow", {"ShadowMessage": json.dumps(_shadow(text), ensure_ascii=False)}),
    ):
        assert node.call(server.address, operation, {**device, **params})["reply"]["Success"], operation
    reply = node.call(server.address, "GetDeviceShadow", device)["reply"]
    assert json.loads(reply["ShadowMessage"])["state"]["desired"] == {"label": text}


def test_list_parameters_are_sent_completely(node, server):
    created = server.call("CreateProduct", ProductName="street_light", NodeType=0)[1]
    names = [f"lamp-{number:04}" for number in range(12)]
    body = {"product": created["ProductKey"], "names": names}
    server.control("POST", "devices", body)
    tags = [{"TagKey": f"key{number}", "TagValue": f"value{number}"} for number in range(10)]
    params = {"ProductKey": created["ProductKey"], "ProductTag": tags}
    assert node.call(server.address, "CreateProductTags", params)["reply"]["Success"]
    _status, listed = server.call("ListProductTags", ProductKey=created["ProductKey"])
    assert sorted(tag["TagValue"] for tag in listed["Data"]["ProductTag"]) == [tag["TagValue"] for tag in tags]
    params = {"ProductKey": created["ProductKey"], "DeviceName": names}
    states = node.call(server.address, "BatchGetDeviceState", params)["reply"]
    reply = states["DeviceStatusList"]["DeviceStatus"]
    assert sorted(device["DeviceName"] for device in reply) == names
    assert {device["Status"] for device in reply} == {"ONLINE"}


def test_business_error_is_returned_as_reply(node, server):
    reply = node.call(server.address, "QueryProduct", {"ProductKey": "a1nothing00"})["reply"]
    assert (reply["Success"], reply["Code"]) == (False, "iot.prod.NotExistedProduct")
    assert reply["RequestId"]


@pytest.mark.parametrize(
    ("operation", "secret", "status", "code"),
    [
        ("QueryProductList", "wrong", 400, "SignatureDoesNotMatch"),
        ("QueryProduct", "emulator", 400, "MissingProductKey"),
        ("CreateDataAPIService", "emulator", 501, "NotImplemented"),
    ],
)
def test_gateway_error_is_thrown(node, server, operation, secret, status, code):
    params = {"CurrentPage": 1, "PageSize": 10} if operation == "QueryProductList" else {}
    with pytest.raises(NodeError) as raised:
        node.call(server.address, operation, params, secret)
    assert (raised.value.status, raised.value.code) == (status, code)
    assert server.control("GET", "calls")["calls"][-1]["code"] == code


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception), ("false", pytest.skip.Exception)]
)
def test_missing_node_skips_or_fails_in_ci(monkeypatch, tmp_path, ci, outcome):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="make npm"), running_node():
        pytest.fail("Node.js must not be found")


def _shadow(text: str) -> dict:
    """Return a shadow update with the text as desired value."""
    return {"method": "update", "state": {"desired": {"label": text}}, "version": 1}
