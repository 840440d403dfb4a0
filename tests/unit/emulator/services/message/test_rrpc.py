# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for RRPC: requests to devices and their responses."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.iotops.aliyun.emulator.outbox import trace
from ansible_collections.iotops.aliyun.emulator.routing import connection


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.fixture
def call(api, key):
    """Call RRpc and return the reply."""

    def call(name: str = "lamp", content: bytes = b"hello", **params):
        request = {"ProductKey": key, "DeviceName": name, "RequestBase64Byte": encoded(content), "Timeout": 1000}
        return api("RRpc", **{**request, **params})

    return call


def test_rrpc_returns_response_of_device(key, call, simulate, api):
    simulate(product=key, names=["talker"])
    reply = call("talker", b"\xff\x00")
    assert (reply["RrpcCode"], reply["PayloadBase64Byte"]) == ("SUCCESS", encoded(b"\xff\x00"))
    message = api("QueryMessageInfo", UniMsgId=str(reply["MessageId"]))["Message"]
    assert message["TopicFullName"] == f"/sys/{key}/talker/rrpc/request/{reply['MessageId']}"


def test_rrpc_returns_response_from_profile(key, call, simulate):
    simulate(product=key, names=["talker"], profile={"rrpc": {"payload": "路灯"}})
    assert call("talker")["PayloadBase64Byte"] == encoded("路灯".encode())


def test_rrpc_echo_returns_payload_unchanged(key, call, simulate):
    simulate(product=key, names=["talker"])
    assert call("talker", b'{ "a": 1 }')["PayloadBase64Byte"] == encoded(b'{ "a": 1 }')


def test_rrpc_on_custom_topic_returns_response(key, call, simulate, api):
    simulate(product=key, names=["talker"])
    topic = f"/{key}/talker/user/update"
    reply = call("talker", Topic=topic)
    assert (reply["RrpcCode"], reply["PayloadBase64Byte"]) == ("SUCCESS", encoded(b"hello"))
    message = api("QueryMessageInfo", UniMsgId=str(reply["MessageId"]))["Message"]
    assert message["TopicFullName"] == f"/ext/rrpc/{reply['MessageId']}{topic}"


@pytest.mark.parametrize("timeout", [1000, 8000])
def test_rrpc_without_response_times_out(platform, device, call, outbox, timeout):
    before = platform.clock.now()
    reply = call(Timeout=timeout)
    assert timeout <= platform.clock.now() - before < timeout + 500
    assert reply == {"RrpcCode": "TIMEOUT", "MessageId": reply["MessageId"]}
    assert outbox() == [(f"/sys/{{own}}/rrpc/request/{reply['MessageId']}", b"hello")]


def test_rrpc_with_delayed_response_depends_on_timeout(key, call, simulate):
    simulate(product=key, names=["quick"], profile={"delay": 0.9})
    simulate(product=key, names=["slow"], profile={"delay": 1.1})
    assert call("quick")["RrpcCode"] == "SUCCESS"
    assert call("slow")["RrpcCode"] == "TIMEOUT"
    assert call("slow", Timeout=2000)["RrpcCode"] == "SUCCESS"


def test_rrpc_of_stalled_device_times_out(key, call, simulate):
    simulate(product=key, names=["silent"], profile={"rrpc": {"outcome": "stall"}})
    assert call("silent")["RrpcCode"] == "TIMEOUT"


def test_rrpc_of_offline_device_returns_offline_or_halfconn(platform, device, call, outbox):
    offline = platform.run(lambda ctx: connection.disconnect(ctx, device))
    reply = call()
    assert reply == {"RrpcCode": "OFFLINE", "MessageId": reply["MessageId"]}
    platform.run(lambda ctx: connection.connect(ctx, offline, "10.0.0.1"))
    assert outbox() == []
    platform.run(lambda ctx: connection.disconnect(ctx, device, heartbeat=60))
    assert call()["RrpcCode"] == "HALFCONN"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"RequestBase64Byte": "!"}, "iot.messagebroker.MessageContentIsNotBase64Encode"),
        ({"RequestBase64Byte": encoded(bytes(64 * 1024 + 1))}, "iot.messagebroker.PublishMessageFailed"),
        ({"Timeout": 999}, "iot.messagebroker.InvalidTimeoutValue"),
        ({"Timeout": 8001}, "iot.messagebroker.InvalidTimeoutValue"),
        ({"Topic": "/a1/lamp/user/get"}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"Topic": "/{key}/other/user/get"}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"Topic": "get"}, "iot.messagebroker.InvalidFormattedTopicName"),
        ({"DeviceName": "unknown"}, "iot.device.NotExistedDevice"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
    ],
)
def test_invalid_rrpc_is_rejected(device, key, api_error, outbox, params, code):
    request = {"ProductKey": key, "DeviceName": "lamp", "RequestBase64Byte": encoded(b"x"), "Timeout": 1000, **params}
    if "Topic" in params:
        request["Topic"] = params["Topic"].replace("{key}", key)
    assert api_error("RRpc", **request).code == code
    assert outbox() == []


@pytest.fixture
def response_to(platform):
    """Return the recorded response to a message."""
    return lambda message_id: platform.run(lambda ctx: trace.response_payload(ctx, message_id))


def test_rrpc_response_is_matched_by_device_and_topic(device, call, publish_as_device, response_to, register):
    other = register("other")
    message_id = call()["MessageId"]
    own = f"/sys/{{own}}/rrpc/response/{message_id}"
    publish_as_device(own, b"from other device", other)
    publish_as_device(f"/sys/{{own}}/rrpc/response/{message_id + 1}", b"to other request")
    publish_as_device("/sys/{own}/rrpc/response/x", b"to invalid request")
    publish_as_device(f"/ext/rrpc/{message_id}/{{own}}/user/get", b"on other topic")
    assert response_to(message_id) is None
    publish_as_device(own, b"response")
    assert response_to(message_id) == b"response"


def test_rrpc_response_on_custom_topic_is_matched_by_topic(device, key, call, publish_as_device, response_to):
    message_id = call(Topic=f"/{key}/lamp/user/get")["MessageId"]
    publish_as_device(f"/ext/rrpc/{message_id}/{{own}}/user/update", b"on other topic")
    publish_as_device(f"/sys/{{own}}/rrpc/response/{message_id}", b"on other topic")
    assert response_to(message_id) is None
    publish_as_device(f"/ext/rrpc/{message_id}/{{own}}/user/get", b"response")
    assert response_to(message_id) == b"response"


def test_async_rrpc_sends_the_request_without_waiting(platform, key, simulate, api, response_to):
    simulate(product=key, names=["talker"])
    request = {"ProductKey": key, "DeviceName": "talker", "MessageContent": encoded(b"hello")}
    topic = f"/{key}/talker/user/update"
    message_id = api("AsyncRRpc", **request, TopicFullName=topic)["MessageId"]
    platform.clock.advance(1)
    platform.run_due_work()
    assert response_to(message_id) == b"hello"


def test_rrpc_to_disabled_device_is_refused(api, api_error, key, device):
    api("DisableThing", ProductKey=key, DeviceName="lamp")
    request = {"ProductKey": key, "DeviceName": "lamp"}
    assert api_error("RRpc", **request, RequestBase64Byte=encoded(b"a"), Timeout=1000).code == "6208"
    content = {"MessageContent": encoded(b"a"), "TopicFullName": f"/{key}/lamp/user/get"}
    for action in ("AsyncRRpc", "Pub"):
        params = {**content, **({} if action == "Pub" else {"DeviceName": "lamp"}), "ProductKey": key}
        assert api_error(action, **params).code == "6208"
