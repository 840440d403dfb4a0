# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ids and secrets of the shapes that the platform gives out."""

from __future__ import annotations

import secrets
import string
import uuid

_LETTERS_AND_DIGITS = (string.ascii_letters + string.digits).encode()
_COUNT = len(_LETTERS_AND_DIGITS)
#: Which letter or digit a random byte stands for; those left over would make the first ones likelier.
_LETTER_OF = bytes(_LETTERS_AND_DIGITS[byte % _COUNT] for byte in range(256))
_LEFT_OVER = bytes(range(256 - 256 % _COUNT, 256))


def request_id() -> str:
    """Such as ``4C467B38-3910-447D-87BC-AC049166F216``."""
    return str(uuid.uuid4()).upper()


def product_key() -> str:
    """11 letters and digits, such as ``a1FlqIQx7Zk``."""
    return "a1" + alphanumeric(9)


def secret() -> str:
    """A product's secret: 16 letters and digits."""
    return alphanumeric(16)


def alphanumeric(length: int) -> str:
    """``length`` random letters and digits."""
    # Devices are made by the thousands: to draw character by character would take longer than to store them.
    drawn = b""
    while len(drawn) < length:
        drawn += secrets.token_bytes(length).translate(_LETTER_OF, _LEFT_OVER)
    return drawn[:length].decode()


def hexadecimal(length: int) -> str:
    """``length`` random hexadecimal digits, as in a device's secret (32)."""
    return secrets.token_hex((length + 1) // 2)[:length]
