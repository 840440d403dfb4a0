# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parse the SQL of a rule, which selects the messages to forward and their content.

This module does not depend on the state of the emulator. A rule has no complete statement, only the text after SELECT
and the text after WHERE::

    deviceName() as deviceName, items.Temperature.value as Temperature      Temperature > 35

Fields are paths into the JSON payload (``a.b[0].c``, optionally in double quotes); strings are in single quotes. The
operators are = <> < <= > >= + - * / % AND OR, [NOT] IN, [NOT] LIKE and CASE; the functions are those of
``rule_functions``. A condition with the result null is not met.
"""

from __future__ import annotations

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
    to_text,
)
from ansible_collections.iotops.aliyun.emulator.expressions.rule_terms import (
    COMPARISONS,
    Call,
    Constant,
    Scope,
    Term,
    all_of,
    any_of,
    arithmetic,
    case_when,
    comparison,
    content,
    in_list,
    like,
    negation,
    path_term,
    payload,
    to_condition,
)
from ansible_collections.iotops.aliyun.emulator.expressions.rule_tokens import (
    InvalidRuleSql,
    Token,
    number_value,
    string_value,
    tokenize,
    unexpected,
)

#: The largest number of fields in SELECT.
MAX_FIELDS = 50

# The largest nesting depth of parentheses, which prevents a stack overflow of Python.
_MAX_DEPTH = 32

_CONSTANTS = {"true": True, "false": False, "null": None}
# The function whose result is split into columns.
_FLATTENING = "thingPropertyFlatMap"
# The functions that depend on the message even if all arguments are constants.
_MESSAGE_FUNCTIONS = frozenset(("attribute", "payload", "topic", _FLATTENING))

_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of SELECT; with ``spread``, the members of its value become separate columns."""

    name: str
    term: Term
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """The parsed SQL of a rule."""

    columns: tuple[Column, ...]
    condition: Term | None

    def apply(self, message: Message) -> Any:
        """Return what the rule forwards of ``message``, or None if the message does not meet the condition.

        The result is an object with the columns. A single ``*`` returns the payload unchanged (bytes for a binary
        rule).

        Raises:
            EvaluationError: the statement cannot be evaluated for this message.
        """
        if self.condition is not None:
            named = {column.name: column.term for column in self.columns if not column.spread}
            if to_condition(self.condition(Scope(message, named))) is not True:
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
                raise EvaluationError("an array cannot be combined with other columns")
        return result


@lru_cache(maxsize=512)
def parse(select: str, where: str = "", binary: bool = False) -> Statement:
    """Parse the SQL of a rule.

    Args:
        select: the text after SELECT.
        where: the text after WHERE; may be empty.
        binary: whether the rule processes binary data, which has no fields; SELECT can contain ``*`` and functions.

    Raises:
        InvalidRuleSql: the SQL is not valid.
    """
    columns = _Parser(select, binary).columns()
    condition = _Parser(where, binary).condition() if where.strip() else None
    return Statement(columns, condition)


def fill_template(template: str, result: Any) -> str:
    """Replace every ``${name}`` in ``template`` with the column ``name`` of a result.

    Raises:
        EvaluationError: the result has no such column.
    """

    def value(match: re.Match) -> str:
        found = result.get(match[1]) if isinstance(result, dict) else None
        if found is None:
            raise EvaluationError(f"the rule does not select {match[1]}")
        return to_text(found)

    return _PLACEHOLDER.sub(value, template)


