# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plain form of a thing model, for playbooks and for the comparison of models (manual chapter 4.11).

It contains functions by kind and identifier::

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

The modules ``tsl`` and ``thing_model_json`` convert TSL and ThingModelJson to and from the plain form. It does not
contain members that the platform derives or fills in, so two models are equivalent if their plain forms are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import json_schema

#: The kinds of functions, in the order in which the platform lists them.
KINDS = ("properties", "events", "services")

NUMBERS = ("int", "float", "double")
CHOICES = ("bool", "enum")
TYPES = (*NUMBERS, "text", "date", *CHOICES, "struct", "array")
#: The types of the members of a struct, and of the elements of an array.
STRUCT_TYPES = (*NUMBERS, "text", "date", *CHOICES)
ARRAY_TYPES = (*NUMBERS, "text", "struct")

#: The numeric specs of a data type: the name in TSL and ThingModelJson to the name in the plain form.
LIMITS = {"min": "min", "max": "max", "step": "step", "precise": "precise"}

#: Whole numbers below this limit are read without loss of precision by every JSON parser.
_MAX_EXACT_INTEGER = 2**53
#: Numbers with more digits than this are not normalized. Numbers in a model have fewer digits.
_MAX_DIGITS = 400
#: Numbers that have more characters than this without an exponent, apart from the sign, are written with one: the
#: platform rejects numbers with many digits. An ``int``, which cannot have an exponent, is never longer.
_MAX_PLAIN_LENGTH = 20
#: Below this limit, doubles are subnormal: they have fewer digits, and languages write them differently. The smallest
#: one is 4.9E-324 in Java and on the platform, and 5e-324 in Python.
_MIN_NORMAL_DOUBLE = Decimal("2.2250738585072014E-308")
_SMALLEST_DOUBLE = "4.9E-324"

_IDENTIFIER = {"type": "string", "pattern": "^[A-Za-z0-9_]{1,50}$"}
#: The schemas of the names of functions and parameters, and of the labels of values. Their characters are checked by
#: ``validation``, whose messages are clearer.
NAME = {"type": "string", "minLength": 1, "maxLength": 30}
LABEL = {"type": "string", "minLength": 1, "maxLength": 20}
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
        "additionalProperties": LABEL,
    },
    "size": {"type": "integer", "minimum": 1, "maximum": 512},
    "item": {"$ref": "#/$defs/item"},
    "members": {"type": "object", "minProperties": 1, "$ref": "#/$defs/parameters"},
}
#: The members of each type: required and optional ones.
_MEMBERS_BY_TYPE = {
    **dict.fromkeys(NUMBERS, (("min", "max"), ("step", "precise", "unit", "unit_name", "default"))),
    "text": (("length",), ("default",)),
    "date": ((), ("default",)),
    **dict.fromkeys(CHOICES, (("values",), ())),
    "struct": (("members",), ()),
    "array": (("size", "item"), ()),
}


def _conditions_by_type(complete: bool) -> list[dict]:
    """Return the conditions of a schema that depend on the type.

    Args:
        complete: Whether the required members must be present. Elements of an array can omit them, except structs.
    """
    result = []
    for kind, (required, optional) in _MEMBERS_BY_TYPE.items():
        foreign = [name for name in _SHAPE if name not in ("type", *required, *optional)]
        then = {"properties": dict.fromkeys(foreign, json_schema.MATCHES_NOTHING)}
        if complete or kind == "struct":
            then["required"] = list(required)
        result.append({"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": then})
    return result


def _typed(**members: dict) -> dict:
    """Return the schema of an object with a data type and additional members."""
    return {
        "type": "object",
        "required": ["type"],
        "properties": {**_SHAPE, **members},
        "additionalProperties": False,
        "allOf": _conditions_by_type(complete=True),
    }


_COMMON_MEMBERS = {
    "name": NAME,
    "description": {"type": "string"},
    "required": {"type": "boolean"},
    "extended": {"type": "object"},
    "custom": {"type": "boolean"},
}


def _by_identifier(schema: dict) -> dict:
    """Return the schema of a dictionary by identifier."""
    return {"type": "object", "propertyNames": _IDENTIFIER, "additionalProperties": schema}


