# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What parsers, their data sources and their destinations have in common: names, and how they are looked for.

Destinations, and those of rules' actions, also have a state.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, requested_page
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, is_valid_name

#: The last page of most lists.
MAX_PAGE_NUMBER = 100

_JAPANESE = "\u3040-\u30ff\uff66-\uff9f"
_NAME = re.compile(rf"[{CHINESE}{_JAPANESE}A-Za-z0-9_-]+")
_NAME_WIDTH = (1, 30)


def check_name(name: str) -> None:
    """Raise ApiError where neither a parser nor a data source can have this name."""
    if not is_valid_name(name, _NAME, *_NAME_WIDTH):
        raise ApiError(
            "iot.common.InvalidFormattedParameter",
            "Name has 1 to 30 Chinese and Japanese characters (which count 2), letters, digits, _ and -",
        )


def status_from_check(check: Callable[[], None]) -> str:
    """The state of where messages go: INVALID where ``check``, which let it pass when it was made, raises ApiError now.

    Nothing here takes time to be set up, and nothing abroad fails.
    """
    try:
        check()
    except ApiError:
        return "INVALID"
    return "NORMAL"


def bounded_page(ctx: Context, p: dict[str, Any], last: int = MAX_PAGE_NUMBER) -> Page:
    """The page that a call asks for. Raises ApiError where the platform does not have such pages."""
    page = requested_page(ctx, p)
    if page.number > last:
        raise ApiError("iot.common.InvalidPageParams", f"{ctx.operation.pages.page} must be between 1 and {last}")
    return page
