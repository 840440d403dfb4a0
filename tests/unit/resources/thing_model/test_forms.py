# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The three formats of a thing model: conversion between them, and to and from the platform."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import model as platform
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import thing_model_json as platform_json
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import tsl as platform_tsl
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.reading import FormatError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import (
    extended_descriptions,
    thing_model_json,
    tsl,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.validation import find_error
from ansible_collections.iotops.aliyun.tests.unit.resources.thing_model.things import FUNCTIONS, TYPES

few_examples = settings(deadline=None, max_examples=60)
MODELS = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (Path(__file__).parent / "data").glob("*.json")
}
KIND = plain.Functions()


@few_examples
@given(FUNCTIONS)
def test_model_in_each_format_is_valid_and_equal(functions):
    assert KIND.check(functions) == ""
    normal = plain.normalize(functions)
    assert find_error(normal) == ""
    assert KIND.check(normal) == ""
    assert plain.normalize(normal) == normal
    written = tsl.from_functions(normal)
    assert tsl.Tsl().check(written) == ""
    assert tsl.to_functions(written) == normal
    text = thing_model_json.from_functions(normal, "a1")
    assert thing_model_json.ThingModelJson().check(text) == ""
    assert thing_model_json.to_functions(json.loads(text)) == normal


@few_examples
@given(FUNCTIONS)
def test_model_written_to_platform_is_returned_unchanged(functions):
    normal = plain.normalize(functions)
    block = {**platform.empty_block(), **platform_tsl.read(tsl.from_functions(normal))}
    for function in platform.functions(block):
        function["created"] = 1
    assert tsl.to_functions(platform_tsl.write(block, "", "a1")) == normal
    assert plain.canonical(thing_model_json.to_functions(platform_json.write({"": block}, "", "a1"))) == normal
    assume(all(thing_model_json.can_express(function) for _kind, _identifier, function in plain.iterate(normal)))
    parsed = {
        **platform.empty_block(),
        **platform_json.read(json.loads(thing_model_json.from_functions(normal, "a1")), None),
    }
    for function in platform.functions(parsed):
        function["created"] = 1
    assert parsed == block


def test_example_in_documentation_is_valid():
    page = (Path(__file__).resolve().parents[4] / "docs/thing_model.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    functions = yaml.safe_load(example)
    assert KIND.check(functions) == ""
    assert find_error(plain.normalize(functions)) == ""
    assert {kind: set(found) for kind, found in functions.items()} == {
        kind: set(found) for kind, found in plain.normalize(functions).items()
    }


@pytest.mark.parametrize("name", MODELS)
def test_real_model_in_thing_model_json_is_equal(name):
    functions = tsl.to_functions(MODELS[name])
    assert thing_model_json.to_functions(json.loads(thing_model_json.from_functions(functions, "a1"))) == functions


@few_examples
@given(TYPES, TYPES)
def test_types_are_equal_only_if_written_forms_are_equal(one, other):
    models = [plain.normalize({"properties": {"A": kind}}) for kind in (one, other)]
    written = [thing_model_json.from_functions(model, "a1") for model in models]
    assert (plain.canonical(models[0]) == plain.canonical(models[1])) is (
        thing_model_json.to_functions(json.loads(written[0])) == thing_model_json.to_functions(json.loads(written[1]))
    )


@pytest.mark.parametrize(
    ("value", "equal"),
    [
        (1, ("1", 1.0, "1.0", "1e0", "01")),
        (0.1, ("0.1", "0.10", "1e-1")),
        (-5, ("-5", "-5.000")),
        (1e-07, ("0.0000001", "1E-7")),
        (5e-324, ("4.9E-324", "5E-324", "4.940656458412465e-324")),
        (1.7976931348623157e308, ("1.7976931348623157E308", "1.7976931348623157E+308")),
        (3.4e38, ("3.4E38", "340000000000000000000000000000000000000")),
        (2**60, (str(2**60), f"{2**60}.0")),
        ("0.1234567890123456789012345678901234567", ("0.12345678901234567890123456789012345670",)),
        ("x", ("x",)),
        ("", ("",)),
        ("nan", ("nan",)),
        ("1e999999999", ("1e999999999",)),
        (None, (None,)),
    ],
)
def test_number_in_each_notation_is_equal(value, equal):
    for other in equal:
        assert plain.normalize_number(other) == plain.normalize_number(value)
        assert type(plain.normalize_number(other)) is type(plain.normalize_number(value))


@given(st.one_of(st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False)))
def test_number_formatted_and_read_back_is_unchanged(value):
    text = plain.format_number(plain.normalize_number(value))
    assert len(text) <= 24
    assert plain.normalize_number(text) == plain.normalize_number(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0000001, "0.0000001"),
        (1e19, "10000000000000000000"),
        (-1e19, "-10000000000000000000"),
        (1e20, "1E20"),
        (-1e300, "-1E300"),
        (3.4028234663852886e38, "3.4028234663852886E38"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
        (5e-324, "4.9E-324"),
        (-5e-324, "-4.9E-324"),
        ("1e-25", "1E-25"),
        ("0.1234567890123456789012345678901234567", "0.1234567890123456789012345678901234567"),
    ],
)
def test_number_has_exponent_only_if_it_would_be_long_without(value, text):
    assert plain.format_number(plain.normalize_number(value)) == text


