# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Find the resources that prune may delete: those that are clearly the fleet's, and that no file declares.

A resource is the fleet's if it carries the tag of the fleet, if it belongs to such a resource, or if it is in the
manifest of the last apply and has the ID that is recorded there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.existing import (
    Existing,
    ExistingResources,
    filters_for,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.index import names_in
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import SETS, kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.last_applied import AppliedResource
from ansible_collections.iotops.aliyun.plugins.module_utils.account.parents import parent_field
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import UNCHANGED, PlannedResource
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_settings import PruneSettings
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import (
    Unmanaged,
    find_unmanaged,
    identity_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import option_of
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import plural

#: Why a resource is the fleet's.
TAG, BELONGS, DEPENDS, MANIFEST = "tag", "belongs to", "depends on", "manifest"

_IN_MANIFEST = "in the last applied manifest"


@dataclass(eq=False)
class Candidate:
    """A resource that prune may delete.

    Attributes:
        entry: The entry that manages it.
        options: The options that identify it.
        rule: ``TAG``, ``BELONGS``, ``DEPENDS`` or ``MANIFEST``.
        reason: The rule with what it refers to, such as ``belongs to product street_light``.
        identity: The IDs that it must have.
        parent: The resource to which it belongs or on which it depends; None if there is none, or it is in no list.
        existing: The resource; None for one of a kind in sets, such as a device.
        refused: Why it is not deleted; empty if it is.
        is_protected: Whether it is refused because it is in use.
        values: Its current values by field, once they have been read.
    """

    entry: ResourceEntry
    options: dict[str, str]
    rule: str
    reason: str
    identity: dict[str, str]
    parent: Existing | None = None
    existing: Existing | None = None
    refused: str = ""
    is_protected: bool = False
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        """The kind in the plural and the name, as ``Node.key``."""
        return (plural(self.entry.kind), *self.options.values())

    @property
    def label(self) -> str:
        """The kind and the name, as ``prune_named`` contains it."""
        return f"{self.entry.kind} {'/'.join(self.options.values())}"


def carries(values: dict[str, Any], tag: dict[str, str]) -> bool:
    """Return whether a resource carries a tag, or all of several tags."""
    tags = values.get("tags")
    return bool(tag) and isinstance(tags, dict) and all(tags.get(key) == text for key, text in tag.items())


class CandidateSearch:
    """The search for the resources that prune may delete.

    Args:
        client: The API client. Its cache is shared by all reads.
        planned: The plans of the declared resources.
        external: The names of resources that are managed elsewhere, by the plural of their kind.
        settings: The options of prune.

    Attributes:
        account: The resources of the account.
        candidates: What was found.
        members: The names of the resources in sets that exist, by the kind and the parent, of which no file declares
            any; for example the devices of a product that is not declared.
        unread: The kinds with a parent that could not be listed, by the parent.
        unknown: The manifest's resources that do not exist any more.
    """

    def __init__(
        self, client: Any, planned: list[PlannedResource], external: dict[str, list[str]], settings: PruneSettings
    ) -> None:
        self.members: dict[tuple[str, Existing], set[str]] = {}
        self.unread: dict[Existing, list[str]] = defaultdict(list)
        self.unknown: list[tuple[str, ...]] = []
        self.candidates: list[Candidate] = []
        self._client = client
        self._reader = Reader(client, tolerant=True)
        self._planned = planned
        self._external = {name: set(names) for name, names in external.items()}
        self._settings = settings
        self._applied = settings.manifest.resources if settings.manifest else {}
        self._by_id = {
            (one.kind, one.key[-1], identity_of(entry_of(one.key[0]).resource, one.identity)): one
            for one in self._applied.values()
            if one.identity
        }
        known = ((one.key[0], one.options) for one in self._applied.values())
        self.account = ExistingResources(client, planned, filters_for(known))
        self._declared_names: list[tuple[str, tuple[str, ...], set[str]]] | None = None
        self._owners: dict[Existing, tuple[str, str, Existing | None] | None] = {}
        self._by_existing: dict[Existing, Candidate] = {}
        self._declared_keys = {one.node.key for one in planned}

    def run(self) -> list[Candidate]:
        """Return what was found."""
        for one in self.account.resources:
            if self._is_free(one) and (owner := self.owner(one)):
                self._add(one, *owner)
        self._add_dependents()
        listed = self._listed()
        # A second way to find out what is declared, which compares names in their canonical form.
        names: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one in listed:
            names[one.kind, one.parent].update(one.names)
        for existing in [one for one in self._by_existing if one.resource.listing and not _is_listed(one, names)]:
            del self._by_existing[existing]
        self.candidates = list(self._by_existing.values())
        for kind in SETS:
            self._add_members(kind, listed)
        self._add_unlisted()
        return self.candidates

    def candidate_of(self, existing: Existing) -> Candidate | None:
        """Return the candidate of a resource; None if it is none."""
        return self._by_existing.get(existing)

    def owner(self, one: Existing) -> tuple[str, str, Existing | None] | None:
        """Return by which rule a resource is the fleet's, the reason, and the resource to which it belongs."""
        if one not in self._owners:
            self._owners[one] = None  # for the references of a resource to itself
            self._owners[one] = self._find_owner(one)
        return self._owners[one]

    def is_tagged(self, one: Existing) -> bool:
        """Return whether a resource carries the tag of the fleet, or belongs to one that does."""
        owner = self.owner(one)
        return owner is not None and owner[0] in (TAG, BELONGS)

    def _find_owner(self, one: Existing) -> tuple[str, str, Existing | None] | None:
        # A tag that apply has yet to set does not count: the next plan shows first what it makes the fleet's.
        if carries(one.values, self._settings.tag):
            return TAG, self._tag_reason(), None
        for parent in one.parents:
            # Without a list, a resource is a part of its parent, and is deleted with it.
            if one.resource.listing and self.is_tagged(parent):
                return BELONGS, f"belongs to {parent.label}", parent
        if self._applied_of(one) is not None:
            return MANIFEST, _IN_MANIFEST, None
        return None

    def _applied_of(self, one: Existing) -> AppliedResource | None:
        """Return the resource in the manifest: by its name, or by its own name and its ID if a file calls its product,
        for example, by the ID.
        """
        if one.key in self._applied or not one.options:
            return self._applied.get(one.key)
        return self._by_id.get((one.resource.kind, one.key[-1], identity_of(one.resource, one.values)))

    def _tag_reason(self) -> str:
        pairs = ", ".join(f"{key}={text}" for key, text in self._settings.tag.items())
        return f"carries the tag {pairs}"

    def _is_free(self, one: Existing) -> bool:
        """Return whether a resource is neither declared, nor managed elsewhere, nor created by the platform."""
        if one.declared is not None or one.key in self._declared_keys or one.is_built_in or not one.options:
            return False
        return not self._is_external(one.found.plural, [*one.options.values(), one.id])

    def _is_external(self, plural_kind: str, names: list[str]) -> bool:
        external = self._external.get(plural_kind, set())
        return not external.isdisjoint({*names[-2:], "/".join(names[:-1]), "/".join(names)})

    def _add(self, one: Existing, rule: str, reason: str, parent: Existing | None) -> None:
        fields = one.resource.identity.values()
        identity = {name: str(one.values[name]) for name in fields if one.values.get(name) not in (None, "")}
        candidate = Candidate(one.found.entry, one.options, rule, reason, identity, parent, one)
        applied = self._applied_of(one) if rule == MANIFEST else None
        if applied is not None:
            _check_identity(candidate, applied)
        self.candidates.append(candidate)
        self._by_existing[one] = candidate

    def _add_dependents(self) -> None:
        """Add what cannot work without a tagged resource that is deleted, such as the rules of a product."""
        waiting = [one for one, candidate in self._by_existing.items() if candidate.rule in (TAG, BELONGS)]
        while waiting:
            needed = waiting.pop()
            for option, user in needed.users:
                field_ = user.resource.field(option)
                is_dependent = bool(field_.lookup) and user.resource.listing and user not in self._by_existing
                if is_dependent and user.can_be_deleted and self._is_free(user):
                    self._add(user, DEPENDS, f"depends on {needed.label}", needed)
                    waiting.append(user)

    def _listed(self) -> list[Unmanaged]:
        """Return the lists of resources that no file declares, also those in the candidates."""
        external = {name: sorted(names) for name, names in self._external.items()}
        for kind in SETS:
            external.pop(plural(kind), None)
        resources = [entry.resource for entry in kinds().values() if isinstance(entry, ResourceEntry)]
        parent_kinds = {kind for one in resources if parent_field(one) for kind in _parent_kinds(one)}
        parents = [
            PlannedResource(Node(one.found.plural, one.found.entry, dict(one.options)), UNCHANGED)
            for one in self._by_existing
            if one.resource.kind in parent_kinds
        ]
        listed = find_unmanaged(self._client, self._planned, external)
        if parents:
            listed += find_unmanaged(self._client, [*self._planned, *parents], external)
        for one in listed:
            for kind in _parent_kinds(_resource(one.kind)) if one.error and one.parent else ():
                parent = self.account.find(kind, one.parent)
                if parent is not None:
                    self.unread[parent].append(one.kind)
        return listed

    def _add_unlisted(self) -> None:
        """Sort out the resources of the manifest that no list contains.

        They do not exist any more, or the API cannot list resources of their kind.
        """
        known = {applied.key for one in self.account.resources if (applied := self._applied_of(one))}
        sets = {plural(kind) for kind in SETS}
        for key, applied in self._applied.items():
            if key in known or key in self._declared_keys or key[0] in sets:
                continue
            entry = entry_of(key[0])
            referenced = {name: kinds_ for name, kinds_ in entry.references().items() if name in entry.name_options}
            if key[0] not in self.account.unlisted or any(
                len(kinds_) == 1 and kinds_[0] not in SETS and not self.account.find(kinds_[0], applied.options[name])
                for name, kinds_ in referenced.items()
                if name in applied.options
            ):
                self.unknown.append(key)
            elif None not in entry.resource.states.values():
                self.candidates.append(Candidate(entry, applied.options, MANIFEST, _IN_MANIFEST, applied.identity))

    # Resources of kinds in sets, such as devices

    def _add_members(self, kind: str, listed: list[Unmanaged]) -> None:
        resource = _resource(kind)
        option = option_of(resource, parent_field(resource))
        (parent_kind,) = resource.field(option).referenced_kinds
        by_parent: dict[Existing, set[str]] = {}
        for one in listed:
            parent = self.account.find(parent_kind, one.parent) if one.kind == kind else None
            if parent is not None and not one.error:
                by_parent.setdefault(parent, set()).update(one.names)
        for parent, names in by_parent.items():
            if parent.declared is None:
                self.members[kind, parent] = names
        declared = self.declared_members(kind)
        found: dict[tuple[Existing, str], tuple[str, str, AppliedResource | None]] = {}
        for parent, name in self._tagged_members(kind, parent_kind):
            found[parent, name] = (TAG, self._tag_reason(), None)
        for parent, names in by_parent.items():
            if self.is_tagged(parent):
                found.update({(parent, name): (BELONGS, f"belongs to {parent.label}", None) for name in names})
        for key, applied in self._applied.items():
            if applied.kind != kind:
                continue
            parent = self.account.find(parent_kind, applied.options.get(option, ""))
            is_read = parent is None or kind not in self.unread.get(parent, ())
            if parent is not None and self._may_exist(parent, key[-1], by_parent):
                found.setdefault((parent, key[-1]), (MANIFEST, _IN_MANIFEST, applied))
            elif is_read and (parent, key[-1]) not in declared:
                self.unknown.append(key)
        for parent, name in sorted(found, key=lambda one: (one[0].id, one[1])):
            rule, reason, of_manifest = found[parent, name]
            options = {option: parent.found.name, resource.key[-1]: name}
            is_external = self._is_external(plural(kind), [*options.values(), name])
            if (parent, name) in declared or not self._may_exist(parent, name, by_parent) or is_external:
                continue
            identity = {parent_field(resource): parent.id, resource.key[-1]: name}
            candidate = Candidate(entry_of(plural(kind)), options, rule, reason, identity, parent)
            if of_manifest is not None:
                _check_identity(candidate, of_manifest)
            self.candidates.append(candidate)

    def _may_exist(self, parent: Existing, name: str, by_parent: dict[Existing, set[str]]) -> bool:
        """Return whether a member is in the list of its parent, or the list of this parent was not needed."""
        if parent in by_parent:
            return name in by_parent[parent]
        return parent.declared is None and parent not in self._by_existing

    def declared_members(self, kind: str, with_absent: bool = True) -> set[tuple[Existing, str]]:
        """Return the declared resources of a kind in sets, with their parents.

        Args:
            kind: The kind.
            with_absent: Whether also those that are declared not to exist.
        """
        resource = _resource(kind)
        option = option_of(resource, parent_field(resource))
        (parent_kind,) = _parent_kinds(resource)
        found: set[tuple[Existing, str]] = set()
        for one in self._planned:
            entry = one.node.entry
            parent = self.account.find(parent_kind, str(one.node.params.get(option)))
            if parent is None or (one.node.is_absent and not with_absent):
                continue
            if entry.kind == kind:
                found.add((parent, one.node.key[-1]))
            elif kind in entry.contains:
                found.update((parent, name) for name in one.members)
        return found

    def declared_names(self) -> list[tuple[str, tuple[str, ...], set[str]]]:
        """Return the texts in the options of declared resources that refer to others: label, kinds and texts."""
        if self._declared_names is None:
            self._declared_names = [
                (one.node.label, referenced, set(names_in(one.node.params.get(option))))
                for one in self._planned
                for option, referenced in one.node.entry.references().items()
                if not one.node.is_absent
            ]
        return self._declared_names

    def _tagged_members(self, kind: str, parent_kind: str) -> Iterator[tuple[Existing, str]]:
        resource = _resource(kind)
        if not self._settings.tag or "tags" not in resource.filters:
            return
        for row in resource.list_items(self._reader, {"tags": self._settings.tag}):
            parent = self.account.find(parent_kind, str(row[parent_field(resource)]))
            if parent is not None:
                yield parent, str(row[resource.key[-1]])


def _check_identity(candidate: Candidate, applied: AppliedResource) -> None:
    """Refuse a resource that the fleet has not applied, but which has the name of one that it has."""
    if not applied.identity:
        candidate.refused = "the manifest does not contain its ID"
    elif applied.identity != candidate.identity:
        candidate.refused = "it is another resource than the one in the manifest, with the same name"


def _is_listed(one: Existing, names: dict[tuple[str, str], set[str]]) -> bool:
    """Return whether a resource is in the list of those that no file declares, by the kind and the parent."""
    name = "/".join(str(one.values.get(key)) for key in one.resource.key)
    parents = {"", *(text for parent in one.parents for text in (parent.found.name, parent.id))}
    return any(name in names.get((one.resource.kind, parent), ()) for parent in parents)


def _parent_kinds(resource: Any) -> tuple[str, ...]:
    """Return the kinds of the resources by which the resources of a kind are listed."""
    kinds_: tuple[str, ...] = resource.field(option_of(resource, parent_field(resource))).referenced_kinds
    return kinds_


def entry_of(plural_kind: str) -> ResourceEntry:
    """Return the entry of a kind whose resources have a declaration of their own.

    Raises:
        TypeError: The kind is a set of resources.
    """
    entry = kinds()[plural_kind]
    if not isinstance(entry, ResourceEntry):
        raise TypeError(f"{plural_kind} is not the kind of a resource")
    return entry


def _resource(kind: str) -> Any:
    return entry_of(plural(kind)).resource
