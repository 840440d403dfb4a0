# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The stored representation of a thing model, and validation of its parts.

A model contains blocks by id. The default block always exists and has an empty id. A block is plain JSON::

    {"name": "", "description": None, "properties": [...], "services": [...], "events": [...]}

Every function (property, service or event) has ``identifier``, ``name``, ``required``, ``custom`` (false if it comes
from a category), ``created`` (milliseconds), and ``description``, ``extend_config`` and ``config_code``, which can be
None. In addition, a property has ``access`` (``r``, ``w``, ``rw``) and ``data_type``; a service has ``call_type``
(``async``, ``sync``), ``inputs`` and ``outputs``; an event has ``type`` (``info``, ``alert``, ``error``) and
``outputs``. Inputs, outputs and the members of a struct each have ``identifier``, ``name`` and ``data_type``.

A data type has ``type`` and further members that depend on it: ``min``, ``max``, ``step``, ``unit``, ``unitName``,
``precise`` (all strings) for ``int``, ``float`` and ``double``; ``length`` for ``text``; none for ``date``; ``items``
with ``value`` and ``name`` for ``bool`` and ``enum``; ``size`` and ``item`` for ``array``; ``members`` for ``struct``.
``defaultValue`` is optional. The item of an array can have no other members: ``{"type": "int"}``.

The functions of this module build these parts from input. They raise FormatError for input that the platform rejects.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import isinf
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, JAPANESE
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.reading import FormatError

Block = dict[str, Any]
Function = dict[str, Any]
Model = dict[str, Block]

#: The id of the default block.
DEFAULT = ""

#: The kinds of functions, which are also the names of their lists in a block.
KINDS = ("properties", "services", "events")

NUMBER_TYPES = ("int", "float", "double")
CHOICE_TYPES = ("bool", "enum")

_STRUCT_MEMBER_TYPES = (*NUMBER_TYPES, *CHOICE_TYPES, "text", "date")
_ARRAY_ELEMENT_TYPES = (*NUMBER_TYPES, "text", "struct")
_MAX_ARRAY_SIZE = 512

_IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,50}")
_RESERVED = ("set", "get", "post", "property", "event", "time", "value")
# The manual allows fewer characters in names than the console, which also accepts Japanese ones and slashes.
_LETTERS = rf"{CHINESE}{JAPANESE}A-Za-z0-9"
_NAME = re.compile(rf"[{_LETTERS}][{_LETTERS}_./-]{{0,29}}")
_ITEM_NAME = re.compile(rf"[{_LETTERS}][{_LETTERS}_-]{{0,19}}")

_BLOCK_ID = re.compile(r"[A-Za-z0-9_]{1,30}")
_BLOCK_NAME = re.compile(rf"[{_LETTERS}_]{{4,30}}")
_MAX_DESCRIPTION_LENGTH = 100

_INTEGER = re.compile(r"-?[0-9]{1,20}")
_DECIMAL = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")


# Blocks


def empty_block(name: str = "") -> Block:
    """Return a block without functions."""
    return {"name": name, "description": None, **{kind: [] for kind in KINDS}}


def empty_model() -> Model:
    """Return a model that consists of an empty default block."""
    return {DEFAULT: empty_block()}


def functions(block: Block) -> Iterator[Function]:
    """Yield all functions of a block."""
    for kind in KINDS:
        yield from block[kind]


def sort(block: Block) -> None:
    """Sort the functions of a block in the platform's order: by creation time, then by identifier."""
    for kind in KINDS:
        block[kind].sort(key=lambda function: (function["created"], function["identifier"]))


def find_duplicate(block: Block) -> str:
    """Return an identifier or a name that several functions of the block share, or an empty string."""
    for member in ("identifier", "name"):
        value, count = next(iter(Counter(function[member] for function in functions(block)).most_common(1)), ("", 0))
        if count > 1:
            return value
    return ""


def valid_block_id(text: str) -> str:
    """Return the id of a custom block, or raise FormatError if it is invalid."""
    if not _BLOCK_ID.fullmatch(text):
        raise FormatError("must be 1 to 30 letters, digits and underscores")
    return text


def valid_block_name(text: str) -> str:
    """Return the name of a custom block, or raise FormatError if it is invalid."""
    if not _BLOCK_NAME.fullmatch(text):
        raise FormatError("must be 4 to 30 Chinese or Japanese characters, letters, digits and underscores")
    return text


def valid_block_description(text: str) -> str:
    """Return the description of a custom block, or raise FormatError if it is too long."""
    if len(text) > _MAX_DESCRIPTION_LENGTH:
        raise FormatError(f"description must not be longer than {_MAX_DESCRIPTION_LENGTH} characters")
    return text


# Functions and parameters


def valid_identifier(text: str) -> str:
    """Return the identifier of a function, a parameter or a struct member, or raise FormatError if it is invalid."""
    if not _IDENTIFIER.fullmatch(text):
        raise FormatError("identifier must be 1 to 50 letters, digits and underscores")
    if text in _RESERVED:
        raise FormatError(f"{text} is reserved and cannot be an identifier")
    return text


