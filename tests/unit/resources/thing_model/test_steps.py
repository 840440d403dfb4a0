# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The requests that change a thing model: as few as possible, safe, and leading to the desired state."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import thing_model_json, tsl
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.steps import MAX_NEW_PER_REQUEST
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.thing_model import ThingModel
from ansible_collections.iotops.aliyun.tests.unit.resources.thing_model.things import FUNCTIONS

THING_MODEL = ThingModel()
KEY = "a1"
DESCRIBED = {"customize": {"at": 1}}

few_examples = settings(deadline=None, max_examples=100)
NAMES = st.sampled_from(["block", "other_block"])
#: Normalized functions, some of them with extended descriptions.
MODELS = st.tuples(FUNCTIONS, st.booleans()).map(
    lambda pair: plain.normalize(
        {
            kind: {
                n: {**f, "extended": DESCRIBED} if pair[1] and thing_model_json.can_express(f) else f
                for n, f in fs.items()
            }
            for kind, fs in plain.normalize(pair[0]).items()
        }
    )
)
BLOCKS = st.dictionaries(st.sampled_from(["b1", "b2"]), st.tuples(NAMES, MODELS)).map(
    lambda found: [{"id": key, "name": name, "functions": model} for key, (name, model) in found.items()]
)


def steps(desired: dict, current: dict) -> list:
    """Return the plan; skip the example if ThingModelJson cannot express it."""
    try:
        return plan_steps(desired, current)
    except InvalidValue:
        # A function that keeps its extended description must be expressible in ThingModelJson.
        return reject()


def plan_steps(desired: dict, current: dict) -> list:
    return plan(THING_MODEL, {"product_key": KEY, **desired}, {"product_key": KEY, "published": False, **current})


def execute(current: dict, planned: list) -> dict:
    """Return the model after the requests of a plan, as the platform executes them: blocks by ID."""
    model = {"": {"functions": current.get("functions", {})}}
    model.update((block["id"], {**block}) for block in current.get("blocks", []))
    for step in planned:
        params = step.params
        block_id = params.get("FunctionBlockId", "")
        if step.operation == "DeleteThingModel":
            model.pop(block_id)
            continue
        block = model.setdefault(block_id, {"id": block_id, "functions": {}})
        if block_id:
            block["name"] = params["FunctionBlockName"]
        if step.operation == "ImportThingModelTsl":
            block["functions"] = tsl.to_functions(json.loads(params["TslStr"]))
            continue
        functions_sent = thing_model_json.to_functions(json.loads(params.get("ThingModelJson", "{}")))
        number = sum(1 for _function in plain.iterate(functions_sent))
        old = {(kind, identifier) for kind, identifier, _function in plain.iterate(block["functions"])}
        for kind, identifier, _function in plain.iterate(functions_sent):
            assert ((kind, identifier) in old) is (step.operation == "UpdateThingModel")
        assert number <= (MAX_NEW_PER_REQUEST if step.operation == "CreateThingModel" else 1)
        merged = {kind: {**block["functions"].get(kind, {}), **functions_sent.get(kind, {})} for kind in plain.KINDS}
        block["functions"] = {kind: found for kind, found in merged.items() if found}
        names = [function["name"] for _kind, _identifier, function in plain.iterate(block["functions"])]
        assert len(set(names)) == len(names), "the platform rejects two functions with the same name"
    return model


@few_examples
@given(MODELS, MODELS, BLOCKS, BLOCKS, st.booleans())
def test_steps_reach_desired_state(functions, new, blocks, new_blocks, purge):
    current = {"functions": functions, "blocks": blocks}
    desired = {"functions": new, "blocks": new_blocks, "purge_blocks": purge}
    planned = steps(desired, current)
    after = execute(current, planned)
    expected = {"": new, **{block["id"]: block["functions"] for block in new_blocks}}
    if not purge:
        expected = {**{block["id"]: block["functions"] for block in blocks}, **expected}
    assert after.keys() == expected.keys()
    for block_id, block in after.items():
        actual = plain.canonical(block["functions"])
        for kind, identifier, function in plain.iterate(plain.canonical(expected[block_id])):
            # If the task does not set the extended description, the current one is kept.
            found = actual.get(kind, {}).pop(identifier)
            assert {**found, "extended": None} == {**function, "extended": None}
            assert "extended" not in function or found["extended"]
        assert not any(actual.values())
    # Each step contains its changes.
    state = dict(current)
    for step in planned:
        for name, (before, changed) in step.changes.items():
            assert state.get(name, before) == before
            state[name] = changed
    assert plain.canonical(state["functions"]) == plain.canonical(after[""]["functions"])
    assert steps(desired, {**current, **state}) == []


@few_examples
@given(MODELS, MODELS, BLOCKS, BLOCKS, st.booleans())
def test_steps_delete_only_purged_blocks(functions, new, blocks, new_blocks, purge):
    current = {"functions": functions, "blocks": blocks}
    planned = steps({"functions": new, "blocks": new_blocks, "purge_blocks": purge}, current)
    kept = {block["id"] for block in new_blocks}
    for step in planned:
        if step.operation == "DeleteThingModel":
            # With identifiers of missing functions, the operation would delete the block; without a block, everything.
            assert set(step.params) == {"ProductKey", "FunctionBlockId"}
            assert step.params["FunctionBlockId"] in {block["id"] for block in blocks} - kept
            assert purge


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # An empty block is imported; functions of another block are created individually.
        ({}, 1, ["ImportThingModelTsl"]),
        (1, 11, ["CreateThingModel"]),
        (1, 12, ["ImportThingModelTsl"]),
        (2, 1, ["ImportThingModelTsl"]),
        (1, 0, ["ImportThingModelTsl"]),
        (1, 1, []),
    ],
)
def test_changes_take_fewest_requests(old, new, expected):
    def model(number):
        return {"services": {f"Do{n}": {"name": f"do{n}", "call": "async"} for n in range(number or 0)}}

    assert [step.operation for step in steps({"functions": model(new)}, {"functions": model(old)})] == expected


def test_functions_with_extended_description_take_fewest_requests():
    def model(number, **more):
        return {"services": {f"Do{n}": {"name": f"do{n}", "call": "async", **more} for n in range(number)}}

    created = steps({"functions": model(25, extended=DESCRIBED)}, {"functions": {}})
    assert [step.operation for step in created] == ["CreateThingModel"] * 3
    replaced = steps({"functions": model(2, extended=DESCRIBED)}, {"functions": model(3, extended=DESCRIBED)})
    assert [step.operation for step in replaced] == ["ImportThingModelTsl", "UpdateThingModel", "UpdateThingModel"]


def test_names_are_updated_after_they_are_free():
    def model(**names):
        return {"services": {n: {"name": name, "call": "async"} for n, name in names.items()}}

    old = model(A="one", B="two", C="three", D="four", E="five")
    described = {kind: {n: {**f, "extended": DESCRIBED} for n, f in fs.items()} for kind, fs in old.items()}
    planned = steps({"functions": model(A="two", B="six", C="three", D="four", E="five")}, {"functions": described})
    assert [step.params["Identifier"] for step in planned] == ["B", "A"]


def test_extended_description_of_incomplete_function_is_rejected():
    half = {"name": "half", "type": "int", "min": 0, "max": 1, "access": "r", "extended": DESCRIBED}
    with pytest.raises(InvalidValue, match="Half cannot have an extended description: this requires min, max and step"):
        plan_steps({"functions": {"properties": {"Half": half}}}, {"functions": {}})
