# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Projects, errors and lists of the solutions for one kind of device, such as speech broadcasting.

The projects of these solutions are created in the console, which the emulator does not have, and not by an operation.
The emulator accepts every code with the format of a project code, and every device of the account belongs to every
project.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import Page, operation_pages, requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply
from ansible_collections.iotops.aliyun.emulator.core.store import Row

#: The highest page number of a list.
MAX_PAGE_NUMBER = 10_000
#: The member ``Code`` of a successful reply, for the operations that return it on success.
SUCCESS_CODE = "200"
#: The page size of a list if the request does not set it.
DEFAULT_PAGE_SIZE = 20


def check_project(project_code: str) -> None:
    """Raise ApiError if ``project_code`` is not a valid project code: letters and digits."""
    if not (project_code.isascii() and project_code.isalnum()):
        raise ApiError("iot.tcloud.ProjectNotFound", "project not found")


def invalid_parameter(reason: str) -> ApiError:
    """Return the error for a parameter with an invalid value."""
    return ApiError("iot.common.InvalidFormattedParameter", reason)


def illegal_request(reason: str) -> ApiError:
    """Return the error for a resource that does not exist or already exists, if the manual has no specific code."""
    return ApiError("iot.system.IllegalRequest", reason)


def requested_list_page(ctx: Context, p: dict[str, Any]) -> Page:
    """Return the page that a request asks for. Raise ApiError if the page number or the page size is not allowed."""
    pages = operation_pages(ctx)
    page = requested_page(ctx, {pages.size: DEFAULT_PAGE_SIZE, **p})
    if page.number > MAX_PAGE_NUMBER:
        raise ApiError("iot.common.InvalidPageParams", f"{pages.page} must be at most {MAX_PAGE_NUMBER}")
    return page


def list_reply(page: Page, total: int, items: list[Row], name: str = "Items") -> Reply:
    """Return the reply of an operation that lists items; ``name`` is the reply member with the items."""
    return {"Data": {"List": {name: items}, "PageId": page.number, "PageSize": page.size, "Total": total}}
