# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for converting thing models between TSL and ThingModelJson."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import (
    model,
    thing_model_json,
    tsl,
)
from ansible_collections.iotops.aliyun.tests.unit.emulator.services.thing_model.format_samples import (
    BOOL_TSL,
    EVENT_JSON,
    EVENT_TSL,
    INT,
    INT_TSL,
    KEY,
    SERVICE_JSON,
    SERVICE_TSL,
    STRUCT,
    TYPES,
    json_parameter,
    json_property,
    make_block,
    tsl_property,
    with_change,
)


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
