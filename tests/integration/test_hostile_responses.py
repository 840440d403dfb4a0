# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Responses that the platform never sends, as from a gateway, a captive portal or an attacker.

A task fails in time, without a write, and with a message that says what is wrong with the response.
"""

from __future__ import annotations

import json
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from .tasks import Tasks

PRODUCT = {"name": "street_light", "node_type": "device"}
MIB = 1024 * 1024


def response(data) -> bytes:
    return json.dumps({"RequestId": "R-1", "Success": True, "Data": data}).encode()


def compressed(size: int) -> bytes:
    """Return ``size`` blanks, compressed with gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * MIB) for _number in range(size // MIB)) + packer.flush()


PAGE = [{"ProductKey": f"k{number}", "ProductName": f"name{number}", "NodeType": 0} for number in range(200)]

#: By case: the body, the HTTP status, the headers, and a text in the message.
RESPONSES = {
    "nested lists": (
        b'{"Success":true,"Data":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        200,
        {},
        "is not from the IoT Platform",
    ),
    "texts instead of products": (response({"List": {"ProductInfo": ["x"]}}), 200, {}, "must be an object, not text"),
    "number instead of a list": (response({"List": {"ProductInfo": 7}}), 200, {}, "must be a list, not a number"),
    "success without a list": (b'{"Success":true}', 200, {}, "is missing"),
    "list without end": (response({"Total": 10**9, "List": {"ProductInfo": PAGE}}), 200, {}, "does not end"),
    "compressed blanks": (compressed(80 * MIB), 200, {"Content-Encoding": "gzip"}, "is larger than 64 MiB"),
    "login page": (b"<html>Please log in</html>", 200, {}, "is not from the IoT Platform"),
    "list": (b"[]", 200, {}, "is not from the IoT Platform"),
    "control characters": (
        b'{"RequestId":"R","Code":"X","Message":"\\u001b[2J\\u202eno"}',
        400,
        {},
        r"\x1b[2J\u202eno",
    ),
}


class Handler(BaseHTTPRequestHandler):
    """Sends the response of the server to each request, and records the operation."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        params = {**parse_qs(urlsplit(self.path).query), **parse_qs(body)}
        self.server.actions += params["Action"]
        content, status, headers, interval = self.server.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if not interval:
            self.wfile.write(content)
            return
        for byte in content:
            self.wfile.write(bytes([byte]))
            if self.server.stopped.wait(interval):
                return

    def log_message(self, *_args) -> None:
        """Do not log requests."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address) -> None:
        """Ignore clients that closed the connection."""


@pytest.fixture
def platform():
    """Start a server; its attribute ``answer`` has the body, the status, the headers and the seconds between bytes."""
    server = Server(("127.0.0.1", 0), Handler)
    server.actions = []
    server.stopped = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.stopped.set()
    server.shutdown()
    thread.join(5)
    server.server_close()


def run(platform, **options) -> dict:
    tasks = Tasks(SimpleNamespace(endpoint=f"http://127.0.0.1:{platform.server_port}"))
    return tasks.run("iot_product", **PRODUCT, retries=0, **options)


@pytest.mark.parametrize("case", RESPONSES)
def test_hostile_response_fails_without_write(platform, case):
    content, status, headers, message = RESPONSES[case]
    platform.answer = (content, status, headers, 0)
    result = run(platform)
    assert result["failed"]
    assert not result["changed"]
    assert message in result["msg"]
    assert result["msg"].isprintable()
    assert set(platform.actions) == {"QueryProductList"}


def test_response_that_arrives_byte_by_byte_fails_after_timeout(platform):
    platform.answer = (response({"Total": 0}), 200, {}, 0.3)
    start = time.monotonic()
    result = run(platform, timeout_in_seconds=1)
    assert result["failed"]
    assert "timeout_in_seconds" in result["msg"]
    assert time.monotonic() - start < 5
    assert platform.actions == ["QueryProductList"]
