# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The two ways in which the platform says no.

A *business error* comes from the service: HTTP 200 with ``Success: false``. A *gateway error* comes from what stands
before the service (signature, quota, parameters): HTTP 4xx or 5xx with ``Code`` and ``Message``.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.catalogue import ERRORS


class ApiError(Exception):
    """A business error.

    ``code`` is a code of the catalogue; ``message`` defaults to the catalogue's meaning of it. ``extra`` are further
    members of the reply, such as ``InvalidProductTags``.
    """

    def __init__(self, code: str, message: str | None = None, **extra: Any) -> None:
        self.code = code
        self.message = message if message is not None else default_message(code)
        self.extra = extra
        super().__init__(f"{code}: {self.message}")


class GatewayError(Exception):
    """A gateway error: ``status`` is the HTTP status (400 to 599); ``message`` defaults to the catalogue's meaning."""

    def __init__(self, status: int, code: str, message: str | None = None) -> None:
        self.status = status
        self.code = code
        self.message = message if message is not None else default_message(code)
        super().__init__(f"{status} {code}: {self.message}")


def default_message(code: str) -> str:
    """What the catalogue says of ``code``, or ``code`` itself where it has no such code."""
    error = ERRORS.get(code)
    return error.meaning if error else code


def missing_parameter(name: str) -> GatewayError:
    """The error for a required parameter that was not given."""
    return GatewayError(400, f"Missing{name}", f"{name} is mandatory for this action.")


def invalid_parameter(name: str) -> GatewayError:
    """The error for a parameter whose text is not of its type."""
    return GatewayError(400, "InvalidParameter", f"The specified parameter {name} is not valid.")
