# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fuzz every operation on an account with data: the emulator must answer every call and keep running.

By default the tests make few calls, which are the same in every run. ``FUZZ_EXAMPLES=500`` makes that many calls of
each operation, with other parameters in every run.
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
from .shapes import unexpected_members
from .steps import run_steps, to_request_params

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
DEFAULT_EXAMPLES = 16  # default number of examples per operation

FUZZ = settings(
    max_examples=EXAMPLES or DEFAULT_EXAMPLES,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

#: Delete operations come last.
ORDER = ("read", "set", "create", "delete")
NAMES = sorted(OPERATIONS, key=lambda name: ORDER.index(OPERATIONS[name].kind))

SUFFIXES = ("", ".1", ".x", ".1.2.3", ".-1")

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
_VALUES_OF_TYPE = {
    "integer": st.one_of(st.integers(-2, 60), st.integers(-(10**18), 10**18)),
    "boolean": st.sampled_from(["true", "false"]),
    "number": st.floats(),
    "string": st.one_of(_TEXTS, _JSON),
    "object": st.dictionaries(_TEXTS, _TREES, max_size=3).map(lambda tree: json.dumps(tree, ensure_ascii=False)),
}
_ANYTHING = st.one_of(_TEXTS, _JSON, st.integers().map(str), st.floats().map(str))


class FuzzedEmulator:
    """An emulator with data in its account.

    Attributes:
        running: the process.
        stderr_lines: its standard error output.
    """

    def __init__(self, running: EmulatorProcess):
        self.running = running
        self.stderr_lines: list[str] = []
        #: Valid values by parameter name, and by ``Operation.Parameter``.
        self.values: dict[str, list[Any]] = defaultdict(list)
        #: The parameters of successful calls by operation.
        self.calls: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        self.stderr_lines.extend(self.running.process.stderr)

    def run_tables(self) -> None:
        """Run the calls of all tables. Delete operations are only recorded."""
        for family, steps in TABLES.items():

            def caller(operation: str, family: str = family, **params: Any) -> dict[str, Any]:
                if "ProductName" in params:
                    params["ProductName"] = f"{params['ProductName']}_{family}"
                self._record_call(operation, params)
                if OPERATIONS[operation].kind == "delete":
                    return {"Success": True}
                return self.post(operation, flatten(to_request_params(params)))[1]

            for step, params, reply in run_steps(steps, self.running, caller):
                assert reply.get("Success"), (step.operation, params, reply)

    def _record_call(self, operation: str, params: dict[str, Any]) -> None:
        self.calls[operation].append(params)
        for name, value in params.items():
            for key in (name, f"{operation}.{name}"):
                if value not in self.values[key]:
                    self.values[key].append(value)

    def post(self, action: str, params: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Send a signed call with the parameters in the body. Return HTTP status and reply."""
        body = signed_query("POST", {"Action": action, **params}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _headers, content = self.running.exchange("POST", "/", body, headers)
        return status, json.loads(content)

    def check_health(self) -> None:
        """Check that the emulator runs with all operations, can return its state, and has logged no exception."""
        assert self.running.process.poll() is None
        health = self.running.control("GET", "health")
        assert health["implemented"] == health["known"]
        assert self.running.control("GET", "state")
        text = "".join(self.stderr_lines)
        assert "Traceback" not in text, text[-5000:]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    """Start an emulator and create data in its account."""
    running = start(tmp_path_factory.mktemp("fuzzed"), "--no-throttle")
    try:
        emulator = FuzzedEmulator(running)
        emulator.run_tables()
        emulator.check_health()
        yield emulator
    finally:
        running.end()


def values_of(param: Any, valid: list[Any]) -> st.SearchStrategy:
    """Return a strategy for the values of a parameter: valid values, other values of its type, and any values."""
    valid_values = [st.sampled_from(valid)] * 3 if valid else []
    if param.type == "list":
        element = members_of(param.members) if param.members else st.one_of(_VALUES_OF_TYPE[param.element], _ANYTHING)
        return st.one_of(*valid_values, st.lists(element, max_size=4), _ANYTHING)
    if param.type == "object" and param.members:
        return st.one_of(*valid_values, members_of(param.members), _ANYTHING)
    return st.one_of(*valid_values, _VALUES_OF_TYPE[param.type], _VALUES_OF_TYPE[param.type], _ANYTHING)


def members_of(params: dict[str, Any]) -> st.SearchStrategy:
    """Return a strategy for objects with some of the members."""
    return st.fixed_dictionaries({}, optional={name: values_of(param, []) for name, param in params.items()})


@pytest.mark.parametrize("name", NAMES)
def test_call_with_random_parameters_is_answered(name, emulator):
    operation = OPERATIONS[name]
    required, optional = {}, {}
    for param in operation.params.values():
        valid = emulator.values[f"{name}.{param.name}"] or emulator.values[param.name]
        values = values_of(param, valid)
        # A call without required parameters never reaches the operation.
        (required if param.required else optional)[param.name] = values
    complete = st.fixed_dictionaries(required, optional=optional)
    partial = st.fixed_dictionaries({}, optional={**required, **optional})
    all_params = {**required, **optional}
    changed_names = (
        st.lists(st.sampled_from(sorted(all_params)), max_size=2, unique=True) if all_params else st.just([])
    )
    changes = changed_names.flatmap(lambda names: st.fixed_dictionaries({name: all_params[name] for name in names}))
    successful = st.sampled_from(emulator.calls[name] or [{}])
    changed = st.builds(lambda params, other: {**params, **other}, successful, changes)
    # Parameter names that look like elements of a list.
    list_like_names = st.sampled_from(
        [f"{param}{suffix}" for param in (*operation.params, "Other") for suffix in SUFFIXES]
    )
    extra = st.dictionaries(list_like_names, _TEXTS, max_size=1)

    @FUZZ
    @given(st.one_of(changed, changed, changed, complete, partial), st.one_of(st.just({}), st.just({}), extra))
    def check_call(params, extra_params):
        sent = {**flatten(to_request_params(params)), **extra_params}
        status, reply = emulator.post(name, sent)
        assert status in (200, 400, 403, 404), (status, reply, sent)
        assert reply["RequestId"]
        if status != 200:
            assert reply["Code"]
            assert reply["Message"]
        elif reply["Success"]:
            assert unexpected_members(reply, operation.result) == [], sent
        else:
            assert reply["Code"].startswith("iot."), reply
            assert reply["ErrorMessage"]

    check_call()
    emulator.check_health()


@pytest.mark.parametrize("seconds", [0, HOUR, DAY, 31 * DAY, 366 * DAY])
def test_scheduled_work_after_random_calls_is_processed(seconds, emulator):
    emulator.running.control("POST", "clock", {"advance": seconds})
    emulator.check_health()
