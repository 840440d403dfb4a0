# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of messages from devices: handlers, replies and forwarding."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.outbox import trace
from ansible_collections.iotops.aliyun.emulator.routing import uplink


@pytest.fixture
def handlers(monkeypatch, platform):
    """Return the decorator for handlers, with an empty register instead of the handlers of the services."""
    monkeypatch.setattr(uplink, "_HANDLERS", uplink.Patterns())
    return uplink.uplink


@pytest.fixture
def handled(handlers):
    """Return the list of calls of a handler for ``/sys/{pk}/{dn}/thing/test/{what}``."""
    calls = []

    @handlers("/sys/{pk}/{dn}/thing/test/{what}")
    def handle(ctx, device, match, message):
        calls.append((device["device_name"], match, message))
        return {"length": len(message)}

    return calls


def test_message_is_handled_and_replied(handled, publish_as_device, outbox):
    message = {"id": "7", "version": "1.1", "params": 1, "method": "thing.test.it"}
    message_id = publish_as_device("/sys/{own}/thing/test/it", message)
    ((name, match, content),) = handled
    assert (name, content) == ("lamp", message)
    assert match["what"] == "it"
    assert match["message_id"] == str(message_id)
    assert match["topic"].endswith("/lamp/thing/test/it")
    reply = {"code": 200, "data": {"length": 4}, "id": "7", "message": "success", "method": "thing.test.it"}
    assert outbox() == [("/sys/{own}/thing/test/it_reply", {**reply, "version": "1.1"})]


def test_message_without_members_gets_reply_with_defaults(handled, publish_as_device, outbox):
    publish_as_device("/sys/{own}/thing/test/it", {})
    ((_topic, reply),) = outbox()
    assert (reply["id"], reply["method"], reply["version"]) == ("", "thing.test.it", "1.0")


def test_message_with_ack_0_gets_no_reply(handled, publish_as_device, outbox):
    publish_as_device("/sys/{own}/thing/test/it", {"id": "1", "sys": {"ack": 0}})
    assert outbox() == []
    publish_as_device("/sys/{own}/thing/test/it", {"id": "1", "sys": {"ack": 1}})
    assert len(outbox()) == 1


def test_rejected_message_gets_error_reply(handlers, publish_as_device, outbox):
    @handlers("/sys/{pk}/{dn}/thing/test")
    def handle(ctx, device, match, message):
        raise uplink.MessageRejected(6203, "not found")

    publish_as_device("/sys/{own}/thing/test", {"id": "1"})
    ((_topic, reply),) = outbox()
    assert (reply["code"], reply["message"], reply["data"]) == (6203, "not found", {})


@pytest.mark.parametrize("content", [b"no json", b"[1]", b"\xff", b'{"a": NaN}'])
def test_message_without_json_object_is_rejected(handled, publish_as_device, outbox, content):
    publish_as_device("/sys/{own}/thing/test/it", content)
    assert handled == []
    ((_topic, reply),) = outbox()
    assert (reply["code"], reply["message"]) == (460, "request parameter error")


def test_handler_without_reply_sends_none(handlers, publish_as_device, outbox):
    calls = []
    handlers("/test/{pk}/{dn}", reply=False)(lambda ctx, device, match, message: calls.append(message))
    publish_as_device("/test/{own}", {"a": 1})
    publish_as_device("/test/{own}", b"no json")
    assert calls == [{"a": 1}]
    assert outbox() == []


def test_raw_handler_receives_bytes(handlers, publish_as_device, outbox):
    calls = []
    handlers("/test/{pk}/{dn}", raw=True)(lambda ctx, device, match, message: calls.append(message))
    publish_as_device("/test/{own}", b"\xff")
    assert calls == [b"\xff"]
    assert outbox() == []


def test_message_on_topic_of_other_device_is_ignored(handled, publish_as_device, outbox, register):
    other = register("other")
    publish_as_device("/sys/{own}/thing/test/it".replace("{own}", f"{other['product_key']}/other"), {"id": "1"})
    assert handled == []
    assert outbox() == outbox(other) == []


def test_topic_with_second_handler_is_rejected(handled, handlers):
    with pytest.raises(ValueError, match="defined twice"):
        handlers("/sys/{pk}/{dn}/thing/test/{what}")(print)


def test_every_message_is_recorded(platform, publish_as_device):
    first = publish_as_device("/nothing/at/all", b"\xff\x00")
    second = publish_as_device("/sys/{own}/thing/event/property/post", {"params": {"level": 1}})
    assert second > first
    row = platform.run(lambda ctx: trace.find_message(ctx, first))
    assert (row["topic"], payloads.from_columns(row)) == ("/nothing/at/all", b"\xff\x00")
    assert platform.run(lambda ctx: trace.find_message(ctx, second))["is_base64"] == 0


def test_custom_topic_message_is_forwarded_to_subscriber(publish_as_device, key, subscribe_consumer_group):
    messages = subscribe_consumer_group(key)
    publish_as_device("/{own}/user/update", b"\xff")
    assert messages() == [(f"/{key}/lamp/user/update", b"\xff")]


@pytest.mark.parametrize("topic", ["/{own}/user/get", "/{own}/user/nothing", "/{own}/nothing"])
def test_message_on_topic_without_publish_permission_is_not_forwarded(
    publish_as_device, key, subscribe_consumer_group, topic
):
    messages = subscribe_consumer_group(key)
    publish_as_device(topic, {"a": 1})
    assert messages() == []


def test_topic_route_forwards_to_other_device(api, publish_as_device, key, register, outbox):
    other = register("other")
    own, others = f"/{key}/lamp/user/update", f"/{key}/other/user/get"
    api("CreateTopicRouteTable", SrcTopic=own, DstTopic=[others])
    api("SubscribeTopic", ProductKey=key, DeviceName="other", Topic=[others])
    publish_as_device("/{own}/user/update", b"hello")
    assert outbox(other) == [("/{own}/user/get", b"hello")]


def test_topic_route_to_device_without_subscription_sends_nothing(api, publish_as_device, key, register, outbox):
    other = register("other")
    api("CreateTopicRouteTable", SrcTopic=f"/{key}/lamp/user/update", DstTopic=[f"/{key}/other/user/get"])
    publish_as_device("/{own}/user/update", b"hello")
    assert outbox(other) == []


def test_device_deletion_deletes_its_data(platform, api, device, publish_as_device, report):
    report(level=1, nothing=2)
    publish_as_device("/sys/{own}/thing/event/hello/post", {"params": {"value": {}}})
    api("SetDeviceProperty", IotId=device["iot_id"], Items='{"level": 1}')
    api("SetDeviceDesiredProperty", IotId=device["iot_id"], Items='{"level": 1}', Versions="{}")
    tables = ("message", "outbox", "property_value", "property_status", "event_record", "service_record")
    tables += ("desired_property",)
    assert all(platform.store.count(table) for table in tables)
    api("DeleteDevice", IotId=device["iot_id"])
    assert not any(platform.store.count(table) for table in tables)
