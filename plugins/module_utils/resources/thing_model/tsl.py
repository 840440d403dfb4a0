# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""TSL: the text form of a thing model, what it may hold, and what it says in the plain form."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import json_schema
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain

#: The most characters of a thing model.
MOST_CHARACTERS = 256 * 1024

_IDENTIFIER = {"type": "string", "pattern": "^[A-Za-z0-9_]{1,50}$"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 30}
_TYPES = ["int", "float", "double", "text", "date", "bool", "enum", "struct", "array"]

_DATA_TYPE = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"enum": _TYPES}, "specs": {"type": ["object", "array"]}},
    "allOf": [
        {
            "if": {"properties": {"type": {"enum": ["bool", "enum"]}}},
            "then": {"required": ["specs"], "properties": {"specs": {"type": "object", "minProperties": 1}}},
        },
        {
            "if": {"properties": {"type": {"const": "struct"}}},
            "then": {
                "required": ["specs"],
                "properties": {"specs": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/parameter"}}},
            },
        },
        {
            "if": {"properties": {"type": {"const": "array"}}},
            "then": {
                "required": ["specs"],
                "properties": {
                    "specs": {
                        "type": "object",
                        "required": ["item"],
                        "properties": {"item": {"$ref": "#/$defs/dataType"}},
                    }
                },
            },
        },
        {
            "if": {"properties": {"type": {"enum": ["int", "float", "double", "text", "date"]}}},
            "then": {"properties": {"specs": {"type": "object"}}},
        },
    ],
}
_PARAMETER = {
    "type": "object",
    "required": ["identifier", "dataType"],
    "properties": {"identifier": _IDENTIFIER, "name": _NAME, "dataType": {"$ref": "#/$defs/dataType"}},
}
#: A parameter of the derived service ``get`` is only an identifier.
_PARAMETERS = {"type": "array", "items": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/parameter"}]}}

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"dataType": _DATA_TYPE, "parameter": _PARAMETER},
    "type": "object",
    "properties": {
        "schema": {"type": "string"},
        "profile": {"type": "object"},
        "properties": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["identifier", "name", "accessMode", "dataType"],
                "properties": {
                    "identifier": _IDENTIFIER,
                    "name": _NAME,
                    "accessMode": {"enum": ["r", "w", "rw"]},
                    "required": {"type": "boolean"},
                    "dataType": {"$ref": "#/$defs/dataType"},
                },
            },
        },
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["identifier", "name", "type"],
                "properties": {
                    "identifier": _IDENTIFIER,
                    "name": _NAME,
                    "type": {"enum": ["info", "alert", "error"]},
                    "outputData": _PARAMETERS,
                },
            },
        },
        "services": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["identifier", "name"],
                "properties": {
                    "identifier": _IDENTIFIER,
                    "name": _NAME,
                    "callType": {"enum": ["async", "sync"]},
                    "inputData": _PARAMETERS,
                    "outputData": _PARAMETERS,
                },
            },
        },
    },
    "anyOf": [{"required": [block]} for block in ("properties", "events", "services")],
}

#: Functions that the platform derives from the properties.
_DERIVED = {"services": ("set", "get"), "events": ("post",), "properties": ()}

#: What the members of a function and of a data type's specs are called in the plain form.
_MEMBERS = {
    "name": "name",
    "desc": "description",
    "required": "required",
    "accessMode": "access",
    "callType": "call",
    "type": "type",
}
_SPECS = {**plain.LIMITS, "unit": "unit", "unitName": "unit_name", "defaultValue": "default", "length": "length"}
_LISTS = {"inputData": "inputs", "outputData": "outputs"}


class Tsl(Type):
    """A thing model as TSL, given as JSON text or as its members.

    Two are the same when their properties, events and services are: their order, what the platform derives, what it
    does not keep, and whether a number in the specs is written as a number or as text mean nothing.
    """

    argument = {"type": "raw"}

    def check(self, value: Any) -> str:
        try:
            model = parse(value)
        except ValueError as error:
            return f"is not JSON: {error}"
        if len(text(model)) > MOST_CHARACTERS:
            return f"has {len(text(model))} characters, more than the {MOST_CHARACTERS} that a thing model can have"
        return json_schema.schema_error(SCHEMA, model) or _twice(model)

    def to_wire(self, value: Any) -> Any:
        return text(parse(value))

    def from_wire(self, value: Any) -> Any:
        return parse(value) if value else {}

    def canonical(self, value: Any) -> Any:
        return plain.compared(functions_of(parse(value))) if value else {}

    def to_display(self, value: Any) -> Any:
        return functions_of(parse(value)) if value else {}


