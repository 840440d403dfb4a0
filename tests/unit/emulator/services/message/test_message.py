# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for messages to devices on custom topics."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing import connection
from ansible_collections.iotops.aliyun.emulator.services.message import message as service

DAY = 24 * 3600


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


HELLO = encoded(b"hello")


@pytest.fixture
def subscribe(api, key):
    """Subscribe devices to their topic ``user/get``."""

    def subscribe(*names: str, short_name: str = "get") -> None:
        for name in names:
            topic = f"/{key}/{name}/user/{short_name}"
            api("SubscribeTopic", ProductKey=key, DeviceName=name, Topic=[topic])

    return subscribe


@pytest.fixture
def publish(api, key):
    """Publish a message on the topic ``user/get`` of a device."""

    def publish(name: str = "lamp", content: str = HELLO, **params):
        topic = f"/{key}/{name}/user/get"
        request = {"ProductKey": key, "TopicFullName": topic, "MessageContent": content, **params}
        return api("Pub", **request)["MessageId"]

    return publish


def test_message_is_sent_to_subscribed_device(device, subscribe, publish, outbox):
    subscribe("lamp")
    message_id = publish(content=encoded(b"\xff\x00"))
    assert message_id.isdigit()
    assert outbox() == [("/{own}/user/get", b"\xff\x00")]


def test_message_without_subscription_is_not_sent(device, publish, outbox):
    assert publish()
    assert outbox() == []


def test_message_in_base64_without_padding_is_accepted(device, subscribe, publish, outbox):
    subscribe("lamp")
    publish(content=HELLO.rstrip("="))
    assert outbox()[0][1] == b"hello"


def test_mqtt_5_properties_are_sent_with_message(platform, device, key, subscribe, publish):
    subscribe("lamp")
    properties = {
        "ResponseTopic": f"/{key}/lamp/user/update",
        "CorrelationData": HELLO,
        "UserProp": [{"Key": "a", "Value": "1"}],
        "ContentType": "text/plain",
        "MessageExpiryInterval": 60,
        "PayloadFormatIndicator": 1,
        "Retained": False,
        "TopicAlias": 3,
    }
    publish(**properties)
    (message,) = platform.run(lambda ctx: downlink.pending_messages(ctx, device["iot_id"]))
    assert json.loads(message["properties"]) == properties


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"MessageContent": "!"}, "MessageContentIsNotBase64Encode"),
        ({"MessageContent": "路"}, "MessageContentIsNotBase64Encode"),
        ({"MessageContent": encoded(bytes(256 * 1024 + 1))}, "PublishMessageFailed"),
        ({"TopicFullName": "/a1/lamp/user/get"}, "InvalidFormattedTopicName"),
        ({"TopicFullName": "user/get"}, "InvalidFormattedTopicName"),
        ({"TopicFullName": "/sys/{key}/lamp/thing/service/property/set"}, "InvalidFormattedTopicName"),
        ({"TopicFullName": "/{key}/lamp/user/update"}, "PublishMessageFailed"),
        ({"TopicFullName": "/{key}/lamp/user/nothing"}, "TopicTemplateIsNotFound"),
        ({"DeviceName": "other"}, "InvalidFormattedTopicName"),
        ({"ResponseTopic": "update"}, "InvalidMqttResponseTopic"),
        ({"CorrelationData": "!"}, "CorrelationDataNotBase64Encode"),
        ({"CorrelationData": encoded(bytes(99))}, "CorrelationDataExceedMaxLength"),
        ({"UserProp": [{"Key": "a", "Value": "1"}] * 21}, "TooManyUserProperties"),
        ({"UserProp": [{"Key": "a"}]}, "InvalidUserProperty"),
        ({"UserProp": [{"Key": "a", "Value": "x" * 8192}]}, "UserPropertyListExceedMaxLength"),
    ],
)
def test_invalid_message_is_rejected(device, key, api_error, params, code):
    request = {"ProductKey": key, "TopicFullName": f"/{key}/lamp/user/get", "MessageContent": HELLO, **params}
    request["TopicFullName"] = request["TopicFullName"].replace("{key}", key)
    assert api_error("Pub", **request).code == f"iot.messagebroker.{code}"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"TopicFullName": "/{key}/unknown/user/get"}, "iot.device.NotExistedDevice"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
        ({"Qos": 2}, "iot.common.InvalidFormattedParameter"),
        ({"MessageExpiryInterval": -1}, "iot.common.InvalidFormattedParameter"),
    ],
)
def test_message_with_invalid_target_or_option_is_rejected(device, key, api_error, params, code):
    request = {"ProductKey": key, "TopicFullName": f"/{key}/lamp/user/get", "MessageContent": HELLO, **params}
    request["TopicFullName"] = request["TopicFullName"].replace("{key}", key)
    assert api_error("Pub", **request).code == code


