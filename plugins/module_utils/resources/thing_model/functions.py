# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A thing model in the plain form, which people write and in which models are compared.

Functions by kind and identifier::

    properties:
      Brightness: {name: brightness, type: int, min: 0, max: 100, step: 1, unit: "%", access: rw}
      Place:
        type: struct
        members:
          Longitude: {type: double, min: -180, max: 180, step: 0.01}
    events:
      Overheated: {type: alert, outputs: {Celsius: {type: float, min: -40, max: 120, step: 0.1}}}
    services:
      Flash: {call: sync, inputs: {Times: {type: int, min: 1, max: 9, step: 1}}}

TSL and ThingModelJson (``tsl``, ``thing_model_json``) are translated to and from it. What the platform derives or fills
in by itself has no place in it, so that two models mean the same where their plain forms are equal.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import json_schema

#: The kinds of functions, in the order of the platform's own lists.
KINDS = ("properties", "events", "services")

NUMBERS = ("int", "float", "double")
CHOICES = ("bool", "enum")
TYPES = (*NUMBERS, "text", "date", *CHOICES, "struct", "array")
#: What a struct can hold, and what an array can.
IN_STRUCT = (*NUMBERS, "text", "date", *CHOICES)
IN_ARRAY = (*NUMBERS, "text", "struct")

#: Words that the platform keeps for itself.
RESERVED = ("set", "get", "post", "property", "event", "time", "value")

#: The numbers of a data type by the names that TSL and ThingModelJson give them.
LIMITS = {"min": "min", "max": "max", "step": "step", "precise": "precise"}

#: The largest whole number that every reader of JSON reads as it is.
_EXACT = 2**53
#: More digits than any number of a model can have.
_MOST_DIGITS = 400

_IDENTIFIER = {"type": "string", "pattern": "^[A-Za-z0-9_]{1,50}$"}
_NUMBER = {"type": ["number", "string"]}
_SHAPE = {
    "type": {"enum": list(TYPES)},
    "min": _NUMBER,
    "max": _NUMBER,
    "step": _NUMBER,
    "precise": _NUMBER,
    "unit": {"type": "string"},
    "unit_name": {"type": "string"},
    "default": {"type": ["number", "string"]},
    "length": {"type": "integer", "minimum": 1, "maximum": 10240},
    "values": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": "^-?[0-9]{1,10}$"},
        "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 20},
    },
    "size": {"type": "integer", "minimum": 1, "maximum": 512},
    "item": {"$ref": "#/$defs/item"},
    "members": {"type": "object", "minProperties": 1, "$ref": "#/$defs/parameters"},
}
#: The members of each type: those that it must have, and those that it can have beside them.
_OF_TYPE = {
    **dict.fromkeys(NUMBERS, (("min", "max"), ("step", "precise", "unit", "unit_name", "default"))),
    "text": (("length",), ("default",)),
    "date": ((), ("default",)),
    **dict.fromkeys(CHOICES, (("values",), ())),
    "struct": (("members",), ()),
    "array": (("size", "item"), ()),
}


def _by_type(whole: bool) -> list:
    """What follows from a type; the elements of an array need not be described as a ``whole``."""
    result = []
    for kind, (must, can) in _OF_TYPE.items():
        foreign = [name for name in _SHAPE if name not in ("type", *must, *can)]
        then = {"properties": dict.fromkeys(foreign, json_schema.MATCHES_NOTHING)}
        if whole or kind == "struct":
            then["required"] = list(must)
        result.append({"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": then})
    return result


def _shaped(*required: str, **more) -> dict:
    return {
        "type": "object",
        "required": ["type", *required],
        "properties": {**_SHAPE, **more},
        "additionalProperties": False,
        "allOf": _by_type(whole=True),
    }


_NAME = {"type": "string", "minLength": 1, "maxLength": 30}
_OF_ALL = {
    "name": _NAME,
    "description": {"type": "string"},
    "required": {"type": "boolean"},
    "extended": {"type": "object"},
    "custom": {"type": "boolean"},
}


def _by_identifier(schema: dict) -> dict:
    return {"type": "object", "propertyNames": _IDENTIFIER, "additionalProperties": schema}


