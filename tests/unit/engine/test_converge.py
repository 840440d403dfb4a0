# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One task, from its options to its result."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Delete
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import (
    AmbiguousReference,
    ImmutableField,
    InvalidValue,
    ReferenceNotFound,
)
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import (
    BOX,
    SHELF,
    FakeClient,
    lost,
    refusal,
    run_resource,
)

TASK = {"name": "b1", "room": "attic", "note": "new", "tags": {"a": "1"}, "things": [{"code": "cog", "label": "x"}]}


def box(client, check_mode=False, **task) -> dict:
    return run_resource(BOX, {"name": "b1", **task}, client, check_mode)


def steps(result) -> list:
    return [(step["operation"], step["status"]) for step in result["steps"]]


def failing(client, **task) -> StepFailed:
    with pytest.raises(StepFailed) as caught:
        box(client, **task)
    return caught.value


# What is done


def test_a_box_is_made():
    client = FakeClient()
    result = box(client, **TASK)
    assert result["changed"] is True
    assert result["box"] == {
        "name": "b1",
        "box_id": "box-1",
        "room_id": "r-attic",
        "colour": "red",
        "note": "new",
        "weight": 1,
        "tags": {"a": "1"},
        "things": [{"code": "cog", "label": "the cog"}],
        "locked": False,
        "thing_count": 1,
    }
    assert result["diff"] == {
        "before": {},
        "after": {
            "name": "b1",
            "room": "attic",
            "note": "new",
            "tags": {"a": "1"},
            "things": [{"code": "cog", "label": "x"}],
        },
    }
    assert steps(result) == [("CreateBox", "done"), ("AddTags", "done"), ("PutThings", "done")]
    assert result["steps"][0] == {
        "action": "create",
        "operation": "CreateBox",
        "status": "done",
        "changes": {
            "name": {"before": None, "after": "b1"},
            "room_id": {"before": None, "after": "r-attic"},
            "note": {"before": None, "after": "new"},
        },
    }
    assert result["calls"] == client.calls == len(client.log)
    assert "pending" not in result


def test_a_box_is_changed_where_it_differs():
    client = FakeClient({"room": "attic", "note": "old", "tags": {"a": "1", "b": "2"}, "things": ["cog"], "weight": 9})
    result = box(client, **TASK)
    assert steps(result) == [("UpdateBox", "done"), ("RemoveTags", "done")]
    assert result["diff"] == {
        "before": {**result["diff"]["after"], "note": "old", "tags": {"a": "1", "b": "2"}},
        "after": {**result["diff"]["before"], "note": "new", "tags": {"a": "1"}},
    }
    assert result["diff"]["after"]["room"] == "attic"
    assert client.box()["Weight"] == 9


def test_a_box_that_is_as_it_should_be_is_left_alone():
    client = FakeClient({"room": "attic", "note": "new", "tags": {"a": "1"}, "things": ["cog"]})
    client.read_only = True
    result = box(client, **TASK)
    assert (result["changed"], result["steps"]) == (False, [])
    assert result["diff"]["before"] == result["diff"]["after"]
    assert result["box"]["note"] == "new"


def test_only_what_the_task_speaks_of_is_read():
    client = FakeClient({})
    box(client, note="")
    assert client.log == ["ListBoxes", "QueryBox"]
    box(client, tags={}, things=[])
    assert client.log[2:] == ["ListTags", "ListThings"]


def test_only_the_requests_of_this_task_count():
    client = FakeClient()
    client.calls = 40
    assert box(client)["calls"] == client.calls - 40


@pytest.mark.parametrize("empty", [{"note": ""}, {"tags": {}}, {"things": []}])
def test_given_and_empty_clears_and_null_is_not_given(empty):
    (name,) = empty
    client = FakeClient({"note": "old", "tags": {"a": "1"}, "things": ["cog"]})
    assert box(client, **{name: None})["changed"] is False
    assert box(client)["changed"] is False
    result = box(client, **empty)
    assert result["changed"] is True
    assert result["box"][name] == empty[name]
    assert box(client, **empty)["changed"] is False


