# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A resource is a declaration: what can be said of it, and how it is read, made, changed and taken away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, resolve_references
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref


@dataclass(frozen=True)
class Listing:
    """The list that a resource is found in by its key.

    Attributes:
        operation: the operation; a paged one is read to its end.
        items: the path of the elements in the reply; known of a paged one.
        send: parameters by the field whose value they take.
    """

    operation: str
    items: str = ""
    params: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Detail:
    """A read of one resource.

    Attributes:
        operation: the operation; it is sent what identifies the resource.
        item: the path in the reply of what is read.
        only: the fields that this read is for, where it is sent only when one of them is wanted.
        parse: turns what is read into values by field, where the fields' own members do not.
        send: parameters beside those that identify the resource.
        by: the parameters that name the resource to this read, by the field whose value they take, where they are not
            those that identify it elsewhere.
        condition: says whether the read is sent, ``condition(reader, current)``, where it applies to some resources of
            the kind only.
        otherwise: the values by field where the condition is not met.
        none: the values by field where the platform says that there is nothing to read, and the resource is there all
            the same.
    """

    operation: str
    item: str
    only_for: tuple = ()
    parse: Callable | None = None
    constants: dict = field(default_factory=dict)
    identity: dict | None = None
    if_not_found: dict | None = None
    condition: Callable | None = None
    if_skipped: dict = field(default_factory=dict)


