# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signatures of operations, as text and read back into text."""

from __future__ import annotations

_WORDS = {"integer": "int", "boolean": "bool", "number": "num", "object": "obj"}


def render(members: dict) -> str:
    """The signature of these members: the way back from ``parse_signature``."""
    return " ".join(_member(param) for param in members.values())


def _member(param) -> str:
    flags = "!" * param.required + "@" * param.body + "~" * param.json
    if param.type == "list":
        element = "" if param.element == "string" else f":{_WORDS[param.element]}"
        shape = f"[{render(param.members) or element}]"
    elif param.members:
        shape = f"{{{render(param.members)}}}"
    else:
        shape = "" if param.json or param.type == "string" else f":{_WORDS[param.type]}"
    return param.name + flags + shape
