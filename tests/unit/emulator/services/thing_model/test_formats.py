# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The two forms of a thing model: what they say to each other, and what neither may hold."""

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

# Every data type, once in each form. What stands in one line says the same.
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


def block_of(functions: dict) -> dict:
    return {"name": "", "description": None, **functions}


def json_property(**changes) -> dict:
    return {"identifier": "on", "name": "On", "rwFlag": "READ_WRITE", **BOOL_JSON, **changes}


def tsl_property(**changes) -> dict:
    return {"identifier": "on", "name": "On", "accessMode": "rw", "dataType": BOOL_TSL, **changes}


@pytest.mark.parametrize("name", TYPES)
def test_each_form_of_a_data_type_becomes_the_other(name):
    as_tsl, as_json = TYPES[name]
    from_tsl = tsl.read({"properties": [tsl_property(dataType=as_tsl)]})
    from_json = thing_model_json.read(
        {"properties": [{"identifier": "on", "name": "On", "rwFlag": "READ_WRITE", **as_json}]}, None
    )
    assert from_tsl == from_json
    block = block_of(from_tsl)
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


def test_each_form_of_services_and_events_becomes_the_other():
    from_tsl = tsl.read({"services": [SERVICE_TSL], "events": [EVENT_TSL]})
    from_json = thing_model_json.read({"services": [SERVICE_JSON], "events": [EVENT_JSON]}, None)
    assert from_tsl == from_json
    block = block_of(from_tsl)
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


def test_what_the_platform_derives_from_properties():
    written = {"properties": [tsl_property(), tsl_property(identifier="level", name="level", accessMode="r")]}
    derived = tsl.write(block_of(tsl.read(written)), "", KEY)
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
    # And back again: what was derived is not taken for something of its own.
    assert tsl.read(derived) == tsl.read(written)


def test_a_custom_block_has_its_own_names():
    block = {**block_of(tsl.read({"services": [SERVICE_TSL], "events": [EVENT_TSL]})), "name": "锁模块"}
    written = tsl.write(block, "lock", KEY)
    assert (written["functionBlockId"], written["functionBlockName"]) == ("lock", "锁模块")
    assert written["services"][0]["method"] == "thing.service.lock:Open"
    assert written["events"][0]["method"] == "thing.event.lock:Opened.post"


def test_a_simple_tsl_has_identifiers_and_data_types_only():
    functions = tsl.read(
        {
            "properties": [
                tsl_property(dataType=INT_TSL),
                tsl_property(identifier="all", name="all", dataType=TYPES["array of structs"][0]),
            ],
            "services": [SERVICE_TSL],
        }
    )
    simple = tsl.write(block_of(functions), "", KEY, simple=True)
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


def test_numbers_in_a_tsl_become_texts():
    specs = {"min": 0, "max": 1.5, "step": "0.5"}
    read = tsl.read({"properties": [tsl_property(dataType={"type": "float", "specs": specs})]})
    assert read["properties"][0]["data_type"] == {"type": "float", "min": "0", "max": "1.5", "step": "0.5"}


def test_an_old_tsl_has_no_steps():
    specs = {"min": "0", "max": "1"}
    read = tsl.read({"properties": [tsl_property(dataType={"type": "int", "specs": specs})]})
    assert read["properties"][0]["data_type"] == {"type": "int", **specs}


def test_parameters_stand_in_their_order():
    shuffled = [json_parameter("a", "PARAM_INPUT", 1), json_parameter("b", "PARAM_INPUT", 0)]
    read = thing_model_json.read({"services": [{**SERVICE_JSON, "inputParams": shuffled}]}, None)
    assert [one["identifier"] for one in read["services"][0]["inputs"]] == ["b", "a"]


def test_the_outputs_of_an_event_have_two_spellings():
    event = {**EVENT_JSON, "outputData": EVENT_JSON["outputdata"]}
    del event["outputdata"]
    assert thing_model_json.read({"events": [event]}, None) == thing_model_json.read({"events": [EVENT_JSON]}, None)


