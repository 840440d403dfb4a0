# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""TCP connections of clients, with or without TLS on the same port, as for devices of the platform."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import Protocol

# The first byte of a TLS handshake. No client of MQTT or AMQP begins with it.
_TLS_HANDSHAKE = 0x16

_READ_SIZE = 64 * 1024


class Receiver(Protocol):
    """What a connection delivers its bytes to."""

    def feed(self, data: bytes) -> None:
        """Process bytes of the client."""

    def ended(self) -> None:
        """Handle that the connection has ended."""


class Socket(asyncio.Protocol):
    """One TCP connection. It is the channel of the client that is connected through it.

    Args:
        open_receiver: Called with this object as soon as the connection exists; returns the receiver of its bytes.
        tls_context: Returns the TLS settings of the server; called for the first client that begins with TLS.
    """

    def __init__(self, open_receiver: Callable[[Socket], Receiver], tls_context: Callable[[], ssl.SSLContext]) -> None:
        self._open_receiver = open_receiver
        self._tls_context = tls_context
        self._tls: _Tls | None = None
        self._is_new = True
        self._may_write = asyncio.Event()
        self._may_write.set()

    # Events of the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open the receiver; see asyncio.Protocol."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._receiver = self._open_receiver(self)

    def data_received(self, data: bytes) -> None:
        """Pass bytes to the receiver, decrypted if the client uses TLS; see asyncio.Protocol."""
        if self._is_new:
            self._is_new = False
            if data[0] == _TLS_HANDSHAKE:
                self._tls = _Tls(self._tls_context(), self._transport)
        if self._tls is None:
            self._receiver.feed(data)
            return
        try:
            for part in self._tls.receive(data):
                self._receiver.feed(part)
        except ssl.SSLError:
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Notify the receiver that the connection has ended; see asyncio.Protocol."""
        self._may_write.set()
        self._receiver.ended()

    def pause_writing(self) -> None:
        """Make ``drain`` wait; see asyncio.Protocol."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """End the wait of ``drain``; see asyncio.Protocol."""
        self._may_write.set()

    # The channel of the client

    @property
    def peer(self) -> tuple[str, int]:
        """The IP address and the port of the client."""
        address, port = self._transport.get_extra_info("peername")[:2]
        return address, port

    @property
    def client_certificate(self) -> bytes | None:
        """The client's certificate (DER), which was verified; None if it sent none."""
        return self._tls.client_certificate if self._tls else None

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self._tls is not None:
            self._tls.send(data)
        elif not self._transport.is_closing():
            self._transport.write(data)

    @property
    def may_write(self) -> bool:
        """Whether the client has received enough of the sent bytes to send more."""
        return self._may_write.is_set()

    async def drain(self) -> None:
        """Wait until the client has received enough of the sent bytes to send more."""
        await self._may_write.wait()

    def close(self) -> None:
        """Close the connection after all sent bytes have left."""
        if self._tls is not None:
            self._tls.end()
        self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        self._transport.abort()


class _Tls:
    """The server's side of TLS. asyncio can add TLS to a connection only before it has read the first bytes."""

    def __init__(self, context: ssl.SSLContext, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._encrypted_in, self._encrypted_out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._connection = context.wrap_bio(self._encrypted_in, self._encrypted_out, server_side=True)
        self._is_established = False

    @property
    def client_certificate(self) -> bytes | None:
        return self._connection.getpeercert(binary_form=True) if self._is_established else None

    def receive(self, data: bytes) -> list[bytes]:
        """Process encrypted bytes and return the decrypted ones. Raises SSLError if the client violates TLS."""
        self._encrypted_in.write(data)
        decrypted: list[bytes] = []
        try:
            if not self._is_established:
                self._connection.do_handshake()
                self._is_established = True
            while part := self._connection.read(_READ_SIZE):
                decrypted.append(part)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self._transport.close()
        finally:
            self._flush()
        return decrypted

    def send(self, data: bytes) -> None:
        if self._is_established and not self._transport.is_closing():
            self._connection.write(data)
            self._flush()

    def end(self) -> None:
        """Notify the client that the connection ends."""
        if self._is_established and not self._transport.is_closing():
            # The client need not answer.
            with contextlib.suppress(ssl.SSLError):
                self._connection.unwrap()
            self._flush()

    def _flush(self) -> None:
        data = self._encrypted_out.read()
        if data and not self._transport.is_closing():
            self._transport.write(data)
