# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Modified responses: one response of a run is not what the platform returned."""

from __future__ import annotations

import copy
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .checks import check_report
from .stage import SETTLING_TIME, Case, Run, Stage, difference, entry_of, rows
from .transport import Exchange, Recorder, Sent, decoded

REMOVED = "removed"
NULL = "null"
OTHER_TYPE = "other type"
EMPTY_LIST = "no list"
HUGE_COUNT = "huge count"
CONTROL = "control characters"
HTML = "HTML"
TRUNCATED = "truncated"
ARRAY = "array"
DEEP = "deep"
FOREIGN = "foreign"
SURROGATE = "half a surrogate pair"

KINDS = (REMOVED, NULL, OTHER_TYPE, EMPTY_LIST, HUGE_COUNT, CONTROL, HTML, TRUNCATED, ARRAY, DEEP, FOREIGN, SURROGATE)

#: Kinds that replace the whole response.
_WHOLE = {
    HTML: b"<html><body>Please log in</body></html>",
    ARRAY: b"[]",
    DEEP: b'{"RequestId":"R","Success":true,"Data":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    FOREIGN: b'{"status":"ok"}',
    SURROGATE: b'{"RequestId":"R","Success":true,"Data":"\\ud800"}',
}

#: The members that count pages and elements.
_COUNTS = re.compile(r"Total|Count|Page|Size")