def test_what_a_function_of_a_category_says_of_itself():
    read = thing_model_json.read({"properties": [json_property(custom=False, createTs="1579235657535")]}, None)
    written = thing_model_json.write_functions(block_of(read), KEY)["properties"][0]
    assert (written["custom"], written["customFlag"], written["std"]) == (False, False, True)
    assert (written["productKey"], written["createTs"]) == (KEY, 1579235657535)
    assert written["dataSpecsList"][0]["custom"] is False


def changed(original: dict, path: str, value) -> dict:
    """A copy of ``original`` in which the member at ``path`` is ``value``, or missing where that is None."""
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
        (INT, "identifier", 5, "properties[0]: identifier is not a text"),
        (INT, "identifier", "a-b", "identifier is not 1 to 50"),
        (INT, "identifier", "a" * 51, "identifier is not 1 to 50"),
        (INT, "identifier", "温度", "identifier is not 1 to 50"),
        *[(INT, "identifier", word, "is reserved") for word in model._RESERVED],
        (INT, "name", None, "name is missing"),
        (INT, "name", "", "name is not 1 to 30"),
        (INT, "name", "温" * 31, "name is not 1 to 30"),
        (INT, "name", "_level", "name is not 1 to 30"),
        (INT, "name", "the level", "name is not 1 to 30"),
        (INT, "rwFlag", None, "rwFlag is missing"),
        (INT, "rwFlag", "WRITE_ONLY", "rwFlag is one of READ_ONLY, READ_WRITE"),
        (INT, "required", "true", "required is not true or false"),
        (INT, "createTs", "today", "createTs is not a whole number"),
        (INT, "dataType", None, "dataType is missing"),
        (INT, "dataType", "LONG", "dataType is one of"),
        (INT, "dataSpecs", None, "dataSpecs is missing"),
        (INT, "dataSpecsList", [{}], "INT has dataSpecs and no dataSpecsList"),
        (INT, "dataSpecs.dataType", "FLOAT", "properties[0].dataSpecs: dataType is one of INT"),
        (INT, "dataSpecs.max", None, "max is missing"),
        (INT, "dataSpecs.max", 200, "max is not a text"),
        (INT, "dataSpecs.min", None, "min is missing"),
        (INT, "dataSpecs.min", "1.5", "min is not of the type int"),
        (INT, "dataSpecs.min", "201", "min 201 is above max 200"),
        (INT, "dataSpecs.step", None, "step is missing"),
        (INT, "dataSpecs.step", "0", "step 0 is not above 0"),
        (INT, "dataSpecs.step", "one", "step is not of the type int"),
        (INT, "dataSpecs.unit", 5, "unit is not a text"),
        (TEXT, "dataSpecs.length", 2049, "length is 1 to 2048"),
        (TEXT, "dataSpecs.length", 0, "length is 1 to 2048"),
        (TEXT, "dataSpecs.length", None, "length is missing"),
        (ARRAY, "dataSpecs.size", None, "size is missing"),
        (ARRAY, "dataSpecs.size", 513, "size is 1 to 512"),
        (ARRAY, "dataSpecs.childDataType", "ARRAY", "an array holds"),
        (ARRAY, "dataSpecs.childDataType", "DATE", "an array holds"),
        (ARRAY, "dataSpecs.childDataType", "STRUCT", "STRUCT has dataSpecsList and no dataSpecs"),
        (DEEP, "dataSpecs.dataSpecsList", None, "dataSpecsList is missing"),
        (DEEP, "dataSpecs.dataSpecsList.0.childDataType", "ARRAY", "a struct holds"),
        (STRUCT, "dataSpecsList", [], "a struct has one member or more"),
        (STRUCT, "dataSpecsList.1.childDataType", "STRUCT", "properties[0].dataSpecsList[1]: a struct holds"),
        (STRUCT, "dataSpecsList.1.identifier", "since", "since is there twice"),
        (STRUCT, "dataSpecsList.1.identifier", "time", "time is reserved"),
        (STRUCT, "dataSpecsList.0", "member", "properties[0].dataSpecsList[0]: is not an object"),
        (json_property(), "dataSpecsList.0.value", 2, "a bool has the values 0 and 1"),
        (json_property(), "dataSpecsList.0.value", True, "value is not a whole number"),
        (json_property(), "dataSpecsList.0.name", "a.b", "a name is not 1 to 20"),
        (json_property(), "dataSpecsList.0.name", "关" * 21, "a name is not 1 to 20"),
        (json_property(), "dataSpecs", {"dataType": "BOOL"}, "BOOL has dataSpecsList and no dataSpecs"),
        (json_property(dataType="ENUM"), "dataSpecsList", [], "an enum has one value or more"),
    ],
)
def test_properties_that_are_refused(function, path, value, message):
    with pytest.raises(FormatError) as caught:
        thing_model_json.read({"properties": [changed(function, path, value)]}, None)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "function", "path", "value", "message"),
    [
        ("services", SERVICE_JSON, "serviceName", None, "services[0]: serviceName is missing"),
        ("services", SERVICE_JSON, "callType", "async", "callType is one of ASYNC, SYNC"),
        ("services", SERVICE_JSON, "inputParams", {}, "inputParams is not a list"),
        ("services", SERVICE_JSON, "inputParams.1.identifier", "b", "services[0].inputParams: b is there twice"),
        ("services", SERVICE_JSON, "inputParams.1.identifier", "value", "value is reserved"),
        ("services", SERVICE_JSON, "inputParams.1.paraOrder", 0, "a paraOrder is there twice"),
        ("services", SERVICE_JSON, "outputParams.0.direction", "PARAM_INPUT", "direction is one of PARAM_OUTPUT"),
        ("events", EVENT_JSON, "eventName", None, "eventName is missing"),
        ("events", EVENT_JSON, "eventType", "INFO", "eventType is one of INFO_EVENT_TYPE"),
        ("events", EVENT_JSON, "outputdata.0.dataType", None, "events[0].outputdata[0]: dataType is missing"),
    ],
)
def test_services_and_events_that_are_refused(kind, function, path, value, message):
    with pytest.raises(FormatError) as caught:
        thing_model_json.read({kind: [changed(function, path, value)]}, None)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("tsl_text", "message"),
    [
        ({"properties": {}}, "properties is not a list"),
        ({"properties": [tsl_property(accessMode="w")]}, "accessMode is one of r, rw"),
        ({"properties": [tsl_property(dataType=None)]}, "dataType is missing"),
        ({"properties": [tsl_property(dataType={"type": "INT"})]}, "properties[0].dataType: type is one of int"),
        ({"properties": [tsl_property(dataType={"type": "int"})]}, "dataType.specs: min is missing"),
        ({"properties": [tsl_property(dataType={"type": "enum", "specs": {"one": "1"}})]}, "one is not a whole number"),
        ({"properties": [tsl_property(dataType={"type": "bool", "specs": {"0": "off"}})]}, "a bool has the values"),
        ({"properties": [tsl_property(dataType={"type": "text", "specs": {"length": 10241}})]}, "length is 1 to 10240"),
        (
            {"properties": [tsl_property(dataType={"type": "array", "specs": {"size": 1, "item": {"type": "array"}}})]},
            "properties[0].dataType.specs.item: an array holds",
        ),
        (
            {
                "properties": [
                    tsl_property(dataType={"type": "struct", "specs": [tsl_property(dataType={"type": "array"})]})
                ]
            },
            "properties[0].dataType.specs[0].dataType: a struct holds",
        ),
        ({"services": [{**SERVICE_TSL, "callType": "SYNC"}]}, "callType is one of async, sync"),
        ({"services": [{**SERVICE_TSL, "inputData": ["b"]}]}, "services[0].inputData[0]: is not an object"),
        ({"events": [{**EVENT_TSL, "type": "warning"}]}, "type is one of info, alert, error"),
        ({"events": [{**EVENT_TSL, "identifier": "event"}]}, "event is reserved"),
    ],
)
def test_a_tsl_that_is_refused(tsl_text, message):
    with pytest.raises(FormatError) as caught:
        tsl.read(tsl_text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"a": NaN}', '{"a": "\\ud800"}', '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "1" * 5000],
)
def test_text_that_is_no_json_object(text):
    with pytest.raises(FormatError, match="is not"):
        parse(text)


