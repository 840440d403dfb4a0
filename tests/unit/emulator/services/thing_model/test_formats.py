# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for the thing model formats TSL and ThingModelJson: conversion and validation."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import (
    extend_config,
    model,
    thing_model_json,
    tsl,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.reading import FormatError, compact, parse

KEY = "a1Example00"

# Every data type as (TSL, ThingModelJson). Both forms of an entry are equivalent.
TYPES = {
    "int": (
        {"type": "int", "specs": {"min": "-5", "max": "200", "step": "1", "unit": "%", "unitName": "百分比"}},
        {
            "dataType": "INT",
            "dataSpecs": {
                "dataType": "INT",
                "min": "-5",
                "max": "200",
                "step": "1",
                "unit": "%",
                "unitName": "百分比",
                "custom": True,
            },
        },
    ),
    "float": (
        {"type": "float", "specs": {"min": "0", "max": "1.5", "step": "0.1", "precise": "2"}},
        {
            "dataType": "FLOAT",
            "dataSpecs": {
                "dataType": "FLOAT",
                "min": "0",
                "max": "1.5",
                "step": "0.1",
                "precise": "2",
                "custom": True,
            },
        },
    ),
    "double": (
        {"type": "double", "specs": {"min": "-1e-3", "max": "9999", "step": "0.001", "defaultValue": "1"}},
        {
            "dataType": "DOUBLE",
            "dataSpecs": {
                "dataType": "DOUBLE",
                "min": "-1e-3",
                "max": "9999",
                "step": "0.001",
                "defaultValue": "1",
                "custom": True,
            },
        },
    ),
    "text": (
        {"type": "text", "specs": {"length": "2048"}},
        {"dataType": "TEXT", "dataSpecs": {"dataType": "TEXT", "length": 2048, "custom": True}},
    ),
    "date": (
        {"type": "date", "specs": {}},
        {"dataType": "DATE", "dataSpecs": {"dataType": "DATE", "custom": True}},
    ),
    "bool": (
        {"type": "bool", "specs": {"0": "关闭", "1": "打开"}},
        {
            "dataType": "BOOL",
            "dataSpecsList": [
                {"dataType": "BOOL", "value": 0, "name": "关闭", "custom": True},
                {"dataType": "BOOL", "value": 1, "name": "打开", "custom": True},
            ],
        },
    ),
    "enum": (
        {"type": "enum", "specs": {"3": "卡", "-1": "none"}},
        {
            "dataType": "ENUM",
            "dataSpecsList": [
                {"dataType": "ENUM", "value": 3, "name": "卡", "custom": True},
                {"dataType": "ENUM", "value": -1, "name": "none", "custom": True},
            ],
        },
    ),
    "struct": (
        {
            "type": "struct",
            "specs": [
                {"identifier": "since", "name": "Since", "dataType": {"type": "date", "specs": {}}},
                {"identifier": "on", "name": "On", "dataType": {"type": "bool", "specs": {"0": "n", "1": "y"}}},
            ],
        },
        {
            "dataType": "STRUCT",
            "dataSpecsList": [
                {
                    "dataType": "STRUCT",
                    "identifier": "since",
                    "name": "Since",
                    "childName": "Since",
                    "childDataType": "DATE",
                    "dataSpecs": {"dataType": "DATE", "custom": True},
                    "custom": True,
                },
                {
                    "dataType": "STRUCT",
                    "identifier": "on",
                    "name": "On",
                    "childName": "On",
                    "childDataType": "BOOL",
                    "dataSpecsList": [
                        {"dataType": "BOOL", "value": 0, "name": "n", "custom": True},
                        {"dataType": "BOOL", "value": 1, "name": "y", "custom": True},
                    ],
                    "custom": True,
                },
            ],
        },
    ),
    "bare array": (
        {"type": "array", "specs": {"size": "512", "item": {"type": "text"}}},
        {
            "dataType": "ARRAY",
            "dataSpecs": {"dataType": "ARRAY", "size": 512, "childDataType": "TEXT", "custom": True},
        },
    ),
    "array": (
        {
            "type": "array",
            "specs": {"size": "1", "item": {"type": "int", "specs": {"min": "0", "max": "9", "step": "1"}}},
        },
        {
            "dataType": "ARRAY",
            "dataSpecs": {
                "dataType": "ARRAY",
                "size": 1,
                "childDataType": "INT",
                "dataSpecs": {"dataType": "INT", "min": "0", "max": "9", "step": "1", "custom": True},
                "custom": True,
            },
        },
    ),
    "array of structs": (
        {
            "type": "array",
            "specs": {
                "size": "3",
                "item": {
                    "type": "struct",
                    "specs": [
                        {"identifier": "no", "name": "No", "dataType": {"type": "text", "specs": {"length": "8"}}}
                    ],
                },
            },
        },
        {
            "dataType": "ARRAY",
            "dataSpecs": {
                "dataType": "ARRAY",
                "size": 3,
                "childDataType": "STRUCT",
                "dataSpecsList": [
                    {
                        "dataType": "STRUCT",
                        "identifier": "no",
                        "name": "No",
                        "childName": "No",
                        "childDataType": "TEXT",
                        "dataSpecs": {"dataType": "TEXT", "length": 8, "custom": True},
                        "custom": True,
                    }
                ],
                "custom": True,
            },
        },
    ),
}

