# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the API's data is made of: an operation, its parameters, its pages, its error codes.

The files beside this one hold the 277 operations of API version 2018-01-20, a file per family. Parameters and replies are
written as signatures, short enough to read a family at a glance::

    ProductKey! CurrentPage:int ProductTag[TagKey TagValue] DeviceName[] JobFile~ Text@

``!`` is required, ``@`` travels in the form body, ``~`` is an object that travels as a JSON string; ``:int``, ``:bool`` and
``:num`` are types (a bare name is a string, ``:obj`` an object of any members), ``[...]`` is a list of objects, ``[]`` a list of strings (``[:int]`` of
integers), ``{...}`` an object.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

#: The API version that every request names.
VERSION = "2018-01-20"

# What repeating an operation does, which decides what a client may do when it got no answer.
READ = "read"  # changes nothing
SET = "set"  # the same call twice leaves the same state
CREATE = "create"  # the same call twice may leave two things, or do something twice
DELETE = "delete"  # the second call finds nothing

# What an error code means for whoever called.
NOT_FOUND = "not_found"
EXISTS = "exists"
THROTTLED = "throttled"
TRANSIENT = "transient"
PERMANENT = "permanent"

#: The members that every reply may have beside its own.
ENVELOPE = ("RequestId", "Success", "Code", "ErrorMessage")

#: Members of requests and replies that whoever sees them could misuse.
SECRET_MEMBERS = frozenset(
    {
        "ProductSecret",
        "DeviceSecret",
        "AppKey",
        "PinCode",
        "PrivateKey",
        "SourceAccessToken",
        "Policy",
        "Signature",
        "InvalidDeviceSecretList",
        "invalidDeviceSecret",
    }
)

_WORDS = {"int": "integer", "bool": "boolean", "num": "number", "obj": "object", None: "string"}
_TOKEN = re.compile(r"\s*(?:(?P<name>[\w.-]+)(?P<flags>[!@~]*)(?::(?P<type>int|bool|num|obj))?|(?P<mark>:(?:int|bool|num|obj)|[][{}]))")


@dataclass(frozen=True)
class Param:
    """One member of a signature.

    ``type`` is ``string``, ``integer``, ``boolean``, ``number``, ``object`` or ``list``; ``members`` are the fields of an
    object, or of each element of a list of objects; ``element`` is the type of a plain list's elements.
    """

    name: str
    type: str = "string"
    required: bool = False
    body: bool = False
    json: bool = False
    members: dict = field(default_factory=dict)
    element: str = "string"


def parse_signature(text: str) -> dict:
    """The members of a signature by name, in their order.

    Raises ValueError where the text is not a signature.
    """
    tokens = []
    position = 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"not a signature at {text[position : position + 20]!r}")
        tokens.append(match)
        position = match.end()
    tokens.reverse()
    return _members(tokens, None)


def _members(tokens: list, closing: str | None) -> dict:
    members = {}
    while tokens:
        token = tokens.pop()
        if token["mark"] == closing and closing:
            return members
        if token["name"] is None:
            raise ValueError(f"unexpected {token['mark']!r} in a signature")
        flags = token["flags"]
        shape = {"type": "object" if "~" in flags else _WORDS[token["type"]]}
        following = tokens[-1]["mark"] if tokens else None
        if following == "{":
            tokens.pop()
            shape = {"type": "object", "members": _members(tokens, "}")}
        elif following == "[":
            tokens.pop()
            element = tokens[-1]["mark"] if tokens else None
            if element and element.startswith(":"):
                tokens.pop()
                shape = {"type": "list", "element": _WORDS[element[1:]]}
                if not tokens or tokens.pop()["mark"] != "]":
                    raise ValueError("a list of plain values holds one type")
            else:
                shape = {"type": "list", "members": _members(tokens, "]")}
        members[token["name"]] = Param(
            token["name"], required="!" in flags, body="@" in flags, json="~" in flags, **shape
        )
    if closing:
        raise ValueError(f"a signature lacks its {closing!r}")
    return members


@dataclass(frozen=True)
class Pages:
    """How an operation hands out a long list.

    ``page`` is the parameter that counts pages from 1, or, with ``token`` set, the parameter that takes the reply's
    ``token`` for the next page. ``most`` is the largest page the platform allows; ``items`` and ``total`` are paths into
    the reply. Where a reply has no ``total`` the last page is the one that is not full. ``along`` is a token of the reply
    that the next request has to bring along beside the page's number: deep pages are not told without it.
    """

    page: str
    most: int
    items: str
    total: str = ""
    size: str = "PageSize"
    token: str = ""
    along: str = ""


@dataclass(frozen=True)
class Operation:
    """One operation of the API.

    ``section`` is the manual's, ``qps`` the documented requests per second of one account (None where none is documented)
    and ``deep_qps`` that of pages from record 100,000 on; ``limits`` says how many elements a list parameter takes in one
    call; ``absent`` are the error codes by which a read or a delete says that the thing is not there; ``newer`` are
    parameters that the manual does not have and the official SDK does.
    """

    section: str
    kind: str
    qps: int | None
    signature: str = ""
    reply: str = ""
    deep_qps: int | None = None
    limits: dict = field(default_factory=dict)
    pages: Pages | None = None
    absent: tuple = ()
    newer: tuple = ()
    instance: bool = True  # takes IotInstanceId

    @cached_property
    def params(self) -> dict:
        """The parameters by name."""
        params = parse_signature(self.signature)
        if self.instance:
            params.setdefault("IotInstanceId", Param("IotInstanceId"))
        return params

    @cached_property
    def result(self) -> dict:
        """The reply's members by name, without the envelope."""
        return parse_signature(self.reply)

    @property
    def writes(self) -> bool:
        """Whether a call changes the account."""
        return self.kind != READ

    def says_absent(self, code: str) -> bool:
        """Whether an error code of this operation says that the thing is not there."""
        # The manual spells the prefix of a code now one way and now another (iot.prod, iot.Prod).
        return code.lower() in (absent.lower() for absent in self.absent)


@dataclass(frozen=True)
class ErrorCode:
    """An error code: what it means for the caller (``category``), in words, and what helps."""

    category: str
    meaning: str
    remedy: str = ""


def error_codes(table: dict) -> dict:
    """The error codes of a table ``{code: (category, meaning, remedy)}``."""
    return {code: ErrorCode(*row) for code, row in table.items()}


def member(reply: dict, path: str):
    """The member of a reply at a dotted path, an empty one being the reply itself; None where nothing is there."""
    for name in path.split(".") if path else ():
        if not isinstance(reply, dict):
            return None
        reply = reply.get(name)
    return reply
