# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values of the data types of a thing model: whether a value is of a type, and within its limits."""

from __future__ import annotations

import re
from typing import Any

_UTC_MILLISECONDS = re.compile(r"[0-9]{1,15}")

DataType = dict[str, Any]


class WrongValue(ValueError):
    """A value that its data type does not allow; ``code`` is the platform's number for that."""

    def __init__(self, code: int, why: str, name: str) -> None:
        self.code = code
        super().__init__(f"tsl parse: {why} -> {name}")


def check_value(data_type: DataType, value: Any, name: str, *, limits: bool = True) -> None:
    """Raise WrongValue where ``value`` is not of the type; without ``limits``, any value of its kind is one.

    ``name`` is the value's identifier, for the message.
    """
    _CHECKS[data_type["type"]](data_type, value, name, limits)


def check_parameters(parameters: list[dict[str, Any]], values: dict[str, Any], *, limits: bool = True) -> None:
    """Raise WrongValue where a value is of no parameter, or not of its parameter's type. Any may be absent."""
    types = {parameter["identifier"]: parameter["data_type"] for parameter in parameters}
    for name, value in values.items():
        if name not in types:
            raise WrongValue(6304, "params not exist", name)
        check_value(types[name], value, name, limits=limits)


def _check_int(data_type: DataType, value: Any, name: str, limits: bool) -> None:
    if not _is_whole(value):
        raise WrongValue(6306, "data type is not int", name)
    if limits:
        _check_range(data_type, value, name, 6306)


def _check_float(data_type: DataType, value: Any, name: str, limits: bool) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValue(6307, f"data type is not {data_type['type']}", name)
    if limits:
        _check_range(data_type, value, name, 6307)


def _check_range(data_type: DataType, value: float, name: str, code: int) -> None:
    least, most = data_type.get("min"), data_type.get("max")
    if least is not None and value < float(least):
        raise WrongValue(code, f"{data_type['type']} value is smaller than min {least}", name)
    if most is not None and value > float(most):
        raise WrongValue(code, f"{data_type['type']} value is bigger than max {most}", name)


def _check_choice(data_type: DataType, value: Any, name: str, limits: bool) -> None:
    kind = data_type["type"]
    code = 6308 if kind == "bool" else 6309
    if not _is_whole(value):
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
        # The elements' type can be bare: a number without limits, a text without a length.
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


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
