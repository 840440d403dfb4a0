# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Forks that do the same at the same time."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable


def seconds_together(count: int, does: Callable, *given) -> float:
    """The seconds from the moment at which so many forks begin until the last has ended; none of them may fail.

    Each calls ``does`` with a barrier, at which it waits as soon as it is ready, and with what is ``given``.
    """
    context = multiprocessing.get_context("fork")
    together = context.Barrier(count + 1)
    processes = [context.Process(target=does, args=(together, *given)) for _number in range(count)]
    for process in processes:
        process.start()
    together.wait(30)
    started = time.monotonic()
    for process in processes:
        process.join(60)
    taken = time.monotonic() - started
    assert [process.exitcode for process in processes] == [0] * count
    return taken
