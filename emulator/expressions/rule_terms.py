# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Define the terms of parsed rule SQL. A term computes a value from a message.

As in standard SQL, a comparison with null and a calculation with null have the result null.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.emulator.expressions.rule_functions import (
    EvaluationError,
    Function,
    Message,
    remainder,
    require_number,
    to_finite,
    to_text,
)

_PATH = re.compile(r"(?:\$\.|(?P<list>\.))?(?P<path>[^$.\[\]][^.\[\]]*(?:\.[^.\[\]]+|\[[0-9]+\])*)")
_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of names: the message, and in WHERE also the columns of SELECT."""

    message: Message
    columns: Mapping[str, Term] = field(default_factory=dict)


Term = Callable[[Scope], Any]


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal."""

    value: Any

    def __call__(self, _scope: Scope) -> Any:
        """Return the value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Call:
    """A function call."""

    name: str
    function: Function
    arguments: tuple[Term, ...]

    def __call__(self, scope: Scope) -> Any:
        """Return the result of the function. Raises EvaluationError."""
        return self.function(scope.message, [argument(scope) for argument in self.arguments])


def payload(scope: Scope) -> bytes:
    """Evaluate the term ``*`` for binary data."""
    return scope.message.payload


def content(scope: Scope) -> Any:
    """Evaluate the term ``*`` for JSON data."""
    return scope.message.content


def path_term(path: str) -> Term:
    """Return the term of a path; its value is null if the message has no such member.

    A leading ``.`` returns the value as an array. In WHERE, the name of a column refers to this column, unless the
    message has a member with this name.

    Raises:
        ValueError: the path is not valid.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise ValueError(f"{path!r} is not a path")
    steps = [int(index) if index else name for name, index in _STEP.findall(match["path"])]
    listed = bool(match["list"])

    def compute(scope: Scope) -> Any:
        value = scope.message.content
        if path in scope.columns and not (isinstance(value, dict) and path in value):
            return scope.columns[path](Scope(scope.message))
        for step in steps:
            value = _member(value, step)
        return [value] if listed and value is not None else value

    return compute


def _member(value: Any, step: str | int) -> Any:
    if isinstance(step, str):
        return value.get(step) if isinstance(value, dict) else None
    return value[step] if isinstance(value, list) and step < len(value) else None


# Conditions: true, false, or None for null


def to_condition(value: Any) -> bool | None:
    """Return ``value`` if it is a boolean or null, otherwise raise EvaluationError."""
    if value is None or isinstance(value, bool):
        return value
    raise EvaluationError(f"{value!r} is not a condition")


def any_of(terms: list[Term]) -> Term:
    """Return the term of conditions that are combined with OR."""
    return _combine(True, terms)


def all_of(terms: list[Term]) -> Term:
    """Return the term of conditions that are combined with AND."""
    return _combine(False, terms)


def _combine(decisive: bool, terms: list[Term]) -> Term:
    """Return the term that is ``decisive`` if any of ``terms`` is, and the opposite if all of them are the opposite."""

    def compute(scope: Scope) -> bool | None:
        unknown = False
        for term in terms:
            met = to_condition(term(scope))
            if met is decisive:
                return decisive
            unknown |= met is None
        return None if unknown else not decisive

    return compute


def negation(condition: Term) -> Term:
    """Return the term of a condition with NOT."""

    def compute(scope: Scope) -> bool | None:
        met = condition(scope)
        return None if met is None else not met

    return compute


def comparison(sign: str, left: Term, right: Term) -> Term:
    """Return the term of a comparison; ``sign`` is one of ``COMPARISONS``."""
    compare = COMPARISONS[sign]
    for_equality = sign in ("=", "<>")

    def compute(scope: Scope) -> bool | None:
        one, other = left(scope), right(scope)
        if one is None or other is None:
            return None
        kind = _comparable_type(one)
        if kind is not _comparable_type(other):
            if for_equality:
                return sign == "<>"
        elif for_equality or kind in (float, str):
            return compare(one, other)
        raise EvaluationError(f"{one!r} and {other!r} cannot be compared")

    return compute


def _comparable_type(value: Any) -> type:
    """Return the type of a value for comparisons; integers and floats are comparable."""
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def in_list(value: Term, choices: list[Term]) -> Term:
    """Return the term of IN."""
    return any_of([comparison("=", value, choice) for choice in choices])


def like(value: Term, pattern: str) -> Term:
    """Return the term of LIKE: ``%`` matches any text, every other character matches itself."""
    first, *others = pattern.split("%")

    def compute(scope: Scope) -> bool | None:
        found = value(scope)
        return None if found is None else _like_matches(to_text(found), first, others)

    return compute


def _like_matches(found: str, first: str, others: list[str]) -> bool:
    if not others:
        return found == first
    *middle, last = others
    if not (found.startswith(first) and found.endswith(last) and len(found) >= len(first) + len(last)):
        return False
    position = len(first)
    for part in middle:
        position = found.find(part, position, len(found) - len(last))
        if position < 0:
            return False
        position += len(part)
    return True


# Arithmetic and CASE


def arithmetic(first: Term, steps: list[tuple[str, Term]]) -> Term:
    """Return the term of a calculation from left to right; each step is a sign of ``ARITHMETIC`` and an operand."""
    operations = [(ARITHMETIC[sign], operand) for sign, operand in steps]

    def compute(scope: Scope) -> int | float | None:
        result = first(scope)
        for calculate, operand in operations:
            value = operand(scope)
            if result is None or value is None:
                return None
            try:
                result = to_finite(calculate(require_number(result), require_number(value)))
            except (ArithmeticError, ValueError) as error:
                raise EvaluationError(str(error)) from error
        return result

    return compute


def _quotient(dividend: int | float, divisor: int | float) -> int | float:
    if isinstance(dividend, int) and isinstance(divisor, int) and dividend % divisor == 0:
        return dividend // divisor
    return dividend / divisor


def case_when(branches: list[tuple[Term, Term]], otherwise: Term) -> Term:
    """Return the term of CASE: the value of the first branch whose condition is true."""

    def compute(scope: Scope) -> Any:
        for condition, result in branches:
            if to_condition(condition(scope)):
                return result(scope)
        return otherwise(scope)

    return compute


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _quotient,
    "%": remainder,
}
