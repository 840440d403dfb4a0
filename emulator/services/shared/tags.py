# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags: pairs of a key and a value that hang on products, groups and upgrade jobs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ansible_collections.iotops.aliyun.emulator.services.shared.text import CHINESE, is_name

#: How many tags one thing can have.
MOST = 100

_KEY = re.compile(r"[A-Za-z0-9.]+")
_VALUE = re.compile(rf"[{CHINESE}A-Za-z0-9_-]+")

_LONGEST_KEY = 30
_LONGEST_VALUE = 128


def is_tag(key: str, value: str, shortest_key: int = 1) -> bool:
    """Whether the platform takes the tag ``key``: ``value``."""
    return is_name(key, _KEY, shortest_key, _LONGEST_KEY) and is_name(value, _VALUE, 1, _LONGEST_VALUE)


def invalid_tags(
    tags: Iterable[Mapping[str, str]], key: str = "TagKey", value: str = "TagValue"
) -> list[dict[str, str]]:
    """Those of ``tags`` that the platform does not take, or whose key came before."""
    seen = set()
    wrong = []
    for tag in tags:
        name = tag.get(key, "")
        if name in seen or not is_tag(name, tag.get(value, "")):
            wrong.append({key: name, value: tag.get(value, "")})
        seen.add(name)
    return wrong
