# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check the syntax of JavaScript without a JavaScript engine.

The check covers: strings, template strings, regular expressions and comments are terminated; brackets match; there are
no invalid characters; operators have their operands; two values on one line have an operator between them. Other
errors, such as malformed statements, are not detected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PARTS = re.compile(
    r"""
    (?P<space>\s+|\ufeff)
    |(?P<comment>//[^\r\n\u2028\u2029]*|/\*[\s\S]*?\*/)
    |(?P<name>\#?(?:[^\W\d]|\$)(?:\w|\$)*)
    |(?P<number>0[xXoObB][0-9A-Fa-f_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?)
    |(?P<string>"(?:[^"\\\r\n]|\\\r\n|\\[\s\S])*"|'(?:[^'\\\r\n]|\\\r\n|\\[\s\S])*')
    |(?P<sign>>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|\+\+|--|&&|\|\||\?\?|\?\.(?!\d)
        |\*\*|\+=|-=|\*=|/=|%=|&=|\|=|\^=|<<|>>|[-+*/%=<>!&|^~?:;,.(){}\[\]])
    """,
    re.VERBOSE,
)
_REGULAR_EXPRESSION = re.compile(r"/(?![*/])(?:[^\\/\[\r\n]|\\[^\r\n]|\[(?:[^\]\\\r\n]|\\[^\r\n])*\])+/\w*")
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?P<end>`|\$\{)")

_CLOSING = {"(": ")", "[": "]", "{": "}", "${": "}"}
# Operators that need a value on the right; all except _UNARY need one on the left as well.
_OPERATOR = re.compile(r"\.\.\.|~|[!=]={0,2}|(?:[-+/%^]|\*{1,2}|&{1,2}|\|{1,2}|\?{1,2}|<{1,2}|>{1,3})=?")
_UNARY = ("+", "-", "!", "~", "...", "*")  # "*" because it marks a generator method
# Keywords that are not a value: another token may come before and after them on the same line.
_KEYWORDS = re.compile(
    "as|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|export|extends|finally|for"
    "|from|function|get|if|import|in|instanceof|let|new|of|return|set|static|switch|throw|try|typeof|var|void|while"
    "|with|yield"
)
# Keywords that must be followed by a value.
_PREFIXES = ("case", "const", "delete", "extends", "in", "instanceof", "new", "throw", "typeof", "var", "void")
_VALUES = ("name", "number", "string")
_MEMBER = (".", "?.")

_UNTERMINATED = {
    "string": "a string is not terminated",
    "template": "a template string is not terminated",
    "comment": "a comment is not terminated",
}


class ScriptError(ValueError):
    """A script has a syntax error. The text contains the line and the error."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A token of a script: a name, number, string, template, expression (regular expression) or sign.

    A template string with values consists of several tokens: from quote to ``${``, from ``}`` to ``${``, from ``}`` to
    quote.
    """

    kind: str
    text: str
    line: int  # the first line of the token, from 1
    is_keyword: bool  # whether it is a keyword that is not a value

    @property
    def last_line(self) -> int:
        """The last line of the token."""
        return self.line + self.text.count("\n")

    @property
    def opens(self) -> str:
        """The bracket that the token opens, or an empty string."""
        if self.kind == "template":
            return "${" if self.text.endswith("${") else ""
        return self.text if self.kind == "sign" and self.text in _CLOSING else ""

    @property
    def closes(self) -> str:
        """The bracket that the token closes, or an empty string."""
        if self.kind == "template":
            return "}" if self.text.startswith("}") else ""
        return self.text if self.kind == "sign" and self.text in _CLOSING.values() else ""

    @property
    def is_value(self) -> bool:
        """Whether the token is a value or the end of a value."""
        return self.kind != "sign" and not self.opens and not self.is_keyword

    @property
    def needs_value_after(self) -> bool:
        """Whether a value must follow."""
        if self.kind == "sign":
            return _OPERATOR.fullmatch(self.text) is not None
        return self.is_keyword and self.text in _PREFIXES

    @property
    def is_binary_operator(self) -> bool:
        """Whether a value must come before and after the token."""
        return self.kind == "sign" and self.needs_value_after and self.text not in _UNARY


def called_functions(script: str) -> set[str]:
    """Return the names of the functions that a script calls. Raises ScriptError for a syntax error."""
    tokens = list(_tokens(script))
    before_tokens: list[_Token | None] = [None, *tokens]
    after_tokens: list[_Token | None] = [*tokens, None]
    for before, after in zip(before_tokens, after_tokens, strict=True):
        if not _may_follow(before, after):
            line = after.line if after else before.last_line if before else 1
            raise ScriptError(f"line {line}: {f'unexpected {after.text}' if after else 'unexpected end of the script'}")
    return {
        token.text
        for before, token, after in zip(before_tokens, tokens, after_tokens[1:], strict=False)
        if token.kind == "name" and after is not None and after.text == "(" and not _is_declared_or_member(before)
    }


def _tokens(script: str) -> Iterator[_Token]:
    """Yield the tokens of a script. Raises ScriptError for invalid tokens and brackets that do not match."""
    position = 0
    line = 1
    last: _Token | None = None
    unclosed: list[_Token] = []
    while position < len(script):
        in_template = bool(unclosed) and unclosed[-1].opens == "${"
        kind, end = _token_at(script, position, _may_begin_value(last), in_template)
        if not end:
            raise ScriptError(f"line {line}: {_UNTERMINATED.get(kind) or f'unexpected {script[position]}'}")
        text = script[position:end]
        if kind not in ("space", "comment"):
            member = last is not None and last.text in _MEMBER
            last = _Token(kind, text, line, kind == "name" and _KEYWORDS.fullmatch(text) is not None and not member)
            if last.closes and (not unclosed or _CLOSING[unclosed.pop().opens] != last.closes):
                raise ScriptError(f"line {line}: {last.closes} has no opening bracket")
            if last.opens:
                unclosed.append(last)
            yield last
        line += text.count("\n")
        position = end
    if unclosed:
        raise ScriptError(f"line {unclosed[-1].last_line}: {unclosed[-1].opens} is not closed")


def _token_at(script: str, position: int, value_may_begin: bool, in_template: bool) -> tuple[str, int]:
    """Return the kind of the token at a position and its end; the end is 0 if the token is invalid."""
    sign = script[position]
    if sign == "`" or (sign == "}" and in_template):
        match = _TEMPLATE.match(script, position + 1)
        return "template", match.end() if match else 0
    if sign == "/" and value_may_begin:
        match = _REGULAR_EXPRESSION.match(script, position)
        if match:
            return "expression", match.end()
    match = _PARTS.match(script, position)
    if script.startswith("/*", position) and (match is None or match["comment"] is None):
        return "comment", 0
    if match:
        return match.lastgroup or "", match.end()
    return "string" if sign in "\"'" else "", 0


def _may_begin_value(last: _Token | None) -> bool:
    """Return whether a value can follow a token, so that a slash starts a regular expression."""
    if last is None or last.is_keyword or last.opens:
        return True
    return last.kind == "sign" and last.text not in (")", "]", "++", "--")


def _may_follow(before: _Token | None, after: _Token | None) -> bool:
    """Return whether a token can follow another; None is the beginning or the end of the script."""
    if before is None or before.opens or before.text in (";", ",", ":"):
        return after is None or not after.is_binary_operator
    if before.text in _MEMBER:
        return after is not None and (after.kind == "name" or (before.text == "?." and after.text[0] in "([`"))
    if before.needs_value_after:
        if after is None or after.closes or after.text in (";", ","):
            return False
        # A keyword before a colon is the name of an object member.
        return not after.is_binary_operator and (before.is_keyword or after.text != ":")
    if after is None or after.line > before.last_line or after.is_keyword:
        return True
    return not (before.is_value and after.kind in _VALUES)


def _is_declared_or_member(before: _Token | None) -> bool:
    return before is not None and before.text in ("function", *_MEMBER)
