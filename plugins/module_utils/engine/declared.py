# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entries that are no resource and whose options are fields all the same."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import check_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field, resolve_references
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader


class DeclaredEntry(Entry):
    """What actions and reports have in common.

    Attributes:
        fields: its options, as a resource's fields.
    """

    fields: tuple = ()

    def options(self) -> dict:
        spec: dict = {}
        for field in self.fields:
            spec.update(field.argument_spec())
        return spec

    def field(self, name: str) -> Field:
        """The field of that name; KeyError where there is none."""
        return {field.name: field for field in self.fields}[name]

    def values(self, params: dict, reader: Reader) -> dict:
        """What is given, by field, with what it names resolved.

        Raises:
            InvalidValue: a value cannot be; nothing was read.
            ParentMissing: something that is named is not there, and the reader does not tolerate that.
        """
        given = {f.name: params[f.name] for f in self.fields if f.is_option and params.get(f.name) is not None}
        check_values(self, given)
        return resolve_references(self.fields, reader, given)
