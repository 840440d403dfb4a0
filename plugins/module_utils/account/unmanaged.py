# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The resources of an account that no file declares, found with the declared lists of all kinds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.external import External
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.parents import parent_field
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    PARALLEL_READS,
    PlannedResource,
    timestamps_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import option_of
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, resolve_references
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource

#: The number of names that output contains; the count is that of all.
MAX_NAMES = 100


@dataclass
class Unmanaged:
    """The unmanaged resources of one kind and, if the kind has one, of one parent.

    Attributes:
        kind: The kind, such as ``topic``.
        parent: The name of the declared parent, such as the product; empty if the kind has none.
        names: The names, sorted.
        timestamps: When a resource was created and modified, by its name, if the list contains that.
        error: Why the list cannot be read, for example because the account has no permission; empty if it was read.
    """

    kind: str
    parent: str = ""
    names: list[str] = field(default_factory=list)
    timestamps: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: str = ""

    def full_name(self, name: str) -> str:
        """Return a name with that of the parent, such as ``street_light/user/report``."""
        return f"{self.parent}/{name}" if self.parent else name

    def to_dict(self) -> dict[str, Any]:
        """Return the resources as plans and reports contain them: the count and the first names."""
        if self.error:
            return {"kind": self.kind, "parent": self.parent, "error": self.error}
        shown = self.names[:MAX_NAMES]
        times = {name: self.timestamps[name] for name in shown if self.timestamps.get(name)}
        return {
            "kind": self.kind,
            "parent": self.parent,
            "count": len(self.names),
            "names": shown,
            **({"timestamps": times} if times else {}),
        }


class UnmanagedSearch:
    """The search for unmanaged resources in two parts, the first one while sets are still being planned.

    Args:
        client: The API client that reads the declared resources; its cache is shared by all reads.
        external: The names of resources that exist and are managed elsewhere, by the plural of their kind.
    """

    def __init__(self, client: Any, external: dict[str, list[str]] | None = None) -> None:
        self._client = client
        self._external = external
        self._found: list[Unmanaged] = []
        self._searched: frozenset[str] = frozenset()

    def before_sets(self, planned: list[PlannedResource]) -> None:
        """Search for resources of all kinds that sets do not contain.

        Args:
            planned: The plans of all declared resources except sets.
        """
        in_sets = {kind for entry in kinds().values() for kind in entry.contains}
        searched = frozenset(entry.kind for entry in kinds().values()) - in_sets
        self._found = find_unmanaged(self._client, planned, self._external, searched)
        self._searched = searched

    def result(self, planned: list[PlannedResource]) -> list[Unmanaged]:
        """Search for resources of the remaining kinds, and return the unmanaged resources of all kinds.

        Args:
            planned: The plans of all declared resources.
        """
        kinds_left = frozenset(entry.kind for entry in kinds().values()) - self._searched
        found = [*self._found, *find_unmanaged(self._client, planned, self._external, kinds_left)]
        order = {entry.kind: position for position, entry in enumerate(kinds().values())}
        return sorted(found, key=lambda one: order[one.kind])


def find_unmanaged(
    client: Any,
    planned: Iterable[PlannedResource],
    external: dict[str, list[str]] | None = None,
    searched: frozenset[str] | None = None,
) -> list[Unmanaged]:
    """Return the resources that no file declares, by kind and parent.

    The lists of kinds without a parent are read once; the others for each declared parent, such as the topics of each
    declared product. Kinds without a list are not part of it, because each of their resources belongs to another one.

    Args:
        client: The API client that has read the declared resources; its cache is shared by all reads.
        planned: The plans of all declared resources.
        external: The names of resources that exist and are managed elsewhere; see ``External``.
        searched: The kinds; None for all.

    Raises:
        IotError: No list at all can be read.
    """
    declared = _Declared(client, list(planned), external)
    searches = [
        _Search(declared, entry.resource, parent)
        for entry in kinds().values()
        if isinstance(entry, ResourceEntry) and entry.resource.listing and (searched is None or entry.kind in searched)
        for parent in declared.parents_of(entry.resource)
    ]
    with ThreadPoolExecutor(PARALLEL_READS) as pool:
        found = list(pool.map(_Search.run, searches))
    errors = [search.failure for search in searches if search.failure]
    if errors and len(errors) == len(searches):
        raise errors[0]
    return [one for one in found if one.names or one.error]


