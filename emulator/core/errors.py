# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The two kinds of errors that the API returns.

A *business error* comes from a service: HTTP 200 with ``Success: false``. A *gateway error* comes from the layers in
front of the services (signature, quota, parameters): HTTP 4xx or 5xx with ``Code`` and ``Message``.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.catalogue import ERRORS


class ApiError(Exception):
    """A business error.

    Args:
        code: an error code of the catalog.
        message: the message; defaults to the meaning of the code in the catalog.
        extra: further members of the response, such as ``InvalidProductTags``.
    """

    def __init__(self, code: str, message: str | None = None, **extra: Any) -> None:
        self.code = code
        self.message = message if message is not None else default_message(code)
        self.extra = extra
        super().__init__(f"{code}: {self.message}")


class GatewayError(Exception):
    """A gateway error.

    Args:
        status: the HTTP status, 400 to 599.
        code: the error code.
        message: the message; defaults to the meaning of the code in the catalog.
    """

    def __init__(self, status: int, code: str, message: str | None = None) -> None:
        self.status = status
        self.code = code
        self.message = message if message is not None else default_message(code)
        super().__init__(f"{status} {code}: {self.message}")


def default_message(code: str) -> str:
    """Return the meaning of ``code`` in the catalog, or ``code`` itself if the catalog does not have it."""
    error = ERRORS.get(code)
    return error.meaning if error else code


def missing_parameter(name: str) -> GatewayError:
    """Return the error for a required parameter that is missing."""
    return GatewayError(400, f"Missing{name}", f"{name} is mandatory for this action.")


def invalid_parameter(name: str) -> GatewayError:
    """Return the error for a parameter whose value is not of its type."""
    return GatewayError(400, "InvalidParameter", f"The specified parameter {name} is not valid.")
