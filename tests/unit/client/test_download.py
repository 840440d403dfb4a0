# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Downloads of files whose URLs are in responses."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import PERMANENT, TRANSIENT
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import TransportError
from ansible_collections.iotops.aliyun.plugins.module_utils.client.transport import Transport

from .conftest import make_client
from .test_transport import close_connection_early, free_port, running

# Starts servers.
pytestmark = pytest.mark.server

FILE = "灯\r\n".encode() * 50_000


@pytest.fixture
def server():
    with running() as server:
        server.answer = lambda handler: handler.reply(200, FILE)
        yield server


@pytest.fixture
def transport():
    # The endpoint is not used: the URL of a file is absolute.
    transport = Transport("http://127.0.0.1:9", timeout=5)
    yield transport
    transport.close()


def download_error(transport: Transport, url: str) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.get(url)
    assert "s3cr3t" not in repr(caught.value)
    assert not caught.value.ambiguous
    return caught.value


def test_download_returns_content_and_does_not_change_url(server, transport):
    assert transport.get(f"{server.endpoint}/a%2Fb/c?Expires=1&Signature=s3cr3t%2B%3D") == FILE
    (path, headers, body) = server.requests[0]
    assert path == "/a%2Fb/c?Expires=1&Signature=s3cr3t%2B%3D"
    assert "Authorization" not in headers
    assert body == b""


def test_download_decodes_data_url(transport):
    assert transport.get("data:text/javascript;charset=utf-8;base64,ZnVuY3Rpb24=") == b"function"
    error = download_error(transport, "data:s3cr3t")
    assert (error.code, error.category) == ("InvalidURL", PERMANENT)


def test_proxy_of_environment_is_used(server, transport, monkeypatch):
    monkeypatch.setenv("http_proxy", server.endpoint)
    assert transport.get("http://storage.example/c") == FILE
    assert server.requests[0][0] == "http://storage.example/c"


@pytest.mark.parametrize(
    ("status", "category"), [(403, PERMANENT), (404, PERMANENT), (301, PERMANENT), (429, TRANSIENT), (503, TRANSIENT)]
)
def test_download_with_error_status_raises_transport_error(server, transport, status, category):
    server.answer = lambda handler: handler.reply(status, b"<Error>s3cr3t</Error>", Location="/elsewhere")
    error = download_error(transport, f"{server.endpoint}/c?Signature=s3cr3t")
    assert str(error).startswith("127.0.0.1 returned an error instead of the file")
    assert (error.code, error.category) == (f"HTTP {status}", category)
    assert len(server.requests) == 1


def test_download_without_server_raises_connection_error(transport):
    error = download_error(transport, f"http://127.0.0.1:{free_port()}/c?Signature=s3cr3t")
    assert str(error).startswith("no response from the file storage 127.0.0.1: ")
    assert (error.code, error.category) == ("ConnectionError", TRANSIENT)


def test_download_with_lost_connection_is_transient(server, transport):
    server.answer = close_connection_early
    assert download_error(transport, f"{server.endpoint}/c?Signature=s3cr3t").category == TRANSIENT


@pytest.mark.parametrize("url", ["ftp://example/s3cr3t", "s3cr3t", "http://[s3cr3t", ""])
def test_download_with_invalid_url_is_permanent(transport, url):
    assert download_error(transport, url).category == PERMANENT


def test_download_with_transient_error_is_retried(server):
    answers = iter([(503, b""), (200, FILE)])
    server.answer = lambda handler: handler.reply(*next(answers))
    client = make_client(Transport(server.endpoint, timeout=5))
    try:
        assert client.download(f"{server.endpoint}/c") == FILE
        assert client.calls == 2
    finally:
        client.close()


def test_download_with_permanent_error_is_not_retried(server):
    server.answer = lambda handler: handler.reply(403, b"")
    client = make_client(Transport(server.endpoint, timeout=5))
    try:
        with pytest.raises(TransportError, match="returned an error instead of the file"):
            client.download(f"{server.endpoint}/c")
        assert client.calls == 1
    finally:
        client.close()
