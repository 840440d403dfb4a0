# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the protocol of one client, without a network."""

from __future__ import annotations

import asyncio

import pytest

from ansible_collections.iotops.aliyun.emulator.mqtt import client as client_module
from ansible_collections.iotops.aliyun.emulator.mqtt.client import Client, ConnectionRefused
from ansible_collections.iotops.aliyun.emulator.mqtt.codes import Refusal
from ansible_collections.iotops.aliyun.emulator.mqtt.link import Link
from ansible_collections.iotops.aliyun.emulator.mqtt.packets import MQTT_5, MQTT_31, MQTT_311

CONNECT = {
    MQTT_31: b"\x10\x10\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x02id",
    MQTT_311: b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02id",
    MQTT_5: b"\x10\x0f\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x02id",
}
LEVELS = [MQTT_31, MQTT_311, MQTT_5]


class Channel:
    """A channel that collects what is sent."""

    def __init__(self):
        self.sent = b""
        self.closed = False

    def write(self, data):
        self.sent += data

    async def drain(self):
        pass

    def close(self):
        self.closed = True

    def take(self) -> bytes:
        sent, self.sent = self.sent, b""
        return sent


class Listener:
    """A listener that records events. Topics that begin with ``no`` are not allowed."""

    def __init__(self, refusal: Refusal | None = None):
        self.events = []
        self.refusal = refusal

    def connected(self, link, connect):
        if self.refusal:
            raise ConnectionRefused("not here", self.refusal)
        self.events.append(("connected", connect.client_id))
        return True

    def opened(self, link):
        self.events.append(("opened",))

    def received(self, link, message):
        self.events.append(("received", message.topic, message.payload))
        return not message.topic.startswith("no")

    def subscribed(self, link, topic_filter):
        return not topic_filter.startswith("no")

    def unsubscribed(self, link, topic_filters):
        self.events.append(("unsubscribed", *topic_filters))


@pytest.fixture
def scenario(platform):
    """A function that runs a coroutine with a connected client, its channel, its listener and its link."""

    def run(coroutine, level: int = MQTT_311, refusal: Refusal | None = None, throttled: bool = False, connect=None):
        async def main():
            channel, listener = Channel(), Listener(refusal)
            link = Link(platform, "10.0.0.1", lambda: None)
            client = Client(link, channel, listener, throttled)
            client.feed(CONNECT[level] if connect is None else connect)
            await coroutine(client, channel, listener, link)

        asyncio.run(main())

    return run


def subscribe(*filters: str, options: int = 0) -> bytes:
    body = b"\x00\x01" + b"".join(len(one).to_bytes(2, "big") + one.encode() + bytes((options,)) for one in filters)
    return b"\x82" + bytes((len(body),)) + body


@pytest.mark.parametrize("level", LEVELS)
def test_client_of_each_version_connects_and_publishes(scenario, level):
    async def run(client, channel, listener, link):
        sent = channel.take()
        assert sent[:4] == {MQTT_31: b"\x20\x02\x00\x00", MQTT_311: b"\x20\x02\x01\x00"}.get(level, sent[:4])
        assert sent[3] == 0
        properties = b"\x00" if level == MQTT_5 else b""
        client.feed(b"\x32" + bytes((6 + len(properties),)) + b"\x00\x01t\x00\x07" + properties + b"x")
        assert channel.take() == b"\x40\x02\x00\x07"
        assert listener.events == [("connected", "id"), ("opened",), ("received", "t", b"x")]
        client.feed(b"\xc0\x00")
        assert channel.take() == b"\xd0\x00"
        client.feed(b"\xe0\x00")
        assert link.client_disconnected
        assert channel.closed

    scenario(run, level)


@pytest.mark.parametrize("refusal", list(Refusal))
@pytest.mark.parametrize("level", LEVELS)
def test_refused_client_receives_the_code_of_its_version(scenario, level, refusal):
    async def run(client, channel, listener, link):
        assert channel.sent[3] == refusal.code(level)
        assert channel.closed
        client.feed(b"\x30\x03\x00\x01t")
        assert listener.events == []

    scenario(run, level, refusal)


@pytest.mark.parametrize(
    ("connect", "answer"),
    [
        (b"\x10\x0e\x00\x04MQTT\x06\x02\x00\x3c\x00\x02id", b"\x20\x03\x00\x84\x00"),
        (b"\x10\x0e\x00\x04MQTT\x02\x02\x00\x3c\x00\x02id", b"\x20\x02\x00\x01"),
        (b"\x10\x0e\x00\x04HTTP\x04\x02\x00\x3c\x00\x02id", b""),
        (b"\x30\x03\x00\x01t", b""),
    ],
    ids=["newer", "older", "other protocol", "no CONNECT"],
)
def test_client_that_does_not_connect_as_specified_is_disconnected(scenario, connect, answer):
    async def run(client, channel, listener, link):
        assert (channel.sent, channel.closed, listener.events) == (answer, True, [])

    scenario(run, connect=connect)


@pytest.mark.parametrize(
    "data",
    [
        CONNECT[MQTT_311],
        b"\x34\x05\x00\x01t\x00\x07",  # QoS 2
        b"\x36\x05\x00\x01t\x00\x07",  # QoS 3
        b"\x62\x02\x00\x07",  # PUBREL
        b"\xf0\x00",  # AUTH
        b"\x83\x02\x00\x07",  # flags
        b"\x30\xff\xff\xff\x7f",  # 256 MB
    ],
    ids=["second CONNECT", "QoS 2", "QoS 3", "PUBREL", "AUTH", "flags", "size"],
)
@pytest.mark.parametrize("level", [MQTT_311, MQTT_5])
def test_client_that_violates_the_protocol_is_disconnected(scenario, level, data):
    async def run(client, channel, listener, link):
        channel.take()
        before = len(listener.events)
        if level == MQTT_5 and data[0] >> 4 == 3 and len(data) == 7:
            client.feed(data[:1] + b"\x06" + data[2:] + b"\x00")
        else:
            client.feed(data)
        assert channel.closed
        assert link.closed
        assert channel.sent[:1] == (b"\xe0" if level == MQTT_5 else b"")
        assert len(listener.events) == before

    scenario(run, level)


