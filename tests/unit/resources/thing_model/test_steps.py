# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""By which calls a thing model is changed: few, never dangerous ones, and they lead to what is asked for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import thing_model_json, tsl
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.steps import MOST_NEW
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.thing_model import ThingModel
from ansible_collections.iotops.aliyun.tests.unit.resources.thing_model.things import FUNCTIONS

THING_MODEL = ThingModel()
KEY = "a1"
DESCRIBED = {"customize": {"at": 1}}

tried = settings(deadline=None, max_examples=100)
NAMES = st.sampled_from(["block", "other_block"])
#: Functions in their normal form, some of them with an extended description.
MODELS = st.tuples(FUNCTIONS, st.booleans()).map(
    lambda pair: plain.normal(
        {
            kind: {
                n: {**f, "extended": DESCRIBED} if pair[1] and thing_model_json.can_say(f) else f for n, f in fs.items()
            }
            for kind, fs in plain.normal(pair[0]).items()
        }
    )
)
BLOCKS = st.dictionaries(st.sampled_from(["b1", "b2"]), st.tuples(NAMES, MODELS)).map(
    lambda found: [{"id": key, "name": name, "functions": model} for key, (name, model) in found.items()]
)


def steps(desired: dict, current: dict) -> list:
    try:
        return unguarded(desired, current)
    except InvalidValue:
        # A function that keeps its extended description cannot become what ThingModelJson has no words for.
        return reject()


def unguarded(desired: dict, current: dict) -> list:
    return plan(THING_MODEL, {"product_key": KEY, **desired}, {"product_key": KEY, "published": False, **current})


def carried_out(current: dict, planned: list) -> dict:
    """What the platform makes of the calls of a plan: blocks by their id, each with its functions."""
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
            block["functions"] = tsl.functions_of(json.loads(params["TslStr"]))
            continue
        told = thing_model_json.functions_of(json.loads(params.get("ThingModelJson", "{}")))
        number = sum(1 for _function in plain.every(told))
        there = {(kind, identifier) for kind, identifier, _function in plain.every(block["functions"])}
        for kind, identifier, _function in plain.every(told):
            assert ((kind, identifier) in there) is (step.operation == "UpdateThingModel")
        assert number <= (MOST_NEW if step.operation == "CreateThingModel" else 1)
        merged = {kind: {**block["functions"].get(kind, {}), **told.get(kind, {})} for kind in plain.KINDS}
        block["functions"] = {kind: found for kind, found in merged.items() if found}
        names = [function["name"] for _kind, _identifier, function in plain.every(block["functions"])]
        assert len(set(names)) == len(names), "the platform refuses two functions of one name"
    return model


@tried
@given(MODELS, MODELS, BLOCKS, BLOCKS, st.booleans())
def test_the_calls_lead_to_what_is_desired(functions, wanted, blocks, wanted_blocks, purge):
    current = {"functions": functions, "blocks": blocks}
    desired = {"functions": wanted, "blocks": wanted_blocks, "purge_blocks": purge}
    planned = steps(desired, current)
    after = carried_out(current, planned)
    expected = {"": wanted, **{block["id"]: block["functions"] for block in wanted_blocks}}
    if not purge:
        expected = {**{block["id"]: block["functions"] for block in blocks}, **expected}
    assert after.keys() == expected.keys()
    for block_id, block in after.items():
        told = plain.canonical(block["functions"])
        for kind, identifier, function in plain.every(plain.canonical(expected[block_id])):
            # What is not spoken of stays; where nothing is said of a description, what is there may have one.
            found = told.get(kind, {}).pop(identifier)
            assert {**found, "extended": None} == {**function, "extended": None}
            assert "extended" not in function or found["extended"]
        assert not any(told.values())
    # Each step tells what it leads to.
    state = dict(current)
    for step in planned:
        for name, (before, changed) in step.changes.items():
            assert state.get(name, before) == before
            state[name] = changed
    assert plain.canonical(state["functions"]) == plain.canonical(after[""]["functions"])
    assert steps(desired, {**current, **state}) == []


@tried
@given(MODELS, MODELS, BLOCKS, BLOCKS, st.booleans())
def test_nothing_is_deleted_that_was_not_asked_for(functions, wanted, blocks, wanted_blocks, purge):
    current = {"functions": functions, "blocks": blocks}
    planned = steps({"functions": wanted, "blocks": wanted_blocks, "purge_blocks": purge}, current)
    named = {block["id"] for block in wanted_blocks}
    for step in planned:
        if step.operation == "DeleteThingModel":
            # Told functions, it would delete the block where none of them is there; told no block, everything.
            assert set(step.params) == {"ProductKey", "FunctionBlockId"}
            assert step.params["FunctionBlockId"] in {block["id"] for block in blocks} - named
            assert purge


@pytest.mark.parametrize(
    ("there", "wanted", "expected"),
    [
        # What a block consists of is imported, and what comes to it is made.
        ({}, 1, ["ImportThingModelTsl"]),
        (1, 11, ["CreateThingModel"]),
        (1, 12, ["ImportThingModelTsl"]),
        (2, 1, ["ImportThingModelTsl"]),
        (1, 0, ["ImportThingModelTsl"]),
        (1, 1, []),
    ],
)
def test_few_calls(there, wanted, expected):
    def model(number):
        return {"services": {f"Do{n}": {"name": f"do{n}", "call": "async"} for n in range(number or 0)}}

    assert [step.operation for step in steps({"functions": model(wanted)}, {"functions": model(there)})] == expected


def test_what_is_described_is_made_one_by_one_where_that_is_less():
    def model(number, **more):
        return {"services": {f"Do{n}": {"name": f"do{n}", "call": "async", **more} for n in range(number)}}

    made = steps({"functions": model(25, extended=DESCRIBED)}, {"functions": {}})
    assert [step.operation for step in made] == ["CreateThingModel"] * 3
    gone = steps({"functions": model(2, extended=DESCRIBED)}, {"functions": model(3, extended=DESCRIBED)})
    assert [step.operation for step in gone] == ["ImportThingModelTsl", "UpdateThingModel", "UpdateThingModel"]


def test_names_are_taken_when_they_are_free():
    def model(**names):
        return {"services": {n: {"name": name, "call": "async"} for n, name in names.items()}}

    there = model(A="one", B="two", C="three", D="four", E="five")
    described = {kind: {n: {**f, "extended": DESCRIBED} for n, f in fs.items()} for kind, fs in there.items()}
    planned = steps({"functions": model(A="two", B="six", C="three", D="four", E="five")}, {"functions": described})
    assert [step.params["Identifier"] for step in planned] == ["B", "A"]


def test_a_description_that_cannot_be_said_is_refused():
    half = {"name": "half", "type": "int", "min": 0, "max": 1, "access": "r", "extended": DESCRIBED}
    with pytest.raises(InvalidValue, match="Half cannot have an extended description: its numbers need"):
        unguarded({"functions": {"properties": {"Half": half}}}, {"functions": {}})
