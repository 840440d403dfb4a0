# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From what is desired and what is there to the steps between them. Nothing here reads, sends or waits."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import HIDDEN
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step


def plan(resource: Resource, desired: dict | None, current: dict | None) -> list[Step]:
    """The steps that make what is there what is desired.

    Args:
        resource: the declaration.
        desired: values by field; a field that is not in it is left alone, an empty value clears, and None asks for
            what a fresh resource has. None as a whole asks for absence.
        current: values by field as they were read, or None where the resource does not exist.

    Raises:
        ImmutableField: a given field differs that cannot change.
        InvalidValue: a field is missing that making the resource takes.
    """
    if desired is None:
        return resource.delete.steps(resource, current) if current is not None else []
    desired = {
        name: resource.field(name).initial if value is None else value
        for name, value in desired.items()
        if value is not None or resource.field(name).initial is not None
    }
    if current is None:
        return [
            *resource.create.steps(resource, desired),
            *_changes(resource, desired, resource.initial_values(desired)),
        ]
    _refuse_immutable(resource, desired, current)
    return _changes(resource, desired, current)


def merge(resource: Resource, desired: dict, current: dict | None, keep: set) -> dict:
    """What is desired where given entries of the fields in ``keep`` add to what is there."""
    if current is None:
        return desired
    return {
        name: resource.field(name).type.merge(current.get(name), value) if name in keep and value is not None else value
        for name, value in desired.items()
    }


def _changes(resource: Resource, desired: dict, current: dict) -> list[Step]:
    return [step for change in resource.changes for step in change.steps(resource, desired, current)]


def _refuse_immutable(resource: Resource, desired: dict, current: dict) -> None:
    mutable = resource.mutable()
    for name in desired:
        field = resource.field(name)
        if name in mutable or field.write_only or field.lookup or not resource.differs(name, desired, current):
            continue
        option = next((f.name for f in resource.fields if f.resolves_to == name), name)
        there, asked = (current.get(name), desired[name]) if not field.secret else (HIDDEN, HIDDEN)
        raise ImmutableField(
            f"{option} of the {resource.title} cannot be changed: it is {there!r} and was asked to be {asked!r}",
            field=option,
            remedy=resource.remedy,
        )
