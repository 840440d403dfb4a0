# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What devices and the platform send each other, as it is kept: as text where it is one, in Base64 otherwise."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.store import Row

#: What a message can consist of; an object is sent as JSON.
Payload = bytes | str | dict[str, Any]


def to_bytes(payload: Payload) -> bytes:
    """A payload as it travels."""
    if isinstance(payload, bytes):
        return payload
    return (payload if isinstance(payload, str) else to_json(payload)).encode()


def to_json(value: Any) -> str:
    """A value as JSON, as short as it can be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def to_columns(payload: bytes) -> Row:
    """The columns ``content`` and ``is_base64`` that keep a payload."""
    try:
        return {"content": payload.decode(), "is_base64": 0}
    except UnicodeDecodeError:
        return {"content": b64encode(payload).decode(), "is_base64": 1}


def from_columns(row: Row) -> bytes:
    """The payload that a row keeps in the columns of ``columns``."""
    content = row["content"]
    return b64decode(content) if row["is_base64"] else content.encode()


def parse_json_object(payload: bytes) -> dict[str, Any] | None:
    """The JSON object that a payload is, or None where it is none."""
    try:
        value = json.loads(payload, parse_constant=_no_constant)
        # Half a surrogate pair can be read, but could be given back to nobody.
        to_json(value).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def has_duplicate_keys(text: str) -> bool:
    """Whether a JSON object names a member twice."""
    names: list[str] = []

    def see(pairs: list[tuple[str, Any]]) -> None:
        # The object itself comes after all that is in it.
        names[:] = [name for name, _value in pairs]

    json.loads(text, object_pairs_hook=see)
    return len(set(names)) < len(names)


def from_json(text: str) -> Any:
    """The value that ``written`` wrote."""
    return json.loads(text)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
