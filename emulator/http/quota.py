# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Enforce the documented quotas: requests per second of one account, per operation.

Each operation has a token bucket with the capacity of one second, which is refilled at the documented rate. It uses
real time: moving the clock of the emulator does not add tokens.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation

#: A page counts as deep if page number times page size is at least this number.
DEEP = 100_000

_WINDOW = 1.0  # seconds
_ROUNDING = 1e-9


class Quota:
    """The token buckets of the account. ``clock`` returns monotonic time in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[tuple[str, bool], float] = {}

    def take(self, action: str, operation: Operation, params: Mapping[str, Any]) -> None:
        """Take a token for one request.

        Raises:
            GatewayError: ``Throttling.User`` if the quota is used up.
        """
        if any(not params.get(name) for name in operation.per_minute_without):
            return  # The service enforces quotas per minute, by the clock of the emulator.
        deep = is_deep(operation, params)
        rate = operation.deep_qps if deep else operation.qps
        if rate is None:
            return
        # Instead of counting tokens, store when the bucket will be full again: at most one second from now.
        now = self._clock()
        full_at = max(self._full_at.get((action, deep), now), now) + _WINDOW / rate
        if full_at - now > _WINDOW + _ROUNDING:
            raise GatewayError(400, "Throttling.User", "Request was denied due to user flow control.")
        self._full_at[action, deep] = full_at

    def reset(self) -> None:
        """Fill all buckets."""
        self._full_at.clear()


def is_deep(operation: Operation, params: Mapping[str, Any]) -> bool:
    """Return whether a request is for a deep page, which has a separate, lower quota."""
    pages = operation.pages
    if operation.deep_qps is None or pages is None:
        return False
    number = params.get(pages.page)
    size = params.get(pages.size)
    return isinstance(number, int) and isinstance(size, int) and number * size >= DEEP
