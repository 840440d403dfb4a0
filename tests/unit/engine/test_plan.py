# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of single plans. ``test_properties`` tests what is true for all plans."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import merge, plan
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, SHELF

CURRENT = {
    "name": "b1",
    "box_id": "box-1",
    "room_id": "r-attic",
    "color": "red",
    "note": "old",
    "weight": 5,
    "tags": {"a": "x"},
    "things": [{"code": "cog", "label": "the cog"}],
    "locked": False,
}


def operations(desired, current) -> list:
    return [step.operation for step in plan(BOX, desired, current)]


def test_plan_missing_resource_is_created_then_changed():
    desired = {"name": "b1", "tags": {"a": "x"}, "things": [{"code": "cog"}], "locked": True, "note": "n"}
    assert operations(desired, None) == ["CreateBox", "AddTags", "AddThings", "LockBox"]


def test_plan_initial_values_need_no_step():
    desired = {"name": "b1", "tags": {}, "things": [], "locked": False, "note": "", "weight": 1}
    assert operations(desired, None) == ["CreateBox"]


def test_plan_absent_deletes_existing_resource_only():
    assert plan(BOX, None, None) == []
    assert operations(None, CURRENT) == ["DeleteBox"]


@pytest.mark.parametrize(
    ("field", "absent", "null", "empty"),
    [
        ("note", [], ["UpdateBox"], ["UpdateBox"]),
        ("weight", [], ["UpdateBox"], None),
        ("tags", [], ["RemoveTags"], ["RemoveTags"]),
        ("things", [], ["RemoveThings"], ["RemoveThings"]),
        ("color", [], [], None),
    ],
)
def test_plan_null_empty_and_unset_differ(field, absent, null, empty):
    assert operations({"name": "b1"}, CURRENT) == absent
    assert operations({"name": "b1", field: None}, CURRENT) == null
    if empty is not None:
        assert operations({"name": "b1", field: BOX.field(field).type.empty}, CURRENT) == empty


def test_plan_null_resets_to_initial_value():
    (step,) = plan(BOX, {"weight": None}, CURRENT)
    assert step.changes == {"weight": (5, 1)}
    assert step.params["Weight"] == 1
    (step,) = plan(BOX, {"weight": 0}, CURRENT)
    assert step.changes == {"weight": (5, 0)}
    assert plan(BOX, {"weight": None}, {**CURRENT, "weight": 1}) == []
    assert plan(BOX, {"locked": None}, {**CURRENT, "locked": True})[0].operation == "UnlockBox"


def test_plan_null_without_initial_value_is_unchanged():
    assert plan(BOX, {"name": "b1", "color": None, "room_id": "r-attic"}, CURRENT) == []


def test_plan_immutable_field_error_has_values_and_remedy():
    with pytest.raises(ImmutableField) as caught:
        plan(BOX, {"name": "b1", "color": "blue", "note": "new"}, CURRENT)
    assert str(caught.value) == (
        "color of the box cannot be changed from 'red' to 'blue'. Delete it with state: absent "
        "and create it again, or keep the current value"
    )
    assert (caught.value.field, caught.value.remedy) == ("color", BOX.remedy)


def test_plan_immutable_reference_error_names_option():
    with pytest.raises(ImmutableField, match=r"^room of the box .* from 'r-attic' to 'r-cellar'") as caught:
        plan(BOX, {"name": "b1", "room": "cellar", "room_id": "r-cellar"}, CURRENT)
    assert caught.value.field == "room"


def test_plan_pending_reference_differs():
    with pytest.raises(ImmutableField, match=r"to \(known after apply\)"):
        plan(BOX, {"name": "b1", "room": "new", "room_id": PENDING}, CURRENT)


def test_plan_immutable_secret_is_hidden():
    with pytest.raises(ImmutableField) as caught:
        plan(BOX, {"key_code": "guess"}, {**CURRENT, "key_code": "s3cret"})
    assert "s3cret" not in str(caught.value)
    assert "guess" not in str(caught.value)
    assert "key_code" in str(caught.value)


def test_plan_write_only_field_causes_no_change():
    assert plan(BOX, {"name": "b1", "pin": "9999"}, CURRENT) == []
    assert plan(BOX, {"name": "b1", "pin": "9999"}, None)[0].params["Pin"] == "9999"


def test_plan_create_without_required_field_fails():
    with pytest.raises(InvalidValue, match="name must be set"):
        plan(SHELF, {"room_id": "r1"}, None)


def test_merge_additive_fields_keep_current_entries():
    assert merge(BOX, {"tags": {"b": "y"}, "note": "n"}, CURRENT, {"tags", "note"}) == {
        "tags": {"a": "x", "b": "y"},
        "note": "n",
    }
    assert merge(BOX, {"tags": {"b": "y"}}, CURRENT, set()) == {"tags": {"b": "y"}}
    assert merge(BOX, {"tags": {"b": "y"}}, None, {"tags"}) == {"tags": {"b": "y"}}
    assert merge(BOX, {"tags": {"b": "y"}}, {}, {"tags"}) == {"tags": {"b": "y"}}
    assert merge(BOX, {"tags": None}, CURRENT, {"tags"}) == {"tags": None}
    things = merge(BOX, {"things": [{"code": "nut"}]}, CURRENT, {"things"})["things"]
    assert [thing["code"] for thing in things] == ["cog", "nut"]