def parse(value):
    """A thing model as members.

    Raises:
        ValueError: it is text that is not JSON.
    """
    return plain.with_text_keys(json.loads(value) if isinstance(value, (str, bytes)) else value)


def text(model: dict) -> str:
    """A thing model as the platform takes it."""
    return json.dumps(model, ensure_ascii=False, separators=(",", ":"))


# From TSL


def functions_of(model: dict) -> dict:
    """A TSL's functions in the plain form, without what the platform derives."""
    return plain.normal(
        {
            kind: {
                function["identifier"]: _function(function)
                for function in model.get(kind) or []
                if function["identifier"] not in _DERIVED[kind]
            }
            for kind in plain.KINDS
        }
    )


def _function(function: dict) -> dict:
    # Nothing that TSL must have is taken for granted here: what lacks it is not what has it.
    found = {
        "name": None,
        "access": None,
        **{name: function[wire] for wire, name in _MEMBERS.items() if wire in function},
    }
    for wire, name in _LISTS.items():
        # A parameter of the derived service ``get`` is only an identifier.
        listed = [element for element in function.get(wire) or [] if isinstance(element, dict)]
        found[name] = {element["identifier"]: _function(element) for element in listed}
    return {**found, **_data_type(function.get("dataType"))}


def _data_type(data_type: dict | None) -> dict:
    if not data_type:
        return {}
    kind, specs = data_type["type"], data_type.get("specs")
    if kind == "struct":
        return {"type": kind, "members": {element["identifier"]: _function(element) for element in specs or []}}
    if not isinstance(specs, dict):
        return {"type": kind}
    if kind in plain.CHOICES:
        return {"type": kind, "values": {value: str(label) for value, label in specs.items()}}
    if kind == "array":
        return {"type": kind, "size": specs.get("size"), "item": _data_type(specs.get("item"))}
    return {"type": kind, **{name: specs[wire] for wire, name in _SPECS.items() if specs.get(wire) not in (None, "")}}


# To TSL


def written(functions: dict) -> dict:
    """Functions in their normal form as TSL; extended descriptions have no place in it."""
    return {
        kind: [
            {**_written(identifier, function), "required": function.get("required", False)}
            for identifier, function in functions.get(kind, {}).items()
        ]
        for kind in plain.KINDS
    }


def _written(identifier: str, function: dict) -> dict:
    result = {"identifier": identifier}
    typed = function.get("type") in plain.TYPES
    for wire, name in _MEMBERS.items():
        if name in function and not (name == "type" and typed):
            result[wire] = function[name]
    for wire, name in _LISTS.items():
        # An event has no inputs, and a service that has none says so.
        if name in function or "call" in function or (name == "outputs" and not typed):
            result[wire] = [_written(*item) for item in function.get(name, {}).items()]
    return {**result, "dataType": _written_type(function)} if typed else result


def _written_type(one: dict) -> dict:
    kind = one["type"]
    if kind == "struct":
        return {"type": kind, "specs": [_written(*item) for item in one["members"].items()]}
    if kind in plain.CHOICES:
        return {"type": kind, "specs": dict(one["values"])}
    if kind == "array":
        return {"type": kind, "specs": {"size": plain.number_text(one["size"]), "item": _written_type(one["item"])}}
    specs = {wire: plain.number_text(one[name]) for wire, name in _SPECS.items() if name in one}
    # What an array holds may have no specs; everything else has them, be they empty.
    return {"type": kind, "specs": specs}


def _twice(model: dict) -> str:
    for kind in plain.KINDS:
        seen = set()
        for function in model.get(kind, []):
            if function["identifier"] in seen:
                return f"has {function['identifier']} twice in {kind}"
            seen.add(function["identifier"])
    return ""
