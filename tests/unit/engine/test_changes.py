# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the steps of each kind of change."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import (
    Batch,
    Change,
    Create,
    Entries,
    Switch,
    Update,
    wire_value,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import CREATE, DELETE, UPDATE, Ref
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, SHELF

ID = {"BoxId": Ref("box_id")}


def test_wire_value_converts_values_and_refers_to_pending_ones():
    color = BOX.field("color")
    assert [wire_value(color, value) for value in ("blue", None, PENDING)] == [2, None, Ref("color")]


def test_create_sends_set_fields_that_operation_accepts():
    desired = {"name": "b1", "room_id": "r1", "color": "blue", "note": "", "tags": {"a": "x"}, "pin": "1234"}
    (step,) = BOX.create.steps(BOX, desired)
    assert (step.action, step.operation) == (CREATE, "CreateBox")
    assert step.params == {"BoxName": "b1", "RoomId": "r1", "Color": 2, "Note": "", "Pin": "1234"}
    assert step.changes == {
        "name": (None, "b1"),
        "room_id": (None, "r1"),
        "color": (None, "blue"),
        "note": (None, ""),
        "pin": (None, "1234"),
    }
    assert step.outputs == {"box_id": "BoxId", "key_code": "Data.KeyCode"}


def test_create_sends_constants():
    (step,) = Create("CreateShelf", {}, constants={"Note": "constant"}).steps(SHELF, {"room_id": "r1", "name": "s"})
    assert step.params == {"RoomId": "r1", "ShelfName": "s", "Note": "constant"}


def test_create_missing_options_are_named_in_error():
    with pytest.raises(InvalidValue, match=r"^room_id, name must be set to create the shelf$") as caught:
        SHELF.create.steps(SHELF, {"note": "x", "name": None})
    assert caught.value.field == "room_id, name"


def test_create_sent_fields_are_those_operation_accepts():
    assert BOX.create.sent_fields(BOX) == {"name", "room_id", "color", "note", "weight", "pin"}


@pytest.mark.parametrize(
    ("desired", "params"),
    [
        ({"note": "new"}, {"Note": "new", "Weight": 3}),
        ({"note": ""}, {"Note": "", "Weight": 3}),
        ({"weight": 0}, {"Note": "old", "Weight": 0}),
        ({"note": "new", "weight": 3}, {"Note": "new", "Weight": 3}),
    ],
)
def test_update_sends_current_values_of_unset_fields(desired, params):
    current = {"name": "b1", "note": "old", "weight": 3, "color": "red"}
    (step,) = BOX.changes[0].steps(BOX, {"name": "b1", **desired}, current)
    assert (step.action, step.operation) == (UPDATE, "UpdateBox")
    assert step.params == {**ID, "BoxName": "b1", **params}
    assert step.changes == {name: (current[name], desired[name]) for name in desired if desired[name] != current[name]}


def test_update_omits_unknown_values():
    (step,) = Update("UpdateBox", "note", "weight").steps(BOX, {"note": "new"}, {"name": "b1"})
    assert step.params == {**ID, "BoxName": "b1", "Note": "new"}


@pytest.mark.parametrize("change", BOX.changes)
def test_change_without_difference_has_no_steps(change):
    current = {"note": "n", "weight": 1, "tags": {"a": "1"}, "things": [{"code": "cog", "label": "x"}], "locked": True}
    equivalent = {**current, "tags": {"a": 1}, "things": [{"code": "cog", "label": "y"}]}
    assert change.steps(BOX, equivalent, current) == []
    assert change.steps(BOX, {}, current) == []


@pytest.mark.parametrize(("locked", "operation"), [(True, "LockBox"), (False, "UnlockBox")])
def test_switch_calls_operation_of_value(locked, operation):
    (step,) = Switch("locked", {True: "LockBox", False: "UnlockBox"}).steps(
        BOX, {"locked": locked}, {"locked": not locked}
    )
    assert (step.operation, step.params, step.changes) == (operation, ID, {"locked": (not locked, locked)})


def tags(desired: dict, current: dict | None) -> list:
    """Return the steps between two sets of tags: the operation and its keys or pairs."""
    steps = BOX.changes[1].steps(BOX, {"tags": desired}, {} if current is None else {"tags": current})
    return [
        (step.operation, step.params.get("Key") or [tuple(tag.values()) for tag in step.params["Tag"]])
        for step in steps
    ]


