# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Replies held against what the API's data say of them."""

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


def wrong_members(reply: Mapping[str, Any], members: Mapping[str, Any]) -> list[str]:
    """What a reply has that the API's data do not know, or know as of another type."""
    wrong = []
    own = {}
    for name, value in reply.items():
        if name in members:
            own[name] = value
        elif not isinstance(value, _ENVELOPE.get(name, ())):
            wrong.append(f"{name}={value!r}")
    return wrong + _wrong(own, members, "")


def _wrong(tree: Mapping[str, Any], members: Mapping[str, Any], where: str) -> list[str]:
    wrong = []
    for name, value in tree.items():
        path = f"{where}{name}"
        param = members.get(name)
        if param is None:
            wrong.append(f"{path} is unknown")
        elif not _is(param.type, value):
            wrong.append(f"{path} is {value!r} and not of the type {param.type}")
        elif param.type == "list":
            for element in value:
                if param.members and isinstance(element, dict):
                    wrong += _wrong(element, param.members, f"{path}.")
                elif param.members or not _is(param.element, element):
                    wrong.append(f"{path} has {element!r}")
        elif param.members:
            wrong += _wrong(value, param.members, f"{path}.")
    return wrong


def _is(kind: str, value: Any) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean") == isinstance(value, bool)


def paths_in(tree: Mapping[str, Any], members: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """The dotted paths of the members that a reply has and the API's data know."""
    for name, value in tree.items():
        if name in members:
            yield f"{where}{name}"
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    yield from paths_in(inner, members[name].members, f"{where}{name}.")


def paths_known(members: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """The dotted paths of all members that a reply can have by the API's data."""
    for name, param in members.items():
        yield f"{where}{name}"
        yield from paths_known(param.members, f"{where}{name}.")


def without_nothing(value: Any) -> Any:
    """``value`` without members that are None or empty lists, which is how an SDK says that there was none."""
    if isinstance(value, dict):
        return {name: without_nothing(inner) for name, inner in value.items() if inner not in (None, [])}
    if isinstance(value, list):
        return [without_nothing(inner) for inner in value]
    return value
