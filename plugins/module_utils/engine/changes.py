# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a resource is made, changed and deleted: declarations that turn a difference into steps.

Each ``steps`` is a pure function of what is desired and what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps as step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref, Step


def wire_value(field, value):
    """A field's value as a parameter; what is pending becomes a reference, resolved when the step is carried out."""
    if value is None:
        return None
    return Ref(field.name) if value is PENDING else field.type.to_wire(value)


@dataclass(frozen=True)
class Create:
    """Makes the resource with every given field that the operation takes.

    Attributes:
        operation: the operation.
        learns: fields that its reply tells, such as the new key: name to path.
        constants: parameters that it is always sent with.
    """

    operation: str
    outputs: dict
    constants: dict | None = None

    def steps(self, resource, desired: dict) -> list[Step]:
        """The one step, with all that it sets."""
        takes = resource.operation(self.operation).params
        sent = {f.wire: f for f in resource.fields if f.wire in takes and desired.get(f.name) is not None}
        params = {wire: wire_value(f, desired[f.name]) for wire, f in sent.items()}
        params.update(self.constants or {})
        # The instance is the connection's: whoever sends the request adds it.
        missing = [
            name for name, param in takes.items() if param.required and name not in params and name != "IotInstanceId"
        ]
        if missing:
            wanted = {f.wire: f.name for f in resource.fields}
            names = ", ".join(wanted.get(name, name) for name in missing)
            raise InvalidValue(f"{names} must be given to make a {resource.title}", field=names)
        changes = {f.name: (None, desired[f.name]) for f in sent.values()}
        return [Step(step.CREATE, self.operation, params, changes, dict(self.outputs))]

    def sent_fields(self, resource) -> set:
        """The names of the fields that the operation takes."""
        takes = resource.operation(self.operation).params
        return {f.name for f in resource.fields if f.wire in takes}


class ImplicitCreate:
    """For what is there as soon as something else is: making it is changing it."""

    def steps(self, _resource, _desired: dict) -> list[Step]:
        """None of its own."""
        return []

    def sent_fields(self, _resource) -> set:
        """Nothing."""
        return set()


class Change:
    """How some fields of an existing resource are brought to what is desired."""

    fields: tuple = ()

    def steps(self, resource, desired: dict, current: dict) -> list[Step]:
        """The steps that the difference takes; none where there is none."""
        raise NotImplementedError(type(self).__name__)

    def differences(self, resource, desired: dict, current: dict) -> dict:
        """The fields of this change that are given and differ: name to (before, after)."""
        return {
            name: (current.get(name), desired[name])
            for name in self.fields
            if name in desired and resource.differs(name, desired, current)
        }