BOOL_TSL, BOOL_JSON = TYPES["bool"]
INT_TSL, INT_JSON = TYPES["int"]


def make_block(functions: dict) -> dict:
    return {"name": "", "description": None, **functions}


def json_property(**changes) -> dict:
    return {"identifier": "on", "name": "On", "rwFlag": "READ_WRITE", **BOOL_JSON, **changes}


def tsl_property(**changes) -> dict:
    return {"identifier": "on", "name": "On", "accessMode": "rw", "dataType": BOOL_TSL, **changes}


@pytest.mark.parametrize("name", TYPES)
def test_data_type_is_converted_between_both_formats(name):
    as_tsl, as_json = TYPES[name]
    from_tsl = tsl.read({"properties": [tsl_property(dataType=as_tsl)]})
    from_json = thing_model_json.read(
        {"properties": [{"identifier": "on", "name": "On", "rwFlag": "READ_WRITE", **as_json}]}, None
    )
    assert from_tsl == from_json
    block = make_block(from_tsl)
    assert tsl.write(block, "", KEY)["properties"][0]["dataType"] == as_tsl
    written = thing_model_json.write_functions(block)["properties"][0]
    assert {member: written[member] for member in as_json} == as_json


def parameter(identifier: str) -> dict:
    return {"identifier": identifier, "name": identifier.upper(), "dataType": BOOL_TSL}


def json_parameter(identifier: str, direction: str, order: int) -> dict:
    return {
        "identifier": identifier,
        "name": identifier.upper(),
        "direction": direction,
        "paraOrder": order,
        "custom": True,
        **BOOL_JSON,
    }


SERVICE_TSL = {
    "identifier": "Open",
    "name": "open",
    "required": True,
    "desc": "opens",
    "callType": "sync",
    "method": "thing.service.Open",
    "inputData": [parameter("b"), parameter("a")],
    "outputData": [parameter("c")],
}
EVENT_TSL = {
    "identifier": "Opened",
    "name": "opened",
    "type": "alert",
    "required": False,
    "method": "thing.event.Opened.post",
    "outputData": [parameter("c")],
}
SERVICE_JSON = {
    "identifier": "Open",
    "serviceName": "open",
    "required": True,
    "custom": True,
    "customFlag": True,
    "std": False,
    "description": "opens",
    "callType": "SYNC",
    "inputParams": [json_parameter("b", "PARAM_INPUT", 0), json_parameter("a", "PARAM_INPUT", 1)],
    "outputParams": [json_parameter("c", "PARAM_OUTPUT", 0)],
}
EVENT_JSON = {
    "identifier": "Opened",
    "eventName": "opened",
    "required": False,
    "custom": True,
    "customFlag": True,
    "std": False,
    "eventType": "ALERT_EVENT_TYPE",
    "outputdata": [json_parameter("c", "PARAM_OUTPUT", 0)],
}


