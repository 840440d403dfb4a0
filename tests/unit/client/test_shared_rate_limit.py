# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rate limit that several processes share."""

from __future__ import annotations

import multiprocessing
import os
import stat
import threading
import time

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client import shared_rate_limit
from ansible_collections.iotops.aliyun.plugins.module_utils.client.rate_limit import (
    MAX_WINDOW,
    WINDOW,
    Bucket,
    RateLimiter,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.shared_rate_limit import (
    SharedBucket,
    account_hash,
    shared_bucket_factory,
    shared_directory,
)


class Time:
    """A monotonic clock that only advances by sleeping, and the wall clock with it."""

    def __init__(self, now: float = 1000.0, began: float = 1_700_000_000.0):
        self.now = now
        self.began = began

    def __call__(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.began + self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "bucket")


def bucket(path: str, clock: Time, qps: int = 5) -> SharedBucket:
    return SharedBucket(path, qps, clock, clock.wall, clock.sleep)


def test_two_buckets_share_quota(path):
    clock = Time()
    one, other = bucket(path, clock), bucket(path, clock)
    assert [bucket.wait() for bucket in (one, other, one, other, one)] == [0.0] * 5
    assert other.wait() == pytest.approx(WINDOW)
    assert one.wait() == 0.0


def test_requests_of_several_buckets_stay_within_quota(path):
    clock = Time()
    several = [bucket(path, clock) for _number in range(3)]
    times = []
    for number in range(60):
        several[number % 3].wait()
        times.append(clock.now)
        clock.now += 0.07 * (number % 4)
    assert max(sum(start <= moment < start + 1.0 for moment in times) for start in times) <= 5


def test_concurrent_slow_downs_extend_window_once(path):
    clock = Time()
    several = [bucket(path, clock) for _number in range(20)]
    for one in several:
        one.slow_down()
    for _number in range(5):
        several[0].wait()
    assert several[1].wait() == pytest.approx(2 * WINDOW, rel=0.3)


def test_extended_window_recovers(path):
    clock = Time()
    one = bucket(path, clock)
    for _number in range(10):
        one.slow_down()
        clock.now += MAX_WINDOW
    for _number in range(200):
        bucket(path, clock).wait()
    pauses = [one.wait() for _number in range(10)]
    assert max(pauses) == pytest.approx(WINDOW)


def test_old_extension_of_window_is_ignored(path):
    clock = Time()
    for _number in range(10):
        bucket(path, clock).slow_down()
        clock.now += MAX_WINDOW
    clock.now += MAX_WINDOW
    one = bucket(path, clock)
    assert [one.wait() for _number in range(5)] == [0.0] * 5
    assert one.wait() == pytest.approx(WINDOW)


@pytest.mark.parametrize("extended", [float("nan"), float("inf"), 1e12])
def test_invalid_extension_time_does_not_prevent_slow_down(path, extended):
    clock = Time()
    one = bucket(path, clock)
    one.wait()
    with open(path, "r+b") as file:
        magic, qps, slot, window, _extended, clock_start = shared_rate_limit._HEADER.unpack(
            file.read(shared_rate_limit._HEADER.size)
        )
        file.seek(0)
        file.write(shared_rate_limit._HEADER.pack(magic, qps, slot, window, extended, clock_start))
    one.slow_down()
    for _number in range(5):
        one.wait()
    assert one.wait() > 1.5 * WINDOW


def test_file_from_before_restart_is_ignored(path):
    before = Time(now=900_000.0)
    for _number in range(5):
        bucket(path, before).wait()
    after = Time(now=10.0, began=before.wall())
    assert [bucket(path, after).wait() for _number in range(5)] == [0.0] * 5
    assert bucket(path, after).wait() > 0


@pytest.mark.parametrize("content", [b"", b"x", b"pac1", bytes(range(36)), bytes(range(256)) * 16, b"\xff" * 500])
def test_invalid_file_is_ignored(path, content):
    with open(path, "wb") as file:
        file.write(content)
    clock = Time()
    assert [bucket(path, clock).wait() for _number in range(5)] == [0.0] * 5
    assert bucket(path, clock).wait() == pytest.approx(WINDOW)


def test_invalid_send_times_are_ignored(path):
    clock = Time()
    one = bucket(path, clock)
    one.wait()
    with open(path, "r+b") as file:
        file.seek(shared_rate_limit._HEADER.size + 8)
        file.write(b"\x7f\xff" * 16)
    assert [one.wait() for _number in range(4)] == [0.0] * 4


def worker(path: str, count: int, results) -> None:
    one = SharedBucket(path, 20)
    for _number in range(count):
        one.wait()
        results.put(time.monotonic())


@pytest.mark.parametrize("threads", [False, True])
def test_concurrent_workers_stay_within_quota(path, threads):
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    kind = threading.Thread if threads else context.Process
    workers = [kind(target=worker, args=(path, 5, results)) for _number in range(10)]
    started = time.monotonic()
    for one in workers:
        one.start()
    times = sorted(results.get(timeout=20) for _number in range(50))
    for one in workers:
        one.join()
    # 50 requests at 20 per window take two windows and a part of the third.
    assert 2 * WINDOW <= times[-1] - started < 2 * WINDOW + 1.0
    assert max(sum(start <= moment < start + 1.0 for moment in times) for start in times) <= 20


def test_lock_of_dead_process_is_released(path):
    context = multiprocessing.get_context("fork")

    def exit_with_lock() -> None:
        one = SharedBucket(path, 5)
        with shared_rate_limit._FileLock(one._open()):
            os._exit(1)

    process = context.Process(target=exit_with_lock)
    process.start()
    process.join(10)
    assert process.exitcode == 1
    assert bucket(path, Time()).wait() == 0.0


def test_child_process_does_not_share_lock_of_parent(path):
    parent = SharedBucket(path, 5)
    context = multiprocessing.get_context("fork")
    results = context.Queue()

    def child() -> None:
        parent.wait()
        results.put("continued")

    with shared_rate_limit._FileLock(parent._open()):
        process = context.Process(target=child)
        process.start()
        time.sleep(0.3)
        assert results.empty()
    assert results.get(timeout=10) == "continued"
    process.join(10)


def test_child_process_releases_lock_of_dead_parent(path):
    ready, done = os.pipe(), os.pipe()
    parent = os.fork()
    if not parent:
        held = SharedBucket(path, 5)
        if not os.fork():
            os.close(done[1])
            held.wait()
            os.write(ready[1], b"x")
            # The child process runs until the end of the test.
            os.read(done[0], 1)
            os._exit(0)
        os.read(ready[0], 1)
        # The parent dies while it holds the lock on the file that its child inherited.
        shared_rate_limit._FileLock(held._open()).__enter__()
        os._exit(1)
    try:
        assert os.waitstatus_to_exitcode(os.waitpid(parent, 0)[1]) == 1
        one = threading.Thread(target=SharedBucket(path, 5).wait, daemon=True)
        one.start()
        one.join(3)
        assert not one.is_alive()
    finally:
        for end in (*ready, *done):
            os.close(end)


def files_open() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the test counts open files in /proc")
def test_close_closes_files_and_allows_reuse(tmp_path):
    clock = Time()
    before = files_open()
    rate_limiter = RateLimiter(clock, clock.sleep, lambda name, qps: bucket(str(tmp_path / name), clock, qps))
    for name in ("Pub", "RRpc"):
        rate_limiter.wait(name, 1)
    assert files_open() == before + 2
    rate_limiter.close()
    rate_limiter.close()
    assert files_open() == before
    assert rate_limiter.wait("Pub", 1) == pytest.approx(WINDOW)
    rate_limiter.close()


# Directory of the files


def test_directory_and_files_are_private_to_user(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    directory = shared_directory()
    assert directory.startswith(str(tmp_path))
    assert stat.S_IMODE(os.stat(directory).st_mode) == 0o700
    make = shared_bucket_factory("my-key", "http://127.0.0.1:1")
    make("QueryDevice", 50).wait()
    (name,) = os.listdir(directory)
    assert "my-key" not in name
    assert stat.S_IMODE(os.stat(os.path.join(directory, name)).st_mode) == 0o600


def test_accounts_have_separate_files(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert account_hash("a", "http://x") != account_hash("b", "http://x") != account_hash("b", "http://y")
    for key in ("a", "b"):
        assert shared_bucket_factory(key, "http://x")("Pub", 1).wait() == 0.0


def test_writable_directory_of_others_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    os.chmod(shared_directory(), 0o777)
    assert shared_directory() is None
    assert shared_bucket_factory("a", "http://x") is None


def test_symbolic_link_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (tmp_path / f"iotops.aliyun-{os.getuid()}").symlink_to(elsewhere)
    assert shared_directory() is None


def test_system_without_file_locks_has_no_shared_buckets(monkeypatch):
    monkeypatch.setattr(shared_rate_limit, "fcntl", None)
    assert shared_bucket_factory("a", "http://x") is None


def test_unusable_file_is_replaced_by_local_bucket(tmp_path):
    clock = Time()

    def shared(name: str, qps: int) -> SharedBucket:
        return SharedBucket(str(tmp_path / "missing" / name), qps)

    rate_limiter = RateLimiter(clock, clock.sleep, shared)
    assert [rate_limiter.wait("Pub", 1) for _number in range(2)] == pytest.approx([0.0, WINDOW])
    assert isinstance(rate_limiter._bucket("Pub", 1), Bucket)


def test_file_that_fails_later_is_replaced_by_local_bucket(tmp_path):
    clock = Time()
    rate_limiter = RateLimiter(clock, clock.sleep, lambda name, qps: bucket(str(tmp_path / name), clock, qps))
    rate_limiter.wait("Pub", 1)
    os.close(rate_limiter._bucket("Pub", 1)._file)
    assert rate_limiter.wait("Pub", 1) == 0.0
    assert isinstance(rate_limiter._bucket("Pub", 1), Bucket)
    rate_limiter.slow_down("Pub", 1)
    assert rate_limiter.wait("Pub", 1) == pytest.approx(2 * WINDOW)
