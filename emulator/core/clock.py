# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The platform's clock: real time plus an offset that can be moved forward, so that a day passes in a test at once."""

from __future__ import annotations

import time

from ansible_collections.iotops.aliyun.emulator.core.store import Store

TABLES = """
CREATE TABLE IF NOT EXISTS clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    ahead INTEGER NOT NULL  -- milliseconds before real time
);
"""


class Clock:
    """Time in milliseconds since 1970. How far it is ahead is kept in the store, for time never goes back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ahead = 0
        self.read()

    def now(self) -> int:
        """The platform's time in milliseconds."""
        return time.time_ns() // 1_000_000 + self._ahead

    def advance(self, seconds: float) -> int:
        """Move the clock ``seconds`` forward and return the new time in milliseconds. Opens its own transaction.

        Raises ValueError where ``seconds`` is negative.
        """
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        ahead = self._ahead + round(seconds * 1000)
        with self._store.transaction():
            self._store.put("clock", ("id",), id=1, ahead=ahead)
        self._ahead = ahead
        return self.now()

    def read(self) -> None:
        """Take the offset from the store again, after something else changed the store."""
        kept = self._store.one("clock", id=1)
        self._ahead = kept["ahead"] if kept else 0
