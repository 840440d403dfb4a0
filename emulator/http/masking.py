# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Mask secrets in what the control endpoints return."""

from __future__ import annotations

import json
from typing import Any

MASK = "********"

_SECRET_WORDS = ("secret", "password", "passwd", "token", "pincode", "pin_code", "privatekey", "private_key")


def masked(value: Any, name: str = "") -> Any:
    """Return ``value`` with masked secrets, which are detected by name; JSON texts are searched as well."""
    if isinstance(value, dict):
        return {key: masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, name) for inner in value]
    if value not in (None, "") and any(word in name.lower() for word in _SECRET_WORDS):
        return MASK
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.dumps(masked(json.loads(value)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return value
    return value