@dataclass(frozen=True)
class _Parent:
    """The parent of listed resources: its name in the files, and the field with its value; empty if there is none."""

    name: str = ""
    field: str = ""
    value: Any = None

    @property
    def values(self) -> dict[str, Any]:
        """The values by field that the list is read with."""
        return {self.field: self.value} if self.field else {}


class _Declared:
    """What the files declare, in a form in which listed resources are found in it."""

    def __init__(self, client: Any, planned: list[PlannedResource], external: dict[str, list[str]] | None) -> None:
        self.client = client
        self.reader = Reader(client, tolerant=True)
        self._planned: dict[str, list[PlannedResource]] = defaultdict(list)
        self._sets: dict[str, list[PlannedResource]] = defaultdict(list)
        for one in planned:
            self._planned[one.node.entry.kind].append(one)
            if one.node.entry.contains:
                self._sets[one.node.entry.contains[0]].append(one)
        self._external = External(external)
        # By the kind and the resolved parent, because there can be many resources of many parents.
        self._members: dict[tuple[str, str], list[PlannedResource]] = defaultdict(list)
        self._member_sets: dict[tuple[str, str], list[PlannedResource]] = defaultdict(list)

    def parents_of(self, resource: Resource) -> list[_Parent]:
        """Return the declared parents for which the list of a kind is read: one without a name if it needs none."""
        name = parent_field(resource)
        kind = resource.kind
        if not name:
            self._members[kind, ""] = self._planned[kind]
            self._member_sets[kind, ""] = self._sets[kind]
            return [_Parent()]
        option = option_of(resource, name)
        kinds_of_parent = resource.field(option).referenced_kinds
        values = [one.node.key[-1] for parent in kinds_of_parent for one in self._planned[parent] if one.exists]
        # A parent that is not declared itself, such as a project, is known from the resources in it.
        in_parents = [*self._planned[kind], *self._sets[kind]]
        values += [one.node.params.get(option) for one in in_parents]
        known: dict[Any, _Parent] = {}
        found: dict[str, _Parent] = {}
        for value in dict.fromkeys(value for value in values if value not in (None, "")):
            resolved = self._resolved(resource, option, value).get(name)
            if resolved is not None and resolved is not PENDING:
                parent = _Parent(str(value), name, resolved)
                known[value] = found.setdefault(str(resolved), parent)
        for lists, planned in ((self._members, self._planned[kind]), (self._member_sets, self._sets[kind])):
            for one in planned:
                if one.node.params.get(option) in known:
                    lists[kind, known[one.node.params[option]].name].append(one)
        return list(found.values())

    def identities(self, resource: Resource) -> set[str]:
        """Return what identifies the declared resources of a kind that exist."""
        facts = (one.facts for one in self._planned[resource.kind])
        return {identity for one in facts if (identity := identity_of(resource, one))}

    def names(self, resource: Resource, parent: _Parent) -> set[str]:
        """Return the canonical names of the declared resources of a kind in a parent, also of planned ones."""
        names = {_name_key(resource, one.node.params) for one in self._members[resource.kind, parent.name]}
        for one in self._member_sets[resource.kind, parent.name]:
            names |= one.members
        return names

    def is_external(self, resource: Resource, parent: _Parent, name: str) -> bool:
        """Return whether a resource of a kind in a parent is managed elsewhere."""
        return self._external.contains(resource.kind, *(part for part in (parent.name, name) if part))

    def existing(self, resource: Resource, parent: _Parent) -> set[str]:
        """Return the canonical names of the declared resources of a kind in a parent that exist."""
        nodes = self._members[resource.kind, parent.name]
        names = {_name_key(resource, one.node.params) for one in nodes if one.exists}
        for one in self._member_sets[resource.kind, parent.name]:
            names |= one.existing
        return names

    def others(self, resource: Resource, parent: _Parent) -> set[str] | None:
        """Return the names of all resources beside those of a set, if its plan has read them; None otherwise."""
        sets = self._member_sets[resource.kind, parent.name]
        return next((one.others for one in sets if one.others is not None), None)

    def _resolved(self, resource: Resource, option: str, value: Any) -> dict[str, Any]:
        try:
            return resolve_references((resource.field(option),), self.reader, {option: value})
        except EngineError:
            return {}  # the name is ambiguous: the plan has reported it


