# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Carrying a plan out: in order, as far as it goes, and back where a step says so."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import UPDATE, Derived, Ref, Step
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, FakeClient, refusal

ID = {"BoxId": Ref("box_id")}


def step(operation: str, **more) -> Step:
    return Step(UPDATE, operation, {**ID, **more.pop("params", {})}, **more)


def statuses(steps) -> list:
    return [one.status for one in steps]


def test_what_a_reply_tells_is_known_to_the_steps_after_it():
    client = FakeClient()
    steps = [
        Step(UPDATE, "CreateBox", {"BoxName": "b1"}, outputs={"box_id": "BoxId", "key_code": "Data.KeyCode"}),
        step("PutThings", params={"Thing": [{"Code": Ref("name")}]}),
    ]
    facts = {"name": "cog"}
    apply(client, BOX, steps, facts)
    assert facts == {"name": "cog", "box_id": "box-1", "key_code": "key of box-1"}
    assert client.params("PutThings") == [{"BoxId": "box-1", "Thing": [{"Code": "cog"}]}]
    assert statuses(steps) == ["done", "done"]


def test_what_is_learnt_has_the_fields_type():
    facts = {"box_id": "box-1"}
    steps = [step("QueryBox", outputs={"weight": "Data.Weight", "note": "Data.Note"})]
    apply(FakeClient({"weight": 7}), BOX, steps, facts)
    assert (facts["weight"], facts["note"]) == (7, "")


def test_nothing_is_done_after_a_failure():
    client = FakeClient({})
    error = refusal("LockBox")
    client.fail("LockBox", error)
    steps = [step("UnlockBox"), step("LockBox"), step("DeleteBox")]
    with pytest.raises(
        StepFailed, match=r"^LockBox: the lid is jammed \[box.Jammed\]. Use oil \(request R-1\)$"
    ) as caught:
        apply(client, BOX, steps, {"box_id": "box-1"})
    assert (caught.value.step, caught.value.error) == (steps[1], error)
    assert statuses(steps) == ["done", "failed", "planned"]
    assert client.log == ["UnlockBox", "LockBox"]


def test_what_was_taken_away_is_put_back_after_a_failure():
    client = FakeClient({"locked": True})
    client.fail("UpdateBox")
    steps = [
        step("UnlockBox"),
        step("UpdateBox", params={"BoxName": "b1"}),
        step("AddTags", params={"Tag": []}),
        step("LockBox", always_run=True),
    ]
    with pytest.raises(StepFailed) as caught:
        apply(client, BOX, steps, {"box_id": "box-1"})
    assert caught.value.step is steps[1]
    assert statuses(steps) == ["done", "failed", "planned", "done"]
    assert client.box()["Locked"]


def test_the_first_failure_is_told_when_putting_back_fails_too():
    client = FakeClient({})
    client.fail("UnlockBox")
    client.fail("LockBox")
    steps = [step("UnlockBox"), step("LockBox", always_run=True)]
    with pytest.raises(StepFailed, match=r"^UnlockBox"):
        apply(client, BOX, steps, {"box_id": "box-1"})
    assert statuses(steps) == ["failed", "failed"]


def test_a_step_that_puts_back_is_an_ordinary_one_where_nothing_failed():
    client = FakeClient({})
    steps = [step("UnlockBox"), step("LockBox", always_run=True)]
    apply(client, BOX, steps, {"box_id": "box-1"})
    assert statuses(steps) == ["done", "done"]
    assert client.log == ["UnlockBox", "LockBox"]


def test_a_success_by_half_is_a_failure():
    client = FakeClient({})
    steps = [step("LockBox", verify=lambda reply: f"{reply} is not enough"), step("UnlockBox")]
    with pytest.raises(StepFailed, match=r"^LockBox: {} is not enough$") as caught:
        apply(client, BOX, steps, {"box_id": "box-1"})
    assert caught.value.error is None
    assert statuses(steps) == ["failed", "planned"]


def test_what_verifies_is_asked_about_the_reply():
    replies = []
    apply(
        FakeClient({}), BOX, [step("QueryBox", verify=lambda reply: replies.append(reply) or "")], {"box_id": "box-1"}
    )
    assert replies[0]["Data"]["BoxName"] == "b1"


def test_what_follows_from_fields_is_worked_out_when_a_step_is_carried_out():
    client = FakeClient()
    label = Derived(lambda name, code: f"{name}/{code}", ("name", "key_code"))
    steps = [
        Step(UPDATE, "CreateBox", {"BoxName": "b1"}, outputs={"box_id": "BoxId", "key_code": "Data.KeyCode"}),
        step("PutThings", params={"Thing": [{"Code": label}]}),
    ]
    apply(client, BOX, steps, {"name": "cog"})
    assert client.params("PutThings") == [{"BoxId": "box-1", "Thing": [{"Code": "cog/key of box-1"}]}]


def test_what_is_referred_to_travels_as_its_type_writes_it():
    client = FakeClient({"name": "b1"})
    # A colour is a number on the wire.
    apply(
        client,
        BOX,
        [step("UpdateBox", params={"BoxName": "b1", "Weight": Ref("colour")})],
        {
            "box_id": "box-1",
            "colour": "blue",
        },
    )
    assert client.params("UpdateBox") == [{"BoxId": "box-1", "BoxName": "b1", "Weight": 2}]