def _function(required: tuple, **more) -> dict:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**_OF_ALL, **more},
        "additionalProperties": False,
    }


#: What ``functions`` may hold. What a JSON schema cannot say, ``fault`` tells.
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {
        "item": {
            "type": "object",
            "required": ["type"],
            "properties": {**_SHAPE, "type": {"enum": list(IN_ARRAY)}},
            "additionalProperties": False,
            "allOf": _by_type(whole=False),
        },
        "parameters": _by_identifier(_shaped(name=_NAME)),
    },
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "properties": _by_identifier(_shaped(access={"enum": ["r", "w", "rw"]}, **_OF_ALL)),
        "events": _by_identifier(
            _function(
                ("type",),
                type={"enum": ["info", "alert", "error"]},
                outputs={"$ref": "#/$defs/parameters"},
            )
        ),
        "services": _by_identifier(
            _function(
                (),
                call={"enum": ["async", "sync"]},
                inputs={"$ref": "#/$defs/parameters"},
                outputs={"$ref": "#/$defs/parameters"},
            )
        ),
    },
}

#: Members of a function or a parameter that say nothing where they have these values.
_SILENT = {"required": False, "description": "", "unit": "", "unit_name": "", "inputs": {}, "outputs": {}}
#: What a function is where it does not say it.
_USUAL = {"properties": {"access": "r"}, "events": {}, "services": {"call": "async"}}

_PLAIN_NAME = re.compile("[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff_.-]{0,29}")


class Functions(Type):
    """The functions of a block, in the plain form."""

    argument = {"type": "dict"}

    @property
    def empty(self) -> Any:
        return {}

    def check(self, value: Any) -> str:
        return json_schema.schema_error(SCHEMA, with_text_keys(value))

    def canonical(self, value: Any) -> Any:
        return canonical(value)

    def to_display(self, value: Any) -> Any:
        return normal(value)

    def merge(self, current: Any, requested: Any) -> Any:
        if requested is PENDING:
            return requested
        current, requested = normal(current), normal(requested)
        merged = {kind: {**current.get(kind, {}), **requested.get(kind, {})} for kind in KINDS}
        return {kind: functions for kind, functions in merged.items() if functions}


# The one form


def normal(functions: dict | None) -> dict:
    """Functions in the one way in which they can be written; kinds of which there are none are left out."""
    functions = with_text_keys(functions or {})
    result = {}
    for kind in KINDS:
        found = {
            identifier: _normal({"name": identifier, **_USUAL[kind], **function})
            for identifier, function in (functions.get(kind) or {}).items()
        }
        if found:
            result[kind] = found
    return result


def canonical(functions: dict | None) -> dict:
    """Functions as they are compared: whether one is a standard function of a category means nothing."""
    return compared(normal(functions))


def compared(functions: dict) -> dict:
    """Functions in their normal form, as they are compared."""
    result: dict = {}
    for kind, identifier, function in every(functions):
        kept = {name: member for name, member in function.items() if name not in ("custom", "extended")}
        described = comparable(function.get("extended") or {})
        result.setdefault(kind, {})[identifier] = {**kept, "extended": described} if described else kept
    return result


def comparable(extended):
    """An extended description as it is compared: whose it is and how numbers are written mean nothing."""
    if isinstance(extended, dict):
        return {
            str(name): comparable(member)
            for name, member in extended.items()
            if member is not None and name != "identifier"
        }
    if isinstance(extended, list):
        # The elements of a list name what they are of.
        return [
            {**comparable(element), "identifier": element.get("identifier")}
            if isinstance(element, dict)
            else comparable(element)
            for element in extended
        ]
    # A flag is no number, whatever Python has of it.
    return str(extended) if isinstance(extended, bool) else number(extended)


def _normal(one: dict) -> dict:
    kept = {}
    for name, member in one.items():
        if member is None or (name in _SILENT and member == _SILENT[name]):
            continue
        if name in ("inputs", "outputs", "members"):
            member = {key: _normal({"name": key, **parameter}) for key, parameter in member.items()}
        elif name == "item":
            member = _normal(member)
        elif name in (*LIMITS, "length", "size") or (name == "default" and one.get("type") in NUMBERS):
            member = number(member)
        elif name == "default":
            member = str(member)
        kept[name] = member
    return kept


