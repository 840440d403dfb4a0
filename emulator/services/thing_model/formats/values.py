# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check values against the data types of a thing model."""

from __future__ import annotations

import re
from typing import Any

_UTC_MILLISECONDS = re.compile(r"[0-9]{1,15}")

DataType = dict[str, Any]


class WrongValue(ValueError):
    """A value that its data type does not allow. ``code`` is the platform's error number."""

    def __init__(self, code: int, reason: str, name: str) -> None:
        self.code = code
        super().__init__(f"tsl parse: {reason} -> {name}")


def check_value(data_type: DataType, value: Any, name: str, *, limits: bool = True) -> None:
    """Check a value against a data type.

    Args:
        data_type: The data type, as described in ``model``.
        value: The value.
        name: The identifier of the value, for the error message.
        limits: Check the limits of the data type (range, length, size, allowed values) as well as the type.

    Raises:
        WrongValue: The value is not of the data type.
    """
    _CHECKS[data_type["type"]](data_type, value, name, limits)


def check_parameters(parameters: list[dict[str, Any]], values: dict[str, Any], *, limits: bool = True) -> None:
    """Check values against a list of parameters. Every parameter is optional.

    Raises:
        WrongValue: There is no parameter for a value, or the value is not of the parameter's data type.
    """
    types = {parameter["identifier"]: parameter["data_type"] for parameter in parameters}
    for name, value in values.items():
        if name not in types:
            raise WrongValue(6304, "params not exist", name)
        check_value(types[name], value, name, limits=limits)


def has_integer_for_float(data_type: DataType, value: Any) -> bool:
    """Return whether a valid value contains a number without a decimal point for a float or double."""
    kind = data_type["type"]
    if kind in ("float", "double"):
        return isinstance(value, int)
    if kind == "array":
        return any(has_integer_for_float(data_type["item"], element) for element in value)
    if kind == "struct":
        types = {member["identifier"]: member["data_type"] for member in data_type["members"]}
        return any(has_integer_for_float(types[name], member) for name, member in value.items())
    return False


def _check_int(data_type: DataType, value: Any, name: str, limits: bool) -> None:
    if not _is_integer(value):
        raise WrongValue(6306, "data type is not int", name)
    if limits:
        _check_range(data_type, value, name, 6306)


def _check_float(data_type: DataType, value: Any, name: str, limits: bool) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValue(6307, f"data type is not {data_type['type']}", name)
    if limits:
        _check_range(data_type, value, name, 6307)


def _check_range(data_type: DataType, value: float, name: str, code: int) -> None:
    minimum, maximum = data_type.get("min"), data_type.get("max")
    if minimum is not None and value < float(minimum):
        raise WrongValue(code, f"{data_type['type']} value is smaller than min {minimum}", name)
    if maximum is not None and value > float(maximum):
        raise WrongValue(code, f"{data_type['type']} value is bigger than max {maximum}", name)


def _check_choice(data_type: DataType, value: Any, name: str, limits: bool) -> None:
    kind = data_type["type"]
    code = 6308 if kind == "bool" else 6309
    if not _is_integer(value):
        raise WrongValue(code, f"value of {kind} type must be int", name)
    if limits and value not in [item["value"] for item in data_type["items"]]:
        raise WrongValue(code, f"{kind} specs error", name)


def _check_text(data_type: DataType, value: Any, name: str, limits: bool) -> None:
    if not isinstance(value, str):
        raise WrongValue(6310, "data type is not string", name)
    if limits and len(value.encode()) > data_type["length"]:
        raise WrongValue(6310, f"string length bigger than max length {data_type['length']}", name)


def _check_date(_data_type: DataType, value: Any, name: str, _limits: bool) -> None:
    if not (isinstance(value, str) and _UTC_MILLISECONDS.fullmatch(value)):
        raise WrongValue(6311, "date type must be a string of long(UTC ms)", name)


def _check_struct(data_type: DataType, value: Any, name: str, limits: bool) -> None:
    if not isinstance(value, dict):
        raise WrongValue(6312, "struct type must be json", name)
    check_parameters(data_type["members"], value, limits=limits)


def _check_array(data_type: DataType, value: Any, name: str, limits: bool) -> None:
    if not isinstance(value, list):
        raise WrongValue(6328, "data type is not array", name)
    if limits and len(value) > data_type["size"]:
        raise WrongValue(6324, f"array size is bigger than max size {data_type['size']}", name)
    for element in value:
        # The element type can have no specs: a number without limits, a text without a length.
        item = data_type["item"]
        check_value(item, element, name, limits=limits and not (item["type"] == "text" and "length" not in item))


_CHECKS = {
    "int": _check_int,
    "float": _check_float,
    "double": _check_float,
    "bool": _check_choice,
    "enum": _check_choice,
    "text": _check_text,
    "date": _check_date,
    "struct": _check_struct,
    "array": _check_array,
}


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
