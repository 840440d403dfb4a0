# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The device search for more devices than one search returns."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import queries, search
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool

STATEMENT = re.compile(
    r'SELECT \* FROM device WHERE product_key = "k"(?: AND gmt_create > "(?P<after>[^"]+)")? ORDER BY gmt_create '
    r"LIMIT (?P<offset>\d+),(?P<size>\d+)"
)
COUNT = re.compile(r'SELECT count\(\*\) FROM device WHERE product_key = "k" AND gmt_create = "(?P<time>[^"]+)"')
LIMIT = 200


class Index:
    """A client that answers searches for devices with creation times, and no page beyond the search limit."""

    def __init__(self, times: list[str]) -> None:
        self.rows = [{"DeviceName": f"d{number}", "GmtCreate": time} for number, time in enumerate(times)]
        self.requests = Counter()

    def call(self, operation: str, params: dict) -> dict:
        count = COUNT.fullmatch(params["SQL"])
        if count:
            return {"TotalCount": sum(row["GmtCreate"] == count["time"] for row in self.rows)}
        match = STATEMENT.fullmatch(params["SQL"])
        assert match, params["SQL"]
        assert operation == "QueryDeviceBySQL"
        offset, size = int(match["offset"]), int(match["size"])
        assert offset + size <= LIMIT, "the page is beyond the search limit"
        self.requests[match["after"] or ""] += 1
        later = sorted(
            (row for row in self.rows if row["GmtCreate"] > (match["after"] or "")), key=lambda row: row["GmtCreate"]
        )
        return {"Data": later[offset : offset + size]}


@pytest.fixture(autouse=True)
def _low_limit(monkeypatch):
    monkeypatch.setattr(queries, "SEARCH_LIMIT", LIMIT)


def search_all(times: list[str]) -> tuple[Counter, Counter]:
    """Return how often each device was found, and the number of requests by the time after which they search."""
    index = Index(times)
    found: Counter = Counter()
    search.search_devices(WorkerPool(index, 4), "k", len(times), lambda row: found.update([row["DeviceName"]]))
    return found, index.requests


def creation_time(number: int) -> str:
    return f"2026-01-01 00:{number // 60:02}:{number % 60:02}.000"


@pytest.mark.parametrize("count", [1, 50, 199, 200, 201, 399, 400, 401, 1000])
def test_search_above_limit_finds_each_device(count):
    found, _requests = search_all([creation_time(number) for number in range(count)])
    assert len(found) == count


def test_window_that_splits_a_creation_time_is_continued_before_it():
    # 30 devices have the same creation time: the next window starts before the last creation time of a window.
    times = [creation_time(number // 30) for number in range(1000)]
    found, requests = search_all(times)
    assert len(found) == 1000
    assert max(found.values()) <= 2
    assert sum(requests.values()) <= 1.2 * (1000 / 50) + len(requests)


def test_window_that_ends_with_a_creation_time_is_continued_after_it():
    # 50 devices have the same creation time, and a window ends with the last one of them.
    found, requests = search_all([creation_time(number // 50) for number in range(1000)])
    assert set(found.values()) == {1}
    assert sum(requests.values()) == 1000 // 50


def test_search_with_too_many_devices_of_one_creation_time_fails():
    with pytest.raises(search.SearchUnavailable):
        search_all([creation_time(1)] * (LIMIT + 1))


def test_search_with_fewer_devices_than_expected_ends():
    index = Index([creation_time(number) for number in range(10)])
    found: Counter = Counter()
    search.search_devices(WorkerPool(index, 4), "k", 450, lambda row: found.update([row["DeviceName"]]))
    assert len(found) == 10
