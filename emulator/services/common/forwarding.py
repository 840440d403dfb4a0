# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names and pages of parsers, data sources and destinations, and the status of destinations.

The actions of rules have the same status as the destinations of parsers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, operation_pages, requested_page
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name

#: The highest page number of most lists.
MAX_PAGE_NUMBER = 100

_JAPANESE = "\u3040-\u30ff\uff66-\uff9f"
_NAME = re.compile(rf"[{CHINESE}{_JAPANESE}A-Za-z0-9_-]+")
_NAME_WIDTH = (1, 30)


def check_name(name: str) -> None:
    """Raise ApiError if ``name`` is not a valid name of a parser or a data source."""
    if not is_valid_name(name, _NAME, *_NAME_WIDTH):
        raise ApiError(
            "iot.common.InvalidFormattedParameter",
            "Name must have 1 to 30 Chinese and Japanese characters (each counts as 2), letters, digits, _ and -",
        )


def status_from_check(check: Callable[[], None]) -> str:
    """Return the status of a destination: INVALID if ``check`` raises ApiError, otherwise NORMAL.

    ``check`` is the check that the destination passed when it was created. The emulator has no other status: setting
    up a destination takes no time, and no external service can fail.
    """
    try:
        check()
    except ApiError:
        return "INVALID"
    return "NORMAL"


def bounded_page(ctx: Context, p: dict[str, Any], max_page: int = MAX_PAGE_NUMBER) -> Page:
    """Return the page that a request asks for.

    Raises:
        ApiError: The page size is not allowed, or the page number is greater than ``max_page``.
    """
    page = requested_page(ctx, p)
    if page.number > max_page:
        name = operation_pages(ctx).page
        raise ApiError("iot.common.InvalidPageParams", f"{name} must be between 1 and {max_page}")
    return page
