# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signed requests a second of the embedded platform, beside those of moto's IoT service in the same run.

Both answer a small read over 16 connections, each in a process of its own. All requests are written beforehand, so that
the load costs little. The platform verifies every signature; moto does not look at its own.
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
ROUNDS = 20  # short ones, in turn, so that both find a quiet moment of the machine
OURS = 1000
THEIRS = 100
LONGEST = 60  # seconds that a round may take

#: What is in a good answer of either.
SUCCESS = b'"Success":true'
THINGS = b'"things":'

LENGTH = re.compile(rb"\ncontent-length: *(\d+)", re.IGNORECASE)
GOOD = re.compile(rb"HTTP/1\.[01] 200 ")
CLOSED = re.compile(rb"\nconnection: *close", re.IGNORECASE)

#: How many times as fast the embedded platform has to be.
AT_LEAST = 8


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def ours(key: str, address: str, count: int) -> list[bytes]:
    """Requests in signature version 1.0, each with a nonce of its own."""
    host = f"Host: {address}\r\nContent-Length: 0\r\n\r\n"
    queries = (signed_query("POST", {"Action": "QueryProduct", "ProductKey": key}) for _number in range(count))
    return [f"POST /?{query} HTTP/1.1\r\n{host}".encode() for query in queries]


def theirs(address: str, count: int) -> list[bytes]:
    """Requests in signature version 4, by the vendor's own signer."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("GET", f"http://{address}/things")
    SigV4Auth(Credentials("bench", "bench"), "iot", "us-east-1").add_auth(request)
    headers = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return [f"GET /things HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n".encode()] * count


class Connection(asyncio.Protocol):
    """Sends one request after the other, and looks at each answer."""

    def __init__(self, waiting: Iterator[bytes], expected: bytes):
        self._waiting = waiting
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
        if not GOOD.match(head) or self._expected not in body:
            self.ended.set_exception(AssertionError(head + mark + body))
        elif CLOSED.search(head):
            self.ended.set_result(True)  # moto's server has a connection for each request
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("closed without an answer"))

    def _send(self) -> None:
        request = next(self._waiting, None)
        if request is None:
            self.ended.set_result(False)
        else:
            self._transport.write(request)


async def rate(address: str, requests: list[bytes], expected: bytes) -> float:
    """Answers a second, all of them good ones: what is expected is in each."""
    host, _mark, port = address.partition(":")
    waiting = iter(requests)
    loop = asyncio.get_running_loop()

    async def connections() -> None:
        has_more = True
        while has_more:
            transport, connection = await loop.create_connection(lambda: Connection(waiting, expected), host, int(port))
            try:
                has_more = await connection.ended
            finally:
                transport.close()

    started = time.perf_counter()
    async with asyncio.timeout(LONGEST):
        await asyncio.gather(*(connections() for _number in range(CONNECTIONS)))
    return len(requests) / (time.perf_counter() - started)


def used(pid: int) -> float:
    """The processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def moto():
    """moto's server on a free port; its address and its process id."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _number in range(300):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                assert process.poll() is None, "moto's server has ended"
                time.sleep(0.1)
            yield f"127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


class Side:
    """One of the two servers: its best round, and what an answer costs it, the load not counted."""

    def __init__(self, address: str, pid: int, expected: bytes):
        self.best = 0.0
        self.answers = 0
        self._address = address
        self._pid = pid
        self._expected = expected
        self._used = used(pid)

    def run(self, requests: list[bytes]) -> None:
        self.best = max(self.best, asyncio.run(rate(self._address, requests, self._expected)))
        self.answers += len(requests)

    def row(self, name: str) -> tuple[str, str, str]:
        cost = (used(self._pid) - self._used) / self.answers * 1000
        return name, f"{self.best:.0f}", f"{cost:.2f}"


def bench_beside_moto(server, table):
    _status, made = server.call("CreateProduct", ProductName="bench", NodeType=0)
    with moto() as (address, pid):
        asyncio.run(rate(address, theirs(address, 100), THINGS))
        platform, beside = Side(server.address, server.pid, SUCCESS), Side(address, pid, THINGS)
        for _number in range(ROUNDS):
            platform.run(ours(made["ProductKey"], server.address, OURS))
            beside.run(theirs(address, THEIRS))
        rows = [
            platform.row("embedded platform, QueryProduct, V1 verified"),
            beside.row("moto, GET /things"),
            ("times", f"{platform.best / beside.best:.1f}", ""),
        ]
    head = ("server", "answers a second", "processor time for one, ms")
    table(f"{CONNECTIONS} connections, best of {ROUNDS} rounds", head, rows)
    assert platform.best >= AT_LEAST * beside.best
