# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""QueryDeviceBySQL past its reach (the manual's chapter 4.8.40).

A search tells no device beyond its 10,000th: what lies beyond is searched for by the time of its creation.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import queries
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import Lanes, Refusal

_NOT_THERE = ("iot.common.APINotSupportedInInstance", "UnsupportedOperation", "InvalidAction.NotFound")


class CannotSearch(Exception):
    """The instance has no search, or the fleet cannot be searched to its end."""


def search(lanes: Lanes, product_key: str, total: int, take: Callable[[dict], None]) -> None:
    """Tells everything of all devices of a product.

    Args:
        lanes: what requests go out by.
        product_key: the product.
        total: how many devices it has.
        take: is told of each device; of a few twice.

    Raises:
        CannotSearch: it is not possible.
    """
    after = ""
    left = total
    while left > 0:
        created: list = []
        window = min(left, queries.REACH)
        _window(lanes, product_key, after, window, _collecting(created, take))
        if left <= queries.REACH or len(created) < window:
            # Fewer than there were: devices went away meanwhile, and this is the end.
            return
        created.sort()
        after = created[-1]
        if created.count(after) != _count(lanes, product_key, after):
            # More devices were made in the last moment that was told than were told: it is told again.
            before = [moment for moment in set(created) if moment < after]
            if not before:
                raise CannotSearch("too many devices were made at one moment")
            after = max(before)
        left -= sum(moment <= after for moment in created)


def _count(lanes: Lanes, product_key: str, moment: str) -> int:
    """How many devices of a product were made at a moment."""
    statement = f'SELECT count(*) FROM device WHERE product_key = "{product_key}" AND gmt_create = "{moment}"'
    return int(lanes.call("QueryDeviceBySQL", {"SQL": statement}).get("TotalCount") or 0)


def _collecting(created: list, take: Callable[[dict], None]) -> Callable[[dict], None]:
    lock = threading.Lock()

    def taking(row: dict) -> None:
        with lock:
            created.append(row["GmtCreate"])
            take(row)

    return taking


def _window(lanes: Lanes, product_key: str, after: str, count: int, take: Callable[[dict], None]) -> None:
    condition = f'product_key = "{product_key}"' + (f' AND gmt_create > "{after}"' if after else "")

    def read(offset: int) -> None:
        statement = f"SELECT * FROM device WHERE {condition} ORDER BY gmt_create LIMIT {offset},{queries.PAGE}"
        try:
            reply = lanes.call("QueryDeviceBySQL", {"SQL": statement})
        except Refusal as error:
            if error.code in _NOT_THERE:
                raise CannotSearch(error.code) from None
            raise
        for row in reply.get("Data") or []:
            take(row)

    # The first tells whether there is a search at all.
    read(0)
    for offset in range(queries.PAGE, count, queries.PAGE):
        lanes.put("QueryDeviceBySQL", lambda offset=offset: read(offset))
    lanes.finish()
