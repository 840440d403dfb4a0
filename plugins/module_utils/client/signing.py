# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signature version 1.0: HMAC-SHA1 over the sorted parameters (the manual's chapter 4.5)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import quote

_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def percent_encode(text: str) -> str:
    """Percent-encoding by RFC 3986, as the signature wants it: a space is ``%20``, ``~`` stays."""
    # Most names and values have nothing to encode, and finding that out is cheaper than encoding them.
    return text if _UNRESERVED(text) else quote(text, safe="~")


def canonical_query(params: dict) -> str:
    """The parameters, sorted by name and encoded, as they are signed and as they may be sent."""
    return "&".join(f"{percent_encode(name)}={percent_encode(params[name])}" for name in sorted(params))


def sign(method: str, query: dict, body: dict, secret: str) -> tuple[str, str]:
    """Signs a request.

    Args:
        method: the HTTP method in capitals.
        query: the parameters of the query, without ``Signature``; strings.
        body: those of the form body, which are signed with them.
        secret: the AccessKey secret.

    Returns:
        The query, sorted and encoded, and the encoded value of the parameter ``Signature`` to add to it.
    """
    encoded = canonical_query(query)
    signed = canonical_query({**query, **body}) if body else encoded
    digest = hmac.new(f"{secret}&".encode(), f"{method}&%2F&{percent_encode(signed)}".encode(), hashlib.sha1).digest()
    return encoded, percent_encode(base64.b64encode(digest).decode())
