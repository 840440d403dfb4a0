# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signed requests a second of the embedded platform, beside those of moto's IoT service in the same run.

Both answer a small read over 16 connections, each in a process of its own. All requests are written beforehand, so that
the load costs little. The platform verifies every signature; moto does not look at its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time

from ..conftest import signed

CONNECTIONS = 16
ROUNDS = 3
OURS = 8000
THEIRS = 800
LONGEST = 60  # seconds that a round may take

#: How many times as fast the embedded platform has to be.
AT_LEAST = 8


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def ours(key: str, address: str, count: int) -> list[bytes]:
    """Requests in signature version 1.0, each with a nonce of its own."""
    host = f"Host: {address}\r\nContent-Length: 0\r\n\r\n"
    queries = (signed("POST", {"Action": "QueryProduct", "ProductKey": key}) for _number in range(count))
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


async def rate(address: str, requests: list[bytes]) -> float:
    """Answers a second, all of them good ones."""
    host, _mark, port = address.partition(":")
    waiting = iter(requests)

    async def connection() -> None:
        writer = None
        for request in waiting:
            if writer is None:
                reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")), head
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            if b"connection: close" in head.lower():
                # moto's server has a connection for each request.
                writer.close()
                writer = None
        if writer is not None:
            writer.close()

    started = time.perf_counter()
    async with asyncio.timeout(LONGEST):
        await asyncio.gather(*(connection() for _number in range(CONNECTIONS)))
    return len(requests) / (time.perf_counter() - started)


@contextlib.contextmanager
def moto():
    """moto's server on a free port; its address."""
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", address.partition(":")[2]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _number in range(150):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(address[10:]))):
                    break
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()


def bench_beside_moto(server, table):
    _status, made = server.call("CreateProduct", ProductName="bench", NodeType=0)
    best_of_ours = best_of_theirs = 0.0
    with moto() as address:
        asyncio.run(rate(address, theirs(address, 100)))
        for _number in range(ROUNDS):
            ready = ours(made["ProductKey"], server.address, OURS)
            best_of_ours = max(best_of_ours, asyncio.run(rate(server.address, ready)))
            best_of_theirs = max(best_of_theirs, asyncio.run(rate(address, theirs(address, THEIRS))))
    rows = [
        ("embedded platform, QueryProduct, V1 verified", f"{best_of_ours:.0f}"),
        ("moto, GET /things", f"{best_of_theirs:.0f}"),
        ("times", f"{best_of_ours / best_of_theirs:.1f}"),
    ]
    table(f"{CONNECTIONS} connections, best of {ROUNDS} rounds", ("server", "answers a second"), rows)
    assert best_of_ours >= AT_LEAST * best_of_theirs
