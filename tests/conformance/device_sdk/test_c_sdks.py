# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Replay what devices with the vendor's SDKs for C send: C SDK 3 (``ext=0``) and LinkSDK 4 (``ext=3``)."""

from __future__ import annotations

import base64
import json
import queue
import ssl
import threading
from urllib.parse import urlencode

import pytest

from ..linkkit_device import TIMEOUT
from . import c_sdk_messages as messages
from .c_sdk_messages import C_SDK_3, LINK_SDK_4, Credentials, Exchange
from .clients import wait_for_result

CREDENTIALS = {C_SDK_3: messages.c_sdk_3_credentials, LINK_SDK_4: messages.link_sdk_4_credentials}
FILTERS = {C_SDK_3: messages.C_SDK_3_FILTERS, LINK_SDK_4: messages.LINK_SDK_4_FILTERS}
EXCHANGES = {C_SDK_3: messages.C_SDK_3_EXCHANGES, LINK_SDK_4: messages.LINK_SDK_4_EXCHANGES}


class Replay:
    """A connection on which packets of an SDK are replayed.

    Attributes:
        code: the return code or reason code of the connection.
    """

    def __init__(self, server, credentials: Credentials, own: tuple[str, str], version: int = 4, secure: bool = False):
        import paho.mqtt.client as paho

        self._names = {"pk": own[0], "dn": own[1]}
        self._received: queue.Queue = queue.Queue()
        self._granted: queue.Queue = queue.Queue()
        codes: queue.Queue = queue.Queue()
        options = {} if version == 5 else {"clean_session": True}
        self.client = paho.Client(credentials.client_id, protocol=version, **options)
        self.client.username_pw_set(credentials.username, credentials.password)
        if secure:
            self.client.tls_set_context(ssl.create_default_context(cafile=server.ca_file))
        self.client.on_connect = lambda _c, _d, _flags, code, *properties: codes.put((code, properties))
        self.client.on_message = lambda _c, _d, message: self._received.put((message.topic, message.payload))
        self.client.on_subscribe = lambda _c, _d, _mid, granted, *_properties: self._granted.put(granted)
        host, port = server.mqtt.split(":")
        self.client.connect(host, int(port), 1200)
        self.client.loop_start()
        code, self.properties = codes.get(timeout=TIMEOUT)
        self.code = getattr(code, "value", code)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.client.disconnect()
        self.client.loop_stop()

    def subscribe(self, topic_filter: str) -> int:
        """Subscribe and return the granted quality of service."""
        self.client.subscribe(topic_filter.format(**self._names), 1)
        return self._granted.get(timeout=TIMEOUT)[0]

    def publish(self, topic: str, message, qos: int = 0) -> None:
        payload = message if isinstance(message, str | bytes) else json.dumps(message)
        self.client.publish(topic.format(**self._names), payload, qos).wait_for_publish(TIMEOUT)

    def receive(self, topic: str) -> dict:
        """Return the next message, which must be on a topic, in a form that the parsers of the SDKs accept."""
        found, payload = self._received.get(timeout=TIMEOUT)
        assert found == topic.format(**self._names)
        return parse(payload)

    def exchange(self, one: Exchange, **names: str) -> dict | None:
        """Send a message and return the answer, after checking its code and its id."""
        self._names.update(names)
        self.publish(one.topic, one.message, one.qos)
        if one.answer is None:
            return None
        answer = self.receive(one.answer)
        assert answer.get("code") == one.code, (one, answer)
        if "id" in one.message:
            assert answer["id"] == str(one.message["id"])
        return answer


def parse(payload: bytes) -> dict:
    """Decode a message. The parsers of the SDKs do not accept blanks between names and values."""
    message = json.loads(payload)
    assert payload.decode() == json.dumps(message, separators=(",", ":"), ensure_ascii=False)
    return message


@pytest.fixture(params=[C_SDK_3, LINK_SDK_4])
def sdk(request):
    return request.param


@pytest.fixture
def device(server, sdk, credentials):
    """Connect a device and make its subscriptions."""
    with Replay(server, CREDENTIALS[sdk](*credentials), credentials[:2]) as device:
        for topic_filter in FILTERS[sdk]:
            device.subscribe(topic_filter)
        yield device


