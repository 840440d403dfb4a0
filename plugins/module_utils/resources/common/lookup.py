# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is named by its name or its id, wherever a task refers to it."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text


@dataclass(frozen=True)
class Lookup:
    """Finds things of one kind by what a task calls them.

    Attributes:
        title: what one is called in messages.
        operation: the list of all of them.
        id, name: the members of its elements.
        key: what the id is called in values.
    """

    title: str
    operation: str
    id: str
    name: str
    key: str

    def one(self, reader, named: str) -> dict:
        """The thing of that name or id, as ``name`` and id; the id is pending where there is none.

        Raises:
            ParentMissing: there is none, and the reader does not tolerate that.
            Ambiguous: more than one answers to it.
        """
        found = {
            str(row[self.id]): row[self.name]
            for row in reader.pages(self.operation)
            if named in (row[self.name], str(row[self.id]))
        }
        if len(found) > 1:
            ids = " and ".join(sorted(found))
            raise AmbiguousReference(
                f"{len(found)} {self.title}s answer to {named}: {ids}", remedy="Give the id of one"
            )
        if not found:
            return {"name": named, self.key: reader.missing(self.title, named)}
        ((key, name),) = found.items()
        return {"name": name, self.key: key}

    def id_of(self, reader, named: str):
        """The id of the thing of that name or id; an empty text names none. Raises as ``one`` does."""
        return self.one(reader, named)[self.key] if named else ""


def renamed_from(name: Text) -> Field:
    """The option that tells what a thing was called before, whose names are of that type."""
    return Field("renamed_from", type=name, write_only=True)


class Renamable(Resource):
    """A resource that is also found by the name that it had before, where nothing has the new one."""

    def locate(self, reader, desired):
        found = super().locate(reader, desired)
        former = desired.get("renamed_from")
        if found is None and former:
            found = super().locate(reader, {**desired, self.key[-1]: former})
        return found
