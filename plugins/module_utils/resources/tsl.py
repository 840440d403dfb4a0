# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""TSL: the text form of a thing model, what it may hold, and when two of them mean the same."""

from __future__ import annotations

import json
import traceback

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type

try:
    import jsonschema
except ImportError:  # said when a thing model is given
    jsonschema = None
    JSONSCHEMA_IMPORT_ERROR = traceback.format_exc()
else:
    JSONSCHEMA_IMPORT_ERROR = None

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

_BLOCKS = ("properties", "events", "services")

#: Functions that the platform derives from the properties.
_DERIVED = {"services": ("set", "get"), "events": ("post",), "properties": ()}

#: Members of a function that follow from its identifier.
_FOLLOWING = ("method",)

#: Members that the platform fills in where they are left out.
_DEFAULTS = {"required": False, "desc": "", "callType": "async", "inputData": [], "outputData": []}


class Tsl(Type):
    """A thing model as TSL, given as JSON text or as its members.

    Two are the same when their properties, events and services are: their order, what the platform derives, and
    whether a number in the specs is written as a number or as text mean nothing.
    """

    argument = {"type": "raw"}

    def check(self, value) -> str:
        if JSONSCHEMA_IMPORT_ERROR:
            return "cannot be checked: the Python library jsonschema is missing; install it where the task runs"
        try:
            model = parse(value)
        except ValueError as error:
            return f"is not JSON: {error}"
        if len(text(model)) > MOST_CHARACTERS:
            return f"has {len(text(model))} characters, more than the {MOST_CHARACTERS} that a thing model can have"
        validator = jsonschema.Draft202012Validator(SCHEMA)
        fault = jsonschema.exceptions.best_match(validator.iter_errors(model))
        if fault is not None:
            return f"is wrong at {_path(fault.absolute_path)}: {fault.message}"
        return _twice(model)

    def to_wire(self, value):
        return text(parse(value))

    def from_wire(self, value):
        return parse(value) if value else {}

    def canonical(self, value):
        return canonical(parse(value)) if value else canonical({})

    def shown(self, value):
        return self.canonical(value)


def parse(value) -> dict:
    """A thing model as members.

    Raises:
        ValueError: it is text that is not JSON.
    """
    return json.loads(value) if isinstance(value, (str, bytes)) else value


def text(model: dict) -> str:
    """A thing model as the platform takes it."""
    return json.dumps(model, ensure_ascii=False, separators=(",", ":"))


def canonical(model: dict) -> dict:
    """A thing model's functions by block and identifier, without what the platform adds."""
    return {
        block: {
            function["identifier"]: _function(function)
            for function in model.get(block) or []
            if function["identifier"] not in _DERIVED[block]
        }
        for block in _BLOCKS
    }


def _function(function: dict) -> dict:
    kept = {}
    for name, value in function.items():
        if name in _FOLLOWING or value == _DEFAULTS.get(name, ...) or value is None:
            continue
        if name in ("inputData", "outputData"):
            value = {_identifier(element): _function(element) for element in value if isinstance(element, dict)}
        elif name == "dataType":
            value = _data_type(value)
        kept[name] = value
    return kept


def _data_type(data_type: dict) -> dict:
    specs = data_type.get("specs")
    if data_type["type"] == "struct":
        specs = {element["identifier"]: _function(element) for element in specs or []}
    elif isinstance(specs, dict):
        array = data_type["type"] == "array"
        specs = {
            key: _data_type(value) if array and key == "item" else str(value)
            for key, value in specs.items()
            if value not in (None, "")
        }
    return {"type": data_type["type"], "specs": specs or {}}


def _identifier(element: dict) -> str:
    return element["identifier"]


def _path(path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") or "its top"


def _twice(model: dict) -> str:
    for block in _BLOCKS:
        seen = set()
        for function in model.get(block, []):
            if function["identifier"] in seen:
                return f"has {function['identifier']} twice in {block}"
            seen.add(function["identifier"])
    return ""