def test_message_with_empty_correlation_data_is_rejected(platform, device, key, api_error):
    params = {"ProductKey": key, "TopicFullName": f"/{key}/lamp/user/get", "MessageContent": HELLO}
    assert api_error("Pub", CorrelationData="", **params).code == "iot.messagebroker.NullCorrelationData"


def test_message_of_maximum_size_is_accepted(device, subscribe, publish, outbox):
    subscribe("lamp")
    publish(
        content=encoded(bytes(256 * 1024)),
        CorrelationData=encoded(bytes(96)),
        UserProp=[{"Key": "a", "Value": "x" * 8191}],
    )
    assert len(outbox()[0][1]) == 256 * 1024


def test_batch_pub_sends_message_to_several_devices(api, register, key, subscribe, outbox):
    devices = [register(name) for name in ("one_1", "two_2")]
    subscribe("one_1", "two_2")
    params = {"ProductKey": key, "DeviceName": ["one_1", "two_2"], "MessageContent": HELLO}
    assert api("BatchPub", TopicShortName="get", **params) == {}
    assert [outbox(device) for device in devices] == [[("/{own}/user/get", b"hello")]] * 2
    api("BatchPub", TopicShortName="user/get", ResponseTopicTemplateName="update", **params)
    assert len(outbox(devices[0])) == 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"DeviceName": ["lamp", "lamp"]}, "iot.common.InvalidFormattedParameter"),
        ({"DeviceName": ["lamp", "unknown"]}, "iot.device.NotExistedDevice"),
        ({"DeviceName": [f"name{n}" for n in range(101)]}, "iot.device.TooManyDeviceNamesPerRequest"),
        ({"TopicShortName": "update"}, "iot.messagebroker.PublishMessageFailed"),
        ({"TopicShortName": "nothing"}, "iot.messagebroker.TopicTemplateIsNotFound"),
        ({"TopicShortName": "a b"}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"TopicShortName": "get", "DeviceName": ["lamp/user/get/x"]}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"MessageContent": "!"}, "iot.messagebroker.MessageContentIsNotBase64Encode"),
        ({"MessageContent": encoded(bytes(256 * 1024 + 1))}, "iot.messagebroker.PublishMessageFailed"),
        ({"Qos": 2}, "iot.common.InvalidFormattedParameter"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
        ({"ResponseTopicTemplateName": "a b"}, "iot.messagebroker.InvalidMqttResponseTopic"),
        ({"UserProp": [{"Value": "a"}]}, "iot.messagebroker.InvalidUserProperty"),
    ],
)
def test_invalid_batch_is_rejected_completely(platform, device, key, subscribe, api_error, outbox, params, code):
    subscribe("lamp")
    request = {"ProductKey": key, "DeviceName": ["lamp"], "TopicShortName": "get", "MessageContent": HELLO, **params}
    assert api_error("BatchPub", **request).code == code
    assert outbox() == []


def test_broadcast_without_topic_is_sent_to_online_devices(api, platform, key, register, outbox):
    devices = [register(name) for name in ("one_1", "two_2")]
    offline = register("offline", online=False)
    message_id = api("PubBroadcast", ProductKey=key, MessageContent=HELLO)["MessageId"]
    expected = [(f"/sys/{{own}}/broadcast/request/{message_id}", b"hello")]
    assert [outbox(device) for device in (*devices, offline)] == [expected, expected, []]
    message = api("QueryMessageInfo", UniMsgId=str(message_id))["Message"]
    assert message["MessageContent"] == HELLO


def test_second_broadcast_within_a_minute_is_throttled(api, platform, key, device, api_error):
    api("PubBroadcast", ProductKey=key, MessageContent=HELLO)
    platform.clock.advance(59)
    error = api_error("PubBroadcast", ProductKey=key, MessageContent=HELLO)
    assert error.code == "iot.messagebroker.RateLimit"
    api("PubBroadcast", ProductKey=key, MessageContent=HELLO, TopicFullName=f"/broadcast/{key}/all")
    platform.clock.advance(1)
    api("PubBroadcast", ProductKey=key, MessageContent=HELLO)


