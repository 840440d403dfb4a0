# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What must hold after a run with faults: its report agrees with the journal, and later runs converge."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from .schedules import SPELLING, UNKNOWN, Injector, Schedule
from .stage import SETTLING_TIME, Run, Stage, difference, rows

#: Phrases of exceptions that the collection does not handle.
_UNHANDLED = ("Traceback", "object has no attribute", "KeyError(", "NoneType")


def check_schedule(stage: Stage, schedule: Schedule) -> Run:
    """Run a task with faults, twice more without faults, and check all three runs.

    Returns:
        The run with faults.

    Raises:
        AssertionError: A run reports something else than it did, or the account does not converge.
    """
    case = schedule.case
    stage.account.restore(case.before)
    injector = Injector(stage, schedule)
    try:
        run = stage.run(case.sample.module, case.options, injector.recorder)
    finally:
        injector.end()
    check_report(run, injector.rival_executed)
    check_spelling(run, schedule)
    check_convergence(stage, schedule, run)
    return run


def check_report(run: Run, by_others: list[str] = ()) -> None:
    """Check that the result of a run agrees with the writes in the journal.

    Args:
        run: The run.
        by_others: The writes of another client during the run.
    """
    result = run.result
    executed = Counter(run.executed)
    unknown = {sent.operation for sent in run.writes if sent.faulty in UNKNOWN or sent.is_modified}
    known = Counter({name: count for name, count in executed.items() if name not in unknown})
    if "steps" in result:
        done: Counter = Counter()
        for step in result["steps"]:
            done[step["operation"]] += step.get("requests", 1) if step["status"] == "done" else 0
        excess = done - executed - Counter(by_others)
        assert not excess, f"reported as done, but not executed: {dict(excess)}"
        # A step that did only a part of its request has failed, and the result is changed.
        partly = Counter(step["operation"] for step in result["steps"] if step["status"] == "failed")
        unreported = known - done - partly
        assert not unreported, f"executed, but not reported as done: {dict(unreported)}"
    if known:
        assert result["changed"], f"changed is false, but the platform executed {dict(known)}"
    if result["changed"]:
        assert executed or by_others or unknown, "changed is true, but the platform executed no write"
    if not result.get("failed"):
        assert result["changed"] or not executed or by_others, (
            f"changed is false after success, executed: {dict(executed)}"
        )
        return
    message = result["msg"]
    assert message.isprintable(), f"the message contains control characters: {message!r}"
    assert not any(phrase in message for phrase in _UNHANDLED), message
    if result.get("operation"):
        assert result["operation"] in message or result.get("code"), result
    if result.get("request_id"):
        assert result["request_id"] in message, message


def check_spelling(run: Run, schedule: Schedule) -> None:
    """Check that an error code is reported in the vendor's spelling, whichever spelling the response has."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.api.spelling import vendor_spelling

    codes = [fault.code for fault in schedule.faults if fault.kind == SPELLING]
    code = run.result.get("code", "")
    if code and code in (*codes, *map(vendor_spelling, codes)):
        assert code == vendor_spelling(code), f"the code is reported as {code}"


def check_convergence(stage: Stage, schedule: Schedule, run: Run | None) -> None:
    """Check that a run without faults converges after the run with faults.

    Args:
        stage: The stage.
        schedule: The schedule of the run with faults.
        run: The run with faults; None if it was killed.
    """
    case = schedule.case
    if case.sample.is_repeatable:
        second = stage.run(case.sample.module, case.options)
        assert not second.result.get("failed"), f"the second run fails: {second.result['msg']}"
        is_reported = bool(second.executed) == second.result["changed"]
        assert is_reported or (case.sample.reports_continued and second.result["changed"]), (
            "the second run reports a wrong change"
        )
        if run is not None and not run.result.get("failed") and not schedule.has_rival:
            late = any(sent.executed is None for sent in run.sent)
            assert late or not second.executed, f"the first run succeeded, but the second one wrote {second.executed}"
        third = stage.run(case.sample.module, case.options)
        assert not third.result.get("failed"), f"the third run fails: {third.result['msg']}"
        assert not third.executed, f"the third run wrote {third.executed}"
        assert not third.result["changed"], "the third run reports a change"
    elif run is None or run.result.get("failed"):
        return
    check_account(stage, schedule)


def check_account(stage: Stage, schedule: Schedule) -> None:
    """Check that the account is as after a run without faults: nothing is duplicated or missing."""
    case = schedule.case
    stage.account.advance(SETTLING_TIME)
    found = rows(stage.account, case.known)
    if schedule.has_rival:
        named = set(_texts(case.tasks))
        lines = [
            f"{table} lacks {row}"
            for table, kept in case.protected.items()
            for row in kept - found[table]
            if named.isdisjoint(_texts(json.loads(row)))
        ]
        lines += [
            f"{table} has {found[table].total()} rows instead of at most {limit}"
            for table, limit in case.limits.items()
            if found[table].total() > limit
        ]
    else:
        lines = difference(found, case.after)
    assert not lines, "the account differs:\n" + "\n".join(lines[:10])


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in a value, at any depth: the names of the objects that tasks manage or refer to."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for element in value.values() if isinstance(value, dict) else value:
            yield from _texts(element)


def outcome(run: Run) -> str:
    """Return how a run ended, for tables of measurements."""
    if run.result.get("failed"):
        return "failed"
    return "changed" if run.result["changed"] else "ok"
