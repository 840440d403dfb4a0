# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reports: entries of info modules that read data that is not a resource, such as histories, counts and positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.declared import DeclaredEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client


class ReportEntry(DeclaredEntry):
    """Gathers information about the account.

    Attributes:
        empty_result: The result if an object that the options refer to does not exist.
    """

    empty_result: dict[str, Any] = {}

    def perform(self, params: dict[str, Any], client: Client, check_mode: bool) -> dict[str, Any]:
        reader = Reader(client, tolerant=True)
        values = self.values(params, reader)
        result = self.empty_result if reader.pending else self.gather(reader, values)
        return {"changed": False, **result}

    def gather(self, reader: Reader, values: dict[str, Any]) -> dict[str, Any]:
        """Return the result, without ``changed``.

        Args:
            reader: Reads the account.
            values: The values of the options by field, validated and resolved.
        """
        raise NotImplementedError(type(self).__name__)


def rename_members(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return the members of an object of the API that have a value, under other names.

    Args:
        row: The object.
        names: The new name of each member. Other members are omitted.
    """
    return {name: row[wire] for wire, name in names.items() if row.get(wire) is not None}
