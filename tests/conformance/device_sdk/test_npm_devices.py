# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the vendor's two device SDKs for Node.js, unmodified except for the address of the server."""

from __future__ import annotations

import base64
import hashlib
import json
import threading

import pytest

from ..node_sdk import run_script
from .clients import wait_for_result
from .node_devices import NodeDevice, NodeDevices

#: The SDKs, and how many subscriptions each makes when a device connects.
NEW, OLD = "alibabacloud-iot-device-sdk", "aliyun-iot-device-sdk"
SUBSCRIPTIONS = {NEW: 16, OLD: 11}


@pytest.fixture(scope="session")
def node_devices():
    with run_script("devices.js") as process:
        yield NodeDevices(process)


@pytest.fixture(params=[NEW, OLD])
def sdk(request):
    return request.param


@pytest.fixture
def connect(server, sdk, node_devices):
    """Connect devices and disconnect them at the end of the test."""
    created = []

    def connect(key: str, name: str, secret: str, kind: str = "device", url: str = "") -> NodeDevice:
        device = NodeDevice(node_devices, f"{sdk}/{kind}/{key}/{name}", f"{key}/{name}")
        config = {"productKey": key, "deviceName": name, "deviceSecret": secret}
        config["brokerUrl"] = url or f"mqtt://{server.mqtt}/"
        node_devices.send("create", name=device._name, sdk=sdk, kind=kind, config=config)
        created.append(device)
        device.wait("connect")
        return device

    yield connect
    for device in created:
        device.call("end", True)


@pytest.fixture
def device(connect, credentials):
    return connect(*credentials)


@pytest.fixture
def call_in_background(api):
    """Call an operation that the device answers meanwhile. Return a function that waits for the reply."""

    def call(operation: str, **params):
        replies = []
        thread = threading.Thread(target=lambda: replies.append(api(operation, **params)))
        thread.start()

        def wait():
            thread.join(30)
            assert replies, f"{operation} did not succeed"
            return replies[0]

        return wait

    return call


def test_subscriptions_at_start_are_granted(sdk, device, device_status):
    assert device.granted(SUBSCRIPTIONS[sdk]) == [1] * SUBSCRIPTIONS[sdk]
    assert device_status() == "ONLINE"


@pytest.mark.parametrize("path", ["/mqtt", "/"])
def test_device_connects_over_websocket(server, connect, credentials, device_status, path):
    device = connect(*credentials, url=server.ws.removesuffix("/mqtt") + path)
    assert device_status() == "ONLINE"
    assert device.ask("postProps", {"level": 7})["code"] == 200


def test_properties_and_events_are_reported(api, device, device_params):
    assert device.ask("postProps", {"level": 7})["code"] == 200
    [found] = api("QueryDevicePropertyStatus", **device_params)["Data"]["List"]["PropertyStatusInfo"]
    assert found["Value"] == "7"
    assert device.ask("postProps", {"level": 777})["code"] == 200
    assert device.ask("postEvent", "alarm", {"code": 3})["code"] == 200
    times = {"StartTime": 0, "EndTime": 9_999_999_999_999, "PageSize": 10, "Asc": 1}
    events = api("QueryDeviceEventData", **device_params, Identifier="alarm", **times)["Data"]["List"]["EventInfo"]
    assert [json.loads(event["OutputData"]) for event in events] == [{"code": 3}]


def test_property_is_set(api, sdk, device, device_params):
    name = ("onProps",) if sdk == NEW else ("onService", "set")
    device.listen(*name)
    api("SetDeviceProperty", **device_params, Items='{"level": 5}')
    [message] = device.wait(" ".join(name))
    assert (message["method"], message["params"]) == ("thing.service.property.set", {"level": 5})


