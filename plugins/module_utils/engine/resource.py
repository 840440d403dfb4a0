# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resources: declarations of what an object of the platform is, and of how it is read, created, updated and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation, member
from ansible_collections.iotops.aliyun.plugins.module_utils.client.response import element_members, identifier_problem
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import (
    Change,
    Create,
    Delete,
    ImplicitCreate,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import Constraint, UsedBy
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import (
    AmbiguousReference,
    invalid_response,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, resolve_references
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.protection import Protection
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref, Step

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import DataFlow
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import Member, OfflineCheck, Violation
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.quotas import Quota
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader


def plural(kind: str) -> str:
    """Return the plural of a kind in snake_case."""
    if kind.endswith(("s", "x", "ch", "sh")):
        return kind if kind.endswith("devices") else f"{kind}es"
    if kind.endswith("y") and kind[-2] not in "aeiou":
        return f"{kind[:-1]}ies"
    return f"{kind}s"


@dataclass(frozen=True)
class Listing:
    """The operation that lists all resources of a kind.

    The info module lists with it, and a resource is found in the list by its key if the task does not contain its ID.
    For example::

        Listing("ListShelves", "Data.Shelf", params={"RoomId": "room_id"})

    Attributes:
        operation: The name of the operation. If it is paged, all pages are read.
        items: The path of the elements in the response. Paged operations have it in their API data.
        params: Parameters that are sent: API parameter to the name of the field with its value. A field of the key is a
            search, which is omitted if the whole list is read once for many resources.
        keep: Whether a cached list is updated, instead of read again, when this client creates, updates or deletes a
            resource of the kind; see ``cached_lists``. Only possible with ``unique_names``.
        bulk: Whether the list can be too long for the memory, such as the devices of a product. The search for
            unmanaged resources then keeps the names only.
        variants: Values by field with which the list is read to get all resources, if several lists contain them.
    """

    operation: str
    items: str = ""
    params: dict[str, str] = field(default_factory=dict)
    keep: bool = False
    bulk: bool = False
    variants: tuple[dict[str, Any], ...] = ({},)


@dataclass(frozen=True)
class Detail:
    """An operation that reads one resource, or some fields of it.

    A resource is read by all of its details; the first one determines whether it exists. For example, a read of the
    resource itself, and a second read that is sent only if the tags are needed::

        Detail("QueryBox", "Data"),
        Detail("ListTags", "Data.Tag", only_for=("tags",), parse=tags_of_items),

    Attributes:
        operation: The name of the operation. It is sent the ``identity`` of the resource.
        item: The path in the response of the object that contains the fields.
        only_for: The names of the fields that the operation reads. If set, it is sent only if one of them is needed.
        parse: Returns the values by field for the object in the response. Defaults to the ``read`` members of the
            fields.
        constants: Parameters that are sent in addition, with their values.
        identity: Parameters that identify the resource in this operation, if they differ from the ``identity`` of the
            resource: API parameter to field name.
        if_not_found: The values by field if the platform reports that the object of this operation does not exist,
            although the resource does. If not set, the resource does not exist either.
        condition: Called as ``condition(reader, current)`` with the values that are already read. Returns whether the
            operation is sent, for operations that apply to some resources of the kind only.
        if_skipped: The values by field if the condition is not met.
        is_optional: Whether a response without the object says that the resource has none, and ``parse`` accepts None.
            Otherwise such a response is malformed.
    """

    operation: str
    item: str
    only_for: tuple[str, ...] = ()
    parse: Callable[[Any], dict] | None = None
    constants: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, str] | None = None
    if_not_found: dict[str, Any] | None = None
    condition: Callable[[Reader, dict], bool] | None = None
    if_skipped: dict[str, Any] = field(default_factory=dict)
    is_optional: bool = False


class Resource:
    """A kind of object that modules manage, such as products.

    A subclass declares the resource in class attributes. It overrides a method only if the API is irregular, and states
    the reason in its docstring. The engine implements check mode, diffs, paging and retries for all resources. For
    example::

        class Shelf(Resource):
            kind = "shelf"
            title = "shelf"
            families = (shelf,)
            key = ("room_id", "name")
            identity = {"RoomId": "room_id", "ShelfName": "name"}
            fields = (
                Field("room", required=True, lookup=room_id, resolves_to="room_id"),
                Field("room_id", "RoomId", computed=True),
                Field("name", "ShelfName", Text(1, 20), required=True),
                Field("note", "Note", Text(0, 100), initial=""),
            )
            listing = Listing("ListShelves", "Data.Shelf", params={"RoomId": "room_id"})
            details = (Detail("QueryShelf", "Data"),)
            create = Create("CreateShelf", outputs={})
            changes = (Update("UpdateShelf", "note"),)
            delete = Delete("DeleteShelf")
            filters = ("room", "name")
            required_filters = ("room",)

    Attributes:
        kind: The kind in snake_case: the name of the module without ``iot_``, and the key of the resource in the
            result.
        title: What the resource is called in messages.
        families: The modules of ``module_utils/api`` whose operations the resource uses.
        key: The names of the fields by which a later task finds the same resource.
        identity: The parameters that identify the resource in operations: API parameter to field name.
        fields: The fields; see ``Field``.
        states: The choices of the option ``state``: each one with the fields that it sets, or None if the resource
            shall not exist. The first one is the default.
        listing: The operation that lists all resources of the kind; see ``Listing``.
        details: The operations that read one resource; see ``Detail``.
        create: How the resource is created; see ``Create``.
        changes: How the mutable fields are changed, in this order; see ``Update``, ``Switch`` and ``Entries``.
        delete: How the resource is deleted; see ``Delete``.
        constraints: The rules of the platform for combinations of values; see ``Constraint``.
        offline_checks: The checks of a declared resource that send no requests; see ``OfflineCheck``.
        used_by: The resources that prevent the deletion of this one; see ``UsedBy``.
        protections: Why prune keeps a resource that is in use, unless it is named; see ``Protection``.
        ended: The values by field of a resource that has ended, such as a job: it no longer needs those to which it
            refers.
        quarantine: The values by field that put a resource out of use before prune deletes it.
        references: The kinds of the resources to which fields refer, by field, for references that the resource
            resolves itself. Fields with a ``lookup`` declare it with ``fields.finds``.
        built_in: The resources that the platform creates by itself, such as default topics: field to their values.
        quotas: The limits of the platform for the number of resources or of their elements; see ``Quota``.
        flow: How messages flow through the resource; None if none do. See ``DataFlow``.
        contains: The kinds of the resources that ``contents`` yields.
        member_options: The options with the members of a set of resources, each a list of objects with ``name``.
        filters: The names of the fields that are options of the info module.
        required_filters: The filters that are required, because no operation lists the resources without them.
        partitions: The values of the filters that list all resources, if one list does not contain all of them.
        parent_values: The values of a parent, such as the product, that has resources of this kind, by its field.
        extra_result_keys: The keys that ``extra_results`` adds to the result.
        is_found_after_create: Whether a later task can find the resource without an output of the create request. If
            not, a create request without a response is not repeated.
        unique_names: Whether the platform rejects a second resource with the same name, so that a create request can be
            repeated safely after a timeout, and a resource cannot be renamed to the name of another one.
        remedy: What to do if a task sets a different value for an immutable field.
    """

    kind = ""
    title = ""
    families: tuple[Any, ...] = ()
    key: tuple[str, ...] = ("name",)
    identity: dict[str, str] = {}
    fields: tuple[Field, ...] = ()
    states: dict[str, dict[str, Any] | None] = {"present": {}, "absent": None}
    listing: Listing | None = None
    details: tuple[Detail, ...] = ()
    create: Create | ImplicitCreate
    is_found_after_create: bool = True
    unique_names: bool = True
    changes: tuple[Change, ...] = ()
    delete: Delete
    constraints: tuple[Constraint, ...] = ()
    offline_checks: tuple[OfflineCheck, ...] = ()
    used_by: tuple[UsedBy, ...] = ()
    protections: tuple[Protection, ...] = ()
    ended: dict[str, Any] = {}
    quarantine: dict[str, Any] = {}
    references: dict[str, tuple[str, ...]] = {}
    built_in: dict[str, tuple[Any, ...]] = {}
    quotas: tuple[Quota, ...] = ()
    flow: DataFlow | None = None
    contains: tuple[str, ...] = ()
    member_options: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    required_filters: tuple[str, ...] = ()
    partitions: tuple[dict[str, Any], ...] = ({},)
    parent_values: dict[str, Any] = {}
    extra_result_keys: tuple[str, ...] = ()
    remedy = "Delete it with state: absent and create it again, or keep the current value"

    def __init__(self) -> None:
        self._fields = {f.name: f for f in self.fields}
        self._operations = {name: op for family in self.families for name, op in family.OPERATIONS.items()}

    # Access to the declaration

    def field(self, name: str) -> Field:
        """Return the field with this name.

        Raises:
            KeyError: There is no such field.
        """
        return self._fields[name]

    def operation(self, name: str) -> Operation:
        """Return the API data of an operation of the resource's families.

        Raises:
            KeyError: There is no such operation.
        """
        return self._operations[name]

    def identity_params(self) -> dict[str, Any]:
        """Return the parameters that identify the resource, as references to its fields."""
        return {wire: Ref(name) for wire, name in self.identity.items()}

    @property
    def plural(self) -> str:
        """The plural of the kind: the key of a list of resources, in results of info modules and in fleet files."""
        return plural(self.kind)

    @property
    def returns_secrets(self) -> bool:
        """Whether there are secrets that a task can request."""
        return any(f.secret and f.computed and not f.write_only for f in self.fields)

    @property
    def can_return_secrets(self) -> bool:
        """Whether there are secrets that can be read after the resource has been created."""
        return any(f.secret and f.computed and not f.write_only and not f.returned_once for f in self.fields)

    def mutable(self) -> set[str]:
        """Return the names of the fields that can be changed."""
        return {name for change in self.changes for name in change.fields}

    def differs(self, name: str, desired: dict[str, Any], current: dict[str, Any]) -> bool:
        """Return whether the current value of a desired field differs from the desired value."""
        return not self._fields[name].equal(desired[name], current.get(name))

    def initial_values(self, desired: dict[str, Any]) -> dict[str, Any]:
        """Return the values by field of a resource that has just been created, before any change."""
        sent = self.create.sent_fields(self)
        return {
            f.name: desired[f.name] if f.name in sent and desired.get(f.name) is not None else f.initial
            for f in self.fields
        }

    def contents(self, options: dict[str, Any]) -> Iterator[Member | Violation]:
        """Yield the resources that the options declare, such as the devices of an import, and what is invalid."""
        yield from ()

    # Reading

    def resolve_references(self, reader: Reader, desired: dict[str, Any]) -> dict[str, Any]:
        """Return the desired values with the references in them resolved; see ``fields.resolve_references``."""
        return resolve_references(self.fields, reader, desired)

    def read(self, reader: Reader, desired: dict[str, Any], fields: set[str] | None = None) -> dict[str, Any] | None:
        """Read the resource.

        Args:
            reader: Reads the account.
            desired: The desired values, resolved. Only those that identify the resource are used.
            fields: The names of the fields to read; None for all fields.

        Returns:
            The values by field, or None if the resource does not exist.
        """
        known = {name: desired[name] for name in self.identity.values() if name in desired}
        if any(value is PENDING for value in known.values()):
            return None
        current = dict(known)
        # A resource without details is read from the list even if its identity is known.
        if len(known) < len(self.identity) or not self.details:
            found = self.find_in_list(reader, desired)
            if found is None:
                return None
            current.update(found)
        for detail in self.details:
            if detail.only_for and fields is not None and not fields & set(detail.only_for):
                continue
            values = self.read_detail(reader, detail, current)
            if values is None:
                return None
            current.update(values)
        return current

    def find_in_list(self, reader: Reader, desired: dict[str, Any]) -> dict[str, Any] | None:
        """Find the resource with the desired key in the list.

        Returns:
            The values by field, or None if there is no such resource.

        Raises:
            AmbiguousReference: Several resources have the key.
        """
        matches = [row for row in self.list_items(reader, desired) if self.matches_key(row, desired)]
        if len(matches) > 1:
            key = ", ".join(str(desired[name]) for name in self.key)
            raise AmbiguousReference(
                f"{len(matches)} {self.title}s match {key}",
                remedy="Rename or delete all but one of them",
            )
        return matches[0] if matches else None

    def matches_key(self, row: dict[str, Any], desired: dict[str, Any]) -> bool:
        """Return whether an element of the list has the desired key."""
        return all(self._fields[name].equal(row.get(name), desired.get(name)) for name in self.key)

    def list_items(self, reader: Reader, desired: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the values by field of each element of the list.

        Args:
            reader: Reads the account.
            desired: The values of the parameters of the listing, by field.
        """
        if self.listing is None:
            raise NotImplementedError(f"{type(self).__name__} has no listing")
        params = {
            wire: desired[name]
            for wire, name in self.listing.params.items()
            if desired.get(name) is not None and not (reader.reads_whole_lists and name in self.key)
        }
        # If the parent is only planned, the list is empty.
        if any(value is PENDING for value in params.values()):
            return
        operation = self.operation(self.listing.operation)
        declared = element_members(operation, operation.pages.items if operation.pages else self.listing.items)
        identifiers = [wire for wire in self.identifiers() if wire in declared]
        items: Iterable[Any]
        if operation.pages:
            items = reader.pages(self.listing.operation, params)
        else:
            items = reader.elements(self.listing.operation, params, self.listing.items)
        for item in items:
            for wire in identifiers:
                problem = identifier_problem(item.get(wire))
                if problem:
                    raise invalid_response(item, f"{wire} of a {self.title} {problem}")
            yield self._parse(item, item, self.parse)

    def read_detail(self, reader: Reader, detail: Detail, current: dict[str, Any]) -> dict[str, Any] | None:
        """Read one detail.

        Args:
            reader: Reads the account.
            detail: The declared operation.
            current: The values by field that are already read.

        Returns:
            The values by field, or None if the resource does not exist.
        """
        if detail.condition and not detail.condition(reader, current):
            return detail.if_skipped
        identity = (detail.identity or self.identity).items()
        params = {wire: self._fields[name].type.to_wire(current[name]) for wire, name in identity}
        params.update(detail.constants)
        if self.operation(detail.operation).pages:
            items = list(reader.pages(detail.operation, params))
            return self._parse(items, items[0] if items else None, detail.parse or self.parse)
        response = reader.find(detail.operation, params)
        if response is None:
            return detail.if_not_found
        item = member(response, detail.item)
        if item is None and not detail.is_optional:
            raise invalid_response(response, f"{detail.item} is missing")
        values = self._parse(item, response, detail.parse or self.parse)
        for wire, name in self.identity.items() if detail.identity is None else ():
            if not values or name not in values or wire in detail.constants:
                continue
            if not self._fields[name].equal(current[name], values[name]):
                raise invalid_response(response, f"it describes another {self.title}: {name} is {values[name]!r}")
        return values

    def identifiers(self) -> tuple[str, ...]:
        """Return the members of a list element by which a task finds the resource and identifies it in requests."""
        fields = (self._fields[name] for name in dict.fromkeys((*self.key, *self.identity.values())))
        return tuple(f.member for f in fields if f.member)

    def _parse(self, item: Any, response: Any, parse: Callable[[Any], Any]) -> Any:
        """Return what ``parse`` returns for an object or a list in a response.

        Raises:
            InvalidResponse: The content of a member, such as a JSON text, is malformed.
        """
        try:
            return parse(item)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise invalid_response(response, f"a member cannot be read ({type(error).__name__})") from error

    def parse(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return the values by field of an object in a response, without the fields that it does not contain."""
        values = {}
        for f in self.fields:
            if f.member and not f.write_only and (f.member in item or self.defaults_to_empty(f, item)):
                values[f.name] = f.type.from_wire(item.get(f.member))
        return values

    def defaults_to_empty(self, f: Field, item: dict[str, Any]) -> bool:
        """Return whether a field that is missing in a response is empty: the platform omits empty strings."""
        return f.initial == "" and f.wire != ""

    # Export

    def values_to_export(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values by field that an export contains, for the values of a resource that was read."""
        return values

    # Extensions of the result

    def unfinished_reason(self, current: dict[str, Any] | None) -> str:
        """Return why a task has to wait longer, or an empty string if the resource is finished.

        Must be implemented by resources with the fields ``waiting.WAIT_FIELDS``.
        """
        raise NotImplementedError(type(self).__name__)

    def extra_results(
        self, desired: dict[str, Any] | None, current: dict[str, Any] | None, steps: list[Step]
    ) -> dict[str, Any]:
        """Return results in addition to the resource and the steps, with the keys in ``extra_result_keys``.

        Args:
            desired: The desired values, resolved; None if the resource shall not exist.
            current: The current values; None if the resource does not exist.
            steps: The plan.
        """
        return {}
