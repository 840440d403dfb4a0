# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Conversion of parsed signatures to text."""

from __future__ import annotations

_TYPES = {"integer": "int", "boolean": "bool", "number": "num", "object": "obj"}


def render(members: dict) -> str:
    """Return the signature of members: the inverse of ``parse_signature``."""
    return " ".join(_member(param) for param in members.values())


def _member(param) -> str:
    flags = "!" * param.required + "@" * param.body + "~" * param.json
    if param.type == "list":
        element = "" if param.element == "string" else f":{_TYPES[param.element]}"
        shape = f"[{render(param.members) or element}]"
    elif param.members:
        shape = f"{{{render(param.members)}}}"
    else:
        shape = "" if param.json or param.type == "string" else f":{_TYPES[param.type]}"
    return param.name + flags + shape