def test_services_and_events_are_converted_between_both_formats():
    from_tsl = tsl.read({"services": [SERVICE_TSL], "events": [EVENT_TSL]})
    from_json = thing_model_json.read({"services": [SERVICE_JSON], "events": [EVENT_JSON]}, None)
    assert from_tsl == from_json
    block = make_block(from_tsl)
    assert tsl.write(block, "", KEY) == {
        "schema": "https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json",
        "profile": {"productKey": KEY},
        "properties": [],
        "services": [SERVICE_TSL],
        "events": [EVENT_TSL],
    }
    assert thing_model_json.write_functions(block) == {
        "properties": [],
        "services": [SERVICE_JSON],
        "events": [EVENT_JSON],
    }


def test_tsl_contains_functions_derived_from_properties():
    written = {"properties": [tsl_property(), tsl_property(identifier="level", name="level", accessMode="r")]}
    derived = tsl.write(make_block(tsl.read(written)), "", KEY)
    on = {"identifier": "on", "name": "On", "dataType": BOOL_TSL}
    level = {"identifier": "level", "name": "level", "dataType": BOOL_TSL}
    assert derived["properties"] == [
        {**on, "accessMode": "rw", "required": False},
        {**level, "accessMode": "r", "required": False},
    ]
    assert derived["services"] == [
        {
            "identifier": "set",
            "name": "set",
            "required": True,
            "callType": "async",
            "desc": "属性设置",
            "method": "thing.service.property.set",
            "inputData": [on],
            "outputData": [],
        },
        {
            "identifier": "get",
            "name": "get",
            "required": True,
            "callType": "async",
            "desc": "属性获取",
            "method": "thing.service.property.get",
            "inputData": ["on", "level"],
            "outputData": [on, level],
        },
    ]
    assert derived["events"] == [
        {
            "identifier": "post",
            "name": "post",
            "type": "info",
            "required": True,
            "desc": "属性上报",
            "method": "thing.event.property.post",
            "outputData": [on, level],
        }
    ]
    # Reading the result skips the derived functions.
    assert tsl.read(derived) == tsl.read(written)


def test_tsl_of_custom_block_has_block_id_in_method_names():
    block = {**make_block(tsl.read({"services": [SERVICE_TSL], "events": [EVENT_TSL]})), "name": "锁模块"}
    written = tsl.write(block, "lock", KEY)
    assert (written["functionBlockId"], written["functionBlockName"]) == ("lock", "锁模块")
    assert written["services"][0]["method"] == "thing.service.lock:Open"
    assert written["events"][0]["method"] == "thing.event.lock:Opened.post"


def test_simple_tsl_contains_identifiers_and_data_types_only():
    functions = tsl.read(
        {
            "properties": [
                tsl_property(dataType=INT_TSL),
                tsl_property(identifier="all", name="all", dataType=TYPES["array of structs"][0]),
            ],
            "services": [SERVICE_TSL],
        }
    )
    simple = tsl.write(make_block(functions), "", KEY, simple=True)
    structs = {
        "type": "array",
        "specs": {"item": {"type": "struct", "specs": [{"identifier": "no", "dataType": {"type": "text"}}]}},
    }
    assert simple["properties"] == [
        {"identifier": "on", "dataType": {"type": "int"}},
        {"identifier": "all", "dataType": structs},
    ]
    assert simple["services"][1]["inputData"] == ["on", "all"]
    assert simple["services"][2] == {
        "identifier": "Open",
        "inputData": [
            {"identifier": "b", "dataType": {"type": "bool"}},
            {"identifier": "a", "dataType": {"type": "bool"}},
        ],
        "outputData": [{"identifier": "c", "dataType": {"type": "bool"}}],
    }
    assert simple["events"][0]["identifier"] == "post"


def test_tsl_with_number_specs_converts_them_to_strings():
    specs = {"min": 0, "max": 1.5, "step": "0.5"}
    read = tsl.read({"properties": [tsl_property(dataType={"type": "float", "specs": specs})]})
    assert read["properties"][0]["data_type"] == {"type": "float", "min": "0", "max": "1.5", "step": "0.5"}


