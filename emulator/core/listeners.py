# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Publish events to listeners in the same process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

Listener = Callable[[str], None]


class Listeners:
    """Listeners by event.

    An event is a text, such as ``answer/1234`` or ``outbox/`` followed by the id of a device. A listener for
    ``outbox/`` receives all events with this prefix; a listener for ``outbox/x`` receives only that event. Listeners
    are called one after the other, after the transaction is committed, and must return immediately.
    """

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = {}

    def add(self, event: str, listener: Listener) -> None:
        """Call ``listener`` for every ``event`` from now on."""
        self._listeners.setdefault(event, []).append(listener)

    def remove(self, event: str, listener: Listener) -> None:
        """Stop calling ``listener`` for ``event``.

        Raises:
            ValueError: the listener was not added.
        """
        listeners = self._listeners.get(event, [])
        listeners.remove(listener)
        if not listeners:
            del self._listeners[event]

    @contextmanager
    def listening(self, event: str, listener: Listener) -> Iterator[None]:
        """Call ``listener`` for ``event`` while the block runs."""
        self.add(event, listener)
        try:
            yield
        finally:
            self.remove(event, listener)

    def publish(self, events: Iterable[str]) -> None:
        """Call the listeners of these events."""
        if not self._listeners:
            return
        for event in events:
            prefix = event[: event.find("/") + 1]
            for key in dict.fromkeys((event, prefix)):
                for listener in tuple(self._listeners.get(key, ())):
                    listener(event)
