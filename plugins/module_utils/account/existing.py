# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The resources that exist in an account, which of them the files declare, and how they refer to each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.index import names_in
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import PlannedResource
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Gap, Scan
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import identity_of, is_built_in
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource


@dataclass(eq=False)
class Existing:
    """A resource that exists.

    Attributes:
        found: The resource with its values.
        options: The options that identify it among those of its kind; empty if they are not known.
        declared: The plan of its declaration; None if no file declares it.
        needs: The resources to which it refers, each with the option that does.
        users: The resources that refer to it, each with the option that does.
    """

    found: Found
    options: dict[str, str] = field(default_factory=dict)
    declared: PlannedResource | None = None
    needs: list[tuple[str, Existing]] = field(default_factory=list, repr=False)
    users: list[tuple[str, Existing]] = field(default_factory=list, repr=False)

    @property
    def resource(self) -> Resource:
        """The declaration of its kind."""
        return self.found.entry.resource

    @property
    def values(self) -> dict[str, Any]:
        """Its values by field."""
        return self.found.values

    @property
    def key(self) -> tuple[str, ...]:
        """The kind in the plural and the name, as ``Node.key``."""
        return (self.found.plural, *self.options.values())

    @property
    def label(self) -> str:
        """The kind and the name, for messages."""
        return f"{self.resource.kind} {'/'.join(self.options.values()) or self.found.name}"

    @property
    def id(self) -> str:
        """The value of the last field that identifies it in requests."""
        return str(self.values.get(list(self.resource.identity.values())[-1], ""))

    @property
    def parents(self) -> list[Existing]:
        """The resources to which it belongs: a part of what identifies it refers to them."""
        options = self.found.entry.name_options
        return [target for option, target in self.needs if option in options]

    @property
    def is_built_in(self) -> bool:
        """Whether the platform has created it by itself."""
        return is_built_in(self.resource, self.values)

    @property
    def can_be_deleted(self) -> bool:
        """Whether the API can delete resources of its kind."""
        return None in self.resource.states.values()


class ExistingResources:
    """All resources of an account, except those of the kinds in sets, such as devices.

    Args:
        client: The API client. Its cache is shared by all reads.
        planned: The plans of the declared resources.
        filters: What to read of kinds that cannot be listed as a whole; see ``Scan``.

    Attributes:
        resources: The resources.
        failures: What could not be read.
        unlisted: The kinds in the plural of which some resources are not known.
    """

    def __init__(
        self, client: Any, planned: Iterable[PlannedResource], filters: dict[str, list[dict[str, Any]]]
    ) -> None:
        scan = Scan(client, filters)
        scan.run(lambda _found: True)
        self.failures: list[Gap] = [gap for gap in scan.gaps if gap.is_failure]
        self.unlisted = {gap.kind for gap in scan.gaps}
        self.resources = [Existing(found) for rows in scan.found.values() for found in rows]
        # By the kind and the ID or the name. A name can be that of several resources.
        self._by_text: dict[tuple[str, str], list[Existing]] = defaultdict(list)
        for one in self.resources:
            for text in {one.id, one.found.name} - {""}:
                self._by_text[one.resource.kind, text].append(one)
        for one in self.resources:
            self._connect(one)
        for one in self.resources:
            one.options = _options(one)
        self._find_declared(list(planned))

    def find(self, kind: str, text: str) -> Existing | None:
        """Return the resource of a kind with this ID or name; None if there is none, or if there are several."""
        found = self._by_text.get((kind, text), [])
        return found[0] if len(found) == 1 else None

    def named_in(self, value: Any, referenced: Iterable[str]) -> Iterator[Existing]:
        """Yield the resources of some kinds whose names or IDs are in a value."""
        for text in set(names_in(value)):
            for kind in referenced:
                yield from self._by_text.get((kind, text), ())

    def _connect(self, one: Existing) -> None:
        """Find the resources to which one refers."""
        names = one.found.entry.name_options
        ended = one.resource.ended
        has_ended = bool(ended) and all(one.values.get(name) == value for name, value in ended.items())
        for option, referenced in one.found.entry.references().items():
            if has_ended and option not in names:
                continue
            f = one.resource.field(option)
            value = one.values.get(f.resolves_to if f.lookup else option)
            for target in self.named_in(value, referenced):
                if target is not one and (option, target) not in one.needs and _same_parent(one, target):
                    one.needs.append((option, target))
                    target.users.append((option, one))

    def _find_declared(self, planned: list[PlannedResource]) -> None:
        """Find the declarations: by the ID if the plan has read it, and by the name."""
        by_id: dict[tuple[str, str], PlannedResource] = {}
        by_key: dict[tuple[str, ...], PlannedResource] = {}
        for plan in planned:
            entry = plan.node.entry
            by_key[plan.node.key] = plan
            if isinstance(entry, ResourceEntry) and (text := identity_of(entry.resource, plan.facts)):
                by_id[entry.kind, text] = plan
        for one in self.resources:
            text = identity_of(one.resource, one.values)
            one.declared = by_id.get((one.resource.kind, text)) or by_key.get(one.key)


def _same_parent(one: Existing, target: Existing) -> bool:
    """Return whether a resource that is unique within a product, for example, is in that of the reference."""
    names = list(target.resource.identity.values())[:-1]
    return all(str(one.values[name]) == str(target.values.get(name)) for name in names if one.values.get(name))


def _options(one: Existing) -> dict[str, str]:
    """Return the options that identify a resource, with the names of others; empty if one is not known."""
    options: dict[str, str] = {}
    targets = dict(one.needs)
    for option in one.found.entry.name_options:
        is_reference = bool(one.resource.field(option).lookup) and option in targets
        value = targets[option].found.name if is_reference else one.values.get(option)
        if value in (None, ""):
            return {}
        options[option] = str(value)
    return options


def filters_for(options: Iterable[tuple[str, dict[str, str]]]) -> dict[str, list[dict[str, Any]]]:
    """Return what to read of kinds that cannot be listed as a whole, such as the speeches of a project.

    Args:
        options: The kinds in the plural and the identifying options of known resources.
    """
    filters: dict[str, list[dict[str, Any]]] = {}
    for plural, known in options:
        entry = kinds()[plural]
        if not isinstance(entry, ResourceEntry) or not entry.resource.required_filters:
            continue
        scope = {name: known.get(name) for name in entry.resource.required_filters}
        is_listed = any(entry.resource.field(name).lookup for name in scope)
        if not is_listed and None not in scope.values() and scope not in filters.setdefault(plural, []):
            filters[plural].append(scope)
    return filters
