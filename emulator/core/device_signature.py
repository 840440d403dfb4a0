# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signatures with which devices prove that they know the device secret or the product secret."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

_HMAC_METHODS = {"hmacmd5": "md5", "hmacsha1": "sha1", "hmacsha256": "sha256"}
_HASH_METHOD = "sha256"


def sign(method: str, secret: str, signed: Mapping[str, str]) -> str | None:
    """Return the signature in lowercase hexadecimal digits, or None if the method is unknown.

    The signed text consists of the names and values, sorted by name, without a separator. ``Sha256`` is a hash
    without a key, so the secret is appended to the signed text.
    """
    content = "".join(f"{name}{signed[name]}" for name in sorted(signed))
    method = method.lower()
    if method in _HMAC_METHODS:
        return hmac.digest(secret.encode(), content.encode(), _HMAC_METHODS[method]).hex()
    if method == _HASH_METHOD:
        return hashlib.sha256(f"{content}{secret}".encode()).hexdigest()
    return None


def verify_signature(signature: str, method: str, secret: str, signed: Mapping[str, str]) -> bool:
    """Return whether ``signature`` is the signature of ``signed``; uppercase and lowercase digits are equal."""
    expected = sign(method, secret, signed)
    return expected is not None and hmac.compare_digest(expected.encode(), signature.lower().encode())
