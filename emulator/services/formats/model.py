# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A thing model in the one form in which it is kept, and what may stand in it.

A model holds blocks by their ids; the default block, which is always there, has an empty id. A block is plain JSON::

    {"name": "", "description": None, "properties": [...], "services": [...], "events": [...]}

A function has ``identifier``, ``name``, ``required``, ``custom`` (false where it comes from a category), ``created``
(milliseconds), and ``description``, ``extend_config`` and ``config_code`` or None. A property then has ``access``
(``r``, ``rw``) and ``data_type``; a service has ``call_type`` (``async``, ``sync``), ``inputs`` and ``outputs``; an
event has ``type`` (``info``, ``alert``, ``error``) and ``outputs``. Inputs, outputs and the members of a struct each
have ``identifier``, ``name`` and ``data_type``.

A data type has ``type``, and by that: ``min``, ``max``, ``step``, ``unit``, ``unitName``, ``precise`` (all texts) for
``int``, ``float`` and ``double``; ``length`` for ``text``; nothing for ``date``; ``items`` with ``value`` and ``name``
for ``bool`` and ``enum``; ``size`` and ``item`` for ``array``; ``members`` for ``struct``. ``defaultValue`` can stand
beside them. The item of an array may be a bare ``{"type": "int"}``.

The functions here make such parts out of what was read, and raise FormatError where the platform would not take it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from ansible_collections.iotops.aliyun.emulator.services.formats.reading import FormatError
from ansible_collections.iotops.aliyun.emulator.services.shared.text import CHINESE

Block = dict[str, Any]
Function = dict[str, Any]
Model = dict[str, Block]

#: The id of the default block.
DEFAULT = ""

#: The kinds of functions, and their lists in a block.
KINDS = ("properties", "services", "events")

NUMBERS = ("int", "float", "double")
CHOICES = ("bool", "enum")

_IN_STRUCT = (*NUMBERS, *CHOICES, "text", "date")
_IN_ARRAY = (*NUMBERS, "text", "struct")
_MOST_ELEMENTS = 512

_IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,50}")
_RESERVED = ("set", "get", "post", "property", "event", "time", "value")
_NAME = re.compile(rf"[{CHINESE}A-Za-z0-9][{CHINESE}A-Za-z0-9_.-]{{0,29}}")
_ITEM_NAME = re.compile(rf"[{CHINESE}A-Za-z0-9][{CHINESE}A-Za-z0-9_-]{{0,19}}")

_BLOCK_ID = re.compile(r"[A-Za-z0-9_]{1,30}")
_JAPANESE = "\u3040-\u30ff"
_BLOCK_NAME = re.compile(rf"[{CHINESE}{_JAPANESE}A-Za-z0-9_]{{4,30}}")
_LONGEST_DESCRIPTION = 100

_WHOLE = re.compile(r"-?[0-9]{1,20}")
_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")


# Blocks


def empty_block(name: str = "") -> Block:
    """A block without a function."""
    return {"name": name, "description": None, **{kind: [] for kind in KINDS}}


def empty_model() -> Model:
    """A model without a function: the default block alone."""
    return {DEFAULT: empty_block()}


def functions(block: Block) -> Iterator[Function]:
    """All functions of a block."""
    for kind in KINDS:
        yield from block[kind]


def sort(block: Block) -> None:
    """Bring the functions into the order in which the platform gives them out."""
    for kind in KINDS:
        block[kind].sort(key=lambda function: (function["created"], function["identifier"]))


def repeated(block: Block) -> str:
    """An identifier or a name that several functions of the block have; empty where there is none."""
    for member in ("identifier", "name"):
        word, times = next(iter(Counter(function[member] for function in functions(block)).most_common(1)), ("", 0))
        if times > 1:
            return word
    return ""


def block_id(text: str) -> str:
    """The id of a custom block."""
    if not _BLOCK_ID.fullmatch(text):
        raise FormatError("is 1 to 30 letters, digits and underscores")
    return text


def block_name(text: str) -> str:
    """The name of a custom block."""
    if not _BLOCK_NAME.fullmatch(text):
        raise FormatError("is 4 to 30 Chinese or Japanese characters, letters, digits and underscores")
    return text


def block_description(text: str) -> str:
    """The description of a custom block."""
    if len(text) > _LONGEST_DESCRIPTION:
        raise FormatError(f"description is longer than {_LONGEST_DESCRIPTION} characters")
    return text


