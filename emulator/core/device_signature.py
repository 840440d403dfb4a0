# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signatures with which devices prove that they know a secret, their own or that of their product."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

_KEYED = {"hmacmd5": "md5", "hmacsha1": "sha1", "hmacsha256": "sha256"}
_UNKEYED = "sha256"


def sign(method: str, secret: str, signed: Mapping[str, str]) -> str | None:
    """The signature in lower-case hexadecimal digits; None where there is no such method.

    Names and values are signed in the order of the names, without a separator. ``Sha256`` has no key, so the secret
    follows what is signed.
    """
    content = "".join(f"{name}{signed[name]}" for name in sorted(signed))
    method = method.lower()
    if method in _KEYED:
        return hmac.digest(secret.encode(), content.encode(), _KEYED[method]).hex()
    if method == _UNKEYED:
        return hashlib.sha256(f"{content}{secret}".encode()).hexdigest()
    return None


def verify_signature(signature: str, method: str, secret: str, signed: Mapping[str, str]) -> bool:
    """Whether ``signature``, in whichever case its digits are, is the one of ``signed``."""
    expected = sign(method, secret, signed)
    return expected is not None and hmac.compare_digest(expected.encode(), signature.lower().encode())
