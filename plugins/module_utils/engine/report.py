# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be asked and is no resource: histories, counts, positions, and the like."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.declared import DeclaredEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader


class ReportEntry(DeclaredEntry):
    """Tells something of the account.

    Attributes:
        nothing: what it tells where something that its options name is not there.
    """

    empty_result: dict = {}

    def perform(self, params: dict, client, check_mode: bool) -> dict:
        reader = Reader(client, tolerant=True)
        values = self.values(params, reader)
        told = self.empty_result if reader.pending else self.gather(reader, values)
        return {"changed": False, **told}

    def gather(self, reader: Reader, values: dict) -> dict:
        """What the result tells beside ``changed``.

        Args:
            reader: reads the account.
            values: what was given, checked and resolved, by field.
        """
        raise NotImplementedError(type(self).__name__)


def rename_members(row: dict, names: dict) -> dict:
    """Those members of an object of the platform that have a value, by what they are called here."""
    return {word: row[wire] for wire, word in names.items() if row.get(wire) is not None}
