# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The three forms of a thing model: each says the same, and the platform takes and gives what is written in them."""

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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import (
    extended_descriptions,
    thing_model_json,
    tsl,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.tests.unit.resources.thing_model.things import FUNCTIONS, TYPES

tried = settings(deadline=None, max_examples=60)
MODELS = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (Path(__file__).parent / "data").glob("*.json")
}
KIND = plain.Functions()


@tried
@given(FUNCTIONS)
def test_any_model_can_be_in_any_form(functions):
    assert KIND.check(functions) == ""
    normal = plain.normal(functions)
    assert plain.fault(normal) == ""
    assert KIND.check(normal) == ""
    assert plain.normal(normal) == normal
    written = tsl.written(normal)
    assert tsl.Tsl().check(written) == ""
    assert tsl.functions_of(written) == normal
    text = thing_model_json.written(normal, "a1")
    assert thing_model_json.ThingModelJson().check(text) == ""
    assert thing_model_json.functions_of(json.loads(text)) == normal


@tried
@given(FUNCTIONS)
def test_the_platform_takes_and_gives_back_what_is_written(functions):
    normal = plain.normal(functions)
    block = {**platform.empty_block(), **platform_tsl.read(tsl.written(normal))}
    for function in platform.functions(block):
        function["created"] = 1
    assert tsl.functions_of(platform_tsl.write(block, "", "a1")) == normal
    assert plain.canonical(thing_model_json.functions_of(platform_json.write({"": block}, "", "a1"))) == normal
    assume(all(thing_model_json.can_say(function) for _kind, _identifier, function in plain.every(normal)))
    taken = {**platform.empty_block(), **platform_json.read(json.loads(thing_model_json.written(normal, "a1")), None)}
    for function in platform.functions(taken):
        function["created"] = 1
    assert taken == block


def test_the_example_of_the_documentation_can_be():
    page = (Path(__file__).resolve().parents[4] / "docs/thing_model.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    functions = yaml.safe_load(example)
    assert KIND.check(functions) == ""
    assert plain.fault(plain.normal(functions)) == ""
    assert {kind: set(found) for kind, found in functions.items()} == {
        kind: set(found) for kind, found in plain.normal(functions).items()
    }


@pytest.mark.parametrize("name", MODELS)
def test_a_real_model_says_the_same_in_either_form(name):
    functions = tsl.functions_of(MODELS[name])
    assert thing_model_json.functions_of(json.loads(thing_model_json.written(functions, "a1"))) == functions


@tried
@given(TYPES, TYPES)
def test_two_types_are_the_same_where_they_are_written_the_same(one, other):
    models = [plain.normal({"properties": {"A": kind}}) for kind in (one, other)]
    written = [thing_model_json.written(model, "a1") for model in models]
    assert (plain.canonical(models[0]) == plain.canonical(models[1])) is (
        thing_model_json.functions_of(json.loads(written[0])) == thing_model_json.functions_of(json.loads(written[1]))
    )


@pytest.mark.parametrize(
    ("value", "same"),
    [
        (1, ("1", 1.0, "1.0", "1e0", "01")),
        (0.1, ("0.1", "0.10", "1e-1")),
        (-5, ("-5", "-5.000")),
        (1e-07, ("0.0000001", "1E-7")),
        (2**60, (str(2**60), f"{2**60}.0")),
        ("0.1234567890123456789012345678901234567", ("0.12345678901234567890123456789012345670",)),
        ("x", ("x",)),
        ("", ("",)),
        ("nan", ("nan",)),
        ("1e999999999", ("1e999999999",)),
        (None, (None,)),
    ],
)
def test_a_number_is_the_same_however_it_is_written(value, same):
    for other in same:
        assert plain.number(other) == plain.number(value)
        assert type(plain.number(other)) is type(plain.number(value))


@given(st.one_of(st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_number_survives_the_way_to_the_platform_and_back(value):
    text = plain.number_text(plain.number(value))
    assert "e" not in text.lower()
    assert plain.number(text) == plain.number(value)


def test_what_the_platform_fills_in_means_nothing():
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
    told = thing_model_json.functions_of({"properties": [raw], "_ppk": {"version": "1"}, "productKey": "a1"})
    bare = {"name": "sim", "type": "int", "min": 0, "max": 1, "step": 1, "unit": "mmHg", "access": "r"}
    assert told == {"properties": {"SimCardType": bare}}


def test_both_ways_to_write_the_outputs_of_an_event_are_read():
    output = {"identifier": "A", "name": "a", "dataType": "DATE", "dataSpecs": {"dataType": "DATE"}}
    event = {"identifier": "E", "eventName": "e", "eventType": "INFO_EVENT_TYPE"}
    for name in ("outputdata", "outputData"):
        told = thing_model_json.functions_of({"events": [{**event, name: [output]}]})
        assert told["events"]["E"]["outputs"] == {"A": {"name": "a", "type": "date"}}


def test_a_struct_as_older_models_have_it():
    child = {"dataType": "DOUBLE", "max": 180, "min": -180, "step": 0.01}
    labels = [{"dataType": "ENUM", "name": "WGS_84", "value": 1}]
    members = [
        {"dataType": "STRUCT", "childDataType": "DOUBLE", "childName": "x", "childSpecsDTO": child, "identifier": "X"},
        {"dataType": "STRUCT", "childDataType": "ENUM", "childEnumSpecsDTO": labels, "identifier": "S", "name": "s"},
    ]
    place = {"identifier": "P", "name": "p", "rwFlag": "READ_ONLY", "dataType": "STRUCT", "dataSpecsList": members}
    told = thing_model_json.functions_of({"properties": [place]})["properties"]["P"]["members"]
    assert told["X"] == {"name": "x", "type": "double", "min": -180, "max": 180, "step": 0.01}
    assert told["S"] == {"name": "s", "type": "enum", "values": {"1": "WGS_84"}}


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
def test_descriptions_that_can_be(protocol, kind, extended):
    assert extended_descriptions.fault(described(kind, extended), protocol) == ""
    assert extended_descriptions.fault(described(kind, {**extended, "identifier": "A"}), protocol) == ""


@pytest.mark.parametrize(
    ("protocol", "kind", "extended", "complaint"),
    [
        (None, "properties", MODBUS, "protocol_type is modbus"),
        ("zigbee", "properties", MODBUS, "protocol_type is modbus"),
        ("modbus", "events", MODBUS, "modbus has none for events"),
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
def test_descriptions_that_cannot_be(protocol, kind, extended, complaint):
    said = extended_descriptions.fault(described(kind, extended), protocol)
    # An empty one says that there is to be none.
    assert (complaint in said) if extended else said == ""
    assert bool(said) is bool(extended)


def test_descriptions_are_the_same_however_their_numbers_are_written():
    one = {**INDEXED, "a": "1", "b": 2.0, "c": None, "identifier": "A"}
    assert plain.comparable(one) == plain.comparable({**copy.deepcopy(INDEXED), "a": 1, "b": "2"})
    other = copy.deepcopy(one)
    other["inputData"][0]["identifier"] = "c"
    assert plain.comparable(one) != plain.comparable(other)
    # A flag is no number.
    assert plain.comparable({"a": True}) != plain.comparable({"a": "1"})
