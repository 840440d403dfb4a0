# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads that are not sent twice.

A client lives as long as one task: all items of a loop share what was read. A write drops what it may have changed.
"""

from __future__ import annotations

import json
import threading

#: Families whose things stand on their own: reading them again after a write elsewhere would tell nothing new. A
#: product is the parent of all others, and no write to a child changes what is read of it here (its device count is
#: never planned on).
_STAND_ALONE = ("product",)


class ReadCache:
    """Replies by operation and parameters.

    Threads that ask for the same read at the same time wait for one request.
    """

    def __init__(self, catalogue):
        self._catalogue = catalogue
        self._replies: dict = {}
        self._lock = threading.RLock()

    def get(self, name: str, params: dict | None, fetch) -> dict:
        """The reply of that read, fetched if it is not here."""
        key = (name, json.dumps(params or {}, sort_keys=True, default=str))
        with self._lock:
            if key not in self._replies:
                self._replies[key] = [threading.Lock(), None]
            entry = self._replies[key]
        with entry[0]:
            if entry[1] is None:
                entry[1] = fetch()
            return entry[1]

    def drop(self, name: str) -> None:
        """Forgets what a write to this operation's family may have changed."""
        written = self._catalogue.family(name)
        with self._lock:
            self._replies = {
                key: reply
                for key, reply in self._replies.items()
                if self._catalogue.family(key[0]) in _STAND_ALONE and written not in _STAND_ALONE
            }

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._replies = {}
