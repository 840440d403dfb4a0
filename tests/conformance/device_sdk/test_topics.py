# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test custom topics and RRPC with the vendor's device SDK."""

from __future__ import annotations

import base64
import json

import pytest

from .clients import SUBSCRIPTION_REJECTED


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


def test_remote_configuration_is_requested_and_pushed(server, device, product):
    """The SDK has no functions for it, but passes the messages on."""
    request = {"id": "7", "version": "1.0", "params": {"configScope": "product", "getType": "file"}}
    server.control("POST", "configurations", {"product": product.key, "configuration": {"interval": 60}})
    topic, pushed = device.wait("on_topic_message")[:2]
    assert topic == f"/sys/{device.own}/thing/config/push"
    device.publish("/sys/{own}/thing/config/get", json.dumps(request))
    topic, reply = device.wait("on_topic_message")[:2]
    assert topic == f"/sys/{device.own}/thing/config/get_reply"
    assert json.loads(reply)["data"] == json.loads(pushed)["params"]


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