def test_tsl_without_step_is_accepted():
    specs = {"min": "0", "max": "1"}
    read = tsl.read({"properties": [tsl_property(dataType={"type": "int", "specs": specs})]})
    assert read["properties"][0]["data_type"] == {"type": "int", **specs}


def test_parameters_are_sorted_by_para_order():
    shuffled = [json_parameter("a", "PARAM_INPUT", 1), json_parameter("b", "PARAM_INPUT", 0)]
    read = thing_model_json.read({"services": [{**SERVICE_JSON, "inputParams": shuffled}]}, None)
    assert [one["identifier"] for one in read["services"][0]["inputs"]] == ["b", "a"]


def test_event_outputs_are_read_in_both_spellings():
    event = {**EVENT_JSON, "outputData": EVENT_JSON["outputdata"]}
    del event["outputdata"]
    assert thing_model_json.read({"events": [event]}, None) == thing_model_json.read({"events": [EVENT_JSON]}, None)


def test_function_of_category_is_marked_as_standard():
    read = thing_model_json.read({"properties": [json_property(custom=False, createTs="1579235657535")]}, None)
    written = thing_model_json.write_functions(make_block(read), KEY)["properties"][0]
    assert (written["custom"], written["customFlag"], written["std"]) == (False, False, True)
    assert (written["productKey"], written["createTs"]) == (KEY, 1579235657535)
    assert written["dataSpecsList"][0]["custom"] is False


def with_change(original: dict, path: str, value) -> dict:
    """Return a copy of ``original`` with the member at ``path`` set to ``value``, or removed if ``value`` is None."""
    result = copy.deepcopy(original)
    inner = result
    *steps, last = path.split(".")
    for step in steps:
        inner = inner[int(step) if step.isdigit() else step]
    if value is None:
        del inner[last]
    else:
        inner[int(last) if last.isdigit() else last] = value
    return result


INT = {"identifier": "level", "name": "Level", "rwFlag": "READ_ONLY", **INT_JSON}
TEXT = {"identifier": "text", "name": "Text", "rwFlag": "READ_ONLY", **TYPES["text"][1]}
ARRAY = {"identifier": "list", "name": "List", "rwFlag": "READ_ONLY", **TYPES["array"][1]}
STRUCT = {"identifier": "it", "name": "It", "rwFlag": "READ_ONLY", **TYPES["struct"][1]}
DEEP = {"identifier": "deep", "name": "Deep", "rwFlag": "READ_ONLY", **TYPES["array of structs"][1]}


