# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parse the SQL of a rule into a tree (manual section 4.15.1, and the vendor's page on SQL expressions).

``resources.rule.sql_syntax`` only finds texts that no SQL parser accepts. A conversion has to understand the whole
text, so what this parser does not know is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

#: How deep parentheses can be nested, which prevents a stack overflow.
_MAX_DEPTH = 50

_KEYWORDS = frozenset(
    ("select", "from", "where", "as", "and", "or", "not", "in", "like", "case", "when", "then", "else", "end")
)
_CONSTANTS = {"true": True, "false": False, "null": None}

COMPARISONS = ("=", "<>", "!=", "<", "<=", ">", ">=")
#: The spelling that the tree contains.
_SAME_AS = {"!=": "<>"}

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
      | (?P<string>'(?:[^'\\]|\\.|'')*')
      | (?P<quoted>"[^"]+")
      | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*|\[[0-9]+\])*)
      | (?P<sign><=|>=|<>|!=|[=<>+\-*/%(),])
    )""",
    re.VERBOSE | re.DOTALL,
)
# A quote within a string is doubled, or follows a backslash, as any other character can.
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
# A path such as a.b[0].c; $. is the payload, and a dot before it makes a list of the value.
_PATH = re.compile(r"(\$\.|\.)?([^$.\[\]][^.\[\]]*(?:\.[^.\[\]]+|\[[0-9]+\])*)")
_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")

_Element = TypeVar("_Element")


class UnsupportedSql(ValueError):
    """The SQL cannot be converted. The text says why.

    Attributes:
        part: The option with the SQL, ``select`` or ``where``; empty if the code that failed does not know it.
    """

    def __init__(self, message: str, part: str = "") -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True)
class Constant:
    """A literal: text, a number, a boolean or None."""

    value: Any


@dataclass(frozen=True)
class Member:
    """A member of the payload.

    Attributes:
        path: The path as the SQL contains it.
        steps: The names and indexes to follow.
        as_list: Whether the value is the only element of a list.
    """

    path: str
    steps: tuple[str | int, ...]
    as_list: bool = False


@dataclass(frozen=True)
class Call:
    """A call of a function. The argument of ``to_hex(*)`` is ``Everything``."""

    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Everything:
    """The whole payload, ``*``."""


@dataclass(frozen=True)
class Calculation:
    """A calculation from left to right: the first operand, and a sign and an operand for each step."""

    first: Any
    steps: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Comparison:
    """A comparison of two values."""

    sign: str
    left: Any
    right: Any


@dataclass(frozen=True)
class OneOf:
    """The operator IN."""

    value: Any
    choices: tuple[Any, ...]


@dataclass(frozen=True)
class Like:
    """The operator LIKE."""

    value: Any
    pattern: str


@dataclass(frozen=True)
class Negation:
    """A condition with NOT."""

    condition: Any


@dataclass(frozen=True)
class Combination:
    """Conditions that are combined with the operator ``and`` or ``or``."""

    operator: str
    conditions: tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """The expression CASE: pairs of a condition and a value, and the value if no condition is met."""

    branches: tuple[tuple[Any, Any], ...]
    otherwise: Any


@dataclass(frozen=True)
class Column:
    """A column of SELECT: its name and value. With ``spread``, the members of the value become columns."""

    name: str
    value: Any
    spread: bool = False


@dataclass(frozen=True)
class Statement:
    """The SQL of a rule: the columns, and the condition or None."""

    columns: tuple[Column, ...]
    condition: Any


def parse(select: str, where: str) -> Statement:
    """Parse the texts after SELECT and WHERE.

    Raises:
        UnsupportedSql: The parser does not know the SQL.
    """
    columns = _Parser(select, "select").columns()
    return Statement(columns, _Parser(where, "where").condition() if where.strip() else None)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int


class _Parser:
    """A recursive descent parser: each method parses the operators of one precedence, the weakest first."""

    def __init__(self, text: str, part: str) -> None:
        self._text = text
        self._part = part
        self._tokens = self._tokenize()
        self._position = 0
        self._depth = 0
        self._in_case = False

    def columns(self) -> tuple[Column, ...]:
        columns = self._separated(self._column, ",")
        self._end()
        return tuple(columns)

    def condition(self) -> Any:
        condition = self._any()
        self._end()
        return condition

    def _column(self) -> Column:
        if self._accept("*"):
            return Column("*", Everything(), spread=True)
        start = self._next
        value = self._any()
        if self._accept("as"):
            return Column(self._alias(self._take()), value)
        after = self._next
        if after.kind in ("name", "quoted") and self._text[after.start - 1].isspace():
            return Column(self._alias(self._take()), value)
        source = self._text[start.start : after.start].strip()
        if isinstance(value, Call) and value.name == "thingPropertyFlatMap":
            return Column(source, value, spread=True)
        return Column(source[1:-1] if start.kind == "quoted" and source == start.text else source, value)

    def _alias(self, token: _Token) -> str:
        if token.kind == "quoted":
            return token.text[1:-1]
        if token.kind != "name" or not token.text.isidentifier():
            raise self._unexpected(token)
        return token.text

    def _any(self) -> Any:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._unsupported(f"parentheses are nested deeper than {_MAX_DEPTH} levels")
        conditions = self._separated(self._all, "or")
        self._depth -= 1
        return conditions[0] if len(conditions) == 1 else Combination("or", tuple(conditions))

    def _all(self) -> Any:
        conditions = self._separated(self._not, "and")
        return conditions[0] if len(conditions) == 1 else Combination("and", tuple(conditions))

    def _not(self) -> Any:
        negations = 0
        while self._accept("not"):
            negations += 1
        condition = self._comparison()
        for _index in range(negations):
            condition = Negation(condition)
        return condition

    def _comparison(self) -> Any:
        left = self._sum()
        sign = self._accept(*COMPARISONS)
        if sign:
            return Comparison(_SAME_AS.get(sign, sign), left, self._sum())
        negated = self._accept("not")
        found: Any
        if self._accept("in"):
            self._expect("(")
            found = OneOf(left, tuple(self._separated(self._sum, ",")))
            self._expect(")")
        elif self._accept("like"):
            found = Like(left, self._string(self._take()))
        elif negated:
            raise self._unexpected(self._next)
        else:
            return left
        return Negation(found) if negated else found

    def _sum(self) -> Any:
        return self._calculation(self._product, "+", "-")

    def _product(self) -> Any:
        return self._calculation(self._signed, "*", "/", "%")

    def _calculation(self, operand: Callable[[], Any], *signs: str) -> Any:
        first = operand()
        steps = []
        while sign := self._accept(*signs):
            steps.append((sign, operand()))
        return Calculation(first, tuple(steps)) if steps else first

    def _signed(self) -> Any:
        is_negative = False
        while self._accept("-"):
            is_negative = not is_negative
        value = self._value()
        if not is_negative:
            return value
        if isinstance(value, Constant) and type(value.value) in (int, float):
            return Constant(-value.value)
        return Calculation(Constant(0), (("-", value),))

    def _value(self) -> Any:
        token = self._take()
        if token.kind == "number":
            return Constant(int(token.text) if token.text.isdecimal() else float(token.text))
        if token.kind == "string":
            return Constant(self._string(token))
        if token.kind == "quoted":
            return self._member(token.text[1:-1])
        if token.kind == "name":
            if self._accept("("):
                return self._call(token.text)
            if token.text.lower() in _CONSTANTS:
                return Constant(_CONSTANTS[token.text.lower()])
            return self._member(token.text)
        if token.text == "(":
            value = self._any()
            self._expect(")")
            return value
        if token.text == "case":
            return self._case()
        raise self._unexpected(token)

    def _member(self, path: str) -> Member:
        match = _PATH.fullmatch(path)
        if match is None:
            raise self._unsupported(f"{path} is not a path of a field")
        steps = tuple(int(index) if index else name for name, index in _STEP.findall(match[2]))
        return Member(path, steps, as_list=match[1] == ".")

    def _call(self, name: str) -> Call:
        if self._accept("*"):
            self._expect(")")
            return Call(name, (Everything(),))
        arguments: list[Any] = []
        if not self._accept(")"):
            arguments = self._separated(self._any, ",")
            self._expect(")")
        return Call(name, tuple(arguments))

    def _case(self) -> Case:
        if self._in_case:
            raise self._unsupported("CASE within CASE")
        self._in_case = True
        subject = None if self._next.text == "when" else self._any()
        branches = []
        while self._accept("when"):
            condition = self._any()
            self._expect("then")
            met = condition if subject is None else Comparison("=", subject, condition)
            branches.append((met, self._any()))
        otherwise = self._any() if self._accept("else") else Constant(None)
        self._expect("end")
        self._in_case = False
        if not branches:
            raise self._unsupported("CASE without WHEN")
        return Case(tuple(branches), otherwise)

    def _separated(self, element: Callable[[], _Element], separator: str) -> list[_Element]:
        elements = [element()]
        while self._accept(separator):
            elements.append(element())
        return elements

    def _string(self, token: _Token) -> str:
        if token.kind != "string":
            raise self._unexpected(token)
        return _ESCAPED.sub(lambda match: match[1] or "'", token.text[1:-1])

    @property
    def _next(self) -> _Token:
        return self._tokens[self._position]

    def _take(self) -> _Token:
        token = self._next
        # The last token marks the end, and is not consumed.
        self._position = min(self._position + 1, len(self._tokens) - 1)
        return token

    def _accept(self, *texts: str) -> str:
        """Consume the next token if it is one of these signs and keywords; return its text or an empty string."""
        token = self._next
        return self._take().text if token.kind in ("sign", "keyword") and token.text in texts else ""

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(self._next)

    def _end(self) -> None:
        if self._next.kind != "end":
            raise self._unexpected(self._next)

    def _unexpected(self, token: _Token) -> UnsupportedSql:
        found = f"{token.text} is not expected" if token.text else "the text ends too early"
        return self._unsupported(f"{found} (character {token.start + 1})")

    def _unsupported(self, message: str) -> UnsupportedSql:
        return UnsupportedSql(message, self._part)

    def _tokenize(self) -> list[_Token]:
        tokens = []
        position, length = 0, len(self._text.rstrip())
        while position < length:
            match = _TOKEN.match(self._text, position)
            if match is None:
                part = self._text[position : position + 20].strip()
                raise self._unsupported(f"{part} is not known SQL (character {position + 1})")
            kind = match.lastgroup or ""
            text, start = match[kind], match.start(kind)
            if kind == "name" and text.lower() in _KEYWORDS:
                kind, text = "keyword", text.lower()
            tokens.append(_Token(kind, text, start))
            position = match.end()
        return [*tokens, _Token("end", "", length)]
