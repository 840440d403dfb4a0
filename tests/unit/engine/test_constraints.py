# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Constraints: check mode and apply reject what the platform is certain to reject, before the first write."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import (
    AtMost,
    OneOf,
    Ordered,
    Requires,
    Satisfies,
    Unique,
    UsedBy,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Listing
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import (
    Box,
    FakeClient,
    Shelf,
    api_error,
    lost_response,
    run_resource,
)

USE = {"title": "box", "operation": "ListBoxes", "name": "BoxName", "remedy": "Empty the room first"}


def resource(base=Box, **attributes):
    """Return an instance of a resource with other attributes."""
    return type("Declared", (base,), attributes)()


def rejected(declared, client, **task) -> InvalidValue:
    """Run a task in check mode and without, and return the error; assert that neither writes anything."""
    client.read_only = True
    messages = set()
    for check_mode in (True, False):
        with pytest.raises(InvalidValue) as caught:
            run_resource(declared, {"name": "b1", **task}, client, check_mode)
        messages.add(str(caught.value))
    assert len(messages) == 1
    assert client.writes == []
    return caught.value


def accepted(declared, client, **task) -> list:
    """Run a task in check mode, and return the names of the planned operations."""
    return [step["operation"] for step in run_resource(declared, {"name": "b1", **task}, client, True)["steps"]]


def test_required_field_that_is_not_set_is_rejected():
    declared = resource(constraints=(Requires("room_id", color="red"),))
    error = rejected(declared, FakeClient(), color="red")
    assert (error.field, str(error)) == ("room", "room must be set with color: red")
    assert accepted(declared, FakeClient(), color="red", room="attic") == ["CreateBox"]
    assert accepted(declared, FakeClient(), color="blue") == ["CreateBox"]


def test_required_field_of_existing_resource_is_set():
    declared = resource(constraints=(Requires("note", weight=2),))
    assert accepted(declared, FakeClient({"name": "b1", "note": "kept"}), weight=2) == ["UpdateBox"]
    assert str(rejected(declared, FakeClient({"name": "b1"}), weight=2)) == "note must be set with weight: 2"
    assert rejected(declared, FakeClient({"name": "b1", "note": "x", "weight": 2}), note="").field == "note"


def test_existing_combination_is_accepted_if_the_plan_does_not_change_it():
    declared = resource(constraints=(Requires("note", weight=2),))
    assert accepted(declared, FakeClient({"name": "b1", "weight": 2}), tags={"a": "1"}) == ["AddTags"]
    assert accepted(declared, FakeClient({"name": "b1", "weight": 2}), weight=2) == []


def test_required_field_that_is_pending_is_accepted():
    declared = resource(constraints=(Requires("room_id", color="red"),))
    assert accepted(declared, FakeClient(), color="red", room="planned") == ["CreateBox"]


def test_value_that_is_not_known_completely_is_not_checked():
    class Checked(Box):
        constraints = (Satisfies(lambda _state: "note is wrong", "note"),)

    assert accepted(Checked(), FakeClient(), note="writes (known after apply) twice, and is too long") == ["CreateBox"]
    assert rejected(Checked(), FakeClient(), note="known").field == "note"


def test_other_choice_is_rejected():
    declared = resource(constraints=(OneOf("color", ("blue",), room_id="r-attic"),))
    error = rejected(declared, FakeClient(), color="red", room="attic")
    assert str(error) == "color must be blue with room: r-attic, not red"
    assert accepted(declared, FakeClient(), color="blue", room="attic") == ["CreateBox"]
    assert accepted(declared, FakeClient(), room="attic") == ["CreateBox"]
    assert accepted(declared, FakeClient(), color="red", room="cellar") == ["CreateBox"]


