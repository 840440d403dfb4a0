# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A cache for the responses of reads.

A client exists for one task, so all items of a loop share the cached responses. A write drops the responses that it may
have changed.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Params, Response
from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue

#: Families whose cached responses stay valid after a write to another family. A product is the parent of all other
#: resources, and a write to one of its children changes nothing in its responses that this collection uses (the device
#: count is not used for planning).
_INDEPENDENT_FAMILIES = ("product",)


class _Entry:
    """A cached response. The lock is held while the response is requested."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.response: Response | None = None


class ReadCache:
    """The responses of reads by operation and parameters.

    If several threads need the same response, one of them sends the request and the others wait for it.

    Args:
        catalogue: The operations and their families.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._lock = threading.RLock()

    def get(self, name: str, params: Params | None, fetch: Callable[[], Response]) -> Response:
        """Return the cached response of a read.

        Args:
            name: The operation.
            params: The parameters of the request.
            fetch: Sends the request if its response is not cached.
        """
        key = (name, json.dumps(params or {}, sort_keys=True, default=str))
        with self._lock:
            if key not in self._entries:
                self._entries[key] = _Entry()
            entry = self._entries[key]
        with entry.lock:
            if entry.response is None:
                entry.response = fetch()
            return entry.response

    def invalidate(self, name: str) -> None:
        """Drop the responses that a write by the operation ``name`` may have changed."""
        written = self._catalogue.family(name)
        with self._lock:
            self._entries = {
                key: entry
                for key, entry in self._entries.items()
                if self._catalogue.family(key[0]) in _INDEPENDENT_FAMILIES and written not in _INDEPENDENT_FAMILIES
            }

    def clear(self) -> None:
        """Drop all responses."""
        with self._lock:
            self._entries = {}
