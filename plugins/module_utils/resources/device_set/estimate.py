# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Estimates: the number of requests of a task, and the time that they take under the quotas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

#: The seconds of one window of the client-side rate limit. The same as ``WINDOW`` of ``client/rate_limit.py``, which
#: resources do not import; a test compares the two.
RATE_LIMIT_WINDOW = 1.05


def quota_seconds(count: int, qps: int | None) -> float:
    """Return the minimum duration of requests of one operation under its quota.

    The first ``qps`` requests are sent immediately, the next ``qps`` requests one window later, and so on.

    Args:
        count: The number of requests.
        qps: The quota in requests per second; None for no quota.
    """
    return ((count - 1) // qps) * RATE_LIMIT_WINDOW if qps and count > 0 else 0.0


class Requests:
    """Requests that are sent concurrently, each operation under its own quota.

    Args:
        counts: The number of requests by operation.
        deep: The number of those requests that read deep pages, for which a lower quota applies.
        pause: Seconds in addition to the time for the quotas, for example for asynchronous processing on the platform.
    """

    def __init__(
        self, counts: dict[str, int] | None = None, deep: dict[str, int] | None = None, pause: float = 0.0
    ) -> None:
        self.counts = Counter({name: count for name, count in (counts or {}).items() if count})
        self.deep = Counter({name: count for name, count in (deep or {}).items() if count})
        self.pause = pause

    def __add__(self, other: Requests) -> Requests:
        return Requests(self.counts + other.counts, self.deep + other.deep, max(self.pause, other.pause))

    @property
    def total(self) -> int:
        """The number of all requests."""
        return sum(self.counts.values())

    def seconds(self, client: Any) -> float:
        """Return the duration in seconds, which is the duration of the slowest operation.

        Args:
            client: The client, which has the quotas of the operations.
        """
        longest = 0.0
        for name, count in self.counts.items():
            operation = client.operation(name)
            deep = self.deep[name]
            duration = quota_seconds(count - deep, operation.qps) + quota_seconds(deep, operation.deep_qps)
            longest = max(longest, duration)
        return longest + self.pause


def estimate(client: Any, stages: Iterable[Requests]) -> dict:
    """Return an estimate for the result of a task.

    Args:
        client: The client, which has the quotas of the operations.
        stages: The requests, stage by stage. A stage starts after the previous one is finished.

    Returns:
        The number of requests by operation, their total number, and their minimum duration in seconds.
    """
    stages = list(stages)
    counts: Counter = sum((stage.counts for stage in stages), Counter())
    return {
        "operations": dict(sorted(counts.items())),
        "requests": sum(counts.values()),
        "seconds": round(sum(stage.seconds(client) for stage in stages), 1),
    }
