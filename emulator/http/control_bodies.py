# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What all bodies are held against that come to the platform's own addresses, from whoever steers it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def check_body(body: Any, members: Collection[str]) -> None:
    """Raise ValueError, with a text that says why, where ``body`` is no object, or has other members than these.

    ``online``, which all of them can have, is true or false.
    """
    if not isinstance(body, dict):
        raise ValueError("the body is an object")
    unknown = [name for name in body if name not in members]
    if unknown:
        raise ValueError(f"there is no {unknown[0]}: the body has {', '.join(members)}")
    if not isinstance(body.get("online", True), bool):
        raise ValueError("online is true or false")