@pytest.mark.parametrize(
    ("kind", "limit", "problem"),
    [
        ("double", 1e300, ""),
        ("double", "1e400", "in the range of a double"),
        ("double", float("inf"), "must be a number"),
        ("double", "0." + "1" * 41, "at most 40 digits"),
        ("int", 10**19, ""),
        ("int", 10**20, "at most 20 digits"),
        ("int", 1.5, "whole number"),
    ],
)
def test_limit_of_number_is_checked_as_the_platform_does(kind, limit, problem):
    functions = plain.normalize({"properties": {"A": {"type": kind, "min": 0, "max": limit, "step": 1}}})
    assert problem in find_error(functions)
    assert bool(find_error(functions)) == bool(problem)
    if limit != float("inf"):
        try:
            platform_tsl.read(tsl.from_functions(functions))
        except FormatError:
            assert problem
        else:
            assert not problem


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("开/关", True),
        ("スピード_m/s", True),
        ("ｽﾋﾟｰﾄﾞ", True),
        ("1/2", True),
        ("/on", False),
        ("a b", False),
        ("a" * 31, False),
    ],
)
def test_name_is_checked_as_the_platform_does(name, valid):
    functions = plain.normalize({"properties": {"A": {"name": name, "type": "date"}}})
    assert (find_error(functions) == "") == valid
    if valid:
        platform_tsl.read(tsl.from_functions(functions))
    else:
        with pytest.raises(FormatError):
            platform_tsl.read(tsl.from_functions(functions))


@pytest.mark.parametrize(
    ("label", "valid"), [("オン", True), ("on_1-a", True), ("-on", False), ("on/off", False), ("on off", False)]
)
def test_label_is_checked_as_the_platform_does(label, valid):
    functions = plain.normalize({"properties": {"A": {"type": "enum", "values": {1: label}}}})
    assert (find_error(functions) == "") == valid
    if valid:
        platform_tsl.read(tsl.from_functions(functions))
    else:
        with pytest.raises(FormatError):
            platform_tsl.read(tsl.from_functions(functions))


@pytest.mark.parametrize(
    "specs", [{"dataSpecs": []}, {"dataSpecs": {}}, {"dataSpecs": {"length": ""}}, {"dataSpecsList": []}, {}]
)
def test_date_with_or_without_specs_is_equal_in_thing_model_json(specs):
    one = {"identifier": "A", "name": "A", "rwFlag": "READ_ONLY", "required": False, "dataType": "DATE", **specs}
    model = {"properties": [one], "events": [], "services": []}
    assert thing_model_json.ThingModelJson().check(model) == ""
    functions = thing_model_json.to_functions(model)
    assert functions == {"properties": {"A": {"name": "A", "access": "r", "type": "date"}}}
    assert thing_model_json.to_functions(json.loads(thing_model_json.from_functions(functions, "a1"))) == functions
    assert platform_json.read(model, None)["properties"][0]["data_type"] == {"type": "date"}


def test_members_added_by_platform_are_ignored():
    raw = {
        "identifier": "SimCardType",
        "dataSpecs": {"custom": True, "max": "1", "dataType": "INT", "unit": "mmHg", "min": "0", "step": "1", "id": 7},
        "std": False,
        "custom": True,
        "dataType": "INT",
        "rwFlag": "READ_ONLY",
        "productKey": "a1",
        "required": False,
        "customFlag": True,
        "name": "sim",
        "createTs": 1594227294067,
        "configCode": "8C03",
    }
    functions = thing_model_json.to_functions({"properties": [raw], "_ppk": {"version": "1"}, "productKey": "a1"})
    bare = {"name": "sim", "type": "int", "min": 0, "max": 1, "step": 1, "unit": "mmHg", "access": "r"}
    assert functions == {"properties": {"SimCardType": bare}}


def test_event_outputs_in_both_spellings_are_read():
    output = {"identifier": "A", "name": "a", "dataType": "DATE", "dataSpecs": {"dataType": "DATE"}}
    event = {"identifier": "E", "eventName": "e", "eventType": "INFO_EVENT_TYPE"}
    for name in ("outputdata", "outputData"):
        functions = thing_model_json.to_functions({"events": [{**event, name: [output]}]})
        assert functions["events"]["E"]["outputs"] == {"A": {"name": "a", "type": "date"}}


