# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Quarantine: a resource is put out of use and tagged first, and deleted after a number of days.

A resource whose kind has no tags has its time in the manifest of the last apply, or that of the resource to which it
belongs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import SETS, kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.last_applied import AppliedResource
from ansible_collections.iotops.aliyun.plugins.module_utils.account.nodes import to_node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_candidates import (
    Candidate,
    CandidateSearch,
    entry_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_settings import PruneSettings
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource, plural
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.tags import (
    DISABLED,
    QUARANTINE,
    QUARANTINE_SINCE,
    TAGGED,
    without_quarantine,
)

# Letters and digits only, which the tags of all kinds allow.
_TIME_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Leaving:
    """A resource in quarantine that a file declares again.

    Attributes:
        node: The declaration that it is in use, without the tags of the quarantine.
    """

    node: Node

    def to_dict(self) -> dict[str, str]:
        """Return the resource as plans and results contain it."""
        return {"kind": self.node.entry.kind, "name": "/".join(self.node.key[1:])}


class Quarantine:
    """The resources in quarantine.

    Args:
        client: The API client. Its cache is shared by all reads.
        search: The search that has found the candidates.
        settings: The options of prune.
    """

    def __init__(self, client: Any, search: CandidateSearch, settings: PruneSettings) -> None:
        self._reader = Reader(client, tolerant=True)
        self._search = search
        self._manifest = settings.manifest

    def since(self, candidate: Candidate, since_of_parent: str) -> str:
        """Return when the quarantine of a resource has started; an empty string if it has not."""
        tags = candidate.values.get("tags") or {}
        applied = self._manifest.resources.get(candidate.key) if self._manifest else None
        # Of a kind with tags, only the tags count: without them, the resource was taken out of quarantine.
        if has_tags(candidate.entry.resource):
            known = str(tags.get(QUARANTINE_SINCE, "")) if QUARANTINE in tags else ""
        else:
            known = (applied.quarantined if applied else "") or since_of_parent
        return known if _is_time(known) else ""

    def can_start(self, candidate: Candidate) -> bool:
        """Return whether the time of a resource can be recorded."""
        return has_tags(candidate.entry.resource) or self._manifest is not None

    def leaving(self) -> list[Leaving]:
        """Return the declared resources that are in quarantine."""
        result = []
        for one in self._search.account.resources:
            if (
                one.declared is not None
                and not one.declared.node.is_absent
                and QUARANTINE in (one.values.get("tags") or {})
            ):
                result.append(_leaving(one.found.entry, one.options, one.values))
        for kind in SETS:
            result += self._leaving_members(kind)
        return result

    def _leaving_members(self, kind: str) -> Iterator[Leaving]:
        entry = entry_of(plural(kind))
        resource = entry.resource
        if not has_tags(resource):
            return
        declared: dict[tuple[str, str], Any] | None = None
        for state in (DISABLED, TAGGED):
            for row in resource.list_items(self._reader, {"tags": {QUARANTINE: state}}):
                if declared is None:
                    declared = {
                        (parent.id, name): parent for parent, name in self._search.declared_members(kind, False)
                    }
                names = list(resource.identity.values())
                parent = declared.get((str(row[names[0]]), str(row[names[-1]])))
                if parent is None:
                    continue
                current = resource.read(self._reader, dict(row), {"tags"})
                if current is not None and QUARANTINE in (current.get("tags") or {}):
                    options = dict(zip(entry.name_options, (parent.found.name, str(row[names[-1]]))))
                    yield _leaving(entry, options, current)


def has_tags(resource: Resource) -> bool:
    """Return whether resources of a kind have tags that can be added."""
    return any(f.name == "tags" and f.purge for f in resource.fields)


def parse_time(text: str) -> datetime:
    """Return the time that a quarantine has started.

    Raises:
        ValueError: The text is not a time.
    """
    return datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=timezone.utc)


def start_nodes(candidates: Iterable[Candidate], now: datetime, manifest: Any) -> list[Node]:
    """Return the declarations that put resources into quarantine, and record the times of those without tags.

    Args:
        candidates: The resources, with their current values.
        now: The time of the platform.
        manifest: The manifest of the last apply; None if there is none.
    """
    text = now.strftime(_TIME_FORMAT)
    nodes: list[Node] = []
    sets: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for candidate in candidates:
        resource = candidate.entry.resource
        if not has_tags(resource):
            applied = manifest.resources.get(candidate.key) or AppliedResource(
                resource.kind, candidate.options, candidate.identity
            )
            applied.quarantined = text
            manifest.resources[candidate.key] = applied
            continue
        disabled = {name: value for name, value in resource.quarantine.items() if candidate.values.get(name) != value}
        options = {**disabled, "tags": {QUARANTINE: DISABLED if disabled else TAGGED, QUARANTINE_SINCE: text}}
        if candidate.existing is None:
            *parents, name = candidate.options.values()
            sets[resource.kind, parents[0]].append({**options, resource.key[-1]: name})
        else:
            nodes.append(_node(candidate.key[0], {**candidate.options, **options, "purge_tags": False}))
    for (kind, parent), members in sets.items():
        nodes.append(set_node(kind, parent, members, purge_tags=False))
    return nodes


def set_node(kind: str, parent: str, members: list[dict[str, Any]], **options: Any) -> Node:
    """Return the declaration of a set of resources of a parent, such as the devices of a product."""
    entry = kinds()[plural(SETS[kind])]
    option = next(name for name, referenced in entry.references().items() if len(referenced) == 1)
    return _node(plural(SETS[kind]), {option: parent, plural(kind): members, **options})


def _leaving(entry: ResourceEntry, options: dict[str, str], values: dict[str, Any]) -> Leaving:
    tags = values.get("tags") or {}
    is_disabled = tags.get(QUARANTINE) == DISABLED
    restored = {name: entry.resource.field(name).initial for name in entry.resource.quarantine} if is_disabled else {}
    return Leaving(_node(plural(entry.kind), {**options, **restored, "tags": without_quarantine(tags)}))


def _node(plural_kind: str, options: dict[str, Any]) -> Node:
    findings: list[Any] = []
    node = to_node({"kind": plural_kind, "options": options, "source": ("", 0, 0)}, findings)
    if node is None or findings:
        raise InvalidValue("; ".join(finding.message for finding in findings))
    return node


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except ValueError:
        return False
    return True
