# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of tasks that manage a resource, from the options to the result."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import EXISTS
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
    api_error,
    lost_response,
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


# Successful tasks


def test_converge_missing_resource_is_created():
    client = FakeClient()
    result = box(client, **TASK)
    assert result["changed"] is True
    assert result["box"] == {
        "name": "b1",
        "box_id": "box-1",
        "room_id": "r-attic",
        "color": "red",
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
    assert steps(result) == [("CreateBox", "done"), ("AddTags", "done"), ("AddThings", "done")]
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


def test_converge_different_fields_are_updated():
    client = FakeClient({"room": "attic", "note": "old", "tags": {"a": "1", "b": "2"}, "things": ["cog"], "weight": 9})
    result = box(client, **TASK)
    assert steps(result) == [("UpdateBox", "done"), ("RemoveTags", "done")]
    assert result["diff"] == {
        "before": {**result["diff"]["after"], "note": "old", "tags": {"a": "1", "b": "2"}},
        "after": {**result["diff"]["before"], "note": "new", "tags": {"a": "1"}},
    }
    assert result["diff"]["after"]["room"] == "attic"
    assert client.box()["Weight"] == 9


def test_converge_equal_resource_is_unchanged():
    client = FakeClient({"room": "attic", "note": "new", "tags": {"a": "1"}, "things": ["cog"]})
    client.read_only = True
    result = box(client, **TASK)
    assert (result["changed"], result["steps"]) == (False, [])
    assert result["diff"]["before"] == result["diff"]["after"]
    assert result["box"]["note"] == "new"


def test_converge_reads_details_of_set_fields_only():
    client = FakeClient({})
    box(client, note="")
    assert client.log == ["ListBoxes", "QueryBox"]
    box(client, tags={}, things=[])
    assert client.log[2:] == ["ListTags", "ListThings"]


def test_converge_calls_counts_requests_of_task_only():
    client = FakeClient()
    client.calls = 40
    assert box(client)["calls"] == client.calls - 40


@pytest.mark.parametrize("empty", [{"note": ""}, {"tags": {}}, {"things": []}])
def test_converge_empty_option_clears_and_null_is_not_set(empty):
    (name,) = empty
    client = FakeClient({"note": "old", "tags": {"a": "1"}, "things": ["cog"]})
    assert box(client, **{name: None})["changed"] is False
    assert box(client)["changed"] is False
    result = box(client, **empty)
    assert result["changed"] is True
    assert result["box"][name] == empty[name]
    assert box(client, **empty)["changed"] is False


def test_converge_without_purge_keeps_entries():
    client = FakeClient({"tags": {"a": "1"}, "things": ["cog"]})
    result = box(client, tags={"b": 2}, purge_tags=False, things=[{"code": "nut", "label": "x"}], purge_things=False)
    assert steps(result) == [("AddTags", "done"), ("AddThings", "done")]
    assert (client.box()["Tags"], client.box()["Things"]) == ({"a": "1", "b": "2"}, ["cog", "nut"])
    assert box(client, tags={}, purge_tags=False)["changed"] is False
    assert box(client, tags={"b": 2}, purge_tags=None)["changed"] is True
    assert client.box()["Tags"] == {"b": "2"}


def test_converge_state_sets_fields():
    client = FakeClient()
    assert steps(box(client, state="locked")) == [("CreateBox", "done"), ("LockBox", "done")]
    assert box(client, state="present")["changed"] is False
    assert steps(box(client, state="unlocked")) == [("UnlockBox", "done")]


def test_converge_absent_deletes_once():
    client = FakeClient({"note": "old"})
    result = box(client, state="absent")
    assert (result["changed"], result["box"], steps(result)) == (True, {}, [("DeleteBox", "done")])
    assert result["diff"]["after"] == {}
    assert result["diff"]["before"]["note"] == "old"
    again = box(client, state="absent")
    assert (again["changed"], again["box"], again["steps"]) == (False, {}, [])
    assert again["diff"] == {"before": {}, "after": {}}


def test_converge_absent_without_delete_steps_is_absent():
    class DeleteNote(Delete):
        def steps(self, resource, current):
            return super().steps(resource, current) if current["note"] else []

    class Corner(type(BOX)):
        delete = DeleteNote("DeleteBox")

    result = converge(Corner(), {"name": "b1", "state": "absent"}, FakeClient({"note": ""}), False)
    assert (result["changed"], result["steps"], result["box"]) == (False, [], {})
    assert result["diff"] == {"before": {}, "after": {}}
    assert converge(Corner(), {"name": "b1", "state": "absent"}, FakeClient({"note": "x"}), True)["changed"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_converge_extra_results_are_returned(check_mode):
    class Heavy(type(BOX)):
        extra_result_keys = ("note_was",)

        def extra_results(self, desired, current, steps):
            return {"note_was": [desired and desired["note"], (current or {}).get("note"), len(steps)]}

    def extra_result(client, **task):
        return converge(Heavy(), {"name": "b1", **task}, client, check_mode)["note_was"]

    assert extra_result(FakeClient({"note": "old"}), note="new") == ["new", "old", 1]
    assert extra_result(FakeClient({"note": "old"}), state="absent") == [None, "old", 1]
    client = FakeClient({"note": "old"})
    client.fail("UpdateBox")
    if not check_mode:
        with pytest.raises(StepFailed) as caught:
            extra_result(client, note="new")
        assert caught.value.result["note_was"] == ["new", "old", 1]


def test_converge_absent_ignores_other_options():
    client = FakeClient({"color": "BLUE", "room": "attic"})
    result = box(client, state="absent", color="red", room="attic")
    assert result["changed"] is True
    assert result["diff"]["before"]["room"] == "attic"
    assert client.boxes == {}


def test_converge_ambiguous_name_fails_before_write():
    client = FakeClient({}, {})
    with pytest.raises(AmbiguousReference, match=r"^2 .* match b1\. Rename or delete all but one of them$"):
        box(client)
    assert client.writes == []


# Errors before the first write


def test_converge_immutable_field_fails_before_write():
    client = FakeClient({"color": "RED", "note": "old"})
    with pytest.raises(ImmutableField, match=r"color .* 'red' to 'blue'\. Delete it with state: absent"):
        box(client, color="blue", note="new")
    assert client.writes == []


def test_converge_invalid_value_fails_before_read():
    client = FakeClient()
    with pytest.raises(InvalidValue, match="weight must be 0 to 100, not 101") as caught:
        box(client, weight=101)
    assert caught.value.field == "weight"
    assert client.log == []


def test_converge_read_error_is_not_absence():
    client = FakeClient({})
    client.fail("QueryBox", api_error("QueryBox", code="Forbidden"))
    with pytest.raises(IotError, match="Forbidden"):
        box(client)
    assert client.writes == []


def test_converge_created_resource_not_readable_yet_is_returned(monkeypatch):
    client = FakeClient()
    monkeypatch.setattr(client, "_QueryBox", lambda BoxId: {"Data": None})
    client.fail("QueryBox", api_error("QueryBox", code="box.NotFound"))
    result = box(client, note="n")
    assert result["box"] == {"name": "b1", "box_id": "box-1", "note": "n"}


# References


@pytest.mark.parametrize(("resource", "task"), [(BOX, {"name": "b1"}), (SHELF, {"name": "s1", "note": "n"})])
def test_converge_missing_reference_fails(resource, task):
    client = FakeClient()
    with pytest.raises(ReferenceNotFound, match=r"^the room loft does not exist\. Create it first, or check the name$"):
        converge(resource, {**task, "room": "loft"}, client, False)
    assert client.writes == []


@pytest.mark.parametrize(
    ("resource", "task", "operation"), [(BOX, {"name": "b1"}, "CreateBox"), (SHELF, {"name": "s1"}, "CreateShelf")]
)
def test_converge_missing_reference_in_check_mode_is_pending(resource, task, operation):
    client = FakeClient()
    client.read_only = True
    result = converge(resource, {**task, "room": "loft"}, client, True)
    assert (result["changed"], steps(result)) == (True, [(operation, "planned")])
    assert result["pending"] == ["the room loft does not exist yet"]
    assert result[resource.kind]["room_id"] == "(known after apply)"
    assert result["diff"]["after"]["room"] == "loft"
    assert result["steps"][0]["changes"]["room_id"] == {"before": None, "after": "(known after apply)"}


def test_converge_new_id_in_check_mode_is_pending():
    assert box(FakeClient(), check_mode=True)["box"]["box_id"] == "(known after apply)"
    assert box(FakeClient({}), check_mode=True)["box"]["box_id"] == "box-1"


@pytest.mark.parametrize("check_mode", [True, False])
def test_converge_absent_with_missing_parent_is_unchanged(check_mode):
    client = FakeClient()
    client.read_only = True
    result = converge(SHELF, {"room": "loft", "name": "s1", "state": "absent"}, client, check_mode)
    assert (result["changed"], result["shelf"], result["steps"]) == (False, {}, [])
    assert "pending" not in result


def test_converge_resource_in_parent_is_created_updated_deleted():
    client = FakeClient(shelves=[("cellar", "s1", "other")])
    task = {"room": "attic", "name": "s1", "note": "n"}
    assert steps(converge(SHELF, task, client, False)) == [("CreateShelf", "done")]
    assert converge(SHELF, task, client, False)["changed"] is False
    result = converge(SHELF, {**task, "note": "m"}, client, False)
    assert steps(result) == [("UpdateShelf", "done")]
    assert result["diff"] == {
        "before": {"room": "attic", "name": "s1", "note": "n"},
        "after": {"room": "attic", "name": "s1", "note": "m"},
    }
    assert steps(converge(SHELF, {**task, "state": "absent"}, client, False)) == [("DeleteShelf", "done")]
    assert client.shelves == {("r-cellar", "s1"): "other"}


# Failed steps


def test_converge_later_step_failure_returns_done_steps():
    client = FakeClient()
    client.fail("AddTags")
    failure = failing(client, **TASK, state="locked")
    assert steps(failure.result) == [
        ("CreateBox", "done"),
        ("AddTags", "failed"),
        ("AddThings", "planned"),
        ("LockBox", "planned"),
    ]
    assert failure.result["changed"] is True
    assert failure.result["calls"] == client.calls
    # The result contains the effects of the steps that are done.
    assert failure.result["box"] == {"name": "b1", "box_id": "box-1", "room_id": "r-attic", "note": "new"}
    assert failure.result["diff"]["after"] == {"name": "b1", "note": "new"}
    assert steps(box(client, **TASK)) == [("AddTags", "done"), ("AddThings", "done")]


def test_converge_first_step_failure_is_unchanged():
    client = FakeClient({"note": "old"})
    client.fail("UpdateBox")
    result = failing(client, note="new", tags={"a": "1"}).result
    assert steps(result) == [("UpdateBox", "failed"), ("AddTags", "planned")]
    assert result["changed"] is False
    assert result["diff"]["before"] == result["diff"]["after"]
    assert result["box"]["note"] == "old"


def test_converge_failed_delete_returns_current_state():
    client = FakeClient({"note": "old"})
    client.fail("DeleteBox")
    result = failing(client, state="absent").result
    assert (result["changed"], result["box"]["note"]) == (False, "old")
    assert result["diff"]["after"] == result["diff"]["before"] != {}


def test_converge_failed_verification_fails():
    client = FakeClient({})
    client.reject_things = True
    failure = failing(client, things=[{"code": "cog", "label": "x"}])
    assert str(failure) == "AddThings: 1 of the things do not fit"
    assert steps(failure.result) == [("AddThings", "failed")]


def test_converge_rejected_create_is_not_repeated():
    client = FakeClient()
    client.fail("CreateBox")
    failing(client)
    assert client.log.count("CreateBox") == 1


# Create requests without a response


def test_converge_lost_response_of_executed_create_is_not_repeated():
    client = FakeClient()
    client.fail("CreateBox", lost_response("CreateBox"), executed=True)
    result = box(client, **TASK)
    assert client.log.count("CreateBox") == 1
    assert result["changed"] is True
    assert steps(result) == [("CreateBox", "done"), ("AddTags", "done"), ("AddThings", "done")]
    assert result["box"]["box_id"] == "box-1"
    assert client.box()["Tags"] == {"a": "1"}
    assert result["diff"]["before"] == {}
    assert box(client, **TASK)["changed"] is False


def test_converge_lost_response_of_executed_create_is_changed():
    client = FakeClient()
    client.fail("CreateBox", lost_response("CreateBox"), executed=True)
    result = box(client, note="new")
    assert (result["changed"], steps(result)) == (True, [("CreateBox", "done")])
    assert result["box"]["note"] == "new"


def test_converge_lost_create_is_repeated_once():
    client = FakeClient()
    client.fail("CreateBox", lost_response("CreateBox"))
    result = box(client, **TASK)
    assert client.log.count("CreateBox") == 2
    assert steps(result) == [("CreateBox", "done"), ("AddTags", "done"), ("AddThings", "done")]
    assert len(client.boxes) == 1


def test_converge_lost_create_is_repeated_after_read():
    client = FakeClient()
    client.fail("CreateBox", lost_response("CreateBox"))
    box(client)
    first = client.log.index("CreateBox")
    assert client.log[first + 1 : client.log.index("CreateBox", first + 1)] == ["ListBoxes"]


def test_converge_lost_create_waits_before_read(monkeypatch):
    client = FakeClient()
    client.fail("CreateBox", lost_response("CreateBox"))
    pauses = []
    monkeypatch.setattr(
        "ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge.time",
        SimpleNamespace(sleep=lambda seconds: pauses.append((seconds, client.log[-1])), monotonic=time.monotonic),
    )
    box(client)
    assert pauses == [(0, "CreateBox")]


def test_converge_create_always_lost_fails_after_replans():
    client = FakeClient()
    for _number in range(9):
        client.fail("CreateBox", lost_response("CreateBox"))
    failure = failing(client)
    assert "the connection broke" in str(failure)
    assert client.log.count("CreateBox") == 4
    assert steps(failure.result) == [("CreateBox", "failed")]


def test_converge_lost_update_that_was_executed_is_done():
    client = FakeClient({})
    client.fail("LockBox", lost_response("LockBox"), executed=True)
    result = box(client, state="locked")
    assert (result["changed"], steps(result)) == (True, [("LockBox", "done")])
    assert client.log.count("LockBox") == 1


def test_converge_lost_update_that_was_not_executed_fails():
    client = FakeClient({})
    client.fail("LockBox", lost_response("LockBox"))
    assert steps(failing(client, state="locked").result) == [("LockBox", "failed")]
    assert client.log.count("LockBox") == 1


def test_converge_lost_update_of_resource_that_is_deleted_meanwhile_is_not_done():
    client = FakeClient()
    box(client, **{**TASK, "note": "old"})
    client.fail("UpdateBox", lost_response("UpdateBox"))
    original = client.clear_cache

    def clear_cache():
        original()
        client.clear_cache = original
        client.boxes.clear()

    client.clear_cache = clear_cache
    result = box(client, **TASK)
    assert steps(result)[0] == ("CreateBox", "done")
    assert ("UpdateBox", "done") not in steps(result)


def test_converge_lost_update_with_failing_read_reports_update():
    client = FakeClient({})
    client.fail("LockBox", lost_response("LockBox"), executed=True)
    client.fail("QueryBox", after=1)
    failure = failing(client, state="locked")
    assert str(failure).startswith("LockBox: ")
    assert steps(failure.result) == [("LockBox", "failed")]


def test_converge_lost_create_of_resource_without_list_is_not_repeated(monkeypatch):
    monkeypatch.setattr(type(BOX), "is_found_after_create", False)
    client = FakeClient()
    client.fail("CreateBox", lost_response("CreateBox"))
    failure = failing(client, name="b1")
    assert "The platform may have created the box, and no operation lists it" in str(failure)
    assert client.log.count("CreateBox") == 1


def test_converge_resource_created_meanwhile_is_checked_for_immutable_fields():
    client = FakeClient()
    client.fail("CreateBox", lost_response("CreateBox"))
    original = client.clear_cache

    def clear_cache():
        original()
        client.clear_cache = original
        client._new_box(color="BLUE")

    client.clear_cache = clear_cache
    with pytest.raises(ImmutableField):
        box(client, color="red")
    assert client.log.count("CreateBox") == 1


# Races and lost responses


def test_converge_failing_read_after_write_reports_the_done_step():
    client = FakeClient()
    original = client._CreateBox

    def create(**params):
        client.fail("QueryBox", api_error("QueryBox", code="Forbidden"))
        return original(**params)

    client._CreateBox = create
    with pytest.raises(IotError) as caught:
        box(client)
    assert caught.value.result["changed"]
    assert steps(caught.value.result) == [("CreateBox", "done")]


def test_converge_create_that_another_client_did_first_continues_with_its_resource():
    client = FakeClient()
    original = client._CreateBox

    def create(**params):
        original(**params)
        raise api_error("CreateBox", code="box.Existed", category=EXISTS)

    client._CreateBox = create
    result = box(client, note="n")
    assert (result["changed"], steps(result)) == (False, [])
    assert result["box"]["note"] == "n"
    assert client.log.count("CreateBox") == 1


def test_converge_create_that_exists_but_is_not_found_fails_with_the_error_of_the_platform():
    client = FakeClient()
    client.fail("CreateBox", api_error("CreateBox", code="box.Existed", category=EXISTS))
    with pytest.raises(StepFailed, match=r"box\.Existed"):
        box(client)
    assert client.log.count("CreateBox") == 1


def test_converge_rejected_retry_of_executed_request_succeeds():
    client = FakeClient({})
    original = client._LockBox

    def lock(**params):
        original(**params)
        error = api_error("LockBox", code="box.IsLocked")
        error.after_ambiguous = True
        raise error

    client._LockBox = lock
    result = box(client, state="locked")
    assert steps(result) == [("LockBox", "done")]
    assert client.log.count("LockBox") == 1


def test_converge_rejected_retry_of_request_that_was_not_executed_fails():
    client = FakeClient({})
    error = api_error("LockBox", code="box.Jammed")
    error.after_ambiguous = True
    client.fail("LockBox", error)
    with pytest.raises(StepFailed, match="Jammed"):
        box(client, state="locked")


def test_converge_create_that_timed_out_is_not_repeated_if_names_are_not_unique(monkeypatch):
    class Crate(type(BOX)):
        unique_names = False

    monkeypatch.setattr(f"{converge.__module__}.LATE_CREATE_TIMEOUT", 0)
    client = FakeClient()
    error = lost_response("CreateBox")
    error.timed_out = True
    client.fail("CreateBox", error)
    with pytest.raises(StepFailed, match="may still create it"):
        converge(Crate(), {"name": "b1"}, client, False)
    assert client.log.count("CreateBox") == 1
