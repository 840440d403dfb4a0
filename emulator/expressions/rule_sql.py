# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The SQL of a rule: which messages it forwards, and what of them. Nothing here knows the platform's state.

A rule has no whole statement but what follows SELECT and what follows WHERE::

    deviceName() as deviceName, items.Temperature.value as Temperature      Temperature > 35

Fields are paths into the JSON payload (``a.b[0].c``, also in double quotes), texts stand in single quotes. There are
the operators = <> < <= > >= + - * / % AND OR, [NOT] IN, [NOT] LIKE, CASE, and the functions of ``rule_functions``.
A condition that comes out as null is not met.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ansible_collections.iotops.aliyun.emulator.expressions.rule_functions import (
    FUNCTIONS,
    WHOLE_PAYLOAD,
    EvaluationError,
    Message,
    digest_algorithm,
    text,
)
from ansible_collections.iotops.aliyun.emulator.expressions.rule_terms import (
    COMPARISONS,
    Call,
    Constant,
    Scope,
    Term,
    all_of,
    among,
    any_of,
    calculated,
    compared,
    content,
    first_of,
    like,
    member_at,
    opposite,
    payload,
    truth,
)

#: The fields that one SELECT has.
MAX_FIELDS = 50

# How deep parentheses may be nested, so that it is not Python's stack that sets an end to it.
_DEEPEST = 32

_WORDS = frozenset(
    ("select", "from", "where", "as", "and", "or", "not", "in", "like", "case", "when", "then", "else", "end")
)
_CONSTANTS = {"true": True, "false": False, "null": None}
# The function whose result is taken apart into columns.
_SPREADING = "thingPropertyFlatMap"
# The functions that look at the message even where all their arguments are constants.
_OF_MESSAGE = frozenset(("attribute", "payload", "topic", _SPREADING))

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
_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")


class InvalidRuleSql(ValueError):
    """A text that is no SQL of a rule."""


@dataclass(frozen=True, slots=True)
class Column:
    """One of the things that SELECT names; ``spread`` where the members of its value are columns of their own."""

    name: str
    term: Term
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A rule's SQL, ready for messages."""

    columns: tuple[Column, ...]
    condition: Term | None

    def apply(self, message: Message) -> Any:
        """What the rule forwards of ``message``, or None where the message does not meet the rule's condition.

        It is an object of the columns; a lone ``*`` forwards the payload as it is (bytes where the rule is binary).
        Raises Unprocessable where it cannot be computed.
        """
        if self.condition is not None:
            named = {column.name: column.term for column in self.columns if not column.spread}
            if truth(self.condition(Scope(message, named))) is not True:
                return None
        scope = Scope(message)
        first, *others = self.columns
        if first.spread and not others:
            return first.term(scope)
        result: dict[str, Any] = {}
        for column in self.columns:
            value = column.term(scope)
            if not column.spread:
                result[column.name] = value
            elif isinstance(value, dict):
                result.update(value)
            else:
                raise EvaluationError("an array has no members to be selected beside other columns")
        return result


@lru_cache(maxsize=512)
def parse(select: str, where: str = "", binary: bool = False) -> Statement:
    """The statement of what follows SELECT and WHERE; ``where`` may be empty. Raises IncorrectSql.

    A rule for ``binary`` data knows no fields: it selects ``*``, or what functions make of the payload.
    """
    columns = _Parser(select, binary).columns()
    condition = _Parser(where, binary).condition() if where.strip() else None
    return Statement(columns, condition)


def fill_template(template: str, result: Any) -> str:
    """``template`` with the column ``name`` of a result in place of every ``${name}``.

    Raises Unprocessable where the result has no such column.
    """

    def value(match: re.Match) -> str:
        found = result.get(match[1]) if isinstance(result, dict) else None
        if found is None:
            raise EvaluationError(f"the rule selects no {match[1]}")
        return text(found)

    return _PLACEHOLDER.sub(value, template)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, string, quoted, name, word, sign, end
    text: str
    start: int


def _tokens(sql: str) -> list[_Token]:
    tokens = []
    position = 0
    length = len(sql.rstrip())
    while position < length:
        match = _TOKEN.match(sql, position)
        if match is None:
            raise InvalidRuleSql(f"{sql[position : position + 20]!r} is not SQL of a rule")
        kind = match.lastgroup
        written = match[kind]
        if kind == "name" and written.lower() in _WORDS:
            kind, written = "word", written.lower()
        tokens.append(_Token(kind, written, match.start(match.lastgroup)))
        position = match.end()
    return [*tokens, _Token("end", "", length)]


