# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finding what a topic means, by patterns such as ``/sys/{pk}/{dn}/thing/event/{event}/post``."""

from __future__ import annotations

import re
from typing import Generic, TypeVar

from ansible_collections.iotops.aliyun.emulator.core.store import Row

T = TypeVar("T")

#: What stands for the device's own product and name in a pattern.
OWNER = "{pk}/{dn}"

# The same where topics are compared: no topic has it.
_OWN = "\0"

_PLACEHOLDER = re.compile(r"(\{\w+\*?\})")


class Patterns(Generic[T]):
    """Values by pattern of a topic.

    ``{pk}/{dn}`` in a pattern means the device whose topic it is; any other ``{name}`` means one level, whatever it is,
    and ``{name*}`` at the end all levels that follow.
    """

    def __init__(self) -> None:
        self._plain: dict[str, T] = {}
        self._open: dict[str, tuple[re.Pattern, T]] = {}

    def add(self, pattern: str, value: T) -> None:
        """Let a pattern mean a value. Raises ValueError where it means another already."""
        shape = pattern.replace(OWNER, _OWN)
        if shape in self._plain or shape in self._open:
            raise ValueError(f"{pattern} has two meanings")
        if "{" in shape:
            parts = _PLACEHOLDER.split(shape)
            self._open[shape] = (re.compile("".join(map(_expression, parts))), value)
        else:
            self._plain[shape] = value

    def find(self, topic: str, device: Row) -> tuple[T, dict[str, str]] | None:
        """The value that a device's topic means, and what stands in place of the names; None where it means nothing.

        A pattern without names wins over one with some, and of those the one that came first.
        """
        shape = _shape(topic, device)
        if shape in self._plain:
            return self._plain[shape], {}
        for expression, value in self._open.values():
            match = expression.fullmatch(shape)
            if match:
                return value, match.groupdict()
        return None


def _shape(topic: str, device: Row) -> str:
    """A topic without the device in it, so that those of all devices are alike."""
    own = f"/{device['product_key']}/{device['device_name']}"
    before, found, after = f"{topic}/".partition(f"{own}/")
    return f"{before}/{_OWN}/{after}".removesuffix("/") if found else topic


def _expression(part: str) -> str:
    if part.endswith("*}"):
        return f"(?P<{part[1:-2]}>.+)"
    if part.startswith("{"):
        return f"(?P<{part[1:-1]}>[^/\0]+)"
    return re.escape(part)