@pytest.mark.parametrize("levels", ["all", "group/one", "group-1/all.of:them", "分组"])
def test_broadcast_with_topic_is_sent_to_online_subscribers(api, platform, key, register, outbox, levels):
    devices = [register(name) for name in ("one_1", "two_2", "three")]
    topic = f"/broadcast/{key}/{levels}"
    for device in devices[:2]:
        platform.run(lambda ctx, device=device: downlink.subscribe(ctx, device, topic))
    platform.run(lambda ctx: connection.disconnect(ctx, devices[1]))
    api("PubBroadcast", ProductKey=key, MessageContent=HELLO, TopicFullName=topic)
    assert [outbox(device) for device in devices] == [[(topic, b"hello")], [], []]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"TopicFullName": "/broadcast/a1/x"}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"TopicFullName": "/broadcast"}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"MessageContent": "!"}, "iot.messagebroker.MessageContentIsNotBase64Encode"),
        ({"MessageContent": encoded(bytes(64 * 1024 + 1))}, "iot.messagebroker.PublishMessageFailed"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
    ],
)
def test_invalid_broadcast_is_rejected(key, api_error, params, code):
    assert api_error("PubBroadcast", **{"ProductKey": key, "MessageContent": HELLO, **params}).code == code


def test_broadcast_to_device_with_two_matching_subscriptions_is_sent_once(api, platform, key, register, outbox):
    devices = [register(name) for name in ("one_1", "two_2", "three")]
    levels = {"one_1": ["group/+", "#"], "two_2": ["group/one"], "three": ["group/two", "+"]}
    for device in devices:
        for pattern in levels[device["device_name"]]:
            topic = f"/broadcast/{key}/{pattern}"
            platform.run(lambda ctx, device=device, topic=topic: downlink.subscribe(ctx, device, topic))
    topic = f"/broadcast/{key}/group/one"
    api("PubBroadcast", ProductKey=key, MessageContent=HELLO, TopicFullName=topic)
    assert [outbox(device) for device in devices] == [[(topic, b"hello")], [(topic, b"hello")], []]


def test_broadcast_beyond_subscriber_limit_reaches_earliest_subscribers(
    api, platform, key, register, outbox, monkeypatch
):
    monkeypatch.setattr(service, "MAX_BROADCAST_SUBSCRIBERS", 1)
    devices = [register(name) for name in ("one_1", "two_2")]
    topic = f"/broadcast/{key}/all"
    for device in reversed(devices):
        platform.run(lambda ctx, device=device: downlink.subscribe(ctx, device, topic))
    api("PubBroadcast", ProductKey=key, MessageContent=HELLO, TopicFullName=topic)
    assert [outbox(device) for device in devices] == [[], [(topic, b"hello")]]


@pytest.mark.parametrize("levels", ["", "/", "//x", "/x/", "/+", "/group/#"])
def test_invalid_broadcast_topic_is_rejected(key, api_error, levels):
    params = {"ProductKey": key, "MessageContent": HELLO, "TopicFullName": f"/broadcast/{key}{levels}"}
    assert api_error("PubBroadcast", **params).code == "iot.messagebroker.InvalidFormattedTopicName"


def test_broadcast_of_maximum_size_is_accepted(api, key):
    api("PubBroadcast", ProductKey=key, MessageContent=encoded(bytes(64 * 1024)))


def test_query_message_info_returns_message(api, platform, device, publish, key):
    before = platform.clock.now()
    message_id = publish(UserProp=[{"Key": "a", "Value": "1"}])
    message = api("QueryMessageInfo", UniMsgId=message_id)["Message"]
    assert before <= message.pop("GenerateTime") <= platform.clock.now()
    assert message == {
        "UniMsgId": message_id,
        "TopicFullName": f"/{key}/lamp/user/get",
        "MessageContent": HELLO,
        "UserProperties": [{"Key": "a", "Value": "1"}],
    }


def test_query_message_info_returns_message_of_device(api, publish_as_device, key):
    message_id = publish_as_device("/{own}/user/update", b"\xff")
    message = api("QueryMessageInfo", UniMsgId=str(message_id))["Message"]
    assert (message["MessageContent"], message["TopicFullName"]) == (encoded(b"\xff"), f"/{key}/lamp/user/update")
    assert "UserProperties" not in message


