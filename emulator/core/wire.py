# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Between HTTP and Python values: what a request says, and how a reply is written.

A request is flat: ``ProductTag.1.TagKey=room&ProductTag.1.TagValue=7``. An operation's parameters (data of the API) say
what such names mean, and only they give them types.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from ansible_collections.iotops.aliyun.emulator.core.errors import invalid_parameter
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Param

JSON = "application/json;charset=utf-8"
XML = "text/xml;charset=utf-8"

_FORM = "application/x-www-form-urlencoded"
_MOST_DIGITS = 18  # what any 64-bit integer can hold
# XML 1.0 cannot hold these characters, not even escaped.
_NOT_IN_XML = {code: None for code in range(32) if code not in (9, 10, 13)}


@dataclass(frozen=True)
class Request:
    """One call as it came: ``target`` is path and query as sent, ``headers`` ignores case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The pairs of the query, decoded, in their order."""
        return _pairs(self.target.partition("?")[2])

    @cached_property
    def values(self) -> dict[str, str]:
        """Query and form body as one flat dict; the form wins."""
        values = dict(self.query)
        if self.body and self.headers.get("Content-Type", _FORM).startswith(_FORM):
            values.update(_pairs(self.body.decode("utf-8", "replace")))
        return values

    @property
    def action(self) -> str:
        """The operation's name, empty where none is given."""
        return self.values.get("Action") or self.headers.get("x-acs-action", "")

    @property
    def version(self) -> str:
        """The API version asked for, empty where none is given."""
        return self.values.get("Version") or self.headers.get("x-acs-version", "")

    @property
    def media_type(self) -> str:
        """How the reply is to be written: ``JSON`` or ``XML``, which is what a request gets that does not say."""
        asked = self.values.get("Format")
        if asked:
            return JSON if asked.upper() == "JSON" else XML
        return JSON if "application/json" in self.headers.get("Accept", "") else XML


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="replace")


def typed_parameters(params: Mapping[str, Param], values: Mapping[str, str]) -> dict[str, Any]:
    """The typed parameters of an operation out of a flat request.

    Absent parameters, and empty ones that are not strings, are missing from the result. Names that the operation does
    not know are ignored, as the platform does. Raises GatewayError ``InvalidParameter`` for a text that is not of its
    type.
    """
    result: dict[str, Any] = {}
    trees: dict[str, dict] = {}
    for name, text in values.items():
        param = params.get(name)
        if param is not None:
            value = _plain(param.type, text, name)
            if value is not None:
                result[name] = value
            continue
        head, dot, path = name.partition(".")
        if dot and head in params:
            _plant(trees.setdefault(head, {}), path.split("."), text, name)
    for head, tree in trees.items():
        result[head] = _branch(params[head], tree, head)
    return result


def _plain(kind: str, text: str, name: str) -> Any:
    """One text as a value of ``kind``; None where it says nothing."""
    if kind == "string":
        return text
    if not text or kind == "list":  # a list is written with an index after its name, or not at all
        return None
    if kind == "boolean":
        word = text.lower()
        if word in ("true", "false"):
            return word == "true"
    elif kind == "integer":
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS:
            return int(text)
    elif kind == "number":
        try:
            return float(text)
        except ValueError:
            raise invalid_parameter(name) from None
    else:
        try:
            value = json.loads(text)
            # Half a surrogate pair can be read, but could be kept by nobody.
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise invalid_parameter(name) from None
        if isinstance(value, dict):
            return value
    raise invalid_parameter(name)


def _plant(tree: dict, path: list[str], text: str, name: str) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            raise invalid_parameter(name)
    if path[-1] in tree:
        raise invalid_parameter(name)
    tree[path[-1]] = text


def _branch(param: Param, tree: Any, name: str) -> Any:
    """The value of ``param`` from what was planted under its name."""
    if param.type == "list":
        if not isinstance(tree, dict):
            raise invalid_parameter(name)
        numbers = sorted((int(index), index) for index in tree if index.isascii() and index.isdigit())
        return [_element(param, tree[index], f"{name}.{index}") for _number, index in numbers]
    if param.type == "object" and isinstance(tree, dict):
        return _members(param.members, tree, name)
    if isinstance(tree, dict):
        raise invalid_parameter(name)
    return _plain(param.type, tree, name)


def _element(param: Param, tree: Any, name: str) -> Any:
    if param.members:
        if not isinstance(tree, dict):
            raise invalid_parameter(name)
        return _members(param.members, tree, name)
    value = None if isinstance(tree, dict) else _plain(param.element, tree, name)
    if value is None:
        raise invalid_parameter(name)
    return value


def _members(members: Mapping[str, Param], tree: dict, name: str) -> dict[str, Any]:
    if not members:  # an object of any members: there are no types to give
        return tree
    result = {}
    for member, value in tree.items():
        if member in members:
            branch = _branch(members[member], value, f"{name}.{member}")
            if branch is not None:
                result[member] = branch
    return result


def render(reply: Mapping[str, Any], media_type: str, root: str) -> bytes:
    """A reply as JSON or XML text; ``root`` names the XML root element. XML leaves out members that are None."""
    if media_type == JSON:
        return json.dumps(reply, ensure_ascii=False, separators=(",", ":")).encode()
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _write(parts, root, reply)
    return "".join(parts).encode()


def _write(parts: list[str], name: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, list | tuple):  # a list has no element of its own: its name is repeated
        for element in value:
            _write(parts, name, element)
        return
    parts.append(f"<{name}>")
    if isinstance(value, Mapping):
        for member, inner in value.items():
            _write(parts, member, inner)
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    else:
        parts.append(escape(str(value).translate(_NOT_IN_XML)))
    parts.append(f"</{name}>")
