# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keeping to the documented requests per second."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.client.rate_limit import (
    MAX_WINDOW,
    WINDOW,
    Bucket,
    NoRateLimiter,
    RateLimiter,
)

from .conftest import property_test


class Time:
    """A clock that moves by sleeping only."""

    def __init__(self):
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


def busiest(times: list[float]) -> int:
    """The most requests in any second."""
    times = sorted(times)
    return max(sum(start <= time < start + 1.0 for time in times) for start in times)


def sent(bucket: Bucket, time: Time, number: int) -> list[float]:
    """When that many requests went out that followed each other at once."""
    times = []
    for _number in range(number):
        bucket.wait()
        times.append(time.now)
    return times


def test_as_many_as_fit_go_out_at_once():
    time = Time()
    assert sent(Bucket(5, time, time.sleep), time, 5) == [100.0] * 5
    assert time.slept == []


def test_the_next_one_waits_for_the_oldest():
    time = Time()
    bucket = Bucket(2, time, time.sleep)
    bucket.wait()
    time.now += 0.5
    bucket.wait()
    assert bucket.wait() == pytest.approx(WINDOW - 0.5)
    assert time.slept == [pytest.approx(WINDOW - 0.5)]
    assert bucket.wait() == pytest.approx(0.5)


def test_who_was_idle_does_not_wait():
    time = Time()
    bucket = Bucket(3, time, time.sleep)
    sent(bucket, time, 3)
    time.now += WINDOW
    assert sent(bucket, time, 3) == [time.now] * 3


def test_no_second_holds_more_than_documented():
    time = Time()
    times = sent(Bucket(5, time, time.sleep), time, 23)
    assert busiest(times) == 5
    assert times[-1] - times[0] == pytest.approx(4 * WINDOW)


@property_test
@given(
    st.integers(1, 6),
    st.lists(st.tuples(st.floats(0, 2), st.booleans()), min_size=1, max_size=60),
)
def test_no_second_ever_holds_more_than_documented(qps, steps):
    time = Time()
    bucket = Bucket(qps, time, time.sleep)
    times = []
    for gap, throttled in steps:
        time.now += gap
        bucket.wait()
        times.append(time.now)
        if throttled:
            bucket.slow_down()
    assert busiest(times) <= qps


@property_test
@given(st.integers(1, 6), st.lists(st.tuples(st.floats(0, 0.5), st.booleans()), min_size=1, max_size=60))
def test_callers_that_wait_side_by_side_keep_to_it_too(qps, steps):
    # Whoever waits does not stop the clock for the others: a request goes out when its own pause is over.
    time = Time()
    bucket = Bucket(qps, time, lambda seconds: None)
    times = []
    for gap, throttled in steps:
        time.now += gap
        times.append(time.now + bucket.wait())
        if throttled:
            bucket.slow_down()
    assert busiest(times) <= qps


def test_threads_share_a_bucket():
    bucket = Bucket(3, lambda: 0.0, lambda seconds: None)
    pauses: list[float] = []
    start = threading.Barrier(8)

    def call():
        start.wait()
        for _number in range(30):
            pauses.append(bucket.wait())

    threads = [threading.Thread(target=call) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert sorted(pauses) == pytest.approx([WINDOW * (number // 3) for number in range(240)])


def test_who_waits_does_not_hold_up_who_asks():
    asleep, wake = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        asleep.set()
        wake.wait(5)

    rate_limiter = RateLimiter(lambda: 0.0, sleep)
    rate_limiter.wait("A", 1)
    waiting = threading.Thread(target=rate_limiter.wait, args=("A", 1))
    waiting.start()
    assert asleep.wait(5)
    other = threading.Thread(target=lambda: (rate_limiter.wait("B", 1), rate_limiter.slow_down("A", 1)))
    other.start()
    other.join(2)
    stuck = other.is_alive()
    wake.set()
    waiting.join(5)
    other.join(5)
    assert not stuck


def test_throttled_all_the_same_the_second_is_stretched():
    time = Time()
    bucket = Bucket(1, time, time.sleep)
    bucket.wait()
    bucket.slow_down()
    assert bucket.wait() == pytest.approx(2 * WINDOW)
    bucket.slow_down()
    bucket.slow_down()
    assert bucket.wait() > 7 * WINDOW


def test_a_second_is_not_stretched_without_end():
    time = Time()
    bucket = Bucket(1, time, time.sleep)
    bucket.wait()
    for _number in range(20):
        bucket.slow_down()
    assert bucket.wait() == pytest.approx(MAX_WINDOW)


def test_a_stretched_second_shrinks_again_and_no_further():
    time = Time()
    bucket = Bucket(1, time, time.sleep)
    bucket.wait()
    bucket.slow_down()
    pauses = [round(bucket.wait(), 6) for _number in range(30)]
    assert pauses == sorted(pauses, reverse=True)
    assert pauses[0] > pauses[5] > WINDOW
    assert pauses[-1] == pytest.approx(WINDOW)


def test_operations_do_not_share():
    time = Time()
    rate_limiter = RateLimiter(time, time.sleep)
    assert [rate_limiter.wait("A", 1), rate_limiter.wait("B", 1)] == [0, 0]
    rate_limiter.slow_down("B", 1)
    assert rate_limiter.wait("A", 1) == pytest.approx(WINDOW)


def test_deep_pages_have_a_bucket_of_their_own():
    time = Time()
    rate_limiter = RateLimiter(time, time.sleep)
    assert [rate_limiter.wait("QueryDevice", 2), rate_limiter.wait("QueryDevice", 2)] == [0, 0]
    assert [rate_limiter.wait("QueryDevice", 50) for _number in range(50)] == [0] * 50
    assert rate_limiter.wait("QueryDevice", 2) > 0


def test_where_nothing_is_documented_nothing_is_held_back():
    time = Time()
    rate_limiter = RateLimiter(time, time.sleep)
    rate_limiter.slow_down("A", None)
    assert [rate_limiter.wait("A", None) for _number in range(1000)] == [0] * 1000


def test_a_pacer_for_a_platform_without_quotas():
    rate_limiter = NoRateLimiter()
    rate_limiter.slow_down("A", 1)
    assert [rate_limiter.wait("A", 1) for _number in range(1000)] == [0] * 1000