class _Parser:
    """One pass over one text, from the loosest operator (OR) to the tightest."""

    def __init__(self, sql: str, binary: bool) -> None:
        self._sql = sql
        self._binary = binary
        self._rest = _tokens(sql)[::-1]
        self._depth = 0
        self._in_case = False

    def columns(self) -> tuple[Column, ...]:
        columns = self._several(self._column, ",")
        self._finish()
        if len(columns) > MAX_FIELDS:
            raise InvalidRuleSql(f"SELECT has at most {MAX_FIELDS} fields")
        if len(columns) > 1 and any(column.term is payload for column in columns):
            raise InvalidRuleSql("* of binary data stands alone")
        return tuple(columns)

    def condition(self) -> Term:
        condition = self._either()
        self._finish()
        return condition

    def _column(self) -> Column:
        if self._take("*"):
            return Column("*", payload if self._binary else content, spread=True)
        first = self._rest[-1]
        term = self._either()
        written = self._sql[first.start : self._rest[-1].start].strip()
        if self._take("as"):
            return Column(self._alias(), term)
        if isinstance(term, Call) and term.name == _SPREADING:
            return Column(written, term, spread=True)
        alone = first.kind == "quoted" and written == first.text
        return Column(written[1:-1] if alone else written, term)

    def _alias(self) -> str:
        token = self._rest.pop()
        if token.kind == "quoted":
            return token.text[1:-1]
        if token.kind != "name" or not token.text.isidentifier():
            raise _unexpected(token)
        return token.text

    def _either(self) -> Term:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InvalidRuleSql("nested too deep")
        terms = self._several(self._both, "or")
        self._depth -= 1
        return terms[0] if len(terms) == 1 else any_of(terms)

    def _both(self) -> Term:
        terms = self._several(self._comparison, "and")
        return terms[0] if len(terms) == 1 else all_of(terms)

    def _comparison(self) -> Term:
        left = self._sum()
        sign = self._take(*COMPARISONS)
        if sign:
            return compared(sign, left, self._sum())
        negated = self._take("not")
        if self._take("in"):
            found = among(left, self._choices())
        elif self._take("like"):
            found = like(left, _string(self._rest.pop()))
        elif negated:
            raise _unexpected(self._rest[-1])
        else:
            return left
        return opposite(found) if negated else found

    def _choices(self) -> list[Term]:
        self._expect("(")
        choices = self._several(self._sum, ",")
        self._expect(")")
        return choices

    def _sum(self) -> Term:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Term:
        return self._chain(self._factor, "*", "/", "%")

    def _chain(self, operand: Callable[[], Term], *signs: str) -> Term:
        first = operand()
        steps = []
        while sign := self._take(*signs):
            steps.append((sign, operand()))
        return calculated(first, steps) if steps else first

    def _factor(self) -> Term:
        negative = False
        while self._take("-"):
            negative = not negative
        value = self._value()
        if not negative:
            return value
        if isinstance(value, Constant) and type(value.value) in (int, float):
            return Constant(-value.value)
        return calculated(Constant(0), [("-", value)])

    def _value(self) -> Term:
        token = self._rest.pop()
        if token.kind == "number":
            return Constant(_number(token.text))
        if token.kind == "string":
            return Constant(_string(token))
        if token.kind == "quoted":
            return self._field(token.text[1:-1])
        if token.kind == "name":
            if self._take("("):
                return self._call(token.text)
            if token.text.lower() in _CONSTANTS:
                return Constant(_CONSTANTS[token.text.lower()])
            return self._field(token.text)
        if token.text == "(":
            inner = self._either()
            self._expect(")")
            return inner
        if token.text == "case":
            return self._case()
        raise _unexpected(token)

    def _field(self, path: str) -> Term:
        if self._binary:
            raise InvalidRuleSql(f"binary data has no field {path}")
        try:
            return member_at(path)
        except ValueError as error:
            raise InvalidRuleSql(str(error)) from None

    def _call(self, name: str) -> Term:
        if name in WHOLE_PAYLOAD:
            self._expect("*")
            self._expect(")")
            return Call(name, WHOLE_PAYLOAD[name], ())
        function = FUNCTIONS.get(name)
        if function is None:
            raise InvalidRuleSql(f"there is no function {name}")
        arguments = []
        if not self._take(")"):
            arguments = self._several(self._either, ",")
            self._expect(")")
        if not function.least <= len(arguments) <= function.most:
            raise InvalidRuleSql(f"{name} does not take {len(arguments)} arguments")
        call = Call(name, function, tuple(arguments))
        _try(call)
        return call

    def _case(self) -> Term:
        if self._in_case:
            raise InvalidRuleSql("CASE cannot be nested")
        self._in_case = True
        subject = None if self._rest[-1].text == "when" else self._either()
        branches = []
        while self._take("when"):
            chosen = self._either()
            self._expect("then")
            branches.append((compared("=", subject, chosen) if subject else chosen, self._either()))
        otherwise = self._either() if self._take("else") else Constant(None)
        self._expect("end")
        self._in_case = False
        if not branches:
            raise InvalidRuleSql("CASE without WHEN")
        return first_of(branches, otherwise)

    def _several(self, element: Callable[[], Any], separator: str) -> list[Any]:
        elements = [element()]
        while self._take(separator):
            elements.append(element())
        return elements

    def _take(self, *texts: str) -> str:
        """The next token where it is one of the signs or words ``texts``; otherwise nothing is taken."""
        token = self._rest[-1]
        if token.kind in ("sign", "word") and token.text in texts:
            return self._rest.pop().text
        return ""

    def _expect(self, wanted: str) -> None:
        if not self._take(wanted):
            raise _unexpected(self._rest[-1])

    def _finish(self) -> None:
        if self._rest[-1].kind != "end":
            raise _unexpected(self._rest[-1])


def _unexpected(token: _Token) -> InvalidRuleSql:
    return InvalidRuleSql(f"{token.text!r} is not expected there" if token.text else "something is missing at the end")


def _string(token: _Token) -> str:
    if token.kind != "string":
        raise _unexpected(token)
    return _ESCAPED.sub(lambda match: match[1] or "'", token.text[1:-1])


def _number(written: str) -> int | float:
    if written.isdecimal() and len(written) <= 18:
        return int(written)
    value = float(written)
    if math.isinf(value):
        raise InvalidRuleSql(f"{written} is too large a number")
    return value


def _try(call: Call) -> None:
    """Refuse at once what could not be computed of any message. Raises IncorrectSql."""
    constant = [isinstance(argument, Constant) for argument in call.arguments]
    try:
        if call.name == "crypto" and constant[1]:
            digest_algorithm(call.arguments[1].value)
        if constant and all(constant) and call.name not in _OF_MESSAGE:
            call(Scope(Message("", b"")))
    except EvaluationError as error:
        raise InvalidRuleSql(f"{call.name}: {error}") from None
