# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for the validation of thing models in TSL and ThingModelJson."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import (
    model,
    thing_model_json,
    tsl,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.reading import FormatError, parse
from ansible_collections.iotops.aliyun.tests.unit.emulator.services.thing_model.format_samples import (
    ARRAY,
    DEEP,
    EVENT_JSON,
    EVENT_TSL,
    INT,
    SERVICE_JSON,
    SERVICE_TSL,
    STRUCT,
    TEXT,
    json_property,
    tsl_property,
    with_change,
)


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
        ({"properties": [tsl_property(accessMode="x")]}, "accessMode must be one of r, w, rw"),
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
