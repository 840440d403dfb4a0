# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of messages to devices: queueing, expiry and subscriptions."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing import connection

DAY = 24 * 3600


@pytest.fixture
def send(platform):
    """Send a message and return its id."""

    def send(device, topic: str, content=b"hello", qos: int = 0, **options) -> int:
        topic = topic.format(own=f"{device['product_key']}/{device['device_name']}")
        return platform.run(lambda ctx: downlink.send(ctx, device, topic, content, qos, **options))

    return send


@pytest.fixture
def outbox_events(platform):
    """Return the list of published outbox events."""
    received = []
    platform.listeners.add("outbox/", received.append)
    return received


@pytest.fixture
def offline_device(platform, register):
    """Register a device that was connected and is offline, and return its row."""
    device = register("offline")
    return platform.run(lambda ctx: connection.disconnect(ctx, device))


def test_message_to_online_device_is_queued_with_event(platform, device, send, outbox, outbox_events):
    send(device, "/test/{own}", b"\xff\x00")
    send(device, "/test/{own}", {"a": "路"})
    send(device, "/test/{own}", "text")
    assert outbox_events == [f"outbox/{device['iot_id']}"] * 3
    assert outbox() == [("/test/{own}", b"\xff\x00"), ("/test/{own}", {"a": "路"}), ("/test/{own}", b"text")]
    assert platform.store.count("outbox") == 0


def test_pending_messages_are_paged(platform, device, send):
    for number in range(5):
        send(device, "/test/{own}", str(number))
    first = platform.run(lambda ctx: downlink.pending_messages(ctx, device["iot_id"], 2))
    assert [message["payload"] for message in first] == [b"0", b"1"]
    rest = platform.run(lambda ctx: downlink.pending_messages(ctx, device["iot_id"], 10, after=first[-1]["id"]))
    assert [message["payload"] for message in rest] == [b"2", b"3", b"4"]


def test_message_ids_ascend_and_untraced_message_has_none(platform, device, send):
    first, second = send(device, "/test/{own}"), send(device, "/test/{own}")
    assert second > first
    assert send(device, "/test/{own}", traced=False) == 0
    assert platform.store.count("message") == 2


def test_command_contains_message_id(platform, device, outbox):
    message_id = platform.run(lambda ctx: downlink.send_command(ctx, device, "/test", "test.it", {"a": 1}))
    message = {"method": "test.it", "id": str(message_id & 0xFFFFFFFF), "params": {"a": 1}, "version": "1.0.0"}
    assert outbox() == [("/test", message)]


def test_message_to_offline_device_is_queued_only_with_qos_1(platform, offline_device, send, outbox, outbox_events):
    send(offline_device, "/test/{own}", b"lost", 0)
    send(offline_device, "/test/{own}", b"queued", 1)
    assert outbox_events == []
    platform.run(lambda ctx: connection.connect(ctx, offline_device, "10.0.0.1"))
    assert outbox_events == [f"outbox/{offline_device['iot_id']}"]
    assert outbox(offline_device) == [("/test/{own}", b"queued")]


def test_message_with_qos_1_expires_after_seven_days(platform, offline_device, send, outbox, register):
    send(offline_device, "/test/{own}", b"queued", 1)
    platform.clock.advance(7 * DAY - 5)
    assert len(platform.run(lambda ctx: downlink.pending_messages(ctx, offline_device["iot_id"]))) == 1
    platform.clock.advance(5)
    assert outbox(offline_device) == []
    send(register("another"), "/test/{own}")
    assert platform.store.count("outbox", iot_id=offline_device["iot_id"]) == 0


def test_message_with_expiry_interval_expires_earlier(platform, offline_device, send, outbox):
    send(offline_device, "/test/{own}", b"queued", 1, properties={"MessageExpiryInterval": 60})
    platform.clock.advance(59)
    (message,) = platform.run(lambda ctx: downlink.pending_messages(ctx, offline_device["iot_id"]))
    assert message["properties"] == '{"MessageExpiryInterval":60}'
    platform.clock.advance(1)
    assert outbox(offline_device) == []


def test_message_with_qos_0_is_dropped_at_reconnect(platform, device, send, outbox):
    send(device, "/test/{own}", b"lost", 0)
    send(device, "/test/{own}", b"queued", 1)
    platform.run(lambda ctx: connection.connect(ctx, connection.disconnect(ctx, device), "10.0.0.1"))
    assert outbox() == [("/test/{own}", b"queued")]


@pytest.mark.parametrize("topic", ["/{own}/user/get", "/broadcast/{own}"])
def test_custom_and_broadcast_topics_need_subscription(platform, device, send, outbox, topic):
    full_topic = topic.format(own=f"{device['product_key']}/lamp")
    send(device, topic)
    assert outbox() == []
    platform.run(lambda ctx: downlink.subscribe(ctx, device, full_topic))
    send(device, topic)
    assert len(outbox()) == 1
    platform.run(lambda ctx: downlink.unsubscribe(ctx, device, full_topic))
    send(device, topic)
    assert outbox() == []


def test_subscription_with_wildcard_matches_topics(platform, device, send, outbox):
    own = f"/{device['product_key']}/lamp"
    for pattern in ("/user/+", "/other/#"):
        platform.run(lambda ctx, pattern=pattern: downlink.subscribe(ctx, device, own + pattern))
    send(device, "/{own}/user/get")
    send(device, "/{own}/user/get/more")
    assert [topic for topic, _content in outbox()] == ["/{own}/user/get"]
    platform.run(lambda ctx: downlink.unsubscribe(ctx, device))
    send(device, "/{own}/user/get")
    assert outbox() == []


def test_simulated_device_is_subscribed_to_its_custom_topics(platform, key, simulate):
    simulate(product=key, names=["lamp"])
    device = platform.store.one("device", device_name="lamp")

    def is_subscribed(topic: str) -> bool:
        return platform.run(lambda ctx: downlink.is_subscribed(ctx, device, topic))

    assert is_subscribed(f"/{key}/lamp/user/get")
    assert not is_subscribed(f"/broadcast/{key}/all")
