# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Schedules: which faults the requests of one task meet. A schedule follows from its seed and its case."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .stage import CHANGE, CREATE, DELETE, Case, Stage
from .transport import Exchange, Recorder, Sent, lost, silent

# Kinds of faults.
THROTTLED = "throttled"  # rejected because of the quota
ERROR_500 = "error 500"  # HTTP 500, not executed
ERROR_500_AFTER = "error 500 after"  # HTTP 500, but executed
ERROR_503 = "error 503"  # HTTP 503 without JSON, not executed
LOST_BEFORE = "lost before"  # the connection is lost before the platform executes the request
LOST_AFTER = "lost after"  # the connection is lost after the platform has executed the request
TRUNCATED = "truncated"  # executed, the response ends in the middle
NOT_JSON = "not JSON"  # executed, the response is HTML with status 200
PROXY = "proxy"  # not executed, the response is the login page of a proxy with status 200
SILENCE = "silence"  # no response before the timeout, not executed
SILENCE_AFTER = "silence after"  # no response before the timeout, but executed
LATE = "late"  # no response before the timeout, executed later
SPELLING = "spelling"  # an error code in the manual's or in the vendor's spelling
RIVAL_SAME = "rival same"  # another client does the same before the request
RIVAL_CREATE = "rival create"  # another client creates the object before the request
RIVAL_CHANGE = "rival change"  # another client changes the object before the request
RIVAL_DELETE = "rival delete"  # another client deletes the object before the request

KINDS = (
    THROTTLED,
    ERROR_500,
    ERROR_500_AFTER,
    ERROR_503,
    LOST_BEFORE,
    LOST_AFTER,
    TRUNCATED,
    NOT_JSON,
    PROXY,
    SILENCE,
    SILENCE_AFTER,
    LATE,
    SPELLING,
    RIVAL_SAME,
    RIVAL_CREATE,
    RIVAL_CHANGE,
    RIVAL_DELETE,
)

#: Faults after which the client cannot know whether the platform executed the request.
UNKNOWN = {ERROR_500, ERROR_500_AFTER, ERROR_503, LOST_BEFORE, LOST_AFTER, TRUNCATED, NOT_JSON, PROXY} | {
    SILENCE,
    SILENCE_AFTER,
    LATE,
}

#: Kinds that follow each other as retries meet them.
_REPEATED = (THROTTLED, ERROR_500, ERROR_503, LOST_BEFORE, LOST_AFTER, SILENCE)

#: The most requests that a fault without an end applies to: more than the client retries.
FOREVER = 50

_HTML = b"<html><body>Please log in</body></html>"

