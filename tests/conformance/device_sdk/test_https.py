# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test devices that use HTTPS: tokens, messages, registration, and WebSockets that are refused."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import ssl
import time
from urllib.parse import urlencode, urlsplit

import pytest

JSON = "application/json"
BINARY = "application/octet-stream"
FORM = "application/x-www-form-urlencoded"


class HttpDevice:
    """A device that sends requests over HTTPS."""

    def __init__(self, server, key: str, name: str, secret: str):
        self.own = f"{key}/{name}"
        self._names = {"productKey": key, "deviceName": name}
        self._secret = secret
        self._server = server

    def request(self, path: str, body: bytes, media_type: str, **headers: str) -> dict:
        """Send a request and return the answer."""
        context = ssl.create_default_context(cafile=self._server.ca_file)
        address = urlsplit(self._server.https)
        connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=10, context=context)
        try:
            connection.request("POST", path, body, {"Content-Type": media_type, **headers})
            response = connection.getresponse()
            assert response.status == 200
            return json.loads(response.read())
        finally:
            connection.close()

    def authenticate(self, method: str = "md5", media_type: str = JSON, **changes) -> dict:
        """Request a token."""
        members = {**self._names, "clientId": "mac-1", "timestamp": str(int(time.time() * 1000)), **changes}
        members = {name: value for name, value in members.items() if value is not None}
        content = "".join(f"{name}{members[name]}" for name in sorted(members) if name not in ("version", "signmethod"))
        members.setdefault("sign", hmac.digest(self._secret.encode(), content.encode(), method).hex().upper())
        return self.request("/auth", json.dumps(members).encode(), media_type)

    def token(self) -> str:
        reply = self.authenticate()
        assert (reply["code"], reply["message"]) == (0, "success")
        return reply["info"]["token"]

    def publish(self, topic: str, body: bytes, token: str, media_type: str = BINARY) -> dict:
        """Publish on a topic; ``{own}`` in the topic is replaced by product key and device name."""
        return self.request(f"/topic{topic.format(own=self.own)}", body, media_type, password=token)


@pytest.fixture
def device(server, credentials):
    return HttpDevice(server, *credentials)


def test_device_with_token_reports_properties(api, device, device_params, device_status):
    token = device.token()
    assert device_status() == "OFFLINE"  # it was online during the request
    message = json.dumps({"id": "1", "version": "1.0", "params": {"level": 7}}).encode()
    reply = device.publish("/sys/{own}/thing/event/property/post", message, token)
    assert (reply["code"], reply["message"]) == (0, "success")
    assert isinstance(reply["info"]["messageId"], int)
    [found] = api("QueryDevicePropertyStatus", **device_params)["Data"]["List"]["PropertyStatusInfo"]
    assert found["Value"] == "7"


def test_message_on_custom_topic_can_be_queried(api, device, product):
    topic = f"/{device.own}/user/update"
    reply = device.publish(topic, b"\x00\xff", device.token())
    message_id = str(reply["info"]["messageId"])
    found = api("QueryMessageInfo", UniMsgId=message_id, ProductKey=product.key)["Message"]
    assert (found["TopicFullName"], base64.b64decode(found["MessageContent"])) == (topic, b"\x00\xff")


@pytest.mark.parametrize(
    ("method", "changes"),
    [
        ("md5", {}),
        ("md5", {"timestamp": None}),
        ("md5", {"signmethod": "hmacmd5", "version": "default"}),
        ("sha1", {"signmethod": "hmacsha1"}),
        ("sha1", {"signmethod": "hmacSha1"}),
        ("sha256", {"signmethod": "hmacsha256"}),
        ("md5", {"another": "7"}),
    ],
)
def test_token_is_returned_for_valid_signature(device, method, changes):
    assert device.authenticate(method, **changes)["code"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign": "00"}, 20000),
        ({"deviceName": "nothing"}, 20000),
        ({"productKey": "a1nothing00"}, 20000),
        ({"timestamp": "1700000000000"}, 20000),
        ({"timestamp": "x"}, 20000),
        ({"signmethod": "hmacsha1"}, 20000),
        ({"signmethod": "sha512"}, 10001),
        ({"clientId": "c" * 65}, 10001),
        ({"clientId": None}, 10001),
        ({"clientId": ["7"]}, 10001),
        ({"media_type": "text/plain"}, 10001),
    ],
)
def test_token_is_refused_with_the_documented_code(device, device_status, changes, code):
    reply = device.authenticate(**changes)
    assert reply["code"] == code
    assert "info" not in reply
    assert device_status() == "UNACTIVE"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"text"', b"\xff", b"[" * 100_000])
def test_malformed_request_for_token_is_refused(device, body):
    assert device.request("/auth", body, JSON) == {"code": 10001, "message": "param error"}


