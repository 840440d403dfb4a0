# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""List messages to destinations outside the platform for the control endpoint ``/_emulator/deliveries``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import external

#: Parameters of the query that select messages with this value.
FILTERS = ("type", "source", "source_id", "source_name", "topic", "product_key", "device_name", "message_id")

_NUMBERS = {"since": 0, "limit": external.MAX_MESSAGES}
_MAX_DIGITS = 15


def list_deliveries(ctx: Context, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the recorded messages, oldest first.

    Args:
        ctx: the context.
        query: ``since`` (the ``seq`` of a message: only later ones are returned), ``limit`` and ``FILTERS``.

    Raises:
        ValueError: ``query`` is not valid.
    """
    unknown = [name for name in query if name not in (*_NUMBERS, *FILTERS)]
    if unknown:
        raise ValueError(f"unknown parameter {unknown[0][:100]}; known are {', '.join((*_NUMBERS, *FILTERS))}")
    numbers = {name: query.get(name, str(default)) for name, default in _NUMBERS.items()}
    for name, text in numbers.items():
        if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
            raise ValueError(f"{name} must be a number")
    conditions = {name: query[name] for name in FILTERS if name in query}
    rows = external.recorded(ctx, int(numbers["since"]), int(numbers["limit"]), **conditions)
    return [_to_reply(row) for row in rows]


def _to_reply(row: Row) -> dict[str, Any]:
    return {
        "seq": row["id"],
        "at": row["at"],
        **{name: row[name] for name in FILTERS},
        "configuration": json.loads(row["configuration"]),
        "payload_base64" if row["is_base64"] else "payload": row["content"],
    }
