# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A syntax check of scripts in JavaScript and Python.

The check finds texts that are certain to be invalid: brackets that do not match; strings, template strings and comments
that are not closed; and in JavaScript operators without an operand and values without an operator between them. It does
not check statements or the names of functions and variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLOSING = {"(": ")", "[": "]", "{": "}", "${": "}"}

_JAVASCRIPT = re.compile(
    r"""
    (?P<space>[\s\ufeff]+|\#![^\r\n]*|//[^\r\n\u2028\u2029]*|/\*[\s\S]*?\*/)
    |(?P<name>[#@]?(?:[^\W\d]|[$\\])[\w$\\]*)
    |(?P<number>0[xXoObB][0-9A-Fa-f_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?)
    |(?P<string>"(?:[^"\\\r\n]|\\\r\n|\\[\s\S])*"|'(?:[^'\\\r\n]|\\\r\n|\\[\s\S])*')
    |(?P<operator>>>>=|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|\.\.\.|=>|\?\.(?!\d)|\+\+|--|&&|\|\||\?\?|\*\*|<<|>>
        |[-+*/%&|^<>=!]=|[-+*/%&|^<>=!~?])
    |(?P<mark>[;:,.(){}\[\]])
    """,
    re.VERBOSE,
)
_REGULAR_EXPRESSION = re.compile(r"/(?![*/])(?:[^\\/\[\r\n]|\\[^\r\n]|\[(?:[^\]\\\r\n]|\\[^\r\n])*\])+/\w*")
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)")

#: Operators that must be followed by an operand.
_BEFORE_OPERAND = frozenset(
    (
        *("=", "==", "===", "!=", "!==", "<", ">", "<=", ">=", "=>", "&&", "||", "??", "!", "~"),
        *("+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", ">>>"),
        *("+=", "-=", "*=", "/=", "%=", "**=", "&=", "|=", "^=", "<<=", ">>=", ">>>=", "&&=", "||=", "??="),
    )
)

#: Words that are not values, so that other words can precede and follow them on the same line.
_KEYWORDS = re.compile(
    "abstract|accessor|as|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export"
    "|extends|finally|for|from|function|get|if|implements|import|in|instanceof|interface|let|new|of|package|private"
    "|protected|public|return|set|static|super|switch|this|throw|try|type|typeof|var|void|while|with|yield"
)
#: Keywords after which a slash starts a regular expression. After other words, it is a division.
_BEFORE_VALUE = ("case", "delete", "do", "else", "in", "instanceof", "new", "of", "return", "throw", "typeof", "void")