def test_disabled_device_receives_no_token_and_cannot_publish(api, device, device_params):
    token = device.token()
    api("DisableThing", **device_params)
    assert device.authenticate()["code"] == 20004
    assert device.publish("/{own}/user/update", b"x", token)["code"] == 30001


def test_message_with_missing_unknown_or_expired_token_is_refused(server, device):
    token = device.token()
    assert device.publish("/{own}/user/update", b"x", "")["code"] == 20002
    assert device.publish("/{own}/user/update", b"x", "0" * 32)["code"] == 20003
    server.control("POST", "clock", {"advance": 7 * 24 * 3600 - 60})
    assert device.publish("/{own}/user/update", b"x", token)["code"] == 0
    server.control("POST", "clock", {"advance": 61})
    assert device.publish("/{own}/user/update", b"x", token) == {"code": 20001, "message": "token is expired"}


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        ("/{own}/user/update", 0),
        ("/{own}/user/get", 30001),  # a topic class for subscriptions only
        ("/{own}/user/nothing", 30001),
        ("/sys/{own}/thing/event/property/post", 0),
        ("/sys/a1nothing00/lamp/thing/event/property/post", 30001),
        ("/other", 30001),
        ("/{own}/user/update?_sn=default", 10001),
    ],
)
def test_device_publishes_on_its_own_topics_only(device, topic, code):
    assert device.publish(topic, b"{}", device.token())["code"] == code


@pytest.mark.parametrize(("size", "code"), [(128 * 1024, 0), (128 * 1024 + 1, 10001)])
def test_message_is_limited_to_128_kilobytes(device, size, code):
    assert device.publish("/{own}/user/update", b"x" * size, device.token())["code"] == code


def test_message_with_other_content_type_is_refused(device):
    assert device.publish("/{own}/user/update", b"{}", device.token(), JSON)["code"] == 10001


def test_device_that_is_connected_stays_online(server, device, create_device, credentials, device_status):
    connected = create_device(*credentials).connect()
    device.token()
    assert device_status() == "ONLINE"
    connected.sdk.thing_post_property({"level": 1})
    connected.wait("on_thing_prop_post")


def test_sixth_token_within_a_minute_is_refused(launch):
    server = launch("--https-port", "0")
    key = server.call("CreateProduct", ProductName="light", NodeType=0)[1]["ProductKey"]
    secret = server.call("RegisterDevice", ProductKey=key, DeviceName="lamp")[1]["Data"]["DeviceSecret"]
    device = HttpDevice(server, key, "lamp", secret)
    assert [device.authenticate()["code"] for _number in range(6)] == [0] * 5 + [40000]


@pytest.mark.parametrize("method", ["md5", "sha1", "sha256"])
def test_registration_returns_secret_until_device_connects(device, product, method):
    key, name = device.own.split("/")

    def register(**changes: str) -> dict:
        content = f"deviceName{name}productKey{key}random7"
        fields = {"productKey": key, "deviceName": name, "random": "7", "signMethod": f"Hmac{method}"}
        fields["sign"] = hmac.digest(product.secret.encode(), content.encode(), method).hex()
        return device.request("/auth/register/device", urlencode({**fields, **changes}).encode(), FORM)

    assert register(sign="00") == {"code": 401, "message": "request auth error"}
    assert register(signMethod="sha512")["code"] == 460
    assert register(random="")["code"] == 460
    reply = register()
    assert (reply["code"], reply["data"]["deviceSecret"]) == (200, device._secret)
    device.token()
    assert register()["code"] == 401


# WebSockets

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "mqtt",
}


@pytest.mark.parametrize("path", ["/mqtt", "/"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Origin": "http://page.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "page.example"}, 421),
        ({"Sec-WebSocket-Protocol": "chat"}, 400),
        ({"Origin": "http://localhost:3000"}, 101),
        ({"Origin": "http://127.0.0.1:8018"}, 101),
        ({}, 101),
    ],
)
def test_websocket_of_foreign_page_or_host_is_refused(server, path, changes, expected):
    connection = http.client.HTTPConnection(server.address, timeout=10)
    try:
        connection.request("GET", path, headers={**UPGRADE, **changes})
        assert connection.getresponse().status == expected
    finally:
        connection.close()


def test_websocket_without_mqtt_is_refused(launch):
    server = launch()
    assert server.exchange("GET", "/mqtt", None, UPGRADE)[0] == 404
    assert server.ws == ""


def test_request_without_upgrade_is_refused(server):
    assert server.exchange("GET", "/mqtt")[0] == 426


def test_api_is_served_with_https(server):
    context = ssl.create_default_context(cafile=server.ca_file)
    address = urlsplit(server.https)
    connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=10, context=context)
    try:
        connection.request("GET", "/_emulator/health")
        assert json.loads(connection.getresponse().read())["status"] == "ok"
    finally:
        connection.close()
