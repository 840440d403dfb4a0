# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A minimal AMQP client and its credentials, written from the vendor's documentation and the specification."""

from __future__ import annotations

import asyncio
import base64
import hmac
import importlib.util
import os
import time
from typing import Any

import pytest

from .conftest import KEY

#: Hash functions by signature method.
METHODS = {"hmacmd5": "md5", "hmacsha1": "sha1", "hmacsha256": "sha256"}


CREDIT = 1000
WINDOW = 2**31 - 1
NULL, TRUE, ZERO, EMPTY_LIST = b"\x40", b"\x41", b"\x43", b"\x45"
OPEN, BEGIN, ATTACH, FLOW, TRANSFER, DISPOSITION = range(0x10, 0x16)
CLOSE = 0x18
SASL_INIT, SASL_OUTCOME, SOURCE, TARGET, ACCEPTED = 0x41, 0x44, 0x28, 0x29, 0x24


def credentials(
    group: str, client: str = "client", *, secret: str = KEY, age: float = 0, **options: Any
) -> tuple[str, str]:
    """Return the user name and the password of a client of a consumer group.

    Args:
        group: The id of the consumer group.
        client: The id of the client.
        secret: The secret of the AccessKey.
        age: How old the timestamp is, in seconds.
        options: Options of the user name that differ from the defaults; None for one that is omitted.
    """
    values = {
        "authMode": "aksign",
        "signMethod": "hmacsha1",
        "timestamp": str(int((time.time() - age) * 1000)),
        "authId": KEY,
        "iotInstanceId": "",
        "consumerGroupId": group,
        **options,
    }
    signed = {name: values[name] for name in ("authId", "securityToken", "timestamp") if name in values}
    content = "&".join(f"{name}={value}" for name, value in signed.items())
    digest = hmac.digest(secret.encode(), content.encode(), METHODS.get(str(values["signMethod"]).lower(), "sha1"))
    text = ",".join(f"{name}={value}" for name, value in values.items() if value is not None)
    return f"{client}|{text}|", base64.b64encode(digest).decode()


def require_proton() -> None:
    """Skip the test if the library of the AMQP endpoint is not installed, or fail it in CI."""
    if importlib.util.find_spec("proton") is None:
        stop = pytest.fail if os.environ.get("CI", "").lower() not in ("", "0", "false") else pytest.skip
        stop("python-qpid-proton is not installed: run make setup with a C compiler")


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


class MinimalClient:
    """A connection with a receiver link.

    It uses little CPU, because it reads only as much of each frame as it needs.
    """

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
            if found == CLOSE:
                self.writer.write(frame(composite(CLOSE)))
                self.writer.close()
                raise ConnectionRefusedError(body.decode(errors="replace"))

    @classmethod
    async def connect(cls, address: str, username: str, password: str) -> MinimalClient:
        """Connect to an emulator, authenticate, and open a receiver link without credit.

        Raises:
            ConnectionRefusedError: The emulator closes the connection.
        """
        host, port = address.split(":")
        client = cls(*await asyncio.open_connection(host, int(port)))
        await client._open(username, password)
        return client

    async def _open(self, username: str, password: str) -> None:
        await self.header(3)
        response = f"\0{username}\0{password}".encode()
        init = composite(SASL_INIT, b"\xa3\x05PLAIN", b"\xb0" + len(response).to_bytes(4, "big") + response)
        self.writer.write(frame(init, kind=1))
        if not (await self.until(SASL_OUTCOME)).endswith(b"\x50\x00"):
            raise ConnectionRefusedError("the credentials are not accepted")
        await self.header(0)
        source, target = composite(SOURCE), composite(TARGET)
        for body in (
            composite(OPEN, text("minimal"), text("localhost")),
            composite(BEGIN, NULL, ZERO, uint(WINDOW), uint(WINDOW)),
            composite(ATTACH, text("link"), ZERO, TRUE, NULL, NULL, source, target),
        ):
            self.writer.write(frame(body))
        await self.until(ATTACH)

    async def consume(self, count: int) -> float:
        """Receive and acknowledge messages, half of the credit at a time, and return the seconds."""
        started = time.perf_counter()
        acknowledged = 0
        self.grant_credit(0)
        for number in range(1, count + 1):
            await self.receive()
            if number - acknowledged >= CREDIT // 2 or number == count:
                self.acknowledge(acknowledged, number)
                acknowledged = number
                self.grant_credit(number)
        return time.perf_counter() - started

    async def receive(self) -> bytes:
        """Return the next frame with a message."""
        return await self.until(TRANSFER)

    def acknowledge(self, start: int, end: int) -> None:
        """Accept the messages with the numbers from ``start`` (from 0) to before ``end``."""
        body = composite(DISPOSITION, TRUE, uint(start), uint(end - 1), TRUE, composite(ACCEPTED))
        self.writer.write(frame(body))

    def grant_credit(self, received: int) -> None:
        """Grant credit for the messages after the first ``received`` ones."""
        window = (uint(received), uint(WINDOW), ZERO, uint(WINDOW))
        self.writer.write(frame(composite(FLOW, *window, ZERO, uint(received), uint(CREDIT))))
