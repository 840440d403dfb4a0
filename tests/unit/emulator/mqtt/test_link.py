# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of one connection without a network: activity and delivery of messages."""

from __future__ import annotations

import asyncio

import pytest

from ansible_collections.iotops.aliyun.emulator.mqtt import link as link_module
from ansible_collections.iotops.aliyun.emulator.outbox import downlink

TOPIC = "/sys/a1/lamp/thing/test"


@pytest.fixture
def send(platform, device):
    """Add messages to the outbox of the device."""

    def send(*texts: str, qos: int = 0) -> None:
        for text in texts:
            platform.run(lambda ctx, text=text: downlink.send(ctx, device, TOPIC, text, qos))

    return send


@pytest.fixture
def pending(platform, device):
    """Return the payloads in the outbox."""

    def pending() -> list[bytes]:
        rows = platform.run(lambda ctx: downlink.pending_messages(ctx, device["iot_id"], limit=-1))
        return [row["payload"] for row in rows]

    return pending


def run(platform, scenario) -> None:
    """Run a scenario with a link, and wait until all tasks of the link have ended."""

    async def main() -> None:
        before = asyncio.all_tasks()
        await scenario(link_module.Link(platform, "10.0.0.1", lambda: None))
        while asyncio.all_tasks() - before:
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(main(), 5))


class Client:
    """A client that receives messages and acknowledges them, or raises an error."""

    def __init__(self, error: type[Exception] | None = None):
        self.got = []
        self.error = error

    async def __call__(self, topic, payload, qos, properties):
        assert topic == TOPIC
        self.got.append((payload, qos))
        await asyncio.sleep(0)
        if qos and self.error:
            raise self.error


def test_messages_are_sent_in_order_and_removed(platform, device, send, pending):
    client = Client()
    send("a", "b")
    send("c", qos=1)

    async def scenario(link):
        link.open(client)
        link.deliver(device["iot_id"])

    run(platform, scenario)
    assert client.got == [(b"a", 0), (b"b", 0), (b"c", 1)]
    assert pending() == []


def test_messages_before_open_are_sent_after_open(platform, device, send):
    client = Client()
    send("a")

    async def scenario(link):
        link.deliver(device["iot_id"])
        await asyncio.sleep(0)
        assert client.got == []
        link.open(client)

    run(platform, scenario)
    assert client.got == [(b"a", 0)]


def test_messages_without_acknowledgement_stay_in_outbox(platform, device, send, pending):
    client = Client(TimeoutError)
    send("a", qos=1)

    async def scenario(link):
        link.open(client)
        link.deliver(device["iot_id"])
        await asyncio.sleep(0.01)
        send("b", qos=1)
        link.deliver(device["iot_id"])

    run(platform, scenario)
    assert client.got == [(b"a", 1), (b"b", 1)]
    assert pending() == [b"a", b"b"]


def test_messages_above_batch_size_are_sent(platform, device, send, pending):
    texts = [str(number) for number in range(250)]
    client = Client()
    send(*texts, qos=1)

    async def scenario(link):
        link.open(client)
        link.deliver(device["iot_id"])

    run(platform, scenario)
    assert [payload.decode() for payload, _qos in client.got] == texts
    assert pending() == []


def test_messages_without_acknowledgement_are_limited_to_100(platform, device, send):
    send(*map(str, range(150)), qos=1)
    acknowledged = asyncio.Event()
    received = []

    async def client(_topic, payload, _qos, _properties):
        received.append(payload)
        await acknowledged.wait()

    async def scenario(link):
        link.open(client)
        link.deliver(device["iot_id"])
        await asyncio.sleep(0.02)
        assert len(received) == 100
        acknowledged.set()

    run(platform, scenario)
    assert len(received) == 150


def test_message_that_cannot_be_sent_is_logged(platform, device, send, caplog):
    send("a")

    async def client(*_values):
        raise RuntimeError("broken")

    async def scenario(link):
        link.open(client)
        link.deliver(device["iot_id"])

    run(platform, scenario)
    assert "could not be sent" in caplog.text


def test_link_without_activity_is_silent(platform):
    async def scenario(link):
        loop = asyncio.get_running_loop()
        moments = [loop.time()]
        loop.time = lambda: moments[0]
        moments[0] += 9.9
        assert not link.is_silent()
        moments[0] += 0.2
        assert link.is_silent()  # the client is not authenticated

        link.iot_id, link.keep_alive = "x", 40
        link.record_activity()
        moments[0] += 59
        assert not link.is_silent()
        link.record_activity()
        moments[0] += 61
        assert link.is_silent()
        link.close()
        assert link.closed
        del loop.time

    run(platform, scenario)


def test_last_message_is_sent_before_close(platform):
    events = []

    async def publish(topic, payload, qos, _properties):
        await asyncio.sleep(0)
        events.append((topic, payload, qos))

    async def scenario(link):
        link._abort = lambda: events.append("ended")
        link.open(publish)
        link.send_and_close(TOPIC, b"goodbye")

    run(platform, scenario)
    assert events == [(TOPIC, b"goodbye", 0), "ended"]


@pytest.mark.parametrize("is_open", [True, False])
def test_last_message_that_cannot_be_sent_closes_connection(platform, is_open):
    ended = []

    async def fail(_topic, _payload, _qos, _properties):
        raise OSError("the client is disconnected")

    async def scenario(link):
        link._abort = lambda: ended.append(link.closed)
        if is_open:
            link.open(fail)
        link.send_and_close(TOPIC, b"goodbye")

    run(platform, scenario)
    assert ended == [True]
