# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading JSON that others wrote: every member is checked, and what is wrong is said together with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

_WORDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}
_REQUIRED = object()


class FormatError(ValueError):
    """Text that the platform does not take: ``path`` leads to the place, ``why`` says what is wrong there."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.path: list[str | int] = []

    def __str__(self) -> str:
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).lstrip(".")
        return f"{steps}: {self.why}" if steps else self.why


@contextmanager
def at(*steps: str | int) -> Iterator[None]:
    """Whatever is wrong inside is wrong below ``steps``."""
    try:
        yield
    except FormatError as error:
        error.path[:0] = steps
        raise


def parse(text: str) -> dict[str, Any]:
    """The object that a JSON text is. Raises FormatError where it is none."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
        # Half of a surrogate pair, written as an escape, could be neither kept nor sent.
        compact(value).encode()
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise FormatError("is not a JSON object")
    return value


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def compact(value: Any) -> str:
    """JSON without a blank."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def member(raw: Mapping[str, Any], name: str, kind: type, default: Any = _REQUIRED) -> Any:
    """The member ``name``, which must be of the type ``kind``; null is like absent.

    Raises FormatError where it is of another type, or absent without a ``default``.
    """
    value = raw.get(name)
    if value is None:
        if default is _REQUIRED:
            raise FormatError(f"{name} is missing")
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise FormatError(f"{name} is not {_WORDS[kind]}")
    return value


def choice(raw: Mapping[str, Any], name: str, choices: Mapping[str, Any], default: Any = _REQUIRED) -> Any:
    """What ``choices`` have for the member ``name``. Raises FormatError where they have nothing."""
    word = member(raw, name, str, default)
    if word not in choices:
        raise FormatError(f"{name} is one of {', '.join(choices)}")
    return choices[word]


def whole(raw: Mapping[str, Any], name: str, default: Any = _REQUIRED) -> Any:
    """A whole number that is written as one or as its digits. Raises FormatError where it is neither."""
    value = raw.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    return member(raw, name, int, default)


def each(raw: Mapping[str, Any], name: str, read: Callable[[dict[str, Any]], Any]) -> list[Any]:
    """What ``read`` makes of each object of the list ``name``; nothing where the list is absent."""
    result = []
    for number, element in enumerate(member(raw, name, list, ())):
        with at(name, number):
            if not isinstance(element, dict):
                raise FormatError("is not an object")
            result.append(read(element))
    return result
