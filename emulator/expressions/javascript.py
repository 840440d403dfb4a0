# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be said of a JavaScript text without an engine that runs it.

Checked is this: strings, template strings, regular expressions and comments end; brackets match; no character stands
about that the language does not have; operators have their operands; two values on one line have an operator between
them. All else passes, such as statements that are put together wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

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
# Signs that need a value on their right; all but a few of them need one on their left as well.
_BEFORE_VALUE = re.compile(r"\.\.\.|~|[!=]={0,2}|(?:[-+/%^]|\*{1,2}|&{1,2}|\|{1,2}|\?{1,2}|<{1,2}|>{1,3})=?")
_MAY_BE_FIRST = ("+", "-", "!", "~", "...", "*")  # the last of them because it marks a generator's method
# Words that are no value: before them and after them a line reads on.
_WORDS = re.compile(
    "as|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|export|extends|finally|for"
    "|from|function|get|if|import|in|instanceof|let|new|of|return|set|static|switch|throw|try|typeof|var|void|while"
    "|with|yield"
)
# Those of them after which a value must come.
_PREFIXES = ("case", "const", "delete", "extends", "in", "instanceof", "new", "throw", "typeof", "var", "void")
_VALUES = ("name", "number", "string")
_MEMBER = (".", "?.")

_UNENDED = {
    "string": "a string does not end",
    "template": "a template string does not end",
    "comment": "a comment does not end",
}


class ScriptError(ValueError):
    """A text that is no script; it says what is wrong in which line."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A part of a script that is neither space nor comment: a name, number, string, template, expression or sign.

    A template with values in it comes in pieces: from quote to ``${``, from ``}`` to ``${``, from ``}`` to quote.
    """

    kind: str
    text: str
    line: int  # where it begins, from 1
    is_word: bool  # whether it is a word of the language that is no value

    @property
    def last_line(self) -> int:
        """The line in which it ends."""
        return self.line + self.text.count("\n")

    @property
    def opens(self) -> str:
        """The bracket that it leaves open, if any."""
        if self.kind == "template":
            return "${" if self.text.endswith("${") else ""
        return self.text if self.kind == "sign" and self.text in _CLOSING else ""

    @property
    def closes(self) -> str:
        """The bracket that it closes, if any."""
        if self.kind == "template":
            return "}" if self.text.startswith("}") else ""
        return self.text if self.kind == "sign" and self.text in _CLOSING.values() else ""

    @property
    def is_value(self) -> bool:
        """Whether a value, or the name of one, ends with it."""
        return self.kind != "sign" and not self.opens and not self.is_word

    @property
    def awaits_value(self) -> bool:
        """Whether a value must follow."""
        if self.kind == "sign":
            return _BEFORE_VALUE.fullmatch(self.text) is not None
        return self.is_word and self.text in _PREFIXES

    @property
    def follows_value(self) -> bool:
        """Whether a value must stand before it, and another after it."""
        return self.kind == "sign" and self.awaits_value and self.text not in _MAY_BE_FIRST


def called_functions(script: str) -> set[str]:
    """The names of the functions that a script calls. Raises ScriptError where it is no script."""
    tokens = list(_tokens(script))
    neighbours = list(zip([None, *tokens], [*tokens, None], strict=True))
    for before, after in neighbours:
        if not _may_follow(before, after):
            line = after.line if after else before.last_line
            raise ScriptError(f"line {line}: {f'{after.text} is not expected' if after else 'something is missing'}")
    return {
        name.text
        for (before, name), (_name, after) in pairwise(neighbours)
        if name.kind == "name" and after is not None and after.text == "(" and not _is_declared_or_member(before)
    }


def _tokens(script: str) -> Iterator[_Token]:
    """The tokens of a script, whose brackets match."""
    position = 0
    line = 1
    last = None
    unclosed: list[_Token] = []
    while position < len(script):
        in_template = bool(unclosed) and unclosed[-1].opens == "${"
        kind, end = _part_at(script, position, _may_begin_value(last), in_template)
        if not end:
            raise ScriptError(f"line {line}: {_UNENDED.get(kind) or f'{script[position]} is not expected'}")
        text = script[position:end]
        if kind not in ("space", "comment"):
            member = last is not None and last.text in _MEMBER
            last = _Token(kind, text, line, kind == "name" and _WORDS.fullmatch(text) is not None and not member)
            if last.closes and (not unclosed or _CLOSING[unclosed.pop().opens] != last.closes):
                raise ScriptError(f"line {line}: {last.closes} closes nothing")
            if last.opens:
                unclosed.append(last)
            yield last
        line += text.count("\n")
        position = end
    if unclosed:
        raise ScriptError(f"line {unclosed[-1].last_line}: {unclosed[-1].opens} is not closed")


def _part_at(script: str, position: int, value_may_begin: bool, in_template: bool) -> tuple[str, int]:
    """What begins at a position and where it ends, which is 0 where it does not."""
    sign = script[position]
    if sign == "`" or (sign == "}" and in_template):
        match = _TEMPLATE.match(script, position + 1)
        return "template", match.end() if match else 0
    if sign == "/" and value_may_begin:
        match = _REGULAR_EXPRESSION.match(script, position)
        if match:
            return "expression", match.end()
    match = _PARTS.match(script, position)
    if script.startswith("/*", position) and match["comment"] is None:
        return "comment", 0
    if match:
        return match.lastgroup, match.end()
    return "string" if sign in "\"'" else "", 0


def _may_begin_value(last: _Token | None) -> bool:
    """Whether what follows a token can begin a value, so that a slash is not a division."""
    if last is None or last.is_word or last.opens:
        return True
    return last.kind == "sign" and last.text not in (")", "]", "++", "--")


def _may_follow(before: _Token | None, after: _Token | None) -> bool:
    """Whether two tokens can stand side by side; None is the beginning or the end of the script."""
    if before is None or before.opens or before.text in (";", ",", ":"):
        return after is None or not after.follows_value
    if before.text in _MEMBER:
        return after is not None and (after.kind == "name" or (before.text == "?." and after.text[0] in "([`"))
    if before.awaits_value:
        if after is None or after.closes or after.text in (";", ","):
            return False
        # A word before a colon is the name of an object's member.
        return not after.follows_value and (before.is_word or after.text != ":")
    if after is None or after.line > before.last_line or after.is_word:
        return True
    return not (before.is_value and after.kind in _VALUES)


def _is_declared_or_member(before: _Token | None) -> bool:
    return before is not None and before.text in ("function", *_MEMBER)
