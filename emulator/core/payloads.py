# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Encode message payloads for the store: UTF-8 payloads as text, all others in Base64."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any, NoReturn

from ansible_collections.iotops.aliyun.emulator.core.store import Row

#: The payload of a message; a dict is sent as JSON.
Payload = bytes | str | dict[str, Any]


def to_bytes(payload: Payload) -> bytes:
    """Return a payload as the bytes that are sent."""
    if isinstance(payload, bytes):
        return payload
    return (payload if isinstance(payload, str) else to_json(payload)).encode()


def to_json(value: Any) -> str:
    """Return a value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Any:
    """Return the value of a JSON text written by ``to_json``."""
    return json.loads(text)


def to_columns(payload: bytes) -> Row:
    """Return the columns ``content`` and ``is_base64`` for a payload."""
    try:
        return {"content": payload.decode(), "is_base64": 0}
    except UnicodeDecodeError:
        return {"content": b64encode(payload).decode(), "is_base64": 1}


def from_columns(row: Row) -> bytes:
    """Return the payload in the columns of ``to_columns``."""
    content = row["content"]
    return b64decode(content) if row["is_base64"] else content.encode()


def parse_json_object(payload: bytes) -> dict[str, Any] | None:
    """Return a payload as a JSON object, or None if it is not a JSON object."""
    try:
        value = json.loads(payload, parse_constant=_reject_constant)
        # JSON can contain lone surrogates, which cannot be encoded again.
        to_json(value).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def has_duplicate_keys(text: str) -> bool:
    """Return whether a JSON object has a member more than once (at the top level)."""
    names: list[str] = []

    def collect(pairs: list[tuple[str, Any]]) -> None:
        # Called for the outermost object last.
        names[:] = [name for name, _value in pairs]

    json.loads(text, object_pairs_hook=collect)
    return len(set(names)) < len(names)


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
