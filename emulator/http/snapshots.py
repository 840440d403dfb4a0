# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keep named copies of the state in memory, so that a test can start from a prepared account."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.http.control_bodies import check_body

#: The largest number of snapshots, and the largest size of all of them together in bytes.
MAX_SNAPSHOTS = 32
MAX_BYTES = 512 * 1024 * 1024

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of the state: the content of the database, and when it was created (real time in milliseconds)."""

    content: bytes
    at: int


class Snapshots:
    """The snapshots of a server by name. They do not survive the end of the process."""

    def __init__(self) -> None:
        self._snapshots: dict[str, Snapshot] = {}

    def add(self, name: str, content: bytes) -> dict[str, Any]:
        """Store a copy of the state, which replaces the snapshot with the same name, and return its description.

        Raises:
            ValueError: there are too many snapshots, or they are too large.
        """
        others = {other: snapshot for other, snapshot in self._snapshots.items() if other != name}
        if len(others) >= MAX_SNAPSHOTS:
            raise ValueError(f"there are {MAX_SNAPSHOTS} snapshots, which is the limit; delete one")
        size = sum(len(snapshot.content) for snapshot in others.values()) + len(content)
        if size > MAX_BYTES:
            raise ValueError(f"the snapshots would have {size} bytes, the limit is {MAX_BYTES}; delete one")
        self._snapshots = {**others, name: Snapshot(content, time.time_ns() // 1_000_000)}
        return self._describe(name)

    def content(self, name: str) -> bytes:
        """Return the copy of the state.

        Raises:
            KeyError: there is no snapshot with this name.
        """
        return self._snapshots[name].content

    def remove(self, name: str) -> None:
        """Delete a snapshot.

        Raises:
            KeyError: there is no snapshot with this name.
        """
        del self._snapshots[name]

    def describe_all(self) -> list[dict[str, Any]]:
        """Return the descriptions of all snapshots, oldest first."""
        return [self._describe(name) for name in self._snapshots]

    def _describe(self, name: str) -> dict[str, Any]:
        snapshot = self._snapshots[name]
        return {"name": name, "bytes": len(snapshot.content), "at": snapshot.at}


def requested_name(body: Any) -> str:
    """Return the name of a snapshot from the body of a request.

    Raises:
        ValueError: the body is not valid.
    """
    check_body(body, ("name",))
    name = body.get("name")
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise ValueError("name must have 1 to 64 letters, digits, _, . or -")
    return name
