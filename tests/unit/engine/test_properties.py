# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Property-based tests: what is true for every task on every account."""

from __future__ import annotations

import copy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import apply
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import merge, plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, FakeClient

few_examples = settings(deadline=None, max_examples=60)

CODES = st.sampled_from(["bolt", "nut", "cog", "cam", "pin"])
KEYS = st.sampled_from(["a", "b", "c", "7"])
NOTES = st.sampled_from(["", "old", "new"])
WEIGHTS = st.integers(0, 3)
COLORS = st.sampled_from(["red", "blue"])
ROOMS = st.sampled_from(["attic", "cellar"])
#: In a task, keys can be numbers, and values can be numbers or booleans.
TASK_TAGS = st.dictionaries(KEYS | st.just(7), st.sampled_from(["x", "", 1, True]), max_size=3)
THINGS = st.lists(CODES, unique=True, max_size=4)
#: The task uses other labels than the platform.
TASK_THINGS = THINGS.map(lambda codes: [{"code": code, "label": "mine"} for code in codes])

ACCOUNTS = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "room": ROOMS,
        "color": COLORS.map(str.upper),
        "note": NOTES,
        "weight": WEIGHTS,
        "tags": st.dictionaries(KEYS, st.sampled_from(["x", "y", "1", "true", ""]), max_size=3),
        "things": THINGS,
        "locked": st.booleans(),
    },
)
TASKS = st.fixed_dictionaries(
    {"name": st.just("b1")},
    optional={
        "state": st.sampled_from(["present", "locked", "unlocked", "absent"]),
        "room": st.none() | ROOMS,
        "color": st.none() | COLORS,
        "note": st.none() | NOTES,
        "weight": st.none() | WEIGHTS,
        "pin": st.none() | st.just("1234"),
        "tags": st.none() | TASK_TAGS,
        "purge_tags": st.booleans(),
        "things": st.none() | TASK_THINGS,
        "purge_things": st.booleans(),
    },
)
#: Desired values of a plan, in which None resets a field.
DESIRED = st.fixed_dictionaries(
    {"name": st.just("b1")},
    optional={
        "color": st.none() | COLORS,
        "note": st.none() | NOTES,
        "weight": st.none() | WEIGHTS,
        "tags": st.none() | TASK_TAGS,
        "things": st.none() | TASK_THINGS,
        "locked": st.none() | st.booleans(),
    },
)
ADDITIVE_FIELDS = st.sets(st.sampled_from(["tags", "things"]))


def account(box: dict | None) -> FakeClient:
    """Return a client for an account with this box, if any, and with other boxes that no task refers to."""
    others = [{"name": "other", "tags": {"a": "x"}}, {"name": "b11"}]
    return FakeClient(*others, *([box] if box is not None else []))


def read(client) -> dict | None:
    """Read all fields of the box."""
    client.clear_cache()
    return BOX.read(Reader(client, tolerant=False), {"name": "b1"})


@few_examples
@given(ACCOUNTS, TASKS)
def test_converge_repeated_is_unchanged(box, task):
    client = account(box)
    before = client.state()
    try:
        converge(BOX, task, client, False)
    except ImmutableField:
        assert client.state() == before
        assert client.writes == []
        return
    client.log.clear()
    again = converge(BOX, task, client, False)
    assert (again["changed"], again["steps"], client.writes) == (False, [], [])
    assert again["diff"]["before"] == again["diff"]["after"]


@few_examples
@given(ACCOUNTS, TASKS)
def test_converge_check_mode_predicts_result_without_write(box, task):
    def outcome(check_mode):
        client = account(box)
        client.read_only = check_mode
        try:
            return converge(BOX, copy.deepcopy(task), client, check_mode)
        except ImmutableField as error:
            return str(error)

    planned, applied = outcome(True), outcome(False)
    if isinstance(planned, str):
        assert applied == planned
        return
    assert planned["changed"] == applied["changed"]
    assert planned["diff"] == applied["diff"]
    assert [(s["operation"], s["changes"]) for s in planned["steps"]] == [
        (s["operation"], s["changes"]) for s in applied["steps"]
    ]
    assert {s["status"] for s in planned["steps"]} <= {"planned"}
    assert {s["status"] for s in applied["steps"]} <= {"done"}
    for name, value in planned["box"].items():
        # The platform sets labels, IDs and counts, which check mode cannot predict.
        if not BOX.field(name).computed:
            assert BOX.field(name).equal(applied["box"][name], value), name


