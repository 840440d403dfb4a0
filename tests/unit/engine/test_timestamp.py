# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of timestamps and of numbers with several choices."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import NumberChoice, Timestamp

TIMESTAMP = Timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "2019-01-01T08:00:00+08:00",
        "2019-01-01T00:00:00Z",
        "2019-01-01T00:00:00z",
        "2019-01-01T00:00:00.000Z",
        "2019-01-01 00:00:00+00:00",
    ],
)
def test_timestamp_different_notations_are_equal(text):
    assert TIMESTAMP.check(text) == ""
    assert TIMESTAMP.to_wire(text) == 1546300800000
    assert TIMESTAMP.canonical(text) == TIMESTAMP.canonical(TIMESTAMP.from_wire(1546300800000))
    assert TIMESTAMP.canonical(text) == TIMESTAMP.canonical(TIMESTAMP.from_wire("2019-01-01T00:00:00.000Z"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2019-01-01T00:00:00", "must include a time zone"),
        ("2019-01-01", "must include a time zone"),
        ("tomorrow", "must be a time such as"),
        ("", "must be a time such as"),
        (1546300800, "must be a time such as"),
    ],
)
def test_timestamp_invalid_text_is_rejected(text, problem):
    assert TIMESTAMP.check(text).startswith(problem)


@pytest.mark.parametrize("missing", [None, "", 0, "0"])
def test_timestamp_missing_value_is_empty(missing):
    assert TIMESTAMP.from_wire(missing) == ""
    assert TIMESTAMP.canonical("") == ""


def test_timestamp_millisecond_is_significant():
    assert TIMESTAMP.canonical("2019-01-01T00:00:00.001Z") != TIMESTAMP.canonical("2019-01-01T00:00:00Z")


def test_number_choice_accepts_its_numbers_only():
    number = NumberChoice(0, 10)
    assert number.argument == {"type": "int", "choices": [0, 10]}
    assert number.check(0) == ""
    assert number.check(5) == "must be one of 0, 10, not 5"
    assert number.from_wire("10") == 10
