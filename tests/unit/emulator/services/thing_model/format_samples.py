# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Samples of thing models in TSL and ThingModelJson for the tests of both formats."""

from __future__ import annotations

import copy

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
