# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Thing models in TSL: comparison and validation."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import model as platform
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import thing_model_json as platform_json
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import tsl as platform_tsl
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import json_schema
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import thing_model_json, tsl
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.functions import Functions, canonical
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.tsl import MAX_CHARACTERS, Tsl
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.validation import find_error

DATA = Path(__file__).parent / "data"
MODELS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.json"))}
EXPORTED = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("exported/*.json"))}

KIND = Tsl()

#: Members that the platform adds to functions or to the model, and functions that it derives.
ADDED_BY_PLATFORM = ("schema", "profile", "link", "method")
DERIVED = {"services": ("set", "get"), "events": ("post",)}
#: The default values of members.
DEFAULTS = {"required": False, "desc": "", "callType": "async", "inputData": [], "outputData": []}
#: Lists whose order is ignored.
UNORDERED = ("properties", "events", "services", "inputData", "outputData", "specs")

#: Random generators: the same number of choices by hypothesis would take longer.
RANDOMS = st.integers(0, 2**32).map(Random)

few_examples = settings(deadline=None, max_examples=30)
each_model = pytest.mark.parametrize("name", MODELS)


def equal(one, other) -> bool:
    """Return whether two models are equivalent, and check that the comparison is symmetric."""
    assert (KIND.canonical(one) == KIND.canonical(other)) is (KIND.canonical(other) == KIND.canonical(one))
    return KIND.canonical(one) == KIND.canonical(other)


