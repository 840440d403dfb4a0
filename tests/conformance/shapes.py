# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Compare replies with the members that the API data declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_ENVELOPE = {"RequestId": str, "Success": bool, "Code": str, "ErrorMessage": str}

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "number": (int, float),
    "object": (dict,),
    "list": (list,),
}


def unexpected_members(reply: Mapping[str, Any], members: Mapping[str, Any]) -> list[str]:
    """Return the members of a reply that the API data does not declare, or declares with another type."""
    unexpected = []
    declared = {}
    for name, value in reply.items():
        if name in members:
            declared[name] = value
        elif not isinstance(value, _ENVELOPE.get(name, ())):
            unexpected.append(f"{name}={value!r}")
    return unexpected + _unexpected(declared, members, "")


def _unexpected(tree: Mapping[str, Any], members: Mapping[str, Any], prefix: str) -> list[str]:
    unexpected = []
    for name, value in tree.items():
        path = f"{prefix}{name}"
        param = members.get(name)
        if param is None:
            unexpected.append(f"{path} is unknown")
        elif not _matches_type(param.type, value):
            unexpected.append(f"{path} is {value!r}, expected type {param.type}")
        elif param.type == "list":
            for element in value:
                if param.members and isinstance(element, dict):
                    unexpected += _unexpected(element, param.members, f"{path}.")
                elif param.members or not _matches_type(param.element, element):
                    unexpected.append(f"{path} has {element!r}")
        elif param.members:
            unexpected += _unexpected(value, param.members, f"{path}.")
    return unexpected


def _matches_type(kind: str, value: Any) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean") == isinstance(value, bool)


def member_paths(tree: Mapping[str, Any], members: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted paths of the declared members that a reply has."""
    for name, value in tree.items():
        if name in members:
            yield f"{prefix}{name}"
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    yield from member_paths(inner, members[name].members, f"{prefix}{name}.")


def declared_paths(members: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted paths of all members that the API data declares for a reply."""
    for name, param in members.items():
        yield f"{prefix}{name}"
        yield from declared_paths(param.members, f"{prefix}{name}.")


def without_empty(value: Any) -> Any:
    """Return ``value`` without members that are None or empty lists: SDKs return these for absent members."""
    if isinstance(value, dict):
        return {name: without_empty(inner) for name, inner in value.items() if inner not in (None, [])}
    if isinstance(value, list):
        return [without_empty(inner) for inner in value]
    return value
