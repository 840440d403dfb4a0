# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parse requests and render responses.

A request is flat: ``ProductTag.1.TagKey=room&ProductTag.1.TagValue=7``. The parameters of an operation in the API data
define the structure and the types.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import cached_property
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from ansible_collections.iotops.aliyun.emulator.core.errors import invalid_parameter
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Param

JSON = "application/json;charset=utf-8"
XML = "text/xml;charset=utf-8"

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_MAX_DIGITS = 18  # any number with this many digits is a 64-bit integer
# XML 1.0 cannot contain these characters, not even escaped.
_NOT_IN_XML = {code: None for code in range(32) if code not in (9, 10, 13)}


@dataclass(frozen=True)
class Request:
    """A received request: ``target`` is the path and the query as sent, ``headers`` ignores case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The decoded name-value pairs of the query, in order."""
        return _pairs(self.target.partition("?")[2])

    @cached_property
    def values(self) -> dict[str, str]:
        """Query and form body as one flat dict; the form takes precedence."""
        values = dict(self.query)
        if self.body:
            content_type = self.headers.get("Content-Type", _FORM)
            kind = content_type.partition(";")[0].strip().lower()
            if kind == _FORM:
                values.update(_pairs(self.body.decode("utf-8", "replace")))
            elif kind == _MULTIPART:
                values.update(_parts(content_type, self.body))
        return values

    @property
    def action(self) -> str:
        """The name of the operation, or an empty string."""
        return self.values.get("Action") or self.headers.get("x-acs-action", "")

    @property
    def version(self) -> str:
        """The requested API version, or an empty string."""
        return self.values.get("Version") or self.headers.get("x-acs-version", "")

    @property
    def media_type(self) -> str:
        """The requested format of the response: ``JSON`` or ``XML`` (the default)."""
        requested = self.values.get("Format")
        if requested:
            return JSON if requested.upper() == "JSON" else XML
        return JSON if "application/json" in self.headers.get("Accept", "") else XML


def _parts(content_type: str, body: bytes) -> Iterator[tuple[str, str]]:
    """Yield the name-value pairs of a form of the type multipart/form-data. Malformed parts are ignored."""
    # Form data has the syntax of a mail message.
    head = b"Content-Type: " + content_type.encode("ascii", "replace") + b"\r\n\r\n"
    for part in message_from_bytes(head + body, policy=policy.HTTP).walk():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            yield name, content.decode("utf-8", "replace")


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return the same as ``parse_qsl`` with blank values and ``errors="replace"``, but faster."""
    parts = (part.partition("=") for part in text.split("&") if part)
    return [(_decoded(name), _decoded(value)) for name, _equals, value in parts]


def _decoded(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, errors="replace") if "%" in text else text


def typed_parameters(params: Mapping[str, Param], values: Mapping[str, str]) -> dict[str, Any]:
    """Return the typed parameters of an operation from a flat request.

    Parameters that are not set, and empty parameters that are not strings, are missing from the result. Unknown names
    are ignored, as on the platform.

    Raises:
        GatewayError: ``InvalidParameter`` if a value is not of its type.
    """
    result: dict[str, Any] = {}
    trees: dict[str, dict[str, Any]] = {}
    for name, text in values.items():
        param = params.get(name)
        if param is not None:
            value = _parse_scalar(param.type, text, name)
            if value is not None:
                result[name] = value
            continue
        head, dot, path = name.partition(".")
        if dot and head in params:
            _insert(trees.setdefault(head, {}), path.split("."), text, name)
    for head, tree in trees.items():
        result[head] = _parse_tree(params[head], tree, head)
    return result


def _parse_scalar(kind: str, text: str, name: str) -> Any:
    """Return a text as a value of ``kind``, or None if it has no value."""
    if kind == "string":
        return text
    if not text or kind == "list":  # lists need an index after the name
        return None
    if kind == "boolean":
        word = text.lower()
        if word in ("true", "false"):
            return word == "true"
    elif kind == "integer":
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS:
            return int(text)
    elif kind == "number":
        try:
            return float(text)
        except ValueError:
            raise invalid_parameter(name) from None
    else:
        try:
            value = json.loads(text)
            # JSON can contain lone surrogates, which cannot be encoded again.
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise invalid_parameter(name) from None
        if isinstance(value, dict):
            return value
    raise invalid_parameter(name)


def _insert(tree: dict[str, Any], path: list[str], text: str, name: str) -> None:
    """Insert a value into a tree of the parts of its name."""
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            raise invalid_parameter(name)
    if path[-1] in tree:
        raise invalid_parameter(name)
    tree[path[-1]] = text


def _parse_tree(param: Param, tree: Any, name: str) -> Any:
    """Return the value of ``param`` from the tree of its name parts."""
    if param.type == "list":
        if not isinstance(tree, dict):
            raise invalid_parameter(name)
        numbers = sorted((int(index), index) for index in tree if index.isascii() and index.isdigit())
        return [_parse_element(param, tree[index], f"{name}.{index}") for _number, index in numbers]
    if param.type == "object" and isinstance(tree, dict):
        return _parse_members(param.members, tree, name)
    if isinstance(tree, dict):
        raise invalid_parameter(name)
    return _parse_scalar(param.type, tree, name)


def _parse_element(param: Param, tree: Any, name: str) -> Any:
    if param.members:
        if not isinstance(tree, dict):
            raise invalid_parameter(name)
        return _parse_members(param.members, tree, name)
    value = None if isinstance(tree, dict) else _parse_scalar(param.element, tree, name)
    if value is None:
        raise invalid_parameter(name)
    return value


def _parse_members(members: Mapping[str, Param], tree: dict[str, Any], name: str) -> dict[str, Any]:
    if not members:  # an object with arbitrary members, whose types are unknown
        return tree
    result = {}
    for member, value in tree.items():
        if member in members:
            parsed = _parse_tree(members[member], value, f"{name}.{member}")
            if parsed is not None:
                result[member] = parsed
    return result


def render(reply: Mapping[str, Any], media_type: str, root: str) -> bytes:
    """Return a response as JSON, or as XML with the root element ``root``. XML omits members that are None."""
    if media_type == JSON:
        return json.dumps(reply, ensure_ascii=False, separators=(",", ":")).encode()
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _append_xml(parts, root, reply)
    return "".join(parts).encode()


def _append_xml(parts: list[str], name: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, list | tuple):  # a list has no enclosing element: its name is repeated
        for element in value:
            _append_xml(parts, name, element)
        return
    parts.append(f"<{name}>")
    if isinstance(value, Mapping):
        for member, inner in value.items():
            _append_xml(parts, member, inner)
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    else:
        parts.append(escape(str(value).translate(_NOT_IN_XML)))
    parts.append(f"</{name}>")
