# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What sound codes, their schedules and their labels have in common."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.text import width
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import invalid_parameter

#: How many characters the code of a sound code, a schedule, a period or a batch has.
CODE_LENGTH = 25
#: The width of most texts.
WIDEST = 64

INNER = "INNER"
OPEN = "OPEN"


def new_code() -> str:
    """Such as ``Md3ZiTL888K9llXDy7890aB3d``."""
    return ids.alphanumeric(CODE_LENGTH)


def check_widths(p: dict[str, Any], *names: str, most: int = WIDEST) -> None:
    """Raise ApiError where a text that is given is empty or wider than ``most``."""
    for name in names:
        if name in p and not 1 <= width(p[name]) <= most:
            raise invalid_parameter(f"{name} has 1 to {most} characters, of which Chinese ones count 2")


def open_type_asked(p: dict[str, Any]) -> str:
    """Whether devices of other instances may decode: ``INNER`` or ``OPEN``. Raises ApiError for any other value."""
    open_type = p.get("OpenType") or INNER
    if open_type not in (INNER, OPEN):
        raise invalid_parameter(f"OpenType is {INNER} or {OPEN}")
    return open_type