@pytest.mark.parametrize("secure_mode", [2, 3])
def test_device_connects_and_all_subscriptions_are_granted(server, sdk, credentials, device_status, secure_mode):
    parameters = CREDENTIALS[sdk](*credentials, secure_mode=secure_mode)
    with Replay(server, parameters, credentials[:2], secure=secure_mode == 2) as device:
        assert device.code == 0
        assert device_status() == "ONLINE"
        granted = {topic_filter: device.subscribe(topic_filter) for topic_filter in FILTERS[sdk]}
        assert set(granted.values()) == {1}, granted


@pytest.mark.parametrize("extension", ["", "_conn=tcp_1F_-F0C,mid=a:b|c", "instanceId=iot-1"])
def test_link_sdk_4_with_extended_client_id_connects(server, credentials, extension):
    parameters = messages.link_sdk_4_credentials(*credentials, extension=extension)
    with Replay(server, parameters, credentials[:2]) as device:
        assert device.code == 0


def test_link_sdk_4_with_assigned_client_id_connects_with_mqtt_5(server, credentials):
    parameters = messages.link_sdk_4_credentials(*credentials, assigned=True)
    with Replay(server, parameters, credentials[:2], version=5) as device:
        assert device.code == 0
        assert device.properties[0].AssignedClientIdentifier
    with Replay(server, parameters, credentials[:2], version=4) as device:
        assert device.code == 2


def test_messages_are_answered(sdk, device):
    for one in EXCHANGES[sdk]:
        device.exchange(one)


def test_messages_with_request_id_in_the_topic_are_answered(api, device, device_params):
    """LinkSDK 4 can append a request id to each topic (``AIOT_MQTTOPT_APPEND_REQUESTID``)."""
    for one in messages.LINK_SDK_4_EXCHANGES:
        device.exchange(one._replace(topic=f"{one.topic}?_rid=170000000000012345"))
    assert api("QueryDeviceDetail", **device_params)["Data"]["FirmwareVersion"] == "1.0.0"


@pytest.mark.parametrize(
    "create", [messages.c_sdk_3_gateway_exchanges, messages.link_sdk_4_gateway_exchanges], ids=[C_SDK_3, LINK_SDK_4]
)
def test_gateway_manages_sub_device(server, gateway_credentials, credentials, device_status, create):
    key, name, secret = credentials
    connection = messages.c_sdk_3_credentials(*gateway_credentials)
    with Replay(server, connection, gateway_credentials[:2]) as gateway:
        for topic_filter in messages.C_SDK_3_FILTERS + messages.C_SDK_3_GATEWAY_FILTERS:
            assert gateway.subscribe(topic_filter) == 1, topic_filter
        for one in create(key, name, secret):
            gateway.exchange(one, sub_pk=key, sub_dn=name)
            if "login" in one.topic:
                assert device_status() == "ONLINE"
    assert device_status() == "OFFLINE"


def test_commands_are_received_and_answered(api, sdk, device, device_params):
    replies = []
    params = {**device_params, "Identifier": "measure", "Args": '{"times": 3}'}
    thread = threading.Thread(target=lambda: replies.append(api("InvokeThingService", **params)["Data"]))
    thread.start()
    topic, payload = device._received.get(timeout=TIMEOUT)
    request = parse(payload)
    assert int(request["id"]) < 2**32
    assert (request["method"], request["params"]) == ("thing.service.measure", {"times": 3})
    own = f"{device_params['ProductKey']}/{device_params['DeviceName']}"
    if sdk == C_SDK_3:
        assert topic.startswith(f"/sys/{own}/rrpc/request/")
    else:
        assert topic.startswith("/ext/rrpc/")
        assert topic.endswith(f"/sys/{own}/thing/service/measure")
    device.publish(topic.replace("/request/", "/response/"), {"id": request["id"], "code": 200, "data": {"result": 1}})
    thread.join(30)
    assert json.loads(replies[0]["Result"])["data"] == {"result": 1}
    api("SetDeviceProperty", **device_params, Items='{"level": 5}')
    command = device.receive("/sys/{pk}/{dn}/thing/service/property/set")
    assert command["params"] == {"level": 5}
    device.publish("/sys/{pk}/{dn}/thing/service/property/set_reply", {"id": command["id"], "code": 200, "data": {}})


def test_rrpc_request_is_received_and_answered(api, sdk, device, device_params):
    replies = []
    params = {**device_params, "RequestBase64Byte": base64.b64encode(b"question").decode(), "Timeout": 5000}
    thread = threading.Thread(target=lambda: replies.append(api("RRpc", **params)))
    thread.start()
    topic, payload = device._received.get(timeout=TIMEOUT)
    assert payload == b"question"
    device.publish(topic.replace("/request/", "/response/"), "answer")
    thread.join(30)
    assert base64.b64decode(replies[0]["PayloadBase64Byte"]) == b"answer"