@pytest.mark.parametrize(
    ("function", "path", "value", "message"),
    [
        (INT, "identifier", None, "properties[0]: identifier is missing"),
        (INT, "identifier", 5, "properties[0]: identifier must be a string"),
        (INT, "identifier", "a-b", "identifier must be 1 to 50"),
        (INT, "identifier", "a" * 51, "identifier must be 1 to 50"),
        (INT, "identifier", "温度", "identifier must be 1 to 50"),
        *[(INT, "identifier", word, "is reserved") for word in model._RESERVED],
        (INT, "name", None, "name is missing"),
        (INT, "name", "", "name must be 1 to 30"),
        (INT, "name", "温" * 31, "name must be 1 to 30"),
        (INT, "name", "_level", "name must be 1 to 30"),
        (INT, "name", "the level", "name must be 1 to 30"),
        (INT, "rwFlag", None, "rwFlag is missing"),
        (INT, "rwFlag", "WRITE_ONLY", "rwFlag must be one of READ_ONLY, READ_WRITE"),
        (INT, "required", "true", "required must be true or false"),
        (INT, "createTs", "today", "createTs must be an integer"),
        (INT, "dataType", None, "dataType is missing"),
        (INT, "dataType", "LONG", "dataType must be one of"),
        (INT, "dataSpecs", None, "dataSpecs is missing"),
        (INT, "dataSpecsList", [{}], "INT requires dataSpecs and does not allow dataSpecsList"),
        (INT, "dataSpecs.dataType", "FLOAT", "properties[0].dataSpecs: dataType must be one of INT"),
        (INT, "dataSpecs.max", None, "max is missing"),
        (INT, "dataSpecs.max", 200, "max must be a string"),
        (INT, "dataSpecs.min", None, "min is missing"),
        (INT, "dataSpecs.min", "1.5", "min must be of the type int"),
        (INT, "dataSpecs.min", "201", "min 201 is greater than max 200"),
        (INT, "dataSpecs.step", None, "step is missing"),
        (INT, "dataSpecs.step", "0", "step 0 must be greater than 0"),
        (INT, "dataSpecs.step", "one", "step must be of the type int"),
        (INT, "dataSpecs.unit", 5, "unit must be a string"),
        (TEXT, "dataSpecs.length", 2049, "length must be 1 to 2048"),
        (TEXT, "dataSpecs.length", 0, "length must be 1 to 2048"),
        (TEXT, "dataSpecs.length", None, "length is missing"),
        (ARRAY, "dataSpecs.size", None, "size is missing"),
        (ARRAY, "dataSpecs.size", 513, "size must be 1 to 512"),
        (ARRAY, "dataSpecs.childDataType", "ARRAY", "an array can contain"),
        (ARRAY, "dataSpecs.childDataType", "DATE", "an array can contain"),
        (ARRAY, "dataSpecs.childDataType", "STRUCT", "STRUCT requires dataSpecsList and does not allow dataSpecs"),
        (DEEP, "dataSpecs.dataSpecsList", None, "dataSpecsList is missing"),
        (DEEP, "dataSpecs.dataSpecsList.0.childDataType", "ARRAY", "a struct can contain"),
        (STRUCT, "dataSpecsList", [], "a struct must have at least one member"),
        (STRUCT, "dataSpecsList.1.childDataType", "STRUCT", "properties[0].dataSpecsList[1]: a struct can contain"),
        (STRUCT, "dataSpecsList.1.identifier", "since", "the identifier since is not unique"),
        (STRUCT, "dataSpecsList.1.identifier", "time", "time is reserved"),
        (STRUCT, "dataSpecsList.0", "member", "properties[0].dataSpecsList[0]: must be an object"),
        (json_property(), "dataSpecsList.0.value", 2, "a bool must have the values 0 and 1"),
        (json_property(), "dataSpecsList.0.value", True, "value must be an integer"),
        (json_property(), "dataSpecsList.0.name", "a.b", "the name of a value must be 1 to 20"),
        (json_property(), "dataSpecsList.0.name", "关" * 21, "the name of a value must be 1 to 20"),
        (
            json_property(),
            "dataSpecs",
            {"dataType": "BOOL"},
            "BOOL requires dataSpecsList and does not allow dataSpecs",
        ),
        (json_property(dataType="ENUM"), "dataSpecsList", [], "an enum must have at least one value"),
    ],
)
def test_invalid_property_is_rejected(function, path, value, message):
    with pytest.raises(FormatError) as caught:
        thing_model_json.read({"properties": [with_change(function, path, value)]}, None)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "function", "path", "value", "message"),
    [
        ("services", SERVICE_JSON, "serviceName", None, "services[0]: serviceName is missing"),
        ("services", SERVICE_JSON, "callType", "async", "callType must be one of ASYNC, SYNC"),
        ("services", SERVICE_JSON, "inputParams", {}, "inputParams must be a list"),
        (
            "services",
            SERVICE_JSON,
            "inputParams.1.identifier",
            "b",
            "services[0].inputParams: the identifier b is not unique",
        ),
        ("services", SERVICE_JSON, "inputParams.1.identifier", "value", "value is reserved"),
        ("services", SERVICE_JSON, "inputParams.1.paraOrder", 0, "paraOrder must be unique"),
        ("services", SERVICE_JSON, "outputParams.0.direction", "PARAM_INPUT", "direction must be one of PARAM_OUTPUT"),
        ("events", EVENT_JSON, "eventName", None, "eventName is missing"),
        ("events", EVENT_JSON, "eventType", "INFO", "eventType must be one of INFO_EVENT_TYPE"),
        ("events", EVENT_JSON, "outputdata.0.dataType", None, "events[0].outputdata[0]: dataType is missing"),
    ],
)
def test_invalid_service_or_event_is_rejected(kind, function, path, value, message):
    with pytest.raises(FormatError) as caught:
        thing_model_json.read({kind: [with_change(function, path, value)]}, None)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("tsl_text", "message"),
    [
        ({"properties": {}}, "properties must be a list"),
        ({"properties": [tsl_property(accessMode="w")]}, "accessMode must be one of r, rw"),
        ({"properties": [tsl_property(dataType=None)]}, "dataType is missing"),
        ({"properties": [tsl_property(dataType={"type": "INT"})]}, "properties[0].dataType: type must be one of int"),
        ({"properties": [tsl_property(dataType={"type": "int"})]}, "dataType.specs: min is missing"),
        ({"properties": [tsl_property(dataType={"type": "enum", "specs": {"one": "1"}})]}, "one must be an integer"),
        (
            {"properties": [tsl_property(dataType={"type": "bool", "specs": {"0": "off"}})]},
            "a bool must have the values",
        ),
        (
            {"properties": [tsl_property(dataType={"type": "text", "specs": {"length": 10241}})]},
            "length must be 1 to 10240",
        ),
        (
            {"properties": [tsl_property(dataType={"type": "array", "specs": {"size": 1, "item": {"type": "array"}}})]},
            "properties[0].dataType.specs.item: an array can contain",
        ),
        (
            {
                "properties": [
                    tsl_property(dataType={"type": "struct", "specs": [tsl_property(dataType={"type": "array"})]})
                ]
            },
            "properties[0].dataType.specs[0].dataType: a struct can contain",
        ),
        ({"services": [{**SERVICE_TSL, "callType": "SYNC"}]}, "callType must be one of async, sync"),
        ({"services": [{**SERVICE_TSL, "inputData": ["b"]}]}, "services[0].inputData[0]: must be an object"),
        ({"events": [{**EVENT_TSL, "type": "warning"}]}, "type must be one of info, alert, error"),
        ({"events": [{**EVENT_TSL, "identifier": "event"}]}, "event is reserved"),
    ],
)
def test_invalid_tsl_is_rejected(tsl_text, message):
    with pytest.raises(FormatError) as caught:
        tsl.read(tsl_text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"a": NaN}', '{"a": "\\ud800"}', '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "1" * 5000],
)
def test_parse_without_json_object_is_rejected(text):
    with pytest.raises(FormatError, match=r"is not JSON|must be a JSON object"):
        parse(text)


