# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A syntax check of the SQL of rules (manual section 4.15.1, and the vendor's page on SQL expressions).

The check finds texts that no SQL parser accepts: unbalanced quotes and parentheses, missing operands, and keywords at
the wrong place. It does not know the functions of the platform, the number of their arguments or the fields of the
messages. A text with a character that the check does not know is valid if its quotes and parentheses are balanced.
"""

from __future__ import annotations

import re

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<value>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`[^`]*`|[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+)
      | (?P<word>(?:[\w$@.]|\[[^\]\[]*\])+)
      | (?P<operator><=|>=|<>|!=|==|\|\||&&|[=<>+\-*/%])
      | (?P<mark>[(),;])
      | (?P<unknown>.)
    )""",
    re.VERBOSE | re.DOTALL,
)

#: Keywords between two operands.
_WORD_OPERATORS = ("and", "or", "like", "in", "is", "between")
#: Keywords that cannot be in the text, because the platform adds them. The text after them would be another clause.
_CLAUSES = ("select", "from", "where")
_CASE = ("when", "then", "else", "end")


class SelectText(Text):
    """The text after SELECT."""

    def check(self, value: str) -> str:
        problem = super().check(value) or find_problem(value, is_list=True)
        return f"is not valid SQL: {problem}" if problem and not problem.startswith("must ") else problem


class WhereText(Text):
    """The text after WHERE. An empty text selects all messages."""

    def check(self, value: str) -> str:
        problem = super().check(value) or (find_problem(value, is_list=False) if value.strip() else "")
        return f"is not valid SQL: {problem}" if problem and not problem.startswith("must ") else problem


def find_problem(text: str, is_list: bool) -> str:
    """Return why no SQL parser accepts a text; an empty string if one may.

    Args:
        text: The text after SELECT or WHERE, without the keyword.
        is_list: Whether the text is a list of columns, which can have names (``AS``), or a single condition.
    """
    tokens = _tokenize(text)
    problem = _find_unbalanced(text, tokens)
    if problem or any(kind == "unknown" for kind, _text in tokens):
        return problem
    return _Grammar(tokens, is_list).find_problem()


def find_members(text: str, path: str) -> list[str]:
    """Return the names of the members of an object in the messages that SQL uses, such as ``Level`` of ``items.Level``.

    Args:
        text: The text after SELECT or WHERE. If the check does not understand it, no members are found.
        path: The path of the object, such as ``items``.
    """
    tokens = _tokenize(text)
    if any(kind == "unknown" for kind, _text in tokens):
        return []
    words = [token[len(path) + 1 :] for kind, token in tokens if kind == "word" and token.startswith(f"{path}.")]
    return [name for name in (re.split(r"[.\[]", word, maxsplit=1)[0] for word in words) if name]


def _tokenize(text: str) -> list[tuple[str, str]]:
    """Return kind and text of each token. Keywords are of the kind ``keyword``, and in lowercase."""
    tokens = []
    for match in _TOKEN.finditer(text.rstrip()):
        kind = match.lastgroup or ""
        token = match[kind]
        if kind == "word" and token.lower() in (*_WORD_OPERATORS, *_CLAUSES, *_CASE, "as", "not", "case"):
            kind, token = "keyword", token.lower()
        tokens.append((kind, token))
    return tokens


def _find_unbalanced(text: str, tokens: list[tuple[str, str]]) -> str:
    depth = 0
    for kind, token in tokens:
        if kind == "unknown" and token in "'\"`":
            return f"the quotation mark {token} is not closed"
        if kind == "mark" and token in "()":
            depth += 1 if token == "(" else -1
        if depth < 0:
            return ") has no opening parenthesis"
    if depth:
        return "( is not closed"
    others = "".join(token for kind, token in tokens if kind != "value")
    if others.count("[") != others.count("]"):
        return "square brackets are not balanced"
    return "" if tokens else f"{text!r} is empty"


