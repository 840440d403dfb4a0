# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Any call at all, of any operation, on an account that is in use: the platform answers, and stays what it is.

By default the calls are few and always the same. ``FUZZ_EXAMPLES=500`` makes so many of each operation, other ones each
time.
"""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS

from ..conftest import EmulatorProcess, flatten, signed_query, start
from .calls import TABLES
from .shapes import wrong_members
from .steps import as_sent, carry_out

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
FEW = 16  # of each operation

FUZZ = settings(
    max_examples=EXAMPLES or FEW,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

#: Those that take away come last.
ORDER = ("read", "set", "create", "delete")
NAMES = sorted(OPERATIONS, key=lambda name: ORDER.index(OPERATIONS[name].kind))

ENDS = ("", ".1", ".x", ".1.2.3", ".-1")

HOUR = 3600
DAY = 24 * HOUR

_TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "0", "null", "None", "[]", "{}", "a1nothing00", "路灯", "\0", "%", "'", '"', "😀", "é" * 64]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from([300, 5000]).map("x".__mul__),
)
_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.floats(allow_nan=False), _TEXTS)
_TREES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3), max_leaves=6
)
_JSON = _TREES.map(lambda tree: json.dumps(tree, ensure_ascii=False))
_RIGHT = {
    "integer": st.one_of(st.integers(-2, 60), st.integers(-(10**18), 10**18)),
    "boolean": st.sampled_from(["true", "false"]),
    "number": st.floats(),
    "string": st.one_of(_TEXTS, _JSON),
    "object": st.dictionaries(_TEXTS, _TREES, max_size=3).map(lambda tree: json.dumps(tree, ensure_ascii=False)),
}
_ANYTHING = st.one_of(_TEXTS, _JSON, st.integers().map(str), st.floats().map(str))


class Fuzzed:
    """A platform whose account is in use, what was said on its standard error, and the values that made it so."""

    def __init__(self, running: EmulatorProcess):
        self.running = running
        self.said: list[str] = []
        #: Values that mean something, by parameter; of an operation's own parameters by ``Operation.Parameter``.
        self.values: dict[str, list[Any]] = defaultdict(list)
        #: The parameters of calls that come through, by operation.
        self.calls: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        self.said.extend(self.running.process.stderr)

    def use(self) -> None:
        """Make all calls of all tables but for those that take away, which are only learnt."""
        for family, steps in TABLES.items():

            def caller(operation: str, family: str = family, **params: Any) -> dict[str, Any]:
                if "ProductName" in params:
                    params["ProductName"] = f"{params['ProductName']}_{family}"
                self._learn(operation, params)
                if OPERATIONS[operation].kind == "delete":
                    return {"Success": True}
                return self.post(operation, flatten(as_sent(params)))[1]

            for step, params, reply in carry_out(steps, self.running, caller):
                assert reply.get("Success"), (step.operation, params, reply)

    def _learn(self, operation: str, params: dict[str, Any]) -> None:
        self.calls[operation].append(params)
        for name, value in params.items():
            for key in (name, f"{operation}.{name}"):
                if value not in self.values[key]:
                    self.values[key].append(value)

    def post(self, action: str, params: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """HTTP status and reply of a signed call, whose parameters travel in the body."""
        body = signed_query("POST", {"Action": action, **params}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _headers, content = self.running.exchange("POST", "/", body, headers)
        return status, json.loads(content)

    def check(self) -> None:
        """It runs, has all of its operations, can tell all of its state, and nothing has failed."""
        assert self.running.process.poll() is None
        assert self.running.control("GET", "health")["implemented"] == 277
        assert self.running.control("GET", "state")
        text = "".join(self.said)
        assert "Traceback" not in text, text[-5000:]


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """A platform of its own, whose account is in use."""
    running = start(tmp_path_factory.mktemp("fuzzed"), "--no-throttle")
    fuzzed = Fuzzed(running)
    fuzzed.use()
    fuzzed.check()
    yield fuzzed
    running.end()


def values_of(param: Any, known: list[Any]) -> st.SearchStrategy:
    """Values of a parameter: those that mean something, others of its type, and any."""
    means = [st.sampled_from(known)] * 3 if known else []
    if param.type == "list":
        element = members_of(param.members) if param.members else st.one_of(_RIGHT[param.element], _ANYTHING)
        return st.one_of(*means, st.lists(element, max_size=4), _ANYTHING)
    if param.type == "object" and param.members:
        return st.one_of(*means, members_of(param.members), _ANYTHING)
    return st.one_of(*means, _RIGHT[param.type], _RIGHT[param.type], _ANYTHING)


def members_of(params: dict[str, Any]) -> st.SearchStrategy:
    """Some of the members of an object."""
    return st.fixed_dictionaries({}, optional={name: values_of(param, []) for name, param in params.items()})


@pytest.mark.parametrize("name", NAMES)
def test_any_call_is_answered(name, fuzzed):
    operation = OPERATIONS[name]
    usual, odd = {}, {}
    for param in operation.params.values():
        known = fuzzed.values[f"{name}.{param.name}"] or fuzzed.values[param.name]
        values = values_of(param, known)
        # Without what is required no call would come through to the operation.
        (usual if param.required else odd)[param.name] = values
    whole = st.fixed_dictionaries(usual, optional=odd)
    part = st.fixed_dictionaries({}, optional={**usual, **odd})
    every = {**usual, **odd}
    few = st.lists(st.sampled_from(sorted(every)), max_size=2, unique=True) if every else st.just([])
    changes = few.flatmap(lambda names: st.fixed_dictionaries({name: every[name] for name in names}))
    good = st.sampled_from(fuzzed.calls[name] or [{}])
    changed = st.builds(lambda params, other: {**params, **other}, good, changes)
    # Names that only look like those of a list's elements.
    odd_names = st.sampled_from([f"{param}{end}" for param in (*operation.params, "Other") for end in ENDS])
    extra = st.dictionaries(odd_names, _TEXTS, max_size=1)

    @FUZZ
    @given(st.one_of(changed, changed, changed, whole, part), st.one_of(st.just({}), st.just({}), extra))
    def any_call(params, more):
        sent = {**flatten(as_sent(params)), **more}
        status, reply = fuzzed.post(name, sent)
        assert status in (200, 400, 403, 404), (status, reply, sent)
        assert reply["RequestId"]
        if status != 200:
            assert reply["Code"]
            assert reply["Message"]
        elif reply["Success"]:
            assert wrong_members(reply, operation.result) == [], sent
        else:
            assert reply["Code"].startswith("iot."), reply
            assert reply["ErrorMessage"]

    any_call()
    fuzzed.check()


@pytest.mark.parametrize("seconds", [0, HOUR, DAY, 31 * DAY, 366 * DAY])
def test_what_was_put_off_is_done(seconds, fuzzed):
    fuzzed.running.control("POST", "clock", {"advance": seconds})
    fuzzed.check()
