# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The vendor's SDK for Node.js: it signs and reads by its own code, and has to agree as those for Python do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent / "npm"
MODULES = HERE / "node_modules"

TSL = {
    "properties": [
        {
            "identifier": "level",
            "name": "level",
            "accessMode": "rw",
            "required": False,
            "dataType": {"type": "int", "specs": {"min": "0", "max": "10", "step": "1"}},
        }
    ],
    "services": [],
    "events": [],
}

_KEY = "=0.data.productKey"
_DEVICE = {"productKey": _KEY, "deviceName": "lamp-1"}

#: The calls in their order, and what must be in the reply as the SDK has read it.
CALLS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "CreateProduct",
        {"productName": "lamps", "nodeType": 0, "aliyunCommodityCode": "iothub_senior", "dataFormat": 1},
        {"success": True, "data.productName": "lamps"},
    ),
    ("QueryProduct", {"productKey": _KEY}, {"data.productName": "lamps", "data.nodeType": 0, "data.dataFormat": 1}),
    ("RegisterDevice", {**_DEVICE, "nickname": "\u706f\u4e00"}, {"data.deviceName": "lamp-1"}),
    ("QueryDeviceDetail", _DEVICE, {"data.nickname": "\u706f\u4e00", "data.status": "UNACTIVE"}),
    ("SaveDeviceProp", {**_DEVICE, "props": '{"site": "a b+c&d=\u5317"}'}, {"success": True}),
    ("QueryDeviceProp", _DEVICE, {"props": '{"site":"a b+c&d=\u5317"}'}),
    (
        "BatchGetDeviceState",
        {"productKey": _KEY, "deviceName": ["lamp-1"]},
        {"deviceStatusList.deviceStatus.0.deviceName": "lamp-1"},
    ),
    ("CreateProductTopic", {"productKey": _KEY, "topicShortName": "data", "operation": "ALL"}, {"success": True}),
    ("QueryProductTopic", {"productKey": _KEY}, {"success": True}),
    ("CreateDeviceGroup", {"groupName": "bridge"}, {"data.groupName": "bridge"}),
    ("QueryDeviceGroupInfo", {"groupId": "=9.data.groupId"}, {"data.deviceCount": 0}),
    ("ImportThingModelTsl", {"productKey": _KEY, "tslStr": json.dumps(TSL)}, {"success": True}),
    ("PublishThingModel", {"productKey": _KEY}, {"success": True}),
    ("QueryDevicePropertyStatus", _DEVICE, {"data.list.propertyStatusInfo.0.identifier": "level"}),
    ("CreateRule", {"name": "hot", "productKey": _KEY, "shortTopic": "+/user/data", "select": "*"}, {"success": True}),
    ("GetRule", {"ruleId": "=14.ruleId"}, {"ruleInfo.name": "hot", "ruleInfo.status": "STOP"}),
    (
        "UpdateDeviceShadow",
        {**_DEVICE, "shadowMessage": '{"method":"update","state":{"desired":{"level":3}},"version":1}'},
        {"success": True},
    ),
    ("GetDeviceShadow", _DEVICE, {"success": True}),
    ("CreateConsumerGroup", {"groupName": "listeners"}, {"success": True}),
    ("CreateOTAModule", {"productKey": _KEY, "moduleName": "mcu"}, {"success": True}),
    ("ListOTAModuleByProduct", {"productKey": _KEY}, {"success": True}),
    ("CreateDeviceTunnel", _DEVICE, {"success": False, "code": "iot.securetunnel.DeviceNotOnline"}),
    ("DeleteDevice", _DEVICE, {"success": True}),
    ("QueryDeviceDetail", _DEVICE, {"success": False, "code": "iot.device.NotExistedDevice"}),
]


@pytest.fixture
def call(server):
    """Make calls, and return what the SDK says of each."""
    if shutil.which("node") is None or not MODULES.is_dir():
        if os.environ.get("CI"):
            pytest.fail("Node.js and the SDK are not there: make npm")
        pytest.skip("Node.js and its SDK are not there: make npm")

    def call(calls: list, secret: str = "emulator") -> list[dict[str, Any]]:
        given = {"address": server.address, "key": "emulator", "secret": secret, "calls": calls}
        ended = subprocess.run(
            ["node", str(HERE / "driver.js")],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert not ended.returncode, ended.stderr
        return json.loads(ended.stdout)

    return call


def member(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value.get(name)
    return value


def test_calls_and_what_the_sdk_reads(call, server):
    replies = call([(name, params) for name, params, _told in CALLS])
    for (name, _params, expected), reply in zip(CALLS, replies, strict=True):
        assert "body" in reply, (name, reply)
        assert {path: member(reply["body"], path) for path in expected} == expected, (name, reply)
        assert reply["body"]["requestId"]
    assert [one["action"] for one in server.control("GET", "calls")["calls"]] == [name for name, *_rest in CALLS]


def test_a_wrong_secret(call):
    (reply,) = call([("QueryProductList", {"currentPage": 1, "pageSize": 10})], secret="wrong")
    assert "SignatureDoesNotMatch" in reply["error"]["code"]
    assert reply["error"]["status"] == 400


def test_an_operation_that_is_not_there(call):
    (reply,) = call([("AddDataForApiSource", {"apiId": "1", "content": "x"})])
    assert reply["error"]["status"] in (400, 404)
