# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tasks that are killed or interrupted at one of their requests."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from typing import Any

from .checks import check_convergence
from .schedules import Schedule
from .stage import Case, Stage, entry_of
from .transport import Exchange, Recorder, Sent, make_client_factory

#: The seconds within which a task must end after a signal.
TIMEOUT = 30.0

#: The exit status of a task that is interrupted, and of a task that ends before its signal.
INTERRUPTED = 130
ENDED = 3


def check_signal(stage: Stage, case: Case, seed: int, number: signal.Signals) -> str:
    """Run a task in a process that gets a signal at one of its requests, and check that later runs converge.

    Args:
        stage: The stage.
        case: The case.
        seed: The seed, which selects the request, and whether the signal precedes it or follows its response.
        number: ``SIGKILL`` or ``SIGINT``.

    Returns:
        The request and the time of the signal, or ``ended before`` if the task ended before.

    Raises:
        AssertionError: The process does not end, or the account does not converge.
    """
    chosen = random.Random(f"{seed} {case.name} {number.name}")
    position = chosen.randrange(len(case.reference.sent))
    is_after = chosen.random() < 0.5

    def respond(sent: Sent, request: Any, exchange: Exchange) -> tuple[int, bytes]:
        if sent.number == position and not is_after:
            os.kill(os.getpid(), number)
        response = exchange(request)
        if sent.number == position and is_after:
            os.kill(os.getpid(), number)
        return response

    stage.account.restore(case.before)
    params = stage.params(case.sample.module, case.options)
    process = multiprocessing.get_context("fork").Process(target=_run, args=(stage, case, params, Recorder(respond)))
    process.start()
    process.join(TIMEOUT)
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"the task did not end within {TIMEOUT:g} seconds after {number.name}")
    # A run can send fewer requests than the one without faults: polls depend on the time.
    expected = -signal.SIGKILL if number == signal.SIGKILL else INTERRUPTED
    assert process.exitcode in (expected, ENDED), f"exit status {process.exitcode} after {number.name}"
    # The requests of a process that ended have been executed, because the emulator executes them one by one.
    check_convergence(stage, Schedule(seed, case, ()), None)
    if process.exitcode == ENDED:
        return "ended before"
    return f"{'after' if is_after else 'before'} {case.reference.sent[position].operation}"


def _run(stage: Stage, case: Case, params: dict, recorder: Recorder) -> None:
    """Run a task in a forked process, which has no thread of the emulator and reaches it by HTTP only."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute

    signal.signal(signal.SIGINT, signal.default_int_handler)
    stage.time.advance = lambda seconds: stage.account.control("clock", {"advance": seconds})
    result = execute(entry_of(case.sample.module), params, False, make_client_factory(recorder))
    is_interrupted = result.get("failed") and result["msg"].startswith("the task was interrupted")
    os._exit(INTERRUPTED if is_interrupted else ENDED)