def test_message_above_limit_has_no_effect(scenario):
    async def run(client, channel, listener, link):
        size = client_module.MAX_PAYLOAD + 3
        for extra, is_processed in ((0, True), (1, False)):
            length = (size + extra).to_bytes(3, "big")
            number = int.from_bytes(length, "big")
            encoded = bytes((number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14))
            client.feed(b"\x30" + encoded + b"\x00\x01t" + b"x" * (size - 3 + extra))
            assert (listener.events[-1][0] == "received") is is_processed
            listener.events.append(("end",))
        assert channel.closed

    scenario(run)


@pytest.mark.parametrize(("level", "refused"), [(MQTT_311, 0x80), (MQTT_5, 0x87)])
def test_subscriptions_are_granted_up_to_qos_1(scenario, level, refused):
    async def run(client, channel, listener, link):
        channel.take()
        properties = b"\x00" if level == MQTT_5 else b""
        body = b"\x00\x01" + properties + b"\x00\x01a\x00\x00\x01b\x02\x00\x02no\x01"
        client.feed(b"\x82" + bytes((len(body),)) + body)
        assert channel.take()[-3:] == bytes((0, 1, refused))

    scenario(run, level)


def test_subscriptions_are_limited(scenario):
    async def run(client, channel, listener, link):
        channel.take()
        client.feed(subscribe(*(f"n{number}" for number in range(9))))
        assert channel.take()[4:] == b"\x80" * 9
        for number in range(0, 96, 8):
            client.feed(subscribe(*(f"t{number + one}" for one in range(8))))
            assert channel.take()[4:] == b"\0" * 8
        client.feed(subscribe("a", "b", "c", "d", "e"))
        assert channel.take()[4:] == b"\0" * 4 + b"\x80"
        client.feed(subscribe("a"))
        assert channel.take()[4:] == b"\0"
        client.feed(b"\xa2\x05\x00\x01\x00\x01a")
        assert channel.take() == b"\xb0\x02\x00\x01"
        client.feed(subscribe("e"))
        assert channel.take()[4:] == b"\0"

    scenario(run)


@pytest.mark.parametrize("throttled", [True, False])
@pytest.mark.parametrize("level", [MQTT_311, MQTT_5])
def test_messages_with_qos_1_are_limited_per_second(scenario, monkeypatch, level, throttled):
    seconds = [100.0]
    monkeypatch.setattr(client_module.time, "monotonic", lambda: seconds[0])
    properties = b"\x00" if level == MQTT_5 else b""
    message = b"\x32" + bytes((5 + len(properties),)) + b"\x00\x01t\x00\x07" + properties

    async def run(client, channel, listener, link):
        channel.take()
        client.feed(message * 12)
        received = [event for event in listener.events if event[0] == "received"]
        assert len(received) == (10 if throttled else 12)
        accepted = b"\x40\x02\x00\x07" * len(received)
        refused = b"\x40\x04\x00\x07\x97\x00" * (12 - len(received)) if level == MQTT_5 else b""
        assert channel.take() == accepted + refused
        seconds[0] += 1
        client.feed(message)
        assert channel.take() == b"\x40\x02\x00\x07"

    scenario(run, level, throttled=throttled)


def test_message_with_qos_1_is_sent_until_it_is_acknowledged(scenario):
    async def run(client, channel, listener, link):
        channel.take()
        task = asyncio.create_task(client.publish("t", b"x", 1))
        await asyncio.sleep(0)
        assert channel.take() == b"\x32\x06\x00\x01t\x00\x01x"
        assert not task.done()
        client.feed(b"\x40\x02\x00\x09")
        client.feed(b"\x40\x02\x00\x01")
        await asyncio.wait_for(task, 1)

    scenario(run)


def test_messages_with_qos_1_respect_receive_maximum(scenario):
    connect = b"\x10\x12\x00\x04MQTT\x05\x02\x00\x3c\x03\x21\x00\x01\x00\x02id"

    async def run(client, channel, listener, link):
        channel.take()
        tasks = [asyncio.create_task(client.publish("t", b"", 1)) for _number in range(2)]
        await asyncio.sleep(0.01)
        assert channel.take() == b"\x32\x06\x00\x01t\x00\x01\x00"
        client.feed(b"\x40\x02\x00\x01")
        await asyncio.sleep(0.01)
        assert channel.take() == b"\x32\x06\x00\x01t\x00\x02\x00"
        client.ended()
        await asyncio.wait(tasks, timeout=1)
        assert all(task.done() for task in tasks)

    scenario(run, connect=connect)


def test_properties_are_sent_to_clients_of_mqtt_5_only(scenario):
    for level, expected in ((MQTT_311, b"\x30\x04\x00\x01tx"), (MQTT_5, b"\x30\x09\x00\x01t\x04\x03\x00\x01cx")):

        async def run(client, channel, listener, link, expected=expected):
            channel.take()
            await client.publish("t", b"x", 0, {"content_type": "c"})
            assert channel.take() == expected

        scenario(run, level)
