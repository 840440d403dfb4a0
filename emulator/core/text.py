# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the platform counts and checks the characters of a name."""

from __future__ import annotations

import re

#: A Chinese character, for use inside the brackets of a regular expression.
CHINESE = "\u4e00-\u9fff"


def width(text: str) -> int:
    """The length of ``text`` where a Chinese character (any character beyond ASCII) counts 2."""
    return len(text) if text.isascii() else sum(1 if character.isascii() else 2 for character in text)


def is_valid_name(text: str, pattern: re.Pattern, least: int, most: int) -> bool:
    """Whether all of ``text`` fits ``pattern`` and is ``least`` to ``most`` wide."""
    return least <= width(text) <= most and pattern.fullmatch(text) is not None
