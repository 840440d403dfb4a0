# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Splitting of long lists into chunks that one request can take."""

from __future__ import annotations

from typing import TypeVar

_Element = TypeVar("_Element")


def chunked(elements: list[_Element], size: int) -> list[list[_Element]]:
    """Return consecutive slices of ``elements``, each of at most ``size`` elements; none for an empty list."""
    return [elements[start : start + size] for start in range(0, len(elements), size)]
