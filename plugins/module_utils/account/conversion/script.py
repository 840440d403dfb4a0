# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Write the SQL of a rule as the script of a parser."""

from __future__ import annotations

import json
import math
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion import functions, sql
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.helpers import with_functions
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.sql import UnsupportedSql

#: The largest integer that JavaScript keeps exactly.
_MAX_INTEGER = 2**53


def literal(value: Any) -> str:
    """Return a constant as JavaScript.

    Raises:
        UnsupportedSql: JavaScript cannot keep the number exactly.
    """
    if isinstance(value, int) and abs(value) > _MAX_INTEGER:
        raise UnsupportedSql(f"JavaScript does not keep all digits of the number {value}")
    if isinstance(value, float) and math.isinf(value):
        raise UnsupportedSql("a number is too large")
    return json.dumps(value)


class Translator:
    """Translates the values and conditions of one statement to JavaScript.

    Args:
        statement: The statement.
        is_binary: Whether the rule processes binary data, which has no fields.
    """

    def __init__(self, statement: sql.Statement, is_binary: bool) -> None:
        self._statement = statement
        self._is_binary = is_binary
        # In WHERE, the name of a column is the value of the column, unless the message has a member with this name.
        self._names: dict[str, Any] = {}

    @property
    def is_whole_message(self) -> bool:
        """Whether the rule forwards the whole payload."""
        (first, *others) = self._statement.columns
        return not others and isinstance(first.value, sql.Everything)

    @property
    def is_binary_message(self) -> bool:
        """Whether the rule forwards bytes."""
        return self._is_binary and self.is_whole_message

    @property
    def content(self) -> str:
        """The JavaScript of what the rule forwards. An array is text: a list of numbers would be bytes."""
        return "sqlPayload(row)" if self.is_whole_message and not self._is_binary else "row"

    def selects(self, name: str) -> bool:
        """Return whether the result of the rule can have a column with this name."""
        return any(column.spread or column.name == name for column in self._statement.columns)

    def row(self) -> list[str]:
        """Return the lines that set ``row`` to what the rule forwards, or leave it null.

        Raises:
            UnsupportedSql: The statement has no equivalent.
        """
        part = "select"
        try:
            lines = self._assignments()
            if self._statement.condition is not None:
                part = "where"
                self._names = {column.name: column.value for column in self._statement.columns if not column.spread}
                condition = self._condition(self._statement.condition)
                self._names = {}
                lines = [f"if ({condition}) {{", *_indented(lines), "}"]
        except UnsupportedSql as error:
            raise UnsupportedSql(str(error), part) from error
        return [
            "var row = null;",
            "try {",
            *_indented(lines),
            "} catch (error) {",
            "  // A rule does not forward a message for which its SQL fails.",
            "  row = null;",
            "}",
        ]

    def _assignments(self) -> list[str]:
        first, *others = self._statement.columns
        if self._is_binary and any(isinstance(column.value, sql.Everything) for column in self._statement.columns):
            if others:
                raise UnsupportedSql("* of binary data is the only column")
            return ["row = sqlBytes();"]
        if first.spread and not others:
            return [f"row = {self._spread(first)};"]
        lines = ["row = {};"]
        for column in self._statement.columns:
            if column.name == "__proto__":
                raise UnsupportedSql("JavaScript does not allow a column with the name __proto__")
            if column.spread:
                lines.append(f"sqlAdd(row, {self._spread(column)});")
            else:
                lines.append(f"row[{literal(column.name)}] = {self.value(column.value)};")
        return lines

    def _spread(self, column: sql.Column) -> str:
        return "sqlMessage()" if isinstance(column.value, sql.Everything) else self.value(column.value)

    def _condition(self, condition: Any) -> str:
        """Return a condition that is false if it is null."""
        return f"sqlIsTrue({self.value(condition)})"

    def value(self, term: Any) -> str:
        """Return a value or condition as a JavaScript expression. Raises UnsupportedSql."""
        return _EXPRESSIONS[type(term)](self, term)

    def _constant(self, term: sql.Constant) -> str:
        return literal(term.value)

    def _member(self, term: sql.Member) -> str:
        if self._is_binary:
            raise UnsupportedSql(f"binary data has no field {term.path}")
        found = f"getOrNull(sqlMessage(), {', '.join(map(literal, term.steps))})"
        if term.as_list:
            found = f"sqlList({found})"
        column = self._names.get(term.path, term)
        if column == term:
            return found
        names, self._names = self._names, {}
        other = self.value(column)
        self._names = names
        return f"(sqlHas(sqlMessage(), {literal(term.path)}) ? {found} : {other})"

    def _call(self, term: sql.Call) -> str:
        arguments = [one for one in term.arguments if not isinstance(one, sql.Everything)]
        values = [self.value(one) for one in arguments]
        return functions.call_of(term, values if arguments or not term.arguments else ["*"])

    def _calculation(self, term: sql.Calculation) -> str:
        parts = [self.value(term.first)]
        for position, (sign, operand) in enumerate(term.steps):
            parts += [literal(sign), self._lazy(operand) if position else self.value(operand)]
        return f"sqlCalculate({', '.join(parts)})"

    def _comparison(self, term: sql.Comparison) -> str:
        return f"sqlCompare({self.value(term.left)}, {literal(term.sign)}, {self.value(term.right)})"

    def _one_of(self, term: sql.OneOf) -> str:
        first, *others = term.choices
        return f"sqlIn({', '.join([self.value(term.value), self.value(first), *map(self._lazy, others)])})"

    def _like(self, term: sql.Like) -> str:
        return f"sqlLike({self.value(term.value)}, {json.dumps(term.pattern.split('%'))})"

    def _negation(self, term: sql.Negation) -> str:
        return f"sqlNot({self.value(term.condition)})"

    def _combination(self, term: sql.Combination) -> str:
        first, *others = term.conditions
        name = "sqlAnd" if term.operator == "and" else "sqlOr"
        lines = ",\n".join([self.value(first), *map(self._lazy, others)]).split("\n")
        return "\n".join([f"{name}(", *_indented(lines), ")"])

    def _case(self, term: sql.Case) -> str:
        branches = "".join(f"{self._condition(met)} ? {self.value(value)} : " for met, value in term.branches)
        return f"({branches}{self.value(term.otherwise)})"

    def _lazy(self, term: Any) -> str:
        """Return a term that is evaluated only if SQL evaluates it, so that it fails only then."""
        value = self.value(term)
        return value if isinstance(term, sql.Constant) else f"function () {{ return {value}; }}"


_EXPRESSIONS: dict[type, Any] = {
    sql.Constant: Translator._constant,
    sql.Member: Translator._member,
    sql.Call: Translator._call,
    sql.Calculation: Translator._calculation,
    sql.Comparison: Translator._comparison,
    sql.OneOf: Translator._one_of,
    sql.Like: Translator._like,
    sql.Negation: Translator._negation,
    sql.Combination: Translator._combination,
    sql.Case: Translator._case,
}


def assemble(comments: list[str], row: list[str], calls: list[str]) -> str:
    """Return the script: comments, the selection, the calls that send ``row``, and the functions that they need."""
    lines = [*(f"// {comment}" for comment in comments), *row, "if (row !== null) {", *_indented(calls), "}"]
    return with_functions("\n".join(lines), functions.sources())


def _indented(lines: list[str]) -> list[str]:
    """Return the lines of code indented. Literals contain no line ends."""
    return [f"  {part}" for line in lines for part in line.split("\n")]