def test_asynchronous_service_is_called_and_answered(server, api, sdk, device, device_params):
    answer = {"mode": "async", "data": {"result": 4}} if sdk == NEW else None
    device.listen("onService", "reboot", answer=answer)
    api("InvokeThingService", **device_params, Identifier="reboot", Args='{"times": 2}')
    [message] = device.wait("onService reboot")
    assert message["params"] == {"times": 2}
    topic = f"/sys/{device.own}/thing/service/reboot_reply"
    if sdk == OLD:  # it has no function for the answer
        device.call("publish", topic, json.dumps({"id": message["id"], "code": 200, "data": {"result": 4}}))

    def outputs():
        times = {"StartTime": 0, "EndTime": 9_999_999_999_999, "PageSize": 10, "Asc": 1}
        services = api("QueryDeviceServiceData", **device_params, Identifier="reboot", **times)["Data"]["List"]
        return [json.loads(one["OutputData"])["data"] for one in services["ServiceInfo"] if "OutputData" in one]

    wait_for_result([{"result": 4}], outputs)


def test_synchronous_service_is_called_and_answered(call_in_background, sdk, device, device_params):
    """The SDKs do not request custom RRPC topics (``ext``): the call comes on the system topic."""
    answer = {"mode": "sync", "data": {"result": 9}} if sdk == NEW else None
    device.listen("onService", "measure", answer=answer)
    reply = call_in_background("InvokeThingService", **device_params, Identifier="measure", Args='{"times": 3}')
    assert device.wait("onService measure")[0]["params"] == {"times": 3}
    if sdk == OLD:
        topic, message = device.wait_for_message(f"/sys/{device.own}/rrpc/request")
        content = {"id": message["id"], "code": 200, "data": {"result": 9}}
        device.call("publish", topic.replace("/request/", "/response/"), json.dumps(content))
    assert json.loads(reply()["Data"]["Result"])["data"] == {"result": 9}


def test_rrpc_request_is_answered(call_in_background, device, device_params):
    request = base64.b64encode(b'{"question": 1}').decode()
    reply = call_in_background("RRpc", **device_params, RequestBase64Byte=request, Timeout=5000)
    topic, content = device.wait_for_message(f"/sys/{device.own}/rrpc/request")
    assert content == {"question": 1}
    device.call("publish", topic.replace("/request/", "/response/"), "answer")
    assert base64.b64decode(reply()["PayloadBase64Byte"]) == b"answer"


def test_tags_are_set_and_deleted(api, device, device_params):
    assert device.ask("postTags", [{"attrKey": "room", "attrValue": "seven"}])["code"] == 200
    found = json.loads(api("QueryDeviceProp", **device_params)["Props"])
    assert found == {"room": "seven"}  # without the name of the SDK, which the older SDK reports as a system tag
    assert device.ask("deleteTags", ["room"])["code"] == 200
    assert "room" not in json.loads(api("QueryDeviceProp", **device_params)["Props"] or "{}")


def test_shadow_is_reported_read_and_controlled(api, device, device_params):
    device.listen("onShadow")
    device.call("postShadow", {"level": "3"})
    assert device.wait("onShadow")[0]["payload"]["status"] == "success"
    device.call("getShadow")
    assert device.wait("onShadow")[0]["payload"]["state"]["reported"] == {"level": "3"}
    version = json.loads(api("GetDeviceShadow", **device_params)["ShadowMessage"])["version"]
    desired = {"method": "update", "state": {"desired": {"level": "4"}}, "version": version + 1}
    api("UpdateDeviceShadow", **device_params, ShadowMessage=json.dumps(desired))
    [control] = device.wait("onShadow")
    assert (control["method"], control["payload"]["state"]["desired"]) == ("control", {"level": "4"})
    device.call("deleteShadow", ["level"])
    assert device.wait("onShadow")[0]["payload"]["status"] == "success"


