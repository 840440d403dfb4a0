# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lookup of objects that a task refers to by name or ID."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text


@dataclass(frozen=True)
class Lookup:
    """A lookup of objects of one kind by name or ID.

    Attributes:
        title: The name of the kind in messages.
        operation: The operation that lists all objects of the kind.
        id: The member of a list element that has the ID.
        name: The member of a list element that has the name.
        key: The key of the ID in values.
        kinds: The kind, see ``fields.finds``.
    """

    title: str
    operation: str
    id: str
    name: str
    key: str
    kinds: tuple[str, ...]

    def find(self, reader: Reader, reference: str) -> dict:
        """Return ``name`` and ID of the object that has this name or ID. The ID is pending if there is no such object.

        Raises:
            ReferenceNotFound: There is no such object and the reader is not tolerant.
            AmbiguousReference: Several objects have this name or ID.
        """
        found = {
            str(row[self.id]): row[self.name]
            for row in reader.pages(self.operation)
            if reference in (row[self.name], str(row[self.id]))
        }
        if len(found) > 1:
            ids = " and ".join(sorted(found))
            raise AmbiguousReference(
                f"{len(found)} {self.title}s match {reference}; their IDs are {ids}", remedy="Use the ID of one of them"
            )
        if not found:
            return {"name": reference, self.key: reader.not_found(self.title, reference)}
        ((key, name),) = found.items()
        return {"name": name, self.key: key}

    def find_id(self, reader: Reader, reference: str) -> Any:
        """Return the ID of the object that has this name or ID; an empty string for an empty reference.

        Raises:
            ReferenceNotFound, AmbiguousReference: As ``find``.
        """
        return self.find(reader, reference)[self.key] if reference else ""


def renamed_from(name: Text) -> Field:
    """Return the field for the previous name of a resource whose names have the type ``name``."""
    return Field("renamed_from", type=name, write_only=True)


class Renamable(Resource):
    """A resource that can be renamed.

    Custom code: the API knows only the current name, so the resource is also searched by ``renamed_from`` if no
    resource has the new name.
    """

    def find_in_list(self, reader: Reader, desired: dict) -> dict | None:
        found = super().find_in_list(reader, desired)
        former = desired.get("renamed_from")
        if found is None and former:
            found = super().find_in_list(reader, {**desired, self.key[-1]: former})
        return found
