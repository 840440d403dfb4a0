# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the vendor's device SDK with the MQTT gateway: device actions are visible in the API and vice versa."""

from __future__ import annotations

import base64
import hmac
import json
import time
from types import SimpleNamespace

import pytest

from ..conftest import start
from .conftest import UpgradedSdk
from .linkkit_device import TIMEOUT, Device

CONNECTION_REFUSED = 5  # return code in CONNACK
SUBSCRIPTION_REJECTED = 128  # return code in SUBACK

NUMBER = {"type": "int", "specs": {"min": "0", "max": "100", "step": "1"}}
TSL = {
    "properties": [
        {"identifier": "level", "name": "level", "required": False, "accessMode": "rw", "dataType": NUMBER},
    ],
    "services": [
        {
            "identifier": identifier,
            "name": identifier,
            "required": False,
            "callType": call_type,
            "inputData": [{"identifier": "times", "name": "times", "dataType": NUMBER}],
            "outputData": [{"identifier": "result", "name": "result", "dataType": NUMBER}],
        }
        for identifier, call_type in (("measure", "sync"), ("reboot", "async"))
    ],
    "events": [
        {
            "identifier": "alarm",
            "name": "alarm",
            "required": False,
            "type": "alert",
            "outputData": [{"identifier": "code", "name": "code", "dataType": NUMBER}],
        }
    ],
}


@pytest.fixture(scope="module")
def _emulator(tmp_path_factory):
    running = start(tmp_path_factory.mktemp("platform"), "--no-throttle", "--mqtt-port", "0")
    yield running
    running.end()
    running.process.stderr.close()


@pytest.fixture
def server(_emulator):
    """Reset the emulator with MQTT gateway that the tests of this module share."""
    _emulator.control("POST", "reset")
    return _emulator


@pytest.fixture
def api(server):
    """Call an operation that must succeed."""
    sdk = UpgradedSdk(server.address)

    def call(operation: str, **params):
        reply = sdk(operation, **params)
        assert reply["Success"], (operation, reply)
        return reply

    return call


