# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keeping to the documented requests per second.

The platform counts an operation's requests per second and account, and answers ``Throttling.User`` beyond it. A pacer
remembers when its last requests went out and lets the next one go when one more fits into the running second. Where the
platform still throttles, because something else uses the same account, the second is stretched and slowly shrinks
again.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque

#: A little more than a second: requests that leave a second apart may arrive closer together.
WINDOW = 1.05
LONGEST_WINDOW = 30.0
#: By how much a stretched window shrinks again with each request.
RECOVERY = 0.95


class Bucket:
    """The pace of one operation: at most ``qps`` requests in any running window."""

    def __init__(self, qps: int, clock=time.monotonic, sleep=time.sleep):
        self._sent: deque = deque(maxlen=qps)
        self._window = WINDOW
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Waits until one more request fits; returns the seconds waited."""
        with self._lock:
            now = self._clock()
            pause = 0.0
            if len(self._sent) == self._sent.maxlen:
                pause = max(0.0, self._sent[0] + self._window - now)
            self._sent.append(now + pause)
            self._window = max(WINDOW, self._window * RECOVERY)
        if pause:
            self._sleep(pause)
        return pause

    def slow_down(self) -> None:
        """The platform throttled all the same: stretch the window."""
        with self._lock:
            self._window = min(LONGEST_WINDOW, self._window * 2)

    def close(self) -> None:
        """There is nothing to close."""


class Pacer:
    """A bucket for each operation, made when it is first called.

    A page from record 100,000 on has a bucket of its own, at the operation's lower quota for deep pages.

    Args:
        clock, sleep: for tests.
        shared: makes a bucket that other processes share, given the operation and its quota. Where one cannot be used,
            with an OSError, it gives way to one of this process.
    """

    def __init__(self, clock=time.monotonic, sleep=time.sleep, shared=None):
        self._clock = clock
        self._sleep = sleep
        self._shared = shared
        self._buckets: dict = {}
        self._lock = threading.Lock()

    def wait(self, name: str, qps: int | None) -> float:
        """Waits until ``name`` may be called; an operation without a documented quota is not held back."""
        return self._with(name, qps, "wait") if qps else 0.0

    def slow_down(self, name: str, qps: int | None) -> None:
        """Tells the pacer that the platform throttled ``name``."""
        if qps:
            self._with(name, qps, "slow_down")

    def close(self) -> None:
        """Closes the files of shared buckets; the next request opens its own again."""
        with self._lock:
            for bucket in self._buckets.values():
                with contextlib.suppress(OSError):
                    bucket.close()

    def _with(self, name: str, qps: int, does: str):
        bucket = self._bucket(name, qps)
        try:
            return getattr(bucket, does)()
        except OSError:
            # A full disk or a file that was taken away ends no play.
            with self._lock:
                bucket = self._buckets[name, qps] = Bucket(qps, self._clock, self._sleep)
            return getattr(bucket, does)()

    def _bucket(self, name: str, qps: int):
        with self._lock:
            key = (name, qps)
            if key not in self._buckets:
                self._buckets[key] = self._made(name, qps)
            return self._buckets[key]

    def _made(self, name: str, qps: int):
        if self._shared is not None:
            try:
                return self._shared(name, qps)
            except OSError:
                pass
        return Bucket(qps, self._clock, self._sleep)


class NoPacer:
    """For a platform that enforces no quota."""

    def wait(self, name: str, qps: int | None) -> float:
        """Returns at once."""
        return 0.0

    def slow_down(self, name: str, qps: int | None) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""
