# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The pages of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation, Params, Response, member
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidResponse
from ansible_collections.iotops.aliyun.plugins.module_utils.client.response import required_list, response_id

#: The maximum number of elements of a paged list. A list that does not end is an error, not a loop.
MAX_ELEMENTS = 20_000_000


def read_pages(
    read: Callable[[str, Params], Response], name: str, operation: Operation, params: Params | None
) -> Iterator[Any]:
    """Yield the elements of a paged list.

    Args:
        read: Returns the response of a read.
        name: The name of the operation.
        operation: Its API data.
        params: The parameters of the request, without those of the page.

    Raises:
        ValueError: The operation returns no pages.
        InvalidResponse: The list does not end.
    """
    pages = operation.pages
    if pages is None:
        raise ValueError(f"{name} has no pages")
    params = {pages.size: pages.max_size, **(params or {})}
    size = int(params[pages.size])
    seen = 0
    previous: list = []
    tokens: set = set()
    position = params.pop(pages.page, None)
    carried = params.pop(pages.carry_token, None)
    if not pages.token:
        position = int(position or 1)
    while True:
        request = {**params, pages.page: position}
        if carried:
            request[pages.carry_token] = carried
        response = read(name, request)
        items = required_list(name, response, pages.items, pages.total)
        if (items and items == previous and not pages.token) or seen + len(items) > MAX_ELEMENTS:
            raise InvalidResponse(
                f"{pages.items} does not end: page {position} is the same as the page before"
                if items == previous
                else f"{pages.items} has more than {MAX_ELEMENTS} elements",
                operation=name,
                request_id=response_id(response),
            )
        previous = items
        yield from items
        seen += len(items)
        if pages.token:
            requested, position = position, member(response, pages.token)
            # A token that refers to its own page would cause an endless loop.
            if not position or not items or position == requested or position in tokens:
                return
            tokens.add(position)
            continue
        if pages.total:
            # The platform may return smaller pages than requested, so a page that is not full is not the end.
            if not items or seen >= int(member(response, pages.total) or 0):
                return
        elif len(items) < size:
            return
        position += 1
        carried = member(response, pages.carry_token) if pages.carry_token else None
