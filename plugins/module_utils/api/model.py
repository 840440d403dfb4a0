# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The data model of the API description: operations, parameters, pagination and error codes.

The other files in this folder describe the 277 operations of API version 2018-01-20, one file per family. The
parameters of a request and the members of a response are written as signatures, which keep a family short enough to
read at a glance::

    ProductKey! CurrentPage:int ProductTag[TagKey TagValue] DeviceName[] JobFile~ Text@

- ``Name!``: the parameter is required.
- ``Name@``: the parameter is sent in the form body instead of the query.
- ``Name~``: the parameter is an object that is sent as a JSON string.
- ``Name:int``: the type, one of ``:int``, ``:bool``, ``:num``, and ``:obj`` for an object with any members. Without a
  type, the parameter is a string.
- ``Name[A B]``: a list of objects with the members ``A`` and ``B``.
- ``Name[]``: a list of strings. ``Name[:int]``: a list of integers.
- ``Name{A B}``: an object with the members ``A`` and ``B``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Dict, Mapping

from ansible_collections.iotops.aliyun.plugins.module_utils.api.spelling import vendor_spelling

#: The API version that every request names.
VERSION = "2018-01-20"

# Kinds of operations. The kind says what happens if a request is sent twice, and so whether a client may retry it
# without a response.
READ = "read"  # changes nothing
SET = "set"  # sending the same request twice results in the same state
CREATE = "create"  # sending the same request twice may create two resources, or do something twice
DELETE = "delete"  # the second request fails because the resource does not exist any more

# Categories of error codes: what an error means for the caller.
NOT_FOUND = "not_found"
EXISTS = "exists"
THROTTLED = "throttled"
TRANSIENT = "transient"
PERMANENT = "permanent"

#: The remedy of error codes that the vendor lists without a reason.
UNEXPLAINED = "Check the parameters. If they are correct, contact the vendor's support with the request ID"

#: Members that every response may have in addition to those of its operation.
ENVELOPE = ("RequestId", "Success", "Code", "ErrorMessage")

#: Members of requests and responses that hold secrets.
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

#: The parameters of a request by API name; nested ones are lists and dictionaries.
Params = Mapping[str, Any]
#: The members of a response, as decoded from JSON.
Response = Dict[str, Any]

_TYPES = {"int": "integer", "bool": "boolean", "num": "number", "obj": "object", None: "string"}
_TOKEN = re.compile(
    r"\s*(?:(?P<name>[\w.-]+)(?P<flags>[!@~]*)(?::(?P<type>int|bool|num|obj))?|(?P<mark>:(?:int|bool|num|obj)|[][{}]))"
)


@dataclass(frozen=True)
class Param:
    """One member of a signature.

    Attributes:
        name: The name of the member.
        type: One of ``string``, ``integer``, ``boolean``, ``number``, ``object`` and ``list``.
        required: Whether a request must have the parameter.
        body: Whether the parameter is sent in the form body.
        json: Whether the object is sent as a JSON string.
        members: The members of an object, or of each element of a list of objects.
        element: The type of the elements of a list of plain values.
    """

    name: str
    type: str = "string"
    required: bool = False
    body: bool = False
    json: bool = False
    members: dict[str, Param] = field(default_factory=dict)
    element: str = "string"


def parse_signature(text: str) -> dict[str, Param]:
    """Return the members of a signature by name, in their order.

    Raises:
        ValueError: The text is not a signature.
    """
    tokens: list[re.Match[str]] = []
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


def _members(tokens: list[re.Match[str]], closing: str | None) -> dict[str, Param]:
    """Consume tokens from the end of the list up to the closing mark, and return the members."""
    members: dict[str, Param] = {}
    while tokens:
        token = tokens.pop()
        if token["mark"] == closing and closing:
            return members
        if token["name"] is None:
            raise ValueError(f"unexpected {token['mark']!r} in a signature")
        flags = token["flags"]
        kind = "object" if "~" in flags else _TYPES[token["type"]]
        nested: dict[str, Param] = {}
        element = "string"
        following = tokens[-1]["mark"] if tokens else None
        if following == "{":
            tokens.pop()
            kind, nested = "object", _members(tokens, "}")
        elif following == "[":
            tokens.pop()
            kind = "list"
            mark = tokens[-1]["mark"] if tokens else None
            if mark and mark.startswith(":"):
                tokens.pop()
                element = _TYPES[mark[1:]]
                if not tokens or tokens.pop()["mark"] != "]":
                    raise ValueError("a list of plain values has exactly one type")
            else:
                nested = _members(tokens, "]")
        members[token["name"]] = Param(
            token["name"],
            kind,
            required="!" in flags,
            body="@" in flags,
            json="~" in flags,
            members=nested,
            element=element,
        )
    if closing:
        raise ValueError(f"a signature lacks its {closing!r}")
    return members


