# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documented requests per second of one account, operation by operation.

Each operation has a bucket that holds one second's worth of requests and fills at the documented rate. It runs on real
time: moving the platform's clock gives nobody more requests.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation

#: From this record on (page number times page size) a page counts as deep.
DEEP = 100_000

_WINDOW = 1.0  # seconds
_ROUNDING = 1e-9


class Quota:
    """The account's buckets. ``clock`` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[tuple[str, bool], float] = {}

    def take(self, action: str, operation: Operation, params: Mapping[str, Any]) -> None:
        """Count one request. Raises GatewayError ``Throttling.User`` where the quota is used up."""
        deep = is_deep(operation, params)
        rate = operation.deep_qps if deep else operation.qps
        if rate is None:
            return
        # Instead of counting tokens, remember when the bucket would be full again: that can be a second away at most.
        now = self._clock()
        full_at = max(self._full_at.get((action, deep), now), now) + _WINDOW / rate
        if full_at - now > _WINDOW + _ROUNDING:
            raise GatewayError(400, "Throttling.User", "Request was denied due to user flow control.")
        self._full_at[action, deep] = full_at

    def forget(self) -> None:
        """Fill all buckets."""
        self._full_at.clear()


def is_deep(operation: Operation, params: Mapping[str, Any]) -> bool:
    """Whether a request asks for a page so deep that its own, lower quota counts."""
    pages = operation.pages
    if operation.deep_qps is None or pages is None:
        return False
    number = params.get(pages.page)
    size = params.get(pages.size)
    return isinstance(number, int) and isinstance(size, int) and number * size >= DEEP
