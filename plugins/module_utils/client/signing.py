# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signature version 1.0: HMAC-SHA1 of the sorted parameters (manual chapter 4.5)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import quote

_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def percent_encode(text: str) -> str:
    """Return the percent-encoded text by RFC 3986, as the signature requires: a space is ``%20``, ``~`` is kept."""
    # Most names and values need no encoding, and this check is faster than encoding them.
    return text if _UNRESERVED(text) else quote(text, safe="~")


def canonical_query(params: Mapping[str, str]) -> str:
    """Return the encoded parameters, sorted by name. The result is used for the signature and in the request."""
    return "&".join(f"{percent_encode(name)}={percent_encode(params[name])}" for name in sorted(params))


def sign(method: str, query: Mapping[str, str], body: Mapping[str, str], secret: str) -> tuple[str, str]:
    """Sign a request.

    Args:
        method: The HTTP method in capital letters.
        query: The parameters in the query, without ``Signature``.
        body: The parameters in the form body, which are part of the signature.
        secret: The AccessKey secret.

    Returns:
        The query, sorted and encoded, and the encoded value of the parameter ``Signature`` that must be added to it.
    """
    encoded = canonical_query(query)
    signed = canonical_query({**query, **body}) if body else encoded
    digest = hmac.new(f"{secret}&".encode(), f"{method}&%2F&{percent_encode(signed)}".encode(), hashlib.sha1).digest()
    return encoded, percent_encode(base64.b64encode(digest).decode())