@pytest.mark.parametrize(
    ("current", "task", "field"),
    [
        ({}, {"note": "b", "pin": "aa"}, "pin"),
        ({"note": "b"}, {"name": "b1", "note": "z", "pin": "aa"}, "note"),
    ],
)
def test_wrong_order_is_rejected(current, task, field):
    declared = resource(constraints=(Ordered("note", "pin"),))
    client = FakeClient({"name": "b1", **current}) if current else FakeClient()
    error = rejected(declared, client, **task)
    assert error.field == field
    assert str(error) == f"pin must not be before note, {task['note']}, not aa"
    assert accepted(declared, FakeClient(), note="a", pin="bb") == ["CreateBox"]
    assert accepted(declared, FakeClient(), note="b") == ["CreateBox"]


def test_condition_in_code_sees_the_state_after_the_plan():
    declared = resource(
        constraints=(
            Satisfies(
                lambda state: "note is too short" if len(state.after["note"]) < state.after["weight"] else "", "note"
            ),
        )
    )
    error = rejected(declared, FakeClient({"name": "b1", "weight": 3, "note": "abc"}), note="ab")
    assert (error.field, str(error)) == ("note", "note is too short")
    assert accepted(declared, FakeClient({"name": "b1", "weight": 3, "note": "abc"}), note="abcd") == ["UpdateBox"]


def test_combination_that_another_resource_has_is_rejected():
    declared = resource(constraints=(Unique("room_id", "note"),))
    client = FakeClient({"name": "b2", "note": "x", "room": "attic"})
    error = rejected(declared, client, room="attic", note="x")
    assert str(error) == (
        "another box already has room r-attic and note x. Set another note, or delete the other box first"
    )
    assert accepted(declared, client, room="cellar", note="x") == ["CreateBox"]
    assert accepted(declared, client, room="planned", note="x") == ["CreateBox"]


def test_rename_to_taken_name_is_rejected():
    class Renamed(Box):
        fields = (*Box.fields[:1], Field("box_id", "BoxId", Text(1)), *Box.fields[2:])
        changes = (Update("UpdateBox", "name", "note", "weight"), *Box.changes[1:])

    client = FakeClient({"name": "b1"}, {"name": "b2"})
    first, second = list(client.boxes)
    error = rejected(Renamed(), client, box_id=second)
    assert (error.field, str(error).partition(".")[0]) == ("name", "another box already has name b1")
    assert accepted(Renamed(), client, box_id=second, name="b3") == ["UpdateBox"]
    assert accepted(Renamed(), client, box_id=first) == []
    # A rename is not checked if the platform allows several resources of the same name.
    assert accepted(resource(Renamed, unique_names=False), client, box_id=second) == ["UpdateBox"]


def test_list_is_not_read_without_rename():
    client = FakeClient({"name": "b1"}, {"name": "b2"})

    class Identified(Box):
        fields = (*Box.fields[:1], Field("box_id", "BoxId", Text(1)), *Box.fields[2:])

    assert accepted(Identified(), client, box_id=next(iter(client.boxes)), note="new") == ["UpdateBox"]
    assert "ListBoxes" not in client.log


def test_creation_in_full_list_is_rejected():
    declared = resource(constraints=(AtMost(2, "account"),))
    client = FakeClient({"name": "b2"}, {"name": "b3"})
    assert str(rejected(declared, client)) == (
        "name cannot be created: the account already has 2 elements of the kind box, which is the maximum. "
        "Delete one first"
    )
    assert accepted(declared, client, name="b2", note="new") == ["UpdateBox"]
    assert accepted(declared, FakeClient({"name": "b2"})) == ["CreateBox"]


# Deletions


def test_deletion_of_used_resource_is_rejected():
    declared = resource(Shelf, used_by=(UsedBy(**USE, reference="room_id", member="RoomId"),))
    client = FakeClient({"name": "b1", "room": "attic"}, shelves=(("attic", "s", ""), ("cellar", "s", "")))
    task = {"name": "s", "state": "absent"}
    error = rejected(declared, client, room="attic", **task)
    assert (error.field, str(error)) == (
        "state",
        "state: absent is not possible: the box b1 uses the shelf. Empty the room first",
    )
    assert accepted(declared, client, room="cellar", **task) == ["DeleteShelf"]


