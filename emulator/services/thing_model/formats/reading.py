# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parse and validate JSON input. Errors report the path of the invalid member and the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

_TYPE_NAMES = {str: "a string", int: "an integer", bool: "true or false", list: "a list", dict: "an object"}
_REQUIRED = object()


class FormatError(ValueError):
    """Invalid input. ``path`` leads to the invalid member, ``reason`` says what is wrong with it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: list[str | int] = []

    def __str__(self) -> str:
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).lstrip(".")
        return f"{steps}: {self.reason}" if steps else self.reason


@contextmanager
def error_path(*steps: str | int) -> Iterator[None]:
    """Prefix the path of every FormatError that the block raises with ``steps``."""
    try:
        yield
    except FormatError as error:
        error.path[:0] = steps
        raise


def parse(text: str) -> dict[str, Any]:
    """Parse a JSON object.

    Raises:
        FormatError: ``text`` is not JSON, or not a JSON object.
    """
    try:
        value = json.loads(text, parse_constant=_reject_constant)
        # An escaped unpaired surrogate cannot be encoded in UTF-8, so it could not be stored or sent.
        compact(value).encode()
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise FormatError("must be a JSON object")
    return value


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


def compact(value: Any) -> str:
    """Return ``value`` as JSON text without whitespace."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def member(raw: Mapping[str, Any], name: str, kind: type, default: Any = _REQUIRED) -> Any:
    """Return the member ``name`` of a JSON object. ``null`` counts as absent.

    Args:
        raw: The JSON object.
        name: The name of the member.
        kind: The required Python type of the value.
        default: The result if the member is absent. Without a default, the member is required.

    Raises:
        FormatError: The member has another type, or is required and absent.
    """
    value = raw.get(name)
    if value is None:
        if default is _REQUIRED:
            raise FormatError(f"{name} is missing")
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise FormatError(f"{name} must be {_TYPE_NAMES[kind]}")
    return value


def choice(raw: Mapping[str, Any], name: str, choices: Mapping[str, Any], default: Any = _REQUIRED) -> Any:
    """Return the entry of ``choices`` for the string member ``name``.

    Raises:
        FormatError: ``choices`` has no entry for the value.
    """
    key = member(raw, name, str, default)
    if key not in choices:
        raise FormatError(f"{name} must be one of {', '.join(choices)}")
    return choices[key]


def integer(raw: Mapping[str, Any], name: str, default: Any = _REQUIRED) -> Any:
    """Return the integer member ``name``, given as a JSON number or as a string of digits.

    Raises:
        FormatError: The value is neither.
    """
    value = raw.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    return member(raw, name, int, default)


def read_objects(raw: Mapping[str, Any], name: str, read: Callable[[dict[str, Any]], Any]) -> list[Any]:
    """Return the result of ``read`` for each object in the list ``name``; an empty list if the member is absent.

    Raises:
        FormatError: The member is not a list, or an element is not an object.
    """
    result = []
    for number, element in enumerate(member(raw, name, list, ())):
        with error_path(name, number):
            if not isinstance(element, dict):
                raise FormatError("must be an object")
            result.append(read(element))
    return result
