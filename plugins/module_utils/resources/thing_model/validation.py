# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rules of the platform for functions in the plain form that a JSON schema cannot express (manual chapter 4.11)."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from math import isinf

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.functions import (
    ARRAY_TYPES,
    NUMBERS,
    STRUCT_TYPES,
    iterate,
)

#: Identifiers that are reserved by the platform.
RESERVED = ("set", "get", "post", "property", "event", "time", "value")

#: The manual allows fewer characters in names than the console, which also accepts Japanese ones and slashes.
_LETTERS = r"A-Za-z0-9\u3040-\u30ff\uff66-\uff9f\u4e00-\u9fff"
NAME_PATTERN = rf"^[{_LETTERS}][{_LETTERS}_./-]{{0,29}}$"
LABEL_PATTERN = rf"^[{_LETTERS}][{_LETTERS}_-]{{0,19}}$"

#: Maximum number of digits of an int, and of significant digits of other numbers.
MAX_INT_DIGITS = 20
MAX_DIGITS = 40


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
    for value, label in values.items():
        if not re.fullmatch(LABEL_PATTERN, label):
            return (
                f"the label of {value} must have 1 to 20 Chinese and Japanese characters, letters, digits, hyphens and "
                f"underscores, and start with a character, letter or digit; {label!r} does not match"
            )
    return ""


def _find_name_error(identifier: str, item: dict) -> str:
    if identifier in RESERVED:
        return f"the identifier {identifier} is reserved by the platform"
    if not re.fullmatch(NAME_PATTERN, str(item.get("name", ""))):
        return (
            "name must have 1 to 30 Chinese and Japanese characters, letters, digits, hyphens, underscores, dots and "
            f"slashes, and start with a character, letter or digit; {item.get('name')!r} does not match"
        )
    return ""


def _find_number_error(item: dict) -> str:
    numbers = {}
    for name in ("min", "max", "step"):
        if name not in item:
            continue
        if not _is_number(str(item[name])):
            return f"{name} must be a number, not {item[name]!r}"
        number = numbers[name] = Decimal(str(item[name]))
        if item["type"] == "int":
            if number != number.to_integral_value() or number.adjusted() >= MAX_INT_DIGITS:
                return f"{name} of an int must be a whole number with at most {MAX_INT_DIGITS} digits, not {item[name]}"
        elif isinf(float(number)) or _count_digits(number) > MAX_DIGITS:
            return f"{name} must be in the range of a double and have at most {MAX_DIGITS} digits, not {item[name]}"
    if {"min", "max"} <= set(numbers) and numbers["min"] > numbers["max"]:
        return f"min {item['min']} is greater than max {item['max']}"
    return f"step must be greater than 0, not {item['step']}" if numbers.get("step", 1) <= 0 else ""


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _count_digits(number: Decimal) -> int:
    """Return the number of significant digits."""
    return len("".join(map(str, number.as_tuple().digits)).strip("0"))
