# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Split the SQL of a rule into tokens."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_KEYWORDS = frozenset(
    ("select", "from", "where", "as", "and", "or", "not", "in", "like", "case", "when", "then", "else", "end")
)

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
      | (?P<string>'(?:[^'\\]|\\.|'')*')
      | (?P<quoted>"[^"]+")
      | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*|\[[0-9]+\])*)
      | (?P<sign><=|>=|<>|[=<>+\-*/%(),])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)


class InvalidRuleSql(ValueError):
    """The SQL of a rule is not valid."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of rule SQL.

    Attributes:
        kind: number, string, quoted, name, keyword, sign or end.
        text: the text of the token; keywords in lowercase.
        start: the position of the token in the SQL.
    """

    kind: str
    text: str
    start: int


def tokenize(sql: str) -> list[Token]:
    """Return the tokens of SQL, with an ``end`` token at the end. Raises InvalidRuleSql."""
    tokens = []
    position = 0
    length = len(sql.rstrip())
    while position < length:
        match = _TOKEN.match(sql, position)
        if match is None:
            raise InvalidRuleSql(f"{sql[position : position + 20]!r} is not valid SQL")
        kind = match.lastgroup or ""
        token_text = match[kind]
        start = match.start(kind)
        if kind == "name" and token_text.lower() in _KEYWORDS:
            kind, token_text = "keyword", token_text.lower()
        tokens.append(Token(kind, token_text, start))
        position = match.end()
    return [*tokens, Token("end", "", length)]


def unexpected(token: Token) -> InvalidRuleSql:
    """Return the error for an unexpected token."""
    return InvalidRuleSql(f"unexpected {token.text!r}" if token.text else "unexpected end of the SQL")


def string_value(token: Token) -> str:
    """Return the value of a string token. Raises InvalidRuleSql for other tokens."""
    if token.kind != "string":
        raise unexpected(token)
    return _ESCAPED.sub(lambda match: match[1] or "'", token.text[1:-1])


def number_value(digits: str) -> int | float:
    """Return the value of a number. Raises InvalidRuleSql if it is too large."""
    if digits.isdecimal() and len(digits) <= 18:
        return int(digits)
    value = float(digits)
    if math.isinf(value):
        raise InvalidRuleSql(f"the number {digits} is too large")
    return value
