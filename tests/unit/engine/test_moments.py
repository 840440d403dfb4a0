# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Points in time, which tasks write as people do and operations in milliseconds; and numbers of which there are few."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import NumberChoice, Timestamp

MOMENT = Timestamp()


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
def test_a_moment_is_the_same_however_it_is_written(text):
    assert MOMENT.check(text) == ""
    assert MOMENT.to_wire(text) == 1546300800000
    assert MOMENT.canonical(text) == MOMENT.canonical(MOMENT.from_wire(1546300800000))
    assert MOMENT.canonical(text) == MOMENT.canonical(MOMENT.from_wire("2019-01-01T00:00:00.000Z"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("2019-01-01T00:00:00", "must include a time zone"),
        ("2019-01-01", "must include a time zone"),
        ("tomorrow", "must be a time such as"),
        ("", "must be a time such as"),
        (1546300800, "must be a time such as"),
    ],
)
def test_what_is_no_moment(text, complaint):
    assert MOMENT.check(text).startswith(complaint)


@pytest.mark.parametrize("nothing", [None, "", 0, "0"])
def test_there_may_be_none(nothing):
    assert MOMENT.from_wire(nothing) == ""
    assert MOMENT.canonical("") == ""


def test_moments_that_differ_by_a_millisecond_differ():
    assert MOMENT.canonical("2019-01-01T00:00:00.001Z") != MOMENT.canonical("2019-01-01T00:00:00Z")


def test_one_of_a_few_numbers():
    kind = NumberChoice(0, 10)
    assert kind.argument == {"type": "int", "choices": [0, 10]}
    assert kind.check(0) == ""
    assert kind.check(5) == "must be one of 0, 10, not 5"
    assert kind.from_wire("10") == 10