class _Grammar:
    """Checks that operands and operators alternate.

    ``_open`` contains what is open: ``(`` for a parenthesis, ``call`` for the arguments of a function, and the last
    keyword of each CASE.
    """

    def __init__(self, tokens: list[tuple[str, str]], is_list: bool) -> None:
        self._tokens = tokens
        self._is_list = is_list
        self._open: list[str] = []
        self._needs_operand = True
        self._has_name = False

    def find_problem(self) -> str:
        """Return what is wrong; an empty string if nothing is."""
        before = ("", "")
        for position, (kind, token) in enumerate(self._tokens):
            last = position == len(self._tokens) - 1
            if token == ";" and (not last or self._is_list):
                return "; must not be part of the text"
            if token == ";":
                continue
            if kind == "keyword" and token in _CLAUSES:
                return f"{token.upper()} must not be part of the text: each clause has an option of its own"
            problem = self._operand(kind, token, before) if self._needs_operand else self._operator(kind, token, before)
            if problem:
                return problem
            before = (kind, token)
        if self._needs_operand or before == ("keyword", "not"):
            return f"the text ends after {before[1].upper() if before[0] == 'keyword' else before[1]}"
        if self._open:
            return "CASE has no END"
        return ""

    def _operand(self, kind: str, token: str, before: tuple[str, str]) -> str:
        """Check a token where an operand is expected."""
        if before == ("keyword", "as"):
            if kind in ("operator", "mark") or token == "as" or token.isdigit():
                return f"AS must be followed by a name, not by {token}"
            self._has_name = True
            self._needs_operand = False
            return ""
        if token == "(":
            self._open.append("(")
            return ""
        if before == ("keyword", "in"):
            return f"IN must be followed by a list in parentheses, not by {token}"
        if kind in ("value", "word"):
            if ".." in token or (kind == "word" and token.endswith(".") and not token[:-1].isdigit()):
                return f"{token} is not a path"
            self._needs_operand = False
            return ""
        if token == "case":
            if any(keyword not in ("(", "call") for keyword in self._open):
                return "CASE cannot contain another CASE"
            self._open.append("case")
            return ""
        if token == "when" and before == ("keyword", "case"):
            self._open[-1] = "when"
            return ""
        if token == "*" and (before[1] in ("", ",") or self._open[-1:] == ["call"]) and (self._is_list or self._open):
            self._needs_operand = False
            return ""
        if token == ")" and before[1] == "(" and self._open[-1:] == ["call"]:
            self._open.pop()
            self._needs_operand = False
            return ""
        if token in ("-", "+", "not"):
            return ""
        return self._unexpected(token, before)

    def _operator(self, kind: str, token: str, before: tuple[str, str]) -> str:
        """Check a token where an operator is expected, or the end of the operand."""
        if token == "(":
            # The name of a function precedes its arguments; IN is a keyword.
            if before[0] != "word":
                return self._unexpected(token, before)
            self._open.append("call")
            self._needs_operand = True
            return ""
        if token == ")":
            if self._open[-1:] not in (["("], ["call"]):
                return "CASE has no END"
            self._open.pop()
            return ""
        if token == ",":
            if self._open and self._open[-1] not in ("(", "call"):
                return "CASE has no END"
            if not self._open and not self._is_list:
                return ", must not be part of a condition"
            self._needs_operand = True
            self._has_name = self._has_name and bool(self._open)
            return ""
        if token in _CASE:
            return self._case(token)
        if token == "as":
            if self._open or not self._is_list or self._has_name:
                return self._unexpected("AS", before)
            self._needs_operand = True
            return ""
        if token == "not" or (kind == "keyword" and token in _WORD_OPERATORS) or kind == "operator":
            self._needs_operand = token != "not"
            return ""
        # In standard SQL, a column can have a name without AS.
        if self._is_list and not self._open and not self._has_name and kind in ("word", "value") and before[1] != "not":
            self._has_name = True
            return ""
        return f"an operator is missing between {before[1]} and {token}"

    def _case(self, token: str) -> str:
        previous = self._open[-1] if self._open else ""
        allowed = {"when": ("case", "then"), "then": ("when",), "else": ("then",), "end": ("then", "else")}[token]
        if previous not in allowed:
            return f"{token.upper()} is at the wrong place in CASE"
        if token == "end":
            self._open.pop()
            return ""
        self._open[-1] = token
        self._needs_operand = True
        return ""

    @staticmethod
    def _unexpected(token: str, before: tuple[str, str]) -> str:
        return f"unexpected {token.upper() if token.isalpha() else token}" + (
            f" after {before[1]}" if before[1] else ""
        )