_PYTHON = re.compile(
    r"""
    (?P<space>\s+|\#[^\r\n]*|\\\r?\n)
    |(?P<string>(?:[rRuUbB]{0,2})(?:\"\"\"(?:[^\\]|\\[\s\S])*?\"\"\"|'''(?:[^\\]|\\[\s\S])*?'''
        |"(?:[^"\\\r\n]|\\\r\n|\\[\s\S])*"|'(?:[^'\\\r\n]|\\\r\n|\\[\s\S])*'))
    |(?P<name>\w+)
    |(?P<mark>[^\w\s"'])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int

    @property
    def last_line(self) -> int:
        return self.line + self.text.count("\n")


class _Invalid(Exception):
    """A text with a syntax error. The message contains the line and the error."""


def find_javascript_problem(script: str) -> str:
    """Return why a script is not JavaScript; an empty string if it may be."""
    problems = []
    # After ")" and "}", a slash can be a division or start a regular expression.
    for is_expression in (False, True):
        try:
            tokens = list(_javascript_tokens(script, is_expression))
            _check_brackets(tokens)
            _check_operands(tokens)
        except _Invalid as error:
            problems.append(str(error))
        else:
            return ""
    return problems[0]


def find_python_problem(script: str) -> str:
    """Return why a script is not Python 2 or 3; an empty string if it may be."""
    try:
        _check_brackets(list(_python_tokens(script)))
    except _Invalid as error:
        return str(error)
    return ""


def calls(script: str, function: str) -> bool:
    """Return whether a script contains the call of a function whose name matches a pattern, anywhere."""
    return re.search(rf"\b{function}\s*\(", script) is not None


def _javascript_tokens(script: str, is_expression: bool) -> Iterator[_Token]:
    position, line = 0, 1
    last: _Token | None = None
    open_brackets: list[str] = []
    while position < len(script):
        character = script[position]
        kind, match = "", None
        if character == "`" or (character == "}" and open_brackets[-1:] == ["${"]):
            kind, match = "template", _TEMPLATE.match(script, position + 1)
            if match is None:
                raise _Invalid(f"line {line}: a template string is not closed")
        elif character == "/" and _may_start_value(last, is_expression):
            kind, match = "string", _REGULAR_EXPRESSION.match(script, position)
        match = match or _JAVASCRIPT.match(script, position)
        if match is None:
            if character in "\"'":
                raise _Invalid(f"line {line}: a string is not closed")
            # A character that the check does not know.
            position += 1
            continue
        kind = kind if kind == "template" else match.lastgroup or kind
        text = script[position : match.end()]
        if kind == "operator" and script.startswith("/*", position):
            raise _Invalid(f"line {line}: a comment is not closed")
        token = _Token(kind, text, line)
        if kind != "space":
            _track(open_brackets, token)
            last = token
            yield token
        position += len(text)
        line += text.count("\n")


def _track(open_brackets: list[str], token: _Token) -> None:
    """Keep the opening brackets up to date, to recognize the end of a value in a template string."""
    text = token.text
    if token.kind == "template":
        if text.startswith("}") and open_brackets:
            open_brackets.pop()
        if text.endswith("${"):
            open_brackets.append("${")
    elif token.kind == "mark" and text in _CLOSING:
        open_brackets.append(text)
    elif token.kind == "mark" and text in ")]}" and open_brackets:
        open_brackets.pop()


def _may_start_value(last: _Token | None, after_bracket: bool) -> bool:
    if last is None:
        return True
    if last.text in (")", "}"):
        return after_bracket
    if last.kind == "name":
        return last.text in _BEFORE_VALUE
    if last.kind == "template":
        return last.text.endswith("${")
    return last.kind in ("operator", "mark") and last.text not in ("]", "++", "--")


def _python_tokens(script: str) -> Iterator[_Token]:
    position, line = 0, 1
    while position < len(script):
        match = _PYTHON.match(script, position)
        if match is None:
            raise _Invalid(f"line {line}: a string is not closed")
        if match.lastgroup != "space":
            yield _Token(match.lastgroup or "", match[0], line)
        position = match.end()
        line += match[0].count("\n")


def _check_brackets(tokens: list[_Token]) -> None:
    unclosed: list[_Token] = []
    for token in tokens:
        is_template = token.kind == "template"
        closing = "}" if is_template and token.text.startswith("}") else token.text if token.text in ")]}" else ""
        if closing and token.kind in ("mark", "template"):
            if not unclosed:
                raise _Invalid(f"line {token.line}: {closing} has no opening bracket")
            opening = unclosed.pop()
            expected = _CLOSING["${" if opening.kind == "template" else opening.text]
            if expected != closing:
                raise _Invalid(
                    f"line {token.line}: {closing} does not match {opening.text[-2:]} in line {opening.last_line}"
                )
        if (is_template and token.text.endswith("${")) or (token.kind == "mark" and token.text in _CLOSING):
            unclosed.append(token)
    if unclosed:
        raise _Invalid(f"line {unclosed[-1].last_line}: {unclosed[-1].text[-2:]} is not closed")


def _check_operands(tokens: list[_Token]) -> None:
    for before, after in zip(tokens, [*tokens[1:], None]):
        if before.kind == "operator" and before.text in _BEFORE_OPERAND and _ends_operand(after):
            found = f"{after.text} after {before.text}" if after else f"end of the script after {before.text}"
            raise _Invalid(f"line {before.line}: unexpected {found}")
        if after is None or after.line > before.last_line:
            continue
        if before.text == "," and after.text == "," and _is_call_separator(tokens, before):
            raise _Invalid(f"line {after.line}: unexpected , after ,")
        if _is_value(before) and _is_value(after):
            raise _Invalid(f"line {after.line}: an operator is missing between {before.text} and {after.text}")


def _ends_operand(token: _Token | None) -> bool:
    return token is None or (token.kind == "mark" and token.text in ")]};,")


def _is_value(token: _Token) -> bool:
    return token.kind in ("number", "string") or (token.kind == "name" and not _KEYWORDS.fullmatch(token.text))


def _is_call_separator(tokens: list[_Token], comma: _Token) -> bool:
    """Return whether a comma is directly within parentheses: only lists can omit elements."""
    depth = 0
    for token in reversed(tokens[: next(i for i, token in enumerate(tokens) if token is comma)]):
        if token.kind != "mark":
            continue
        if token.text in ")]}":
            depth += 1
        elif token.text in _CLOSING:
            if not depth:
                return token.text == "("
            depth -= 1
    return False
