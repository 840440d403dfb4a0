# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Declarations of how a resource is created, updated and deleted.

A resource declares one ``Create``, several ``Change`` objects and one ``Delete``. Each of them has a method ``steps``,
a pure function that turns the desired and the current state into the steps between them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps as step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref, Step

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource


def wire_value(field: Field, value: Any) -> Any:
    """Return the parameter for the value of a field; for a pending value, a reference to the field."""
    if value is None:
        return None
    return Ref(field.name) if value is PENDING else field.type.to_wire(value)


@dataclass(frozen=True)
class Create:
    """Creates the resource in one request with all desired fields that the operation has parameters for.

    For example::

        Create("CreateBox", outputs={"box_id": "BoxId"})

    Attributes:
        operation: The name of the operation.
        outputs: The fields that the response sets, such as the new ID: field name to path in the response.
        constants: Parameters that are sent in addition, with their values.
    """

    operation: str
    outputs: dict[str, str]
    constants: dict[str, Any] | None = None

    def steps(self, resource: Resource, desired: dict[str, Any]) -> list[Step]:
        """Return the steps that create the resource.

        Raises:
            InvalidValue: The operation requires a field that is not set.
        """
        accepted = resource.operation(self.operation).params
        sent = {f.wire: f for f in resource.fields if f.wire in accepted and desired.get(f.name) is not None}
        params = {wire: wire_value(f, desired[f.name]) for wire, f in sent.items()}
        params.update(self.constants or {})
        # The client adds the instance of the connection to every request.
        missing = [
            name
            for name, param in accepted.items()
            if param.required and name not in params and name != "IotInstanceId"
        ]
        if missing:
            options = {f.wire: f.name for f in resource.fields}
            names = ", ".join(options.get(name, name) for name in missing)
            raise InvalidValue(f"{names} must be set to create the {resource.title}", field=names)
        changes = {f.name: (None, desired[f.name]) for f in sent.values()}
        return [Step(step.CREATE, self.operation, params, changes, dict(self.outputs))]

    def sent_fields(self, resource: Resource) -> set[str]:
        """Return the names of the fields that the operation has parameters for."""
        accepted = resource.operation(self.operation).params
        return {f.name for f in resource.fields if f.wire in accepted}


class ImplicitCreate:
    """The creation of a resource that exists as soon as another one does: only its changes are sent."""

    def steps(self, _resource: Resource, _desired: dict[str, Any]) -> list[Step]:
        """Return no steps."""
        return []

    def sent_fields(self, _resource: Resource) -> set[str]:
        """Return an empty set."""
        return set()


class Change:
    """A way to change some fields of an existing resource.

    Attributes:
        fields: The names of the fields that it changes. Fields that no change names are immutable.
    """

    fields: tuple[str, ...] = ()

    def steps(self, resource: Resource, desired: dict[str, Any], current: dict[str, Any]) -> list[Step]:
        """Return the steps that change the fields to their desired values; none if nothing differs."""
        raise NotImplementedError(type(self).__name__)

    def differences(
        self, resource: Resource, desired: dict[str, Any], current: dict[str, Any]
    ) -> dict[str, tuple[Any, Any]]:
        """Return the fields of this change that are desired and differ: field name to (before, after)."""
        return {
            name: (current.get(name), desired[name])
            for name in self.fields
            if name in desired and resource.differs(name, desired, current)
        }


class Update(Change):
    """A change of one or more fields in one request.

    The operations of this platform clear parameters that are not sent. Fields that are not desired are therefore sent
    with their current values. For example::

        Update("UpdateBox", "note", "weight")

    Args:
        operation: The name of the operation.
        fields: The names of the fields that it changes.
    """

    def __init__(self, operation: str, *fields: str):
        self.operation = operation
        self.fields = fields

    def steps(self, resource: Resource, desired: dict[str, Any], current: dict[str, Any]) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        accepted = resource.operation(self.operation).params
        params: dict[str, Any] = resource.identity_params()
        for name in (*self.fields, *(f.name for f in resource.fields if f.required)):
            field = resource.field(name)
            value = desired.get(name, current.get(name))
            if field.wire in accepted and field.wire not in params and value is not None:
                params[field.wire] = wire_value(field, value)
        return [Step(step.UPDATE, self.operation, params, changes)]


class Switch(Change):
    """A change of a field that has one operation for each of its values, such as started and stopped.

    For example::

        Switch("locked", {True: "LockBox", False: "UnlockBox"})

    Args:
        field: The name of the field.
        operations: The name of the operation for each value.
        wait_for: Waits until the platform has finished the change; see ``Step``.
    """

    def __init__(self, field: str, operations: dict[Any, str], wait_for: Callable | None = None):
        self.fields = (field,)
        self.operations = operations
        self.wait_for = wait_for

    def steps(self, resource: Resource, desired: dict[str, Any], current: dict[str, Any]) -> list[Step]:
        changes = self.differences(resource, desired, current)
        return [
            Step(
                step.UPDATE,
                self.operations[after],
                resource.identity_params(),
                {name: (before, after)},
                wait_for=self.wait_for,
            )
            for name, (before, after) in changes.items()
        ]


