# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the versions of MQTT, TLS and certificates of devices, with a client that is not from the vendor."""

from __future__ import annotations

import base64
import hmac
import json
import queue
import ssl
from urllib.parse import urlsplit

import pytest

from ..linkkit_device import TIMEOUT
from .clients import wait_for_result

MQTT_31, MQTT_311, MQTT_5 = 3, 4, 5


class Client:
    """A paho-mqtt client."""

    def __init__(
        self,
        server,
        key: str,
        name: str,
        secret: str | None,
        version: int = MQTT_311,
        tls=None,
        url: str = "",
        **connect,
    ):
        import paho.mqtt.client as paho

        self.own = f"{key}/{name}"
        self.messages: queue.Queue = queue.Queue()
        self._answers: queue.Queue = queue.Queue()
        options = {} if version == MQTT_5 else {"clean_session": connect.pop("clean", True)}
        transport = {"transport": "websockets"} if url else {}
        self._client = paho.Client("7|securemode=3,signmethod=hmacsha256|", protocol=version, **options, **transport)
        if secret is not None:
            content = f"clientId7deviceName{name}productKey{key}"
            self._client.username_pw_set(
                f"{name}&{key}", hmac.digest(secret.encode(), content.encode(), "sha256").hex()
            )
        if tls:
            self._client.tls_set_context(tls)
        self._client.on_connect = lambda _c, _d, flags, code, *_p: self._answers.put(
            (flags, getattr(code, "value", code))
        )
        self._client.on_message = lambda _c, _d, message: self.messages.put(message)
        self.disconnected: queue.Queue = queue.Queue()
        self._client.on_disconnect = lambda _c, _d, code, *_properties: self.disconnected.put(code)
        address = urlsplit(url or f"mqtt://{server.mqtt}")
        if url:
            self._client.ws_set_options(address.path)
        host, port = address.hostname, address.port
        self._client.connect(host, int(port), 60, **connect)
        self._client.loop_start()
        flags, self.code = self._answers.get(timeout=TIMEOUT)
        self.session_present = flags["session present"]

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._client.disconnect()
        self._client.loop_stop()

    def subscribe(self, topic: str) -> None:
        self._client.subscribe(topic, 1)

    def publish(self, topic: str, payload: str, properties=None) -> None:
        message = self._client.publish(topic, payload, 1, properties=properties)
        message.wait_for_publish(TIMEOUT)

    def receive(self):
        return self.messages.get(timeout=TIMEOUT)

    def report(self, level: int) -> dict:
        """Report a property and return the reply of the platform."""
        message = {"id": "1", "version": "1.0", "params": {"level": level}, "method": "thing.event.property.post"}
        self.publish(f"/sys/{self.own}/thing/event/property/post", json.dumps(message))
        return json.loads(self.receive().payload)


@pytest.fixture
def tls_context(server):
    return ssl.create_default_context(cafile=server.ca_file)


@pytest.mark.parametrize("version", [MQTT_31, MQTT_311, MQTT_5])
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_device_connects_with_each_version_with_and_without_tls(
    server, credentials, tls_context, device_status, version, secure
):
    with Client(server, *credentials, version=version, tls=tls_context if secure else None) as device:
        assert device.code == 0
        assert device.report(7)["code"] == 200
        assert device_status() == "ONLINE"


@pytest.mark.parametrize("version", [MQTT_31, MQTT_311, MQTT_5])
@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_device_connects_with_each_version_over_websocket(
    server, credentials, tls_context, device_status, version, scheme
):
    tls = tls_context if scheme == "wss" else None
    with Client(server, *credentials, version=version, tls=tls, url=getattr(server, scheme)) as device:
        assert device.code == 0
        assert device.report(7)["code"] == 200
        assert device_status() == "ONLINE"
    wait_for_result("OFFLINE", device_status)


def test_sdks_for_browsers_connect_over_websocket_at_the_root(server, credentials):
    """The vendor's SDK for browsers connects to the path ``/``."""
    with Client(server, *credentials, url=server.endpoint.replace("http", "ws") + "/") as device:
        assert device.report(7)["code"] == 200


