# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages per second that one consumer of a group receives over AMQP and acknowledges.

The minimal client uses little CPU: it reads only as much of each frame as it needs.
"""

from __future__ import annotations

import asyncio
import time

from ..amqp_client import credentials

DEVICES = 10_000
ROUNDS = 3
MIN_RATE = 5000  # messages per second

CREDIT = 1000
WINDOW = 2**31 - 1
NULL, TRUE, ZERO, EMPTY_LIST = b"\x40", b"\x41", b"\x43", b"\x45"
OPEN, BEGIN, ATTACH, FLOW, TRANSFER, DISPOSITION = range(0x10, 0x16)
SASL_INIT, SASL_OUTCOME, SOURCE, TARGET, ACCEPTED = 0x41, 0x44, 0x28, 0x29, 0x24


def uint(number: int) -> bytes:
    """Return an unsigned number of AMQP."""
    return b"\x70" + number.to_bytes(4, "big")


def text(value: str) -> bytes:
    """Return a string of AMQP of up to 255 bytes."""
    return bytes([0xA1, len(value)]) + value.encode()


def composite(descriptor: int, *fields: bytes) -> bytes:
    """Return a described list of AMQP."""
    if not fields:
        return bytes([0, 0x53, descriptor]) + EMPTY_LIST
    content = len(fields).to_bytes(4, "big") + b"".join(fields)
    return bytes([0, 0x53, descriptor, 0xD0]) + len(content).to_bytes(4, "big") + content


def frame(body: bytes, kind: int = 0) -> bytes:
    """Return a frame of AMQP (kind 0) or SASL (kind 1)."""
    return (len(body) + 8).to_bytes(4, "big") + bytes([2, kind, 0, 0]) + body


class Client:
    """A connection with a receiver link."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self.writer = writer

    async def header(self, protocol: int) -> None:
        """Send and receive the header of SASL (3) or AMQP (0)."""
        header = b"AMQP" + bytes([protocol, 1, 0, 0])
        self.writer.write(header)
        assert await self._reader.readexactly(8) == header

    async def next(self) -> tuple[int, bytes]:
        """Return the descriptor and the body of the next frame that is not empty."""
        while True:
            size = int.from_bytes(await self._reader.readexactly(4), "big")
            rest = await self._reader.readexactly(size - 4)
            if size > 8:
                return rest[6], rest[4:]

    async def until(self, descriptor: int) -> bytes:
        """Return the body of the next frame with a descriptor."""
        while True:
            found, body = await self.next()
            if found == descriptor:
                return body

    async def connect(self, username: str, password: str) -> None:
        """Authenticate and open a receiver link without credit."""
        await self.header(3)
        response = f"\0{username}\0{password}".encode()
        init = composite(SASL_INIT, b"\xa3\x05PLAIN", b"\xb0" + len(response).to_bytes(4, "big") + response)
        self.writer.write(frame(init, kind=1))
        assert (await self.until(SASL_OUTCOME)).endswith(b"\x50\x00")
        await self.header(0)
        source, target = composite(SOURCE), composite(TARGET)
        for body in (
            composite(OPEN, text("bench"), text("localhost")),
            composite(BEGIN, NULL, ZERO, uint(WINDOW), uint(WINDOW)),
            composite(ATTACH, text("link"), ZERO, TRUE, NULL, NULL, source, target),
        ):
            self.writer.write(frame(body))
        await self.until(ATTACH)

    async def consume(self, count: int) -> float:
        """Receive and acknowledge messages, half of the credit at a time, and return the seconds."""
        started = time.perf_counter()
        acknowledged = 0
        self._flow(0)
        for number in range(1, count + 1):
            await self.until(TRANSFER)
            if number - acknowledged >= CREDIT // 2 or number == count:
                state = composite(ACCEPTED)
                body = composite(DISPOSITION, TRUE, uint(acknowledged), uint(number - 1), TRUE, state)
                self.writer.write(frame(body))
                acknowledged = number
                self._flow(number)
        return time.perf_counter() - started

    def _flow(self, received: int) -> None:
        window = (uint(received), uint(WINDOW), ZERO, uint(WINDOW))
        self.writer.write(frame(composite(FLOW, *window, ZERO, uint(received), uint(CREDIT))))


async def consume(address: str, group: str, count: int) -> float:
    """Return the messages per second of a new client that receives ``count`` messages."""
    host, port = address.split(":")
    client = Client(*await asyncio.open_connection(host, int(port)))
    await client.connect(*credentials(group))
    seconds = await client.consume(count)
    client.writer.close()
    return count / seconds


def bench_amqp_consumer(launch, table):
    server = launch("--no-throttle", "--amqp-port", "0")
    groups = [server.call("CreateConsumerGroup", GroupName=f"bench{number}")[1]["GroupId"] for number in range(ROUNDS)]
    key = server.call("CreateProduct", ProductName="bench", NodeType=0)[1]["ProductKey"]
    flags = {"DeviceLifeCycleFlag": True, "DeviceStatusChangeFlag": True}
    server.call("CreateSubscribeRelation", ProductKey=key, Type="AMQP", ConsumerGroupIds=groups, **flags)
    for start in range(0, DEVICES, 1000):
        names = [f"lamp{number}" for number in range(start, start + 1000)]
        server.control("POST", "devices", {"product": key, "names": names, "online": True})
    rates = []
    for group in groups:
        count = server.call("QueryConsumerGroupStatus", GroupId=group)[1]["AccumulationCount"]
        assert count == 2 * DEVICES
        rates.append(asyncio.run(consume(server.amqp, group, count)))
        status = server.call("QueryConsumerGroupStatus", GroupId=group)[1]
        assert (status["AccumulationCount"], status["ConsumerSpeed"]) == (0, count)
    table(
        f"One consumer over AMQP, {2 * DEVICES} messages, {ROUNDS} rounds",
        ("round", "messages per second, each acknowledged"),
        [(number, f"{rate:.0f}") for number, rate in enumerate(rates, 1)],
    )
    assert max(rates) >= MIN_RATE
