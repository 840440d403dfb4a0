# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names for the resources that replace rules: those that no other resource has."""

from __future__ import annotations

import re
from collections import defaultdict

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import RULE_NAME

_NOT_IN_NAMES = re.compile("[^A-Za-z0-9_\u3040-\u30ff\u4e00-\u9fff-]+")


class FreeNames:
    """The names that are still free, by kind."""

    def __init__(self) -> None:
        self._taken: dict[str, set[str]] = defaultdict(set)

    def take(self, plural: str, name: str) -> None:
        """Record that a resource has a name."""
        self._taken[plural].add(name)

    def free(self, plural: str, wanted: str) -> str:
        """Return the wanted name, shortened and with a number if it is taken, and take it."""
        base = _shortened(_NOT_IN_NAMES.sub("_", wanted), "")
        name, number = base, 1
        while name in self._taken[plural]:
            number += 1
            name = _shortened(base, f"_{number}")
        self.take(plural, name)
        return name


def _shortened(name: str, ending: str) -> str:
    """Return a name with an ending, without its last characters if it would be too long."""
    while RULE_NAME.check(name + ending) and len(name) > 1:
        name = name[:-1]
    return name + ending