def test_remote_configuration_is_read_and_pushed(server, sdk, device, product):
    assert device.ask("getConfig")["code"] == 6710
    if sdk == NEW:
        device.listen("onConfig")
    body = {"product": product.key, "configuration": {"interval": 60}}
    assert server.control("POST", "configurations", body)["devices"] == 1
    _topic, pushed = device.wait_for_message(f"/sys/{device.own}/thing/config/push")
    if sdk == NEW:
        assert device.wait("onConfig") == [pushed]
    assert pushed["method"] == "thing.config.push"
    reply = device.ask("getConfig")
    assert (reply["code"], reply["data"]) == (200, pushed["params"])
    status, content = server.request("GET", reply["data"]["url"].removeprefix(server.endpoint))
    assert (status, json.loads(content)) == (200, {"interval": 60})
    assert reply["data"]["sign"] == hashlib.sha256(content).hexdigest()
    assert reply["data"]["configSize"] == len(content)


def test_message_on_custom_topic_is_received_after_subscription(api, sdk, device, product):
    device.granted(SUBSCRIPTIONS[sdk])
    topic = f"/{device.own}/user/get"
    device.call("subscribe", topic, {"qos": 1})
    assert device.granted(1) == [1]
    content = base64.b64encode(b'{"hello": 1}').decode()
    api("Pub", ProductKey=product.key, TopicFullName=topic, MessageContent=content)
    assert device.wait_for_message(topic) == (topic, {"hello": 1})


def test_device_is_registered_with_product_secret(server, api, sdk, node_devices, product, register, connect):
    key, name, secret = register("meter")
    config = {"productKey": key, "productSecret": product.secret, "deviceName": name}
    config["registerURL"] = f"{server.endpoint}/auth/register/device"
    found = node_devices.send("register", sdk=sdk, config=config)
    assert found["data"] == {"productKey": key, "deviceName": name, "deviceSecret": secret}
    connect(key, name, found["data"]["deviceSecret"])
    assert node_devices.send("register", sdk=sdk, config=config)["code"] == 401
    assert node_devices.send("register", sdk=sdk, config={**config, "deviceName": "other"})["code"] == 6100


def test_gateway_manages_sub_device(
    server, api, sdk, node_devices, connect, gateway_credentials, credentials, product, device_status
):
    key, name, secret = credentials
    gateway = connect(*gateway_credentials, kind="gateway")
    config = {"productKey": key, "deviceName": name, "deviceSecret": secret}
    named = {"productKey": key, "deviceName": name}
    assert gateway.ask("addTopo", [config])["code"] == 200
    assert gateway.ask("getTopo")["data"] == [named]
    assert device_status() == "UNACTIVE"
    if sdk == OLD:  # it opens a connection of its own for a sub-device
        config["brokerUrl"] = f"mqtt://{server.mqtt}/"
    lamp = NodeDevice(node_devices, f"{sdk}/lamp", f"{key}/{name}")
    login = node_devices.send("login", name=lamp._name, gateway=gateway._name, config=config)
    assert (login["code"], login["data"]) == (200, named)
    lamp.wait("connect")
    wait_for_result("ONLINE", device_status)
    assert lamp.ask("postProps", {"level": 8})["code"] == 200
    params = {"ProductKey": key, "DeviceName": name}
    [found] = api("QueryDevicePropertyStatus", **params)["Data"]["List"]["PropertyStatusInfo"]
    assert found["Value"] == "8"
    listen = ("onProps",) if sdk == NEW else ("onService", "set")
    lamp.listen(*listen)
    api("SetDeviceProperty", **params, Items='{"level": 5}')
    assert lamp.wait(" ".join(listen))[0]["params"] == {"level": 5}
    if sdk == NEW:
        assert gateway.ask("logout", named)["code"] == 200
    else:
        lamp.call("end", True)
    wait_for_result("OFFLINE", device_status)
    assert gateway.ask("removeTopo", [named])["code"] == 200
    assert gateway.ask("getTopo")["data"] == []


def test_gateway_registers_sub_device(api, connect, gateway_credentials, register, product):
    _key, name, secret = register("meter")
    gateway = connect(*gateway_credentials, kind="gateway")
    reply = gateway.ask("regiestSubDevice", [{"productKey": product.key, "deviceName": name}])
    assert reply["code"] == 200
    [found] = reply["data"]
    assert (found["deviceName"], found["deviceSecret"]) == (name, secret)
