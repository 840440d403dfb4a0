# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The vendor's device SDK against the gateway: what devices do shows in the HTTP API, and the other way round."""

from __future__ import annotations

import base64
import hmac
import json
import time
from types import SimpleNamespace

import pytest

from ..conftest import start
from .conftest import Upgraded
from .linkkit_device import PATIENCE, Device

REFUSED = 5  # the return code of CONNACK
NOT_GRANTED = 128  # in place of a quality of service

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
def _running(tmp_path_factory):
    running = start(tmp_path_factory.mktemp("platform"), "--no-throttle", "--mqtt-port", "0")
    yield running
    running.end()
    running.process.stderr.close()


@pytest.fixture
def server(_running):
    """An empty platform with a gateway, which all tests here share."""
    _running.control("POST", "reset")
    return _running


@pytest.fixture
def api(server):
    """Call an operation that must succeed."""
    sdk = Upgraded(server.address)

    def call(operation: str, **params):
        reply = sdk(operation, **params)
        assert reply["Success"], (operation, reply)
        return reply

    return call


@pytest.fixture
def product(api, tmp_path):
    """A product with the thing model ``TSL``: its key, its secret, and the published model as a file for the SDK."""
    kind = {"NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    key = api("CreateProduct", ProductName="thermometer", **kind)["ProductKey"]
    api("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(TSL))
    api("PublishThingModel", ProductKey=key)
    model = tmp_path / "model.json"
    model.write_text(api("GetThingModelTslPublished", ProductKey=key)["Data"]["TslStr"], encoding="utf-8")
    return SimpleNamespace(key=key, secret=api("QueryProduct", ProductKey=key)["Data"]["ProductSecret"], model=model)


@pytest.fixture
def register(api, product):
    """Register a device and return its name and its secret as the SDK wants them."""

    def register(name: str, key: str = product.key) -> tuple[str, str, str]:
        data = api("RegisterDevice", ProductKey=key, DeviceName=name)["Data"]
        return key, name, data["DeviceSecret"]

    return register


@pytest.fixture
def make(server, product):
    """Make devices for the SDK to drive; they are let go of in the end."""
    made = []

    def make(*credentials: str, **options) -> Device:
        made.append(Device(server.mqtt, *credentials, model=product.model, **options))
        return made[-1]

    yield make
    for device in made:
        device.close()


@pytest.fixture
def lamp(register):
    """The names and the secret of a device."""
    return register("lamp")


@pytest.fixture
def device(make, lamp):
    """A device that is connected."""
    return make(*lamp).connect()


@pytest.fixture
def names(product):
    """The parameters that name the device."""
    return {"ProductKey": product.key, "DeviceName": "lamp"}


@pytest.fixture
def status(api, product):
    """The status of a device."""

    def status(name: str = "lamp", key: str = product.key) -> str:
        return api("GetDeviceStatus", ProductKey=key, DeviceName=name)["Data"]["Status"]

    return status


@pytest.fixture
def gateway(api, register):
    """The names and the secret of a gateway."""
    key = api("CreateProduct", ProductName="gateways", NodeType=1)["ProductKey"]
    return register("gateway", key)


def eventually(expected, function, *values):
    """Wait until a function returns what is expected."""
    deadline = time.monotonic() + PATIENCE
    while (found := function(*values)) != expected:
        assert time.monotonic() < deadline, f"{found} is not {expected}"
        time.sleep(0.01)


def plain_client(server, product_key: str, device_name: str, secret: str, keepalive: int = 60, clean=True, **changes):
    """A client without the SDK, which does not tell why it could not connect; returns it and the gateway's code."""
    import paho.mqtt.client as paho

    content = f"clientId7deviceName{device_name}productKey{product_key}timestamp99"
    given = {
        "client_id": "7|securemode=3,signmethod=hmacsha256,timestamp=99|",
        "username": f"{device_name}&{product_key}",
        "password": hmac.digest(secret.encode(), content.encode(), "sha256").hex(),
        **changes,
    }
    codes = []
    client = paho.Client(given["client_id"], clean_session=clean)
    client.username_pw_set(given["username"], given["password"])
    client.on_connect = lambda _client, _data, _flags, code: codes.append(code)
    host, port = server.mqtt.split(":")
    client.connect(host, int(port), keepalive)
    deadline = time.monotonic() + PATIENCE
    while not codes and time.monotonic() < deadline:
        client.loop(0.1)
    return client, codes[0]


def told(device: Device) -> list[tuple[str, str]]:
    """The topics and methods of what has come to a device that its SDK knows nothing of."""
    return [(topic, json.loads(payload)["method"]) for topic, payload, *_rest in device.called("on_topic_message")]


def connect_code(*values, **changes) -> int:
    """The code with which the gateway answers such a client, which then goes away."""
    client, code = plain_client(*values, **changes)
    client.disconnect()
    return code


# Connections


def test_a_connection_shows_in_the_status(make, lamp, status):
    assert status() == "UNACTIVE"
    device = make(*lamp).connect()
    assert status() == "ONLINE"
    device.close()
    eventually("OFFLINE", status)


def test_only_who_knows_the_secret_may_connect(server, lamp, status):
    key, name, secret = lamp
    assert connect_code(server, key, name, "another") == REFUSED
    assert connect_code(server, key, "other", secret) == REFUSED
    assert connect_code(server, *lamp, client_id="7") == REFUSED
    assert connect_code(server, *lamp, username="lamp") == REFUSED
    assert connect_code(server, *lamp, keepalive=29) == REFUSED
    assert connect_code(server, *lamp, keepalive=1201) == REFUSED
    assert status() == "UNACTIVE"
    assert connect_code(server, *lamp) == 0


@pytest.mark.parametrize("clean", [True, False])
def test_who_may_not_connect_does_not_end_the_connection_of_who_may(server, lamp, status, clean):
    """Not even with the same client id, by which brokers usually go."""
    key, name, _secret = lamp
    client, code = plain_client(server, *lamp, clean=clean)
    assert code == 0
    assert connect_code(server, key, name, "another", clean=clean) == REFUSED
    _result, number = client.publish(f"/sys/{key}/{name}/thing/event/property/post", '{"id": "1"}', 1)
    acknowledged = []
    client.on_publish = lambda _client, _data, mid: acknowledged.append(mid)
    deadline = time.monotonic() + PATIENCE
    while not acknowledged and time.monotonic() < deadline:
        assert client.loop(0.1) == 0
    assert acknowledged == [number]
    assert status() == "ONLINE"
    client.disconnect()


def test_a_connection_that_breaks_leaves_the_device_half_connected(server, api, lamp, product, status):
    client, _code = plain_client(server, *lamp)
    client.socket().close()
    eventually("OFFLINE", status)
    request = base64.b64encode(b"question").decode()
    asked = {"ProductKey": product.key, "DeviceName": "lamp", "RequestBase64Byte": request, "Timeout": 1000}
    assert api("RRpc", **asked)["RrpcCode"] == "HALFCONN"
    server.control("POST", "clock", {"advance": 61})
    assert api("RRpc", **asked)["RrpcCode"] == "OFFLINE"


def test_a_device_has_the_connection_that_came_last(api, make, lamp, device, names, status):
    other = make(*lamp).connect()
    device.wait("on_disconnect")
    device.close()
    assert status() == "ONLINE"
    api("SetDeviceProperty", **names, Items='{"level": 7}')
    assert other.wait("on_thing_prop_changed") == ({"level": 7},)
    assert device.called("on_thing_prop_changed") == []


def test_a_device_that_is_disabled_is_thrown_out_and_stays_outside(server, api, device, lamp, names, status):
    api("DisableThing", **names)
    device.wait("on_disconnect")
    assert told(device) == [(f"/sys/{device.own}/thing/disable", "thing.disable")]
    device.close()
    assert connect_code(server, *lamp) == REFUSED
    assert status() == "DISABLE"
    api("EnableThing", **names)
    assert connect_code(server, *lamp) == 0


def test_a_device_that_is_deleted_is_thrown_out(server, api, device, lamp, names):
    api("DeleteDevice", **names)
    device.wait("on_disconnect")
    assert told(device) == [(f"/sys/{device.own}/thing/delete", "thing.delete")]
    device.close()
    assert connect_code(server, *lamp) == REFUSED


def test_nobody_is_connected_to_an_empty_platform(server, device):
    server.control("POST", "reset")
    device.wait("on_disconnect")


def test_devices_are_offline_when_the_platform_has_ended(launch, tmp_path, make):
    """Even if it had no time to say so."""
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


def test_properties_that_a_device_reports(api, device, names):
    code, request_id = device.sdk.thing_post_property({"level": 21})
    assert code == 0
    assert device.wait("on_thing_prop_post") == (request_id, 200, {}, "success")
    [shown] = api("QueryDevicePropertyStatus", **names)["Data"]["List"]["PropertyStatusInfo"]
    assert (shown["Identifier"], shown["Value"]) == ("level", "21")


def test_properties_that_an_application_sets(api, device, names):
    """The SDK answers by itself, and what it has answered is kept."""
    before = int(time.time() * 1000)
    api("SetDeviceProperty", **names, Items='{"level": 30}')
    assert device.wait("on_thing_prop_changed") == ({"level": 30},)

    def answer() -> int | None:
        period = {"StartTime": before, "EndTime": int(time.time() * 1000) + 1000, "PageSize": 10, "Asc": 1}
        [record] = api("QueryDeviceServiceData", **names, Identifier="set", **period)["Data"]["List"]["ServiceInfo"]
        return json.loads(record["OutputData"]).get("code") if record.get("OutputData") else None

    eventually(200, answer)


def test_events(api, device, names):
    before = int(time.time() * 1000)
    code, request_id = device.sdk.thing_trigger_event(("alarm", {"code": 3}))
    assert code == 0
    assert device.wait("on_thing_event_post")[:3] == ("alarm", request_id, 200)
    period = {"StartTime": before, "EndTime": int(time.time() * 1000) + 1000, "PageSize": 10, "Asc": 1}
    [record] = api("QueryDeviceEventData", **names, Identifier="alarm", **period)["Data"]["List"]["EventInfo"]
    assert json.loads(record["OutputData"]) == {"code": 3}


@pytest.mark.parametrize(("identifier", "synchronous"), [("measure", True), ("reboot", False)])
def test_services(api, device, names, identifier, synchronous):
    device.reactions["on_thing_call_service"] = lambda called, request_id, _params, _data: (
        device.sdk.thing_answer_service(called, request_id, 200, {"result": 42})
    )
    before = int(time.time() * 1000)
    data = api("InvokeThingService", **names, Identifier=identifier, Args='{"times": 2}')["Data"]
    assert device.wait("on_thing_call_service") == (identifier, data["MessageId"], {"times": 2})
    if synchronous:
        assert json.loads(data["Result"])["data"] == {"result": 42}

    def output() -> str:
        period = {"StartTime": before, "EndTime": int(time.time() * 1000) + 1000, "PageSize": 10, "Asc": 1}
        found = api("QueryDeviceServiceData", **names, Identifier=identifier, **period)["Data"]["List"]["ServiceInfo"]
        return found[0].get("OutputData", "")

    eventually(True, lambda: '"result":42' in output().replace(" ", ""))


# Shadow and tags


def test_the_shadow_both_ways(api, device, names):
    desired = {"method": "update", "state": {"desired": {"level": 5}}, "version": 1}
    api("UpdateDeviceShadow", **names, ShadowMessage=json.dumps(desired))
    (told,) = device.wait("on_thing_shadow_get")
    assert (told["method"], told["payload"]["state"], told["version"]) == ("control", {"desired": {"level": 5}}, 1)
    assert device.sdk.thing_update_shadow({"level": 5}, 2)[0] == 0
    (reply,) = device.wait("on_thing_shadow_get")
    assert reply["payload"] == {"status": "success", "version": 2}
    shown = json.loads(api("GetDeviceShadow", **names)["ShadowMessage"])
    assert shown["state"] == {"desired": {"level": 5}, "reported": {"level": 5}}
    assert device.sdk.thing_get_shadow()[0] == 0
    device.wait("on_thing_shadow_get")
    assert device.sdk.local_get_latest_shadow().get_state() == shown["state"]
    assert device.sdk.local_get_latest_shadow().get_version() == 2


def test_tags(api, device, names):
    api("SaveDeviceProp", **names, Props='{"kept": "yes", "site": "east"}')
    _code, request_id = device.sdk.thing_update_tags({"site": "west", "floor": "2"})
    assert device.wait("on_thing_device_info_update") == (request_id, 200, {}, "success")
    tags = json.loads(api("QueryDeviceProp", **names)["Props"])
    assert tags == {"kept": "yes", "site": "west", "floor": "2"}
    device.sdk.thing_remove_tags(["floor", "nothing"])
    assert device.wait("on_thing_device_info_delete")[1] == 200
    assert json.loads(api("QueryDeviceProp", **names)["Props"]) == {"kept": "yes", "site": "west"}


# Custom topics and RRPC


@pytest.fixture
def pub(api, product):
    """Send the device a message on a custom topic."""

    def pub(topic: str, text: str, **params) -> None:
        content = base64.b64encode(text.encode()).decode()
        api("Pub", ProductKey=product.key, TopicFullName=topic, MessageContent=content, **params)

    return pub


def test_a_custom_topic_that_was_subscribed_to_for_the_device(api, device, names, pub):
    """The device itself has not; one to which nobody has subscribed stays silent."""
    topic = f"/{device.own}/user/get"
    pub(topic, "too early")
    api("SubscribeTopic", **names, Topic=[topic])
    pub(topic, "hello")
    assert device.wait("on_topic_message")[:2] == (topic, b"hello")


def test_a_custom_topic_that_the_device_subscribes_to(device, pub):
    topic = f"/{device.own}/user/get"
    assert device.subscribe(topic) == 1
    pub(topic, "hello")
    assert device.wait("on_topic_message") == (topic, b"hello", 0)
    device.sdk.unsubscribe_topic(topic)
    device.wait("on_unsubscribe_topic")
    pub(topic, "too late")
    assert device.subscribe(f"/{device.own}/user/+") == 1
    pub(topic, "again")
    assert device.wait("on_topic_message")[1] == b"again"


def test_what_a_device_may_not_subscribe_to(register, device):
    register("other")
    assert device.subscribe("/{own}/user/update") == NOT_GRANTED
    assert device.subscribe("/{own}/user/nothing") == NOT_GRANTED
    assert device.subscribe(f"/{device.own.replace('lamp', 'other')}/user/get") == NOT_GRANTED
    assert device.subscribe("/sys/#") == NOT_GRANTED
    assert device.subscribe("/sys/{own}/#") == 1


def test_broadcasts(server, api, make, register, device, product):
    """To all devices that are connected, or to those that have subscribed."""
    other = make(*register("other")).connect()
    topic = f"/broadcast/{product.key}/news"
    assert other.subscribe(topic) == 1
    content = base64.b64encode(b"hello").decode()
    message_id = api("PubBroadcast", ProductKey=product.key, MessageContent=content)["MessageId"]
    for one in (device, other):
        assert one.wait("on_topic_message")[:2] == (f"/sys/{one.own}/broadcast/request/{message_id}", b"hello")
    server.control("POST", "clock", {"advance": 61})
    api("PubBroadcast", ProductKey=product.key, MessageContent=content, TopicFullName=topic)
    assert other.wait("on_topic_message")[:2] == (topic, b"hello")
    assert device.called("on_topic_message") == []


def test_what_a_device_publishes_comes_back_to_nobody(api, make, register, device, product):
    """Not even to those that have subscribed to it; what a route says does."""
    api("CreateProductTopic", ProductKey=product.key, TopicShortName="both", Operation="ALL")
    other = make(*register("other")).connect()
    for one in (device, other):
        assert one.subscribe("/{own}/user/both") == 1
    routes = [f"/{other.own}/user/both"]
    api("CreateTopicRouteTable", SrcTopic=f"/{device.own}/user/both", DstTopic=routes)
    device.publish("/{own}/user/both", "hello")
    assert other.wait("on_topic_message")[:2] == (f"/{other.own}/user/both", b"hello")
    device.sdk.thing_post_property({"level": 1})
    device.wait("on_thing_prop_post")
    assert device.called("on_topic_message") == []


def test_a_device_publishes_for_itself_alone(api, register, device):
    key, name, _secret = register("other")
    device.publish(f"/sys/{key}/{name}/thing/event/property/post", '{"id": "1", "params": {"level": 9}}')
    device.sdk.thing_post_property({"level": 1})
    device.wait("on_thing_prop_post")
    shown = api("QueryDevicePropertyStatus", ProductKey=key, DeviceName=name)["Data"]["List"]["PropertyStatusInfo"]
    assert [each.get("Value", "") for each in shown] == [""]


def test_messages_wait_for_a_device_that_keeps_its_session(make, lamp, pub):
    device = make(*lamp, clean=False).connect()
    topic = f"/{device.own}/user/get"
    device.subscribe(topic)
    device.sdk.disconnect()
    device.wait("on_disconnect")
    for text in ("first", "second"):
        pub(topic, text, Qos=1)
    pub(topic, "lost", Qos=0)
    device.connect()
    assert [device.wait("on_topic_message")[1] for _number in range(2)] == [b"first", b"second"]
    pub(topic, "third", Qos=1)
    assert device.wait("on_topic_message") == (topic, b"third", 1)
    device.sdk.disconnect()
    device.wait("on_disconnect")
    device.connect()
    pub(topic, "only once", Qos=1)
    assert device.wait("on_topic_message")[1] == b"only once"


def test_a_clean_session_knows_nothing_of_those_before(make, lamp, device, pub):
    topic = f"/{device.own}/user/get"
    device.subscribe(topic)
    device.sdk.disconnect()
    pub(topic, "lost", Qos=1)
    device.connect()
    pub(topic, "nobody has subscribed", Qos=1)
    device.subscribe(topic)
    pub(topic, "hello", Qos=1)
    assert device.wait("on_topic_message")[1] == b"hello"


def test_rrpc(api, device, product):
    request = base64.b64encode(b"question").decode()

    def answer(topic: str, payload: bytes, _qos: int, _data: object) -> None:
        assert payload == b"question"
        device.publish(topic.replace("/request/", "/response/"), "answer")

    device.reactions["on_topic_message"] = answer
    asked = {"ProductKey": product.key, "DeviceName": "lamp", "RequestBase64Byte": request, "Timeout": 5000}
    reply = api("RRpc", **asked)
    assert (reply["RrpcCode"], base64.b64decode(reply["PayloadBase64Byte"])) == ("SUCCESS", b"answer")


def test_rrpc_on_a_custom_topic(api, device, product):
    """It is answered on the topic on which it came: that must not ask the device anew."""
    topic = f"/{device.own}/user/get"
    assert device.sdk.subscribe_rrpc_topic(topic)[0] == 0
    device.reactions["on_topic_rrpc_message"] = lambda rrpc_id, *_rest: device.sdk.thing_answer_rrpc(rrpc_id, "answer")
    request = base64.b64encode(b"question").decode()
    asked = {"ProductKey": product.key, "DeviceName": "lamp", "RequestBase64Byte": request, "Timeout": 5000}
    reply = api("RRpc", **asked, Topic=topic)
    assert (reply["RrpcCode"], base64.b64decode(reply["PayloadBase64Byte"])) == ("SUCCESS", b"answer")
    device.sdk.thing_post_property({"level": 1})
    device.wait("on_thing_prop_post")
    assert len(device.called("on_topic_rrpc_message")) == 1


# Gateways


def test_sub_devices(api, make, gateway, lamp, product, status):
    """A gateway takes a device behind it, connects it, speaks for it, and lets it go."""
    router = make(*gateway).connect()
    key, name, _secret = lamp
    _code, request_id = router.sdk.gateway_add_subdev_topo([list(lamp)])
    named = {"productKey": key, "deviceName": name}
    assert router.wait("on_gateway_add_subdev_topo_reply") == (request_id, 200, [named], "success")
    topology = api("GetThingTopo", ProductKey=gateway[0], DeviceName="gateway", PageNo=1, PageSize=10)["Data"]
    assert [each["DeviceName"] for each in topology["List"]["deviceInfo"]] == ["lamp"]
    assert status() == "UNACTIVE"

    router.sdk.gateway_login_subdev([list(lamp)])
    assert router.wait("on_gateway_login_subdev_reply")[1:3] == (200, [named])
    assert status() == "ONLINE"
    router.publish(f"/sys/{key}/{name}/thing/event/property/post", '{"id": "9", "params": {"level": 8}}')
    topic, reply = router.wait("on_topic_message")[:2]
    assert (topic, json.loads(reply)["code"]) == (f"/sys/{key}/{name}/thing/event/property/post_reply", 200)
    [shown] = api("QueryDevicePropertyStatus", ProductKey=key, DeviceName=name)["Data"]["List"]["PropertyStatusInfo"]
    assert shown["Value"] == "8"
    api("SetDeviceProperty", ProductKey=key, DeviceName=name, Items='{"level": 3}')
    topic, message = router.wait("on_topic_message")[:2]
    assert topic == f"/sys/{key}/{name}/thing/service/property/set"
    assert json.loads(message)["params"] == {"level": 3}

    router.sdk.gateway_logout_subdev([[key, name]])
    assert router.wait("on_gateway_logout_subdev_reply")[1] == 200
    assert status() == "OFFLINE"
    router.sdk.gateway_delete_subdev_topo([[key, name]])
    assert router.wait("on_gateway_delete_subdev_topo_reply")[1] == 200
    assert api("GetThingTopo", ProductKey=gateway[0], DeviceName="gateway", PageNo=1, PageSize=10)["Data"]["Total"] == 0


def test_sub_devices_go_with_their_gateway(make, gateway, lamp, status):
    router = make(*gateway).connect()
    router.sdk.gateway_add_subdev_topo([list(lamp)])
    router.sdk.gateway_login_subdev([list(lamp)])
    router.wait("on_gateway_login_subdev_reply")
    assert status() == "ONLINE"
    router.close()
    eventually("OFFLINE", status)


def test_a_gateway_is_told_what_becomes_of_its_sub_device(api, make, gateway, lamp, names, status):
    router = make(*gateway).connect()
    router.sdk.gateway_add_subdev_topo([list(lamp)])
    router.sdk.gateway_login_subdev([list(lamp)])
    router.wait("on_gateway_login_subdev_reply")
    key, name, _secret = lamp
    for action, word in (("DisableThing", "disable"), ("EnableThing", "enable"), ("DeleteDevice", "delete")):
        api(action, **names)
        topic, payload = router.wait("on_topic_message")[:2]
        assert (topic, json.loads(payload)["method"]) == (f"/sys/{key}/{name}/thing/{word}", f"thing.{word}")
        assert json.loads(payload)["params"] == {}
    assert status("gateway", gateway[0]) == "ONLINE"


def test_a_gateway_is_told_of_its_topology(api, make, gateway, lamp):
    router = make(*gateway).connect()
    key, name, secret = lamp
    sign = hmac.digest(secret.encode(), f"deviceName{name}productKey{key}".encode(), "sha1").hex()
    item = {"ProductKey": key, "DeviceName": name, "Sign": sign, "SignMethod": "hmacSha1"}
    api("BatchAddThingTopo", GwProductKey=gateway[0], GwDeviceName="gateway", TopoAddItem=[item])
    _request_id, params = router.wait("on_gateway_topo_change")
    assert params == {"status": 0, "subList": [{"productKey": key, "deviceName": name}]}


def test_sub_devices_get_their_secrets_through_the_gateway(make, gateway, lamp, product):
    key, name, secret = lamp
    router = make(*gateway).connect()
    router.sdk.gateway_register_subdev([[key, name]])
    [credentials] = router.wait("on_gateway_register_subdev_reply")[2]
    assert credentials["deviceSecret"] == secret
    router.sdk.gateway_product_register_subdev([[key, name, product.secret], [key, "nothing", product.secret]])
    data = router.wait("on_gateway_product_register_subdev_reply")[2]
    assert [each["deviceSecret"] for each in data["successes"]] == [secret]
    assert [each["deviceName"] for each in data["failures"]] == ["nothing"]


# Dynamic registration


def test_a_registered_device_gets_its_secret(make, lamp, product, status):
    key, name, secret = lamp
    new = make(key, name, product_secret=product.secret, auth_type="register")
    new.sdk.connect_async()
    assert new.wait("on_device_dynamic_register") == (0, secret)
    assert status() == "UNACTIVE"
    make(key, name, secret).connect()
    assert status() == "ONLINE"
    again = make(key, name, product_secret=product.secret, auth_type="register")
    again.sdk.connect_async()
    code, *_rest = again.wait("on_device_dynamic_register")
    assert code != 0


def test_a_device_that_was_not_registered_gets_a_token(api, make, product, status):
    new = make(product.key, "unknown", product_secret=product.secret, auth_type="regnwl")
    new.sdk.connect_async()
    code, client_id, username, token = new.wait("on_device_dynamic_register_nwl_reply")
    assert code == 0
    assert status("unknown") == "UNACTIVE"
    device = make(product.key, "unknown", client_id=client_id, username=username, password=token).connect()
    assert status("unknown") == "ONLINE"
    device.sdk.thing_post_property({"level": 4})
    assert device.wait("on_thing_prop_post")[1] == 200
    iot_id = api("QueryDeviceInfo", ProductKey=product.key, DeviceName="unknown")["Data"]["IotId"]
    [listed] = api("QueryClientIds", IotId=iot_id)["Data"]["DynamicRegClientIds"]
    assert client_id.startswith(listed["ClientId"])


# Upgrades


@pytest.fixture
def firmware(server, api, product):
    """Upload a firmware and return its id."""

    def firmware(version: str, content: bytes) -> str:
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
        made = api(
            "CreateOTAFirmware",
            ProductKey=product.key,
            FirmwareName="new",
            DestVersion=version,
            FirmwareUrl=form["FirmwareUrl"],
            NeedToVerify=False,
        )
        return made["Data"]["FirmwareId"]

    return firmware


@pytest.fixture
def task(api):
    """The status of the one task of a job, and how far it is."""

    def task(job_id: str) -> tuple[str, str]:
        [task] = api("ListOTATaskByJob", JobId=job_id, CurrentPage=1, PageSize=10)["Data"]["SimpleOTATaskInfo"]
        return task["TaskStatus"], task.get("Progress", "")

    return task


@pytest.fixture
def version(api, names):
    """The version that the device has reported."""
    return lambda: api("QueryDeviceDetail", **names)["Data"].get("FirmwareVersion")


def test_an_upgrade_from_the_push_to_its_success(api, device, version, product, firmware, task, tmp_path):
    device.sdk.ota_report_version(None, "1.0.0")
    eventually("1.0.0", version)
    content = b"all that is new " * 4096
    firmware_id = firmware("2.0.0", content)
    job = {"FirmwareId": firmware_id, "ProductKey": product.key, "TargetSelection": "ALL", "SrcVersion": ["1.0.0"]}
    job_id = api("CreateOTAStaticUpgradeJob", **job)["Data"]["JobId"]

    _kind, new, size, url, sign_method, sign, module, _extra = device.wait("on_ota_message_arrived")
    assert (new, size, module) == ("2.0.0", len(content), "default")
    assert task(job_id)[0] == "NOTIFIED"
    target = tmp_path / "firmware.bin"
    done = device.sdk.download_ota_firmware(url, str(target), sign_method, sign)
    assert done.name == "SUCCESS"
    assert target.read_bytes() == content

    for step in ("10", "100"):
        device.publish("/ota/device/progress/{own}", json.dumps({"id": step, "params": {"step": step, "desc": ""}}))
        eventually(("IN_PROGRESS", f"{step}.00"), task, job_id)
    device.sdk.ota_report_version(None, "2.0.0")
    eventually("SUCCEEDED", lambda: task(job_id)[0])
    assert version() == "2.0.0"
    eventually("COMPLETED", lambda: api("QueryOTAJob", JobId=job_id)["Data"]["JobStatus"])


def test_an_upgrade_that_waits_for_the_device_which_asks_for_it(api, device, version, product, firmware, task):
    device.sdk.ota_report_version(None, "1.0.0")
    eventually("1.0.0", version)
    device.sdk.disconnect()
    device.wait("on_disconnect")
    job = {"FirmwareId": firmware("2.0.0", b"new"), "ProductKey": product.key, "TargetSelection": "ALL"}
    job_id = api("CreateOTAStaticUpgradeJob", **job)["Data"]["JobId"]
    device.connect()
    pushed = device.wait("on_ota_message_arrived")
    device.sdk.query_ota_firmware()
    asked = device.wait("on_ota_message_arrived")
    assert pushed[1:] == asked[1:]
    assert (pushed[0], asked[0]) == (1, 2)
    device.publish("/ota/device/progress/{own}", json.dumps({"id": "1", "params": {"step": "-2", "desc": "no net"}}))
    eventually("FAILED", lambda: task(job_id)[0])