@dataclass(frozen=True)
class Batch:
    """An operation that takes several entries of a collection in one request.

    Attributes:
        operation: The name of the operation.
        params: Returns the parameters for a list of entries. For a mapping, entries are pairs of key and value.
        size: Maximum number of entries in one request. Defaults to the limit in the API data of the operation.
        verify: Returns what was not done, given the response; see ``Step``.
        split: Returns the entries in chunks that one request can take, if their number is not the only limit.
    """

    operation: str
    params: Callable[[list], dict]
    size: int | None = None
    verify: Callable | None = None
    split: Callable[[list], list[list]] | None = None

    def chunks(self, resource: Resource, entries: list) -> list[list]:
        """Return the entries in chunks that one request can take."""
        if self.split:
            return self.split(entries)
        size = self.size or min(resource.operation(self.operation).limits.values())
        return chunked(entries, size)


class Entries(Change):
    """A change of a collection entry by entry: a mapping such as tags, or a set such as the members of a group.

    Entries are removed first, then changed, then added, so that a full collection has room for the new ones. For
    example::

        Entries("tags", add=Batch("AddTags", to_tags), remove=Batch("RemoveTags", to_keys))

    Args:
        field: The name of the field. Its type is ``Mapping`` or ``ObjectSet``.
        add: The operation that adds entries.
        remove: The operation that removes entries.
        change: The operation that changes the values of entries. Defaults to ``add``.
        never_empty: Whether entries are added before others are removed, because the last entry cannot be removed.
    """

    def __init__(
        self, field: str, *, add: Batch, remove: Batch, change: Batch | None = None, never_empty: bool = False
    ):
        self.fields = (field,)
        self.add = add
        self.remove = remove
        self.change = change or add
        self.never_empty = never_empty

    def steps(self, resource: Resource, desired: dict[str, Any], current: dict[str, Any]) -> list[Step]:
        (name,) = self.fields
        if name not in desired or not resource.differs(name, desired, current):
            return []
        field = resource.field(name)
        before = _entries(field, current.get(name))
        after = _entries(field, desired[name])
        removed = {key: before[key] for key in before if key not in after}
        # Elements of a set are compared by identity only, so they are never in `changed`.
        changed = {
            key: after[key]
            for key in after
            if key in before and not field.equal(_value(field, {key: before[key]}), _value(field, {key: after[key]}))
        }
        added = {key: after[key] for key in after if key not in before}
        # For each operation: its entries, and whether they exist afterwards.
        requests = [(self.remove, removed, False)]
        if self.change is self.add:
            requests.append((self.add, {**changed, **added}, True))
        else:
            requests += [(self.change, changed, True), (self.add, added, True)]
        if self.never_empty:
            requests.append(requests.pop(0))
        result = []
        state = dict(before)
        for batch, entries, exist in requests:
            operation = resource.operation(batch.operation)
            action = step.CREATE if operation.kind == CREATE else step.UPDATE
            # Some operations identify the collection by a part of what identifies the resource.
            identity = {wire: ref for wire, ref in resource.identity_params().items() if wire in operation.params}
            keys = iter(list(entries))
            for chunk in batch.chunks(resource, list(entries.values())):
                value_before = _value(field, state)
                for key in itertools.islice(keys, len(chunk)):
                    if exist:
                        state[key] = after[key]
                    else:
                        del state[key]
                params = {**identity, **batch.params(chunk)}
                changes = {name: (value_before, _value(field, state))}
                result.append(Step(action, batch.operation, params, changes, verify=batch.verify))
        return result


def _entries(field: Field, value: Any) -> dict[Any, Any]:
    """Return the entries of a collection by identity: the items of a mapping, or the elements of a set."""
    if isinstance(field.type.empty, dict):
        return {key: (key, text) for key, text in field.type.canonical(value or {}).items()}
    return {field.type.identity(element): element for element in value or []}


def _value(field: Field, entries: dict[Any, Any]) -> Any:
    """Return the collection that has these entries."""
    return dict(entries.values()) if isinstance(field.type.empty, dict) else list(entries.values())


@dataclass(frozen=True)
class Delete:
    """Deletes the resource in one request.

    Attributes:
        operation: The name of the operation.
        list_parameter: The parameter of an operation that deletes a list of resources: it is sent a list with the ID.
        wait_for: Waits until the platform has finished the deletion; see ``Step``.
    """

    operation: str
    list_parameter: str = ""
    wait_for: Callable | None = None

    def steps(self, resource: Resource, current: dict[str, Any]) -> list[Step]:
        """Return the steps that delete the resource."""
        changes = {f.name: (current.get(f.name), None) for f in resource.fields if current.get(f.name) is not None}
        identity = resource.identity_params()
        params = {self.list_parameter: list(identity.values())} if self.list_parameter else identity
        return [Step(step.DELETE, self.operation, params, changes, wait_for=self.wait_for)]


@dataclass(frozen=True)
class StopThenDelete(Delete):
    """Stops the resource, unless its status is ``stopped``, and deletes it.

    Attributes:
        stop: The name of the operation that stops it.
    """

    stop: str = ""

    def steps(self, resource: Resource, current: dict[str, Any]) -> list[Step]:
        status = current.get("status")
        stop = Step(step.UPDATE, self.stop, resource.identity_params(), {"status": (status, "stopped")})
        return [*([stop] if status not in (None, "stopped") else []), *super().steps(resource, current)]
