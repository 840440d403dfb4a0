# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ThingModelJson: the format in which functions are created, updated and read individually (manual section 4.11.19).

It contains more than TSL: extended descriptions, and whether a function is a standard function of the product's
category. Members that the platform fills in (``createTs``, ``std``, ``customFlag``, ``configCode``, IDs) are ignored.
"""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import json_schema
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain

#: Maximum length of the data type ``text`` in this format, in bytes. TSL accepts longer ones.
MAX_TEXT_BYTES = 2048

_ACCESS = {"r": "READ_ONLY", "w": "WRITE_ONLY", "rw": "READ_WRITE"}
_CALLS = {"async": "ASYNC", "sync": "SYNC"}
_EVENTS = {"info": "INFO_EVENT_TYPE", "alert": "ALERT_EVENT_TYPE", "error": "ERROR_EVENT_TYPE"}
_FROM_WIRE = {wire: name for choices in (_ACCESS, _CALLS, _EVENTS) for name, wire in choices.items()}

_NAMES = {"properties": "name", "events": "eventName", "services": "serviceName"}
#: Lists of parameters: the name in ThingModelJson to the name in the plain form. The manual has two spellings of the
#: last one.
_LISTS = {"inputParams": "inputs", "outputParams": "outputs", "outputdata": "outputs", "outputData": "outputs"}
_DIRECTIONS = {"inputs": "PARAM_INPUT", "outputs": "PARAM_OUTPUT"}
_SPECS = {**plain.LIMITS, "unit": "unit", "unitName": "unit_name", "defaultValue": "default", "length": "length"}

_IDENTIFIER = {"type": "string", "pattern": "^[A-Za-z0-9_]{1,50}$"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 30}
_TYPES = {"enum": [*(kind.upper() for kind in plain.TYPES), "BOOLEAN"]}
_PARAMETERS = {"type": "array", "items": {"$ref": "#/$defs/parameter"}}


def _typed(wire: str) -> list:
    """Return the conditions of a schema that depend on the type.

    The specs are in a list if there are several of them, and in an object otherwise.

    Args:
        wire: The member that contains the type.
    """
    listed = ["ENUM", "BOOL", "BOOLEAN", "STRUCT"]
    return [
        {
            "if": {"properties": {wire: {"enum": listed}}, "required": [wire]},
            "then": {"required": ["dataSpecsList"], "properties": {"dataSpecsList": {"minItems": 1}}},
        },
        {
            "if": {"properties": {wire: {"const": "STRUCT"}}, "required": [wire]},
            "then": {"properties": {"dataSpecsList": {"items": {"$ref": "#/$defs/member"}}}},
        },
        {
            "if": {"properties": {wire: {"enum": ["ENUM", "BOOL", "BOOLEAN"]}}, "required": [wire]},
            "then": {"properties": {"dataSpecsList": {"items": {"$ref": "#/$defs/choice"}}}},
        },
        {
            "if": {"properties": {wire: {"const": "ARRAY"}}, "required": [wire]},
            "then": {"required": ["dataSpecs"], "properties": {"dataSpecs": {"$ref": "#/$defs/elements"}}},
        },
    ]


#: A date has no specs; exported models have an empty object, an empty list or an empty length.
_SPECIFIED = {
    "dataSpecs": {"anyOf": [{"type": "object"}, {"type": "array", "maxItems": 0}]},
    "dataSpecsList": {"type": "array"},
}


def _functions(*required: str, **members: dict) -> dict:
    """Return the schema of a list of functions of one kind."""
    return {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["identifier", *required],
            "properties": {"identifier": _IDENTIFIER, "required": {"type": "boolean"}, **_SPECIFIED, **members},
            "allOf": _typed("dataType"),
        },
    }


SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {
        "parameter": {
            "type": "object",
            "required": ["identifier", "name", "dataType"],
            "properties": {"identifier": _IDENTIFIER, "name": _NAME, "dataType": _TYPES, **_SPECIFIED},
            "allOf": _typed("dataType"),
        },
        "member": {
            "type": "object",
            "required": ["identifier", "childDataType"],
            "properties": {"identifier": _IDENTIFIER, "childName": _NAME, "childDataType": _TYPES, **_SPECIFIED},
            "allOf": _typed("childDataType"),
        },
        "elements": {
            "type": "object",
            "required": ["size", "childDataType"],
            "properties": {"size": {"type": ["integer", "string"]}, "childDataType": _TYPES, **_SPECIFIED},
        },
        "choice": {
            "type": "object",
            "required": ["name", "value"],
            "properties": {"name": {"type": "string"}, "value": {"type": ["integer", "string"]}},
        },
    },
    "type": "object",
    "properties": {
        "properties": _functions(
            "name", "rwFlag", "dataType", name=_NAME, rwFlag={"enum": list(_ACCESS.values())}, dataType=_TYPES
        ),
        "events": _functions(
            "eventName",
            "eventType",
            eventName=_NAME,
            eventType={"enum": list(_EVENTS.values())},
            outputdata=_PARAMETERS,
            outputData=_PARAMETERS,
        ),
        "services": _functions(
            "serviceName",
            "callType",
            serviceName=_NAME,
            callType={"enum": list(_CALLS.values())},
            inputParams=_PARAMETERS,
            outputParams=_PARAMETERS,
        ),
    },
    "anyOf": [{"required": [kind]} for kind in plain.KINDS],
}


class ThingModelJson(Type):
    """A thing model in ThingModelJson, as JSON text or as a dictionary."""

    argument = {"type": "raw"}

    def check(self, value: Any) -> str:
        try:
            return json_schema.schema_error(SCHEMA, parse(value))
        except ValueError as error:
            return f"is not JSON: {error}"


def parse(value: Any) -> Any:
    """Return a model as a dictionary; an empty dictionary for empty text.

    Args:
        value: JSON text or a dictionary.

    Raises:
        ValueError: The text is not JSON.
    """
    return plain.with_string_keys(json.loads(value or "{}") if isinstance(value, (str, bytes)) else value) or {}


# From ThingModelJson


def to_functions(model: dict) -> dict:
    """Return the functions of a model in the plain form, with their extended descriptions."""
    return plain.normalize(
        {
            kind: {function["identifier"]: _function(kind, function) for function in model.get(kind) or []}
            for kind in plain.KINDS
        }
    )


def _function(kind: str, raw: dict) -> dict:
    found = {"name": raw.get(_NAMES[kind]), "description": raw.get("description"), "required": raw.get("required")}
    if raw.get("custom") is False:
        found["custom"] = False
    extended = raw.get("extendConfig")
    if extended is not None:
        found["extended"] = json.loads(extended or "{}") if isinstance(extended, str) else extended
    if kind == "properties":
        return {**found, "access": _FROM_WIRE.get(raw.get("rwFlag")), **_type(raw.get("dataType"), raw)}
    found.update(
        (name, {element["identifier"]: _parameter(element) for element in raw[wire] or []})
        for wire, name in _LISTS.items()
        if wire in raw
    )
    if kind == "events":
        return {**found, "type": _FROM_WIRE.get(raw.get("eventType"))}
    return {**found, "call": _FROM_WIRE.get(raw.get("callType"))}


def _parameter(raw: dict) -> dict:
    return {"name": raw.get("name"), **_type(raw.get("dataType"), raw)}


def _type(kind: str | None, raw: dict) -> dict:
    kind = {"boolean": "bool"}.get(str(kind).lower(), str(kind).lower())
    listed = raw.get("dataSpecsList") or raw.get("childEnumSpecsDTO") or []
    specs = raw.get("dataSpecs") or raw.get("childSpecsDTO") or {}
    if kind == "struct":
        return {"type": kind, "members": {element["identifier"]: _member(element) for element in listed}}
    if kind in plain.CHOICES:
        return {"type": kind, "values": {str(item["value"]): item["name"] for item in listed}}
    if kind == "array":
        return {"type": kind, "size": specs.get("size"), "item": _type(specs.get("childDataType"), specs)}
    known = {"defaultValue": "default"} if kind == "date" else _SPECS
    return {"type": kind, **{name: specs[wire] for wire, name in known.items() if specs.get(wire) not in (None, "")}}


def _member(raw: dict) -> dict:
    return {"name": raw.get("childName") or raw.get("name"), **_type(raw.get("childDataType"), raw)}


# To ThingModelJson


def to_text(model: dict) -> str:
    """Return a model as JSON text for the API."""
    return json.dumps(model, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def from_functions(functions: dict, product_key: str, **members: Any) -> str:
    """Return normalized functions as ThingModelJson text.

    Args:
        functions: The functions.
        product_key: The ProductKey.
        **members: Additional members, such as ``description``.
    """
    listed = {
        kind: [_from_function(kind, product_key, *item) for item in functions.get(kind, {}).items()]
        for kind in plain.KINDS
    }
    return to_text({"productKey": product_key, **listed, **members})


def can_express(function: dict) -> bool:
    """Return whether this format can express a function or a parameter.

    It requires min, max and step of numbers, limits the length of texts, and has no write-only properties. According to
    the manual it also requires units, but the examples of the manual omit them.
    """
    for name in ("inputs", "outputs", "members"):
        if not all(can_express(parameter) for parameter in function.get(name, {}).values()):
            return False
    if function.get("access") == "w":
        return False
    kind = function.get("type")
    if kind == "array":
        # The limits of numbers and texts can be omitted in an array.
        return len(function["item"]) == 1 or can_express(function["item"])
    if kind in plain.NUMBERS:
        return all(name in function for name in ("min", "max", "step"))
    return function.get("length", 0) <= MAX_TEXT_BYTES


def _from_function(kind: str, product_key: str, identifier: str, function: dict) -> dict:
    custom = function.get("custom", True)
    result = {
        "productKey": product_key,
        "identifier": identifier,
        _NAMES[kind]: function.get("name", identifier),
        "required": function.get("required", False),
        "custom": custom,
    }
    if function.get("description"):
        result["description"] = function["description"]
    if function.get("extended"):
        result["extendConfig"] = {**function["extended"], "identifier": identifier}
    if kind == "properties":
        return {**result, "rwFlag": _ACCESS[function["access"]], **_from_type(function, custom)}
    outputs = _from_parameters(function, "outputs", custom)
    if kind == "events":
        return {**result, "eventType": _EVENTS[function["type"]], "outputdata": outputs}
    inputs = _from_parameters(function, "inputs", custom)
    return {**result, "callType": _CALLS[function["call"]], "inputParams": inputs, "outputParams": outputs}


def _from_parameters(function: dict, name: str, custom: bool) -> list:
    return [
        {
            "identifier": identifier,
            "name": parameter["name"],
            "direction": _DIRECTIONS[name],
            "paraOrder": order,
            "custom": custom,
            **_from_type(parameter, custom),
        }
        for order, (identifier, parameter) in enumerate(function.get(name, {}).items())
    ]


def _from_type(one: dict, custom: bool) -> dict:
    kind = one["type"]
    common = {"dataType": kind.upper(), "custom": custom}
    if kind in plain.CHOICES:
        items = [{**common, "value": int(value), "name": label} for value, label in one["values"].items()]
        return {"dataType": kind.upper(), "dataSpecsList": items}
    if kind == "struct":
        members = [
            {
                "dataType": "STRUCT",
                "custom": custom,
                "identifier": identifier,
                "name": member["name"],
                "childName": member["name"],
                **_from_inner_type(member, custom),
            }
            for identifier, member in one["members"].items()
        ]
        return {"dataType": "STRUCT", "dataSpecsList": members}
    if kind == "array":
        return {
            "dataType": "ARRAY",
            "dataSpecs": {**common, "size": one["size"], **_from_inner_type(one["item"], custom)},
        }
    specs = {
        wire: one[name] if name == "length" else plain.format_number(one[name])
        for wire, name in _SPECS.items()
        if name in one
    }
    return {"dataType": kind.upper(), "dataSpecs": {**common, **specs}}


def _from_inner_type(one: dict, custom: bool) -> dict:
    """Return the data type of a struct member or an array element."""
    if len(one) == 1 and one["type"] != "date":
        return {"childDataType": one["type"].upper()}
    result = _from_type(one, custom)
    return {"childDataType": result.pop("dataType"), **result}
