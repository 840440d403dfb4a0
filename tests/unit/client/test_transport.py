# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""HTTP requests over real connections."""

from __future__ import annotations

import contextlib
import gzip
import ipaddress
import socket
import ssl
import threading
import warnings
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from requests import exceptions
from requests.adapters import HTTPAdapter
from urllib3.exceptions import LocationParseError, MaxRetryError, NewConnectionError, ProtocolError

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import PERMANENT, TRANSIENT
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import TransportError
from ansible_collections.iotops.aliyun.plugins.module_utils.client.transport import Transport

# Starts servers.
pytestmark = pytest.mark.server


class Server(ThreadingHTTPServer):
    """A server that answers each request with ``answer(handler)``, and records the requests."""

    # Closing the server waits for its handlers.
    daemon_threads = False

    def __init__(self, context: ssl.SSLContext | None = None):
        super().__init__(("127.0.0.1", 0), Handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.endpoint = f"{'https' if context else 'http'}://127.0.0.1:{self.server_port}"
        self.requests: list[tuple[str, dict, bytes]] = []
        self.connections: set[int] = set()
        self.stopped = threading.Event()
        self.answer = lambda handler: handler.reply(200, b'{"Success": true}')

    def handle_error(self, request, client_address) -> None:
        """Ignore clients that closed the connection."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.path, dict(self.headers), body))
        self.server.connections.add(self.client_address[1])
        self.server.answer(self)

    do_GET = do_POST

    def reply(self, status: int, content: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args) -> None:
        """Do not log requests."""


@contextlib.contextmanager
def running(context: ssl.SSLContext | None = None):
    server = Server(context)
    thread = threading.Thread(target=server.serve_forever, args=(0.005,))
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        thread.join(5)
        server.socket.close()


@pytest.fixture
def server():
    with running() as server:
        yield server


@pytest.fixture
def open_transport():
    """Return a function that creates transports, which are closed after the test."""
    opened = []

    def make(*args, **options) -> Transport:
        opened.append(Transport(*args, **options))
        return opened[-1]

    yield make
    for transport in opened:
        transport.close()


@pytest.fixture
def transport(server, open_transport):
    return open_transport(server.endpoint, timeout=5)


def transport_error(transport: Transport) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.post("Action=Pub&Signature=s3cr3t", "a=b")
    assert "s3cr3t" not in repr(caught.value)
    return caught.value


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


# Requests and responses


def test_post_sends_query_unchanged(server, transport):
    query = "Action=Pub&Topic=%2Fa%2Fb~%20%2A%E8%B7%AF&Empty="
    assert transport.post(query, "") == (200, {"Success": True})
    ((path, headers, body),) = server.requests
    assert path == f"/?{query}"
    assert body == b""
    assert "Content-Type" not in headers
    assert headers["Accept"] == "application/json"


def test_post_sends_body_as_form(server, transport):
    transport.post("Action=Pub", "a=%E8%B7%AF&b=")
    ((_path, headers, body),) = server.requests
    assert body == b"a=%E8%B7%AF&b="
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert headers["Content-Length"] == str(len(body))


def test_request_without_body_has_no_form_headers(server, transport):
    transport.post("Action=A", "a=1")
    transport.post("Action=B", "")
    path, headers, body = server.requests[1]
    assert (path, body) == ("/?Action=B", b"")
    assert "Content-Type" not in headers


def test_date_of_last_response_is_kept(server, transport):
    assert transport.date == ""
    date = "Sat, 31 Jan 2026 02:00:00 GMT"
    server.answer = lambda handler: (
        handler.send_response_only(200),
        handler.send_header("Date", date),
        handler.send_header("Content-Length", "17"),
        handler.end_headers(),
        handler.wfile.write(b'{"Success": true}'),
    )
    transport.post("Action=Pub", "")
    assert transport.date == date


def test_connection_is_reused(server, transport):
    for _number in range(5):
        transport.post("Action=Pub", "a=b")
    assert len(server.connections) == 1


def test_threads_use_separate_connections(server, transport):
    together = threading.Barrier(4)

    def answer(handler):
        together.wait(5)
        handler.reply(200, b'{"Success": true}')

    server.answer = answer
    threads = [threading.Thread(target=transport.post, args=("Action=Pub", "")) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(server.requests) == 4
    assert not together.broken


@pytest.mark.parametrize("status", [200, 400, 404, 503])
def test_response_is_returned_for_any_status(server, transport, status):
    server.answer = lambda handler: handler.reply(status, '{"RequestId": "路"}'.encode())
    assert transport.post("", "") == (status, {"RequestId": "路"})


def test_compressed_response_is_decoded(server, transport):
    server.answer = lambda handler: handler.reply(200, gzip.compress(b'{"Success": true}'), Content_Encoding="gzip")
    assert transport.post("", "") == (200, {"Success": True})


@pytest.mark.parametrize("content", [b"", b"<html>Bad Gateway</html>", b"[1]", b"null", b"\xff"])
def test_error_response_without_json_has_no_members(server, transport, content):
    server.answer = lambda handler: handler.reply(502, content)
    assert transport.post("", "") == (502, {})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Who are you?</html>",
        b"[1]",
        b"null",
        b'{"Success": tr',
        b"\xff",
        b'{"status": "ok"}',
        b'{"Success": true, "Data": "half a pair: \\ud800"}',
    ],
)
def test_response_without_object_of_the_platform_raises_transport_error(server, transport, content):
    server.answer = lambda handler: handler.reply(200, content)
    error = transport_error(transport)
    assert (error.code, error.category, error.ambiguous) == ("InvalidReply", PERMANENT, True)
    assert "Who are you" not in repr(error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(server, transport, status):
    server.answer = lambda handler: handler.reply(status, b"{}", Location=f"{server.endpoint}/login")
    assert transport_error(transport).code == "InvalidReply"
    assert len(server.requests) == 1


def test_cookies_are_not_stored(server, transport):
    server.answer = lambda handler: handler.reply(200, b'{"Success": true}', Set_Cookie="a=b")
    transport.post("", "")
    transport.post("", "")
    assert "Cookie" not in server.requests[1][1]


def test_netrc_adds_no_header(server, tmp_path, monkeypatch, open_transport):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login user password s3cr3t\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert requests.utils.get_netrc_auth(server.endpoint) == ("user", "s3cr3t")
    open_transport(server.endpoint).post("", "")
    assert "Authorization" not in server.requests[0][1]


def test_proxy_of_environment_is_used(server, monkeypatch, open_transport):
    monkeypatch.setenv("http_proxy", server.endpoint)
    open_transport("http://iot.example.invalid").post("Action=Pub", "")
    assert server.requests[0][0] == "http://iot.example.invalid/?Action=Pub"


def test_no_proxy_of_environment_is_respected(server, monkeypatch, open_transport):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert open_transport(server.endpoint).post("", "")[0] == 200


# Errors without a response


def test_refused_connection_is_not_ambiguous(open_transport):
    endpoint = f"http://127.0.0.1:{free_port()}"
    error = transport_error(open_transport(endpoint))
    assert (error.code, error.category, error.ambiguous) == ("ConnectionError", TRANSIENT, False)
    assert error.message == f"no response from {endpoint}: Connection refused"


def test_refused_proxy_connection_is_not_ambiguous(monkeypatch, open_transport):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    error = transport_error(open_transport("http://iot.example.invalid"))
    assert (error.category, error.ambiguous) == (TRANSIENT, False)


def test_unresolved_host_name_is_not_ambiguous(monkeypatch, open_transport):
    def not_found(*_args, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", not_found)
    error = transport_error(open_transport("http://iot.example.invalid"))
    assert (error.category, error.ambiguous) == (TRANSIENT, False)
    assert error.message == "no response from http://iot.example.invalid: Name or service not known"


def test_malformed_host_name_is_permanent(open_transport):
    error = transport_error(open_transport("http://a..b"))
    assert (error.code, error.category, error.ambiguous) == ("InvalidEndpoint", PERMANENT, False)


def close_connection_early(handler: Handler) -> None:
    handler.close_connection = True


def close_within_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    handler.close_connection = True


def close_within_body(handler: Handler) -> None:
    handler.reply(200, b'{"Success": true', length=17)
    handler.close_connection = True


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    handler.close_connection = True


@pytest.mark.parametrize("answer", [close_connection_early, close_within_headers, close_within_body, reset])
def test_lost_connection_is_ambiguous(server, transport, answer):
    server.answer = answer
    error = transport_error(transport)
    # Incomplete headers may be parsed as a response without a body.
    assert error.code in ("ConnectionError", "InvalidReply")
    assert error.ambiguous
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [close_connection_early, close_within_body, reset])
def test_lost_connection_is_transient(server, transport, answer):
    server.answer = answer
    assert transport_error(transport).category == TRANSIENT


def test_lost_connection_during_handling_of_earlier_error_is_ambiguous(server, transport, open_transport):
    server.answer = close_connection_early
    earlier = transport_error(open_transport(f"http://127.0.0.1:{free_port()}"))
    assert not earlier.ambiguous
    try:
        raise earlier
    except TransportError:
        assert transport_error(transport).ambiguous


def test_response_timeout_is_ambiguous(server, open_transport):
    server.answer = lambda handler: server.stopped.wait(5)
    error = transport_error(open_transport(server.endpoint, timeout=0.05))
    server.stopped.set()
    assert (error.category, error.ambiguous) == (TRANSIENT, True)
    assert error.message == f"no response from {server.endpoint}: timed out"


def test_transport_reconnects_after_lost_connection(server, transport):
    server.answer = close_connection_early
    transport_error(transport)
    server.answer = lambda handler: handler.reply(200, b'{"Success": true}')
    assert transport.post("", "") == (200, {"Success": True})


RESET = ProtocolError("Connection aborted.", ConnectionResetError(104, "Reset by peer"))
UNCONNECTED = MaxRetryError(None, "/?a", NewConnectionError(None, "Failed: /?a"))
LOST = ("ConnectionError", TRANSIENT, True)
NOT_CONNECTED = ("ConnectionError", TRANSIENT, False)
INVALID_ENDPOINT = ("InvalidEndpoint", PERMANENT, False)


@pytest.mark.parametrize(
    ("error", "verdict", "reason"),
    [
        (exceptions.ConnectTimeout("/?a"), NOT_CONNECTED, "timed out"),
        (exceptions.ProxyError("/?a"), ("ProxyError", TRANSIENT, False), "the connection was lost"),
        (exceptions.ConnectionError(UNCONNECTED), NOT_CONNECTED, "the connection was lost"),
        (exceptions.ConnectionError(RESET), LOST, "Reset by peer"),
        (exceptions.ReadTimeout("/?a"), LOST, "timed out"),
        (exceptions.ChunkedEncodingError("/?a"), LOST, "the connection was lost"),
        (exceptions.ContentDecodingError("/?a"), LOST, "the connection was lost"),
        (exceptions.SSLError(MaxRetryError(None, "/?a", ssl.SSLEOFError(8, "EOF"))), LOST, "EOF"),
        (exceptions.SSLError("/?a"), ("SSLError", PERMANENT, False), ""),
        (exceptions.InvalidURL("/?a"), INVALID_ENDPOINT, ""),
        (exceptions.InvalidProxyURL("/?a"), INVALID_ENDPOINT, ""),
        (LocationParseError("/?a"), INVALID_ENDPOINT, ""),
    ],
)
def test_transport_errors_are_classified_without_url(monkeypatch, open_transport, error, verdict, reason):
    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr(HTTPAdapter, "send", fail)
    caught = transport_error(open_transport("http://127.0.0.1:1"))
    assert (caught.code, caught.category, caught.ambiguous) == verdict
    assert caught.message.endswith(reason)
    assert "/?a" not in repr(caught)


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the path of a self-signed certificate for 127.0.0.1, and the context of a server with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    path, key_path = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return str(path), context


@pytest.fixture
def secure(certificate):
    with running(certificate[1]) as server:
        yield server


def test_certificate_in_ca_path_is_trusted(secure, certificate, open_transport):
    assert open_transport(secure.endpoint, verify=certificate[0]).post("Action=Pub", "") == (200, {"Success": True})


def test_untrusted_certificate_raises_ssl_error(secure, open_transport):
    error = transport_error(open_transport(secure.endpoint))
    assert (error.code, error.category, error.ambiguous) == ("SSLError", PERMANENT, False)
    assert "certificate verify failed" in error.message
    assert secure.requests == []


def test_verify_false_skips_certificate_check_without_warning(secure, open_transport):
    # A warning would be shown beside each task.
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert open_transport(secure.endpoint, verify=False).post("", "")[0] == 200
    assert caught == []


def test_ca_bundle_of_environment_is_trusted(secure, certificate, monkeypatch, open_transport):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate[0])
    assert open_transport(secure.endpoint).post("", "")[0] == 200
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/none.pem")
    assert open_transport(secure.endpoint, verify=certificate[0]).post("", "")[0] == 200


def test_server_without_tls_raises_ssl_error(server, open_transport):
    error = transport_error(open_transport(server.endpoint.replace("http:", "https:"), timeout=5))
    assert (error.code, error.category, error.ambiguous) == ("SSLError", PERMANENT, False)
    assert server.requests == []


def test_missing_ca_bundle_raises_ssl_error(secure, tmp_path, open_transport):
    path = tmp_path / "none.pem"
    error = transport_error(open_transport(secure.endpoint, verify=str(path)))
    assert (error.code, error.category, error.ambiguous) == ("SSLError", PERMANENT, False)
    assert error.message == f"the CA bundle {path} does not exist"


def test_invalid_ca_bundle_raises_ssl_error(secure, tmp_path, open_transport):
    path = tmp_path / "text.pem"
    path.write_text("text")
    error = transport_error(open_transport(secure.endpoint, verify=str(path)))
    assert (error.code, error.category, error.ambiguous) == ("SSLError", PERMANENT, False)


def test_connection_closed_during_handshake_is_ambiguous(open_transport):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def close_connection_early():
            listening.accept()[0].close()

        threading.Thread(target=close_connection_early, daemon=True).start()
        error = transport_error(open_transport(f"https://127.0.0.1:{listening.getsockname()[1]}", timeout=5))
    assert (error.code, error.category, error.ambiguous) == ("ConnectionError", TRANSIENT, True)


def test_warnings_of_responses_are_passed_on(server, open_transport):
    server.answer = lambda handler: handler.reply(
        200, b'{"Success": true}', Warning='299 - "first, with a comma", 299 proxy:80 "second"'
    )
    found: list[str] = []
    open_transport(server.endpoint, warn=found.append).post("a=b", "")
    assert found == ["first, with a comma", "second"]
