# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can go wrong between this collection and the platform: one family of exceptions.

No message here ever holds a request's parameters, its URL or its signature: a URL of this API carries the AccessKey id
and everything that was asked.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import PERMANENT, TRANSIENT


class IotError(Exception):
    """A call that did not succeed.

    Attributes:
        operation: the operation's name, or None where no operation was called.
        code: the platform's error code, or this client's own word where the platform said nothing.
        message: what the platform said.
        request_id: the platform's id of the request, which its support asks for; empty where there was no reply.
        category: not_found, exists, throttled, transient or permanent (see api.model).
        remedy: what helps, one sentence.
        ambiguous: whether the call may have been carried out all the same.
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
    ):
        self.operation = operation
        self.code = code
        self.message = message.rstrip(".")
        self.request_id = request_id
        self.category = category
        self.remedy = remedy.rstrip(".")
        self.ambiguous = ambiguous
        super().__init__(self._text())

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
    """The platform answered, and the answer is an error."""


class TransportError(IotError):
    """No answer came, or none of the platform's: the endpoint is unreachable, or the connection broke."""

    def __init__(self, message: str, **details):
        details.setdefault("category", TRANSIENT)
        super().__init__(message, **details)


class InvalidRequest(IotError):
    """The request does not fit the operation, and was not sent."""
