# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Limit how often something happens, in any period of a given length."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable


class RateLimit:
    """At most ``count`` events of a key within ``seconds``.

    It uses real time: moving the clock of the emulator allows no further events.

    Args:
        count: the number of events.
        seconds: the length of the period.
        clock: returns monotonic time in seconds.
    """

    def __init__(self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._seconds = seconds
        self._clock = clock
        self._recent: dict[Hashable, deque[float]] = {}

    def is_exceeded(self, key: Hashable) -> bool:
        """Count an event, and return whether it exceeds the limit. An event that exceeds it is not counted."""
        now = self._clock()
        recent = self._recent.setdefault(key, deque(maxlen=self._count))
        if len(recent) == self._count and now - recent[0] < self._seconds:
            return True
        recent.append(now)
        return False

    def reset(self) -> None:
        """Forget all events."""
        self._recent.clear()
