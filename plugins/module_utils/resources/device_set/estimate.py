# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How many requests something takes, and how long the quotas make them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ansible_collections.iotops.aliyun.plugins.module_utils.client.rate_limit import WINDOW


def seconds(count: int, qps: int | None) -> float:
    """How long requests of one operation take at their pace: the first burst is free, the last waits for no other."""
    return ((count - 1) // qps) * WINDOW if qps and count > 0 else 0.0


class Requests:
    """Requests that go out side by side, each operation at its own pace.

    Args:
        counts: requests by operation.
        deep: how many of them ask for pages that are so deep that a lower quota counts.
        pause: seconds that pass beside what the quotas take, such as for what the platform does in its own time.
    """

    def __init__(self, counts: dict | None = None, deep: dict | None = None, pause: float = 0.0):
        self.counts = Counter({name: count for name, count in (counts or {}).items() if count})
        self.deep = Counter({name: count for name, count in (deep or {}).items() if count})
        self.pause = pause

    def __add__(self, other: Requests) -> Requests:
        return Requests(self.counts + other.counts, self.deep + other.deep, max(self.pause, other.pause))

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    def seconds(self, client) -> float:
        """How long they take: as long as the slowest of the operations.

        Args:
            client: knows the operations and their quotas.
        """
        longest = 0.0
        for name, count in self.counts.items():
            operation = client.operation(name)
            deep = self.deep[name]
            longest = max(longest, seconds(count - deep, operation.qps) + seconds(deep, operation.deep_qps))
        return longest + self.pause


def estimate(client, stages: Iterable[Requests]) -> dict:
    """What a result says of requests, those of one stage after those of another: their number by operation, in all, and
    the seconds that they take at least.
    """
    stages = list(stages)
    counts: Counter = sum((stage.counts for stage in stages), Counter())
    return {
        "operations": dict(sorted(counts.items())),
        "requests": sum(counts.values()),
        "seconds": round(sum(stage.seconds(client) for stage in stages), 1),
    }
