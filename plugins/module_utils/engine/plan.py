# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Planning: the steps between the current and the desired state. All functions are pure; they send no requests."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import HIDDEN
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step


def plan(resource: Resource, desired: dict[str, Any] | None, current: dict[str, Any] | None) -> list[Step]:
    """Return the steps that change the current state to the desired state.

    Args:
        resource: The declaration of the resource.
        desired: The desired values by field, or None if the resource shall not exist. A field that it does not contain
            is left unchanged, an empty value clears the field, and None resets it to the value of a new resource.
        current: The current values by field, or None if the resource does not exist.

    Raises:
        ImmutableField: A desired field differs and cannot be changed.
        InvalidValue: The resource cannot be created because a required field is not set.
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


def merge(
    resource: Resource, desired: dict[str, Any], current: dict[str, Any] | None, additive_fields: Collection[str]
) -> dict[str, Any]:
    """Return the desired values, in which the entries of additive fields are merged with the current entries.

    Args:
        resource: The declaration of the resource.
        desired: The desired values by field.
        current: The current values by field, or None if the resource does not exist.
        additive_fields: The names of the collections from which no entries are removed.

    Raises:
        InvalidValue: A collection would have too many entries.
    """
    if current is None:
        return desired
    merged = dict(desired)
    for name in additive_fields:
        if desired.get(name) is None:
            continue
        kind = resource.field(name).type
        merged[name] = kind.merge(current.get(name), desired[name])
        problem = kind.check_size(merged[name])
        if problem and len(merged[name]) > len(current.get(name) or ()):
            raise InvalidValue(f"{name} {problem}, with the current ones", field=name)
    return merged


def _changes(resource: Resource, desired: dict[str, Any], current: dict[str, Any]) -> list[Step]:
    return [step for change in resource.changes for step in change.steps(resource, desired, current)]


def _refuse_immutable(resource: Resource, desired: dict[str, Any], current: dict[str, Any]) -> None:
    mutable = resource.mutable()
    for name in desired:
        field = resource.field(name)
        if name in mutable or field.write_only or field.lookup or not resource.differs(name, desired, current):
            continue
        option = next((f.name for f in resource.fields if f.resolves_to == name), name)
        before, after = (current.get(name), desired[name]) if not field.secret else (HIDDEN, HIDDEN)
        raise ImmutableField(
            f"{option} of the {resource.title} cannot be changed from {before!r} to {after!r}",
            field=option,
            remedy=resource.remedy,
        )