class Update(Change):
    """One operation that sets several fields at once.

    An operation of this platform clears what it is not given: fields that are not desired are sent as they are.

    Args:
        operation: the operation.
        fields: the fields that it sets.
    """

    def __init__(self, operation: str, *fields: str):
        self.operation = operation
        self.fields = fields

    def steps(self, resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        takes = resource.operation(self.operation).params
        params = resource.identity_params()
        for name in (*self.fields, *(f.name for f in resource.fields if f.required)):
            field = resource.field(name)
            value = desired.get(name, current.get(name))
            if field.wire in takes and field.wire not in params and value is not None:
                params[field.wire] = wire_value(field, value)
        return [Step(step.UPDATE, self.operation, params, changes)]


class Switch(Change):
    """A field whose every value has an operation that brings it about, such as started and stopped.

    Args:
        field: the field.
        operations: value to operation.
        settled: waits for what has only begun; see Step.
    """

    def __init__(self, field: str, operations: dict, settled: Callable | None = None):
        self.fields = (field,)
        self.operations = operations
        self.wait_for = settled

    def steps(self, resource, desired: dict, current: dict) -> list[Step]:
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
    """An operation that takes many entries in one call.

    Attributes:
        operation: the operation.
        params: makes its parameters from a list of entries.
        size: the most entries a call takes; the API's own limit of that operation unless given.
        verify: says what was not done, given the reply; see Step.
    """

    operation: str
    params: Callable[[list], dict]
    size: int | None = None
    verify: Callable | None = None

    def chunks(self, resource, entries: list):
        """The entries in portions of one call."""
        size = self.size or min(resource.operation(self.operation).limits.values())
        return chunked(entries, size)


class Entries(Change):
    """A collection that is changed entry by entry: a mapping such as tags, or a set such as the members of a group.

    What is removed goes first, so that a full collection has room for what is added.

    Args:
        field: the field; its type is Mapping or Members.
        add: how entries are added.
        remove: how they are removed.
        change: how the value of an entry is changed; as it is added, unless given.
        never_empty: whether what is added goes first, because the last entry cannot be removed.
    """

    def __init__(
        self, field: str, *, add: Batch, remove: Batch, change: Batch | None = None, never_empty: bool = False
    ):
        self.fields = (field,)
        self.add = add
        self.remove = remove
        self.change = change or add
        self.never_empty = never_empty

    def steps(self, resource, desired: dict, current: dict) -> list[Step]:
        (name,) = self.fields
        if name not in desired or not resource.differs(name, desired, current):
            return []
        field = resource.field(name)
        before = _entries(field, current.get(name))
        after = _entries(field, desired[name])
        # An element of a set is the same whatever else the task calls it: it is there, or it is not.
        changed = {
            key: after[key]
            for key in after
            if key in before and not field.equal(_value(field, {key: before[key]}), _value(field, {key: after[key]}))
        }
        added = {key: after[key] for key in after if key not in before}
        portions = [(self.remove, {key: before[key] for key in before if key not in after}, None)]
        if self.change is self.add:
            # What is changed as it is added goes along.
            portions.append((self.add, {**changed, **added}, after))
        else:
            portions += [(self.change, changed, after), (self.add, added, after)]
        if self.never_empty:
            portions.append(portions.pop(0))
        result = []
        state = dict(before)
        for batch, wanted, target in portions:
            operation = resource.operation(batch.operation)
            action = step.CREATE if operation.kind == CREATE else step.UPDATE
            # Some operations name the collection by less than the resource.
            named = {wire: ref for wire, ref in resource.identity_params().items() if wire in operation.params}
            for chunk in batch.chunks(resource, list(wanted)):
                shown_before = _value(field, state)
                for key in chunk:
                    if target is None:
                        del state[key]
                    else:
                        state[key] = target[key]
                params = {**named, **batch.params([wanted[key] for key in chunk])}
                changes = {name: (shown_before, _value(field, state))}
                result.append(Step(action, batch.operation, params, changes, verify=batch.verify))
        return result


def _entries(field, value: Any) -> dict:
    """A collection by identity: for a mapping its items, for a set its elements."""
    if isinstance(field.type.empty, dict):
        return {key: (key, text) for key, text in field.type.canonical(value or {}).items()}
    return {field.type.identity(element): element for element in value or []}


def _value(field, entries: dict):
    return dict(entries.values()) if isinstance(field.type.empty, dict) else list(entries.values())


@dataclass(frozen=True)
class Delete:
    """Takes the resource away.

    Attributes:
        operation: the operation.
        listed: its parameter, where it takes a list of things instead of one.
        settled: waits for what has only begun; see Step.
    """

    operation: str
    list_parameter: str = ""
    wait_for: Callable | None = None

    def steps(self, resource, current: dict) -> list[Step]:
        """The one step."""
        changes = {f.name: (current.get(f.name), None) for f in resource.fields if current.get(f.name) is not None}
        named = resource.identity_params()
        params = {self.list_parameter: list(named.values())} if self.list_parameter else named
        return [Step(step.DELETE, self.operation, params, changes, wait_for=self.wait_for)]


@dataclass(frozen=True)
class StopThenDelete(Delete):
    """What runs is stopped before it goes.

    Attributes:
        stop: the operation that stops it.
    """

    stop: str = ""

    def steps(self, resource, current):
        status = current.get("status")
        stop = Step(step.UPDATE, self.stop, resource.identity_params(), {"status": (status, "stopped")})
        return [*([stop] if status not in (None, "stopped") else []), *super().steps(resource, current)]
