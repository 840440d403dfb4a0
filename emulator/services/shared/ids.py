# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ids and secrets of the shapes that the platform gives out."""

from __future__ import annotations

import secrets
import string
import uuid

_LETTERS_AND_DIGITS = string.ascii_letters + string.digits
_HEXADECIMAL = "0123456789abcdef"


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
    return "".join(secrets.choice(_LETTERS_AND_DIGITS) for _number in range(length))


def hexadecimal(length: int) -> str:
    """``length`` random hexadecimal digits, as in a device's secret (32)."""
    return "".join(secrets.choice(_HEXADECIMAL) for _number in range(length))
