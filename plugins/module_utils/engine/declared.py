# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The base class of entries that do not manage a resource, but whose options are declared as fields."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import check_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field, resolve_references
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader


class DeclaredEntry(Entry):
    """The base class of actions and reports.

    Attributes:
        fields: The declared fields; see ``Field``.
    """

    fields: tuple[Field, ...] = ()

    def options(self) -> dict[str, Any]:
        spec: dict[str, Any] = {}
        for field in self.fields:
            spec.update(field.argument_spec())
        return spec

    def field(self, name: str) -> Field:
        """Return the field with this name.

        Raises:
            KeyError: There is no such field.
        """
        return {field.name: field for field in self.fields}[name]

    def values(self, params: dict[str, Any], reader: Reader) -> dict[str, Any]:
        """Return the values of the fields that the task sets, with the references in them resolved.

        Raises:
            InvalidValue: A value is invalid. Nothing was read.
            ReferenceNotFound: A referenced object does not exist, and the reader does not tolerate that.
        """
        values = {f.name: params[f.name] for f in self.fields if f.is_option and params.get(f.name) is not None}
        check_values(self, values)
        return resolve_references(self.fields, reader, values)
