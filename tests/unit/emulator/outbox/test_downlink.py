# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages to devices: where they wait, for how long, and who gets them."""

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
def announced(platform):
    """What the listeners for outboxes hear."""
    heard = []
    platform.listeners.add("outbox/", heard.append)
    return heard


@pytest.fixture
def away(platform, register):
    """The row of a device that has been connected and is not any more."""
    device = register("away")
    return platform.run(lambda ctx: connection.disconnect(ctx, device))


def test_a_message_waits_for_the_gateway(platform, device, send, outbox, announced):
    send(device, "/test/{own}", b"\xff\x00")
    send(device, "/test/{own}", {"a": "路"})
    send(device, "/test/{own}", "text")
    assert announced == [f"outbox/{device['iot_id']}"] * 3
    assert outbox() == [("/test/{own}", b"\xff\x00"), ("/test/{own}", {"a": "路"}), ("/test/{own}", b"text")]
    assert platform.store.count("outbox") == 0


def test_the_outbox_is_read_in_pages(platform, device, send):
    for number in range(5):
        send(device, "/test/{own}", str(number))
    first = platform.run(lambda ctx: downlink.pending_messages(ctx, device["iot_id"], 2))
    assert [message["payload"] for message in first] == [b"0", b"1"]
    rest = platform.run(lambda ctx: downlink.pending_messages(ctx, device["iot_id"], 10, after=first[-1]["id"]))
    assert [message["payload"] for message in rest] == [b"2", b"3", b"4"]


def test_ids_go_up_and_untraced_messages_have_none(platform, device, send):
    first, second = send(device, "/test/{own}"), send(device, "/test/{own}")
    assert second > first
    assert send(device, "/test/{own}", traced=False) == 0
    assert platform.store.count("message") == 2


def test_a_command_has_its_id_in_it(platform, device, outbox):
    message_id = platform.run(lambda ctx: downlink.send_command(ctx, device, "/test", "test.it", {"a": 1}))
    message = {"method": "test.it", "id": str(message_id), "params": {"a": 1}, "version": "1.0.0"}
    assert outbox() == [("/test", message)]


def test_offline_only_qos_1_waits(platform, away, send, outbox, announced):
    send(away, "/test/{own}", b"lost", 0)
    send(away, "/test/{own}", b"kept", 1)
    assert announced == []
    platform.run(lambda ctx: connection.connect(ctx, away, "10.0.0.1"))
    assert announced == [f"outbox/{away['iot_id']}"]
    assert outbox(away) == [("/test/{own}", b"kept")]


def test_qos_1_waits_for_seven_days(platform, away, send, outbox, register):
    send(away, "/test/{own}", b"kept", 1)
    platform.clock.advance(7 * DAY - 5)
    assert len(platform.run(lambda ctx: downlink.pending_messages(ctx, away["iot_id"]))) == 1
    platform.clock.advance(5)
    assert outbox(away) == []
    send(register("another"), "/test/{own}")
    assert platform.store.count("outbox", iot_id=away["iot_id"]) == 0


def test_a_message_can_wait_for_less(platform, away, send, outbox):
    send(away, "/test/{own}", b"kept", 1, properties={"MessageExpiryInterval": 60})
    platform.clock.advance(59)
    (message,) = platform.run(lambda ctx: downlink.pending_messages(ctx, away["iot_id"]))
    assert message["properties"] == '{"MessageExpiryInterval":60}'
    platform.clock.advance(1)
    assert outbox(away) == []


def test_qos_0_does_not_outlive_the_connection(platform, device, send, outbox):
    send(device, "/test/{own}", b"lost", 0)
    send(device, "/test/{own}", b"kept", 1)
    platform.run(lambda ctx: connection.connect(ctx, connection.disconnect(ctx, device), "10.0.0.1"))
    assert outbox() == [("/test/{own}", b"kept")]


@pytest.mark.parametrize("topic", ["/{own}/user/get", "/broadcast/{own}"])
def test_some_topics_must_be_subscribed_to(platform, device, send, outbox, topic):
    whole = topic.format(own=f"{device['product_key']}/lamp")
    send(device, topic)
    assert outbox() == []
    platform.run(lambda ctx: downlink.subscribe(ctx, device, whole))
    send(device, topic)
    assert len(outbox()) == 1
    platform.run(lambda ctx: downlink.unsubscribe(ctx, device, whole))
    send(device, topic)
    assert outbox() == []


def test_subscriptions_have_wildcards(platform, device, send, outbox):
    own = f"/{device['product_key']}/lamp"
    for pattern in ("/user/+", "/other/#"):
        platform.run(lambda ctx, pattern=pattern: downlink.subscribe(ctx, device, own + pattern))
    send(device, "/{own}/user/get")
    send(device, "/{own}/user/get/more")
    assert [topic for topic, _content in outbox()] == ["/{own}/user/get"]
    platform.run(lambda ctx: downlink.unsubscribe(ctx, device))
    send(device, "/{own}/user/get")
    assert outbox() == []


def test_a_simulated_device_hears_all_of_its_custom_topics(platform, key, simulate):
    simulate(product=key, names=["lamp"])
    device = platform.store.one("device", device_name="lamp")

    def hears(topic: str) -> bool:
        return platform.run(lambda ctx: downlink.is_subscribed(ctx, device, topic))

    assert hears(f"/{key}/lamp/user/get")
    assert not hears(f"/broadcast/{key}/all")