def test_struct_in_older_models_is_read():
    child = {"dataType": "DOUBLE", "max": 180, "min": -180, "step": 0.01}
    labels = [{"dataType": "ENUM", "name": "WGS_84", "value": 1}]
    members = [
        {"dataType": "STRUCT", "childDataType": "DOUBLE", "childName": "x", "childSpecsDTO": child, "identifier": "X"},
        {"dataType": "STRUCT", "childDataType": "ENUM", "childEnumSpecsDTO": labels, "identifier": "S", "name": "s"},
    ]
    place = {"identifier": "P", "name": "p", "rwFlag": "READ_ONLY", "dataType": "STRUCT", "dataSpecsList": members}
    functions = thing_model_json.to_functions({"properties": [place]})["properties"]["P"]["members"]
    assert functions["X"] == {"name": "x", "type": "double", "min": -180, "max": 180, "step": 0.01}
    assert functions["S"] == {"name": "s", "type": "enum", "values": {"1": "WGS_84"}}


# Extended descriptions

MODBUS = {
    "registerAddress": "0x04",
    "operateType": "holdingRegister",
    "writeFunctionCode": 6,
    "writeOnly": 1,
    "scaling": 0.1,
    "pollingTime": 1000,
    "trigger": 1,
    "originalDataType": {"type": "uint16", "specs": {"registerCount": "1", "swap": 0}},
}
INDEXED = {"displayName": "Action", "inputData": [{"identifier": "a", "index": 1}, {"identifier": "b", "index": 2}]}


def described(kind: str, extended: dict) -> dict:
    """Return a model whose only function has an extended description."""
    return {kind: {"A": {"name": "a", "extended": extended}}}


@pytest.mark.parametrize(
    ("protocol", "kind", "extended"),
    [
        ("modbus", "properties", MODBUS),
        ("opc-ua", "properties", INDEXED),
        ("opc-ua", "events", INDEXED),
        ("opc-ua", "services", {"inputData": INDEXED["inputData"]}),
        ("customize", "services", {"customize": {"anything": [1]}}),
    ],
)
def test_extended_description_valid_is_accepted(protocol, kind, extended):
    assert extended_descriptions.find_error(described(kind, extended), protocol) == ""
    assert extended_descriptions.find_error(described(kind, {**extended, "identifier": "A"}), protocol) == ""


@pytest.mark.parametrize(
    ("protocol", "kind", "extended", "complaint"),
    [
        (None, "properties", MODBUS, "protocol_type is modbus"),
        ("zigbee", "properties", MODBUS, "protocol_type is modbus"),
        ("modbus", "events", MODBUS, "modbus does not support them for events"),
        ("modbus", "properties", {**MODBUS, "registerAddress": "0x10000"}, "registerAddress"),
        ("modbus", "properties", {**MODBUS, "writeFunctionCode": 5}, "writeFunctionCode: 5"),
        ("modbus", "properties", {**MODBUS, "writeFunctionCode": 0}, "writeFunctionCode"),
        ("modbus", "properties", {**MODBUS, "trigger": 3}, "trigger: 3"),
        ("modbus", "properties", {**MODBUS, "bitMask": 3}, "bitMask: 3"),
        ("modbus", "properties", {**MODBUS, "pollingTime": 0}, "pollingTime"),
        ("modbus", "properties", {**MODBUS, "originalDataType": {"type": "int8"}}, "originalDataType.type"),
        ("opc-ua", "events", {}, ""),
        ("opc-ua", "events", {"inputData": []}, "displayName"),
        ("opc-ua", "services", {"inputData": [{"identifier": "a", "index": 1}] * 2}, "an index twice in inputData"),
        ("opc-ua", "services", {"inputData": [{"identifier": "a"}]}, "index"),
        ("customize", "events", {"customize": 1}, "customize: 1"),
        ("customize", "events", {"other": {}}, "customize"),
    ],
)
def test_extended_description_invalid_is_rejected(protocol, kind, extended, complaint):
    problem = extended_descriptions.find_error(described(kind, extended), protocol)
    # An empty dictionary removes the extended description.
    assert (complaint in problem) if extended else problem == ""
    assert bool(problem) is bool(extended)


def test_extended_description_with_other_notation_of_numbers_is_equal():
    one = {**INDEXED, "a": "1", "b": 2.0, "c": None, "identifier": "A"}
    assert plain.comparable_description(one) == plain.comparable_description(
        {**copy.deepcopy(INDEXED), "a": 1, "b": "2"}
    )
    other = copy.deepcopy(one)
    other["inputData"][0]["identifier"] = "c"
    assert plain.comparable_description(one) != plain.comparable_description(other)
    # A boolean is not a number.
    assert plain.comparable_description({"a": True}) != plain.comparable_description({"a": "1"})
