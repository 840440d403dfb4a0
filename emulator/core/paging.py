# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Divide lists into pages, as the ``pages`` of an operation in the catalog define it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Pages

#: The largest index of an item. No list is that long, and the store cannot count further.
_MAX_INDEX = 2**53

_MAX_TOKEN_DIGITS = 15

#: The default page size.
DEFAULT_SIZE = 10


@dataclass(frozen=True, slots=True)
class Page:
    """A requested page.

    Attributes:
        number: the page number, from 1.
        size: the number of items per page.
        offset: the index of the first item, from 0.
    """

    number: int
    size: int
    offset: int

    def count(self, total: int) -> int:
        """Return the number of pages for ``total`` items."""
        return -(-total // self.size)

    def next_token(self, total: int) -> str:
        """Return the token of the next page, for operations that page with tokens; empty on the last page."""
        following = self.offset + self.size
        return str(following) if following < total else ""


def operation_pages(ctx: Context) -> Pages:
    """Return the ``pages`` of the current operation, which must return a list in pages.

    Raises:
        LookupError: there is no current operation, or the catalog defines no ``pages`` for it.
    """
    if ctx.operation is None or ctx.operation.pages is None:
        raise LookupError("the context has no operation with pages")
    return ctx.operation.pages


def requested_page(ctx: Context, params: Mapping[str, Any]) -> Page:
    """Return the requested page. Defaults to the first page with 10 items.

    Raises:
        ApiError: ``iot.common.InvalidPageParams`` if the page number, size or token is not allowed.
    """
    pages = operation_pages(ctx)
    size = params.get(pages.size, min(DEFAULT_SIZE, pages.max_size))
    if not 1 <= size <= pages.max_size:
        raise ApiError("iot.common.InvalidPageParams", f"{pages.size} must be between 1 and {pages.max_size}")
    if pages.token:
        return page_at_token(params.get(pages.page) or "0", size, pages.page)
    number = params.get(pages.page, 1)
    if not 1 <= number <= _MAX_INDEX // size:
        raise ApiError("iot.common.InvalidPageParams", f"{pages.page} must be at least 1")
    return Page(number, size, (number - 1) * size)


def page_at_token(token: str, size: int, name: str = "NextToken") -> Page:
    """Return the page that starts where a token of ``Page.next_token`` points to.

    Args:
        token: the token.
        size: the number of items per page.
        name: the parameter with the token, for the error message.

    Raises:
        ApiError: ``iot.common.InvalidPageParams`` if the token is malformed.
    """
    if not (token.isascii() and token.isdigit() and len(token) <= _MAX_TOKEN_DIGITS):
        raise ApiError("iot.common.InvalidPageParams", f"{name} is not a page token of this list")
    offset = int(token)
    return Page(offset // size + 1, size, offset)