def test_names_and_identifiers_at_the_limits():
    function = json_property(identifier="a" * 50, name="温" * 29 + ".")
    assert thing_model_json.read({"properties": [function]}, None)["properties"][0]["name"] == "温" * 29 + "."


def test_a_number_may_have_one_value_only():
    as_json = changed(INT, "dataSpecs.min", "200")
    assert thing_model_json.read({"properties": [as_json]}, None)["properties"][0]["data_type"]["min"] == "200"


@pytest.mark.parametrize("path", ["dataSpecsList.0.childName", "dataSpecsList.0.name"])
def test_a_member_is_named_once_or_twice(path):
    once = thing_model_json.read({"properties": [changed(STRUCT, path, None)]}, None)
    assert once == thing_model_json.read({"properties": [STRUCT]}, None)
    other = thing_model_json.read({"properties": [changed(STRUCT, "dataSpecsList.0.name", "Other")]}, None)
    assert other == once


def test_functions_come_in_the_order_of_their_age():
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


def described(config, kind: str = "properties", protocol: str | None = "modbus"):
    return extend_config.read({"extendConfig": config}, kind, "on", protocol)


@pytest.mark.parametrize(
    ("config", "protocol"), [(MODBUS, "modbus"), (OPC_UA, "opc-ua"), ({"customize": {"any": [1]}}, "customize")]
)
def test_extended_descriptions(config, protocol):
    assert described(config, protocol=protocol) == {"identifier": "on", **config}
    assert described(compact({"identifier": "on", **config}), protocol=protocol) == {"identifier": "on", **config}
    for other in (None, "ble"):
        with pytest.raises(FormatError, match="is for products whose devices speak modbus, opc-ua, customize"):
            described(config, protocol=other)


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_no_extended_description(nothing):
    assert described(nothing, protocol=None) is None


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("identifier", "off", "identifier is one of on"),
        ("registerAddress", "FE", "registerAddress is 0x0 to 0xFFFF"),
        ("registerAddress", "0x10000", "registerAddress is 0x0 to 0xFFFF"),
        ("operateType", "coil", "operateType is one of"),
        ("operateType", "inputStatus", "writeFunctionCode is one of 0"),
        ("operateType", "holdingRegister", "writeFunctionCode is one of 0, 6, 16"),
        ("writeFunctionCode", 16, "writeFunctionCode is one of 0, 5, 6, 15"),
        ("writeFunctionCode", 0, "writeOnly is 0 where"),
        ("writeOnly", 2, "writeOnly is one of 0, 1"),
        ("scaling", 0, "scaling is a number other than 0"),
        ("scaling", "1", "scaling is a number other than 0"),
        ("pollingTime", 0, "pollingTime is above 0"),
        ("trigger", 3, "trigger is one of 1, 2"),
        ("bitMask", 3, "bitMask is one of 1, 2, 4"),
        ("originalDataType.type", "int8", "extendConfig.originalDataType: type is one of"),
        ("originalDataType.specs.swap", 2, "swap is one of 0, 1"),
    ],
)
def test_modbus_descriptions_that_are_refused(path, value, message):
    with pytest.raises(FormatError) as caught:
        described(changed(MODBUS, path, value))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("config", "kind", "protocol", "message"),
    [
        (5, "properties", "modbus", "extendConfig: is not an object"),
        ("{", "properties", "modbus", "is not JSON"),
        (MODBUS, "services", "modbus", "is for properties only with Modbus"),
        ({"inputData": []}, "events", "opc-ua", "displayName is missing"),
        ({**OPC_UA, "outputData": [{"identifier": "x"}]}, "events", "opc-ua", "index is missing"),
        (
            {**OPC_UA, "outputData": [{"identifier": "x", "index": 1}, {"identifier": "y", "index": 1}]},
            "events",
            "opc-ua",
            "an index is twice in outputData",
        ),
        ({"identifier": "on"}, "events", "customize", "customize is missing"),
    ],
)
def test_other_descriptions_that_are_refused(config, kind, protocol, message):
    with pytest.raises(FormatError) as caught:
        described(config, kind, protocol)
    assert message in str(caught.value)


def test_a_service_needs_no_display_name():
    config = {"inputData": OPC_UA["inputData"]}
    assert described(config, "services", "opc-ua") == {"identifier": "on", **config}
