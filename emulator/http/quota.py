# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Enforce the documented quotas: requests per second of one account, per operation.

Each operation has a token bucket with the capacity of one second, which is refilled at the documented rate. Deep pages,
and requests with a documented quota per minute, have buckets of their own. Buckets use real time: moving the clock of
the emulator does not add tokens.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation

#: A page counts as deep if page number times page size is at least this number.
DEEP = 100_000

_SECOND = 1.0
_MINUTE = 60.0
_ROUNDING = 1e-9


class Quota:
    """The token buckets of the account. ``clock`` returns monotonic time in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[tuple[str, str], float] = {}

    def take(self, action: str, operation: Operation, params: Mapping[str, Any]) -> None:
        """Take a token for one request.

        Raises:
            GatewayError: ``Throttling.User`` if the quota is used up.
        """
        bucket, rate, window = _bucket(operation, params)
        if rate is None:
            return
        # Instead of counting tokens, store when the bucket will be full again: at most one window from now.
        now = self._clock()
        full_at = max(self._full_at.get((action, bucket), now), now) + window / rate
        if full_at - now > window + _ROUNDING:
            raise GatewayError(400, "Throttling.User", "Request was denied due to user flow control.")
        self._full_at[action, bucket] = full_at

    def reset(self) -> None:
        """Fill all buckets."""
        self._full_at.clear()


def _bucket(operation: Operation, params: Mapping[str, Any]) -> tuple[str, int | None, float]:
    """Return the bucket of a request, its rate (None if it is unlimited) and the window of the rate in seconds."""
    for name, rate in operation.per_minute_without.items():
        if not params.get(name):
            return f"without {name}", rate, _MINUTE
    if is_deep(operation, params):
        return "deep", operation.deep_qps, _SECOND
    return "", operation.qps, _SECOND


def is_deep(operation: Operation, params: Mapping[str, Any]) -> bool:
    """Return whether a request is for a deep page, which has a separate, lower quota."""
    pages = operation.pages
    if operation.deep_qps is None or pages is None:
        return False
    number = params.get(pages.page)
    size = params.get(pages.size)
    return isinstance(number, int) and isinstance(size, int) and number * size >= DEEP
