# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the limit of events in a period."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core.rate_limit import RateLimit


def test_events_above_the_limit_are_refused_in_any_period():
    now = [0.0]
    limit = RateLimit(2, 10, clock=lambda: now[0])

    def exceeded_at(moment: float, key: str = "a") -> bool:
        now[0] = moment
        return limit.is_exceeded(key)

    assert [exceeded_at(moment) for moment in (0, 6, 9.9)] == [False, False, True]
    assert not exceeded_at(9.9, "b")
    # The refused event does not count.
    assert [exceeded_at(moment) for moment in (10, 15.9, 16)] == [False, True, False]
