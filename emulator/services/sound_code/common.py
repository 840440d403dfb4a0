# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Code that sound codes, schedules and labels share."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.text import width
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import invalid_parameter

#: Number of characters in the code of a sound code, schedule, period, label or batch.
CODE_LENGTH = 25
#: Maximum width of most texts.
MAX_WIDTH = 64

INNER = "INNER"
OPEN = "OPEN"


def new_code() -> str:
    """Return a random code such as ``Md3ZiTL888K9llXDy7890aB3d``."""
    return ids.alphanumeric(CODE_LENGTH)


def check_widths(p: dict[str, Any], *names: str, max_width: int = MAX_WIDTH) -> None:
    """Raise ApiError if a parameter is present and its text is empty or wider than ``max_width``."""
    for name in names:
        if name in p and not 1 <= width(p[name]) <= max_width:
            raise invalid_parameter(f"{name} must have 1 to {max_width} characters (Chinese characters count as 2)")


def parse_open_type(p: dict[str, Any]) -> str:
    """Return ``INNER`` or ``OPEN``: whether devices of other instances can decode a sound code.

    Raises:
        ApiError: the value is unknown.
    """
    open_type = p.get("OpenType") or INNER
    if open_type not in (INNER, OPEN):
        raise invalid_parameter(f"OpenType must be {INNER} or {OPEN}")
    return open_type
