# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parts of a fleet that several controllers or job slices work on side by side."""

from __future__ import annotations

import hashlib
import re

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type

_SHAPE = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})", re.ASCII)


class Slice(Type):
    """A part of a fleet, such as ``2/5``: the second of five. Its name alone says to which part a device belongs."""

    argument = {"type": "str"}

    def check(self, value) -> str:
        match = _SHAPE.fullmatch(str(value))
        if match and int(match[1]) <= int(match[2]):
            return ""
        return f"must be a part of a whole such as 2/5, not {value!r}"


def selector(text: str | None):
    """Tells of a device's name whether the device is in that slice; without one, every device is."""
    if not text:
        return lambda name: True
    number, count = map(int, text.split("/"))

    def is_in(name: str) -> bool:
        digest = hashlib.sha256(name.encode()).digest()
        return int.from_bytes(digest[:8], "big") % count == number - 1

    return is_in
