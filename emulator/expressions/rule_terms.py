# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a rule's SQL consists of once it is read: terms, each of which computes a value of a message.

As in any SQL, null is neither equal to anything nor different from it, and what is calculated of null is null.
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
    finite,
    number,
    remainder,
    text,
)

_PATH = re.compile(r"(?:\$\.|(?P<list>\.))?(?P<path>[^$.\[\]][^.\[\]]*(?:\.[^.\[\]]+|\[[0-9]+\])*)")
_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where names are looked up: in the message, and in WHERE then among the columns that SELECT names."""

    message: Message
    columns: Mapping[str, Term] = field(default_factory=dict)


Term = Callable[[Scope], Any]


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in the text."""

    value: Any

    def __call__(self, _scope: Scope) -> Any:
        """The value, whatever the message."""
        return self.value


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    function: Function
    arguments: tuple[Term, ...]

    def __call__(self, scope: Scope) -> Any:
        """What the function makes of the message. Raises Unprocessable."""
        return self.function(scope.message, [argument(scope) for argument in self.arguments])


def payload(scope: Scope) -> bytes:
    """The term ``*`` of binary data."""
    return scope.message.payload


def content(scope: Scope) -> Any:
    """The term ``*`` of JSON data."""
    return scope.message.content


def member_at(path: str) -> Term:
    """The term of a path, null where it leads nowhere. Raises ValueError where the text is no path.

    A leading ``.`` makes an array of what is found. In WHERE the name of a column stands for that column, unless the
    message has a member of this name.
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


# Conditions: true, false, or None where that cannot be told


def truth(value: Any) -> bool | None:
    """``value`` as a condition. Raises Unprocessable where it is none."""
    if value is None or isinstance(value, bool):
        return value
    raise EvaluationError(f"{value!r} is not a condition")


def any_of(terms: list[Term]) -> Term:
    """The term of conditions with OR between them."""
    return _decided_by(True, terms)


def all_of(terms: list[Term]) -> Term:
    """The term of conditions with AND between them."""
    return _decided_by(False, terms)


def _decided_by(verdict: bool, terms: list[Term]) -> Term:
    """The term that is ``verdict`` where one of ``terms`` is, and the opposite only where all of them are that."""

    def compute(scope: Scope) -> bool | None:
        unknown = False
        for term in terms:
            met = truth(term(scope))
            if met is verdict:
                return verdict
            unknown |= met is None
        return None if unknown else not verdict

    return compute


def opposite(condition: Term) -> Term:
    """The term of a condition with NOT before it."""

    def compute(scope: Scope) -> bool | None:
        met = condition(scope)
        return None if met is None else not met

    return compute


def compared(sign: str, left: Term, right: Term) -> Term:
    """The term of a comparison; ``sign`` is one of ``COMPARISONS``."""
    compare = COMPARISONS[sign]
    for_equality = sign in ("=", "<>")

    def compute(scope: Scope) -> bool | None:
        one, other = left(scope), right(scope)
        if one is None or other is None:
            return None
        sort = _sort(one)
        if sort is not _sort(other):
            if for_equality:
                return sign == "<>"
        elif for_equality or sort in (float, str):
            return compare(one, other)
        raise EvaluationError(f"{one!r} and {other!r} have no order")

    return compute


def _sort(value: Any) -> type:
    """What values have in common that can be compared: whole and other numbers are of one sort."""
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def among(value: Term, choices: list[Term]) -> Term:
    """The term of IN."""
    return any_of([compared("=", value, choice) for choice in choices])


def like(value: Term, pattern: str) -> Term:
    """The term of LIKE: ``%`` stands for anything, and every other character for itself."""
    first, *others = pattern.split("%")

    def compute(scope: Scope) -> bool | None:
        found = value(scope)
        return None if found is None else _fits(text(found), first, others)

    return compute


def _fits(found: str, first: str, others: list[str]) -> bool:
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


# Numbers, and the choice between terms


def calculated(first: Term, steps: list[tuple[str, Term]]) -> Term:
    """The term of a calculation from left to right: each step is a sign of ``ARITHMETIC`` and an operand."""
    operations = [(ARITHMETIC[sign], operand) for sign, operand in steps]

    def compute(scope: Scope) -> int | float | None:
        result = first(scope)
        for calculate, operand in operations:
            value = operand(scope)
            if result is None or value is None:
                return None
            try:
                result = finite(calculate(number(result), number(value)))
            except (ArithmeticError, ValueError) as error:
                raise EvaluationError(str(error)) from error
        return result

    return compute


def _quotient(dividend: int | float, divisor: int | float) -> int | float:
    if isinstance(dividend, int) and isinstance(divisor, int) and dividend % divisor == 0:
        return dividend // divisor
    return dividend / divisor


def first_of(branches: list[tuple[Term, Term]], otherwise: Term) -> Term:
    """The term of CASE: the value of the first branch whose condition is met."""

    def compute(scope: Scope) -> Any:
        for condition, result in branches:
            if truth(condition(scope)):
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
