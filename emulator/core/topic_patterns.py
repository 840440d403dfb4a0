# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Look up values by topic patterns, such as ``/sys/{pk}/{dn}/thing/event/{event}/post``."""

from __future__ import annotations

import re
from typing import Generic, TypeVar

from ansible_collections.iotops.aliyun.emulator.core.store import Row

T = TypeVar("T")

#: The placeholder for the product key and the device name in a pattern.
OWNER = "{pk}/{dn}"

# Replaces OWNER while topics are compared; no topic contains this character.
_OWNER_MARK = "\0"

_PLACEHOLDER = re.compile(r"(\{\w+\*?\})")


class Patterns(Generic[T]):
    """Values by topic pattern.

    ``{pk}/{dn}`` in a pattern matches the product key and the name of the device; any other ``{name}`` matches one
    topic level; ``{name*}`` at the end matches all remaining levels.
    """

    def __init__(self) -> None:
        self._exact: dict[str, T] = {}
        self._with_placeholders: dict[str, tuple[re.Pattern[str], T]] = {}

    def add(self, pattern: str, value: T) -> None:
        """Add a pattern.

        Raises:
            ValueError: the pattern was already added.
        """
        key = pattern.replace(OWNER, _OWNER_MARK)
        if key in self._exact or key in self._with_placeholders:
            raise ValueError(f"the pattern {pattern} is defined twice")
        if "{" in key:
            parts = _PLACEHOLDER.split(key)
            self._with_placeholders[key] = (re.compile("".join(map(_expression, parts))), value)
        else:
            self._exact[key] = value

    def find(self, topic: str, device: Row) -> tuple[T, dict[str, str]] | None:
        """Return the value for a topic of a device and the values of the placeholders; None if no pattern matches.

        A pattern without placeholders takes precedence; of several patterns with placeholders the one that was added
        first.
        """
        key = _without_owner(topic, device)
        if key in self._exact:
            return self._exact[key], {}
        for expression, value in self._with_placeholders.values():
            match = expression.fullmatch(key)
            if match:
                return value, match.groupdict()
        return None


def _without_owner(topic: str, device: Row) -> str:
    """Replace the product key and the device name in a topic by the mark, so that it does not depend on the device."""
    own = f"/{device['product_key']}/{device['device_name']}"
    before, found, after = f"{topic}/".partition(f"{own}/")
    return f"{before}/{_OWNER_MARK}/{after}".removesuffix("/") if found else topic


def _expression(part: str) -> str:
    if part.endswith("*}"):
        return f"(?P<{part[1:-2]}>.+)"
    if part.startswith("{"):
        return f"(?P<{part[1:-1]}>[^/\0]+)"
    return re.escape(part)
