# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One connection, without a network: silence, and messages on their way."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from ansible_collections.iotops.aliyun.emulator.mqtt import link as module
from ansible_collections.iotops.aliyun.emulator.outbox import downlink

TOPIC = "/sys/a1/lamp/thing/test"


class Writer:
    """What a link knows of its connection."""

    def __init__(self):
        self.transport = SimpleNamespace(abort=lambda: self.ended.append(True))
        self.ended = []

    def get_extra_info(self, name):
        return ("10.0.0.1", 4711) if name == "peername" else None


@pytest.fixture
def send(platform, device):
    """Put messages for the device into its outbox."""

    def send(*texts: str, qos: int = 0) -> None:
        for text in texts:
            platform.run(lambda ctx, text=text: downlink.send(ctx, device, TOPIC, text, qos))

    return send


@pytest.fixture
def waiting(platform, device):
    """What is left in the outbox."""

    def waiting() -> list[bytes]:
        rows = platform.run(lambda ctx: downlink.pending_messages(ctx, device["iot_id"], most=-1))
        return [row["payload"] for row in rows]

    return waiting


def run(platform, scenario) -> None:
    """Run a scenario on a link that is open, and what the link began."""

    async def main() -> None:
        before = asyncio.all_tasks()
        await scenario(module.Link(platform, Writer()))
        while asyncio.all_tasks() - before:
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(main(), 5))


class Client:
    """Takes messages and acknowledges them, or not."""

    def __init__(self, error: type[Exception] | None = None):
        self.got = []
        self.error = error

    async def __call__(self, topic, payload, qos):
        assert topic == TOPIC
        self.got.append((payload, qos))
        await asyncio.sleep(0)
        if qos and self.error:
            raise self.error


def test_messages_go_out_in_their_order_and_are_gone(platform, device, send, waiting):
    client = Client()
    send("a", "b")
    send("c", qos=1)

    async def scenario(link):
        link.open(client)
        link.deliver(device["iot_id"])

    run(platform, scenario)
    assert client.got == [(b"a", 0), (b"b", 0), (b"c", 1)]
    assert waiting() == []


def test_what_comes_up_before_the_client_knows_that_it_is_connected(platform, device, send):
    client = Client()
    send("a")

    async def scenario(link):
        link.deliver(device["iot_id"])
        await asyncio.sleep(0)
        assert client.got == []
        link.open(client)

    run(platform, scenario)
    assert client.got == [(b"a", 0)]


def test_what_is_not_acknowledged_waits_for_the_next_connection(platform, device, send, waiting):
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
    assert waiting() == [b"a", b"b"]


def test_more_than_are_read_at_once(platform, device, send, waiting):
    texts = [str(number) for number in range(250)]
    client = Client()
    send(*texts, qos=1)

    async def scenario(link):
        link.open(client)
        link.deliver(device["iot_id"])

    run(platform, scenario)
    assert [payload.decode() for payload, _qos in client.got] == texts
    assert waiting() == []


def test_no_more_than_a_hundred_wait_to_be_acknowledged(platform, device, send):
    send(*map(str, range(150)), qos=1)
    acknowledged = asyncio.Event()
    got = []

    async def client(_topic, payload, _qos):
        got.append(payload)
        await acknowledged.wait()

    async def scenario(link):
        link.open(client)
        link.deliver(device["iot_id"])
        await asyncio.sleep(0.02)
        assert len(got) == 100
        acknowledged.set()

    run(platform, scenario)
    assert len(got) == 150


def test_a_message_that_cannot_be_sent_is_told(platform, device, send, caplog):
    send("a")

    async def client(*_values):
        raise RuntimeError("broken")

    async def scenario(link):
        link.open(client)
        link.deliver(device["iot_id"])

    run(platform, scenario)
    assert "could not be sent" in caplog.text


def test_silence(platform):
    async def scenario(link):
        loop = asyncio.get_running_loop()
        moments = [loop.time()]
        loop.time = lambda: moments[0]
        moments[0] += 9.9
        assert not link.is_silent()
        moments[0] += 0.2
        assert link.is_silent()  # nobody has said who it is

        link.iot_id, link.keep_alive = "x", 40
        link.hear()
        moments[0] += 59
        assert not link.is_silent()
        link.hear()
        moments[0] += 61
        assert link.is_silent()
        link.close()
        assert link.closed
        del loop.time

    run(platform, scenario)


def test_the_last_message_goes_out_before_the_connection_ends(platform):
    happened = []

    async def publish(topic, payload, qos):
        await asyncio.sleep(0)
        happened.append((topic, payload, qos))

    async def scenario(link):
        link._transport.abort = lambda: happened.append("ended")
        link.open(publish)
        link.part(TOPIC, b"goodbye")

    run(platform, scenario)
    assert happened == [(TOPIC, b"goodbye", 0), "ended"]


@pytest.mark.parametrize("is_open", [True, False])
def test_a_last_message_that_cannot_be_sent_keeps_no_connection(platform, is_open):
    ended = []

    async def fail(_topic, _payload, _qos):
        raise OSError("the client is gone")

    async def scenario(link):
        link._transport.abort = lambda: ended.append(link.closed)
        if is_open:
            link.open(fail)
        link.part(TOPIC, b"goodbye")

    run(platform, scenario)
    assert ended == [True]
