# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Functions and parameters for the tests of thing models."""

from __future__ import annotations

import json

UNKNOWN_PRODUCT = "a1nothing00"
EMPTY = {"properties": [], "services": [], "events": []}
BLOCK = {"FunctionBlockId": "battery", "FunctionBlockName": "电池モジ1"}

# The operations that edit a thing model, with sufficient parameters.
EDIT_OPERATIONS = {
    "CreateThingModel": {"ThingModelJson": '{"properties": []}', **BLOCK},
    "UpdateThingModel": {"Identifier": "on", "ThingModelJson": "{}"},
    "ImportThingModelTsl": {"TslStr": "{}"},
    "CopyThingModel": {},
    "DeleteThingModel": {},
    "PublishThingModel": {},
}
READ_OPERATIONS = (
    "QueryThingModel",
    "QueryThingModelPublished",
    "GetThingModelTsl",
    "GetThingModelTslPublished",
    "QueryThingModelExtendConfig",
    "QueryThingModelExtendConfigPublished",
)


def number(identifier: str, **changes) -> dict:
    return {
        "identifier": identifier,
        "name": identifier,
        "rwFlag": "READ_WRITE",
        "dataType": "INT",
        "dataSpecs": {"dataType": "INT", "min": "0", "max": "200", "step": "1", "unit": "ppb"},
        **changes,
    }


def parameter(identifier: str, length: int = 5) -> dict:
    return {
        "identifier": identifier,
        "name": identifier,
        "dataType": "TEXT",
        "dataSpecs": {"dataType": "TEXT", "length": length},
    }


def make_service(identifier: str, *inputs: dict) -> dict:
    return {"identifier": identifier, "serviceName": identifier, "callType": "ASYNC", "inputParams": list(inputs)}


def make_event(identifier: str, *outputs: dict) -> dict:
    kind = {"eventType": "INFO_EVENT_TYPE"}
    return {"identifier": identifier, "eventName": identifier, **kind, "outputdata": list(outputs)}


def make_tsl(*identifiers: str) -> str:
    data_type = {"type": "bool", "specs": {"0": "off", "1": "on"}}
    properties = [
        {"identifier": identifier, "name": identifier, "accessMode": "rw", "dataType": data_type}
        for identifier in identifiers
    ]
    return json.dumps({"profile": {"productKey": "a1Other0000"}, "properties": properties})


def add_functions(add) -> None:
    add(
        number("a"),
        number("b"),
        services=[make_service("s"), make_service("t")],
        events=[make_event("e"), make_event("f")],
    )
    add(number("a"), number("c"), **BLOCK)
