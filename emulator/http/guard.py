# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Protect the server from requests that are not meant for it, and from connections that never end.

A browser sends a request of any web page to a server on the same machine without asking. Such a request has the header
``Origin`` of the page, or the name of another host in ``Host`` if the page's domain now resolves to this machine.
The control endpoints accept no page but their own. WebSockets, which devices in a browser use, accept pages of this
machine; the other endpoints need a signature or a token.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

#: The path of the control endpoints.
CONTROL = "/_emulator/"

#: The seconds within which a client must send a whole request.
REQUEST_TIMEOUT = 30.0
#: The seconds between two searches for connections without a request.
_SCAN_INTERVAL = 5.0

_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
# Programs such as curl send the type of a form for any body. A browser that sends one adds the header Origin.
_BODY_TYPES = ("application/json", "application/x-www-form-urlencoded", "application/octet-stream")

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_loopback(host: str) -> bool:
    """Return whether an address or host name is only reachable from this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_upgrade(http: web.Request) -> bool:
    """Return whether a client requests a WebSocket."""
    return http.headers.get(hdrs.UPGRADE, "").lower() == "websocket"


@dataclass
class Guard:
    """The checks of all requests and connections of a server.

    Attributes:
        token: what a client must send to use the control endpoints, as ``Authorization: Bearer TOKEN``; empty if the
            server is only reachable from this machine.
    """

    token: str = ""
    # When each open connection was last known to be between two requests (``time.monotonic``).
    _idle_since: dict[web.RequestHandler, float] = field(default_factory=dict)
    _busy: set[web.RequestHandler] = field(default_factory=set)

    def install(self, application: web.Application) -> None:
        """Check all requests of an application."""

        @web.middleware
        async def check(request: web.Request, handler: _Handler) -> web.StreamResponse:
            return await self._check(request, handler)

        application.middlewares.append(check)

    async def close_silent_connections(self, server: web.Server) -> None:
        """Close connections on which no complete request arrives in time, until this coroutine is canceled."""
        while True:
            await asyncio.sleep(_SCAN_INTERVAL)
            now = time.monotonic()
            connections = server.connections
            self._idle_since = {one: self._idle_since.get(one, now) for one in connections}
            for connection, since in self._idle_since.items():
                if connection not in self._busy and now - since > REQUEST_TIMEOUT:
                    connection.force_close()

    async def _check(self, http: web.Request, handler: _Handler) -> web.StreamResponse:
        protocol = http.protocol
        self._busy.add(protocol)
        try:
            problem = self._problem(http)
            if problem:
                status, message = problem
                return web.json_response({"message": message}, status=status)
            return await handler(http)
        except TimeoutError:
            response = web.json_response({"message": "the request did not end in time"}, status=408)
            response.force_close()
            return response
        finally:
            self._busy.discard(protocol)
            self._idle_since[protocol] = time.monotonic()

    def _problem(self, http: web.Request) -> tuple[int, str] | None:
        """Return the HTTP status and the reason if a request is not accepted."""
        if not http.headers.get("Host", "").isascii():
            return 400, "the header Host is not valid"
        if http.path.startswith(CONTROL):
            return self._control_problem(http)
        return self._socket_problem(http) if is_upgrade(http) else None

    def _control_problem(self, http: web.Request) -> tuple[int, str] | None:
        origin = http.headers.get("Origin")
        if origin is not None and not _is_own_page(http, origin):
            return 403, f"the control endpoints do not accept requests of web pages of {origin[:100]!r}"
        if self.token:
            # The page of the dashboard has no data; a browser that opens it cannot send the token.
            is_page = http.path == CONTROL and http.method == "GET"
            expected = f"Bearer {self.token}"
            if not (is_page or hmac.compare_digest(http.headers.get("Authorization", "").encode(), expected.encode())):
                return 401, "the control endpoints need the token of the ready file: Authorization: Bearer TOKEN"
        elif not _is_own_name(http):
            return _wrong_host(http)
        if http.body_exists and http.content_type not in _BODY_TYPES:
            return 415, "the body must be application/json"
        return None

    def _socket_problem(self, http: web.Request) -> tuple[int, str] | None:
        origin = http.headers.get("Origin")
        if origin is not None and not (_is_own_page(http, origin) or _is_local_page(origin)):
            return 403, f"WebSockets do not accept requests of web pages of {origin[:100]!r}"
        # With a token, other hosts can reach the server, by any name. Devices authenticate when they connect.
        return None if self.token or _is_own_name(http) else _wrong_host(http)


def _is_own_page(http: web.Request, origin: str) -> bool:
    """Return whether ``origin`` is the origin of the pages of this server."""
    return origin in (f"http://{http.host}", f"https://{http.host}")


def _is_local_page(origin: str) -> bool:
    """Return whether a page comes from a server on this machine."""
    try:
        return is_loopback(urlsplit(origin).hostname or "")
    except ValueError:
        return False


def _is_own_name(http: web.Request) -> bool:
    name = http.transport.get_extra_info("sockname") if http.transport else None
    port = f":{name[1]}" if name else ""
    own = [f"{host}{port}" for host in _LOOPBACK_NAMES]
    own += [f"{name[0]}{port}"] if name else []
    return http.host in own


def _wrong_host(http: web.Request) -> tuple[int, str]:
    return 421, f"the host {http.host[:100]!r} is not this server"


def protocol_logger() -> logging.Logger:
    """Return a logger for the HTTP protocol that does not record malformed requests, which could fill the log."""
    logger = logging.getLogger("iotops.aliyun.emulator.http")
    logger.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError)))
    return logger


async def read_body(http: web.Request) -> bytes:
    """Return the body of a request.

    Raises:
        TimeoutError: the body did not arrive in time.
    """
    if http.content.is_eof():
        # The usual case: everything has arrived, so there is nothing to wait for.
        return await http.read()
    return await asyncio.wait_for(http.read(), REQUEST_TIMEOUT)