@few_examples
@given(ACCOUNTS, TASKS)
def test_converge_result_equals_account(box, task):
    client = account(box)
    try:
        result = converge(BOX, task, client, False)
    except ImmutableField:
        assume(False)
    current = read(client) or {}
    for name, value in result["box"].items():
        assert BOX.field(name).equal(current[name], value), name


@few_examples
@given(ACCOUNTS, DESIRED, ADDITIVE_FIELDS)
def test_plan_after_apply_is_empty(box, requested, additive):
    client = account(box)
    current = read(client)
    desired = merge(BOX, requested, current, additive)
    try:
        steps = plan(BOX, desired, current)
    except ImmutableField:
        assume(False)
    apply(client, BOX, steps, {**desired, **(current or {})})
    now = read(client)
    assert now is not None
    assert plan(BOX, merge(BOX, requested, now, additive), now) == []


@few_examples
@given(ACCOUNTS.filter(lambda box: box is not None), DESIRED, ADDITIVE_FIELDS)
def test_plan_unset_fields_are_unchanged(box, requested, additive):
    client = account(box)
    before = read(client)
    desired = merge(BOX, requested, before, additive)
    try:
        steps = plan(BOX, desired, before)
    except ImmutableField:
        assume(False)
    assert {name for step in steps for name in step.changes} <= set(requested)
    apply(client, BOX, steps, {**desired, **before})
    after = read(client)
    for name in set(before) - set(requested) - {"thing_count"}:
        assert after[name] == before[name], name
    for name in additive & set(requested):
        field = BOX.field(name)
        assert field.equal(after[name], field.type.merge(before[name], requested[name] or field.type.empty)) or (
            requested[name] is None
        )


@few_examples
@given(ACCOUNTS, DESIRED)
def test_plan_does_not_modify_arguments(box, requested):
    current = read(account(box))
    copies = copy.deepcopy((requested, current))
    try:
        first, second = plan(BOX, requested, current), plan(BOX, requested, current)
    except ImmutableField:
        assume(False)
    assert (requested, current) == copies
    assert [(step.operation, step.params) for step in first] == [(step.operation, step.params) for step in second]


@few_examples
@given(ACCOUNTS.filter(lambda box: box is not None), DESIRED)
def test_plan_steps_start_with_values_of_previous_step(box, requested):
    current = read(account(box))
    try:
        steps = plan(BOX, requested, current)
    except ImmutableField:
        assume(False)
    state = dict(current)
    for step in steps:
        for name, (before, after) in step.changes.items():
            assert BOX.field(name).equal(before, state[name]), name
            assert not BOX.field(name).equal(before, after), name
            state[name] = after
    for name, value in requested.items():
        field = BOX.field(name)
        expected = field.initial if value is None else value
        if expected is not None:
            assert field.equal(state[name], expected), name


@few_examples
@given(ACCOUNTS)
def test_converge_absent_repeated_is_unchanged(box):
    client = account(box)
    task = {"name": "b1", "state": "absent"}
    assert converge(BOX, task, client, False)["changed"] is (box is not None)
    client.log.clear()
    again = converge(BOX, task, client, False)
    assert (again["changed"], again["box"], client.writes) == (False, {}, [])
    assert {box["BoxName"] for box in client.boxes.values()} == {"other", "b11"}


@pytest.mark.parametrize("size", range(6))
@pytest.mark.parametrize("field", ["tags", "things"])
def test_plan_requests_respect_operation_limits(field, size):
    values = {"tags": {f"k{n}": "x" for n in range(size)}, "things": [{"code": f"c{n}"} for n in range(size)]}
    for desired, current in (({field: values[field]}, {}), ({field: BOX.field(field).type.empty}, values)):
        steps = plan(BOX, desired, current)
        sent = [
            len(value) for step in steps for value in step.params.values() if isinstance(value, list)
        ]  # the limits of these operations are 2
        assert sum(sent) == size
        assert max(sent, default=0) <= 2
        assert len(sent) == (size + 1) // 2