def test_name_and_identifier_at_length_limits_are_accepted():
    function = json_property(identifier="a" * 50, name="温" * 29 + ".")
    assert thing_model_json.read({"properties": [function]}, None)["properties"][0]["name"] == "温" * 29 + "."


def test_number_with_equal_min_and_max_is_accepted():
    as_json = with_change(INT, "dataSpecs.min", "200")
    assert thing_model_json.read({"properties": [as_json]}, None)["properties"][0]["data_type"]["min"] == "200"


@pytest.mark.parametrize("path", ["dataSpecsList.0.childName", "dataSpecsList.0.name"])
def test_struct_member_with_one_of_both_names_is_accepted(path):
    with_one_name = thing_model_json.read({"properties": [with_change(STRUCT, path, None)]}, None)
    assert with_one_name == thing_model_json.read({"properties": [STRUCT]}, None)
    with_different_names = thing_model_json.read(
        {"properties": [with_change(STRUCT, "dataSpecsList.0.name", "Other")]}, None
    )
    assert with_different_names == with_one_name


def test_functions_are_sorted_by_creation_time_and_identifier():
    block = model.empty_block()
    for identifier, created in (("b", 2), ("c", 1), ("a", 2)):
        block["properties"].append({"identifier": identifier, "created": created})
    model.sort(block)
    assert [one["identifier"] for one in block["properties"]] == ["c", "a", "b"]