class Resource:
    """One kind of thing.

    A subclass declares; it overrides a method only where the API is odd.

    Attributes:
        kind: the kind in snake_case, the module's name without ``iot_`` and the key of the result.
        title: what it is called in messages.
        families: the modules of ``module_utils/api`` whose operations it calls.
        key: the fields that make it the same thing on the next run.
        identity: the parameters that name it to operations, by the field whose value they take.
        fields: all that can be said of it.
        states: what each ``state`` means for fields; None is absence. The first is the default.
        listing: where all of them are, and where one is found by its key when its identity is not known from the task.
        details: the reads of one; the first tells whether it exists.
        create, changes, delete: how it is made, changed and taken away.
        way_out: what to do about a field that cannot change.
        filters: the fields by which the info module finds resources.
        within: those of the filters that the info module must be given, because there is no list above them.
        also_told: what the result tells beside the resource and the plan; see also_tells.
    """

    kind = ""
    title = ""
    families: tuple = ()
    key: tuple = ("name",)
    identity: dict = {}
    fields: tuple = ()
    states: dict = {"present": {}, "absent": None}
    listing: Listing | None = None
    details: tuple = ()
    create: Create
    changes: tuple = ()
    delete: Delete
    filters: tuple = ()
    required_filters: tuple = ()
    extra_result_keys: tuple = ()
    remedy = "Take it away with state: absent and make it again, or leave the option as it is"

    def __init__(self):
        self._fields = {f.name: f for f in self.fields}
        self._operations = {name: op for family in self.families for name, op in family.OPERATIONS.items()}

    # What is declared

    def field(self, name: str) -> Field:
        """The field of that name; KeyError where there is none."""
        return self._fields[name]

    def operation(self, name: str):
        """The operation of that name, of the resource's families."""
        return self._operations[name]

    def identity_params(self) -> dict:
        """The parameters that name the resource to an operation."""
        return {wire: Ref(name) for wire, name in self.identity.items()}

    @property
    def plural(self) -> str:
        """What a list of them is called in results."""
        return f"{self.kind}s"

    @property
    def returns_secrets(self) -> bool:
        """Whether there are secrets that a task can ask for."""
        return any(f.secret and f.computed and not f.write_only for f in self.fields)

    @property
    def can_return_secrets(self) -> bool:
        """Whether some of them can be read at any time."""
        return any(f.secret and f.computed and not f.write_only and not f.returned_once for f in self.fields)

    def mutable(self) -> set:
        """The names of the fields that can change."""
        return {name for change in self.changes for name in change.fields}

    def differs(self, name: str, desired: dict, current: dict) -> bool:
        """Whether a given field is other than it should be."""
        return not self._fields[name].equal(desired[name], current.get(name))

    def initial_values(self, desired: dict) -> dict:
        """The resource as its creation leaves it, before any change."""
        sent = self.create.sent_fields(self)
        return {
            f.name: desired[f.name] if f.name in sent and desired.get(f.name) is not None else f.initial
            for f in self.fields
        }

    # How it is read

    def resolve_references(self, reader, desired: dict) -> dict:
        """What is desired, with what the user named replaced by what the platform knows."""
        return resolve_references(self.fields, reader, desired)

    def read(self, reader, desired: dict, wanted=None) -> dict | None:
        """What is there of what is desired.

        Args:
            reader: reads the account.
            desired: what is desired, resolved; of it only what identifies the resource is used.
            wanted: the fields to read; all of them when None.

        Returns:
            Values by field, or None where the resource does not exist.
        """
        known = {name: desired[name] for name in self.identity.values() if name in desired}
        if any(value is PENDING for value in known.values()):
            return None
        current = dict(known)
        # What has no read of its own is read in the list, also where its identity is known.
        if len(known) < len(self.identity) or not self.details:
            found = self.find_in_list(reader, desired)
            if found is None:
                return None
            current.update(found)
        for detail in self.details:
            if detail.only_for and wanted is not None and not wanted & set(detail.only_for):
                continue
            told = self.read_detail(reader, detail, current)
            if told is None:
                return None
            current.update(told)
        return current

    def find_in_list(self, reader, desired: dict) -> dict | None:
        """The one element of the listing that has the desired key, as values by field; None where none has."""
        matches = [row for row in self.list_items(reader, desired) if self.matches_key(row, desired)]
        if len(matches) > 1:
            named = ", ".join(str(desired[name]) for name in self.key)
            raise AmbiguousReference(f"{len(matches)} {self.title}s answer to {named}")
        return matches[0] if matches else None

    def matches_key(self, row: dict, desired: dict) -> bool:
        """Whether an element of the listing is the desired resource."""
        return all(self._fields[name].equal(row.get(name), desired.get(name)) for name in self.key)

    def list_items(self, reader, desired: dict):
        """The elements of the listing, as values by field."""
        params = {wire: desired[name] for wire, name in self.listing.params.items() if desired.get(name) is not None}
        # A listing below something that is only planned is empty.
        if any(value is PENDING for value in params.values()):
            return
        operation = self.operation(self.listing.operation)
        if operation.pages:
            items = reader.pages(self.listing.operation, params)
        else:
            items = member(reader.read(self.listing.operation, params), self.listing.items) or []
        for item in items:
            yield self.parse(item)

    def read_detail(self, reader, detail: Detail, current: dict) -> dict | None:
        """What one detail tells, as values by field; None where the platform says that the resource does not exist."""
        if detail.condition and not detail.condition(reader, current):
            return detail.if_skipped
        named = (detail.identity or self.identity).items()
        params = {wire: self._fields[name].type.to_wire(current[name]) for wire, name in named}
        params.update(detail.constants)
        if self.operation(detail.operation).pages:
            item = list(reader.pages(detail.operation, params))
        else:
            reply = reader.find(detail.operation, params)
            if reply is None:
                return detail.if_not_found
            item = member(reply, detail.item)
        return detail.parse(item) if detail.parse else self.parse(item or {})

    def parse(self, item: dict) -> dict:
        """Values by field of an object that the platform gave; fields that it does not hold are left out."""
        values = {}
        for f in self.fields:
            if f.member and not f.write_only and (f.member in item or self.defaults_to_empty(f, item)):
                values[f.name] = f.type.from_wire(item.get(f.member))
        return values

    def unfinished_reason(self, there: dict | None) -> str:
        """Why what a task waits for has not come about yet, in words; empty where it has. See waiting.WAIT_FIELDS."""
        raise NotImplementedError(type(self).__name__)

    def extra_results(self, desired: dict | None, current: dict | None, steps: list) -> dict:
        """What the result tells of a plan beside its steps, by the names of ``also_told``.

        Args:
            desired: what is desired, resolved; None where it is absence.
            current: what was there.
            steps: the plan.
        """
        return {}

    def defaults_to_empty(self, f: Field, item: dict) -> bool:
        """Whether a member that a reply lacks is an empty one: the platform leaves empty texts out."""
        return f.initial == "" and f.wire != ""
