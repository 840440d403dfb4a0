# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Markup of pages. Everything else is escaped, so that no text from the platform is interpreted as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

# Control characters, lone surrogates (which cannot be encoded), and characters that change the direction of the text
# after them, with which a name could look like another one.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")

#: Elements without an end tag.
_VOID = frozenset({"br", "hr", "input", "link", "meta"})


class Markup(str):
    """Text that is markup. It is inserted into other markup unchanged."""

    __slots__ = ()


def escaped(value: Any) -> Markup:
    """Return a value as markup: markup unchanged, and the text of any other value escaped."""
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(_UNSAFE.sub("\ufffd", str(value))))


def joined(parts: Iterable[Any]) -> Markup:
    """Return several values as markup, without None."""
    return Markup("".join(escaped(part) for part in parts if part is not None))


def tag(element: str, /, *children: Any, **attributes: Any) -> Markup:
    """Return an element of HTML or SVG.

    Args:
        element: The name of the element.
        children: Its content: markup, or values whose text is escaped. None is omitted.
        attributes: Its attributes. An underscore stands for a hyphen, and is ignored at the end (``class_``). An
            attribute whose value is None or False is omitted; True stands for an attribute without a value.
    """
    text = element
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        text += f" {key}" if value is True else f' {key}="{escaped(value)}"'
    if element in _VOID:
        return Markup(f"<{text}>")
    return Markup(f"<{text}>{joined(children)}</{element}>")
