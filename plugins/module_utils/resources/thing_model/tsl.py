# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""TSL: the schema of this thing model format, and its conversion to and from the plain form (manual chapter 4.11)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import json_schema
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain

#: Maximum number of characters of a thing model.
MAX_CHARACTERS = 256 * 1024

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
            # The specs of a date have no meaning: exported models have an empty list, no members or an empty length.
            "if": {"properties": {"type": {"enum": ["int", "float", "double", "text"]}}},
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

#: Identifiers of the functions that the platform derives from the properties.
_DERIVED = {"services": ("set", "get"), "events": ("post",), "properties": ()}

#: The names in the plain form of the members of a function, of the specs of a data type, and of lists of parameters.
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
    """A thing model in TSL, as JSON text or as a dictionary.

    Two models are equivalent if their properties, events and services are. The comparison ignores the order of
    elements, derived functions, members that the platform does not store, and whether a number in the specs is a number
    or text.
    """

    argument = {"type": "raw"}

    def check(self, value: Any) -> str:
        try:
            model = parse(value)
        except ValueError as error:
            return f"is not JSON: {error}"
        if len(to_text(model)) > MAX_CHARACTERS:
            return f"must have at most {MAX_CHARACTERS} characters, not {len(to_text(model))}"
        return json_schema.schema_error(SCHEMA, model) or _duplicate_identifier(model)

    def to_wire(self, value: Any) -> Any:
        return to_text(parse(value))

    def from_wire(self, value: Any) -> Any:
        return parse(value) if value else {}

    def canonical(self, value: Any) -> Any:
        return plain.comparable_functions(to_functions(parse(value))) if value else {}

    def to_display(self, value: Any) -> Any:
        return to_functions(parse(value)) if value else {}


def parse(value: Any) -> Any:
    """Return a thing model as a dictionary.

    Args:
        value: JSON text or a dictionary.

    Raises:
        ValueError: The text is not JSON.
    """
    return plain.with_string_keys(json.loads(value) if isinstance(value, (str, bytes)) else value)


def to_text(model: dict) -> str:
    """Return a thing model as JSON text for the API."""
    return json.dumps(model, ensure_ascii=False, separators=(",", ":"))


# From TSL


def to_functions(model: dict) -> dict:
    """Return the functions of a model in the plain form, without derived functions."""
    return plain.normalize(
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
    # TSL requires name and access mode. If they are missing, they have no default, so that the comparison detects it.
    result = {
        "name": None,
        "access": None,
        **{name: function[wire] for wire, name in _MEMBERS.items() if wire in function},
    }
    for wire, name in _LISTS.items():
        # A parameter of the derived service ``get`` is only an identifier.
        listed = [element for element in function.get(wire) or [] if isinstance(element, dict)]
        result[name] = {element["identifier"]: _function(element) for element in listed}
    return {**result, **_data_type(function.get("dataType"))}


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
    known = {"defaultValue": "default"} if kind == "date" else _SPECS
    return {"type": kind, **{name: specs[wire] for wire, name in known.items() if specs.get(wire) not in (None, "")}}


# To TSL


def from_functions(functions: dict) -> dict:
    """Return normalized functions as TSL, without extended descriptions, which TSL does not have."""
    return {
        kind: [
            {**_from_function(identifier, function), "required": function.get("required", False)}
            for identifier, function in functions.get(kind, {}).items()
        ]
        for kind in plain.KINDS
    }


def _from_function(identifier: str, function: dict) -> dict:
    result = {"identifier": identifier}
    typed = function.get("type") in plain.TYPES
    for wire, name in _MEMBERS.items():
        if name in function and not (name == "type" and typed):
            result[wire] = function[name]
    for wire, name in _LISTS.items():
        # An event has no inputs. The lists of a service and the outputs of an event are written even if they are empty.
        if name in function or "call" in function or (name == "outputs" and not typed):
            result[wire] = [_from_function(*item) for item in function.get(name, {}).items()]
    return {**result, "dataType": _from_type(function)} if typed else result


def _from_type(item: dict) -> dict:
    """Return the data type of a function, a parameter or an array element as TSL."""
    kind = item["type"]
    if kind == "struct":
        return {"type": kind, "specs": [_from_function(*entry) for entry in item["members"].items()]}
    if kind in plain.CHOICES:
        return {"type": kind, "specs": dict(item["values"])}
    if kind == "array":
        return {"type": kind, "specs": {"size": plain.format_number(item["size"]), "item": _from_type(item["item"])}}
    # The specs are written even if they are empty.
    return {
        "type": kind,
        "specs": {wire: plain.format_number(item[name]) for wire, name in _SPECS.items() if name in item},
    }


def _duplicate_identifier(model: dict) -> str:
    for kind in plain.KINDS:
        seen = set()
        for function in model.get(kind, []):
            if function["identifier"] in seen:
                return f"contains {function['identifier']} twice in {kind}"
            seen.add(function["identifier"])
    return ""
