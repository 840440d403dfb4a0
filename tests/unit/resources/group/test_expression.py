# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The syntax check of the expressions of dynamic groups."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.expression import (
    Expression,
    find_problem,
)

VALID = (
    'product_key = "a1****" and name LIKE "test%"',
    'tag.tag_name = "site" AND tag.tag_value = "east"',
    "status='ONLINE'",
    'gmt_create > "2020-04-04 16:38:18.607"',
    "nickname = null",
    'nickname != NULL or name = "x"',
    "new_field = 3",
    "new.field < 3",
    'name="lamp"',
    'tag.tag_name = "a b (c)"',
    'ota_module.firmware_version = "1.0"',
    'group.group_id = "a-b"',
    'ota_module.module_name = "modem" AND ota_module.firmware_version = "1.0"',
)

INVALID = (
    "name LIKE LIKE",
    "name",
    "name =",
    '= "x"',
    'name = "x" and',
    'name = "x" name = "y"',
    'name = "x',
    'name LIKE "abc%"',
    'name LIKE "%abcd"',
    'name LIKE "abcd"',
    '(name = "x")',
    "name = x",
    'name > "x"',
    "gmt_create > 3",
    'gmt_create > "2020"',
    'active_time LIKE "2020%"',
    "",
    " ",
    "and",
    'name = "x" and and name = "y"',
    'name == "x"',
    'name <> "x"',
    'name like "te-st%"',
    'a="1" and b="1" and c="1" and d="1" and e="1" and f="1"',
    'name IN ("a")',
    "name = 3",
    "name > null",
    'name = "x";',
    'name = "x" xor name = "y"',
    'ota_module.module_name = "modem"',
)


@pytest.mark.parametrize("expression", VALID)
def test_valid_expression_is_accepted(expression):
    assert Expression().check(expression) == ""


@pytest.mark.parametrize("expression", INVALID)
def test_invalid_expression_is_rejected(expression):
    assert find_problem(expression)
    assert Expression().check(expression)


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("name LIKE LIKE", "LIKE must be followed by a text in quotation marks, a number or null, not by LIKE"),
        ('name = "x" AND', 'a condition such as name LIKE "lamp%" is missing at the end'),
        ('name = "x" name = "y"', "AND or OR must precede name"),
        ('name > "x"', "> cannot be used with the text name"),
        ('name = "x', 'the quotation mark " is not closed'),
    ],
)
def test_problem_names_the_place(expression, problem):
    assert Expression().check(expression) == f"is not a valid search expression: {problem}"