def number(value):
    """A number, or a text that is one, in the one way in which it is written; anything else as it is."""
    if not isinstance(value, (int, float, str)) or isinstance(value, bool):
        return value
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return value
    if not exact.is_finite() or abs(exact.adjusted()) > _MOST_DIGITS:
        return value
    if exact == exact.to_integral_value() and abs(exact) < _EXACT:
        return int(exact)
    as_float = float(exact)
    if Decimal(repr(as_float)) == exact:
        return as_float
    digits = format(exact, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def number_text(value) -> str:
    """A number as the platform takes it, which is as a text without an exponent."""
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)


def with_text_keys(value):
    """A value whose keys are texts, as JSON has them; YAML reads ``0:`` as a number."""
    if isinstance(value, dict):
        return {str(key): with_text_keys(member) for key, member in value.items()}
    if isinstance(value, list):
        return [with_text_keys(element) for element in value]
    return value


# What is wrong with them


def every(functions: dict):
    """Kind, identifier and function of each."""
    for kind in KINDS:
        for identifier, function in (functions.get(kind) or {}).items():
            yield kind, identifier, function


def fault(functions: dict) -> str:
    """What the platform would not take of functions in their normal form; empty where it takes all of them."""
    seen: dict = {}
    for kind, identifier, function in every(functions):
        where = f"{kind}.{identifier}"
        # Two that are called alike are refused, whatever they are.
        for member, word in (("identifier", identifier), ("name", function.get("name"))):
            other = seen.setdefault((member, word), where)
            if other != where:
                return f"is invalid at {where}: {word} is the {member} of {other} already"
        complaint = _misnamed(identifier, function) or _fault(function, kind == "properties")
        if complaint:
            return f"is invalid at {where}: {complaint}"
    return ""


def _fault(one: dict, typed: bool) -> str:
    """What is wrong with a function or a parameter; ``typed`` is one that has a data type."""
    for name in ("inputs", "outputs", "members"):
        for identifier, parameter in (one.get(name) or {}).items():
            complaint = _misnamed(identifier, parameter) or _fault(parameter, True)
            if not complaint and name == "members" and parameter.get("type") not in IN_STRUCT:
                complaint = f"a struct holds {', '.join(IN_STRUCT)} and no {parameter.get('type')}"
            if complaint:
                return f"{name}.{identifier}: {complaint}"
    if not typed:
        return ""
    item = one.get("item")
    if isinstance(item, dict):
        if item.get("type") not in IN_ARRAY:
            return f"an array holds {', '.join(IN_ARRAY)} and no {item.get('type')}"
        return _fault(item, True)
    if one.get("type") in NUMBERS:
        return _wrong_numbers(one)
    if one.get("type") == "bool" and set(one.get("values") or {}) != {"0", "1"}:
        return "a bool has the values 0 and 1"
    return ""


def _misnamed(identifier: str, one: dict) -> str:
    if identifier in RESERVED:
        return f"{identifier} is a word that the platform keeps for itself"
    if not _PLAIN_NAME.fullmatch(str(one.get("name", ""))):
        return (
            "its name must have 1 to 30 Chinese characters, letters, digits, hyphens, underscores and dots, and begin "
            f"with a character, letter or digit; {one.get('name')!r} does not fit"
        )
    return ""


def _wrong_numbers(one: dict) -> str:
    found = {}
    for name in ("min", "max", "step"):
        if name not in one:
            continue
        if isinstance(one[name], str) and not _is_number(one[name]):
            return f"{name} is no number: {one[name]!r}"
        found[name] = Decimal(str(one[name]))
        if one["type"] == "int" and found[name] != found[name].to_integral_value():
            return f"{name} of an int is a whole number, not {one[name]}"
    if {"min", "max"} <= set(found) and found["min"] > found["max"]:
        return f"min {one['min']} is above max {one['max']}"
    return f"step {one['step']} is not above 0" if found.get("step", 1) <= 0 else ""


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
