# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the services for one kind of device, such as broadcasting, have in common.

Their projects are made on the console, which does not exist here, and by no operation: any code that has the form of a
project's is taken for one, and every device of the account is in every project.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply
from ansible_collections.iotops.aliyun.emulator.core.store import Row

#: The last page of a list.
MAX_PAGE_NUMBER = 10_000
#: The page size of a list where a call does not say.
DEFAULT_PAGE_SIZE = 20


def check_project(project_code: str) -> None:
    """Raise ApiError where no project can have this code: it has letters and digits."""
    if not (project_code.isascii() and project_code.isalnum()):
        raise ApiError("iot.tcloud.ProjectNotFound", "project not found")


def invalid_parameter(why: str) -> ApiError:
    """The error for a parameter with a value that it cannot have."""
    return ApiError("iot.common.InvalidFormattedParameter", why)


def illegal_request(why: str) -> ApiError:
    """The error for what is not there, or is there already, where the manual has no code of its own."""
    return ApiError("iot.system.IllegalRequest", why)


def requested_list_page(ctx: Context, p: dict[str, Any]) -> Page:
    """The page that a call asks for. Raises ApiError where the platform does not have such pages."""
    page = requested_page(ctx, {ctx.operation.pages.size: DEFAULT_PAGE_SIZE, **p})
    if page.number > MAX_PAGE_NUMBER:
        raise ApiError("iot.common.InvalidPageParams", f"{ctx.operation.pages.page} is at most {MAX_PAGE_NUMBER}")
    return page


def list_reply(page: Page, total: int, items: list[Row], name: str = "Items") -> Reply:
    """The reply of an operation that lists; ``name`` is what it calls its items."""
    return {"Data": {"List": {name: items}, "PageId": page.number, "PageSize": page.size, "Total": total}}
