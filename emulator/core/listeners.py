# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who in this process wants to know what happens on the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

Listener = Callable[[str], None]


class Listeners:
    """Listeners by what they listen for.

    What is announced is a text such as ``answer/1234``, or ``outbox/`` with a device's id behind it; a listener for
    ``outbox/`` hears all that begin with it, one for ``outbox/x`` that one alone. Listeners are called when the state
    is kept, one after the other, and must return at once.
    """

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = {}

    def add(self, what: str, listener: Listener) -> None:
        """Call ``listener`` with what is announced from now on."""
        self._listeners.setdefault(what, []).append(listener)

    def remove(self, what: str, listener: Listener) -> None:
        """Call it no longer. Raises ValueError where it was not called."""
        listeners = self._listeners.get(what, [])
        listeners.remove(listener)
        if not listeners:
            del self._listeners[what]

    @contextmanager
    def listening(self, what: str, listener: Listener) -> Iterator[None]:
        """Call ``listener`` while the block runs."""
        self.add(what, listener)
        try:
            yield
        finally:
            self.remove(what, listener)

    def tell(self, announced: Iterable[str]) -> None:
        """Call everybody who listens for one of these texts."""
        if not self._listeners:
            return
        for text in announced:
            for what in dict.fromkeys((text, text[: text.find("/") + 1])):
                for listener in tuple(self._listeners.get(what, ())):
                    listener(text)
