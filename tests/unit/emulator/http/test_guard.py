# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the protection of the server: web pages, other hosts, silent connections, malformed requests."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ansible_collections.iotops.aliyun.emulator.command import main
from ansible_collections.iotops.aliyun.emulator.core import newer_operations
from ansible_collections.iotops.aliyun.emulator.http import guard

from ....conftest import signed_query

# Starts servers.
pytestmark = pytest.mark.server

CLOCK = ("POST", "/_emulator/clock", b'{"advance": 3600}')


def now(server) -> int:
    return server.control("POST", "clock", {"advance": 0})["now"]


@pytest.mark.parametrize("origin", ["http://page.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", ""])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_control_request_of_web_page_is_rejected(server, origin, method):
    before = now(server)
    path = "/_emulator/state" if method == "GET" else CLOCK[1]
    content = None if method == "GET" else CLOCK[2]
    status, _headers, body = server.exchange(method, path, content, {"Origin": origin, "Content-Type": "text/plain"})
    assert status == 403
    assert b"web pages" in body
    assert now(server) - before < 3_000_000


@pytest.mark.parametrize("host", ["page.example", "page.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil"])
def test_control_request_with_name_of_another_host_is_rejected(server, host):
    port = server.address.partition(":")[2]
    status, _headers, _body = server.exchange("GET", "/_emulator/state", None, {"Host": host.format(port=port)})
    assert status == 421


@pytest.mark.parametrize("media_type", ["text/plain", "multipart/form-data; boundary=x", "image/png"])
def test_control_request_with_body_of_other_type_is_rejected(server, media_type):
    assert server.exchange(*CLOCK, {"Content-Type": media_type})[0] == 415


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "application/json"},
        {"Content-Type": "application/x-www-form-urlencoded"},  # as curl sends any body
        {"Origin": "http://{address}"},
        {"Host": "localhost:{port}"},
    ],
)
def test_control_request_of_program_or_own_page_is_accepted(server, headers):
    address, port = server.address, server.address.partition(":")[2]
    formatted = {name: value.format(address=address, port=port) for name, value in headers.items()}
    assert server.exchange(*CLOCK, formatted)[0] == 200


def test_api_request_with_name_of_another_host_is_accepted(server):
    query = signed_query("GET", {"Action": "QueryProductList", "CurrentPage": "1", "PageSize": "10"})
    assert server.exchange("GET", f"/?{query}", None, {"Host": "iot.cn-shanghai.aliyuncs.com"})[0] == 200


def test_server_that_other_hosts_can_reach_needs_token(launch, tmp_path):
    server = launch("--host", "0.0.0.0")
    (ready,) = tmp_path.glob("ready-*.json")
    assert stat.S_IMODE(ready.stat().st_mode) == 0o600
    token = json.loads(ready.read_text())["token"]
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": token}):
        status, _headers, body = server.exchange("GET", "/_emulator/health", None, headers)
        assert (status, b"Authorization: Bearer TOKEN" in body) == (401, True)
    assert server.exchange("GET", "/_emulator/health", None, {"Authorization": f"Bearer {token}"})[0] == 200
    assert server.call("QueryProductList", CurrentPage=1, PageSize=10)[0] == 200
    server.end()
    assert "WARNING: Listening on 0.0.0.0: other hosts can reach the API." in server.process.stderr.read()


def raw_request(server, content: bytes) -> bytes:
    host, _colon, port = server.address.partition(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(content)
        return connection.recv(100).partition(b"\r\n")[0]


@pytest.mark.parametrize("path", ["/?Action=QueryProduct", "/_upload/x", "/_emulator/health"])
def test_host_with_invalid_bytes_is_rejected(server, path):
    content = f"GET {path} HTTP/1.1\r\nHost: ".encode() + b"\xff\xfe\r\nConnection: close\r\n\r\n"
    assert b" 400 " in raw_request(server, content)


@pytest.mark.parametrize("path", ["faults", "clock", "devices", "consumers"])
@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 100_000, b"\xff", b"", b"7"])
def test_malformed_body_of_control_request_is_rejected(server, path, body):
    method = "PUT" if path == "faults" else "POST"
    assert server.exchange(method, f"/_emulator/{path}", body, {})[0] == 400


