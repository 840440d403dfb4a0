# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The SASL layer of AMQP 1.0 (part 5.3 of the specification) with the mechanism PLAIN.

The library cannot check passwords of PLAIN by itself: it would read them from a database of another library.
"""

from __future__ import annotations

from collections.abc import Callable

import proton

_HEADER = b"AMQP\x03\x01\x00\x00"
_MECHANISMS = b"\x00\x53\x40\xc0\x0b\x01\xe0\x08\x01\xa3\x05PLAIN"
_INIT = 0x41  # descriptor of sasl-init

_OUTCOME = b"\x00\x53\x44\xc0\x03\x01\x50"  # the code follows
_ACCEPTED = 0
_REFUSED = 1

_FRAME_HEADER = 8  # bytes
_SASL_FRAME = 1  # frame type
# The specification allows 512 bytes, but the security tokens of STS are longer.
_MAX_FRAME = 16 * 1024

#: Checks a user name and a password, and returns whether they are accepted.
Authenticate = Callable[[str, str], bool]


class SaslError(Exception):
    """The connection must be closed: the client is not authenticated, or violates the protocol."""


class Sasl:
    """The server's side of SASL on one connection.

    Args:
        write: Sends bytes to the client.
        authenticate: Checks the credentials of the client.

    Attributes:
        is_complete: whether the client is authenticated.
    """

    def __init__(self, write: Callable[[bytes], None], authenticate: Authenticate) -> None:
        self.is_complete = False
        self._write = write
        self._authenticate = authenticate
        self._buffer = b""
        self._has_header = False

    def feed(self, data: bytes) -> bytes:
        """Process bytes of the client.

        Returns:
            The bytes that follow SASL; empty until it is complete.

        Raises:
            SaslError: the connection must be closed.
        """
        self._buffer += data
        if not self._has_header:
            if len(self._buffer) < len(_HEADER) and _HEADER.startswith(self._buffer):
                return b""
            # The answer to a client that begins differently is the supported header.
            self._write(_HEADER)
            if not self._buffer.startswith(_HEADER):
                raise SaslError("the client does not begin with SASL of AMQP 1.0")
            self._has_header = True
            self._buffer = self._buffer[len(_HEADER) :]
            self._write(_frame(_MECHANISMS))
        body = self._next_frame()
        if body is None:
            return b""
        if not self._accepts(body):
            self._write(_frame(_OUTCOME + bytes([_REFUSED])))
            raise SaslError("the credentials are not accepted")
        self._write(_frame(_OUTCOME + bytes([_ACCEPTED])))
        self.is_complete = True
        return self._buffer

    def _next_frame(self) -> bytes | None:
        """Remove a frame from the buffer and return its body, or None if it is incomplete."""
        if len(self._buffer) < _FRAME_HEADER:
            return None
        size, offset, kind = int.from_bytes(self._buffer[:4], "big"), self._buffer[4] * 4, self._buffer[5]
        if kind != _SASL_FRAME or not _FRAME_HEADER <= offset <= size <= _MAX_FRAME:
            raise _invalid()
        if len(self._buffer) < size:
            return None
        body, self._buffer = self._buffer[offset:size], self._buffer[size:]
        return body

    def _accepts(self, body: bytes) -> bool:
        """Return whether the first frame of the client has the mechanism PLAIN and valid credentials.

        Raises:
            SaslError: the frame is not valid.
        """
        mechanism, response = _parse_init(body)
        # PLAIN: an identity to act as, which has no meaning here, the user name and the password.
        parts = response.split(b"\0")
        if mechanism != "PLAIN" or len(parts) != 3:
            return False
        try:
            return self._authenticate(parts[1].decode(), parts[2].decode())
        except UnicodeDecodeError:
            return False


def _parse_init(body: bytes) -> tuple[str, bytes]:
    """Return the mechanism and the initial response of a frame sasl-init. Raises SaslError if it is not valid."""
    data = proton.Data()
    try:
        data.decode(body)
        data.rewind()
        data.next()
        init = data.get_object()
    except (proton.ProtonException, LookupError, TypeError, UnicodeDecodeError) as error:
        raise _invalid() from error
    fields = init.value if isinstance(init, proton.Described) and init.descriptor == _INIT else None
    if not (isinstance(fields, list) and fields and isinstance(fields[0], str)):
        raise _invalid()
    response = fields[1] if len(fields) > 1 and fields[1] is not None else b""
    if not isinstance(response, bytes | memoryview):
        raise _invalid()
    return fields[0], bytes(response)


def _invalid() -> SaslError:
    return SaslError("the client sent an invalid SASL frame")


def _frame(body: bytes) -> bytes:
    size = _FRAME_HEADER + len(body)
    return size.to_bytes(4, "big") + bytes([_FRAME_HEADER // 4, _SASL_FRAME, 0, 0]) + body
