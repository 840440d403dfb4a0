# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a resource reads the account with."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING


class Reader:
    """Reads, and remembers what was named and is not there.

    Args:
        client: the client.
        tolerant: whether a missing parent is no error: in a plan an earlier task may be about to make it, and what is
            to be absent is absent without it.
    """

    def __init__(self, client, tolerant: bool):
        self._client = client
        self._tolerant = tolerant
        self.pending: list = []
        self.read = client.read
        self.find = client.find
        self.pages = client.pages

    def download(self, url: str) -> str:
        """The text of a file that a reply refers to."""
        return self._client.download(url).decode(errors="replace")

    def not_found(self, title: str, name: str, remedy: str = ""):
        """A parent is not there: a pending value where that is no error.

        Raises:
            ParentMissing: it is one.
        """
        if not self._tolerant:
            raise ReferenceNotFound(f"there is no {title} {name}", remedy=remedy or "Make it first, or check the name")
        note = f"the {title} {name} does not exist yet"
        if note not in self.pending:
            self.pending.append(note)
        return PENDING