def test_remote_configuration_is_pushed(server, device, product):
    server.control("POST", "configurations", {"product": product.key, "configuration": {"a": 1}})
    pushed = device.receive("/sys/{pk}/{dn}/thing/config/push")
    assert pushed["params"].keys() == {"configId", "configSize", "sign", "signMethod", "url", "getType"}
    device.publish("/sys/{pk}/{dn}/thing/config/push_reply", {"id": pushed["id"], "code": 200, "data": {}})
    request = Exchange(
        "/sys/{pk}/{dn}/thing/config/get",
        {"id": "124", "params": {"configScope": "product", "getType": "file"}},
        "/sys/{pk}/{dn}/thing/config/get_reply",
    )
    assert device.exchange(request)["data"] == pushed["params"]


def test_link_sdk_4_registers_with_mqtt(server, product, register):
    key, name, secret = register("meter")
    parameters = messages.link_sdk_4_registration(key, name, product.secret, "register")
    with Replay(server, parameters, (key, name), secure=True) as device:
        reply = device.receive("/ext/register")
    assert reply == {"productKey": key, "deviceName": name, "deviceSecret": secret}


def test_link_sdk_4_registers_new_device_with_mqtt(server, product, device_status):
    parameters = messages.link_sdk_4_registration(product.key, "meter-new", product.secret, "regnwl")
    with Replay(server, parameters, (product.key, "meter-new"), secure=True) as device:
        reply = device.receive("/ext/regnwl")
    client_id = f"{reply['clientId']}|authType=connwl,securemode=-2,_ss=1,ext=3,_v=sdk-c-4.1.0|"
    token = Credentials(client_id, f"meter-new&{product.key}", reply["deviceToken"])
    with Replay(server, token, (product.key, "meter-new")) as device:
        assert device.code == 0
        wait_for_result("ONLINE", device_status, "meter-new")


def post_form(server, path: str, **fields: str) -> dict:
    headers = {
        "Accept": "text/xml,text/javascript,text/html,application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    status, _headers, body = server.exchange("POST", path, urlencode(fields).encode(), headers)
    assert status == 200
    return parse(body)


def test_device_registers_with_http(server, product, register):
    key, name, secret = register("meter")
    random = "8Ygb7ULYh53B6OA"
    fields = {"productKey": key, "deviceName": name, "random": random, "signMethod": "hmacsha256"}
    fields["sign"] = messages.sign(product.secret, f"deviceName{name}productKey{key}random{random}").upper()
    reply = post_form(server, "/auth/register/device", **fields)
    assert (reply["code"], reply["data"]["deviceSecret"]) == (200, secret)


def test_bootstrap_returns_the_mqtt_address(server, credentials):
    key, name, _secret = credentials
    fields = {"productKey": key, "deviceName": name, "clientId": f"{key}.{name}", "resources": "mqtt"}
    reply = post_form(server, "/auth/bootstrap", **fields)
    resource = reply["data"]["resources"]["mqtt"]
    assert f"{resource['host']}:{resource['port']}" == server.mqtt
    assert parse(server.request("GET", "/auth/bootstrap/regionId/cn-shanghai")[1]) == reply
    assert post_form(server, "/auth/bootstrap", productKey=key)["code"] == 10001


def test_link_sdk_4_reports_with_http(server, api, credentials, device_params):
    key, name, secret = credentials
    body = {
        "clientId": f"{key}.{name}",
        "signmethod": "hmacsha256",
        "deviceName": name,
        "productKey": key,
        "sign": messages.sign(secret, f"clientId{key}.{name}deviceName{name}productKey{key}").upper(),
    }
    headers = {"Content-Type": "application/json"}
    status, _headers, content = server.exchange(
        "POST", "/auth?_v=sdk-c-4.1.0&mid=1", json.dumps(body).encode(), headers
    )
    token = parse(content)["info"]["token"]
    message = {"id": "1", "version": "1.0", "params": {"level": 6}, "sys": {"ack": 0}}
    headers = {"Content-Type": "application/octet-stream", "Password": token}
    path = f"/topic/sys/{key}/{name}/thing/event/property/post"
    status, _headers, content = server.exchange("POST", path, json.dumps(message).encode(), headers)
    assert (status, parse(content)["code"]) == (200, 0)
    [found] = api("QueryDevicePropertyStatus", **device_params)["Data"]["List"]["PropertyStatusInfo"]
    assert found["Value"] == "6"
