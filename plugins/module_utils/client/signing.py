# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signature version 1.0: HMAC-SHA1 over the sorted parameters (the manual's chapter 4.5)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote


def percent_encode(text: str) -> str:
    """Percent-encoding by RFC 3986, as the signature wants it: a space is ``%20``, ``~`` stays."""
    return quote(text, safe="~")


def canonical_query(params: dict) -> str:
    """The parameters, sorted by name and encoded, as they are signed and as they may be sent."""
    return "&".join(f"{percent_encode(name)}={percent_encode(params[name])}" for name in sorted(params))


def sign(method: str, params: dict, secret: str) -> str:
    """The signature of a request.

    Args:
        method: the HTTP method in capitals.
        params: every parameter of the request, of the query and of the form body, without ``Signature``; strings.
        secret: the AccessKey secret.

    Returns:
        The Base64 text that goes into the parameter ``Signature``.
    """
    text = f"{method}&%2F&{percent_encode(canonical_query(params))}"
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