@pytest.fixture
def product(api, tmp_path):
    """Create a product with the thing model ``TSL``.

    Return key, secret and the path of the published model for the SDK.
    """
    kind = {"NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    key = api("CreateProduct", ProductName="thermometer", **kind)["ProductKey"]
    api("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(TSL))
    api("PublishThingModel", ProductKey=key)
    model = tmp_path / "model.json"
    model.write_text(api("GetThingModelTslPublished", ProductKey=key)["Data"]["TslStr"], encoding="utf-8")
    return SimpleNamespace(key=key, secret=api("QueryProduct", ProductKey=key)["Data"]["ProductSecret"], model=model)


@pytest.fixture
def register(api, product):
    """Register a device and return product key, device name and secret."""

    def register(name: str, key: str = product.key) -> tuple[str, str, str]:
        data = api("RegisterDevice", ProductKey=key, DeviceName=name)["Data"]
        return key, name, data["DeviceSecret"]

    return register


@pytest.fixture
def create_device(server, product):
    """Create devices for the SDK and close them at the end of the test."""
    created = []

    def create_device(*credentials: str, **options) -> Device:
        created.append(Device(server.mqtt, *credentials, model=product.model, **options))
        return created[-1]

    yield create_device
    for device in created:
        device.close()


@pytest.fixture
def credentials(register):
    """Register a device and return product key, device name and secret."""
    return register("lamp")


@pytest.fixture
def device(create_device, credentials):
    """Create and connect a device."""
    return create_device(*credentials).connect()


@pytest.fixture
def device_params(product):
    """Return the API parameters that identify the device."""
    return {"ProductKey": product.key, "DeviceName": "lamp"}


@pytest.fixture
def device_status(api, product):
    """Return the status of a device."""

    def device_status(name: str = "lamp", key: str = product.key) -> str:
        return api("GetDeviceStatus", ProductKey=key, DeviceName=name)["Data"]["Status"]

    return device_status


@pytest.fixture
def gateway_credentials(api, register):
    """Register a gateway and return product key, device name and secret."""
    key = api("CreateProduct", ProductName="gateways", NodeType=1)["ProductKey"]
    return register("gateway", key)


def wait_for_result(expected, function, *values):
    """Wait until a function returns the expected value."""
    deadline = time.monotonic() + TIMEOUT
    while (found := function(*values)) != expected:
        assert time.monotonic() < deadline, f"{found} != {expected} after the timeout"
        time.sleep(0.01)


def connect_without_sdk(
    server, product_key: str, device_name: str, secret: str, keepalive: int = 60, clean=True, **changes
):
    """Connect an MQTT client without the SDK, which hides the return code. Return the client and the return code."""
    import paho.mqtt.client as paho

    content = f"clientId7deviceName{device_name}productKey{product_key}timestamp99"
    client_params = {
        "client_id": "7|securemode=3,signmethod=hmacsha256,timestamp=99|",
        "username": f"{device_name}&{product_key}",
        "password": hmac.digest(secret.encode(), content.encode(), "sha256").hex(),
        **changes,
    }
    codes = []
    client = paho.Client(client_params["client_id"], clean_session=clean)
    client.username_pw_set(client_params["username"], client_params["password"])
    client.on_connect = lambda _client, _data, _flags, code: codes.append(code)
    host, port = server.mqtt.split(":")
    client.connect(host, int(port), keepalive)
    deadline = time.monotonic() + TIMEOUT
    while not codes and time.monotonic() < deadline:
        client.loop(0.1)
    return client, codes[0]


def received_messages(device: Device) -> list[tuple[str, str]]:
    """Return topic and method of the messages that the SDK does not handle itself."""
    return [
        (topic, json.loads(payload)["method"]) for topic, payload, *_rest in device.pending_calls("on_topic_message")
    ]


def connect_code(*values, **changes) -> int:
    """Connect and disconnect a client and return the return code of the connection."""
    client, code = connect_without_sdk(*values, **changes)
    client.disconnect()
    return code


# Connections


def test_device_connection_changes_status(create_device, credentials, device_status):
    assert device_status() == "UNACTIVE"
    device = create_device(*credentials).connect()
    assert device_status() == "ONLINE"
    device.close()
    wait_for_result("OFFLINE", device_status)


def test_connection_with_invalid_credentials_or_keepalive_is_refused(server, credentials, device_status):
    key, name, secret = credentials
    assert connect_code(server, key, name, "another") == CONNECTION_REFUSED
    assert connect_code(server, key, "other", secret) == CONNECTION_REFUSED
    assert connect_code(server, *credentials, client_id="7") == CONNECTION_REFUSED
    assert connect_code(server, *credentials, username="lamp") == CONNECTION_REFUSED
    assert connect_code(server, *credentials, keepalive=29) == CONNECTION_REFUSED
    assert connect_code(server, *credentials, keepalive=1201) == CONNECTION_REFUSED
    assert device_status() == "UNACTIVE"
    assert connect_code(server, *credentials) == 0


@pytest.mark.parametrize("clean", [True, False])
def test_refused_connection_does_not_close_existing_connection(server, credentials, device_status, clean):
    """A broker usually closes the existing connection with the same client id."""
    key, name, _secret = credentials
    client, code = connect_without_sdk(server, *credentials, clean=clean)
    assert code == 0
    assert connect_code(server, key, name, "another", clean=clean) == CONNECTION_REFUSED
    _result, number = client.publish(f"/sys/{key}/{name}/thing/event/property/post", '{"id": "1"}', 1)
    acknowledged = []
    client.on_publish = lambda _client, _data, mid: acknowledged.append(mid)
    deadline = time.monotonic() + TIMEOUT
    while not acknowledged and time.monotonic() < deadline:
        assert client.loop(0.1) == 0
    assert acknowledged == [number]
    assert device_status() == "ONLINE"
    client.disconnect()


def test_rrpc_after_broken_connection_returns_halfconn(server, api, credentials, product, device_status):
    client, _code = connect_without_sdk(server, *credentials)
    client.socket().close()
    wait_for_result("OFFLINE", device_status)
    request = base64.b64encode(b"question").decode()
    params = {"ProductKey": product.key, "DeviceName": "lamp", "RequestBase64Byte": request, "Timeout": 1000}
    assert api("RRpc", **params)["RrpcCode"] == "HALFCONN"
    server.control("POST", "clock", {"advance": 61})
    assert api("RRpc", **params)["RrpcCode"] == "OFFLINE"


def test_second_connection_of_device_closes_first(
    api, create_device, credentials, device, device_params, device_status
):
    other = create_device(*credentials).connect()
    device.wait("on_disconnect")
    device.close()
    assert device_status() == "ONLINE"
    api("SetDeviceProperty", **device_params, Items='{"level": 7}')
    assert other.wait("on_thing_prop_changed") == ({"level": 7},)
    assert device.pending_calls("on_thing_prop_changed") == []


def test_disabled_device_is_disconnected_and_refused(server, api, device, credentials, device_params, device_status):
    api("DisableThing", **device_params)
    device.wait("on_disconnect")
    assert received_messages(device) == [(f"/sys/{device.own}/thing/disable", "thing.disable")]
    device.close()
    assert connect_code(server, *credentials) == CONNECTION_REFUSED
    assert device_status() == "DISABLE"
    api("EnableThing", **device_params)
    assert connect_code(server, *credentials) == 0


def test_deleted_device_is_disconnected_and_refused(server, api, device, credentials, device_params):
    api("DeleteDevice", **device_params)
    device.wait("on_disconnect")
    assert received_messages(device) == [(f"/sys/{device.own}/thing/delete", "thing.delete")]
    device.close()
    assert connect_code(server, *credentials) == CONNECTION_REFUSED


def test_reset_disconnects_devices(server, device):
    server.control("POST", "reset")
    device.wait("on_disconnect")


def test_devices_after_emulator_kill_are_offline(launch, tmp_path, create_device):
    """The killed emulator had no time to update their status."""
    data = str(tmp_path / "data")
    first = launch("--data", data, "--mqtt-port", "0")
    key = first.call("CreateProduct", ProductName="light", NodeType=0)[1]["ProductKey"]
    secret = first.call("RegisterDevice", ProductKey=key, DeviceName="lamp")[1]["Data"]["DeviceSecret"]
    device = Device(first.mqtt, key, "lamp", secret).connect()
    first.end(9)
    device.wait("on_disconnect")
    device.close()
    second = launch("--data", data)
    assert second.mqtt == ""
    assert second.call("GetDeviceStatus", ProductKey=key, DeviceName="lamp")[1]["Data"]["Status"] == "OFFLINE"


# Thing models


def test_reported_property_is_returned_by_api(api, device, device_params):
    code, request_id = device.sdk.thing_post_property({"level": 21})
    assert code == 0
    assert device.wait("on_thing_prop_post") == (request_id, 200, {}, "success")
    [property_status] = api("QueryDevicePropertyStatus", **device_params)["Data"]["List"]["PropertyStatusInfo"]
    assert (property_status["Identifier"], property_status["Value"]) == ("level", "21")


def test_property_set_through_api_is_received_and_reply_stored(api, device, device_params):
    """The SDK answers automatically; the emulator stores the answer."""
    before = int(time.time() * 1000)
    api("SetDeviceProperty", **device_params, Items='{"level": 30}')
    assert device.wait("on_thing_prop_changed") == ({"level": 30},)

    def answer() -> int | None:
        period = {"StartTime": before, "EndTime": int(time.time() * 1000) + 1000, "PageSize": 10, "Asc": 1}
        [record] = api("QueryDeviceServiceData", **device_params, Identifier="set", **period)["Data"]["List"][
            "ServiceInfo"
        ]
        return json.loads(record["OutputData"]).get("code") if record.get("OutputData") else None

    wait_for_result(200, answer)


def test_reported_event_is_returned_by_api(api, device, device_params):
    before = int(time.time() * 1000)
    code, request_id = device.sdk.thing_trigger_event(("alarm", {"code": 3}))
    assert code == 0
    assert device.wait("on_thing_event_post")[:3] == ("alarm", request_id, 200)
    period = {"StartTime": before, "EndTime": int(time.time() * 1000) + 1000, "PageSize": 10, "Asc": 1}
    [record] = api("QueryDeviceEventData", **device_params, Identifier="alarm", **period)["Data"]["List"]["EventInfo"]
    assert json.loads(record["OutputData"]) == {"code": 3}


@pytest.mark.parametrize(("identifier", "synchronous"), [("measure", True), ("reboot", False)])
def test_service_call_is_received_and_output_stored(api, device, device_params, identifier, synchronous):
    device.reactions["on_thing_call_service"] = lambda service, request_id, _params, _data: (
        device.sdk.thing_answer_service(service, request_id, 200, {"result": 42})
    )
    before = int(time.time() * 1000)
    data = api("InvokeThingService", **device_params, Identifier=identifier, Args='{"times": 2}')["Data"]
    assert device.wait("on_thing_call_service") == (identifier, data["MessageId"], {"times": 2})
    if synchronous:
        assert json.loads(data["Result"])["data"] == {"result": 42}

    def output() -> str:
        period = {"StartTime": before, "EndTime": int(time.time() * 1000) + 1000, "PageSize": 10, "Asc": 1}
        found = api("QueryDeviceServiceData", **device_params, Identifier=identifier, **period)["Data"]["List"][
            "ServiceInfo"
        ]
        return found[0].get("OutputData", "")

    wait_for_result(True, lambda: '"result":42' in output().replace(" ", ""))


# Shadow and tags


def test_shadow_is_synchronized_in_both_directions(api, device, device_params):
    desired = {"method": "update", "state": {"desired": {"level": 5}}, "version": 1}
    api("UpdateDeviceShadow", **device_params, ShadowMessage=json.dumps(desired))
    (control,) = device.wait("on_thing_shadow_get")
    assert (control["method"], control["payload"]["state"], control["version"]) == (
        "control",
        {"desired": {"level": 5}},
        1,
    )
    assert device.sdk.thing_update_shadow({"level": 5}, 2)[0] == 0
    (reply,) = device.wait("on_thing_shadow_get")
    assert reply["payload"] == {"status": "success", "version": 2}
    shadow = json.loads(api("GetDeviceShadow", **device_params)["ShadowMessage"])
    assert shadow["state"] == {"desired": {"level": 5}, "reported": {"level": 5}}
    assert device.sdk.thing_get_shadow()[0] == 0
    device.wait("on_thing_shadow_get")
    assert device.sdk.local_get_latest_shadow().get_state() == shadow["state"]
    assert device.sdk.local_get_latest_shadow().get_version() == 2


def test_tags_updated_by_device_are_returned_by_api(api, device, device_params):
    api("SaveDeviceProp", **device_params, Props='{"color": "red", "site": "east"}')
    _code, request_id = device.sdk.thing_update_tags({"site": "west", "floor": "2"})
    assert device.wait("on_thing_device_info_update") == (request_id, 200, {}, "success")
    tags = json.loads(api("QueryDeviceProp", **device_params)["Props"])
    assert tags == {"color": "red", "site": "west", "floor": "2"}
    device.sdk.thing_remove_tags(["floor", "nothing"])
    assert device.wait("on_thing_device_info_delete")[1] == 200
    assert json.loads(api("QueryDeviceProp", **device_params)["Props"]) == {"color": "red", "site": "west"}


# Custom topics and RRPC


@pytest.fixture
def publish_to_device(api, product):
    """Send the device a message on a custom topic."""

    def publish_to_device(topic: str, text: str, **params) -> None:
        content = base64.b64encode(text.encode()).decode()
        api("Pub", ProductKey=product.key, TopicFullName=topic, MessageContent=content, **params)

    return publish_to_device


def test_custom_topic_subscribed_through_api_is_received(api, device, device_params, publish_to_device):
    """The device itself did not subscribe. Without any subscription the message is not delivered."""
    topic = f"/{device.own}/user/get"
    publish_to_device(topic, "too early")
    api("SubscribeTopic", **device_params, Topic=[topic])
    publish_to_device(topic, "hello")
    assert device.wait("on_topic_message")[:2] == (topic, b"hello")


def test_custom_topic_subscribed_by_device_is_received(device, publish_to_device):
    topic = f"/{device.own}/user/get"
    assert device.subscribe(topic) == 1
    publish_to_device(topic, "hello")
    assert device.wait("on_topic_message") == (topic, b"hello", 0)
    device.sdk.unsubscribe_topic(topic)
    device.wait("on_unsubscribe_topic")
    publish_to_device(topic, "too late")
    assert device.subscribe(f"/{device.own}/user/+") == 1
    publish_to_device(topic, "again")
    assert device.wait("on_topic_message")[1] == b"again"


def test_subscription_without_permission_is_rejected(register, device):
    register("other")
    assert device.subscribe("/{own}/user/update") == SUBSCRIPTION_REJECTED
    assert device.subscribe("/{own}/user/nothing") == SUBSCRIPTION_REJECTED
    assert device.subscribe(f"/{device.own.replace('lamp', 'other')}/user/get") == SUBSCRIPTION_REJECTED
    assert device.subscribe("/sys/#") == SUBSCRIPTION_REJECTED
    assert device.subscribe("/sys/{own}/#") == 1


def test_broadcast_is_received_by_connected_or_subscribed_devices(
    server, api, create_device, register, device, product
):
    """Without a topic, all connected devices receive it; with a topic, only the subscribed ones."""
    other = create_device(*register("other")).connect()
    topic = f"/broadcast/{product.key}/news"
    assert other.subscribe(topic) == 1
    content = base64.b64encode(b"hello").decode()
    message_id = api("PubBroadcast", ProductKey=product.key, MessageContent=content)["MessageId"]
    for one in (device, other):
        assert one.wait("on_topic_message")[:2] == (f"/sys/{one.own}/broadcast/request/{message_id}", b"hello")
    server.control("POST", "clock", {"advance": 61})
    api("PubBroadcast", ProductKey=product.key, MessageContent=content, TopicFullName=topic)
    assert other.wait("on_topic_message")[:2] == (topic, b"hello")
    assert device.pending_calls("on_topic_message") == []


def test_published_message_is_only_delivered_through_route(api, create_device, register, device, product):
    """Subscribers do not receive messages of other devices directly, only through a topic route."""
    api("CreateProductTopic", ProductKey=product.key, TopicShortName="both", Operation="ALL")
    other = create_device(*register("other")).connect()
    for one in (device, other):
        assert one.subscribe("/{own}/user/both") == 1
    routes = [f"/{other.own}/user/both"]
    api("CreateTopicRouteTable", SrcTopic=f"/{device.own}/user/both", DstTopic=routes)
    device.publish("/{own}/user/both", "hello")
    assert other.wait("on_topic_message")[:2] == (f"/{other.own}/user/both", b"hello")
    device.sdk.thing_post_property({"level": 1})
    device.wait("on_thing_prop_post")
    assert device.pending_calls("on_topic_message") == []


def test_property_report_for_other_device_is_ignored(api, register, device):
    key, name, _secret = register("other")
    device.publish(f"/sys/{key}/{name}/thing/event/property/post", '{"id": "1", "params": {"level": 9}}')
    device.sdk.thing_post_property({"level": 1})
    device.wait("on_thing_prop_post")
    property_status = api("QueryDevicePropertyStatus", ProductKey=key, DeviceName=name)["Data"]["List"][
        "PropertyStatusInfo"
    ]
    assert [each.get("Value", "") for each in property_status] == [""]


def test_persistent_session_receives_queued_messages(create_device, credentials, publish_to_device):
    device = create_device(*credentials, clean=False).connect()
    topic = f"/{device.own}/user/get"
    device.subscribe(topic)
    device.sdk.disconnect()
    device.wait("on_disconnect")
    for text in ("first", "second"):
        publish_to_device(topic, text, Qos=1)
    publish_to_device(topic, "lost", Qos=0)
    device.connect()
    assert [device.wait("on_topic_message")[1] for _number in range(2)] == [b"first", b"second"]
    publish_to_device(topic, "third", Qos=1)
    assert device.wait("on_topic_message") == (topic, b"third", 1)
    device.sdk.disconnect()
    device.wait("on_disconnect")
    device.connect()
    publish_to_device(topic, "only once", Qos=1)
    assert device.wait("on_topic_message")[1] == b"only once"


def test_clean_session_discards_subscriptions_and_messages(create_device, credentials, device, publish_to_device):
    topic = f"/{device.own}/user/get"
    device.subscribe(topic)
    device.sdk.disconnect()
    publish_to_device(topic, "lost", Qos=1)
    device.connect()
    publish_to_device(topic, "no subscription", Qos=1)
    device.subscribe(topic)
    publish_to_device(topic, "hello", Qos=1)
    assert device.wait("on_topic_message")[1] == b"hello"


def test_rrpc_request_is_answered(api, device, product):
    request = base64.b64encode(b"question").decode()

    def answer(topic: str, payload: bytes, _qos: int, _data: object) -> None:
        assert payload == b"question"
        device.publish(topic.replace("/request/", "/response/"), "answer")

    device.reactions["on_topic_message"] = answer
    params = {"ProductKey": product.key, "DeviceName": "lamp", "RequestBase64Byte": request, "Timeout": 5000}
    reply = api("RRpc", **params)
    assert (reply["RrpcCode"], base64.b64decode(reply["PayloadBase64Byte"])) == ("SUCCESS", b"answer")


def test_rrpc_request_on_custom_topic_is_answered_once(api, device, product):
    """The answer has the topic of the request. It must not be delivered to the device as another request."""
    topic = f"/{device.own}/user/get"
    assert device.sdk.subscribe_rrpc_topic(topic)[0] == 0
    device.reactions["on_topic_rrpc_message"] = lambda rrpc_id, *_rest: device.sdk.thing_answer_rrpc(rrpc_id, "answer")
    request = base64.b64encode(b"question").decode()
    params = {"ProductKey": product.key, "DeviceName": "lamp", "RequestBase64Byte": request, "Timeout": 5000}
    reply = api("RRpc", **params, Topic=topic)
    assert (reply["RrpcCode"], base64.b64decode(reply["PayloadBase64Byte"])) == ("SUCCESS", b"answer")
    device.sdk.thing_post_property({"level": 1})
    device.wait("on_thing_prop_post")
    assert len(device.pending_calls("on_topic_rrpc_message")) == 1


# Gateways


def test_gateway_manages_sub_device(api, create_device, gateway_credentials, credentials, product, device_status):
    """The gateway adds, connects, represents, disconnects and removes a sub-device."""
    router = create_device(*gateway_credentials).connect()
    key, name, _secret = credentials
    _code, request_id = router.sdk.gateway_add_subdev_topo([list(credentials)])
    named = {"productKey": key, "deviceName": name}
    assert router.wait("on_gateway_add_subdev_topo_reply") == (request_id, 200, [named], "success")
    topology = api("GetThingTopo", ProductKey=gateway_credentials[0], DeviceName="gateway", PageNo=1, PageSize=10)[
        "Data"
    ]
    assert [each["DeviceName"] for each in topology["List"]["deviceInfo"]] == ["lamp"]
    assert device_status() == "UNACTIVE"

    router.sdk.gateway_login_subdev([list(credentials)])
    assert router.wait("on_gateway_login_subdev_reply")[1:3] == (200, [named])
    assert device_status() == "ONLINE"
    router.publish(f"/sys/{key}/{name}/thing/event/property/post", '{"id": "9", "params": {"level": 8}}')
    topic, reply = router.wait("on_topic_message")[:2]
    assert (topic, json.loads(reply)["code"]) == (f"/sys/{key}/{name}/thing/event/property/post_reply", 200)
    [property_status] = api("QueryDevicePropertyStatus", ProductKey=key, DeviceName=name)["Data"]["List"][
        "PropertyStatusInfo"
    ]
    assert property_status["Value"] == "8"
    api("SetDeviceProperty", ProductKey=key, DeviceName=name, Items='{"level": 3}')
    topic, message = router.wait("on_topic_message")[:2]
    assert topic == f"/sys/{key}/{name}/thing/service/property/set"
    assert json.loads(message)["params"] == {"level": 3}

    router.sdk.gateway_logout_subdev([[key, name]])
    assert router.wait("on_gateway_logout_subdev_reply")[1] == 200
    assert device_status() == "OFFLINE"
    router.sdk.gateway_delete_subdev_topo([[key, name]])
    assert router.wait("on_gateway_delete_subdev_topo_reply")[1] == 200
    assert (
        api("GetThingTopo", ProductKey=gateway_credentials[0], DeviceName="gateway", PageNo=1, PageSize=10)["Data"][
            "Total"
        ]
        == 0
    )


def test_gateway_disconnection_sets_sub_devices_offline(create_device, gateway_credentials, credentials, device_status):
    router = create_device(*gateway_credentials).connect()
    router.sdk.gateway_add_subdev_topo([list(credentials)])
    router.sdk.gateway_login_subdev([list(credentials)])
    router.wait("on_gateway_login_subdev_reply")
    assert device_status() == "ONLINE"
    router.close()
    wait_for_result("OFFLINE", device_status)


def test_gateway_receives_state_changes_of_sub_device(
    api, create_device, gateway_credentials, credentials, device_params, device_status
):
    router = create_device(*gateway_credentials).connect()
    router.sdk.gateway_add_subdev_topo([list(credentials)])
    router.sdk.gateway_login_subdev([list(credentials)])
    router.wait("on_gateway_login_subdev_reply")
    key, name, _secret = credentials
    for action, word in (("DisableThing", "disable"), ("EnableThing", "enable"), ("DeleteDevice", "delete")):
        api(action, **device_params)
        topic, payload = router.wait("on_topic_message")[:2]
        assert (topic, json.loads(payload)["method"]) == (f"/sys/{key}/{name}/thing/{word}", f"thing.{word}")
        assert json.loads(payload)["params"] == {}
    assert device_status("gateway", gateway_credentials[0]) == "ONLINE"


def test_gateway_receives_topology_change(api, create_device, gateway_credentials, credentials):
    router = create_device(*gateway_credentials).connect()
    key, name, secret = credentials
    sign = hmac.digest(secret.encode(), f"deviceName{name}productKey{key}".encode(), "sha1").hex()
    item = {"ProductKey": key, "DeviceName": name, "Sign": sign, "SignMethod": "hmacSha1"}
    api("BatchAddThingTopo", GwProductKey=gateway_credentials[0], GwDeviceName="gateway", TopoAddItem=[item])
    _request_id, params = router.wait("on_gateway_topo_change")
    assert params == {"status": 0, "subList": [{"productKey": key, "deviceName": name}]}


def test_gateway_registers_sub_devices(create_device, gateway_credentials, credentials, product):
    key, name, secret = credentials
    router = create_device(*gateway_credentials).connect()
    router.sdk.gateway_register_subdev([[key, name]])
    [credentials] = router.wait("on_gateway_register_subdev_reply")[2]
    assert credentials["deviceSecret"] == secret
    router.sdk.gateway_product_register_subdev([[key, name, product.secret], [key, "nothing", product.secret]])
    data = router.wait("on_gateway_product_register_subdev_reply")[2]
    assert [each["deviceSecret"] for each in data["successes"]] == [secret]
    assert [each["deviceName"] for each in data["failures"]] == ["nothing"]


# Dynamic registration


def test_dynamic_registration_of_registered_device_returns_secret(create_device, credentials, product, device_status):
    key, name, secret = credentials
    device_to_register = create_device(key, name, product_secret=product.secret, auth_type="register")
    device_to_register.sdk.connect_async()
    assert device_to_register.wait("on_device_dynamic_register") == (0, secret)
    assert device_status() == "UNACTIVE"
    create_device(key, name, secret).connect()
    assert device_status() == "ONLINE"
    second_device = create_device(key, name, product_secret=product.secret, auth_type="register")
    second_device.sdk.connect_async()
    code, *_rest = second_device.wait("on_device_dynamic_register")
    assert code != 0


def test_dynamic_registration_of_unregistered_device_returns_token(api, create_device, product, device_status):
    device_to_register = create_device(product.key, "unknown", product_secret=product.secret, auth_type="regnwl")
    device_to_register.sdk.connect_async()
    code, client_id, username, token = device_to_register.wait("on_device_dynamic_register_nwl_reply")
    assert code == 0
    assert device_status("unknown") == "UNACTIVE"
    device = create_device(product.key, "unknown", client_id=client_id, username=username, password=token).connect()
    assert device_status("unknown") == "ONLINE"
    device.sdk.thing_post_property({"level": 4})
    assert device.wait("on_thing_prop_post")[1] == 200
    iot_id = api("QueryDeviceInfo", ProductKey=product.key, DeviceName="unknown")["Data"]["IotId"]
    [listed] = api("QueryClientIds", IotId=iot_id)["Data"]["DynamicRegClientIds"]
    assert client_id.startswith(listed["ClientId"])


# OTA updates


@pytest.fixture
def create_firmware(server, api, product):
    """Upload a firmware and return its id."""

    def create_firmware(version: str, content: bytes) -> str:
        form = api("GenerateOTAUploadURL")["Data"]
        fields = {
            "key": form["Key"],
            "policy": form["Policy"],
            "OSSAccessKeyId": form["OSSAccessKeyId"],
            "signature": form["Signature"],
        }
        parts = [
            f'--form\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        parts.append(b'--form\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n' + content)
        path = form["Host"].removeprefix(server.endpoint)
        headers = {"Content-Type": "multipart/form-data; boundary=form"}
        status, _headers, _body = server.exchange("POST", path, b"".join(parts) + b"\r\n--form--\r\n", headers)
        assert status in (200, 201, 204)
        created = api(
            "CreateOTAFirmware",
            ProductKey=product.key,
            FirmwareName="new",
            DestVersion=version,
            FirmwareUrl=form["FirmwareUrl"],
            NeedToVerify=False,
        )
        return created["Data"]["FirmwareId"]

    return create_firmware


@pytest.fixture
def task_status(api):
    """Return status and progress of the only task of a job."""

    def task_status(job_id: str) -> tuple[str, str]:
        [task] = api("ListOTATaskByJob", JobId=job_id, CurrentPage=1, PageSize=10)["Data"]["SimpleOTATaskInfo"]
        return task["TaskStatus"], task.get("Progress", "")

    return task_status


@pytest.fixture
def reported_version(api, device_params):
    """Return the version that the device has reported."""
    return lambda: api("QueryDeviceDetail", **device_params)["Data"].get("FirmwareVersion")


def test_ota_task_from_push_to_success_is_tracked(
    api, device, reported_version, product, create_firmware, task_status, tmp_path
):
    device.sdk.ota_report_version(None, "1.0.0")
    wait_for_result("1.0.0", reported_version)
    content = b"firmware content" * 4096
    firmware_id = create_firmware("2.0.0", content)
    job = {"FirmwareId": firmware_id, "ProductKey": product.key, "TargetSelection": "ALL", "SrcVersion": ["1.0.0"]}
    job_id = api("CreateOTAStaticUpgradeJob", **job)["Data"]["JobId"]

    _kind, new_version, size, url, sign_method, sign, module, _extra = device.wait("on_ota_message_arrived")
    assert (new_version, size, module) == ("2.0.0", len(content), "default")
    assert task_status(job_id)[0] == "NOTIFIED"
    target = tmp_path / "firmware.bin"
    done = device.sdk.download_ota_firmware(url, str(target), sign_method, sign)
    assert done.name == "SUCCESS"
    assert target.read_bytes() == content

    for step in ("10", "100"):
        device.publish("/ota/device/progress/{own}", json.dumps({"id": step, "params": {"step": step, "desc": ""}}))
        wait_for_result(("IN_PROGRESS", f"{step}.00"), task_status, job_id)
    device.sdk.ota_report_version(None, "2.0.0")
    wait_for_result("SUCCEEDED", lambda: task_status(job_id)[0])
    assert reported_version() == "2.0.0"
    wait_for_result("COMPLETED", lambda: api("QueryOTAJob", JobId=job_id)["Data"]["JobStatus"])


def test_ota_task_of_offline_device_is_pushed_and_can_be_queried(
    api, device, reported_version, product, create_firmware, task_status
):
    device.sdk.ota_report_version(None, "1.0.0")
    wait_for_result("1.0.0", reported_version)
    device.sdk.disconnect()
    device.wait("on_disconnect")
    job = {"FirmwareId": create_firmware("2.0.0", b"new"), "ProductKey": product.key, "TargetSelection": "ALL"}
    job_id = api("CreateOTAStaticUpgradeJob", **job)["Data"]["JobId"]
    device.connect()
    pushed = device.wait("on_ota_message_arrived")
    device.sdk.query_ota_firmware()
    queried = device.wait("on_ota_message_arrived")
    assert pushed[1:] == queried[1:]
    assert (pushed[0], queried[0]) == (1, 2)
    device.publish("/ota/device/progress/{own}", json.dumps({"id": "1", "params": {"step": "-2", "desc": "no net"}}))
    wait_for_result("FAILED", lambda: task_status(job_id)[0])