def test_entries_are_removed_then_changed_then_added():
    assert tags({"b": "2", "c": "3"}, {"a": "1", "b": "1"}) == [
        ("RemoveTags", ["a"]),
        ("ChangeTags", [("b", "2")]),
        ("AddTags", [("c", "3")]),
    ]


def test_entries_are_split_by_operation_limit():
    assert tags(dict.fromkeys("abcde", "x"), None) == [
        ("AddTags", [("a", "x"), ("b", "x")]),
        ("AddTags", [("c", "x"), ("d", "x")]),
        ("AddTags", [("e", "x")]),
    ]
    assert [len(entries) for _name, entries in tags({}, dict.fromkeys("abc", "x"))] == [2, 1]
    assert [len(entries) for _name, entries in tags(dict.fromkeys("abcd", "y"), dict.fromkeys("abcd", "x"))] == [3, 1]


def test_entries_each_step_has_values_before_and_after():
    steps = BOX.changes[1].steps(BOX, {"tags": {"b": 2, "c": "3"}}, {"tags": {"a": "1", "b": "1"}})
    assert [step.changes["tags"] for step in steps] == [
        ({"a": "1", "b": "1"}, {"b": "1"}),
        ({"b": "1"}, {"b": "2"}),
        ({"b": "2"}, {"b": "2", "c": "3"}),
    ]


def test_entries_without_change_operation_are_added_again():
    entries = Entries("tags", add=Batch("AddTags", lambda tags: {"Tag": tags}), remove=Batch("RemoveTags", list))
    (step,) = entries.steps(BOX, {"tags": {"a": "2"}}, {"tags": {"a": "1"}})
    assert (step.operation, step.params["Tag"]) == ("AddTags", [("a", "2")])


def test_entries_same_element_with_other_label_is_not_added():
    current = {"things": [{"code": "cog", "label": "the cog"}, {"code": "nut", "label": "the nut"}]}
    desired = {"things": [{"code": "cog", "label": "mine"}, {"code": "cam", "label": "mine"}]}
    steps = BOX.changes[2].steps(BOX, desired, current)
    assert [(step.operation, step.params["Thing"]) for step in steps] == [
        ("RemoveThings", [{"Code": "nut"}]),
        ("AddThings", [{"Code": "cam"}]),
    ]
    assert steps[-1].changes["things"][1] == [{"code": "cog", "label": "the cog"}, {"code": "cam", "label": "mine"}]


def test_batch_size_overrides_operation_limit():
    assert Batch("AddTags", dict, size=4).chunks(BOX, list("abcde")) == [list("abcd"), ["e"]]
    assert Batch("AddTags", dict).chunks(BOX, list("abc")) == [["a", "b"], ["c"]]
    assert Batch("AddTags", dict).chunks(BOX, []) == []


def test_delete_changes_contain_all_values():
    (step,) = BOX.delete.steps(BOX, {"name": "b1", "note": "", "weight": None, "tags": {"a": "x"}, "product_status": 1})
    assert (step.action, step.operation, step.params) == (DELETE, "DeleteBox", ID)
    assert step.changes == {"name": ("b1", None), "note": ("", None), "tags": ({"a": "x"}, None)}


def test_change_without_implementation_raises():
    with pytest.raises(NotImplementedError, match="Change"):
        Change().steps(BOX, {}, {})


def test_entries_never_empty_are_added_before_removed():
    entries = Entries(
        "things",
        add=Batch("AddThings", lambda things: {"Thing": things}),
        remove=Batch("RemoveThings", lambda things: {"Thing": things}),
        never_empty=True,
    )
    current = {"things": [{"code": "cog", "label": "x"}]}
    steps = entries.steps(BOX, {"things": [{"code": "nut", "label": "y"}]}, current)
    assert [step.operation for step in steps] == ["AddThings", "RemoveThings"]
    assert [[thing["code"] for thing in step.changes["things"][1]] for step in steps] == [["cog", "nut"], ["nut"]]


def test_entries_create_operation_has_create_action_and_accepted_identity():
    # CreateBox has no parameter BoxId.
    add = Batch("CreateBox", lambda things: {"BoxName": things[0]["code"]}, size=1)
    entries = Entries("things", add=add, remove=Batch("RemoveThings", dict))
    (step,) = entries.steps(BOX, {"things": [{"code": "nut", "label": "y"}]}, {})
    assert (step.action, step.params) == (CREATE, {"BoxName": "nut"})
