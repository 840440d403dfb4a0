# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read all resources of an account: which ones there are, and the values of their fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import SETS, kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.parents import parent_of, scope_fields
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import PARALLEL_READS
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ApiError, EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource

_Job = TypeVar("_Job")


@dataclass(frozen=True)
class Gap:
    """What an export does not contain.

    Attributes:
        kind: The kind in the plural.
        name: The name of the resource; empty for all resources of the kind.
        option: The option; empty for the whole resource.
        reason: Why it is missing.
        is_failure: Whether a read has failed, so that it is unknown what is missing.
    """

    kind: str
    name: str
    option: str
    reason: str
    is_failure: bool = False

    def to_dict(self) -> dict[str, str]:
        """Return the members that are set."""
        members = {"kind": self.kind, "name": self.name, "option": self.option, "reason": self.reason}
        return {name: text for name, text in members.items() if text}


@dataclass
class Found:
    """A resource of the account.

    Attributes:
        plural: The kind in the plural.
        entry: The entry that manages it.
        values: Its values by field.
    """

    plural: str
    entry: ResourceEntry
    values: dict[str, Any]

    @property
    def name(self) -> str:
        """The value of the last field of the key, for messages."""
        return str(self.values.get(self.entry.resource.key[-1]) or "")


class Scan:
    """The resources of an account, read level by level: those of a product after the products.

    Args:
        client: The API client. Its cache is shared by all reads.
        filters: What to read of kinds that cannot be listed as a whole: filters of the info module by plural.
        selected: The kinds to read in the plural; None for all.

    Attributes:
        found: The resources by plural, without those that belong to sets, such as devices.
        gaps: What could not be read.
    """

    def __init__(
        self, client: Any, filters: dict[str, list[dict[str, Any]]], selected: tuple[str, ...] | None = None
    ) -> None:
        self.found: dict[str, list[Found]] = {}
        self.gaps: list[Gap] = []
        self._client = client
        self._filters = filters
        self._selected = selected

    def run(self, accept: Callable[[Found], bool]) -> None:
        """Read all resources.

        Args:
            accept: Returns whether the resources that belong to this one are read, too.
        """
        waiting = {
            plural: entry
            for plural, entry in kinds().items()
            if isinstance(entry, ResourceEntry)
            and entry.kind not in SETS
            and (self._selected is None or plural in self._selected)
        }
        parents = {plural: parent_of(entry.resource) for plural, entry in waiting.items()}
        by_kind = {entry.kind: plural for plural, entry in waiting.items()}
        with ThreadPoolExecutor(PARALLEL_READS) as pool:
            while waiting:
                level = [
                    plural
                    for plural in waiting
                    if not (parent := parents[plural]) or by_kind.get(parent[1]) not in waiting
                ]
                jobs = []
                for plural in level:
                    entry = waiting[plural]
                    parent = parents[plural]
                    above = self.found.get(by_kind[parent[1]], []) if parent else []
                    scopes = self._scopes(plural, entry.resource, parent, [one for one in above if accept(one)])
                    jobs += [(plural, entry, scope) for scope in scopes]
                rows = [row for found in self._map(pool, self._list, jobs) for row in found]
                for plural in level:
                    self.found[plural] = []
                    del waiting[plural]
                for one in self._map(pool, self._read, rows):
                    if one is not None:
                        self.found[one.plural].append(one)

    @staticmethod
    def _map(pool: ThreadPoolExecutor, job: Callable[[_Job], Any], items: Iterable[_Job]) -> list[Any]:
        return list(pool.map(job, items))

    def _scopes(
        self, plural: str, resource: Resource, parent: tuple[str, str] | None, above: list[Found]
    ) -> list[dict[str, Any]]:
        """Return the values by field with which the resources of a kind are listed."""
        scopes: list[dict[str, Any]] = []
        if parent:
            name, _kind = parent
            for one in above:
                if all(one.values.get(field) == value for field, value in resource.parent_values.items()):
                    (identity,) = one.entry.resource.identity.values()
                    scopes.append({name: one.values[identity]})
        elif resource.listing and not scope_fields(resource):
            scopes = [dict(partition) for partition in resource.partitions]
        elif plural not in self._filters:
            self.gaps.append(Gap(plural, "", "", "the API has no list of all of them; name them in filters"))
        reader = Reader(self._client, tolerant=False)
        scopes += [resource.resolve_references(reader, dict(one)) for one in self._filters.get(plural, ())]
        return scopes

    def _list(self, job: tuple[str, ResourceEntry, dict[str, Any]]) -> list[Found]:
        plural, entry, scope = job
        resource, reader = entry.resource, Reader(self._client, tolerant=True)
        try:
            if resource.listing or (is_overridden(resource, "list_items") and not identified(resource, scope)):
                rows = [{**scope, **row} for row in resource.list_items(reader, scope) if row is not None]
            else:
                rows = [scope]
        except (ApiError, EngineError) as error:
            self.gaps.append(Gap(plural, "", "", f"they cannot be listed: {error}", True))
            return []
        return [Found(plural, entry, row) for row in rows]

    def _read(self, row: Found) -> Found | None:
        resource = row.entry.resource
        if not resource.details and not is_overridden(resource, "read"):
            return row
        try:
            current = resource.read(Reader(self._client, tolerant=True), row.values, exported_fields(resource))
        except (ApiError, EngineError) as error:
            self.gaps.append(Gap(row.plural, row.name, "", f"it cannot be read: {error}", True))
            return None
        return Found(row.plural, row.entry, {**row.values, **current}) if current is not None else None


