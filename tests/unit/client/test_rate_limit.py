# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rate limiter of one process."""

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
    """A clock that only advances by sleeping."""

    def __init__(self):
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


def most_per_second(times: list[float]) -> int:
    """Return the maximum number of requests in any second."""
    times = sorted(times)
    return max(sum(start <= time < start + 1.0 for time in times) for start in times)


def sent(bucket: Bucket, time: Time, number: int) -> list[float]:
    """Return the send times of ``number`` consecutive requests."""
    times = []
    for _number in range(number):
        bucket.wait()
        times.append(time.now)
    return times


def test_requests_within_quota_do_not_wait():
    time = Time()
    assert sent(Bucket(5, time, time.sleep), time, 5) == [100.0] * 5
    assert time.slept == []


def test_request_over_quota_waits_for_oldest():
    time = Time()
    bucket = Bucket(2, time, time.sleep)
    bucket.wait()
    time.now += 0.5
    bucket.wait()
    assert bucket.wait() == pytest.approx(WINDOW - 0.5)
    assert time.slept == [pytest.approx(WINDOW - 0.5)]
    assert bucket.wait() == pytest.approx(0.5)


def test_request_after_idle_window_does_not_wait():
    time = Time()
    bucket = Bucket(3, time, time.sleep)
    sent(bucket, time, 3)
    time.now += WINDOW
    assert sent(bucket, time, 3) == [time.now] * 3


def test_requests_per_second_stay_within_quota():
    time = Time()
    times = sent(Bucket(5, time, time.sleep), time, 23)
    assert most_per_second(times) == 5
    assert times[-1] - times[0] == pytest.approx(4 * WINDOW)


@property_test
@given(
    st.integers(1, 6),
    st.lists(st.tuples(st.floats(0, 2), st.booleans()), min_size=1, max_size=60),
)
def test_requests_per_second_stay_within_quota_for_any_sequence(qps, steps):
    time = Time()
    bucket = Bucket(qps, time, time.sleep)
    times = []
    for gap, throttled in steps:
        time.now += gap
        bucket.wait()
        times.append(time.now)
        if throttled:
            bucket.slow_down()
    assert most_per_second(times) <= qps


@property_test
@given(st.integers(1, 6), st.lists(st.tuples(st.floats(0, 0.5), st.booleans()), min_size=1, max_size=60))
def test_concurrent_requests_stay_within_quota(qps, steps):
    # Waiting does not advance the clock for other callers: a request is sent after its own pause.
    time = Time()
    bucket = Bucket(qps, time, lambda seconds: None)
    times = []
    for gap, throttled in steps:
        time.now += gap
        times.append(time.now + bucket.wait())
        if throttled:
            bucket.slow_down()
    assert most_per_second(times) <= qps


def test_bucket_in_several_threads_stays_within_quota():
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


def test_waiting_thread_does_not_block_other_threads():
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


def test_slow_down_extends_window():
    time = Time()
    bucket = Bucket(1, time, time.sleep)
    bucket.wait()
    bucket.slow_down()
    assert bucket.wait() == pytest.approx(2 * WINDOW)
    bucket.slow_down()
    bucket.slow_down()
    assert bucket.wait() > 7 * WINDOW


def test_slow_down_extends_window_up_to_maximum():
    time = Time()
    bucket = Bucket(1, time, time.sleep)
    bucket.wait()
    for _number in range(20):
        bucket.slow_down()
    assert bucket.wait() == pytest.approx(MAX_WINDOW)


def test_extended_window_shrinks_to_initial_window():
    time = Time()
    bucket = Bucket(1, time, time.sleep)
    bucket.wait()
    bucket.slow_down()
    pauses = [round(bucket.wait(), 6) for _number in range(30)]
    assert pauses == sorted(pauses, reverse=True)
    assert pauses[0] > pauses[5] > WINDOW
    assert pauses[-1] == pytest.approx(WINDOW)


def test_operations_have_separate_buckets():
    time = Time()
    rate_limiter = RateLimiter(time, time.sleep)
    assert [rate_limiter.wait("A", 1), rate_limiter.wait("B", 1)] == [0, 0]
    rate_limiter.slow_down("B", 1)
    assert rate_limiter.wait("A", 1) == pytest.approx(WINDOW)


def test_deep_pages_have_separate_bucket():
    time = Time()
    rate_limiter = RateLimiter(time, time.sleep)
    assert [rate_limiter.wait("QueryDevice", 2), rate_limiter.wait("QueryDevice", 2)] == [0, 0]
    assert [rate_limiter.wait("QueryDevice", 50) for _number in range(50)] == [0] * 50
    assert rate_limiter.wait("QueryDevice", 2) > 0


def test_operation_without_quota_is_not_limited():
    time = Time()
    rate_limiter = RateLimiter(time, time.sleep)
    rate_limiter.slow_down("A", None)
    assert [rate_limiter.wait("A", None) for _number in range(1000)] == [0] * 1000


def test_no_rate_limiter_does_not_limit_requests():
    rate_limiter = NoRateLimiter()
    rate_limiter.slow_down("A", 1)
    assert [rate_limiter.wait("A", 1) for _number in range(1000)] == [0] * 1000
