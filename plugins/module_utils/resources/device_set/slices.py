# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Slices: parts of a device set that several controllers or job slices manage at the same time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type

_PATTERN = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})", re.ASCII)


class Slice(Type):
    """A part of a device set, such as ``2/5`` for the second of five. Only the name of a device determines its part."""

    argument = {"type": "str"}

    def check(self, value: Any) -> str:
        match = _PATTERN.fullmatch(str(value))
        if match and int(match[1]) <= int(match[2]):
            return ""
        return f"must be the number of a part and the number of parts such as 2/5, not {value!r}"


def slice_selector(text: str | None) -> Callable[[str], bool]:
    """Return a function that returns whether the device with a name is in the slice.

    Args:
        text: The slice; None for all devices.
    """
    if not text:
        return lambda name: True
    number, count = map(int, text.split("/"))

    def is_in_slice(name: str) -> bool:
        digest = hashlib.sha256(name.encode()).digest()
        return int.from_bytes(digest[:8], "big") % count == number - 1

    return is_in_slice
