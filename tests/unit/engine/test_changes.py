# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From a difference to steps, one way of changing at a time."""

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


def test_values_travel_as_their_type_says_and_what_is_pending_as_a_reference():
    colour = BOX.field("colour")
    assert [wire_value(colour, value) for value in ("blue", None, PENDING)] == [2, None, Ref("colour")]


def test_a_create_sends_what_was_given_and_its_operation_takes():
    desired = {"name": "b1", "room_id": "r1", "colour": "blue", "note": "", "tags": {"a": "x"}, "pin": "1234"}
    (step,) = BOX.create.steps(BOX, desired)
    assert (step.action, step.operation) == (CREATE, "CreateBox")
    assert step.params == {"BoxName": "b1", "RoomId": "r1", "Colour": 2, "Note": "", "Pin": "1234"}
    assert step.changes == {
        "name": (None, "b1"),
        "room_id": (None, "r1"),
        "colour": (None, "blue"),
        "note": (None, ""),
        "pin": (None, "1234"),
    }
    assert step.outputs == {"box_id": "BoxId", "key_code": "Data.KeyCode"}


def test_a_create_sends_its_constants():
    (step,) = Create("PutUpShelf", {}, constants={"Note": "made here"}).steps(SHELF, {"room_id": "r1", "name": "s"})
    assert step.params == {"RoomId": "r1", "ShelfName": "s", "Note": "made here"}


def test_a_create_names_the_options_that_it_lacks():
    with pytest.raises(InvalidValue, match=r"^room_id, name must be set to create the shelf$") as caught:
        SHELF.create.steps(SHELF, {"note": "x", "name": None})
    assert caught.value.field == "room_id, name"


def test_a_create_says_what_it_sends():
    assert BOX.create.sent_fields(BOX) == {"name", "room_id", "colour", "note", "weight", "pin"}


@pytest.mark.parametrize(
    ("desired", "params"),
    [
        ({"note": "new"}, {"Note": "new", "Weight": 3}),
        ({"note": ""}, {"Note": "", "Weight": 3}),
        ({"weight": 0}, {"Note": "old", "Weight": 0}),
        ({"note": "new", "weight": 3}, {"Note": "new", "Weight": 3}),
    ],
)
def test_an_update_sends_what_was_not_given_as_it_is(desired, params):
    current = {"name": "b1", "note": "old", "weight": 3, "colour": "red"}
    (step,) = BOX.changes[0].steps(BOX, {"name": "b1", **desired}, current)
    assert (step.action, step.operation) == (UPDATE, "UpdateBox")
    assert step.params == {**ID, "BoxName": "b1", **params}
    assert step.changes == {name: (current[name], desired[name]) for name in desired if desired[name] != current[name]}


def test_an_update_leaves_out_what_nobody_knows():
    (step,) = Update("UpdateBox", "note", "weight").steps(BOX, {"note": "new"}, {"name": "b1"})
    assert step.params == {**ID, "BoxName": "b1", "Note": "new"}


@pytest.mark.parametrize("change", BOX.changes)
def test_where_nothing_differs_there_are_no_steps(change):
    current = {"note": "n", "weight": 1, "tags": {"a": "1"}, "things": [{"code": "cog", "label": "x"}], "locked": True}
    alike = {**current, "tags": {"a": 1}, "things": [{"code": "cog", "label": "y"}]}
    assert change.steps(BOX, alike, current) == []
    assert change.steps(BOX, {}, current) == []


@pytest.mark.parametrize(("wanted", "operation"), [(True, "LockBox"), (False, "UnlockBox")])
def test_a_switch_has_an_operation_for_each_value(wanted, operation):
    (step,) = Switch("locked", {True: "LockBox", False: "UnlockBox"}).steps(
        BOX, {"locked": wanted}, {"locked": not wanted}
    )
    assert (step.operation, step.params, step.changes) == (operation, ID, {"locked": (not wanted, wanted)})


def tags(desired: dict, current: dict | None) -> list:
    """The steps from tags to tags: operation and its own parameter."""
    steps = BOX.changes[1].steps(BOX, {"tags": desired}, {} if current is None else {"tags": current})
    return [
        (step.operation, step.params.get("Key") or [tuple(tag.values()) for tag in step.params["Tag"]])
        for step in steps
    ]