def is_overridden(resource: Resource, method: str) -> bool:
    """Return whether the class of a resource has a method of its own."""
    return getattr(type(resource), method) is not getattr(Resource, method)


def identified(resource: Resource, values: dict[str, Any]) -> bool:
    """Return whether values identify a resource."""
    return all(name in values for name in resource.identity.values())


def exported_fields(resource: Resource) -> set[str]:
    """Return the names of the fields that an export contains, and of those that they resolve to."""
    names = {name for implied in resource.states.values() for name in implied or ()}
    for f in resource.fields:
        if f.is_option and not f.write_only and not f.secret and f.exported_with not in SETS.values():
            names |= {f.name, f.resolves_to} - {""}
    return names


class Names:
    """The names of the resources of an account by their IDs.

    Args:
        found: The resources by plural.
    """

    def __init__(self, found: dict[str, list[Found]]) -> None:
        self._by_kind: dict[str, dict[str, str]] = defaultdict(dict)
        for resources in found.values():
            taken: dict[str, int] = defaultdict(int)
            for one in resources:
                taken[one.name] += 1
            for one in resources:
                fields = list(one.entry.resource.identity.values())
                key = one.values.get(fields[-1]) if fields else None
                # A name that several resources have does not refer to one of them, but the ID does.
                if key and one.name:
                    self._by_kind[one.entry.kind][str(key)] = one.name if taken[one.name] == 1 else str(key)

    def of_kind(self, kind: str) -> dict[str, str]:
        """Return the names of the resources of a kind by their IDs."""
        return self._by_kind[kind]

    def replace(self, value: Any, referenced: tuple[str, ...]) -> Any:
        """Return a value with names in place of the IDs of some kinds: whole texts, and levels of topics."""
        if isinstance(value, dict):
            return {key: self.replace(member, referenced) for key, member in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.replace(element, referenced) for element in value]
        if not isinstance(value, str):
            return value
        if value.startswith("/"):
            return "/".join(self._name(level, referenced) for level in value.split("/"))
        return self._name(value, referenced)

    def _name(self, text: str, referenced: tuple[str, ...]) -> str:
        return next((self._by_kind[kind][text] for kind in referenced if text in self._by_kind[kind]), text)
