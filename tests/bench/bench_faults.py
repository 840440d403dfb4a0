# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Schedules of faults, modified responses, kills and interrupts for all modules that manage something.

`make test` runs the first of the same schedules; docs/reliability.md explains what is checked.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..faults import checks, kills, plans, responses, schedules
from ..faults.account import Account, FakeTime, replace_time
from ..faults.stage import Stage

SCHEDULES = int(os.environ.get("IOTOPS_SCHEDULES", "2000"))
RESPONSES = SCHEDULES // 2
KILLS = INTERRUPTS = SCHEDULES // 20

#: The responses without faults that this process has recorded, by case.
_recorded: dict[str, list[bytes]] = {}

#: A result: the case, the kind of the fault, how the run ended, and the problem that a check found.
Outcome = tuple[str, str, str, str]


def _schedule(stage: Stage, number: int) -> Outcome:
    schedule = plans.numbered(stage, number)
    kind = schedule.faults[0].kind
    return _checked(schedule.case.name, kind, lambda: checks.outcome(checks.check_schedule(stage, schedule)), schedule)


def _response(stage: Stage, number: int) -> Outcome:
    case, modification = plans.modified(stage, number, _recorded)
    if modification is None:
        return case.name, "(no such member)", "not possible", ""
    return _checked(
        case.name, modification.kind, lambda: responses.check_modified(stage, case, modification), modification
    )


def _signal(stage: Stage, number: int, kind: signal.Signals) -> Outcome:
    names = stage.names()
    case = stage.case(*names[number % len(names)])
    return _checked(
        case.name, kind.name, lambda: kills.check_signal(stage, case, number, kind).partition(" ")[0], number
    )


def _kill(stage: Stage, number: int) -> Outcome:
    return _signal(stage, number, signal.SIGKILL)


def _interrupt(stage: Stage, number: int) -> Outcome:
    return _signal(stage, number, signal.SIGINT)


def _checked(case: str, kind: str, check: Callable[[], str], shown: Any) -> Outcome:
    try:
        return case, kind, check(), ""
    except Exception as error:  # every problem is reported, with what reproduces it
        return case, kind, "wrong", f"{case} {shown}: {type(error).__name__} {error}"


def _work(run: Callable[[Stage, int], Outcome], numbers: list[int], file: Path, queue: Any) -> None:
    """Run the schedules with some numbers in this process, against an account of its own."""
    account = Account()
    fake = FakeTime(account)
    replace_time(fake, setattr)
    stage = Stage(account, fake, str(file))
    queue.put([run(stage, number) for number in numbers])


def _outcomes(run: Callable[[Stage, int], Outcome], count: int, file: Path) -> tuple[list[Outcome], float]:
    """Run schedules in one process per core, and return their outcomes and the seconds they took."""
    file.write_bytes(b"firmware")
    workers = os.cpu_count() or 1
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    started = time.monotonic()
    processes = [
        context.Process(target=_work, args=(run, list(range(first, count, workers)), file, queue))
        for first in range(workers)
    ]
    for process in processes:
        process.start()
    outcomes = [outcome for _process in processes for outcome in queue.get()]
    for process in processes:
        process.join()
    return outcomes, time.monotonic() - started


@pytest.mark.parametrize(
    ("title", "run", "count"),
    [
        ("schedules of faults", _schedule, SCHEDULES),
        ("modified responses", _response, RESPONSES),
        ("kills", _kill, KILLS),
        ("interrupts", _interrupt, INTERRUPTS),
    ],
)
def bench_faults(table, tmp_path, title, run, count):
    outcomes, seconds = _outcomes(run, count, tmp_path / "lamp.bin")
    ends = sorted({end for _case, _kind, end, _problem in outcomes})
    counts = Counter((kind, end) for _case, kind, end, _problem in outcomes)
    order = list(dict.fromkeys([*schedules.KINDS, *responses.KINDS, *sorted({kind for kind, _end in counts})]))
    kinds = [kind for kind in order if any(kind == known for known, _end in counts)]
    rows = [(kind, sum(counts[kind, end] for end in ends), *(counts[kind, end] for end in ends)) for kind in kinds]
    total = Counter(end for _case, _kind, end, _problem in outcomes)
    cases = len({case for case, _kind, _end, _problem in outcomes})
    rows.append(("all", len(outcomes), *(total[end] for end in ends)))
    table(f"{len(outcomes):,} {title}, {cases} tasks, {seconds:.0f} s", ("fault", "runs", *ends), rows)
    problems = [problem for _case, _kind, _end, problem in outcomes if problem]
    assert not problems, "\n\n".join(problems[:20])
