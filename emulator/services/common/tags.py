# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check tags: key-value pairs of products, groups and OTA jobs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name

#: The maximum number of tags of one resource.
MAX_TAGS = 100

_KEY = re.compile(r"[A-Za-z0-9.]+")
_VALUE = re.compile(rf"[{CHINESE}A-Za-z0-9_-]+")

_MAX_KEY_WIDTH = 30
_MAX_VALUE_WIDTH = 128


def is_valid_tag(key: str, value: str, min_key_width: int = 1) -> bool:
    """Return whether ``key`` and ``value`` are a valid tag."""
    return is_valid_name(key, _KEY, min_key_width, _MAX_KEY_WIDTH) and is_valid_name(value, _VALUE, 1, _MAX_VALUE_WIDTH)


def invalid_tags(
    tags: Iterable[Mapping[str, str]], key: str = "TagKey", value: str = "TagValue"
) -> list[dict[str, str]]:
    """Return the tags that are invalid or that repeat the key of an earlier tag."""
    seen = set()
    invalid = []
    for tag in tags:
        name = tag.get(key, "")
        if name in seen or not is_valid_tag(name, tag.get(value, "")):
            invalid.append({key: name, value: tag.get(value, "")})
        seen.add(name)
    return invalid
