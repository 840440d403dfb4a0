# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Client-side rate limiting: do not exceed the documented requests per second.

The platform counts the requests per operation, second and account, and returns ``Throttling.User`` above the quota. A
rate limiter remembers when the last requests were sent, and sends the next one when it fits into the sliding window. If
the platform throttles anyway, because another client uses the same account, the window is extended. It shrinks again
with each request.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

#: The window in seconds. It is a little longer than a second, because requests that are sent a second apart may arrive
#: closer together.
WINDOW = 1.05
MAX_WINDOW = 30.0
#: The factor by which an extended window shrinks with each request.
RECOVERY = 0.95


class AnyBucket(Protocol):
    """The rate limit of one operation: of one process, or shared by several."""

    def wait(self) -> float:
        """Wait until one more request fits into the window, and return the seconds waited."""

    def slow_down(self) -> None:
        """Extend the window after the platform throttled a request."""

    def close(self) -> None:
        """Release the resources of the bucket."""


class AnyRateLimiter(Protocol):
    """What a client needs of a rate limiter."""

    def wait(self, name: str, qps: int | None) -> float:
        """Wait until the operation may be called, and return the seconds waited."""

    def slow_down(self, name: str, qps: int | None) -> None:
        """Extend the window of an operation after the platform throttled a request."""

    def close(self) -> None:
        """Release the resources of the rate limiter."""


class Bucket:
    """The rate limit of one operation in one process: at most ``qps`` requests in any sliding window.

    Args:
        qps: The maximum number of requests in a window.
        clock: The clock; tests replace it.
        sleep: The function that waits; tests replace it.
    """

    def __init__(
        self, qps: int, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._qps = qps
        self._sent: deque[float] = deque(maxlen=qps)
        self._window = WINDOW
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Wait until one more request fits into the window, and return the seconds waited."""
        with self._lock:
            now = self._clock()
            pause = 0.0
            if len(self._sent) == self._qps:
                pause = max(0.0, self._sent[0] + self._window - now)
            self._sent.append(now + pause)
            self._window = max(WINDOW, self._window * RECOVERY)
        if pause:
            self._sleep(pause)
        return pause

    def slow_down(self) -> None:
        """Double the window after the platform throttled a request, up to ``MAX_WINDOW``."""
        with self._lock:
            self._window = min(MAX_WINDOW, self._window * 2)

    def close(self) -> None:
        """Do nothing: the bucket uses no resources that must be closed."""


class RateLimiter:
    """A bucket for each operation, created at its first call.

    Pages from record 100,000 on have a separate bucket with the operation's lower quota for deep pages.

    Args:
        clock: The clock; tests replace it.
        sleep: The function that waits; tests replace it.
        shared: Creates a bucket that other processes share, from the name of an operation and its quota. If that bucket
            raises OSError, a bucket of this process replaces it.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        shared: Callable[[str, int], AnyBucket] | None = None,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._shared = shared
        self._buckets: dict[tuple[str, int], AnyBucket] = {}
        self._lock = threading.Lock()

    def wait(self, name: str, qps: int | None) -> float:
        """Wait until the operation ``name`` may be called, and return the seconds waited.

        An operation without a documented quota is not limited.
        """
        if not qps:
            return 0.0
        try:
            return self._bucket(name, qps).wait()
        except OSError:
            return self._replace(name, qps).wait()

    def slow_down(self, name: str, qps: int | None) -> None:
        """Extend the window of the operation ``name`` after the platform throttled a request."""
        if not qps:
            return
        try:
            self._bucket(name, qps).slow_down()
        except OSError:
            self._replace(name, qps).slow_down()

    def close(self) -> None:
        """Close the files of shared buckets; the next request opens its file again."""
        with self._lock:
            for bucket in self._buckets.values():
                with contextlib.suppress(OSError):
                    bucket.close()

    def _bucket(self, name: str, qps: int) -> AnyBucket:
        with self._lock:
            key = (name, qps)
            if key not in self._buckets:
                self._buckets[key] = self._create(name, qps)
            return self._buckets[key]

    def _create(self, name: str, qps: int) -> AnyBucket:
        if self._shared is not None:
            try:
                return self._shared(name, qps)
            except OSError:
                pass
        return Bucket(qps, self._clock, self._sleep)

    def _replace(self, name: str, qps: int) -> AnyBucket:
        """Replace a shared bucket that failed: a full disk or a deleted file must not fail the task."""
        with self._lock:
            bucket: AnyBucket = Bucket(qps, self._clock, self._sleep)
            self._buckets[name, qps] = bucket
            return bucket


class NoRateLimiter:
    """A rate limiter without limits, for the option ``pacing: false``."""

    def wait(self, name: str, qps: int | None) -> float:
        """Return immediately."""
        return 0.0

    def slow_down(self, name: str, qps: int | None) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