#: The tasks of another client that can meet a task, if the sample has them.
_RIVALS = {
    RIVAL_SAME: {CREATE: CREATE, CHANGE: CHANGE, DELETE: DELETE},
    RIVAL_CREATE: {CREATE: CREATE, CHANGE: CREATE},
    RIVAL_CHANGE: {CREATE: CHANGE, CHANGE: CHANGE, DELETE: CHANGE},
    RIVAL_DELETE: {CHANGE: DELETE, DELETE: DELETE},
}


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        kind: One of ``KINDS``.
        position: The number of the first request that meets the fault, from 0.
        times: The number of consecutive requests that meet it.
        seconds: For ``late``: the seconds until the platform executes the request; 0 for after the task has ended.
        code: For ``spelling``: the error code.
    """

    kind: str
    position: int
    times: int = 1
    seconds: float = 0.0
    code: str = ""


@dataclass(frozen=True)
class Schedule:
    """The faults of one run.

    Attributes:
        seed: The seed.
        case: The case.
        faults: The faults, the first one of the kind that the schedule is for.
    """

    seed: int
    case: Case
    faults: tuple[Fault, ...]

    @property
    def has_rival(self) -> bool:
        """Whether another client changes the same object."""
        return any(fault.kind in _RIVALS for fault in self.faults)

    def __str__(self) -> str:
        return f"{self.case.name} seed={self.seed} {' '.join(map(str, self.faults))}"


def make_schedule(seed: int, case: Case, kind: str) -> Schedule:
    """Return a schedule of a case with a fault of a kind and perhaps others."""
    chosen = random.Random(f"{seed} {case.name} {kind}")
    faults = [_fault(chosen, case, kind)]
    for _number in range(chosen.choice((0, 0, 0, 1, 2))):
        faults.append(_fault(chosen, case, chosen.choice(KINDS[: KINDS.index(SPELLING)])))
    return Schedule(seed, case, tuple(faults))


def is_possible(case: Case, kind: str) -> bool:
    """Return whether a fault of a kind can meet a case."""
    if kind not in _RIVALS:
        return True
    task = _RIVALS[kind].get(case.task)
    if task not in case.tasks:
        return False
    if task == CHANGE and case.task == CREATE and "renamed_from" in case.tasks[CHANGE]:
        return False  # an object that is renamed meanwhile is another one
    # Two clients can create two objects of the same name if the platform allows it: no client can prevent that.
    creates_twice = task in (CREATE, CHANGE) and not _has_unique_names(case)
    return case.sample.is_repeatable and not (creates_twice and case.task != DELETE)


def _has_unique_names(case: Case) -> bool:
    from .stage import entry_of

    entry = entry_of(case.sample.module)
    return entry.resource.unique_names if hasattr(entry, "resource") else case.sample.module == "iot_devices"


def _fault(chosen: random.Random, case: Case, kind: str) -> Fault:
    from ansible_collections.iotops.aliyun.plugins.module_utils.api.spelling import MISPRINTS

    sent = case.reference.sent
    writes = [one.number for one in sent if one.writes]
    # Most faults meet a write; the others any request.
    position = chosen.choice(writes) if chosen.random() < 0.7 or kind == LATE else chosen.randrange(len(sent))
    times = chosen.choice((1, 1, 2, 3, FOREVER)) if kind in _REPEATED else 1
    seconds = chosen.choice((0, 0, 0.2, 2, 10, 25)) if kind == LATE else 0
    code = ""
    if kind == SPELLING:
        code = chosen.choice([spelling for pair in sorted(MISPRINTS.items()) for spelling in pair])
    return Fault(kind, position, times, seconds, code)


class Injector:
    """Injects the faults of a schedule into the requests of a recorder.

    Args:
        stage: The stage, which runs the tasks of another client.
        schedule: The schedule.
    """

    def __init__(self, stage: Stage, schedule: Schedule) -> None:
        self._stage = stage
        self._schedule = schedule
        self._late: list[tuple[float, Callable[[], Any]]] = []
        self._lock = threading.Lock()
        self.recorder = Recorder(fault=self._respond)
        self.rival_executed: list[str] = []
        stage.time.on_sleep = self._execute_late

    def end(self) -> None:
        """Execute all requests that are still to be executed late."""
        self._stage.time.on_sleep = lambda: None
        for _due, execute in self._late:
            execute()

    def _execute_late(self) -> None:
        # Not the lock of the recorder: the task of another client sleeps in its threads while that is held.
        with self._lock:
            now = self._stage.time.monotonic()
            due = [execute for at, execute in self._late if 0 < at <= now]
            self._late = [(at, execute) for at, execute in self._late if not 0 < at <= now]
        for execute in due:
            execute()

    def _respond(self, sent: Sent, request: Any, exchange: Exchange) -> tuple[int, bytes]:
        for fault in self._schedule.faults:
            if fault.position <= sent.number < fault.position + fault.times:
                sent.faulty = fault.kind
                return self._inject(fault, sent, request, exchange)
        return exchange(request)

    def _inject(self, fault: Fault, sent: Sent, request: Any, exchange: Exchange) -> tuple[int, bytes]:
        kind = fault.kind
        if kind in _RIVALS:
            self._run_rival(kind)
            return exchange(request)
        if kind in (ERROR_500_AFTER, LOST_AFTER, TRUNCATED, NOT_JSON, SILENCE_AFTER):
            content = exchange(request)[1]
            if kind == TRUNCATED:
                return 200, content[: len(content) // 2]
            if kind == NOT_JSON:
                return 200, _HTML
        if kind == LATE:
            at = self._stage.time.monotonic() + fault.seconds if fault.seconds else 0
            with self._lock:
                self._late.append((at, lambda: exchange(request)))
            sent.executed = None
        if kind in (LOST_BEFORE, LOST_AFTER):
            raise lost()
        if kind in (SILENCE, SILENCE_AFTER, LATE):
            raise silent()
        if kind == PROXY:
            return 200, _HTML
        if kind == ERROR_503:
            return 503, b"<html><body>Service Unavailable</body></html>"
        if kind == SPELLING:
            return 200, _error(fault.code, sent, success=False)
        code = "Throttling.User" if kind == THROTTLED else "InternalError"
        return (400 if kind == THROTTLED else 500), _error(code, sent)

    def _run_rival(self, kind: str) -> None:
        case = self._schedule.case
        first = self._stage.account.last_call()
        options = case.tasks[_RIVALS[kind][case.task]]
        rival = self._stage.run(case.sample.module, options)
        self.rival_executed += rival.executed
        self.recorder.foreign |= set(range(first + 1, self._stage.account.last_call() + 1))


def _error(code: str, sent: Sent, success: bool | None = None) -> bytes:
    sent.request_id = f"FAULT-{sent.number}"
    members = {"RequestId": sent.request_id, "Code": code, "Message": "injected", "ErrorMessage": "injected"}
    return json.dumps(members if success is None else {**members, "Success": success}).encode()
