# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Asking a device and waiting for its answer."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.iotops.aliyun.emulator.outbox import trace
from ansible_collections.iotops.aliyun.emulator.routing import connection


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.fixture
def ask(api, key):
    def ask(name: str = "lamp", content: bytes = b"hello", **params):
        wanted = {"ProductKey": key, "DeviceName": name, "RequestBase64Byte": encoded(content), "Timeout": 1000}
        return api("RRpc", **{**wanted, **params})

    return ask


def test_an_answer(key, ask, simulate, api):
    simulate(product=key, names=["talker"])
    reply = ask("talker", b"\xff\x00")
    assert (reply["RrpcCode"], reply["PayloadBase64Byte"]) == ("SUCCESS", encoded(b"\xff\x00"))
    message = api("QueryMessageInfo", UniMsgId=str(reply["MessageId"]))["Message"]
    assert message["TopicFullName"] == f"/sys/{key}/talker/rrpc/request/{reply['MessageId']}"


def test_an_answer_of_the_profile(key, ask, simulate):
    simulate(product=key, names=["talker"], profile={"rrpc": {"payload": "路灯"}})
    assert ask("talker")["PayloadBase64Byte"] == encoded("路灯".encode())


def test_what_was_asked_comes_back_as_it_was(key, ask, simulate):
    simulate(product=key, names=["talker"])
    assert ask("talker", b'{ "a": 1 }')["PayloadBase64Byte"] == encoded(b'{ "a": 1 }')


def test_a_topic_of_ones_own(key, ask, simulate, api):
    simulate(product=key, names=["talker"])
    topic = f"/{key}/talker/user/update"
    reply = ask("talker", Topic=topic)
    assert (reply["RrpcCode"], reply["PayloadBase64Byte"]) == ("SUCCESS", encoded(b"hello"))
    message = api("QueryMessageInfo", UniMsgId=str(reply["MessageId"]))["Message"]
    assert message["TopicFullName"] == f"/ext/rrpc/{reply['MessageId']}{topic}"


@pytest.mark.parametrize("timeout", [1000, 8000])
def test_no_answer_in_time(platform, device, ask, outbox, timeout):
    before = platform.clock.now()
    reply = ask(Timeout=timeout)
    assert timeout <= platform.clock.now() - before < timeout + 500
    assert reply == {"RrpcCode": "TIMEOUT", "MessageId": reply["MessageId"]}
    assert outbox() == [(f"/sys/{{own}}/rrpc/request/{reply['MessageId']}", b"hello")]


def test_an_answer_just_in_time(key, ask, simulate):
    simulate(product=key, names=["quick"], profile={"delay": 0.9})
    simulate(product=key, names=["slow"], profile={"delay": 1.1})
    assert ask("quick")["RrpcCode"] == "SUCCESS"
    assert ask("slow")["RrpcCode"] == "TIMEOUT"
    assert ask("slow", Timeout=2000)["RrpcCode"] == "SUCCESS"


def test_a_device_that_stalls(key, ask, simulate):
    simulate(product=key, names=["silent"], profile={"rrpc": {"outcome": "stall"}})
    assert ask("silent")["RrpcCode"] == "TIMEOUT"


def test_a_device_that_is_offline(platform, device, ask, outbox):
    gone = platform.run(lambda ctx: connection.disconnect(ctx, device))
    reply = ask()
    assert reply == {"RrpcCode": "OFFLINE", "MessageId": reply["MessageId"]}
    platform.run(lambda ctx: connection.connect(ctx, gone, "10.0.0.1"))
    assert outbox() == []
    platform.run(lambda ctx: connection.disconnect(ctx, device, heartbeat=60))
    assert ask()["RrpcCode"] == "HALFCONN"


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
        ({"DeviceName": "nobody"}, "iot.device.NotExistedDevice"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
    ],
)
def test_questions_that_are_refused(device, key, api_error, outbox, params, code):
    wanted = {"ProductKey": key, "DeviceName": "lamp", "RequestBase64Byte": encoded(b"x"), "Timeout": 1000, **params}
    if "Topic" in params:
        wanted["Topic"] = params["Topic"].replace("{key}", key)
    assert api_error("RRpc", **wanted).code == code
    assert outbox() == []


@pytest.fixture
def answer_to(platform):
    """What the platform knows as the answer to a message."""
    return lambda message_id: platform.run(lambda ctx: trace.response_payload(ctx, message_id))


def test_answers_of_devices_are_known_by_their_topics(device, ask, publish_as_device, answer_to, register):
    other = register("other")
    message_id = ask()["MessageId"]
    own = f"/sys/{{own}}/rrpc/response/{message_id}"
    publish_as_device(own, b"of another", other)
    publish_as_device(f"/sys/{{own}}/rrpc/response/{message_id + 1}", b"to another")
    publish_as_device("/sys/{own}/rrpc/response/x", b"to nothing")
    publish_as_device(f"/ext/rrpc/{message_id}/{{own}}/user/get", b"elsewhere")
    assert answer_to(message_id) is None
    publish_as_device(own, b"mine")
    assert answer_to(message_id) == b"mine"


def test_answers_on_topics_of_ones_own(device, key, ask, publish_as_device, answer_to):
    message_id = ask(Topic=f"/{key}/lamp/user/get")["MessageId"]
    publish_as_device(f"/ext/rrpc/{message_id}/{{own}}/user/update", b"elsewhere")
    publish_as_device(f"/sys/{{own}}/rrpc/response/{message_id}", b"elsewhere")
    assert answer_to(message_id) is None
    publish_as_device(f"/ext/rrpc/{message_id}/{{own}}/user/get", b"mine")
    assert answer_to(message_id) == b"mine"
