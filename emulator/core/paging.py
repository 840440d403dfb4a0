# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Handing out a long list page by page, as the catalogue's ``pages`` of an operation says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError

#: No list is as long as that; a page further on is a mistake, and beyond what the store can count.
_LAST = 2**53

#: The page size where an operation lets it be absent.
DEFAULT_SIZE = 10


@dataclass(frozen=True, slots=True)
class Page:
    """The page that is asked for: ``number`` from 1, ``size`` items, the first of them the ``offset``-th from 0."""

    number: int
    size: int
    offset: int

    def count(self, total: int) -> int:
        """How many pages of this size ``total`` items fill."""
        return -(-total // self.size)

    def next_token(self, total: int) -> str:
        """What asks for the page after this one, where an operation counts with tokens; empty on the last page."""
        following = self.offset + self.size
        return str(following) if following < total else ""


def requested_page(ctx: Context, params: Mapping[str, Any]) -> Page:
    """The page that the call asks for; the first, of 10 items, where it does not say.

    Raises ApiError ``iot.common.InvalidPageParams`` where the platform does not have such pages.
    """
    pages = ctx.operation.pages
    size = params.get(pages.size, min(DEFAULT_SIZE, pages.max_size))
    if not 1 <= size <= pages.max_size:
        raise ApiError("iot.common.InvalidPageParams", f"{pages.size} must be between 1 and {pages.max_size}")
    if pages.token:
        offset = params.get(pages.page) or "0"
        if not (offset.isascii() and offset.isdigit() and len(offset) < 16):
            raise ApiError("iot.common.InvalidPageParams", f"{pages.page} is not a token of this list")
        return Page(int(offset) // size + 1, size, int(offset))
    number = params.get(pages.page, 1)
    if not 1 <= number <= _LAST // size:
        raise ApiError("iot.common.InvalidPageParams", f"{pages.page} counts from 1")
    return Page(number, size, (number - 1) * size)