def test_entries_are_removed_changed_and_added_in_this_order():
    assert tags({"b": "2", "c": "3"}, {"a": "1", "b": "1"}) == [
        ("RemoveTags", ["a"]),
        ("ChangeTags", [("b", "2")]),
        ("AddTags", [("c", "3")]),
    ]


def test_entries_go_in_portions_of_one_call():
    assert tags(dict.fromkeys("abcde", "x"), None) == [
        ("AddTags", [("a", "x"), ("b", "x")]),
        ("AddTags", [("c", "x"), ("d", "x")]),
        ("AddTags", [("e", "x")]),
    ]
    assert [len(entries) for _name, entries in tags({}, dict.fromkeys("abc", "x"))] == [2, 1]
    assert [len(entries) for _name, entries in tags(dict.fromkeys("abcd", "y"), dict.fromkeys("abcd", "x"))] == [3, 1]


def test_each_portion_tells_what_it_leaves():
    steps = BOX.changes[1].steps(BOX, {"tags": {"b": 2, "c": "3"}}, {"tags": {"a": "1", "b": "1"}})
    assert [step.changes["tags"] for step in steps] == [
        ({"a": "1", "b": "1"}, {"b": "1"}),
        ({"b": "1"}, {"b": "2"}),
        ({"b": "2"}, {"b": "2", "c": "3"}),
    ]


def test_entries_without_an_operation_to_change_them_are_added_again():
    entries = Entries("tags", add=Batch("AddTags", lambda tags: {"Tag": tags}), remove=Batch("RemoveTags", list))
    (step,) = entries.steps(BOX, {"tags": {"a": "2"}}, {"tags": {"a": "1"}})
    assert (step.operation, step.params["Tag"]) == ("AddTags", [("a", "2")])


def test_a_member_that_is_there_under_another_name_is_not_put_again():
    current = {"things": [{"code": "cog", "label": "the cog"}, {"code": "nut", "label": "the nut"}]}
    desired = {"things": [{"code": "cog", "label": "mine"}, {"code": "cam", "label": "mine"}]}
    steps = BOX.changes[2].steps(BOX, desired, current)
    assert [(step.operation, step.params["Thing"]) for step in steps] == [
        ("TakeThings", [{"Code": "nut"}]),
        ("PutThings", [{"Code": "cam"}]),
    ]
    assert steps[-1].changes["things"][1] == [{"code": "cog", "label": "the cog"}, {"code": "cam", "label": "mine"}]


def test_a_size_of_ones_own_comes_before_the_operations_limit():
    assert Batch("AddTags", dict, size=4).chunks(BOX, list("abcde")) == [list("abcd"), ["e"]]
    assert Batch("AddTags", dict).chunks(BOX, list("abc")) == [["a", "b"], ["c"]]
    assert Batch("AddTags", dict).chunks(BOX, []) == []


def test_a_delete_names_what_goes():
    (step,) = BOX.delete.steps(BOX, {"name": "b1", "note": "", "weight": None, "tags": {"a": "x"}, "product_status": 1})
    assert (step.action, step.operation, step.params) == (DELETE, "DeleteBox", ID)
    assert step.changes == {"name": ("b1", None), "note": ("", None), "tags": ({"a": "x"}, None)}


def test_a_way_of_changing_must_say_its_steps():
    with pytest.raises(NotImplementedError, match="Change"):
        Change().steps(BOX, {}, {})


def test_where_the_last_entry_cannot_go_what_is_added_goes_first():
    entries = Entries(
        "things",
        add=Batch("PutThings", lambda things: {"Thing": things}),
        remove=Batch("TakeThings", lambda things: {"Thing": things}),
        never_empty=True,
    )
    current = {"things": [{"code": "cog", "label": "x"}]}
    steps = entries.steps(BOX, {"things": [{"code": "nut", "label": "y"}]}, current)
    assert [step.operation for step in steps] == ["PutThings", "TakeThings"]
    assert [[thing["code"] for thing in step.changes["things"][1]] for step in steps] == [["cog", "nut"], ["nut"]]


def test_an_entry_that_is_made_is_created_and_named_by_what_its_operation_takes():
    # This one takes no BoxId.
    add = Batch("CreateBox", lambda things: {"BoxName": things[0]["code"]}, size=1)
    entries = Entries("things", add=add, remove=Batch("TakeThings", dict))
    (step,) = entries.steps(BOX, {"things": [{"code": "nut", "label": "y"}]}, {})
    assert (step.action, step.params) == (CREATE, {"BoxName": "nut"})