_ENVELOPE = ("RequestId", "Success", "Code", "ErrorMessage")

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Modification:
    """A modification of one response.

    Attributes:
        kind: One of ``KINDS``.
        number: The number of the request within the run, from 0.
        operation: The operation of the request.
        path: The path of the modified member; empty for the whole response.
        value: The new value; ignored for ``removed``.
        is_valid: Whether the response is still one that the platform could return: another text or number.
    """

    kind: str
    number: int
    operation: str
    path: Path = ()
    value: Any = None
    is_valid: bool = False

    def apply(self, content: bytes) -> bytes:
        """Return the modified response."""
        if self.kind in _WHOLE:
            return _WHOLE[self.kind]
        if self.kind == TRUNCATED:
            return content[: len(content) // 2]
        tree = json.loads(content)
        parent = tree
        for name in self.path[:-1]:
            parent = parent[name]
        if self.kind == REMOVED:
            del parent[self.path[-1]]
        else:
            parent[self.path[-1]] = self.value
        return json.dumps(tree).encode()


def members(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the path and the value of each member of a response, at any depth; of lists the first element."""
    pairs = value.items() if isinstance(value, dict) else list(enumerate(value))[:1] if isinstance(value, list) else ()
    for name, member in pairs:
        if path or name not in _ENVELOPE:
            yield (*path, name), member
            yield from members(member, (*path, name))


def modify(seed: int, case: Case, kind: str, responses: list[bytes]) -> Modification | None:
    """Return a modification of a kind of one response of a case, or None if no response has such a member.

    Args:
        seed: The seed.
        case: The case.
        kind: One of ``KINDS``.
        responses: The responses of the run without faults.
    """
    chosen = random.Random(f"{seed} {case.name} {kind}")
    sent = case.reference.sent
    if kind in _WHOLE or kind == TRUNCATED:
        number = chosen.randrange(len(sent))
        return Modification(kind, number, sent[number].operation)
    candidates = [
        (number, path, value)
        for number, content in enumerate(responses)
        for path, value in members(decoded(content))
        if _fits(kind, path, value)
    ]
    if not candidates:
        return None
    number, path, value = chosen.choice(candidates)
    replacement = _replacement(chosen, kind, value)
    is_valid = kind in (CONTROL, OTHER_TYPE) and not isinstance(value, (dict, list))
    is_valid = is_valid and isinstance(replacement, (str, int, float))
    operation = sent[number].operation
    is_valid = is_valid or (kind in (REMOVED, NULL) and (operation, ".".join(map(str, path))) in _optional(case))
    return Modification(kind, number, operation, path, replacement, is_valid)


def _optional(case: Case) -> set[tuple[str, str]]:
    """Return the operation and the path of objects that a response may omit."""
    resource = getattr(entry_of(case.sample.module), "resource", None)
    details = resource.details if resource else ()
    return {(detail.operation, detail.item) for detail in details if detail.is_optional}


def _fits(kind: str, path: Path, value: Any) -> bool:
    if kind == EMPTY_LIST:
        return isinstance(value, list)
    if kind == HUGE_COUNT:
        return bool(_COUNTS.search(str(path[-1]))) and isinstance(value, int) and not isinstance(value, bool)
    if kind == CONTROL:
        return isinstance(value, str)
    return not isinstance(path[-1], int) if kind == REMOVED else True


def _replacement(chosen: random.Random, kind: str, value: Any) -> Any:
    if kind == EMPTY_LIST:
        return chosen.choice((None, {}, "", {"x": []}))
    if kind == HUGE_COUNT:
        return chosen.choice((10**9, 10**30, -1))
    if kind == CONTROL:
        return f"{value[:3]}\x00\x1b[31m\u202e\n{value[3:]}"
    if kind == OTHER_TYPE:
        others = ({"x": 1}, ["x"], "x\n", 7, 1.5, True)
        return chosen.choice([copy.copy(other) for other in others if type(other) is not type(value)])
    return None


def record_responses(stage: Stage, case: Case) -> list[bytes]:
    """Return the responses of a run without faults."""
    contents: list[bytes] = []

    def keep(sent: Sent, request: Any, exchange: Exchange) -> tuple[int, bytes]:
        status, content = exchange(request)
        contents.append(content)
        return status, content

    stage.account.restore(case.before)
    stage.run(case.sample.module, case.options, Recorder(keep))
    return contents


def run_modified(stage: Stage, case: Case, modification: Modification) -> tuple[Run, Sent | None]:
    """Run a task in which one response is modified.

    Returns:
        The run, and the request whose response was modified; None if the run did not send it.
    """
    touched: list[Sent] = []

    def respond(sent: Sent, request: Any, exchange: Exchange) -> tuple[int, bytes]:
        status, content = exchange(request)
        if sent.number == modification.number and sent.operation == modification.operation:
            sent.faulty, sent.is_modified = modification.kind, True
            touched.append(sent)
            try:
                content = modification.apply(content)
            except (KeyError, IndexError, TypeError):  # threads can change the order of requests
                touched.clear()
        return status, content

    stage.account.restore(case.before)
    run = stage.run(case.sample.module, case.options, Recorder(respond))
    return run, touched[0] if touched else None


def check_modified(stage: Stage, case: Case, modification: Modification) -> str:
    """Run a task in which one response is modified, and check what it does.

    After a malformed response, the run fails with an error that names the operation and the request, without a write
    after the response; or the modification is harmless and the run does and reports the same as without it. After a
    response with other values, which the platform could return, a second run converges.

    Returns:
        ``rejected``, ``harmless``, ``accepted`` for other values, or ``not sent`` if the run did not send the request.

    Raises:
        AssertionError: The run did something else.
    """
    run, touched = run_modified(stage, case, modification)
    result = run.result
    if touched is None:
        return "not sent"
    check_report(run)
    if modification.is_valid:
        return _check_valid(stage, case, run)
    later = [sent for sent in run.sent if sent.number > touched.number]
    if result.get("failed"):
        assert result.get("operation"), f"no operation in {result['msg']!r}"
        assert result["operation"] == touched.operation, f"the failed operation is {result['operation']}"
        if modification.kind not in _WHOLE and modification.kind != TRUNCATED:
            # A page after a page with a wrong count can be the one that fails.
            ids = [sent.request_id for sent in run.sent if sent.operation == touched.operation]
            assert any(request_id in result["msg"] for request_id in ids), f"no request ID in {result['msg']!r}"
        writes = [sent.operation for sent in later if sent.writes]
        assert not writes or touched.writes, f"after the modified response: {writes}"
        return "rejected"
    assert Counter(run.executed) == Counter(case.reference.executed), (
        f"executed {run.executed} instead of {case.reference.executed}"
    )
    assert result["changed"] == case.reference.result["changed"]
    stage.account.advance(SETTLING_TIME)
    lines = difference(rows(stage.account, case.known), case.after)
    assert not lines, "the account differs:\n" + "\n".join(lines[:10])
    return "harmless"


def _check_valid(stage: Stage, case: Case, run: Run) -> str:
    if case.sample.is_repeatable:
        second = stage.run(case.sample.module, case.options)
        assert not second.result.get("failed"), f"the second run fails: {second.result['msg']}"
        third = stage.run(case.sample.module, case.options)
        assert not third.executed, f"the third run wrote {third.executed}"
    return "rejected" if run.result.get("failed") else "accepted"