def _function(required: tuple[str, ...], **members: dict) -> dict:
    """Return the schema of an event or a service."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**_COMMON_MEMBERS, **members},
        "additionalProperties": False,
    }


#: The schema of ``functions``. ``validation.find_error`` checks the rules that a JSON schema cannot express.
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {
        "item": {
            "type": "object",
            "required": ["type"],
            "properties": {**_SHAPE, "type": {"enum": list(ARRAY_TYPES)}},
            "additionalProperties": False,
            "allOf": _conditions_by_type(complete=False),
        },
        "parameters": _by_identifier(_typed(name=NAME)),
    },
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "properties": _by_identifier(_typed(access={"enum": ["r", "w", "rw"]}, **_COMMON_MEMBERS)),
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

#: Default values that the normalized form omits.
_OMITTED_DEFAULTS = {"required": False, "description": "", "unit": "", "unit_name": "", "inputs": {}, "outputs": {}}
#: Default values that the normalized form contains.
_DEFAULTS = {"properties": {"access": "r"}, "events": {}, "services": {"call": "async"}}


class Functions(Type):
    """The functions of a block, in the plain form."""

    argument = {"type": "dict"}

    @property
    def empty(self) -> Any:
        return {}

    def check(self, value: Any) -> str:
        return json_schema.schema_error(SCHEMA, with_string_keys(value))

    def canonical(self, value: Any) -> Any:
        return canonical(value)

    def to_display(self, value: Any) -> Any:
        return normalize(value)

    def merge(self, current: Any, requested: Any) -> Any:
        if requested is PENDING:
            return requested
        current, requested = normalize(current), normalize(requested)
        merged = {kind: {**current.get(kind, {}), **requested.get(kind, {})} for kind in KINDS}
        return {kind: functions for kind, functions in merged.items() if functions}


# Normalized form


def normalize(functions: dict | None) -> dict:
    """Return functions in their normalized form: uniform numbers and defaults, no kinds without functions."""
    functions = with_string_keys(functions or {})
    result = {}
    for kind in KINDS:
        found = {
            identifier: _normalize({"name": identifier, **_DEFAULTS[kind], **function})
            for identifier, function in (functions.get(kind) or {}).items()
        }
        if found:
            result[kind] = found
    return result


def canonical(functions: dict | None) -> dict:
    """Return the form of functions that is used for comparison; see ``comparable_functions``."""
    return comparable_functions(normalize(functions))


def comparable_functions(functions: dict) -> dict:
    """Return the form of normalized functions that is used for comparison.

    It does not contain whether a function is a standard function of the product's category.
    """
    result: dict = {}
    for kind, identifier, function in iterate(functions):
        members = {name: member for name, member in function.items() if name not in ("custom", "extended")}
        description = comparable_description(function.get("extended") or {})
        result.setdefault(kind, {})[identifier] = {**members, "extended": description} if description else members
    return result


def comparable_description(extended: Any) -> Any:
    """Return the form of an extended description that is used for comparison.

    It does not contain the identifier of the described function, and numbers are normalized.
    """
    if isinstance(extended, dict):
        return {
            str(name): comparable_description(member)
            for name, member in extended.items()
            if member is not None and name != "identifier"
        }
    if isinstance(extended, list):
        # In a list, the identifier says which parameter an element describes.
        return [
            {**comparable_description(element), "identifier": element.get("identifier")}
            if isinstance(element, dict)
            else comparable_description(element)
            for element in extended
        ]
    # In Python, a boolean is also a number. Here it must differ from 0 and 1.
    return str(extended) if isinstance(extended, bool) else normalize_number(extended)


def _normalize(item: dict) -> dict:
    """Return a function, a parameter or the type of an array element in its normalized form."""
    result = {}
    for name, member in item.items():
        if member is None or (name in _OMITTED_DEFAULTS and member == _OMITTED_DEFAULTS[name]):
            continue
        if name in ("inputs", "outputs", "members"):
            member = {key: _normalize({"name": key, **parameter}) for key, parameter in member.items()}
        elif name == "item":
            member = _normalize(member)
        elif name in (*LIMITS, "length", "size") or (name == "default" and item.get("type") in NUMBERS):
            member = normalize_number(member)
        elif name == "default":
            member = str(member)
        result[name] = member
    return result


def normalize_number(value: Any) -> Any:
    """Return a number, or text that contains one, in its normalized form. Return other values unchanged."""
    if not isinstance(value, (int, float, str)) or isinstance(value, bool):
        return value
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return value
    if not exact.is_finite() or abs(exact.adjusted()) > _MAX_DIGITS:
        return value
    if exact == exact.to_integral_value() and abs(exact) < _MAX_EXACT_INTEGER:
        return int(exact)
    as_float = float(exact)
    if Decimal(repr(as_float)) == exact or 0 < abs(as_float) < _MIN_NORMAL_DOUBLE:
        return as_float
    return _shortest(exact)


def format_number(value: Any) -> str:
    """Return a number as the platform accepts it: text, with an exponent only if it would be long without one."""
    if not isinstance(value, float):
        return str(value)
    text = _shortest(Decimal(repr(value)))
    return text.replace("5E-324", _SMALLEST_DOUBLE) if abs(value) == float(_SMALLEST_DOUBLE) else text


def _shortest(exact: Decimal) -> str:
    """Return a finite number as text without an exponent, or with one if the text would be long and it is shorter."""
    digits = format(exact, "f")
    plain = digits.rstrip("0").rstrip(".") if "." in digits else digits
    if len(plain.lstrip("-")) <= _MAX_PLAIN_LENGTH:
        return plain
    sign, significant, _exponent = exact.as_tuple()
    mantissa = "".join(map(str, significant)).rstrip("0")
    fraction = f".{mantissa[1:]}" if len(mantissa) > 1 else ""
    scientific = f"{'-' if sign else ''}{mantissa[0]}{fraction}E{exact.adjusted()}"
    return min(plain, scientific, key=len)


def with_string_keys(value: Any) -> Any:
    """Return a value in which all keys are strings, as in JSON. YAML parses the key ``0:`` as a number."""
    if isinstance(value, dict):
        return {str(key): with_string_keys(member) for key, member in value.items()}
    if isinstance(value, list):
        return [with_string_keys(element) for element in value]
    return value


def iterate(functions: dict) -> Iterator[tuple[str, str, dict]]:
    """Yield kind, identifier and function for each function."""
    for kind in KINDS:
        for identifier, function in (functions.get(kind) or {}).items():
            yield kind, identifier, function
