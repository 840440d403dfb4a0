# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A cache for the responses of reads.

A client exists for one task, so all items of a loop share the cached responses. A write drops the responses that it may
have changed. The elements of whole lists are also kept, without the pages that contained them, so that the caller of a
write who knows what it changes can update the list instead of dropping it.
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
    """The responses of reads by operation and parameters, and the elements of lists that were read completely.

    If several threads need the same response, one of them sends the request and the others wait for it.

    Args:
        catalogue: The operations and their families.

    Attributes:
        generation: A number that changes when responses are dropped: a list that was read meanwhile is outdated.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._lists: dict[tuple[str, str], tuple[Params, list]] = {}
        self._lock = threading.RLock()
        self.generation = 0

    def get(self, name: str, params: Params | None, fetch: Callable[[], Response]) -> Response:
        """Return the cached response of a read.

        Args:
            name: The operation.
            params: The parameters of the request.
            fetch: Sends the request if its response is not cached.
        """
        key = _key(name, params)
        with self._lock:
            if key not in self._entries:
                self._entries[key] = _Entry()
            entry = self._entries[key]
        with entry.lock:
            if entry.response is None:
                entry.response = fetch()
            return entry.response

    def list_elements(self, name: str, params: Params | None) -> list | None:
        """Return the elements of a list that was read completely, or None."""
        with self._lock:
            found = self._lists.get(_key(name, params))
        return None if found is None else found[1]

    def add_list(self, name: str, params: Params | None, elements: list, generation: int) -> None:
        """Keep the elements of a list.

        Args:
            name: The operation that returns the list.
            params: The parameters of the request, without those of the page.
            elements: All elements.
            generation: The ``generation`` before the first request. If it has changed, the list is not kept.
        """
        with self._lock:
            if generation == self.generation:
                self._lists[_key(name, params)] = (dict(params or {}), elements)

    def update_lists(self, name: str, change: Callable[[Params, list], list | None]) -> None:
        """Replace the elements of all kept lists of an operation.

        Args:
            name: The operation.
            change: Called with the parameters and the elements of a list. Returns the new elements, or None to drop the
                list.
        """
        with self._lock:
            for key, (params, elements) in list(self._lists.items()):
                if key[0] != name:
                    continue
                changed = change(params, elements)
                if changed is None:
                    del self._lists[key]
                else:
                    self._lists[key] = (params, changed)

    def invalidate(self, name: str, keep_lists: str = "") -> None:
        """Drop the responses that a write by the operation ``name`` may have changed.

        Args:
            name: The operation.
            keep_lists: The operation whose lists are kept, because the caller updates them after the write.
        """
        with self._lock:
            self.generation += 1
            self._entries = {key: entry for key, entry in self._entries.items() if not self._changes(name, key[0])}
            self._lists = {
                key: kept
                for key, kept in self._lists.items()
                if key[0] == keep_lists or not self._changes(name, key[0])
            }

    def _changes(self, write: str, read: str) -> bool:
        """Return whether a write may change the response of a read."""
        if self._catalogue.family(write) in _INDEPENDENT_FAMILIES:
            return True
        if self._catalogue.family(read) in _INDEPENDENT_FAMILIES:
            return False
        changed_by = self._catalogue.operation(read).changed_by
        return not changed_by or write in changed_by

    def clear(self) -> None:
        """Drop all responses."""
        with self._lock:
            self.generation += 1
            self._entries = {}
            self._lists = {}


def _key(name: str, params: Params | None) -> tuple[str, str]:
    return (name, json.dumps(params or {}, sort_keys=True, default=str))
