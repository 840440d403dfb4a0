# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What devices publish: how it finds its handler, is answered, and reaches others."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.outbox import trace
from ansible_collections.iotops.aliyun.emulator.routing import uplink


@pytest.fixture
def handlers(monkeypatch, platform):
    """Declare handlers in place of the platform's own, which making it has declared."""
    monkeypatch.setattr(uplink, "_HANDLERS", uplink.Patterns())
    return uplink.uplink


@pytest.fixture
def heard(handlers):
    """What a handler of ``/sys/{pk}/{dn}/thing/test/{what}`` was called with."""
    calls = []

    @handlers("/sys/{pk}/{dn}/thing/test/{what}")
    def handle(ctx, device, match, message):
        calls.append((device["device_name"], match, message))
        return {"length": len(message)}

    return calls


def test_a_message_finds_its_handler_and_is_answered(heard, publish_as_device, outbox):
    message = {"id": "7", "version": "1.1", "params": 1, "method": "thing.test.it"}
    message_id = publish_as_device("/sys/{own}/thing/test/it", message)
    ((name, match, content),) = heard
    assert (name, content) == ("lamp", message)
    assert match["what"] == "it"
    assert match["message_id"] == str(message_id)
    assert match["topic"].endswith("/lamp/thing/test/it")
    reply = {"code": 200, "data": {"length": 4}, "id": "7", "message": "success", "method": "thing.test.it"}
    assert outbox() == [("/sys/{own}/thing/test/it_reply", {**reply, "version": "1.1"})]


def test_what_a_device_leaves_out_the_reply_makes_up(heard, publish_as_device, outbox):
    publish_as_device("/sys/{own}/thing/test/it", {})
    ((_topic, reply),) = outbox()
    assert (reply["id"], reply["method"], reply["version"]) == ("", "thing.test.it", "1.0")


def test_a_device_can_do_without_replies(heard, publish_as_device, outbox):
    publish_as_device("/sys/{own}/thing/test/it", {"id": "1", "sys": {"ack": 0}})
    assert outbox() == []
    publish_as_device("/sys/{own}/thing/test/it", {"id": "1", "sys": {"ack": 1}})
    assert len(outbox()) == 1


def test_a_refusal_is_the_reply(handlers, publish_as_device, outbox):
    @handlers("/sys/{pk}/{dn}/thing/test")
    def handle(ctx, device, match, message):
        raise uplink.MessageRejected(6203, "no such thing")

    publish_as_device("/sys/{own}/thing/test", {"id": "1"})
    ((_topic, reply),) = outbox()
    assert (reply["code"], reply["message"], reply["data"]) == (6203, "no such thing", {})


@pytest.mark.parametrize("content", [b"no json", b"[1]", b"\xff", b'{"a": NaN}'])
def test_what_is_no_json_object_is_refused(heard, publish_as_device, outbox, content):
    publish_as_device("/sys/{own}/thing/test/it", content)
    assert heard == []
    ((_topic, reply),) = outbox()
    assert (reply["code"], reply["message"]) == (460, "request parameter error")


def test_a_handler_without_replies(handlers, publish_as_device, outbox):
    calls = []
    handlers("/test/{pk}/{dn}", reply=False)(lambda ctx, device, match, message: calls.append(message))
    publish_as_device("/test/{own}", {"a": 1})
    publish_as_device("/test/{own}", b"no json")
    assert calls == [{"a": 1}]
    assert outbox() == []


def test_a_handler_of_bytes(handlers, publish_as_device, outbox):
    calls = []
    handlers("/test/{pk}/{dn}", raw=True)(lambda ctx, device, match, message: calls.append(message))
    publish_as_device("/test/{own}", b"\xff")
    assert calls == [b"\xff"]
    assert outbox() == []


def test_the_topics_of_another_device_mean_nothing(heard, publish_as_device, outbox, register):
    other = register("other")
    publish_as_device("/sys/{own}/thing/test/it".replace("{own}", f"{other['product_key']}/other"), {"id": "1"})
    assert heard == []
    assert outbox() == outbox(other) == []


def test_a_topic_has_one_handler(heard, handlers):
    with pytest.raises(ValueError, match="two meanings"):
        handlers("/sys/{pk}/{dn}/thing/test/{what}")(print)


def test_every_message_is_kept(platform, publish_as_device):
    first = publish_as_device("/nothing/at/all", b"\xff\x00")
    second = publish_as_device("/sys/{own}/thing/event/property/post", {"params": {"level": 1}})
    assert second > first
    row = platform.run(lambda ctx: trace.find_message(ctx, first))
    assert (row["topic"], payloads.from_columns(row)) == ("/nothing/at/all", b"\xff\x00")
    assert platform.run(lambda ctx: trace.find_message(ctx, second))["is_base64"] == 0


def test_a_custom_message_reaches_who_subscribes(publish_as_device, key, subscribed):
    messages = subscribed(key)
    publish_as_device("/{own}/user/update", b"\xff")
    assert messages() == [(f"/{key}/lamp/user/update", b"\xff")]


@pytest.mark.parametrize("topic", ["/{own}/user/get", "/{own}/user/nothing", "/{own}/nothing"])
def test_a_topic_that_is_not_to_be_published_on(publish_as_device, key, subscribed, topic):
    messages = subscribed(key)
    publish_as_device(topic, {"a": 1})
    assert messages() == []


def test_routes_lead_to_other_devices(api, publish_as_device, key, register, outbox):
    other = register("other")
    own, others = f"/{key}/lamp/user/update", f"/{key}/other/user/get"
    api("CreateTopicRouteTable", SrcTopic=own, DstTopic=[others])
    api("SubscribeTopic", ProductKey=key, DeviceName="other", Topic=[others])
    publish_as_device("/{own}/user/update", b"hello")
    assert outbox(other) == [("/{own}/user/get", b"hello")]


def test_a_route_to_a_device_that_does_not_listen(api, publish_as_device, key, register, outbox):
    other = register("other")
    api("CreateTopicRouteTable", SrcTopic=f"/{key}/lamp/user/update", DstTopic=[f"/{key}/other/user/get"])
    publish_as_device("/{own}/user/update", b"hello")
    assert outbox(other) == []


def test_what_a_device_did_goes_with_it(platform, api, device, publish_as_device, report):
    report(level=1, nothing=2)
    publish_as_device("/sys/{own}/thing/event/hello/post", {"params": {"value": {}}})
    api("SetDeviceProperty", IotId=device["iot_id"], Items='{"level": 1}')
    api("SetDeviceDesiredProperty", IotId=device["iot_id"], Items='{"level": 1}', Versions="{}")
    tables = ("message", "outbox", "property_value", "property_status", "event_record", "service_record")
    tables += ("desired_property",)
    assert all(platform.store.count(table) for table in tables)
    api("DeleteDevice", IotId=device["iot_id"])
    assert not any(platform.store.count(table) for table in tables)
