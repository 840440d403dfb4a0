# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What it costs to keep to one pace, and what many processes do together that keep to it or do not."""

from __future__ import annotations

import multiprocessing
import statistics
import time

from ansible_collections.iotops.aliyun.plugins.module_utils.client.rate_limit import WINDOW, Bucket
from ansible_collections.iotops.aliyun.plugins.module_utils.client.shared_rate_limit import SharedBucket

from ..processes import time_processes

TIMES = 5000
#: More than anybody asks for here: nobody waits for a moment, and what is left is the cost.
PLENTY = 1_000_000
FORKS = (1, 5, 20)
CALLS = 100  # by all forks together
QPS = 10  # of UpdateProduct


def reserve(bucket, times: int) -> list[float]:
    """The microseconds that each reservation took."""
    taken = []
    for _number in range(times):
        started = time.perf_counter()
        bucket.wait()
        taken.append((time.perf_counter() - started) * 1e6)
    return taken


def _of_one_fork(path: str, together, told) -> None:
    bucket = SharedBucket(path, PLENTY)
    together.wait(30)
    told.put(reserve(bucket, TIMES // 10))


def bench_cost_of_a_call(tmp_path, table):
    context = multiprocessing.get_context("fork")
    rows = []

    def add(what: str, taken: list[float]) -> None:
        taken.sort()
        rows.append((what, f"{statistics.median(taken):.1f}", f"{taken[int(len(taken) * 0.99)]:.1f}"))

    add("one process, a pace of its own", reserve(Bucket(PLENTY), TIMES))
    add("one process, the shared pace", reserve(SharedBucket(str(tmp_path / "alone"), PLENTY), TIMES))
    together, told = context.Barrier(20), context.Queue()
    given = (str(tmp_path / "together"), together, told)
    processes = [context.Process(target=_of_one_fork, args=given) for _number in range(20)]
    for process in processes:
        process.start()
    taken = [one for _process in processes for one in told.get(timeout=60)]
    for process in processes:
        process.join()
    add("20 processes, as fast as they can", taken)
    table("Microseconds to reserve a moment", ("who", "median", "99 of 100 within"), rows)


def _call(together, endpoint: str, key: str, count: int, pacing: bool) -> None:
    from ansible_collections.iotops.aliyun.plugins.module_utils.api import product
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve

    account = {"endpoint": endpoint, "access_key_id": "emulator", "access_key_secret": "emulator"}
    client = Client(resolve({**account, "pacing": pacing, "retries": 20}, {}), Catalogue(product))
    together.wait(30)
    for _number in range(count):
        client.call("UpdateProduct", {"ProductKey": key, "ProductName": "bench"})


def bench_forks(launch, table):
    ideal = (CALLS / QPS - 1) * WINDOW
    rows = []
    for pacing in (True, False):
        for forks in FORKS:
            server = launch()
            key = server.call("CreateProduct", ProductName="bench", NodeType=0)[1]["ProductKey"]
            taken = time_processes(forks, _call, server.endpoint, key, CALLS // forks, pacing)
            calls = server.control("GET", "calls")["calls"]
            throttled = sum(bool(call["throttled"]) for call in calls)
            assert not (pacing and throttled)
            rows.append((forks, "yes" if pacing else "no", f"{taken:.1f}", f"{taken / ideal:.2f}", throttled))
    head = ("forks", "paced", "seconds", f"beside {ideal:.2f} s", "throttled replies")
    table(f"{CALLS} calls of an operation that takes {QPS} a second", head, rows)
