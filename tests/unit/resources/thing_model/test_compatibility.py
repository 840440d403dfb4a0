# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Compatible and breaking changes of a thing model."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import tsl as platform_tsl
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.values import WrongValue, check_value
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import tsl
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.compatibility import (
    Changes,
    describe_change,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.validation import find_error
from ansible_collections.iotops.aliyun.tests.unit.resources.thing_model.things import FUNCTIONS, TYPES

few_examples = settings(deadline=None, max_examples=100)

LEVEL = {"type": "int", "min": 0, "max": 100, "step": 2, "unit": "%", "access": "r"}
LABEL = {"type": "text", "length": 64, "access": "rw"}
MODE = {"type": "enum", "values": {"0": "steady", "1": "blinking"}, "access": "rw"}
PLACE = {"type": "struct", "members": {"X": {"type": "double", "min": -180, "max": 180}, "Y": {"type": "date"}}}
LIST = {"type": "array", "size": 4, "item": {"type": "int", "min": 0, "max": 9}}
ALARM = {"type": "alert", "outputs": {"Level": {"type": "int", "min": 0, "max": 9}}}
RESET = {"call": "sync", "inputs": {"Hard": MODE}, "outputs": {"Done": {"type": "date"}}}


def changes(before: dict, after: dict, kind: str = "properties") -> Changes:
    """Return the changes from one function to another; an empty dictionary is no function."""
    models = [plain.normalize({kind: {"A": function}} if function else {}) for function in (before, after)]
    return Changes(*({"": {"functions": model}} for model in models))


def without(function: dict, name: str) -> dict:
    return {key: member for key, member in function.items() if key != name}


#: Kind, function before and after, and the expected change: its path, its kind, and whether it is breaking.
CASES = [
    ("properties", {}, LEVEL, "", "added", False),
    ("properties", {}, {**LEVEL, "required": True}, "", "added", True),
    ("properties", LEVEL, {}, "", "removed", True),
    ("properties", LEVEL, {**LEVEL, "name": "level"}, "name", "changed", False),
    ("properties", LEVEL, {**LEVEL, "description": "how full"}, "description", "changed", False),
    ("properties", LEVEL, {**LEVEL, "unit_name": "percent"}, "unit_name", "changed", False),
    ("properties", LEVEL, {**LEVEL, "default": 5}, "default", "changed", False),
    ("properties", LEVEL, {**LEVEL, "required": True}, "required", "changed", True),
    ("properties", {**LEVEL, "required": True}, LEVEL, "required", "changed", False),
    ("properties", LEVEL, {**LEVEL, "access": "rw"}, "access", "widened", False),
    ("properties", {**LEVEL, "access": "rw"}, LEVEL, "access", "narrowed", True),
    ("properties", {**LEVEL, "access": "w"}, LEVEL, "access", "narrowed", True),
    ("properties", LEVEL, {**LEVEL, "type": "float"}, "type", "changed", True),
    ("properties", LEVEL, {**LABEL, "access": "r"}, "type", "changed", True),
    ("properties", LEVEL, {**LEVEL, "max": 101}, "max", "widened", False),
    ("properties", LEVEL, {**LEVEL, "max": 99}, "max", "narrowed", True),
    ("properties", LEVEL, {**LEVEL, "min": -1}, "min", "widened", False),
    ("properties", LEVEL, {**LEVEL, "min": 1}, "min", "narrowed", True),
    ("properties", LEVEL, {**LEVEL, "step": 1}, "step", "widened", False),
    ("properties", LEVEL, {**LEVEL, "step": 4}, "step", "narrowed", True),
    ("properties", LEVEL, {**LEVEL, "step": 3}, "step", "narrowed", True),
    ("properties", LEVEL, without(LEVEL, "step"), "step", "widened", False),
    ("properties", without(LEVEL, "step"), LEVEL, "step", "narrowed", True),
    ("properties", LEVEL, {**LEVEL, "unit": "‰"}, "unit", "changed", True),
    ("properties", LEVEL, without(LEVEL, "unit"), "unit", "changed", True),
    ("properties", without(LEVEL, "unit"), LEVEL, "unit", "changed", False),
    ("properties", LEVEL, {**LEVEL, "extended": {"customize": {}}}, "extended", "changed", False),
    ("properties", LABEL, {**LABEL, "length": 65}, "length", "widened", False),
    ("properties", LABEL, {**LABEL, "length": 63}, "length", "narrowed", True),
    ("properties", MODE, {**MODE, "values": {**MODE["values"], "2": "off"}}, "values.2", "added", False),
    ("properties", MODE, {**MODE, "values": {"0": "steady"}}, "values.1", "removed", True),
    ("properties", MODE, {**MODE, "values": {**MODE["values"], "1": "flashing"}}, "values.1", "changed", False),
    ("properties", LIST, {**LIST, "size": 5}, "size", "widened", False),
    ("properties", LIST, {**LIST, "size": 3}, "size", "narrowed", True),
    ("properties", LIST, {**LIST, "item": {"type": "int", "min": 0, "max": 8}}, "item.max", "narrowed", True),
    ("properties", LIST, {**LIST, "item": {"type": "text"}}, "item.type", "changed", True),
    (
        "properties",
        PLACE,
        {**PLACE, "members": {**PLACE["members"], "Z": {"type": "date"}}},
        "members.Z",
        "added",
        False,
    ),
    ("properties", PLACE, {**PLACE, "members": without(PLACE["members"], "Y")}, "members.Y", "removed", True),
    (
        "properties",
        PLACE,
        {**PLACE, "members": {**PLACE["members"], "X": {"type": "double", "min": -180, "max": 90}}},
        "members.X.max",
        "narrowed",
        True,
    ),
    ("events", ALARM, {}, "", "removed", True),
    ("events", ALARM, {**ALARM, "type": "error"}, "type", "changed", True),
    ("events", ALARM, {**ALARM, "outputs": {}}, "outputs.Level", "removed", True),
    ("events", ALARM, {**ALARM, "outputs": {**ALARM["outputs"], "At": {"type": "date"}}}, "outputs.At", "added", False),
    ("services", RESET, {**RESET, "call": "async"}, "call", "changed", True),
    ("services", RESET, {**RESET, "inputs": {**RESET["inputs"], "At": {"type": "date"}}}, "inputs.At", "added", False),
    ("services", RESET, {**RESET, "inputs": {}}, "inputs.Hard", "removed", True),
    ("services", RESET, {**RESET, "outputs": {}}, "outputs.Done", "removed", True),
    ("services", RESET, {**RESET, "inputs": {"Hard": {**MODE, "name": "hard"}}}, "inputs.Hard.name", "changed", False),
]


@pytest.mark.parametrize(("kind", "before", "after", "at", "change", "breaks"), CASES)
def test_change_has_path_and_class(kind, before, after, at, change, breaks):
    found = changes(before, after, kind)
    expected, other = (found.breaking, found.compatible) if breaks else (found.compatible, found.breaking)
    assert other == []
    (only,) = expected
    assert (only["at"], only["change"]) == (f"{kind}.A.{at}".rstrip("."), change)
    assert describe_change(only).startswith(f"{only['at']} {change}")


def test_change_as_text_contains_values():
    (change,) = changes(LEVEL, {**LEVEL, "max": 99}).breaking
    assert change == {"at": "properties.A.max", "change": "narrowed", "before": 100, "after": 99}
    assert describe_change(change) == "properties.A.max narrowed from 100 to 99"
    (change,) = changes(LEVEL, {}).breaking
    assert describe_change(change) == "properties.A removed"
    (change,) = changes(LEVEL, without(LEVEL, "unit")).breaking
    assert describe_change(change) == "properties.A.unit changed from % to nothing"


def test_function_moved_to_other_block_is_breaking():
    level = plain.normalize({"properties": {"A": LEVEL}})
    blocks = [{"": {"functions": level}, "b": {"name": "block", "functions": {}}}]
    blocks.append({"": {"functions": {}}, "b": {"name": "other", "description": "x", "functions": level}})
    found = Changes(*blocks)
    assert [change["at"] for change in found.breaking] == ["properties.A"]
    assert [(change["at"], change["change"]) for change in found.compatible] == [
        ("b:properties.A", "added"),
        ("b:name", "changed"),
        ("b:description", "changed"),
    ]
    deleted = Changes(blocks[1], {"": {"functions": {}}})
    assert [change["at"] for change in deleted.breaking] == ["b:properties.A"]
    kinds = Changes({"": {"functions": {"events": {"A": {}}}}}, {"": {"functions": {"services": {"A": {}}}}})
    assert ([c["at"] for c in kinds.breaking], [c["at"] for c in kinds.compatible]) == (["events.A"], ["services.A"])


@few_examples
@given(FUNCTIONS, FUNCTIONS)
def test_changes_exist_only_if_models_differ(one, other):
    models = [{"": {"functions": plain.normalize(functions)}} for functions in (one, other)]
    found = Changes(*models)
    assert bool(found.compatible or found.breaking) is (plain.canonical(one) != plain.canonical(other))
    back = Changes(models[1], models[0])
    opposite = {"added": "removed", "removed": "added", "widened": "narrowed", "narrowed": "widened"}

    def has_opposite(change: dict) -> bool:
        # A step, and an access right that replaces another one, are narrowed both ways.
        return not change["at"].endswith(("step", "access"))

    both_ways = {
        (change["at"], opposite.get(change["change"], "changed"))
        for change in filter(has_opposite, back.compatible + back.breaking)
    }
    assert both_ways == {
        (change["at"], change["change"]) for change in filter(has_opposite, found.compatible + found.breaking)
    }


def _value(draw, kind: dict):
    """Return a value of a type, as devices and applications send it."""
    if kind["type"] in plain.NUMBERS:
        return draw(
            st.integers(int(kind.get("min", -5)), max(int(float(kind.get("max", 5))), int(kind.get("min", -5))))
        )
    if kind["type"] == "text":
        return draw(st.sampled_from(["x" * kind.get("length", 3), ""]))
    if kind["type"] == "date":
        return "1579235657535"
    if kind["type"] in plain.CHOICES:
        return int(draw(st.sampled_from(sorted(kind["values"]))))
    if kind["type"] == "struct":
        return {name: _value(draw, member) for name, member in kind["members"].items() if draw(st.booleans())}
    return [_value(draw, kind["item"]) for _number in range(draw(st.integers(0, min(kind["size"], 2))))]


def _is_valid(kind: dict, value) -> bool:
    model = tsl.from_functions(plain.normalize({"properties": {"A": kind}}))
    (function,) = platform_tsl.read(model)["properties"]
    try:
        check_value(function["data_type"], value, "A")
    except WrongValue:
        return False
    return True


@st.composite
def _pairs(draw):
    """Return two types. The second one is often the first one with a small change."""
    one = draw(TYPES)
    other = dict(one)
    for name, least, most in (("min", -99, 0), ("max", 0, 99), ("length", 1, 10240), ("size", 1, 512)):
        if isinstance(one.get(name), int) and draw(st.booleans()):
            other[name] = min(max(one[name] + draw(st.integers(-2, 2)), least), most)
    if "members" in one and draw(st.booleans()):
        other["members"] = {
            **one["members"],
            "New": draw(TYPES.filter(lambda kind: kind["type"] in plain.STRUCT_TYPES)),
        }
    if "values" in one and one["type"] == "enum" and draw(st.booleans()):
        other["values"] = {**one["values"], "9": "new"}
    return one, draw(st.one_of(st.just(other), TYPES)) if draw(st.booleans()) else other


@settings(deadline=None, max_examples=500)
@given(_pairs(), st.data())
def test_compatible_change_keeps_valid_values_valid(pair, data):
    one, other = pair
    if find_error(plain.normalize({"properties": {"A": other}})) or changes(one, other).breaking:
        return
    value = _value(data.draw, one)
    if _is_valid(one, value):
        assert _is_valid(other, value), (one, other, value)