class _Search:
    """The search for unmanaged resources of a kind in a parent."""

    def __init__(self, declared: _Declared, resource: Resource, parent: _Parent) -> None:
        self._declared = declared
        self._resource = resource
        self._parent = parent
        self.failure: IotError | None = None

    def run(self) -> Unmanaged:
        """Read the list, and return what no file declares."""
        resource = self._resource
        found = Unmanaged(resource.kind, self._parent.name)
        try:
            if resource.listing is not None and resource.listing.bulk:
                found.names = sorted(self._bulk_names(resource.listing.operation))
            else:
                self._add_items(found)
        except IotError as error:
            self.failure = error
            found.error = str(error)
        return found

    def _add_items(self, found: Unmanaged) -> None:
        resource, values = self._resource, self._parent.values
        identities = self._declared.identities(resource)
        names = self._declared.names(resource, self._parent)
        for variant in resource.listing.variants if resource.listing else ():
            for row in resource.list_items(self._declared.reader, {**values, **variant}):
                item = {**values, **row}
                is_declared = identity_of(resource, item) in identities or _name_key(resource, item) in names
                if is_declared or is_built_in(resource, item):
                    continue
                # A list may omit the name, such as that of a job, which is a tag.
                shown = [item.get(key) for key in resource.key]
                name = "/".join(map(str, shown if None not in shown else map(item.get, resource.identity.values())))
                if self._declared.is_external(resource, self._parent, name):
                    continue
                found.names.append(name)
                found.timestamps[name] = timestamps_of(item)
        found.names.sort()

    def _bulk_names(self, operation: str) -> set[str]:
        """Return the names in a list that may be too long for the memory, with the fewest requests.

        The list is read only if the plan has not read it, and if it has more elements than declared ones exist.
        """
        resource, client = self._resource, self._declared.client
        declared = self._declared.names(resource, self._parent)
        others = self._declared.others(resource, self._parent)
        if others is not None:
            return self._unmanaged(others, declared)
        params = _wire_params(resource, self._parent)
        pages = resource.operation(operation).pages
        first = client.read(operation, {pages.size: pages.max_size, **params, pages.page: 1})
        if int(member(first, pages.total) or 0) == len(self._declared.existing(resource, self._parent)):
            return set()
        (name,) = (resource.field(key) for key in resource.key)
        listed = (item[name.member] for item in client.pages(operation, params, keep=False))
        return self._unmanaged(listed, declared)

    def _unmanaged(self, names: Iterable[str], declared: set[str]) -> set[str]:
        """Return the names that are neither declared nor managed elsewhere."""
        is_external = self._declared.is_external
        return {name for name in names if name not in declared and not is_external(self._resource, self._parent, name)}


def _wire_params(resource: Resource, parent: _Parent) -> dict[str, Any]:
    params = resource.listing.params if resource.listing else {}
    return {wire: parent.value for wire, name in params.items() if name == parent.field}


def identity_of(resource: Resource, values: dict[str, Any]) -> str:
    """Return what identifies a resource, as text; an empty string if the values do not contain it."""
    names = resource.identity.values()
    if not all(values.get(name) for name in names):
        return ""
    return json.dumps([str(resource.field(name).type.canonical(values[name])) for name in names])


def _name_key(resource: Resource, values: dict[str, Any]) -> str:
    """Return the key of a resource, as text that is the same for equivalent values."""
    return "/".join(str(resource.field(name).type.canonical(values.get(name))) for name in resource.key)


def is_built_in(resource: Resource, values: dict[str, Any]) -> bool:
    """Return whether the platform has created a resource by itself."""
    return any(values.get(name) in known for name, known in resource.built_in.items())
