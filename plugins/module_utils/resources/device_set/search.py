# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The device search QueryDeviceBySQL for more than 10,000 devices (manual section 4.8.40).

A search returns only its first 10,000 devices. For more devices, each further search starts at the creation time of the
last device of the previous one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import queries
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.vendor_errors import (
    SEARCH_UNSUPPORTED_CODES,
)


class SearchUnavailable(Exception):
    """The instance does not support the device search, or the search cannot return all devices of the product."""


def search_devices(workers: WorkerPool, product_key: str, total: int, add: Callable[[dict], None]) -> None:
    """Read all facts about all devices of a product.

    Args:
        workers: Sends the requests.
        product_key: The ProductKey.
        total: The number of devices of the product.
        add: Called with each device; with a few devices twice.

    Raises:
        SearchUnavailable: If the instance has no device search, or more devices than one search returns were created
            at the same time.
    """
    after = ""
    left = total
    while left > 0:
        created: list[str] = []
        window_size = min(left, queries.SEARCH_LIMIT)
        _search_window(workers, product_key, after, window_size, _collect_times(created, add))
        if left <= queries.SEARCH_LIMIT or len(created) < window_size:
            # If there are fewer devices than expected, devices were deleted in the meantime, and this was the last one.
            return
        created.sort()
        after = created[-1]
        if created.count(after) != _count_created_at(workers, product_key, after):
            # The window does not contain all devices of its last creation time: the next window starts before it.
            earlier = [time for time in set(created) if time < after]
            if not earlier:
                raise SearchUnavailable(f"more than {window_size} devices were created at {after}")
            after = max(earlier)
        left -= sum(time <= after for time in created)


def _count_created_at(workers: WorkerPool, product_key: str, time: str) -> int:
    statement = f'SELECT count(*) FROM device WHERE product_key = "{product_key}" AND gmt_create = "{time}"'
    return int(workers.call("QueryDeviceBySQL", {"SQL": statement}).get("TotalCount") or 0)


def _collect_times(created: list[str], add: Callable[[dict], None]) -> Callable[[dict], None]:
    """Return a function that appends the creation time of a device to ``created`` and calls ``add``."""
    lock = threading.Lock()

    def collect(row: dict) -> None:
        with lock:
            created.append(row["GmtCreate"])
            add(row)

    return collect


def _search_window(workers: WorkerPool, product_key: str, after: str, size: int, add: Callable[[dict], None]) -> None:
    """Read the first ``size`` devices that were created after a time."""
    condition = f'product_key = "{product_key}"' + (f' AND gmt_create > "{after}"' if after else "")

    def read_page(offset: int) -> None:
        statement = f"SELECT * FROM device WHERE {condition} ORDER BY gmt_create LIMIT {offset},{queries.PAGE_SIZE}"
        try:
            reply = workers.call("QueryDeviceBySQL", {"SQL": statement})
        except ApiError as error:
            if error.code in SEARCH_UNSUPPORTED_CODES:
                raise SearchUnavailable(error.code) from None
            raise
        for row in reply.get("Data") or []:
            add(row)

    # The first page is read alone: it shows whether the instance has a device search.
    read_page(0)
    for offset in range(queries.PAGE_SIZE, size, queries.PAGE_SIZE):
        workers.submit("QueryDeviceBySQL", lambda offset=offset: read_page(offset))
    workers.wait()