def test_malformed_requests_do_not_fill_the_log(launch):
    server = launch()
    for content in (
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\n\r\n",
        b"POST / HTTP/1.1\r\nA\r\n\r\n",
    ):
        raw_request(server, content)
    server.end()
    log = server.process.stderr.read()
    assert "Traceback" not in log
    assert len(log.splitlines()) <= 2


async def exchange(method: str, handler, content: bytes) -> bytes:
    """Send bytes to a protected server with one handler, and return what it sends until it closes the connection."""
    application = web.Application()
    application.router.add_route(method, "/", handler)
    protection = guard.Guard()
    protection.install(application)
    async with TestServer(application) as server:
        task = asyncio.create_task(protection.close_silent_connections(server.runner.server))
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(content)
        received = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        task.cancel()
        return received


@pytest.mark.parametrize(
    "content",
    [b"", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"],
    ids=["nothing", "half a header", "half a body"],
)
def test_connection_without_complete_request_is_closed(monkeypatch, content):
    monkeypatch.setattr(guard, "REQUEST_TIMEOUT", 0.2)
    monkeypatch.setattr(guard, "_SCAN_INTERVAL", 0.05)

    async def read(http: web.Request) -> web.Response:
        return web.Response(body=await guard.read_body(http))

    received = asyncio.run(exchange("POST", read, content))
    assert received.startswith(b"HTTP/1.1 408") if content.endswith(b"abc") else not received


def test_connection_in_use_stays_open(monkeypatch):
    monkeypatch.setattr(guard, "REQUEST_TIMEOUT", 0.3)
    monkeypatch.setattr(guard, "_SCAN_INTERVAL", 0.02)

    async def wait(_http: web.Request) -> web.Response:
        await asyncio.sleep(1)
        return web.Response(text="done")

    content = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert asyncio.run(exchange("GET", wait, content)).endswith(b"done")


def test_access_keys_are_read_from_file(launch, tmp_path):
    path = tmp_path / "keys"
    path.write_text("# for the tests\nfirst:one\n\n second:two \n", encoding="utf-8")
    server = launch("--access-key-file", str(path), "--access-key", "third:three")
    params = {"Action": "QueryProductList", "CurrentPage": "1", "PageSize": "10"}
    for key, secret in (("first", "one"), ("second", "two"), ("third", "three")):
        assert server.request("GET", "/?" + signed_query("GET", params, key, secret))[0] == 200
    assert server.call("QueryProductList", CurrentPage=1, PageSize=10)[0] == 404


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No such file"), ("\n# none\n", "contains no access key"), ("good:one\nhidden\n", "ID:SECRET")],
)
def test_invalid_access_key_file_is_rejected_without_its_content(tmp_path, capsys, content, message):
    path = tmp_path / "keys"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["--access-key-file", str(path)])
    errors = capsys.readouterr().err
    assert message in errors
    assert "hidden" not in errors


def test_newer_operation_is_not_implemented(server):
    assert len(newer_operations.NAMES) == 147
    assert set(newer_operations.OPERATIONS) < newer_operations.NAMES
    for name in ("QuerySceneRule", "CreateEdgeInstance"):
        status, reply = server.call(name)
        assert (status, reply["Code"]) == (501, "NotImplemented")


def test_parameters_in_multipart_form_are_read(server):
    query = signed_query("POST", {"Action": "CreateProduct", "ProductName": "街灯", "NodeType": "0"})
    content = "".join(
        f'--Z\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parse_qsl(query)
    )
    headers = {"Content-Type": "Multipart/Form-Data; boundary=Z"}
    status, _headers, body = server.exchange("POST", "/", f"{content}--Z--\r\n".encode(), headers)
    assert (status, json.loads(body)["Success"]) == (200, True)
    names = [
        row["ProductName"]
        for row in server.call("QueryProductList", CurrentPage=1, PageSize=10)[1]["Data"]["List"]["ProductInfo"]
    ]
    assert names == ["街灯"]


@pytest.mark.parametrize("body", [b"", b"--Z", b"--Z\r\nnonsense\r\n\r\nv\r\n--Z--", b"\xff" * 100])
def test_malformed_multipart_form_has_no_parameters(server, body):
    status, _headers, _body = server.exchange("POST", "/", body, {"Content-Type": "multipart/form-data; boundary=Z"})
    assert status == 400