# Functions and parameters


def identifier(text: str) -> str:
    """The identifier of a function, a parameter or a member of a struct."""
    if not _IDENTIFIER.fullmatch(text):
        raise FormatError("identifier is not 1 to 50 letters, digits and underscores")
    if text in _RESERVED:
        raise FormatError(f"{text} is reserved and cannot be an identifier")
    return text


def name(text: str) -> str:
    """The name of a function, a parameter or a member of a struct."""
    if not _NAME.fullmatch(text):
        raise FormatError(
            "name is not 1 to 30 Chinese characters, letters, digits, hyphens, underscores and dots that "
            "begin with a character, letter or digit"
        )
    return text


def parameter(text: str, title: str, data_type: dict[str, Any]) -> dict[str, Any]:
    """A parameter, or a member of a struct."""
    return {"identifier": identifier(text), "name": name(title), "data_type": data_type}


def distinct(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``parameters``, of which no two may have the same identifier."""
    seen = set()
    for one in parameters:
        if one["identifier"] in seen:
            raise FormatError(f"{one['identifier']} is there twice")
        seen.add(one["identifier"])
    return parameters


# Data types


def number_type(kind: str, details: dict[str, str | None]) -> dict[str, Any]:
    """An ``int``, ``float`` or ``double``; ``details`` are its other members, None where they are absent."""
    limits = {}
    for limit in ("min", "max", "step"):
        text = details.get(limit)
        if text is not None:
            if not (_WHOLE if kind == "int" else _DECIMAL).fullmatch(text):
                raise FormatError(f"{limit} is not of the type {kind}")
            limits[limit] = Decimal(text)
    if {"min", "max"} <= limits.keys() and limits["min"] > limits["max"]:
        raise FormatError(f"min {details['min']} is above max {details['max']}")
    if limits.get("step", 1) <= 0:
        raise FormatError(f"step {details['step']} is not above 0")
    return _data_type(kind, **details)


def text_type(length: int, most: int, default: str | None = None) -> dict[str, Any]:
    """A ``text`` of up to ``length`` bytes; ``most`` is how many the form allows."""
    if not 1 <= length <= most:
        raise FormatError(f"length is 1 to {most}")
    return _data_type("text", length=length, defaultValue=default)


def date_type(default: str | None = None) -> dict[str, Any]:
    """A ``date``."""
    return _data_type("date", defaultValue=default)


def choice_type(kind: str, items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A ``bool`` or an ``enum`` of ``items`` with ``value`` and ``name``."""
    items = list(items)
    values = [item["value"] for item in items]
    if kind == "bool" and sorted(values) != [0, 1]:
        raise FormatError("a bool has the values 0 and 1")
    if not values or len(set(values)) < len(values):
        raise FormatError("an enum has one value or more, each of them once")
    for item in items:
        if not _ITEM_NAME.fullmatch(item["name"]):
            raise FormatError(
                "a name is not 1 to 20 Chinese characters, letters, digits, underscores and hyphens that "
                "begin with a character, letter or digit"
            )
    return {"type": kind, "items": items}


def item_kind(kind: str) -> str:
    """The type of an array's elements. To be asked before they are read: it is what keeps types from nesting deeper."""
    if kind not in _IN_ARRAY:
        raise FormatError(f"an array holds {', '.join(_IN_ARRAY)} and no {kind}")
    return kind


def array_type(size: int, item: dict[str, Any]) -> dict[str, Any]:
    """An ``array`` of ``size`` elements of the data type ``item``."""
    if not 1 <= size <= _MOST_ELEMENTS:
        raise FormatError(f"size is 1 to {_MOST_ELEMENTS}")
    return {"type": "array", "size": size, "item": item}


def member_kind(kind: str) -> str:
    """The type of a struct's member. To be asked before it is read, as ``item_kind``."""
    if kind not in _IN_STRUCT:
        raise FormatError(f"a struct holds {', '.join(_IN_STRUCT)} and no {kind}")
    return kind


def struct_type(members: list[dict[str, Any]]) -> dict[str, Any]:
    """A ``struct``."""
    if not members:
        raise FormatError("a struct has one member or more")
    return {"type": "struct", "members": distinct(members)}


def _data_type(kind: str, **details: Any) -> dict[str, Any]:
    return {"type": kind, **{member: value for member, value in details.items() if value is not None}}
