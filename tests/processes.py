# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run the same function in several forked processes at the same time."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable


def time_processes(count: int, function: Callable, *args) -> float:
    """Run ``function`` in ``count`` forked processes, and return the seconds from their common start to the last end.

    Args:
        count: The number of processes.
        function: Called in each process with a barrier, for which it must wait when it is ready, and with ``args``.
        args: The other arguments of ``function``.

    Raises:
        AssertionError: A process failed.
    """
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(count + 1)
    processes = [context.Process(target=function, args=(barrier, *args)) for _number in range(count)]
    for process in processes:
        process.start()
    barrier.wait(30)
    started = time.monotonic()
    for process in processes:
        process.join(60)
    elapsed = time.monotonic() - started
    assert [process.exitcode for process in processes] == [0] * count
    return elapsed
