# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Connections and property reports per second of devices over MQTT. The minimal clients use little CPU."""

from __future__ import annotations

import asyncio
import hmac
import json
import time

DEVICES = 400
CONCURRENCY = 16
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
    """Return a string of MQTT 3.1.1."""
    return len(value).to_bytes(2, "big") + value.encode()


def packet(first: int, body: bytes) -> bytes:
    """Return a packet of MQTT 3.1.1."""
    length, left = bytearray(), len(body)
    while left > 127:
        length.append(left % 128 + 128)
        left //= 128
    length.append(left)
    return bytes([first]) + length + body


def connect_packet(product: str, device: str, secret: str) -> bytes:
    """Return the CONNECT packet of a device: clean session, keep-alive of 60 seconds."""
    content = f"clientId7deviceName{device}productKey{product}"
    password = hmac.digest(secret.encode(), content.encode(), "sha1").hex()
    head = text("MQTT") + bytes([4, 0b11000010, 0, 60])
    payload = text("7|securemode=3,signmethod=hmacsha1|") + text(f"{device}&{product}") + text(password)
    return packet(0x10, head + payload)


class Client:
    """The MQTT connection of a device."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self.writer = writer

    async def next(self, kind: int) -> bytes:
        """Return the body of the next packet of a type; packets of other types are ignored."""
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
    """Connect a device, and return its connection."""
    host, port = address.split(":")
    client = Client(*await asyncio.open_connection(host, int(port)))
    client.writer.write(connect_packet(*credentials))
    body = await client.next(CONNACK)
    assert body[1] == 0
    return client


async def connects(address: str, devices: list[tuple[str, str, str]]) -> float:
    """Return the connections per second with ``CONCURRENCY`` at a time; all stay connected until the end."""
    remaining, clients = list(devices), []

    async def work() -> None:
        while remaining:
            clients.append(await connect(address, remaining.pop()))

    started = time.perf_counter()
    await asyncio.gather(*(work() for _number in range(CONCURRENCY)))
    seconds = time.perf_counter() - started
    for client in clients:
        client.writer.write(packet(0xE0, b""))
        client.writer.close()
    return len(devices) / seconds


async def posts(address: str, devices: list[tuple[str, str, str]]) -> float:
    """Return the answered reports per second (QoS 1); a device waits for each answer before its next report."""
    clients = [await connect(address, credentials) for credentials in devices[:CONCURRENCY]]

    async def work(client: Client, product: str, device: str) -> None:
        topic = text(f"/sys/{product}/{device}/thing/event/property/post")
        for number in range(1, POSTS // CONCURRENCY + 1):
            message = json.dumps({"id": str(number), "version": "1.0", "params": {"level": number}}).encode()
            client.writer.write(packet(0x32, topic + number.to_bytes(2, "big") + message))
            assert f'"id":"{number}"'.encode() in await client.next(PUBLISH)

    started = time.perf_counter()
    await asyncio.gather(*(work(client, *names[:2]) for client, names in zip(clients, devices, strict=False)))
    seconds = time.perf_counter() - started
    for client in clients:
        client.writer.close()
    return POSTS // CONCURRENCY * CONCURRENCY / seconds


def bench_mqtt_devices(launch, table):
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
        name: max(asyncio.run(measure(server.mqtt, devices)) for _number in range(ROUNDS))
        for name, measure in (("connections", connects), ("answered property reports, QoS 1", posts))
    }
    table(
        f"Devices over MQTT, {CONCURRENCY} at a time, best of {ROUNDS} rounds ({DEVICES} connections, {POSTS} reports)",
        ("measurement", "per second"),
        [(name, f"{rate:.0f}") for name, rate in best.items()],
    )