def valid_name(text: str) -> str:
    """Return the name of a function, a parameter or a struct member, or raise FormatError if it is invalid."""
    if not _NAME.fullmatch(text):
        raise FormatError(
            "name must be 1 to 30 Chinese and Japanese characters, letters, digits, hyphens, underscores, dots and "
            "slashes that begin with a character, letter or digit"
        )
    return text


def parameter(identifier: str, name: str, data_type: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter or a struct member, or raise FormatError if its identifier or name is invalid."""
    return {"identifier": valid_identifier(identifier), "name": valid_name(name), "data_type": data_type}


def check_unique_identifiers(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return ``parameters``, or raise FormatError if two of them have the same identifier."""
    seen = set()
    for one in parameters:
        if one["identifier"] in seen:
            raise FormatError(f"the identifier {one['identifier']} is not unique")
        seen.add(one["identifier"])
    return parameters


# Data types


def number_type(kind: str, details: dict[str, str | None]) -> dict[str, Any]:
    """Return an ``int``, ``float`` or ``double``.

    Args:
        kind: The type.
        details: The other members of the data type. None stands for an absent member.

    Raises:
        FormatError: A limit is not of the type, or the limits contradict each other.
    """
    limits = {}
    for limit in ("min", "max", "step"):
        text = details.get(limit)
        if text is not None:
            if not (_INTEGER if kind == "int" else _DECIMAL).fullmatch(text) or isinf(float(text)):
                raise FormatError(f"{limit} must be of the type {kind}")
            limits[limit] = Decimal(text)
    if {"min", "max"} <= limits.keys() and limits["min"] > limits["max"]:
        raise FormatError(f"min {details['min']} is greater than max {details['max']}")
    if limits.get("step", 1) <= 0:
        raise FormatError(f"step {details['step']} must be greater than 0")
    return _data_type(kind, **details)


def text_type(length: int, max_length: int, default: str | None = None) -> dict[str, Any]:
    """Return a ``text`` of up to ``length`` bytes, or raise FormatError if the format does not allow that many.

    Args:
        length: The maximum length of a value in bytes.
        max_length: The highest ``length`` that the format allows.
        default: The default value.
    """
    if not 1 <= length <= max_length:
        raise FormatError(f"length must be 1 to {max_length}")
    return _data_type("text", length=length, defaultValue=default)


def date_type(default: str | None = None) -> dict[str, Any]:
    """Return a ``date``."""
    return _data_type("date", defaultValue=default)


def choice_type(kind: str, items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return a ``bool`` or ``enum`` of ``items`` (``value`` and ``name``), or raise FormatError if they are invalid."""
    items = list(items)
    values = [item["value"] for item in items]
    if kind == "bool" and sorted(values) != [0, 1]:
        raise FormatError("a bool must have the values 0 and 1")
    if not values or len(set(values)) < len(values):
        raise FormatError("an enum must have at least one value, and all values must be different")
    for item in items:
        if not _ITEM_NAME.fullmatch(item["name"]):
            raise FormatError(
                "the name of a value must be 1 to 20 Chinese and Japanese characters, letters, digits, underscores and "
                "hyphens that begin with a character, letter or digit"
            )
    return {"type": kind, "items": items}


def valid_element_type(kind: str) -> str:
    """Return the type of an array's elements, or raise FormatError if an array cannot contain it.

    Call this before reading the element type: it limits the nesting of types.
    """
    if kind not in _ARRAY_ELEMENT_TYPES:
        raise FormatError(f"an array can contain {', '.join(_ARRAY_ELEMENT_TYPES)}, but not {kind}")
    return kind


def array_type(size: int, item: dict[str, Any]) -> dict[str, Any]:
    """Return an ``array`` of ``size`` elements of the type ``item``, or raise FormatError if the size is invalid."""
    if not 1 <= size <= _MAX_ARRAY_SIZE:
        raise FormatError(f"size must be 1 to {_MAX_ARRAY_SIZE}")
    return {"type": "array", "size": size, "item": item}


def valid_member_type(kind: str) -> str:
    """Return the type of a struct member, or raise FormatError if a struct cannot contain it.

    Call this before reading the member, for the same reason as ``valid_element_type``.
    """
    if kind not in _STRUCT_MEMBER_TYPES:
        raise FormatError(f"a struct can contain {', '.join(_STRUCT_MEMBER_TYPES)}, but not {kind}")
    return kind


def struct_type(members: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a ``struct``, or raise FormatError if it has no members or two with the same identifier."""
    if not members:
        raise FormatError("a struct must have at least one member")
    return {"type": "struct", "members": check_unique_identifiers(members)}


def _data_type(kind: str, **details: Any) -> dict[str, Any]:
    return {"type": kind, **{member: value for member, value in details.items() if value is not None}}
