# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The exceptions of the engine. Each one names the option, what is wrong with it and what to do."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError, InvalidResponse, IotError

# Resources catch exceptions of the client, but import them from here: they do not import the client.
__all__ = [
    "AmbiguousReference",
    "ApiError",
    "EngineError",
    "ImmutableField",
    "InvalidResponse",
    "InvalidValue",
    "IotError",
    "ReferenceNotFound",
    "invalid_response",
]


def invalid_response(response: Any, problem: str) -> InvalidResponse:
    """Return the error of a response, or of an object in it, that cannot be used.

    Args:
        response: The response or the object, as the client returned it.
        problem: What is wrong with it.
    """
    return InvalidResponse(
        problem, operation=getattr(response, "operation", ""), request_id=getattr(response, "request_id", "")
    )


class EngineError(Exception):
    """The task cannot be carried out.

    Args:
        message: What failed and why. A period at the end is removed.
        field: The name of the option that is wrong; empty if there is none.
        remedy: One sentence that says what to do.

    Attributes:
        field: See above.
        remedy: See above.
        result: The result of the task, as far as it was carried out; empty if nothing was.
    """

    def __init__(self, message: str, *, field: str = "", remedy: str = ""):
        self.field = field
        self.result: dict[str, Any] = {}
        self.remedy = remedy.rstrip(".")
        message = message.rstrip(".")
        super().__init__(f"{message}. {self.remedy}" if self.remedy else message)


class InvalidValue(EngineError):
    """The platform would reject a value."""


class ImmutableField(EngineError):
    """A field differs that cannot be changed."""


class ReferenceNotFound(EngineError):
    """An object that the task refers to does not exist."""


class AmbiguousReference(EngineError):
    """A name in the task matches more than one object."""
