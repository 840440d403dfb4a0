# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The clock of the emulator: real time plus an offset, so that tests can move time forward without waiting."""

from __future__ import annotations

import time

from ansible_collections.iotops.aliyun.emulator.core.store import Store

TABLES = """
CREATE TABLE IF NOT EXISTS clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    ahead INTEGER NOT NULL  -- offset to real time in milliseconds
);
"""


class Clock:
    """Time in milliseconds since 1970. The offset is stored, because time must never go back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = 0
        self.reload()

    def now(self) -> int:
        """Return the time of the emulator in milliseconds."""
        return time.time_ns() // 1_000_000 + self._offset

    @property
    def ahead(self) -> int:
        """The offset to real time in milliseconds."""
        return self._offset

    def advance(self, seconds: float) -> int:
        """Move the clock forward by ``seconds`` and return the new time in milliseconds.

        Opens its own transaction.

        Raises:
            ValueError: ``seconds`` is negative.
        """
        if seconds < 0:
            raise ValueError(f"the clock cannot move back (advance: {seconds})")
        offset = self._offset + round(seconds * 1000)
        with self._store.transaction():
            self._store.put("clock", ("id",), id=1, ahead=offset)
        self._offset = offset
        return self.now()

    def reload(self) -> None:
        """Read the offset from the store again, after the store was changed elsewhere."""
        row = self._store.one("clock", id=1)
        self._offset = row["ahead"] if row else 0
