# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The reader: read access to the account for resources, and the handling of references that do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue, ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Pending

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client


class Reader:
    """Reads the account, and records references that do not exist.

    ``read``, ``find`` and ``pages`` are those of the client.

    Args:
        client: The API client.
        tolerant: Whether a missing reference is not an error: in check mode an earlier task may create it, and a
            resource whose parent does not exist is already absent.

    Attributes:
        pending: A note for each missing reference, for the result.
    """

    def __init__(self, client: Client, tolerant: bool):
        self._client = client
        self._tolerant = tolerant
        self.pending: list[str] = []
        self.read = client.read
        self.find = client.find
        self.pages = client.pages

    def elements(self, name: str, params: dict[str, Any] | None, path: str) -> list[Any]:
        """Return the elements of a list without pages; see the method of the client."""
        return self._client.elements(name, params, path)

    @property
    def has_instance(self) -> bool:
        """Whether the connection has an instance ID. The old public instance has none."""
        return self._client.has_instance

    @property
    def reads_whole_lists(self) -> bool:
        """Whether resources are found in one list of all of them, not by a search for each."""
        return self._client.reads_whole_lists

    def download(self, url: str) -> str:
        """Return the text of a file that a response refers to."""
        return self._client.download(url).decode(errors="replace")

    def not_found(self, title: str, name: str, remedy: str = "") -> Pending:
        """Record that a referenced object does not exist, and return a pending value in its place.

        Args:
            title: What the object is called in messages.
            name: The name in the task.
            remedy: What to do. Defaults to creating the object or checking the name.

        Raises:
            InvalidValue: The name is empty, as from a variable that was not set.
            ReferenceNotFound: The reader is not tolerant.
        """
        if not str(name).strip():
            raise InvalidValue(f"the name of the {title} is empty", remedy="Set it, or omit the option")
        if not self._tolerant:
            remedy = remedy or "Create it first, or check the name"
            raise ReferenceNotFound(f"the {title} {name} does not exist", remedy=remedy)
        note = f"the {title} {name} does not exist yet"
        if note not in self.pending:
            self.pending.append(note)
        return PENDING
