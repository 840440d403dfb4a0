# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A search past its reach: what lies beyond is searched for by the time of its creation."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import queries
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import search as searching
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import Lanes

STATEMENT = re.compile(
    r'SELECT \* FROM device WHERE product_key = "k"(?: AND gmt_create > "(?P<after>[^"]+)")? ORDER BY gmt_create '
    r"LIMIT (?P<offset>\d+),(?P<size>\d+)"
)
COUNT = re.compile(r'SELECT count\(\*\) FROM device WHERE product_key = "k" AND gmt_create = "(?P<moment>[^"]+)"')
REACH = 200


class Index:
    """A client that answers searches: devices by the moment of their creation, none beyond the reach."""

    def __init__(self, moments: list):
        self.rows = [{"DeviceName": f"d{number}", "GmtCreate": moment} for number, moment in enumerate(moments)]
        self.asked = Counter()

    def call(self, operation: str, params: dict) -> dict:
        count = COUNT.fullmatch(params["SQL"])
        if count:
            return {"TotalCount": sum(row["GmtCreate"] == count["moment"] for row in self.rows)}
        match = STATEMENT.fullmatch(params["SQL"])
        assert match, params["SQL"]
        assert operation == "QueryDeviceBySQL"
        offset, size = int(match["offset"]), int(match["size"])
        assert offset + size <= REACH, "the search does not reach so far"
        self.asked[match["after"] or ""] += 1
        later = sorted(
            (row for row in self.rows if row["GmtCreate"] > (match["after"] or "")), key=lambda row: row["GmtCreate"]
        )
        return {"Data": later[offset : offset + size]}


@pytest.fixture(autouse=True)
def _near(monkeypatch):
    monkeypatch.setattr(queries, "REACH", REACH)


def found(moments: list) -> tuple[Counter, Counter]:
    """How often each device was told, and the requests by where they began."""
    index = Index(moments)
    told: Counter = Counter()
    searching.search(Lanes(index, 4), "k", len(moments), lambda row: told.update([row["DeviceName"]]))
    return told, index.asked


def moment(number: int) -> str:
    return f"2026-01-01 00:{number // 60:02}:{number % 60:02}.000"


@pytest.mark.parametrize("count", [1, 50, 199, 200, 201, 399, 400, 401, 1000])
def test_beyond_its_reach(count):
    told, _asked = found([moment(number) for number in range(count)])
    assert len(told) == count


def test_many_made_at_one_moment_are_not_cut_apart():
    # 30 devices share each moment: the last moment of a window is told again in the next.
    moments = [moment(number // 30) for number in range(1000)]
    told, asked = found(moments)
    assert len(told) == 1000
    assert max(told.values()) <= 2
    assert sum(asked.values()) <= 1.2 * (1000 / 50) + len(asked)


def test_what_was_told_whole_is_not_told_again():
    # 50 devices share each moment: a window ends where a moment does.
    told, asked = found([moment(number // 50) for number in range(1000)])
    assert set(told.values()) == {1}
    assert sum(asked.values()) == 1000 // 50


def test_too_many_at_one_moment_cannot_be_searched():
    with pytest.raises(searching.CannotSearch):
        found([moment(1)] * (REACH + 1))


def test_a_fleet_that_shrinks_meanwhile_ends():
    index = Index([moment(number) for number in range(10)])
    told: Counter = Counter()
    searching.search(Lanes(index, 4), "k", 450, lambda row: told.update([row["DeviceName"]]))
    assert len(told) == 10
