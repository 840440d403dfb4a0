# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices over MQTT: connections and property reports per second, and the memory of the emulator with many devices.

The minimal clients use little CPU.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import resource
import time

from .bench_scale import resident

DEVICES = 400
CONCURRENCY = 16
POSTS = 4000
ROUNDS = 3

MANY_DEVICES = 10_000
MAX_MEMORY = 400  # MiB
_SPARE_FILES = 500  # besides the connections

CONNACK, PUBLISH, SUBACK = 2, 3, 9
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


def allow_open_files(count: int) -> None:
    """Raise the limit of open files for this process and the emulators that it starts."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard >= count, f"the hard limit of open files must be at least {count}: ulimit -Hn {count}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def register_many(server, count: int) -> list[tuple[str, str, str]]:
    """Register devices, and return their product keys, names and secrets."""
    key = server.call("CreateProduct", ProductName="bench", NodeType=0)[1]["ProductKey"]
    devices = []
    for number in range(count):
        device = server.call("RegisterDevice", ProductKey=key, DeviceName=f"lamp{number}")[1]["Data"]
        devices.append((key, device["DeviceName"], device["DeviceSecret"]))
    return devices


async def memory_while_connected(server, devices: list[tuple[str, str, str]]) -> float:
    """Return the memory of the emulator, in MiB, while all devices are connected and each has a subscription."""
    remaining, clients = list(devices), []

    async def work() -> None:
        while remaining:
            product, device, secret = remaining.pop()
            client = await connect(server.mqtt, (product, device, secret))
            topic_filter = text(f"/sys/{product}/{device}/thing/service/property/set")
            client.writer.write(packet(0x82, b"\0\1" + topic_filter + b"\1"))
            await client.next(SUBACK)
            clients.append(client)

    await asyncio.gather(*(work() for _number in range(CONCURRENCY)))
    found = resident(server.pid)
    for client in clients:
        client.writer.transport.abort()
    return found


def bench_mqtt_memory(launch, table):
    allow_open_files(MANY_DEVICES + _SPARE_FILES)
    server = launch("--no-throttle", "--mqtt-port", "0")
    before = resident(server.pid)
    devices = register_many(server, MANY_DEVICES)
    registered = resident(server.pid)
    connected = asyncio.run(memory_while_connected(server, devices))
    table(
        f"Resident memory of the emulator with {MANY_DEVICES} devices over MQTT",
        ("state", "MiB"),
        [
            ("after the start", f"{before:.0f}"),
            ("devices registered", f"{registered:.0f}"),
            ("devices connected", f"{connected:.0f}"),
        ],
    )
    assert connected <= MAX_MEMORY
