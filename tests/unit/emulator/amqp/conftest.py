# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures for AMQP tests: an in-memory client of the library.

Imports from the collection are inside functions, for the reason given in the conftest.py of the parent folder.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

from ....amqp_client import SASL_INIT, composite, frame

# Without the library, `make setup` fails in CI; elsewhere it prints that these tests will not run.
collect_ignore = (
    [] if find_spec("proton") else ["test_connection.py", "test_gateway.py", "test_messages.py", "test_sasl.py"]
)


class PlainClient:
    """A client of AMQP whose bytes are exchanged in memory. It is the channel of the connection under test.

    Attributes:
        may_write: whether the connection may send messages.
        is_closed: whether the connection closed the channel.
        is_aborted: whether the connection closed the channel at once.
        sasl: the bytes that the connection sent before the client was authenticated.
    """

    def __init__(self, idle_timeout: float | None = None):
        import proton

        self.may_write = True
        self.is_closed = False
        self.is_aborted = False
        self.sasl = b""
        self._is_authenticated = False
        self.engine = proton.Connection()
        self.transport = proton.Transport()
        if idle_timeout:
            self.transport.idle_timeout = idle_timeout
        self.transport.bind(self.engine)
        self.session = self.engine.session()

    def write(self, data: bytes) -> None:
        """Receive bytes of the connection."""
        if not self._is_authenticated:
            self.sasl += data
            return
        while data and (capacity := self.transport.capacity()) > 0:
            self.transport.push(data[:capacity])
            data = data[capacity:]

    def close(self) -> None:
        """Record that the connection closed the channel."""
        self.is_closed = True

    def abort(self) -> None:
        """Record that the connection closed the channel at once."""
        self.is_aborted = True

    def authenticate(self, connection: Any, username: str, password: str) -> None:
        """Send SASL frames to a connection."""
        self._is_authenticated = False
        response = f"\0{username}\0{password}".encode()
        connection.feed(sasl_header() + sasl_init("PLAIN", response))
        self._is_authenticated = True

    def open(self, credit: int = 0, name: str = "link") -> Any:
        """Open the connection, the session and a receiver link, and return the link."""
        self.engine.open()
        self.session.open()
        return self.attach(credit, name)

    def attach(self, credit: int = 0, name: str = "link", unreliable: bool = False) -> Any:
        """Open a receiver link and return it."""
        import proton

        link = self.session.receiver(name)
        if unreliable:
            link.snd_settle_mode = proton.Link.SND_SETTLED
        link.open()
        if credit:
            link.flow(credit)
        return link

    def exchange(self, connection: Any) -> None:
        """Send what the library wrote to a connection; its answers are processed meanwhile."""
        while (size := self.transport.pending()) > 0:
            data = self.transport.peek(size)
            self.transport.pop(size)
            connection.feed(data)

    def bodies(self, link: Any) -> list[tuple[Any, bytes]]:
        """Return the deliveries on a link that have not been read, with the bodies of their messages."""
        import proton

        found = []
        while (delivery := link.current) is not None and delivery.readable:
            message = proton.Message()
            message.decode(link.recv(delivery.pending))
            link.advance()
            found.append((delivery, bytes(message.body)))
        return found


def sasl_header() -> bytes:
    """Return the header of SASL."""
    return b"AMQP\x03\x01\x00\x00"


def sasl_init(mechanism: str, response: bytes) -> bytes:
    """Return the frame with which a client begins the authentication."""
    symbol = bytes([0xA3, len(mechanism)]) + mechanism.encode()
    binary = b"\xb0" + len(response).to_bytes(4, "big") + response
    return frame(composite(SASL_INIT, symbol, binary), kind=1)


@pytest.fixture
def create_client() -> Callable[..., PlainClient]:
    """Return the class of in-memory clients."""
    return PlainClient
