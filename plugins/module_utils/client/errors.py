# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The errors of requests to the platform, with one common base class.

No message contains the parameters of a request, its URL or its signature, because a URL of this API contains the
AccessKey ID and all parameters.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import PERMANENT, TRANSIENT


class IotError(Exception):
    """A request that failed.

    Attributes:
        operation: The name of the operation, or None if no operation was called.
        code: The error code of the platform, or a code of this client if the platform returned none.
        message: The error message.
        request_id: The request ID, which the vendor's support asks for; empty if there was no response.
        category: One of ``not_found``, ``exists``, ``throttled``, ``transient`` and ``permanent`` (see api.model).
        remedy: What the user should do, in one sentence.
        ambiguous: Whether the platform may have executed the request despite the error.
        after_ambiguous: Whether an earlier attempt of the same call was ambiguous, so that the platform may reject this
            attempt because it executed that one.
        timed_out: Whether there was no response before the timeout, so that the request may be executed later.
        result: The result of the task as far as it was done; set by the engine.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str | None = None,
        code: str = "",
        request_id: str = "",
        category: str = PERMANENT,
        remedy: str = "",
        ambiguous: bool = False,
        timed_out: bool = False,
    ) -> None:
        self.after_ambiguous = False
        self.timed_out = timed_out
        self.result: dict[str, Any] = {}
        self.operation = operation
        self.code = code
        self.message = message.rstrip(".")
        self.request_id = request_id
        self.category = category
        self.remedy = remedy.rstrip(".")
        self.ambiguous = ambiguous
        super().__init__(self._text())

    def set_operation(self, name: str) -> None:
        """Set the name of the operation, and add it to the text of the error."""
        self.operation = name
        self.args = (self._text(),)

    def _text(self) -> str:
        text = f"{self.operation}: {self.message}" if self.operation else self.message
        if self.code:
            text += f" [{self.code}]"
        if self.remedy:
            text += f". {self.remedy}"
        if self.request_id:
            text += f" (request {self.request_id})"
        return text


class ApiError(IotError):
    """An error response of the platform."""


class TransportError(IotError):
    """A request without a valid response.

    The endpoint cannot be reached, the connection was lost, or the response is not from the platform.
    """

    def __init__(self, message: str, **details: Any) -> None:
        details.setdefault("category", TRANSIENT)
        super().__init__(message, **details)


class InvalidResponse(IotError):
    """A response that does not have the shape of the API data.

    The platform may have executed the request.
    """

    def __init__(self, message: str, **details: Any) -> None:
        details.setdefault("code", "InvalidResponse")
        details.setdefault("remedy", "Check endpoint, and proxies between the endpoint and this machine")
        super().__init__(f"the response does not match the API: {message}", ambiguous=True, **details)


class InvalidRequest(IotError):
    """A request that does not match the operation or the settings, and was not sent."""