def bare(value):
    """Return a model, or a part of it, without members that the platform adds and members with default values."""
    if isinstance(value, list):
        return [bare(element) for element in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, member in value.items():
        if key in ADDED_BY_PLATFORM or (key in DEFAULTS and member == DEFAULTS[key]):
            continue
        if key in DERIVED:
            member = [function for function in member if function["identifier"] not in DERIVED[key]]
        kept[key] = bare(member)
    return kept


def shuffled(value, random: Random, key=""):
    """Return a model in which everything without a defined order is in another order."""
    if isinstance(value, dict):
        keys = random.sample(list(value), len(value))
        return {key: shuffled(value[key], random, key) for key in keys}
    if isinstance(value, list):
        order = random.sample(value, len(value)) if key in UNORDERED else value
        return [shuffled(element, random) for element in order]
    return value


def as_numbers(value):
    """Return a model whose specs have numbers where the platform has text."""
    if isinstance(value, dict):
        return {key: as_numbers(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_numbers(element) for element in value]
    if isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdigit():
        return float(value) if "." in value else int(value)
    return value


def paths(value, path=()):
    """Yield the path of every member and element of a model, at all depths."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*path, key)
        yield from paths(member, (*path, key))


def at(value, path):
    """Return the member or element of a model at a path."""
    for key in path:
        value = value[key]
    return value


def without(model, path):
    """Return a copy of the model without the member or element at a path."""
    changed = copy.deepcopy(model)
    del at(changed, path[:-1])[path[-1]]
    return changed


def other(value):
    """Return another value of the same type."""
    return not value if isinstance(value, bool) else value + ("x" if isinstance(value, str) else 1)


# Equal models


@each_model
def test_model_as_text_and_as_dictionary_is_equal(name):
    model = MODELS[name]
    assert equal(model, copy.deepcopy(model))
    assert equal(model, json.dumps(model))
    assert equal(model, KIND.from_wire(KIND.to_wire(model)))
    assert equal(json.dumps(model, indent=2), KIND.to_wire(model))


@each_model
def test_members_added_by_platform_are_ignored(name):
    model = MODELS[name]
    assert bare(model) != model
    assert equal(model, bare(model))


@each_model
@few_examples
@given(random=RANDOMS)
def test_model_in_other_order_is_equal(name, random):
    model = MODELS[name]
    assert equal(model, shuffled(model, random))
    assert equal(bare(shuffled(model, random)), model)


@each_model
def test_numbers_as_text_are_equal(name):
    model = MODELS[name]
    assert as_numbers(model) != model
    assert equal(model, as_numbers(model))


@each_model
def test_plain_form_contains_whole_model(name):
    functions = tsl.to_functions(MODELS[name])
    assert Functions().check(functions) == ""
    assert find_error(functions) == ""
    assert equal(MODELS[name], tsl.from_functions(functions))
    assert tsl.to_functions(tsl.from_functions(functions)) == functions


@each_model
def test_comparison_does_not_change_model(name):
    model = copy.deepcopy(MODELS[name])
    KIND.canonical(model)
    assert model == MODELS[name]


@pytest.mark.parametrize("nothing", [None, "", {}, {"properties": []}, {"schema": "x", "events": None}])
def test_models_without_functions_are_equal(nothing):
    assert equal(nothing, {"properties": [], "events": [], "services": []})
    assert not equal(nothing, MODELS["door_lock"])


def test_spec_without_value_is_ignored():
    def model(**specs):
        return {"properties": [{"identifier": "a", "name": "a", "dataType": {"type": "int", "specs": specs}}]}

    assert equal(model(min="1", unit="", unitName=None), model(min="1"))
    assert not equal(model(min="1", unit="m"), model(min="1"))


# Different models


@each_model
def test_changed_member_of_real_model_is_a_difference(name):
    model = bare(MODELS[name])
    changed = 0
    for path in paths(model):
        if not isinstance(at(model, path), (dict, list)):
            another = copy.deepcopy(model)
            at(another, path[:-1])[path[-1]] = other(at(model, path))
            assert not equal(model, another), path
            changed += 1
    assert changed > 20


@each_model
def test_removed_member_is_a_difference(name):
    model = bare(MODELS[name])
    for path in paths(model):
        if path[-1] == "type" and path[-2] in ("dataType", "item"):
            continue  # a data type without a type is invalid
        if path[-1] == "identifier" or at(model, path) == {}:
            continue
        assert not equal(model, without(model, path)), path


@each_model
def test_changed_default_is_a_difference(name):
    model = bare(MODELS[name])
    for block in ("properties", "events", "services"):
        for function in model[block]:
            members = [("required", True), ("desc", "x"), *([("callType", "sync")] if block == "services" else [])]
            for member, value in members:
                if function.get(member) != value:
                    another = copy.deepcopy(model)
                    next(f for f in another[block] if f["identifier"] == function["identifier"])[member] = value
                    assert not equal(model, another), (block, function["identifier"], member)


@each_model
def test_unknown_member_is_ignored(name):
    model = copy.deepcopy(MODELS[name])
    for block in ("properties", "events", "services"):
        for function in model[block]:
            function["more"] = 1
    assert equal(model, MODELS[name])


def test_function_of_another_kind_is_a_difference():
    one = {"identifier": "a", "name": "a"}
    assert not equal({"events": [one]}, {"services": [one]})
    assert not equal({"properties": [{"identifier": "set", "name": "a"}]}, {})
    assert equal({"services": [{"identifier": "set", "name": "a"}]}, {})


# Random models

_SCALARS = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from(["int", "float", "double"])}).flatmap(
        lambda kind: st.fixed_dictionaries(
            {"min": st.integers(-9, 0).map(str), "max": st.integers(1, 9).map(str)}, optional={"step": st.just("1")}
        ).map(lambda specs: {**kind, "specs": specs})
    ),
    st.just({"type": "date"}),
    st.integers(1, 99).map(lambda length: {"type": "text", "specs": {"length": str(length)}}),
    st.dictionaries(st.sampled_from("0123"), st.sampled_from(["on", "off", "开"]), min_size=1).map(
        lambda specs: {"type": "enum", "specs": specs}
    ),
)
_IDENTIFIERS = st.sampled_from([f"Item{n}" for n in range(6)])


def _parameters(types, least=0):
    return st.dictionaries(_IDENTIFIERS, types, min_size=least, max_size=3).map(
        lambda members: [{"identifier": key, "name": key, "dataType": value} for key, value in members.items()]
    )


_TYPES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        _parameters(inner, 1).map(lambda members: {"type": "struct", "specs": members}),
        inner.map(lambda item: {"type": "array", "specs": {"size": "4", "item": item}}),
    ),
    max_leaves=3,
)
_PROPERTIES = st.builds(
    lambda members, modes: [
        {**member, "accessMode": mode, "required": mode == "rw"} for member, mode in zip(members, modes, strict=False)
    ],
    _parameters(_TYPES),
    st.lists(st.sampled_from(["r", "rw", "w"]), min_size=3, max_size=3),
)


def _functions(**members):
    function = st.fixed_dictionaries({"name": st.just("fn"), "desc": st.sampled_from(["", "why"]), **members})
    return st.dictionaries(_IDENTIFIERS, function, max_size=2).map(
        lambda functions: [{"identifier": key, **value} for key, value in functions.items()]
    )


ANY_MODEL = st.fixed_dictionaries(
    {
        "properties": _PROPERTIES,
        "events": _functions(type=st.sampled_from(["info", "alert"]), outputData=_parameters(_TYPES)),
        "services": _functions(
            callType=st.sampled_from(["async", "sync"]),
            inputData=_parameters(_TYPES),
            outputData=_parameters(_TYPES),
        ),
    }
)


@few_examples
@given(ANY_MODEL, RANDOMS)
def test_random_model_is_valid_and_read_back_equal(model, random):
    assert KIND.check(model) == ""
    assert equal(KIND.from_wire(KIND.to_wire(model)), model)
    assert equal(shuffled(model, random), model)
    assert equal(as_numbers(model), model)
    assert equal(bare(model), model)
    assert equal(tsl.from_functions(tsl.to_functions(model)), model)


@few_examples
@given(ANY_MODEL, st.data())
def test_changed_member_of_random_model_is_a_difference(model, data):
    model = bare(model)
    leaves = [path for path in paths(model) if not isinstance(at(model, path), (dict, list))]
    if leaves:
        path = data.draw(st.sampled_from(leaves))
        changed = copy.deepcopy(model)
        at(changed, path[:-1])[path[-1]] = other(at(changed, path))
        assert not equal(model, changed), path


# Validation

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "x", "int", "struct", "array"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["type", "specs", "item", "identifier", "dataType"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@few_examples
@given(st.sampled_from(list(MODELS.values())), JSON, st.data())
def test_valid_model_is_comparable(model, value, data):
    path = data.draw(st.sampled_from(list(paths(model))))
    another = copy.deepcopy(model)
    at(another, path[:-1])[path[-1]] = value
    for one in (another, without(model, path)):
        if not KIND.check(one):
            assert equal(one, KIND.to_wire(one))


@pytest.mark.parametrize("name", EXPORTED)
def test_exported_model_is_valid_and_kept_by_conversion_and_platform(name):
    model = EXPORTED[name]
    assert KIND.check(model) == ""
    functions = tsl.to_functions(model)
    assert Functions().check(functions) == ""
    assert find_error(functions) == ""
    assert equal(model, tsl.from_functions(functions))
    for written in (model, tsl.from_functions(functions)):
        block = {**platform.empty_block(), **platform_tsl.read(written)}
        for function in platform.functions(block):
            function["created"] = 1
        assert equal(platform_tsl.write(block, "", "a1"), model)
        assert canonical(thing_model_json.to_functions(platform_json.write({"": block}, "", "a1"))) == functions


@each_model
def test_model_returned_by_platform_is_valid(name):
    assert KIND.check(MODELS[name]) == ""
    assert KIND.check(json.dumps(MODELS[name])) == ""
    assert KIND.check(bare(MODELS[name])) == ""
    assert KIND.check(as_numbers(MODELS[name])) == ""


def test_model_is_sent_as_compact_json():
    assert KIND.to_wire('{ "properties": [ ] }') == '{"properties":[]}'
    assert KIND.to_wire({"properties": [], "name": "灯"}) == '{"properties":[],"name":"灯"}'


def changed(path, value):
    """Return the model of the street lamp with another value at a path; None removes the member."""
    model = copy.deepcopy(MODELS["street_lamp"])
    if value is None:
        return without(model, path)
    at(model, path[:-1])[path[-1]] = value
    return model


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("properties", 0, "accessMode"), "x", "is invalid at properties[0].accessMode"),
        (("properties", 1, "accessMode"), None, "is invalid at properties[1]: 'accessMode' is a required property"),
        (("properties", 2, "identifier"), "with space", "is invalid at properties[2].identifier"),
        (("properties", 2, "identifier"), "x" * 51, "is invalid at properties[2].identifier"),
        (("properties", 2, "name"), "", "is invalid at properties[2].name"),
        (("properties", 2, "required"), "yes", "is invalid at properties[2].required"),
        (("properties", 0, "dataType"), {"type": "lamp"}, "is invalid at properties[0].dataType.type"),
        (("properties", 0, "dataType"), {"type": "bool"}, "is invalid at properties[0].dataType"),
        (("properties", 0, "dataType"), {"type": "struct"}, "is invalid at properties[0].dataType"),
        (("properties", 0, "dataType"), {"type": "array"}, "is invalid at properties[0].dataType"),
        (("properties", 0, "dataType"), {"type": "enum", "specs": {}}, "is invalid at properties[0].dataType.specs"),
        (("properties", 0, "dataType"), {"type": "struct", "specs": []}, "is invalid at properties[0].dataType.specs"),
        (("properties", 0, "dataType"), {"type": "array", "specs": {}}, "is invalid at properties[0].dataType.specs"),
        (("properties", 6, "dataType", "specs", "item", "type"), "x", "properties[6].dataType.specs.item.type"),
        (("properties", 1, "dataType", "specs"), "none", "is invalid at properties[1].dataType.specs"),
        (("properties", 4, "dataType", "specs", 0, "dataType"), {}, "is invalid at properties[4].dataType.specs"),
        (("events", 1, "outputData", 0, "dataType", "type"), "x", "is invalid at events[1].outputData[0]"),
        (("services", 2, "inputData", 0, "identifier"), "a b", "is invalid at services[2].inputData[0]"),
        (("properties", 1), "Brightness", "is invalid at properties[1]"),
        (("events", 1), "Error", "is invalid at events[1]"),
        (("services", 2), "Flash", "is invalid at services[2]"),
        (("services", 2, "name"), "", "is invalid at services[2].name"),
        (("events", 1, "type"), "warning", "is invalid at events[1].type"),
        (("services", 2, "callType"), "later", "is invalid at services[2].callType"),
        (("services", 2, "identifier"), None, "is invalid at services[2]"),
        (("properties", 1, "identifier"), "LampStatus", "contains LampStatus twice in properties"),
        (("services", 3, "identifier"), "Flash", "contains Flash twice in services"),
    ],
)
def test_invalid_model_error_contains_path(path, value, problem):
    assert problem in KIND.check(changed(path, value))


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("{", "is not JSON: "),
        ("", "is not JSON: "),
        ("[]", "is invalid at the top level"),
        ({}, "is invalid at the top level"),
        (7, "is invalid at the top level"),
        ({"properties": {}}, "is invalid at properties"),
    ],
)
def test_value_that_is_not_a_model_is_rejected(value, problem):
    assert problem in KIND.check(value)


def test_model_above_256_kilobytes_is_rejected():
    def model(characters):
        empty = {"properties": [], "schema": ""}
        return {"properties": [], "schema": "x" * (characters - len(tsl.to_text(empty)))}

    assert KIND.check(model(MAX_CHARACTERS)) == ""
    assert KIND.check(model(MAX_CHARACTERS + 1)) == "must have at most 262144 characters, not 262145"


def test_model_without_jsonschema_library_is_rejected(monkeypatch):
    monkeypatch.setattr(json_schema, "JSONSCHEMA_IMPORT_ERROR", "Traceback ...")
    assert KIND.check(MODELS["door_lock"]).startswith("cannot be checked: the Python library jsonschema is missing")
