# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The width of text in a drawing, in which text does not wrap."""

from __future__ import annotations

import unicodedata


def width_of(text: str) -> int:
    """Return the width of a text in narrow characters: Chinese characters, for example, are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def shortened(text: str, width: int) -> str:
    """Return a text of at most a width: its middle is omitted, because names often differ at both ends.

    Args:
        text: The text.
        width: The width in narrow characters.
    """
    if width_of(text) <= width:
        return text
    head, tail = "", ""
    for one in text:
        if width_of(head + one) > (width - 1) // 3:
            break
        head += one
    for one in reversed(text):
        if width_of(head + one + tail) > width - 1:
            break
        tail = one + tail
    return f"{head}…{tail}"