def test_entries_are_kept_where_the_task_says_so():
    client = FakeClient({"tags": {"a": "1"}, "things": ["cog"]})
    result = box(client, tags={"b": 2}, purge_tags=False, things=[{"code": "nut", "label": "x"}], purge_things=False)
    assert steps(result) == [("AddTags", "done"), ("PutThings", "done")]
    assert (client.box()["Tags"], client.box()["Things"]) == ({"a": "1", "b": "2"}, ["cog", "nut"])
    assert box(client, tags={}, purge_tags=False)["changed"] is False
    assert box(client, tags={"b": 2}, purge_tags=None)["changed"] is True
    assert client.box()["Tags"] == {"b": "2"}


def test_a_state_says_what_fields_are():
    client = FakeClient()
    assert steps(box(client, state="locked")) == [("CreateBox", "done"), ("LockBox", "done")]
    assert box(client, state="present")["changed"] is False
    assert steps(box(client, state="unlocked")) == [("UnlockBox", "done")]


def test_a_box_is_deleted_and_not_deleted_twice():
    client = FakeClient({"note": "old"})
    result = box(client, state="absent")
    assert (result["changed"], result["box"], steps(result)) == (True, {}, [("DeleteBox", "done")])
    assert result["diff"]["after"] == {}
    assert result["diff"]["before"]["note"] == "old"
    again = box(client, state="absent")
    assert (again["changed"], again["box"], again["steps"]) == (False, {}, [])
    assert again["diff"] == {"before": {}, "after": {}}


