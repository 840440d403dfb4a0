# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The syntax check of the SQL of rules: it accepts all valid SQL, and rejects only what no SQL parser accepts."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.sql_syntax import (
    SelectText,
    WhereText,
    find_problem,
)

VALID_SELECT = (
    "*",
    "a",
    "a as b",
    "a, b as c",
    "deviceName() as deviceName, items.Humidity.value as Humidity",
    '"$.a.b" as x',
    'timestamp("yyyy-MM-dd HH:mm:ss") as t',
    "case a when 1 then 'x' when 2 then 'y' else 'z' end as w",
    "case when a > 1 then 2 end",
    "to_base64(*) as data",
    "a + -b * (c - 1) / 2 % 3 as n",
    "*, topic() as t",
    "a.b[0].c as d",
    "not a = 1 as f",
    "substring(a, 1, 2) b",
    "concat(a, concat('x,y', 'it''s')) as c",
    "count(*)",
    'a as "b c"',
    "a is not null as x",
    "温度 as t",
    "payload('utf-8') as p",
    "-1 as x",
    "items.Temperature.value > 35 as hot",
    "a in (1, 2) as b",
    "crypto(field,'MD5')",
    "a as end",
    "1e+5 as big",
    "topic(3)",
    "thingPropertyFlatMap('a','b')",
    "a-b as ab",
    "deviceName() as deviceName, items.Humidity.value as Humidity",
    "a[?(@.b > 1)] as c",
)

INVALID_SELECT = (
    "a as as b,,",
    "a,,b",
    "a,",
    ",a",
    "a as",
    "a as b as c",
    "(a",
    "a)",
    "'a",
    "a + as b",
    "a b c",
    "f(a,",
    "f(a,)",
    "case a when 1 then 2 as x",
    "case end",
    "a as ,b",
    "select a",
    "a from b",
    "a where b",
    "* *",
    "a as (b)",
    "f(,a)",
    "a;",
    "a; b",
    "as b",
    "when 1",
    "case when then 1 end",
    "a = = 1",
    "a + * b",
    "concat(a b)",
    "a as b c",
    "a[0 as b",
)

VALID_WHERE = (
    "a > 1",
    "a = 'x' and b <> 2",
    "(a or b) and not c",
    "a in (1,2,3)",
    "a not in ('x')",
    "a like 'x%'",
    "a not like '%y'",
    "Temperature>35",
    "topic(3) = 'x'",
    "a is null",
    "a is not null",
    "a between 1 and 2",
    "case when a then b else c end = 1",
    "a > 1;",
    "x != 3",
    "f() > 1 AND g(a) < 2",
    "abs(-a) > 1",
    "a > -1",
)

INVALID_WHERE = (
    "a >",
    "and a",
    "a and",
    "a and and b",
    "a == ",
    "(a > 1",
    "a > 1)",
    "a = 'x",
    "a b",
    "a, b",
    "a > 1 as c",
    "where a > 1",
    "in (1)",
    "a in",
    "a in (1,",
    "a like",
    "a not",
    "a > 1 or",
    "a = = 1",
    "a > > b",
    "a <> <> b",
    "()",
    "not",
    "a like like b",
    "a not b",
    "a in ()",
    "name LIKE LIKE",
    "a in b",
)


@pytest.mark.parametrize("text", VALID_SELECT)
def test_valid_select_is_accepted(text):
    assert find_problem(text, is_list=True) == ""
    assert SelectText(1).check(text) == ""


@pytest.mark.parametrize("text", INVALID_SELECT)
def test_invalid_select_is_rejected(text):
    assert find_problem(text, is_list=True)
    assert SelectText(1).check(text).startswith("is not valid SQL: ")


@pytest.mark.parametrize("text", VALID_WHERE)
def test_valid_where_is_accepted(text):
    assert find_problem(text, is_list=False) == ""
    assert WhereText().check(text) == ""


@pytest.mark.parametrize("text", INVALID_WHERE)
def test_invalid_where_is_rejected(text):
    assert WhereText().check(text).startswith("is not valid SQL: ")


def test_empty_text_clears_where_only():
    assert WhereText().check("") == WhereText().check("  ") == ""
    assert SelectText(1).check("") == "must have at least 1 characters; '' has 0"
    assert SelectText(1).check("  ") == "is not valid SQL: '  ' is empty"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a as as b,,", "AS must be followed by a name, not by as"),
        ("a,,b", "unexpected , after ,"),
        ("(a + b", "( is not closed"),
        ("'a", "the quotation mark ' is not closed"),
        ("a b c", "an operator is missing between b and c"),
        ("select a", "SELECT must not be part of the text: each clause has an option of its own"),
        ("case a when 1 then 2", "CASE has no END"),
        ("case when a else 2 end", "ELSE is at the wrong place in CASE"),
        ("a +", "the text ends after +"),
    ],
)
def test_problem_names_the_place(text, problem):
    assert find_problem(text, is_list=True) == problem


def test_unknown_character_is_accepted_if_quotes_and_parentheses_are_balanced():
    assert find_problem("a ~ b ^ (c # d)", is_list=False) == ""
    assert find_problem("a ~ (b", is_list=False) == "( is not closed"