def test_large_messages_arrive_over_websocket(server, api, credentials):
    topic = f"/{credentials[0]}/lamp/user/update"
    with Client(server, *credentials, url=server.ws) as device:
        device.publish(topic, "x" * 200_000)
        assert device.report(7)["code"] == 200
    [row] = [row for row in server.control("GET", "state")["message"] if row["topic"] == topic]
    assert row["content"] == "x" * 200_000


def test_connection_over_websocket_is_closed_if_another_replaces_it(server, credentials):
    with Client(server, *credentials, url=server.ws) as first, Client(server, *credentials, url=server.ws) as second:
        assert first.disconnected.get(timeout=TIMEOUT) is not None
        assert second.report(7)["code"] == 200


def test_wrong_password_is_refused_over_websocket(server, credentials):
    with Client(server, *credentials[:2], "wrong", url=server.ws) as device:
        assert device.code == 5


@pytest.mark.parametrize(("version", "code"), [(MQTT_31, 5), (MQTT_311, 5), (MQTT_5, 0x87)])
def test_wrong_password_is_refused_with_the_code_of_the_version(server, credentials, version, code):
    with Client(server, *credentials[:2], "wrong", version=version) as device:
        assert device.code == code


def test_server_certificate_is_not_trusted_without_the_authority(server, credentials):
    with pytest.raises(ssl.SSLCertVerificationError):
        Client(server, *credentials, tls=ssl.create_default_context())


def test_session_present_is_reported(server, credentials):
    present = []
    for clean in (False, False, True, False):
        with Client(server, *credentials, clean=clean) as device:
            present.append(device.session_present)
    assert present == [0, 1, 0, 0]


def test_properties_of_mqtt_5_are_transferred_in_both_directions(server, api, credentials, device_params):
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    topic = f"/{credentials[0]}/lamp/user/chat"
    api("CreateProductTopic", ProductKey=credentials[0], TopicShortName="chat", Operation="ALL")
    with Client(server, *credentials, version=MQTT_5) as device:
        device.subscribe(topic)
        api(
            "Pub",
            ProductKey=credentials[0],
            TopicFullName=topic,
            MessageContent=base64.b64encode(b"hello").decode(),
            Qos=1,
            ContentType="text/plain",
            PayloadFormatIndicator=1,
            ResponseTopic=topic,
            CorrelationData=base64.b64encode(b"seven").decode(),
            UserProp=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}],
        )
        message = device.receive()
        found = message.properties
        assert (message.payload, found.ContentType, found.PayloadFormatIndicator) == (b"hello", "text/plain", 1)
        assert (found.ResponseTopic, found.CorrelationData) == (topic, b"seven")
        assert found.UserProperty == [("a", "1"), ("a", "2")]
        properties = Properties(PacketTypes.PUBLISH)
        properties.ContentType = "text/html"
        properties.UserProperty = ("b", "3")
        device.publish(topic, "up", properties)
    rows = [row for row in server.control("GET", "state")["message"] if row["topic"] == topic]
    assert json.loads(rows[-1]["user_properties"]) == [{"Key": "b", "Value": "3"}]
    assert json.loads(rows[-1]["mqtt_properties"]) == {"ContentType": "text/html"}


def test_device_connects_with_its_certificate(server, api, tls_context, tmp_path):
    key = api("CreateProduct", ProductName="meters", NodeType=0, AuthType="x509")["ProductKey"]
    api("RegisterDevice", ProductKey=key, DeviceName="meter-1")
    server.control("POST", "clock", {"advance": 10})
    info = api("QueryDeviceCert", ProductKey=key, DeviceName="meter-1")["DeviceCertInfo"]
    path = tmp_path / "device.pem"
    path.write_text(info["Certificate"] + info["PrivateKey"], encoding="utf-8")
    tls_context.load_cert_chain(path)
    with Client(server, key, "meter-1", None, tls=tls_context) as device:
        assert device.code == 0
        message = device.receive()
        assert message.topic == "/ext/auth/identity/response"
        assert json.loads(message.payload) == {"productKey": key, "deviceName": "meter-1"}
        assert api("GetDeviceStatus", ProductKey=key, DeviceName="meter-1")["Data"]["Status"] == "ONLINE"
    with Client(server, key, "meter-1", None, tls=ssl.create_default_context(cafile=server.ca_file)) as device:
        assert device.code == 4