class _Parser:
    """A recursive descent parser, from the operator with the lowest precedence (OR) to the highest."""

    def __init__(self, sql: str, binary: bool) -> None:
        self._sql = sql
        self._binary = binary
        self._rest = tokenize(sql)[::-1]
        self._depth = 0
        self._in_case = False

    def columns(self) -> tuple[Column, ...]:
        columns = self._list(self._column, ",")
        self._expect_end()
        if len(columns) > MAX_FIELDS:
            raise InvalidRuleSql(f"SELECT can have at most {MAX_FIELDS} fields, not {len(columns)}")
        if len(columns) > 1 and any(column.term is payload for column in columns):
            raise InvalidRuleSql("* of binary data must be the only column")
        return tuple(columns)

    def condition(self) -> Term:
        condition = self._or()
        self._expect_end()
        return condition

    def _column(self) -> Column:
        if self._accept("*"):
            return Column("*", payload if self._binary else content, spread=True)
        first = self._rest[-1]
        term = self._or()
        source = self._sql[first.start : self._rest[-1].start].strip()
        if self._accept("as") or self._is_alias(self._rest[-1]):
            return Column(self._alias(), term)
        if isinstance(term, Call) and term.name == _FLATTENING:
            return Column(source, term, spread=True)
        is_quoted = first.kind == "quoted" and source == first.text
        return Column(source[1:-1] if is_quoted else source, term)

    def _is_alias(self, token: Token) -> bool:
        """Return whether a token after an expression is an alias without AS, separated by white space."""
        return token.kind in ("name", "quoted") and self._sql[token.start - 1].isspace()

    def _alias(self) -> str:
        token = self._rest.pop()
        if token.kind == "quoted":
            return token.text[1:-1]
        if token.kind != "name" or not token.text.isidentifier():
            raise unexpected(token)
        return token.text

    def _or(self) -> Term:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise InvalidRuleSql(f"parentheses are nested deeper than {_MAX_DEPTH} levels")
        terms = self._list(self._and, "or")
        self._depth -= 1
        return terms[0] if len(terms) == 1 else any_of(terms)

    def _and(self) -> Term:
        terms = self._list(self._comparison, "and")
        return terms[0] if len(terms) == 1 else all_of(terms)

    def _comparison(self) -> Term:
        left = self._sum()
        sign = self._accept(*COMPARISONS)
        if sign:
            return comparison(sign, left, self._sum())
        negated = self._accept("not")
        if self._accept("in"):
            found = in_list(left, self._in_values())
        elif self._accept("like"):
            found = like(left, string_value(self._rest.pop()))
        elif negated:
            raise unexpected(self._rest[-1])
        else:
            return left
        return negation(found) if negated else found

    def _in_values(self) -> list[Term]:
        self._expect("(")
        choices = self._list(self._sum, ",")
        self._expect(")")
        return choices

    def _sum(self) -> Term:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Term:
        return self._chain(self._factor, "*", "/", "%")

    def _chain(self, operand: Callable[[], Term], *signs: str) -> Term:
        first = operand()
        steps = []
        while sign := self._accept(*signs):
            steps.append((sign, operand()))
        return arithmetic(first, steps) if steps else first

    def _factor(self) -> Term:
        negative = False
        while self._accept("-"):
            negative = not negative
        value = self._value()
        if not negative:
            return value
        if isinstance(value, Constant) and type(value.value) in (int, float):
            return Constant(-value.value)
        return arithmetic(Constant(0), [("-", value)])

    def _value(self) -> Term:
        token = self._rest.pop()
        if token.kind == "number":
            return Constant(number_value(token.text))
        if token.kind == "string":
            return Constant(string_value(token))
        if token.kind == "quoted":
            return self._field(token.text[1:-1])
        if token.kind == "name":
            if self._accept("("):
                return self._call(token.text)
            if token.text.lower() in _CONSTANTS:
                return Constant(_CONSTANTS[token.text.lower()])
            return self._field(token.text)
        if token.text == "(":
            inner = self._or()
            self._expect(")")
            return inner
        if token.text == "case":
            return self._case()
        raise unexpected(token)

    def _field(self, path: str) -> Term:
        if self._binary:
            raise InvalidRuleSql(f"binary data has no field {path}")
        try:
            return path_term(path)
        except ValueError as error:
            raise InvalidRuleSql(str(error)) from None

    def _call(self, name: str) -> Term:
        if name in WHOLE_PAYLOAD:
            self._expect("*")
            self._expect(")")
            return Call(name, WHOLE_PAYLOAD[name], ())
        function = FUNCTIONS.get(name)
        if function is None:
            raise InvalidRuleSql(f"unknown function {name}")
        arguments: list[Term] = []
        if not self._accept(")"):
            arguments = self._list(self._or, ",")
            self._expect(")")
        if not function.min_arguments <= len(arguments) <= function.max_arguments:
            raise InvalidRuleSql(f"{name} does not accept {len(arguments)} arguments")
        call = Call(name, function, tuple(arguments))
        _check_constant_call(call)
        return call

    def _case(self) -> Term:
        if self._in_case:
            raise InvalidRuleSql("CASE cannot be nested")
        self._in_case = True
        subject = None if self._rest[-1].text == "when" else self._or()
        branches = []
        while self._accept("when"):
            condition = self._or()
            self._expect("then")
            branches.append((comparison("=", subject, condition) if subject else condition, self._or()))
        otherwise = self._or() if self._accept("else") else Constant(None)
        self._expect("end")
        self._in_case = False
        if not branches:
            raise InvalidRuleSql("CASE without WHEN")
        return case_when(branches, otherwise)

    def _list(self, element: Callable[[], Any], separator: str) -> list[Any]:
        elements = [element()]
        while self._accept(separator):
            elements.append(element())
        return elements

    def _accept(self, *texts: str) -> str:
        """Consume the next token if it is one of the signs or keywords ``texts``; otherwise return an empty string."""
        token = self._rest[-1]
        if token.kind in ("sign", "keyword") and token.text in texts:
            return self._rest.pop().text
        return ""

    def _expect(self, expected: str) -> None:
        if not self._accept(expected):
            raise unexpected(self._rest[-1])

    def _expect_end(self) -> None:
        if self._rest[-1].kind != "end":
            raise unexpected(self._rest[-1])


def _check_constant_call(call: Call) -> None:
    """Raise InvalidRuleSql if the call fails for every message."""
    constants = [argument for argument in call.arguments if isinstance(argument, Constant)]
    try:
        if call.name == "crypto" and isinstance(call.arguments[1], Constant):
            digest_algorithm(call.arguments[1].value)
        if constants and len(constants) == len(call.arguments) and call.name not in _MESSAGE_FUNCTIONS:
            call(Scope(Message("", b"")))
    except EvaluationError as error:
        raise InvalidRuleSql(f"{call.name}: {error}") from None
