# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Generate ids and secrets in the formats of the platform."""

from __future__ import annotations

import secrets
import string
import uuid

_LETTERS_AND_DIGITS = (string.ascii_letters + string.digits).encode()
_COUNT = len(_LETTERS_AND_DIGITS)
#: Maps a random byte to a letter or digit.
_BYTE_TO_CHARACTER = bytes(_LETTERS_AND_DIGITS[byte % _COUNT] for byte in range(256))
# The bytes to discard: they would make the first characters more likely than the others.
_DISCARDED_BYTES = bytes(range(256 - 256 % _COUNT, 256))


def request_id() -> str:
    """Return a request id, such as ``4C467B38-3910-447D-87BC-AC049166F216``."""
    return str(uuid.uuid4()).upper()


def product_key() -> str:
    """Return a product key: 11 letters and digits, such as ``a1FlqIQx7Zk``."""
    return "a1" + alphanumeric(9)


def secret() -> str:
    """Return a product secret: 16 letters and digits."""
    return alphanumeric(16)


def alphanumeric(length: int) -> str:
    """Return ``length`` random letters and digits."""
    # Devices are created by the thousands: drawing single characters would take longer than storing the rows.
    drawn = b""
    while len(drawn) < length:
        drawn += secrets.token_bytes(length).translate(_BYTE_TO_CHARACTER, _DISCARDED_BYTES)
    return drawn[:length].decode()


def hexadecimal(length: int) -> str:
    """Return ``length`` random hexadecimal digits; a device secret has 32."""
    return secrets.token_hex((length + 1) // 2)[:length]
