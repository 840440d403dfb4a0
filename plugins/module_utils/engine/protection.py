# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Protections: why a resource that is still in use must not be deleted unless a person names it.

They do not concern tasks that delete one resource with ``state: absent``. Deletions that were not requested one by
one, such as those of prune, check them; see ``Resource.protections``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import parse_time

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader


class Protection:
    """A reason to keep a resource.

    Attributes:
        fields: The names of the fields that must be read for it.
    """

    fields: tuple[str, ...] = ()

    def reason(self, reader: Reader, values: dict[str, Any], active_since: datetime) -> str:
        """Return why the resource is protected, such as ``it is online``; an empty string if it is not.

        Args:
            reader: Reads the account.
            values: The current values by field.
            active_since: A resource that was active at this time or later is in use.
        """
        raise NotImplementedError(type(self).__name__)


class ProtectedWhen(Protection):
    """A field has a certain value, such as the status of a device that is online.

    Args:
        field: The name of the field.
        value: The value.
        text: The reason.
    """

    def __init__(self, field: str, value: Any, text: str) -> None:
        self.fields = (field,)
        self.value = value
        self.text = text

    def reason(self, reader: Reader, values: dict[str, Any], active_since: datetime) -> str:
        return self.text if values.get(self.fields[0]) == self.value else ""


class ProtectedIfActive(Protection):
    """The time in a field, such as that when a device was last online, is recent.

    Args:
        field: The name of the field with a time in UTC, or an empty value if the resource was never active.
        text: What happened at this time.
    """

    def __init__(self, field: str, text: str) -> None:
        self.fields = (field,)
        self.text = text

    def reason(self, reader: Reader, values: dict[str, Any], active_since: datetime) -> str:
        time = values.get(self.fields[0])
        if not time:
            return ""
        try:
            is_recent = parse_time(time) >= active_since
        except (TypeError, ValueError):
            # A time that cannot be read, or has no time zone, may be a recent one.
            is_recent = True
        return f"{self.text} {time}" if is_recent else ""


class ProtectedBy(Protection):
    """Something that only code can find out, such as a running job.

    Args:
        find_reason: Called with the reader and the current values. Returns the reason, or an empty string.
        fields: The names of the fields that it needs.
    """

    def __init__(self, find_reason: Callable[[Reader, dict[str, Any]], str], *fields: str) -> None:
        self.find_reason = find_reason
        self.fields = fields

    def reason(self, reader: Reader, values: dict[str, Any], active_since: datetime) -> str:
        return self.find_reason(reader, values)
