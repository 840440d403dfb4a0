# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signed requests per second of the emulator, compared with moto's IoT service in the same run.

Each server runs in a separate process and answers a small read over 16 connections. All requests are created in
advance, so that the load generator uses little CPU. The emulator verifies every signature; moto does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ..conftest import signed_query

CONNECTIONS = 16
ROUNDS = 20  # short and alternating, so that other load affects both servers
EMULATOR_REQUESTS = 1000  # per round
MOTO_REQUESTS = 100  # per round
ROUND_TIMEOUT = 60  # seconds

# The text that a successful response of the emulator and of moto contains.
EMULATOR_SUCCESS = b'"Success":true'
MOTO_SUCCESS = b'"things":'

LENGTH = re.compile(rb"\ncontent-length: *(\d+)", re.IGNORECASE)
OK = re.compile(rb"HTTP/1\.[01] 200 ")
CLOSED = re.compile(rb"\nconnection: *close", re.IGNORECASE)

#: The minimum ratio between the emulator and moto.
MIN_RATIO = 8


def free_port() -> int:
    """Return a free TCP port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def emulator_requests(key: str, address: str, count: int) -> list[bytes]:
    """Return requests in signature version 1.0, each with its own nonce."""
    host = f"Host: {address}\r\nContent-Length: 0\r\n\r\n"
    queries = (signed_query("POST", {"Action": "QueryProduct", "ProductKey": key}) for _number in range(count))
    return [f"POST /?{query} HTTP/1.1\r\n{host}".encode() for query in queries]


def moto_requests(address: str, count: int) -> list[bytes]:
    """Return requests in signature version 4, signed by botocore."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("GET", f"http://{address}/things")
    SigV4Auth(Credentials("bench", "bench"), "iot", "us-east-1").add_auth(request)
    headers = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return [f"GET /things HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n".encode()] * count


class Connection(asyncio.Protocol):
    """A connection that sends requests in sequence, and checks each response."""

    def __init__(self, remaining: Iterator[bytes], expected: bytes) -> None:
        self._remaining = remaining
        self._expected = expected
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self.ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, mark, body = self._received.partition(b"\r\n\r\n")
        if not mark or len(body) < int(LENGTH.search(head)[1]):
            return
        self._received = b""
        if not OK.match(head) or self._expected not in body:
            self.ended.set_exception(AssertionError(head + mark + body))
        elif CLOSED.search(head):
            self.ended.set_result(True)  # moto closes the connection after each request
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("connection closed without a response"))

    def _send(self) -> None:
        request = next(self._remaining, None)
        if request is None:
            self.ended.set_result(False)
        else:
            self._transport.write(request)


async def rate(address: str, requests: list[bytes], expected: bytes) -> float:
    """Return the responses per second; each response must contain ``expected``."""
    host, _mark, port = address.partition(":")
    remaining = iter(requests)
    loop = asyncio.get_running_loop()

    async def connections() -> None:
        has_more = True
        while has_more:
            transport, connection = await loop.create_connection(
                lambda: Connection(remaining, expected), host, int(port)
            )
            try:
                has_more = await connection.ended
            finally:
                transport.close()

    started = time.perf_counter()
    async with asyncio.timeout(ROUND_TIMEOUT):
        await asyncio.gather(*(connections() for _number in range(CONNECTIONS)))
    return len(requests) / (time.perf_counter() - started)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def moto() -> Iterator[tuple[str, int]]:
    """Run moto's server on a free port, and yield its address and process ID."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _number in range(300):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                assert process.poll() is None, "moto's server ended"
                time.sleep(0.1)
            yield f"127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


class Server:
    """One of the two servers, with its best round and its CPU time per response."""

    def __init__(self, address: str, pid: int, expected: bytes) -> None:
        self.best = 0.0
        self.responses = 0
        self._address = address
        self._pid = pid
        self._expected = expected
        self._used = cpu_seconds(pid)

    def run(self, requests: list[bytes]) -> None:
        self.best = max(self.best, asyncio.run(rate(self._address, requests, self._expected)))
        self.responses += len(requests)

    def row(self, name: str) -> tuple[str, str, str]:
        cost = (cpu_seconds(self._pid) - self._used) / self.responses * 1000
        return name, f"{self.best:.0f}", f"{cost:.2f}"


def bench_emulator_and_moto(server, table):
    _status, reply = server.call("CreateProduct", ProductName="bench", NodeType=0)
    with moto() as (address, pid):
        asyncio.run(rate(address, moto_requests(address, 100), MOTO_SUCCESS))
        emulator, other = Server(server.address, server.pid, EMULATOR_SUCCESS), Server(address, pid, MOTO_SUCCESS)
        for _number in range(ROUNDS):
            emulator.run(emulator_requests(reply["ProductKey"], server.address, EMULATOR_REQUESTS))
            other.run(moto_requests(address, MOTO_REQUESTS))
        rows = [
            emulator.row("emulator, QueryProduct, V1 verified"),
            other.row("moto, GET /things"),
            ("ratio", f"{emulator.best / other.best:.1f}", ""),
        ]
    head = ("server", "responses per second", "CPU time per response, ms")
    table(f"{CONNECTIONS} connections, best of {ROUNDS} rounds", head, rows)
    assert emulator.best >= MIN_RATIO * other.best
