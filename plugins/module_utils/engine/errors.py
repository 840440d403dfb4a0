# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the engine refuses, each with the field, what is wrong with it and the way out."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError, IotError

# Resources handle errors of the client, but import them from here: they do not import the client.
__all__ = [
    "AmbiguousReference",
    "ApiError",
    "EngineError",
    "ImmutableField",
    "InvalidValue",
    "IotError",
    "ReferenceNotFound",
]


class EngineError(Exception):
    """The task cannot be done as it is written.

    Attributes:
        field: the option that is wrong, or empty where none is.
        remedy: One sentence that says what to do.
        result: The result of the task as far as it was done; empty if nothing was.
    """

    def __init__(self, message: str, *, field: str = "", remedy: str = ""):
        self.field = field
        self.result: dict = {}
        self.remedy = remedy.rstrip(".")
        message = message.rstrip(".")
        super().__init__(f"{message}. {self.remedy}" if self.remedy else message)


class InvalidValue(EngineError):
    """A value that the platform would not take."""


class ImmutableField(EngineError):
    """A field differs that the platform cannot change."""


class ReferenceNotFound(EngineError):
    """What the resource hangs on does not exist."""


class AmbiguousReference(EngineError):
    """More than one thing answers to what the task names."""
