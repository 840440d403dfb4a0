# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for checking values against the data types of a thing model."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.values import (
    WrongValue,
    check_parameters,
    check_value,
)

INT = {"type": "int", "min": "-5", "max": "10"}
FLOAT = {"type": "float", "min": "-1.5", "max": "1.5"}
DOUBLE = {"type": "double"}
BOOL = {"type": "bool", "items": [{"value": 0, "name": "off"}, {"value": 1, "name": "on"}]}
ENUM = {"type": "enum", "items": [{"value": 3, "name": "three"}, {"value": 5, "name": "five"}]}
TEXT = {"type": "text", "length": 6}
DATE = {"type": "date"}
STRUCT = {"type": "struct", "members": [{"identifier": "a", "data_type": INT}, {"identifier": "b", "data_type": TEXT}]}
ARRAY = {"type": "array", "size": 2, "item": INT}
ARRAY_WITHOUT_SPECS = {"type": "array", "size": 2, "item": {"type": "text"}}


def error_code(data_type, value, **options) -> int:
    """Return the error number for a value, or 0 if the value is valid."""
    try:
        check_value(data_type, value, "level", **options)
    except WrongValue as error:
        return error.code
    return 0


@pytest.mark.parametrize(
    ("data_type", "values"),
    [
        (INT, [-5, 0, 10]),
        (FLOAT, [-1.5, 0, 1.5]),
        (DOUBLE, [1e300, -7]),
        (BOOL, [0, 1]),
        (ENUM, [3, 5]),
        (TEXT, ["", "abcdef", "路灯"]),
        (DATE, ["0", "1700000000000"]),
        (STRUCT, [{}, {"a": 1}, {"a": 1, "b": "x"}]),
        (ARRAY, [[], [1], [1, 2]]),
        (ARRAY_WITHOUT_SPECS, [["a", "a text of any length"]]),
    ],
)
def test_check_value_with_valid_value_passes(data_type, values):
    assert [error_code(data_type, value) for value in values] == [0] * len(values)
    assert [error_code(data_type, value, limits=False) for value in values] == [0] * len(values)


@pytest.mark.parametrize(
    ("data_type", "values", "number"),
    [
        (INT, [1.0, "1", True, None, []], 6306),
        (FLOAT, ["1", True, None], 6307),
        (DOUBLE, ["1", False], 6307),
        (BOOL, [True, "1", 0.0], 6308),
        (ENUM, ["3", True, 3.0], 6309),
        (TEXT, [1, None, {}], 6310),
        (DATE, [1700000000000, "today", "", "-1"], 6311),
        (STRUCT, [[], "{}", 1], 6312),
        (STRUCT, [{"c": 1}], 6304),
        (STRUCT, [{"a": "x"}], 6306),
        (ARRAY, [{}, "[]"], 6328),
        (ARRAY, [["x"]], 6306),
    ],
)
def test_check_value_with_wrong_type_fails(data_type, values, number):
    assert [error_code(data_type, value) for value in values] == [number] * len(values)
    assert [error_code(data_type, value, limits=False) for value in values] == [number] * len(values)


@pytest.mark.parametrize(
    ("data_type", "values", "number"),
    [
        (INT, [-6, 11], 6306),
        (FLOAT, [-1.6, 1.6], 6307),
        (BOOL, [2], 6308),
        (ENUM, [4], 6309),
        (TEXT, ["abcdefg", "路灯路"], 6310),
        (STRUCT, [{"a": 11}], 6306),
        (ARRAY, [[1, 2, 3]], 6324),
        (ARRAY, [[11]], 6306),
    ],
)
def test_check_value_beyond_limits_fails_unless_limits_are_off(data_type, values, number):
    assert [error_code(data_type, value) for value in values] == [number] * len(values)
    assert [error_code(data_type, value, limits=False) for value in values] == [0] * len(values)


def test_wrong_value_message_contains_reason_and_name():
    with pytest.raises(WrongValue, match=r"tsl parse: data type is not int -> level"):
        check_value(INT, "x", "level")


def test_check_parameters_with_unknown_name_or_wrong_value_fails():
    parameters = [{"identifier": "a", "data_type": INT}]
    check_parameters(parameters, {})
    check_parameters(parameters, {"a": 1})
    check_parameters(parameters, {"a": 11}, limits=False)
    for values in ({"b": 1}, {"a": 11}):
        with pytest.raises(WrongValue):
            check_parameters(parameters, values)
