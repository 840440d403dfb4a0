# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the execution of plans."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import UPDATE, Derived, Ref, Step
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, FakeClient, api_error

ID = {"BoxId": Ref("box_id")}


def step(operation: str, **attributes) -> Step:
    return Step(UPDATE, operation, {**ID, **attributes.pop("params", {})}, **attributes)


def statuses(steps) -> list:
    return [one.status for one in steps]


def test_apply_output_is_available_to_later_steps():
    client = FakeClient()
    steps = [
        Step(UPDATE, "CreateBox", {"BoxName": "b1"}, outputs={"box_id": "BoxId", "key_code": "Data.KeyCode"}),
        step("AddThings", params={"Thing": [{"Code": Ref("name")}]}),
    ]
    facts = {"name": "cog"}
    apply(client, BOX, steps, facts)
    assert facts == {"name": "cog", "box_id": "box-1", "key_code": "key of box-1"}
    assert client.params("AddThings") == [{"BoxId": "box-1", "Thing": [{"Code": "cog"}]}]
    assert statuses(steps) == ["done", "done"]


def test_apply_output_is_converted_by_field_type():
    facts = {"box_id": "box-1"}
    steps = [step("QueryBox", outputs={"weight": "Data.Weight", "note": "Data.Note"})]
    apply(FakeClient({"weight": 7}), BOX, steps, facts)
    assert (facts["weight"], facts["note"]) == (7, "")


def test_apply_failure_skips_later_steps():
    client = FakeClient({})
    error = api_error("LockBox")
    client.fail("LockBox", error)
    steps = [step("UnlockBox"), step("LockBox"), step("DeleteBox")]
    with pytest.raises(
        StepFailed, match=r"^LockBox: the lid is jammed \[box.Jammed\]. Use oil \(request R-1\)$"
    ) as caught:
        apply(client, BOX, steps, {"box_id": "box-1"})
    assert (caught.value.step, caught.value.error) == (steps[1], error)
    assert statuses(steps) == ["done", "failed", "planned"]
    assert client.log == ["UnlockBox", "LockBox"]


def test_apply_failure_executes_always_run_steps():
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


def test_apply_several_failures_raise_the_first():
    client = FakeClient({})
    client.fail("UnlockBox")
    client.fail("LockBox")
    steps = [step("UnlockBox"), step("LockBox", always_run=True)]
    with pytest.raises(StepFailed, match=r"^UnlockBox"):
        apply(client, BOX, steps, {"box_id": "box-1"})
    assert statuses(steps) == ["failed", "failed"]


def test_apply_without_failure_executes_always_run_step_once():
    client = FakeClient({})
    steps = [step("UnlockBox"), step("LockBox", always_run=True)]
    apply(client, BOX, steps, {"box_id": "box-1"})
    assert statuses(steps) == ["done", "done"]
    assert client.log == ["UnlockBox", "LockBox"]


def test_apply_failed_verification_fails_step():
    client = FakeClient({})
    steps = [step("LockBox", verify=lambda response: f"{response} is not enough"), step("UnlockBox")]
    with pytest.raises(StepFailed, match=r"^LockBox: {} is not enough$") as caught:
        apply(client, BOX, steps, {"box_id": "box-1"})
    assert caught.value.error is None
    assert statuses(steps) == ["failed", "planned"]


def test_apply_verification_receives_response():
    responses = []
    apply(
        FakeClient({}),
        BOX,
        [step("QueryBox", verify=lambda response: responses.append(response) or "")],
        {"box_id": "box-1"},
    )
    assert responses[0]["Data"]["BoxName"] == "b1"


def test_apply_derived_parameter_is_computed_at_execution():
    client = FakeClient()
    label = Derived(lambda name, code: f"{name}/{code}", ("name", "key_code"))
    steps = [
        Step(UPDATE, "CreateBox", {"BoxName": "b1"}, outputs={"box_id": "BoxId", "key_code": "Data.KeyCode"}),
        step("AddThings", params={"Thing": [{"Code": label}]}),
    ]
    apply(client, BOX, steps, {"name": "cog"})
    assert client.params("AddThings") == [{"BoxId": "box-1", "Thing": [{"Code": "cog/key of box-1"}]}]


def test_apply_reference_is_converted_by_field_type():
    client = FakeClient({"name": "b1"})
    # The API represents a color as a number.
    apply(
        client,
        BOX,
        [step("UpdateBox", params={"BoxName": "b1", "Weight": Ref("color")})],
        {
            "box_id": "box-1",
            "color": "blue",
        },
    )
    assert client.params("UpdateBox") == [{"BoxId": "box-1", "BoxName": "b1", "Weight": 2}]
