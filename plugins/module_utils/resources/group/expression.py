# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A syntax check of the expressions of dynamic groups (manual section 4.10.2).

They are conditions of the device search, whose page in the manual describes the language (QueryDeviceBySQL). It has
conditions ``field operator value`` that are joined by AND and OR, without parentheses. The check does not reject fields
that it does not know, because the vendor adds fields.
"""

from __future__ import annotations

import re

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text

#: Maximum number of conditions.
MAX_CONDITIONS = 5

#: The shortest prefix that LIKE can search for, and the characters that it cannot contain.
MIN_PREFIX = 4
_FORBIDDEN_IN_PREFIX = r"\/&+-!(){}*?:~%"

OPERATORS = ("=", "!=", ">", "<", "LIKE")

#: The OTA module that a condition on the version refers to, and this version.
MODULE, VERSION = "ota_module.module_name", "ota_module.firmware_version"

#: The types of the known fields, which determine the operators.
_TEXTS = (
    "product_key",
    "iot_id",
    "name",
    "nickname",
    "status",
    "group.group_id",
    "tag.tag_name",
    "tag.tag_value",
    MODULE,
    VERSION,
)
_DATES = ("active_time", "gmt_create", "gmt_modified")
_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"[^"]*"|'[^']*')
      | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))
      | (?P<word>[A-Za-z_][\w.]*)
      | (?P<mark>!=|<=|>=|<>|\S)
    )""",
    re.VERBOSE,
)


class Expression(Text):
    """The expression that the devices of a dynamic group match."""

    def __init__(self) -> None:
        super().__init__(1)

    def check(self, value: str) -> str:
        problem = super().check(value)
        if problem:
            return problem
        problem = find_problem(value)
        return f"is not a valid search expression: {problem}" if problem else ""


def find_problem(expression: str) -> str:
    """Return why the platform would reject an expression; an empty string if it may accept it."""
    tokens = [(match.lastgroup or "", match[match.lastgroup or 0]) for match in _TOKEN.finditer(expression.rstrip())]
    fields = {token for kind, token in tokens if kind == "word"}
    if MODULE in fields and VERSION not in fields:
        return f"a condition on {MODULE} requires one on {VERSION}, without which the search ignores it"
    count = 0
    while True:
        condition, tokens = tokens[:3], tokens[3:]
        problem = _find_error(condition)
        if problem:
            return problem
        count += 1
        if count > MAX_CONDITIONS:
            return f"it must have at most {MAX_CONDITIONS} conditions"
        if not tokens:
            return ""
        (kind, joint), tokens = tokens[0], tokens[1:]
        if kind != "word" or joint.upper() not in ("AND", "OR"):
            return f"AND or OR must precede {joint}"


def _find_error(condition: list[tuple[str, str]]) -> str:
    """Return what is wrong with the tokens of a condition."""
    for kind, token in condition:
        if kind == "mark" and token in "\"'":
            return f"the quotation mark {token} is not closed"
        if token in ("(", ")"):
            return "it must not contain parentheses"
    if not condition:
        return 'a condition such as name LIKE "lamp%" is missing at the end'
    if condition[0][0] != "word" or condition[0][1].upper() in ("AND", "OR", "LIKE"):
        return f"a condition must start with a field, not with {condition[0][1]}"
    field = condition[0][1]
    if len(condition) < 2 or condition[1][1].upper() not in OPERATORS:
        return f"{field} must be followed by one of {', '.join(OPERATORS)}"
    operator = condition[1][1].upper()
    if len(condition) < 3:
        return f"{operator} must be followed by a value"
    return _find_value_error(field, operator, *condition[2])


def _find_value_error(field: str, operator: str, kind: str, token: str) -> str:
    if kind == "word" and token.upper() == "NULL":
        return "" if operator in ("=", "!=") else f"null can be compared with = and != only, not with {operator}"
    if kind not in ("text", "number"):
        return f"{operator} must be followed by a text in quotation marks, a number or null, not by {token}"
    text = token[1:-1] if kind == "text" else token
    if operator == "LIKE":
        if field in _DATES:
            return f"LIKE cannot be used with the date {field}"
        return _find_pattern_error(text)
    if field in _TEXTS and operator in ("<", ">"):
        return f"{operator} cannot be used with the text {field}"
    if field in (*_TEXTS, *_DATES) and kind == "number":
        return f"{field} must be compared with a text in quotation marks, not with the number {token}"
    if field in _DATES and not _DATE.fullmatch(text):
        return f"{field} must be compared with a time such as 2020-04-04 16:38:18.607, not with {text}"
    return ""


def _find_pattern_error(pattern: str) -> str:
    prefix = pattern[:-1]
    if not pattern.endswith("%") or len(prefix) < MIN_PREFIX:
        return f"the text after LIKE must be a prefix of at least {MIN_PREFIX} characters and %, not {pattern!r}"
    invalid = sorted(set(prefix) & set(_FORBIDDEN_IN_PREFIX))
    return f"the text after LIKE must not contain {invalid[0]} before the % at its end" if invalid else ""
