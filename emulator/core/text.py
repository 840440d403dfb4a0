# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Count and check the characters of names the way the platform does."""

from __future__ import annotations

import re

#: The Chinese characters, for use in a character class of a regular expression.
CHINESE = "\u4e00-\u9fff"

#: The Japanese characters that are not Chinese ones, also for use in a character class.
JAPANESE = "\u3040-\u30ff\uff66-\uff9f"


def width(text: str) -> int:
    """Return the length of ``text``, where every Chinese (non-ASCII) character counts as 2."""
    return len(text) if text.isascii() else sum(1 if character.isascii() else 2 for character in text)


def is_valid_name(text: str, pattern: re.Pattern[str], min_width: int, max_width: int) -> bool:
    """Return whether ``text`` matches ``pattern`` and its width is between ``min_width`` and ``max_width``."""
    return min_width <= width(text) <= max_width and pattern.fullmatch(text) is not None
