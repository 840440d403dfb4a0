# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rules of the platform for functions in the plain form that a JSON schema cannot express (manual chapter 4.11)."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.functions import (
    ARRAY_TYPES,
    NUMBERS,
    STRUCT_TYPES,
    iterate,
)

#: Identifiers that are reserved by the platform.
RESERVED = ("set", "get", "post", "property", "event", "time", "value")

_NAME_PATTERN = re.compile("[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff_.-]{0,29}")
_VALUE_NAME_PATTERN = re.compile("[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff_-]{0,19}")


def find_error(functions: dict) -> str:
    """Return why the platform would reject functions in their normalized form; an empty string if it accepts them."""
    seen: dict = {}
    for kind, identifier, function in iterate(functions):
        where = f"{kind}.{identifier}"
        # Identifiers and names must be unique among functions of all kinds.
        for member, value in (("identifier", identifier), ("name", function.get("name"))):
            other = seen.setdefault((member, value), where)
            if other != where:
                return f"is invalid at {where}: the {member} {value} is already used by {other}"
        problem = _find_name_error(identifier, function) or _find_error(function, kind == "properties")
        if problem:
            return f"is invalid at {where}: {problem}"
    return ""


def _find_error(item: dict, typed: bool) -> str:
    """Return what is wrong with a function or a parameter.

    Args:
        item: The function or parameter.
        typed: Whether it has a data type.
    """
    for name in ("inputs", "outputs", "members"):
        for identifier, parameter in (item.get(name) or {}).items():
            problem = _find_name_error(identifier, parameter) or _find_error(parameter, True)
            if not problem and name == "members" and parameter.get("type") not in STRUCT_TYPES:
                problem = f"the type of a struct member must be {', '.join(STRUCT_TYPES)}, not {parameter.get('type')}"
            if problem:
                return f"{name}.{identifier}: {problem}"
    if not typed:
        return ""
    element = item.get("item")
    if isinstance(element, dict):
        if element.get("type") not in ARRAY_TYPES:
            return f"the type of an array element must be {', '.join(ARRAY_TYPES)}, not {element.get('type')}"
        return _find_error(element, True)
    if item.get("type") in NUMBERS:
        return _find_number_error(item)
    if item.get("type") == "bool" and set(item.get("values") or {}) != {"0", "1"}:
        return "values of a bool must contain exactly 0 and 1"
    return _find_values_error(item.get("values") or {})


def _find_values_error(values: dict) -> str:
    """Return what is wrong with the values of a bool or an enum."""
    if len({int(value) for value in values}) < len(values):
        return "values must contain each number once"
    for value, name in values.items():
        if not _VALUE_NAME_PATTERN.fullmatch(name):
            return (
                "the name of a value must have 1 to 20 Chinese characters, letters, digits, underscores and hyphens, "
                f"and start with a Chinese character, letter or digit; {name!r} of the value {value} does not match"
            )
    return ""


def _find_name_error(identifier: str, item: dict) -> str:
    if identifier in RESERVED:
        return f"the identifier {identifier} is reserved by the platform"
    if not _NAME_PATTERN.fullmatch(str(item.get("name", ""))):
        return (
            "name must have 1 to 30 Chinese characters, letters, digits, hyphens, underscores and dots, and start "
            f"with a Chinese character, letter or digit; {item.get('name')!r} does not match"
        )
    return ""


def _find_number_error(item: dict) -> str:
    numbers = {}
    for name in ("min", "max", "step"):
        if name not in item:
            continue
        if isinstance(item[name], str) and not _is_number(item[name]):
            return f"{name} must be a number, not {item[name]!r}"
        numbers[name] = Decimal(str(item[name]))
        if item["type"] == "int" and numbers[name] != numbers[name].to_integral_value():
            return f"{name} of an int must be a whole number, not {item[name]}"
    if {"min", "max"} <= set(numbers) and numbers["min"] > numbers["max"]:
        return f"min {item['min']} is greater than max {item['max']}"
    return f"step must be greater than 0, not {item['step']}" if numbers.get("step", 1) <= 0 else ""


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
