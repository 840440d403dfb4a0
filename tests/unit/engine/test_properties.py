# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What holds of every plan, for any task on any account: tried with many of both."""

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

tried = settings(deadline=None, max_examples=60)

CODES = st.sampled_from(["bolt", "nut", "cog", "cam", "pin"])
KEYS = st.sampled_from(["a", "b", "c", "7"])
NOTES = st.sampled_from(["", "old", "new"])
WEIGHTS = st.integers(0, 3)
COLOURS = st.sampled_from(["red", "blue"])
ROOMS = st.sampled_from(["attic", "cellar"])
#: As a task gives it: a key may be a number, a value a number or a truth.
GIVEN_TAGS = st.dictionaries(KEYS | st.just(7), st.sampled_from(["x", "", 1, True]), max_size=3)
THINGS = st.lists(CODES, unique=True, max_size=4)
#: The label is a word of the task's own, not what the platform calls the thing.
GIVEN_THINGS = THINGS.map(lambda codes: [{"code": code, "label": "mine"} for code in codes])

ACCOUNTS = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "room": ROOMS,
        "colour": COLOURS.map(str.upper),
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
        "colour": st.none() | COLOURS,
        "note": st.none() | NOTES,
        "weight": st.none() | WEIGHTS,
        "pin": st.none() | st.just("1234"),
        "tags": st.none() | GIVEN_TAGS,
        "purge_tags": st.booleans(),
        "things": st.none() | GIVEN_THINGS,
        "purge_things": st.booleans(),
    },
)
#: Values for the planner itself, where None is one.
WISHES = st.fixed_dictionaries(
    {"name": st.just("b1")},
    optional={
        "colour": st.none() | COLOURS,
        "note": st.none() | NOTES,
        "weight": st.none() | WEIGHTS,
        "tags": st.none() | GIVEN_TAGS,
        "things": st.none() | GIVEN_THINGS,
        "locked": st.none() | st.booleans(),
    },
)
KEPT = st.sets(st.sampled_from(["tags", "things"]))


def account(box: dict | None) -> FakeClient:
    """An account with that box, or without it, and with others that no task here is about."""
    others = [{"name": "other", "tags": {"a": "x"}}, {"name": "b11"}]
    return FakeClient(*others, *([box] if box is not None else []))


def read(client) -> dict | None:
    """What is there, with all that can be read."""
    client.clear_cache()
    return BOX.read(Reader(client, tolerant=False), {"name": "b1"})


@tried
@given(ACCOUNTS, TASKS)
def test_a_task_that_ran_has_nothing_to_do(box, task):
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


@tried
@given(ACCOUNTS, TASKS)
def test_a_check_writes_nothing_and_predicts_what_applying_does(box, task):
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
        # The platform has its own labels, and ids and counts of its own that nobody knows before.
        if not BOX.field(name).computed:
            assert BOX.field(name).equal(applied["box"][name], value), name


@tried
@given(ACCOUNTS, TASKS)
def test_the_result_is_what_is_there(box, task):
    client = account(box)
    try:
        result = converge(BOX, task, client, False)
    except ImmutableField:
        assume(False)
    there = read(client) or {}
    for name, value in result["box"].items():
        assert BOX.field(name).equal(there[name], value), name


@tried
@given(ACCOUNTS, WISHES, KEPT)
def test_a_plan_that_was_applied_is_empty(box, wishes, keep):
    client = account(box)
    current = read(client)
    desired = merge(BOX, wishes, current, keep)
    try:
        steps = plan(BOX, desired, current)
    except ImmutableField:
        assume(False)
    apply(client, BOX, steps, {**desired, **(current or {})})
    now = read(client)
    assert now is not None
    assert plan(BOX, merge(BOX, wishes, now, keep), now) == []


@tried
@given(ACCOUNTS.filter(lambda box: box is not None), WISHES, KEPT)
def test_what_was_not_given_is_left_alone(box, wishes, keep):
    client = account(box)
    before = read(client)
    desired = merge(BOX, wishes, before, keep)
    try:
        steps = plan(BOX, desired, before)
    except ImmutableField:
        assume(False)
    assert {name for step in steps for name in step.changes} <= set(wishes)
    apply(client, BOX, steps, {**desired, **before})
    after = read(client)
    for name in set(before) - set(wishes) - {"thing_count"}:
        assert after[name] == before[name], name
    for name in keep & set(wishes):
        field = BOX.field(name)
        assert field.equal(after[name], field.type.merge(before[name], wishes[name] or field.type.empty)) or (
            wishes[name] is None
        )


@tried
@given(ACCOUNTS, WISHES)
def test_planning_changes_neither_what_is_desired_nor_what_is_there(box, wishes):
    current = read(account(box))
    copies = copy.deepcopy((wishes, current))
    try:
        first, second = plan(BOX, wishes, current), plan(BOX, wishes, current)
    except ImmutableField:
        assume(False)
    assert (wishes, current) == copies
    assert [(step.operation, step.params) for step in first] == [(step.operation, step.params) for step in second]


@tried
@given(ACCOUNTS.filter(lambda box: box is not None), WISHES)
def test_each_step_goes_on_where_the_one_before_ended(box, wishes):
    current = read(account(box))
    try:
        steps = plan(BOX, wishes, current)
    except ImmutableField:
        assume(False)
    state = dict(current)
    for step in steps:
        for name, (before, after) in step.changes.items():
            assert BOX.field(name).equal(before, state[name]), name
            assert not BOX.field(name).equal(before, after), name
            state[name] = after
    for name, value in wishes.items():
        field = BOX.field(name)
        wanted = field.initial if value is None else value
        if wanted is not None:
            assert field.equal(state[name], wanted), name


@tried
@given(ACCOUNTS)
def test_what_was_deleted_is_deleted_once(box):
    client = account(box)
    task = {"name": "b1", "state": "absent"}
    assert converge(BOX, task, client, False)["changed"] is (box is not None)
    client.log.clear()
    again = converge(BOX, task, client, False)
    assert (again["changed"], again["box"], client.writes) == (False, {}, [])
    assert {box["BoxName"] for box in client.boxes.values()} == {"other", "b11"}


@pytest.mark.parametrize("size", range(6))
@pytest.mark.parametrize("field", ["tags", "things"])
def test_no_call_takes_more_than_its_operation_allows(field, size):
    values = {"tags": {f"k{n}": "x" for n in range(size)}, "things": [{"code": f"c{n}"} for n in range(size)]}
    for desired, current in (({field: values[field]}, {}), ({field: BOX.field(field).type.empty}, values)):
        steps = plan(BOX, desired, current)
        sent = [
            len(value) for step in steps for value in step.params.values() if isinstance(value, list)
        ]  # the toy's limits are 2 each
        assert sum(sent) == size
        assert max(sent, default=0) <= 2
        assert len(sent) == (size + 1) // 2
