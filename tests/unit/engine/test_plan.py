# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Planning, in single cases; test_properties holds what is true of all."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import merge, plan
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, SHELF

THERE = {
    "name": "b1",
    "box_id": "box-1",
    "room_id": "r-attic",
    "colour": "red",
    "note": "old",
    "weight": 5,
    "tags": {"a": "x"},
    "things": [{"code": "cog", "label": "the cog"}],
    "locked": False,
}


def operations(desired, current) -> list:
    return [step.operation for step in plan(BOX, desired, current)]


def test_what_is_not_there_is_made_and_then_changed():
    desired = {"name": "b1", "tags": {"a": "x"}, "things": [{"code": "cog"}], "locked": True, "note": "n"}
    assert operations(desired, None) == ["CreateBox", "AddTags", "PutThings", "LockBox"]


def test_what_a_fresh_one_has_anyway_takes_no_step():
    desired = {"name": "b1", "tags": {}, "things": [], "locked": False, "note": "", "weight": 1}
    assert operations(desired, None) == ["CreateBox"]


def test_what_is_not_there_needs_no_step_to_be_absent():
    assert plan(BOX, None, None) == []
    assert operations(None, THERE) == ["DeleteBox"]


@pytest.mark.parametrize(
    ("field", "absent", "null", "empty"),
    [
        ("note", [], ["UpdateBox"], ["UpdateBox"]),
        ("weight", [], ["UpdateBox"], None),
        ("tags", [], ["RemoveTags"], ["RemoveTags"]),
        ("things", [], ["TakeThings"], ["TakeThings"]),
        ("colour", [], [], None),
    ],
)
def test_null_empty_and_absent_are_three_things(field, absent, null, empty):
    assert operations({"name": "b1"}, THERE) == absent
    assert operations({"name": "b1", field: None}, THERE) == null
    if empty is not None:
        assert operations({"name": "b1", field: BOX.field(field).type.empty}, THERE) == empty


def test_null_asks_for_what_a_fresh_one_has():
    (step,) = plan(BOX, {"weight": None}, THERE)
    assert step.changes == {"weight": (5, 1)}
    assert step.params["Weight"] == 1
    (step,) = plan(BOX, {"weight": 0}, THERE)
    assert step.changes == {"weight": (5, 0)}
    assert plan(BOX, {"weight": None}, {**THERE, "weight": 1}) == []
    assert plan(BOX, {"locked": None}, {**THERE, "locked": True})[0].operation == "UnlockBox"


def test_null_where_a_fresh_one_has_nothing_leaves_alone():
    assert plan(BOX, {"name": "b1", "colour": None, "room_id": "r-attic"}, THERE) == []


def test_a_field_that_cannot_change_is_named_with_what_is_there_what_was_asked_and_the_way_out():
    with pytest.raises(ImmutableField) as caught:
        plan(BOX, {"name": "b1", "colour": "blue", "note": "new"}, THERE)
    assert str(caught.value) == (
        "colour of the box cannot be changed from 'red' to 'blue'. Take it away with state: absent "
        "and make it again, or leave the option as it is"
    )
    assert (caught.value.field, caught.value.remedy) == ("colour", BOX.remedy)


def test_a_parent_that_cannot_change_is_named_as_the_task_names_it():
    with pytest.raises(ImmutableField, match=r"^room of the box .* 'r-attic' and was asked to be 'r-cellar'") as caught:
        plan(BOX, {"name": "b1", "room": "cellar", "room_id": "r-cellar"}, THERE)
    assert caught.value.field == "room"


def test_what_waits_for_a_parent_differs_from_what_is_there():
    with pytest.raises(ImmutableField, match=r"asked to be \(known after apply\)"):
        plan(BOX, {"name": "b1", "room": "new", "room_id": PENDING}, THERE)


def test_a_secret_that_cannot_change_is_not_shown():
    with pytest.raises(ImmutableField) as caught:
        plan(BOX, {"key_code": "guess"}, {**THERE, "key_code": "s3cret"})
    assert "s3cret" not in str(caught.value)
    assert "guess" not in str(caught.value)
    assert "key_code" in str(caught.value)


def test_what_is_only_written_makes_no_change():
    assert plan(BOX, {"name": "b1", "pin": "9999"}, THERE) == []
    assert plan(BOX, {"name": "b1", "pin": "9999"}, None)[0].params["Pin"] == "9999"


def test_what_making_it_takes_must_be_given():
    with pytest.raises(InvalidValue, match="name must be given"):
        plan(SHELF, {"room_id": "r1"}, None)


def test_entries_to_keep_are_added_to_what_is_there():
    assert merge(BOX, {"tags": {"b": "y"}, "note": "n"}, THERE, {"tags", "note"}) == {
        "tags": {"a": "x", "b": "y"},
        "note": "n",
    }
    assert merge(BOX, {"tags": {"b": "y"}}, THERE, set()) == {"tags": {"b": "y"}}
    assert merge(BOX, {"tags": {"b": "y"}}, None, {"tags"}) == {"tags": {"b": "y"}}
    assert merge(BOX, {"tags": {"b": "y"}}, {}, {"tags"}) == {"tags": {"b": "y"}}
    assert merge(BOX, {"tags": None}, THERE, {"tags"}) == {"tags": None}
    things = merge(BOX, {"things": [{"code": "nut"}]}, THERE, {"things"})["things"]
    assert [thing["code"] for thing in things] == ["cog", "nut"]