def test_what_goes_along_with_something_else_is_absent_where_nothing_of_it_can_go():
    class Emptied(Delete):
        def steps(self, resource, current):
            return super().steps(resource, current) if current["note"] else []

    class Corner(type(BOX)):
        delete = Emptied("DeleteBox")

    result = converge(Corner(), {"name": "b1", "state": "absent"}, FakeClient({"note": ""}), False)
    assert (result["changed"], result["steps"], result["box"]) == (False, [], {})
    assert result["diff"] == {"before": {}, "after": {}}
    assert converge(Corner(), {"name": "b1", "state": "absent"}, FakeClient({"note": "x"}), True)["changed"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_resource_tells_more_of_a_plan(check_mode):
    class Heavy(type(BOX)):
        extra_result_keys = ("note_was",)

        def extra_results(self, desired, current, steps):
            return {"note_was": [desired and desired["note"], (current or {}).get("note"), len(steps)]}

    def told(client, **task):
        return converge(Heavy(), {"name": "b1", **task}, client, check_mode)["note_was"]

    assert told(FakeClient({"note": "old"}), note="new") == ["new", "old", 1]
    assert told(FakeClient({"note": "old"}), state="absent") == [None, "old", 1]
    client = FakeClient({"note": "old"})
    client.fail("UpdateBox")
    if not check_mode:
        with pytest.raises(StepFailed) as caught:
            told(client, note="new")
        assert caught.value.result["note_was"] == ["new", "old", 1]


def test_what_a_deletion_says_beside_does_not_matter():
    client = FakeClient({"colour": "BLUE", "room": "attic"})
    result = box(client, state="absent", colour="red", room="attic")
    assert result["changed"] is True
    assert result["diff"]["before"]["room"] == "attic"
    assert client.boxes == {}


def test_a_name_that_more_than_one_answers_to_is_refused():
    client = FakeClient({}, {})
    with pytest.raises(AmbiguousReference, match=r"^2 .* answer to b1$"):
        box(client)
    assert client.writes == []


# What is refused before anything is sent


def test_a_field_that_cannot_change_is_refused_and_nothing_is_sent():
    client = FakeClient({"colour": "RED", "note": "old"})
    with pytest.raises(ImmutableField, match=r"colour .* 'red' .* 'blue'\. Take it away with state: absent"):
        box(client, colour="blue", note="new")
    assert client.writes == []


def test_a_value_that_cannot_be_is_refused_and_nothing_is_read():
    client = FakeClient()
    with pytest.raises(InvalidValue, match="weight must be 0 to 100, not 101") as caught:
        box(client, weight=101)
    assert caught.value.field == "weight"
    assert client.log == []


def test_an_error_on_the_way_is_not_taken_for_absence():
    client = FakeClient({})
    client.fail("QueryBox", refusal("QueryBox", code="Forbidden"))
    with pytest.raises(IotError, match="Forbidden"):
        box(client)
    assert client.writes == []


def test_what_the_account_does_not_show_yet_is_told_as_it_was_made(monkeypatch):
    client = FakeClient()
    monkeypatch.setattr(client, "_QueryBox", lambda BoxId: {"Data": None})
    client.fail("QueryBox", refusal("QueryBox", code="box.NotThere"))
    result = box(client, note="n")
    assert result["box"] == {"name": "b1", "box_id": "box-1", "note": "n"}


# Parents


@pytest.mark.parametrize(("resource", "task"), [(BOX, {"name": "b1"}), (SHELF, {"name": "s1", "note": "n"})])
def test_a_missing_parent_is_an_error_when_applying(resource, task):
    client = FakeClient()
    with pytest.raises(ReferenceNotFound, match=r"^the room loft does not exist\. Create it first, or check the name$"):
        converge(resource, {**task, "room": "loft"}, client, False)
    assert client.writes == []


@pytest.mark.parametrize(
    ("resource", "task", "operation"), [(BOX, {"name": "b1"}, "CreateBox"), (SHELF, {"name": "s1"}, "PutUpShelf")]
)
def test_a_missing_parent_is_taken_to_be_made_in_check_mode(resource, task, operation):
    client = FakeClient()
    client.read_only = True
    result = converge(resource, {**task, "room": "loft"}, client, True)
    assert (result["changed"], steps(result)) == (True, [(operation, "planned")])
    assert result["pending"] == ["the room loft does not exist yet"]
    assert result[resource.kind]["room_id"] == "(known after apply)"
    assert result["diff"]["after"]["room"] == "loft"
    assert result["steps"][0]["changes"]["room_id"] == {"before": None, "after": "(known after apply)"}


def test_an_id_is_known_after_apply_in_check_mode():
    assert box(FakeClient(), check_mode=True)["box"]["box_id"] == "(known after apply)"
    assert box(FakeClient({}), check_mode=True)["box"]["box_id"] == "box-1"


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_below_a_missing_parent_is_absent(check_mode):
    client = FakeClient()
    client.read_only = True
    result = converge(SHELF, {"room": "loft", "name": "s1", "state": "absent"}, client, check_mode)
    assert (result["changed"], result["shelf"], result["steps"]) == (False, {}, [])
    assert "pending" not in result


def test_what_has_a_name_below_a_parent_lives_and_dies():
    client = FakeClient(shelves=[("cellar", "s1", "other")])
    task = {"room": "attic", "name": "s1", "note": "n"}
    assert steps(converge(SHELF, task, client, False)) == [("PutUpShelf", "done")]
    assert converge(SHELF, task, client, False)["changed"] is False
    result = converge(SHELF, {**task, "note": "m"}, client, False)
    assert steps(result) == [("UpdateShelf", "done")]
    assert result["diff"] == {
        "before": {"room": "attic", "name": "s1", "note": "n"},
        "after": {"room": "attic", "name": "s1", "note": "m"},
    }
    assert steps(converge(SHELF, {**task, "state": "absent"}, client, False)) == [("TakeDownShelf", "done")]
    assert client.shelves == {("r-cellar", "s1"): "other"}


# What fails


def test_a_failure_midway_says_what_is_done_and_what_is_not():
    client = FakeClient()
    client.fail("AddTags")
    failure = failing(client, **TASK, state="locked")
    assert steps(failure.result) == [
        ("CreateBox", "done"),
        ("AddTags", "failed"),
        ("PutThings", "planned"),
        ("LockBox", "planned"),
    ]
    assert failure.result["changed"] is True
    assert failure.result["calls"] == client.calls
    # The result is what the steps that are done have made.
    assert failure.result["box"] == {"name": "b1", "box_id": "box-1", "room_id": "r-attic", "note": "new"}
    assert failure.result["diff"]["after"] == {"name": "b1", "note": "new"}
    assert steps(box(client, **TASK)) == [("AddTags", "done"), ("PutThings", "done")]


def test_a_failure_at_once_says_that_nothing_changed():
    client = FakeClient({"note": "old"})
    client.fail("UpdateBox")
    result = failing(client, note="new", tags={"a": "1"}).result
    assert steps(result) == [("UpdateBox", "failed"), ("AddTags", "planned")]
    assert result["changed"] is False
    assert result["diff"]["before"] == result["diff"]["after"]
    assert result["box"]["note"] == "old"


def test_a_deletion_that_failed_leaves_what_is_there():
    client = FakeClient({"note": "old"})
    client.fail("DeleteBox")
    result = failing(client, state="absent").result
    assert (result["changed"], result["box"]["note"]) == (False, "old")
    assert result["diff"]["after"] == result["diff"]["before"] != {}


def test_a_success_by_half_fails_the_task():
    client = FakeClient({})
    client.full = True
    failure = failing(client, things=[{"code": "cog", "label": "x"}])
    assert str(failure) == "PutThings: 1 of the things do not fit"
    assert steps(failure.result) == [("PutThings", "failed")]


def test_a_refused_create_is_not_sent_again():
    client = FakeClient()
    client.fail("CreateBox")
    failing(client)
    assert client.log.count("CreateBox") == 1


# Creates that got no answer


def test_a_create_without_an_answer_that_came_through_is_not_sent_again():
    client = FakeClient()
    client.fail("CreateBox", lost("CreateBox"), happened=True)
    result = box(client, **TASK)
    assert client.log.count("CreateBox") == 1
    assert result["changed"] is True
    assert steps(result) == [("CreateBox", "done"), ("AddTags", "done"), ("PutThings", "done")]
    assert result["box"]["box_id"] == "box-1"
    assert client.box()["Tags"] == {"a": "1"}
    assert result["diff"]["before"] == {}
    assert box(client, **TASK)["changed"] is False


def test_a_create_is_a_change_even_if_only_the_account_told_that_it_happened():
    client = FakeClient()
    client.fail("CreateBox", lost("CreateBox"), happened=True)
    result = box(client, note="new")
    assert (result["changed"], steps(result)) == (True, [("CreateBox", "done")])
    assert result["box"]["note"] == "new"


def test_a_create_without_an_answer_that_did_not_come_through_is_sent_again_once():
    client = FakeClient()
    client.fail("CreateBox", lost("CreateBox"))
    result = box(client, **TASK)
    assert client.log.count("CreateBox") == 2
    assert steps(result) == [("CreateBox", "done"), ("AddTags", "done"), ("PutThings", "done")]
    assert len(client.boxes) == 1


def test_a_create_is_sent_again_only_after_a_read():
    client = FakeClient()
    client.fail("CreateBox", lost("CreateBox"))
    box(client)
    first = client.log.index("CreateBox")
    assert client.log[first + 1 : client.log.index("CreateBox", first + 1)] == ["ListBoxes"]


def test_an_account_may_settle_before_it_is_asked(monkeypatch):
    client = FakeClient()
    client.fail("CreateBox", lost("CreateBox"))
    waits = []
    monkeypatch.setattr(
        "ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge.time",
        SimpleNamespace(sleep=lambda seconds: waits.append((seconds, client.log[-1]))),
    )
    box(client)
    assert waits == [(0, "CreateBox")]


def test_a_create_that_never_gets_an_answer_fails_in_the_end():
    client = FakeClient()
    for _number in range(9):
        client.fail("CreateBox", lost("CreateBox"))
    failure = failing(client)
    assert "the connection broke" in str(failure)
    assert client.log.count("CreateBox") == 4
    assert steps(failure.result) == [("CreateBox", "failed")]


def test_what_is_not_a_create_is_not_asked_about():
    client = FakeClient({})
    client.fail("LockBox", lost("LockBox"), happened=True)
    assert steps(failing(client, state="locked").result) == [("LockBox", "failed")]
    assert client.log.count("LockBox") == 1


def test_what_was_made_meanwhile_is_held_to_what_cannot_change():
    client = FakeClient()
    client.fail("CreateBox", lost("CreateBox"))
    original = client.clear_cache

    def clear_cache():
        original()
        client.clear_cache = original
        client._new_box(colour="BLUE")

    client.clear_cache = clear_cache
    with pytest.raises(ImmutableField):
        box(client, colour="red")
    assert client.log.count("CreateBox") == 1
