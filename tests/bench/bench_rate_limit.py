# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The cost of the client-side rate limit, and the throughput of many processes with and without it."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.client.rate_limit import WINDOW, AnyBucket, Bucket
from ansible_collections.iotops.aliyun.plugins.module_utils.client.shared_rate_limit import SharedBucket

from ..processes import time_processes

RESERVATIONS = 5000
#: A quota that is not reached here: no reservation waits, so that only its cost is measured.
UNREACHED_QPS = 1_000_000
FORKS = (1, 5, 20)
CALLS = 100  # of all forks
QPS = 10  # of UpdateProduct


def reserve(bucket: AnyBucket, count: int) -> list[float]:
    """Return the microseconds that each reservation took."""
    durations = []
    for _number in range(count):
        started = time.perf_counter()
        bucket.wait()
        durations.append((time.perf_counter() - started) * 1e6)
    return durations


def _reserve_in_fork(path: str, barrier: Any, results: Any) -> None:
    bucket = SharedBucket(path, UNREACHED_QPS)
    barrier.wait(30)
    results.put(reserve(bucket, RESERVATIONS // 10))


def bench_cost_of_reservation(tmp_path, table):
    context = multiprocessing.get_context("fork")
    rows = []

    def add(case: str, durations: list[float]) -> None:
        durations.sort()
        percentile = durations[int(len(durations) * 0.99)]
        rows.append((case, f"{statistics.median(durations):.1f}", f"{percentile:.1f}"))

    add("one process, its own rate limit", reserve(Bucket(UNREACHED_QPS), RESERVATIONS))
    add("one process, shared rate limit", reserve(SharedBucket(str(tmp_path / "alone"), UNREACHED_QPS), RESERVATIONS))
    results = context.Queue()
    args = (str(tmp_path / "shared"), context.Barrier(20), results)
    processes = [context.Process(target=_reserve_in_fork, args=args) for _number in range(20)]
    for process in processes:
        process.start()
    durations = [duration for _process in processes for duration in results.get(timeout=60)]
    for process in processes:
        process.join()
    add("20 processes, shared rate limit", durations)
    table("Microseconds to reserve a request", ("case", "median", "99th percentile"), rows)


def _call_in_fork(barrier: Any, endpoint: str, key: str, count: int, pacing: bool) -> None:
    from ansible_collections.iotops.aliyun.plugins.module_utils.api import product
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve

    account = {"endpoint": endpoint, "access_key_id": "emulator-id", "access_key_secret": "emulator-secret-2018"}
    client = Client(resolve({**account, "pacing": pacing, "retries": 20}, {}), Catalogue(product))
    barrier.wait(30)
    for _number in range(count):
        client.call("UpdateProduct", {"ProductKey": key, "ProductName": "bench"})


def bench_forks(launch, table):
    ideal = (CALLS / QPS - 1) * WINDOW
    rows = []
    for pacing in (True, False):
        for forks in FORKS:
            server = launch()
            key = server.call("CreateProduct", ProductName="bench", NodeType=0)[1]["ProductKey"]
            duration = time_processes(forks, _call_in_fork, server.endpoint, key, CALLS // forks, pacing)
            calls = server.control("GET", "calls")["calls"]
            throttled = sum(bool(call["throttled"]) for call in calls)
            assert not (pacing and throttled)
            rows.append((forks, "yes" if pacing else "no", f"{duration:.1f}", f"{duration / ideal:.2f}", throttled))
    head = ("forks", "rate limit", "seconds", f"times the ideal {ideal:.2f} s", "throttled responses")
    table(f"{CALLS} calls of an operation with a quota of {QPS} per second", head, rows)