def test_query_message_info_returns_mqtt_5_properties(api, key, device, publish):
    properties = {"ContentType": "text/plain", "MessageExpiryInterval": 60, "Retained": False}
    message = api("QueryMessageInfo", UniMsgId=publish(**properties, UserProp=[{"Key": "a", "Value": "1"}]))["Message"]
    assert {one["Key"]: one["Value"] for one in message["MqttProperties"]} == {
        "ContentType": "text/plain",
        "MessageExpiryInterval": "60",
        "Retained": "false",
    }
    assert message["UserProperties"] == [{"Key": "a", "Value": "1"}]
    assert "UserProperties" not in api("QueryMessageInfo", UniMsgId=publish(**properties))["Message"]


@pytest.mark.parametrize(("qos", "days"), [(0, 1), (1, 7)])
def test_messages_are_deleted_after_retention_period(api, platform, device, publish, api_error, qos, days):
    message_id = publish(Qos=qos)
    platform.clock.advance(days * DAY - 5)
    assert api("QueryMessageInfo", UniMsgId=message_id)
    platform.clock.advance(5)
    assert api_error("QueryMessageInfo", UniMsgId=message_id).code == "iot.system.IllegalRequest"
    publish()
    assert platform.store.count("message") == 1


@pytest.mark.parametrize("message_id", ["1", "x", "9" * 19, "9" * 30, "-1", "１"])
def test_query_message_info_of_unknown_message_is_rejected(api_error, message_id):
    assert api_error("QueryMessageInfo", UniMsgId=message_id).code == "iot.system.IllegalRequest"


def test_subscribe_topic_twice_sends_message_once(api, key, device, publish, outbox):
    topics = [f"/{key}/lamp/user/get", f"/{key}/lamp/user/get"]
    assert api("SubscribeTopic", ProductKey=key, DeviceName="lamp", Topic=topics) == {}
    publish()
    assert len(outbox()) == 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Topic": ["/{key}/lamp/user/get"] * 11}, "iot.MessageBroker.BatchSubTopicFailed"),
        ({"Topic": [""]}, "iot.MessageBroker.EmptySubTopicList"),
        ({"Topic": ["/{key}/other/user/get"]}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"Topic": ["/a1/lamp/user/get"]}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"Topic": ["get"]}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"Topic": ["/{key}/lamp/user/update"]}, "iot.messagebroker.PublishMessageFailed"),
        ({"Topic": ["/{key}/lamp/user/nothing"]}, "iot.messagebroker.TopicTemplateIsNotFound"),
        ({"DeviceName": "unknown"}, "iot.device.NotExistedDevice"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
    ],
)
def test_invalid_subscription_is_rejected(platform, device, key, api_error, params, code):
    request = {"ProductKey": key, "DeviceName": "lamp", "Topic": ["/{key}/lamp/user/get"], **params}
    request["Topic"] = [topic.replace("{key}", key) for topic in request["Topic"]]
    assert api_error("SubscribeTopic", **request).code == code
    assert platform.store.count("device_subscription") == 0


def test_subscription_of_offline_device_is_rejected(api, platform, key, register, api_error):
    def code(name: str) -> str:
        return api_error("SubscribeTopic", ProductKey=key, DeviceName=name, Topic=[f"/{key}/{name}/user/get"]).code

    register("inactive", online=False)
    assert code("inactive") == "iot.device.InactiveDevice"
    device = register("offline")
    platform.run(lambda ctx: connection.disconnect(ctx, device, heartbeat=60))
    assert code("offline") == "iot.messagebroker.HALFCONN"
    platform.clock.advance(60)
    assert code("offline") == "iot.messagebroker.OFFLINE"


def test_subscriptions_of_device_are_listed_until_it_is_unsubscribed(platform, api, key, device, subscribe):
    subscribe("lamp")
    topic = f"/{key}/lamp/user/get"
    listed = api("QueryDeviceSubTopic", ProductKey=key, DeviceName="lamp")["TopicList"]
    assert [entry["TopicName"] for entry in listed] == [topic]
    assert abs(listed[0]["Timestamp"] - platform.clock.now()) < 60_000
    foreign = f"/{key}/other/user/get"
    reply = api("UnsubscribeTopic", ProductKey=key, DeviceName="lamp", Topic=[topic, foreign])
    assert reply == {"FailureTopics": {"topic": [foreign]}}
    assert api("QueryDeviceSubTopic", ProductKey=key, DeviceName="lamp") == {"TopicList": []}