def test_deletion_of_resource_with_dependents_in_filtered_list_is_rejected():
    use = UsedBy(
        "shelf",
        "ListShelves",
        name="ShelfName",
        reference="room_id",
        params={"RoomId": "room_id"},
        items="Data.Shelf",
        remedy="Move the shelves",
    )
    boxes = ({"name": "b1", "room": "attic"}, {"name": "b2", "room": "cellar"})
    client = FakeClient(*boxes, shelves=(("attic", "s", ""),))
    declared = resource(used_by=(use,))
    assert str(rejected(declared, client, state="absent")).startswith("state: absent is not possible: the shelf s uses")
    assert accepted(declared, client, name="b2", state="absent") == ["DeleteBox"]
    never = resource(used_by=(UsedBy(**{**use.__dict__, "condition": lambda current: current["color"] == "blue"}),))
    assert accepted(never, client, state="absent") == ["DeleteBox"]


@pytest.mark.parametrize(("path", "member"), [("Data.RoomId", ""), ("Data", "RoomId")])
def test_deletion_of_resource_that_a_detail_refers_to_is_rejected(path, member):
    use = UsedBy(
        **USE, reference="room_id", details=(("QueryBox", {}),), identity={"BoxId": "BoxId"}, path=path, member=member
    )
    declared = resource(Shelf, used_by=(use,))
    client = FakeClient({"name": "b1"}, {"name": "b2", "room": "attic"}, shelves=(("attic", "s", ""),))
    assert "the box b2 uses the shelf" in str(rejected(declared, client, name="s", room="attic", state="absent"))


def test_details_of_a_limited_number_of_users_are_read(monkeypatch):
    monkeypatch.setattr(
        "ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints.MAX_ELEMENTS_WITH_DETAILS", 1
    )
    use = UsedBy(
        **USE, reference="room_id", details=(("QueryBox", {}),), identity={"BoxId": "BoxId"}, path="Data.RoomId"
    )
    client = FakeClient({"name": "b1"}, {"name": "b2", "room": "attic"}, shelves=(("attic", "s", ""),))
    task = {"name": "s", "room": "attic", "state": "absent"}
    assert accepted(resource(Shelf, used_by=(use,)), client, **task) == ["DeleteShelf"]
    assert client.log.count("QueryBox") == 1


def test_users_are_listed_only_if_a_deletion_is_planned():
    declared = resource(Shelf, used_by=(UsedBy(**USE, reference="room_id", member="RoomId"),))
    client = FakeClient({"name": "b1", "room": "attic"}, shelves=(("attic", "s", ""),))
    accepted(declared, client, name="s", room="attic", note="new")
    accepted(declared, client, name="other", room="attic", state="absent")
    assert "ListBoxes" not in client.log


def test_deletion_is_planned_if_the_account_is_not_allowed_to_list_users():
    declared = resource(Shelf, used_by=(UsedBy(**USE, reference="room_id", member="RoomId"),))
    client = FakeClient(shelves=(("attic", "s", ""),))
    client.fail("ListBoxes", api_error("ListBoxes", code="Forbidden"))
    assert accepted(declared, client, name="s", room="attic", state="absent") == ["DeleteShelf"]
    client.fail("ListBoxes", lost_response("ListBoxes"))
    client.clear_cache()
    with pytest.raises(Exception, match="the connection broke"):
        accepted(declared, client, name="s", room="attic", state="absent")


# Collections


def test_merged_collection_that_is_too_large_is_rejected():
    declared = resource()
    full = {"name": "b1", "tags": {f"t{number}": "1" for number in range(10)}}
    error = rejected(declared, FakeClient(full), tags={"new": "1"}, purge_tags=False)
    assert (error.field, str(error)) == ("tags", "tags takes at most 10 entries, not 11, with the current ones")
    assert accepted(declared, FakeClient(full), tags={"t1": "2"}, purge_tags=False) == ["ChangeTags"]


def test_declared_listing_is_used_for_unique_values():
    declared = resource(listing=Listing("ListBoxes"), constraints=(Unique("note"),))
    client = FakeClient({"name": "b1", "note": "same"}, {"name": "b2", "note": "same"})
    assert accepted(declared, client, weight=3) == ["UpdateBox"]