MODBUS = {
    "registerAddress": "0xFE",
    "operateType": "coilStatus",
    "writeFunctionCode": 15,
    "writeOnly": 1,
    "scaling": 0.1,
    "pollingTime": 1000,
    "trigger": 1,
    "bitMask": 32768,
    "originalDataType": {"type": "customized data", "specs": {"registerCount": 2, "swap": 0, "reverseRegister": 1}},
}
OPC_UA = {"displayName": "Action", "inputData": [{"identifier": "x", "index": 1}, {"identifier": "y", "index": 2}]}


def read_description(config, kind: str = "properties", protocol: str | None = "modbus"):
    return extend_config.read({"extendConfig": config}, kind, "on", protocol)


@pytest.mark.parametrize(
    ("config", "protocol"), [(MODBUS, "modbus"), (OPC_UA, "opc-ua"), ({"customize": {"any": [1]}}, "customize")]
)
def test_extended_description_is_read_from_object_or_json(config, protocol):
    assert read_description(config, protocol=protocol) == {"identifier": "on", **config}
    assert read_description(compact({"identifier": "on", **config}), protocol=protocol) == {
        "identifier": "on",
        **config,
    }
    for other in (None, "ble"):
        with pytest.raises(
            FormatError, match="is only for products with the gateway protocol modbus, opc-ua, customize"
        ):
            read_description(config, protocol=other)


@pytest.mark.parametrize("empty", [None, "", {}])
def test_empty_extended_description_is_none(empty):
    assert read_description(empty, protocol=None) is None


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("identifier", "off", "identifier must be one of on"),
        ("registerAddress", "FE", "registerAddress must be 0x0 to 0xFFFF"),
        ("registerAddress", "0x10000", "registerAddress must be 0x0 to 0xFFFF"),
        ("operateType", "coil", "operateType must be one of"),
        ("operateType", "inputStatus", "writeFunctionCode must be one of 0"),
        ("operateType", "holdingRegister", "writeFunctionCode must be one of 0, 6, 16"),
        ("writeFunctionCode", 16, "writeFunctionCode must be one of 0, 5, 6, 15"),
        ("writeFunctionCode", 0, "writeOnly must be 0 if"),
        ("writeOnly", 2, "writeOnly must be one of 0, 1"),
        ("scaling", 0, "scaling must be a number other than 0"),
        ("scaling", "1", "scaling must be a number other than 0"),
        ("pollingTime", 0, "pollingTime must be greater than 0"),
        ("trigger", 3, "trigger must be one of 1, 2"),
        ("bitMask", 3, "bitMask must be one of 1, 2, 4"),
        ("originalDataType.type", "int8", "extendConfig.originalDataType: type must be one of"),
        ("originalDataType.specs.swap", 2, "swap must be one of 0, 1"),
    ],
)
def test_invalid_modbus_description_is_rejected(path, value, message):
    with pytest.raises(FormatError) as caught:
        read_description(with_change(MODBUS, path, value))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("config", "kind", "protocol", "message"),
    [
        (5, "properties", "modbus", "extendConfig: must be an object"),
        ("{", "properties", "modbus", "is not JSON"),
        (MODBUS, "services", "modbus", "is only for properties if the protocol is Modbus"),
        ({"inputData": []}, "events", "opc-ua", "displayName is missing"),
        ({**OPC_UA, "outputData": [{"identifier": "x"}]}, "events", "opc-ua", "index is missing"),
        (
            {**OPC_UA, "outputData": [{"identifier": "x", "index": 1}, {"identifier": "y", "index": 1}]},
            "events",
            "opc-ua",
            "outputData contains a duplicate index",
        ),
        ({"identifier": "on"}, "events", "customize", "customize is missing"),
    ],
)
def test_invalid_extended_description_is_rejected(config, kind, protocol, message):
    with pytest.raises(FormatError) as caught:
        read_description(config, kind, protocol)
    assert message in str(caught.value)


def test_opc_ua_service_without_display_name_is_accepted():
    config = {"inputData": OPC_UA["inputData"]}
    assert read_description(config, "services", "opc-ua") == {"identifier": "on", **config}