@dataclass(frozen=True)
class Pages:
    """The pagination of an operation that returns a list.

    Attributes:
        page: The parameter with the page number, counted from 1. If ``token`` is set, the parameter with the token of
            the page.
        max_size: The largest page size that the platform accepts.
        items: The path of the list in the response.
        total: The path of the total number of elements in the response. If empty, a page that is not full is the last
            page.
        size: The parameter with the page size.
        token: The path of the token of the next page in the response. If empty, pages are numbered.
        carry_token: The name of a token in the response that the next request must send in addition to the page number.
            Without it the platform does not return deep pages.
    """

    page: str
    max_size: int
    items: str
    total: str = ""
    size: str = "PageSize"
    token: str = ""
    carry_token: str = ""


@dataclass(frozen=True)
class Operation:
    """One operation of the API.

    Attributes:
        section: The section of the manual that describes the operation.
        kind: ``READ``, ``SET``, ``CREATE`` or ``DELETE``.
        qps: The documented quota in requests per second and account, or None if the manual documents none.
        signature: The signature of the parameters.
        response: The signature of the response, without the members in ``ENVELOPE``.
        deep_qps: The lower quota of pages from record 100,000 on, or None if the operation has none.
        per_minute_without: The separate quota in requests per minute of requests without a parameter, by parameter.
        limits: The maximum number of elements of list parameters in one request, by parameter.
        pages: The pagination, or None if the operation returns no pages.
        not_found_codes: The error codes by which a read or a delete reports that the resource does not exist.
        sdk_only: Parameters that the official SDK has and the manual does not.
        changed_by: For a read, the writes that can change its response, apart from those to the product. If empty, all
            writes can.
        instance: Whether the operation accepts ``IotInstanceId``.
    """

    section: str
    kind: str
    qps: int | None
    signature: str = ""
    response: str = ""
    deep_qps: int | None = None
    per_minute_without: dict[str, int] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    pages: Pages | None = None
    not_found_codes: tuple[str, ...] = ()
    sdk_only: tuple[str, ...] = ()
    changed_by: tuple[str, ...] = ()
    instance: bool = True

    @cached_property
    def params(self) -> dict[str, Param]:
        """The parameters by name."""
        params = parse_signature(self.signature)
        if self.instance:
            params.setdefault("IotInstanceId", Param("IotInstanceId"))
        return params

    @cached_property
    def result(self) -> dict[str, Param]:
        """The members of the response by name, without the members in ``ENVELOPE``."""
        return parse_signature(self.response)

    @property
    def writes(self) -> bool:
        """Whether a request changes the account."""
        return self.kind != READ

    def means_not_found(self, code: str) -> bool:
        """Return whether an error code of this operation means that the resource does not exist."""
        # The manual does not spell the prefix of codes consistently (iot.prod, iot.Prod).
        return vendor_spelling(code).lower() in (known.lower() for known in self.not_found_codes)


@dataclass(frozen=True)
class ErrorCode:
    """An error code of the platform.

    Attributes:
        category: ``NOT_FOUND``, ``EXISTS``, ``THROTTLED``, ``TRANSIENT`` or ``PERMANENT``.
        meaning: What the code means.
        remedy: What the user should do.
    """

    category: str
    meaning: str
    remedy: str = ""


def error_codes(table: Mapping[str, tuple[str, ...]]) -> dict[str, ErrorCode]:
    """Return the error codes of a table ``{code: (category, meaning, remedy)}``; the remedy is optional."""
    return {code: ErrorCode(*row) for code, row in table.items()}


def member(response: Any, path: str) -> Any:
    """Return the member of a response at a dotted path, or None if it does not exist.

    An empty path returns the response itself.
    """
    for name in path.split(".") if path else ():
        if not isinstance(response, dict):
            return None
        response = response.get(name)
    return response
