# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices that connect, and properties that they report, a second. The clients are small: the load costs little."""

from __future__ import annotations

import asyncio
import hmac
import json
import time

DEVICES = 400
AT_ONCE = 16
POSTS = 4000
ROUNDS = 3

CONNACK, PUBLISH = 2, 3
TSL = {
    "properties": [
        {
            "identifier": "level",
            "name": "level",
            "accessMode": "rw",
            "required": False,
            "dataType": {"type": "int", "specs": {"min": "0", "max": "100000", "step": "1"}},
        }
    ]
}


def text(value: str) -> bytes:
    return len(value).to_bytes(2, "big") + value.encode()


def packet(first: int, body: bytes) -> bytes:
    """A packet of MQTT 3.1.1."""
    length, left = bytearray(), len(body)
    while left > 127:
        length.append(left % 128 + 128)
        left //= 128
    length.append(left)
    return bytes([first]) + length + body


def hello(product: str, device: str, secret: str) -> bytes:
    """The CONNECT of a device: clean session, 60 seconds."""
    content = f"clientId7deviceName{device}productKey{product}"
    word = hmac.digest(secret.encode(), content.encode(), "sha1").hex()
    head = text("MQTT") + bytes([4, 0b11000010, 0, 60])
    given = text("7|securemode=3,signmethod=hmacsha1|") + text(f"{device}&{product}") + text(word)
    return packet(0x10, head + given)


class Client:
    """A device's connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self.writer = writer

    async def next(self, kind: int) -> bytes:
        """The body of the next packet of a kind."""
        while True:
            first = (await self._reader.readexactly(1))[0]
            length, shift = 0, 0
            while True:
                byte = (await self._reader.readexactly(1))[0]
                length |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
            body = await self._reader.readexactly(length)
            if first >> 4 == kind:
                return body


async def connect(address: str, credentials: tuple[str, str, str]) -> Client:
    host, port = address.split(":")
    client = Client(*await asyncio.open_connection(host, int(port)))
    client.writer.write(hello(*credentials))
    body = await client.next(CONNACK)
    assert body[1] == 0
    return client


async def connects(address: str, devices: list[tuple[str, str, str]]) -> float:
    """Connections a second, a few at a time; all of them stay until the end."""
    waiting, clients = list(devices), []

    async def work() -> None:
        while waiting:
            clients.append(await connect(address, waiting.pop()))

    started = time.perf_counter()
    await asyncio.gather(*(work() for _number in range(AT_ONCE)))
    seconds = time.perf_counter() - started
    for client in clients:
        client.writer.write(packet(0xE0, b""))
        client.writer.close()
    return len(devices) / seconds


async def posts(address: str, devices: list[tuple[str, str, str]]) -> float:
    """Properties reported and answered a second, QoS 1; each device waits for the answer before it goes on."""
    clients = [await connect(address, credentials) for credentials in devices[:AT_ONCE]]

    async def work(client: Client, product: str, device: str) -> None:
        topic = text(f"/sys/{product}/{device}/thing/event/property/post")
        for number in range(1, POSTS // AT_ONCE + 1):
            message = json.dumps({"id": str(number), "version": "1.0", "params": {"level": number}}).encode()
            client.writer.write(packet(0x32, topic + number.to_bytes(2, "big") + message))
            assert f'"id":"{number}"'.encode() in await client.next(PUBLISH)

    started = time.perf_counter()
    await asyncio.gather(*(work(client, *names[:2]) for client, names in zip(clients, devices, strict=False)))
    seconds = time.perf_counter() - started
    for client in clients:
        client.writer.close()
    return POSTS // AT_ONCE * AT_ONCE / seconds


def bench_devices(launch, table):
    server = launch("--no-throttle", "--mqtt-port", "0")
    kind = {"NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    key = server.call("CreateProduct", ProductName="bench", **kind)[1]["ProductKey"]
    server.call("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(TSL))
    server.call("PublishThingModel", ProductKey=key)
    devices = []
    for number in range(DEVICES):
        name = f"lamp{number}"
        secret = server.call("RegisterDevice", ProductKey=key, DeviceName=name)[1]["Data"]["DeviceSecret"]
        devices.append((key, name, secret))
    best = {
        what: max(asyncio.run(measure(server.mqtt, devices)) for _number in range(ROUNDS))
        for what, measure in (("connections", connects), ("properties reported and answered, QoS 1", posts))
    }
    table(
        f"Devices over MQTT, {AT_ONCE} at once, best of {ROUNDS} rounds ({DEVICES} connections, {POSTS} reports)",
        ("what", "a second"),
        [(what, f"{rate:.0f}") for what, rate in best.items()],
    )
