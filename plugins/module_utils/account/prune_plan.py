# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plan what prune deletes: which candidates are refused, which ones go to quarantine first, and the limits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.existing import Existing
from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.nodes import to_node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    DELETED,
    PARALLEL_READS,
    UPDATED,
    PlannedResource,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_candidates import (
    BELONGS,
    DEPENDS,
    TAG,
    Candidate,
    CandidateSearch,
    entry_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_limits import exceeded_limits
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_quarantine import (
    Leaving,
    Quarantine,
    has_tags,
    parse_time,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_settings import PruneSettings
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import check_plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader

#: What prune does with a resource.
DELETE, QUARANTINE, WAIT, REFUSE = "delete", "quarantine", "wait", "refuse"


@dataclass(eq=False)
class Pruned:
    """What prune does with one resource.

    Attributes:
        candidate: The resource.
        node: The declaration that it shall not exist; None if it cannot be deleted.
        action: ``DELETE``, ``QUARANTINE``, ``WAIT`` or ``REFUSE``.
        note: Why it waits or is refused.
        steps: The requests that delete it.
        condition: Why the platform would not delete it yet, such as a resource that uses it and is deleted as well.
        since: When its quarantine has started; empty if it has not.
    """

    candidate: Candidate
    node: Node | None = None
    action: str = DELETE
    note: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)
    condition: str = ""
    since: str = ""

    def refuse(self, reason: str, is_protected: bool = False) -> None:
        """Do not delete the resource."""
        self.action, self.note = REFUSE, reason
        self.candidate.is_protected = is_protected

    def to_dict(self) -> dict[str, Any]:
        """Return the resource as plans and results contain it."""
        row = {"kind": self.candidate.entry.kind, "name": "/".join(self.candidate.options.values())}
        return {**row, "reason": self.candidate.reason, **({"note": self.note} if self.note else {})}

    def planned(self) -> PlannedResource:
        """Return the deletion, or the quarantine, as a part of the plan of the account.

        Raises:
            ValueError: Nothing is done with the resource.
        """
        if self.node is None:
            raise ValueError(f"{self.candidate.label} is not deleted")
        pending = [self.condition] if self.condition else []
        if self.action == QUARANTINE:
            return PlannedResource(self.node, UPDATED, pending=pending, reason=f"quarantine: {self.candidate.reason}")
        return PlannedResource(self.node, DELETED, self.steps, pending=pending, reason=self.candidate.reason)


@dataclass
class PrunePlan:
    """What prune does.

    Attributes:
        rows: What it does with each candidate.
        leaving: The declared resources that leave quarantine.
        unknown: The keys of the manifest's resources that do not exist any more.
        problems: Why nothing is deleted, such as a limit.
    """

    rows: list[Pruned]
    leaving: list[Leaving]
    unknown: list[tuple[str, ...]]
    problems: list[Finding]

    def with_action(self, *actions: str) -> list[Pruned]:
        """Return the resources with which something is done."""
        return [row for row in self.rows if row.action in actions]

    def to_dict(self) -> dict[str, list[dict[str, Any]]]:
        """Return what is not a part of the plan of the account."""
        return {
            "refused": [row.to_dict() for row in self.with_action(REFUSE)],
            "waiting": [row.to_dict() for row in self.with_action(WAIT)],
            "leaving": [one.to_dict() for one in self.leaving],
        }


def plan_prune(
    client: Any,
    planned: list[PlannedResource],
    external: dict[str, list[str]] | None,
    settings: PruneSettings,
    before: PrunePlan | None = None,
) -> PrunePlan:
    """Plan what prune deletes. Nothing is written.

    Args:
        client: The API client. Its cache is shared by all reads.
        planned: The plans of the declared resources.
        external: The names of resources that are managed elsewhere, by the plural of their kind.
        settings: The options.
        before: The plan that was made, and maybe reviewed, before apply: nothing else is deleted.

    Raises:
        IotError: No list at all can be read.
    """
    search = CandidateSearch(client, planned, external or {}, settings)
    rows = [Pruned(candidate) for candidate in search.run()]
    planner = _Planner(client, search, rows, settings)
    planner.check_deletions()
    planner.propagate(planner.blocked, REFUSE)
    quarantine = Quarantine(client, search, settings)
    if settings.quarantine_days is not None:
        planner.assign_quarantine(quarantine)
    if before is not None:
        planner.restrict(before)
    planner.propagate(planner.delayed, WAIT)
    planner.drop_conditions()
    affected = [row.candidate.label for row in rows if row.node is not None and row.action in (DELETE, QUARANTINE)]
    problems = exceeded_limits(affected, _fleet_size(rows, planned), settings)
    deleted = [row.candidate.key for row in rows if row.node is None and not row.note]
    rows = [row for row in rows if row.node is not None or row.note]
    return PrunePlan(rows, quarantine.leaving(), [*search.unknown, *deleted], problems)


class _Planner:
    """Decides about each candidate."""

    def __init__(self, client: Any, search: CandidateSearch, rows: list[Pruned], settings: PruneSettings) -> None:
        self._client = client
        self._search = search
        self._rows = rows
        self._settings = settings
        self._now = client.platform_time()
        self._by_candidate = {row.candidate: row for row in rows}

    def check_deletions(self) -> None:
        """Read each candidate, plan its deletion, and refuse those that must not or cannot be deleted."""
        with ThreadPoolExecutor(PARALLEL_READS) as pool:
            list(pool.map(self._check_deletion, self._rows))

    def _check_deletion(self, row: Pruned) -> None:
        candidate = row.candidate
        if candidate.refused:
            row.refuse(candidate.refused)
        elif None not in candidate.entry.resource.states.values():
            row.refuse("it cannot be deleted: the API has no operation for it")
        else:
            try:
                self._plan_deletion(row)
            except (EngineError, IotError) as error:
                row.refuse(str(error))

    def _plan_deletion(self, row: Pruned) -> None:
        candidate, resource = row.candidate, row.candidate.entry.resource
        findings: list[Finding] = []
        options = {**candidate.options, "state": "absent"}
        node = to_node({"kind": candidate.key[0], "options": options, "source": ("", 0, 0)}, findings)
        if node is None or findings:
            row.refuse("; ".join(finding.message for finding in findings))
            return
        # As a task with state: absent finds it.
        target = Desired.from_params(resource, node.params)
        reader = Reader(self._client, tolerant=True)
        desired = resource.resolve_references(reader, target.values)
        needed = {name for protection in resource.protections for name in protection.fields}
        # The tags of a device take one more request.
        needs_tags = candidate.rule == TAG or self._settings.quarantine_days is not None
        tags = {"tags"} & {f.name for f in resource.fields} if needs_tags else set()
        current = resource.read(reader, desired, {*target.fields, *needed, *tags})
        if current is None:
            row.action = WAIT  # it does not exist any more
            return
        if {name: str(current.get(name)) for name in candidate.identity} != candidate.identity:
            row.refuse("another resource has this name")
            return
        candidate.values = current
        has_tag = all((current.get("tags") or {}).get(key) == text for key, text in self._settings.tag.items())
        if candidate.rule == TAG and not has_tag:
            row.refuse("it does not carry the tag any more")
            return
        row.node = node
        steps = plan(resource, None, current)
        if not steps:
            row.node, row.action = None, WAIT
            return
        # The IDs, but no other values: some of them, such as the last time online, change all the time.
        ids = {name: {"before": text, "after": None} for name, text in candidate.identity.items()}
        row.steps = [{"operation": step.operation} for step in steps]
        row.steps[-1]["changes"] = ids
        try:
            check_plan(resource, reader, None, current, steps)
        except InvalidValue as error:
            row.condition = str(error)
        active_since = self._now - timedelta(days=self._settings.active_days)
        if candidate.label not in self._settings.named:
            reasons = (one.reason(reader, current, active_since) for one in resource.protections)
            reason = next((text for text in reasons if text), "")
            if reason:
                row.refuse(f"{reason}; to delete it, name it in prune_named", is_protected=True)

    # Resources that others need

    def propagate(self, find_reason: Callable[[Pruned], str], action: str) -> None:
        """Give all resources for which there is a reason an action, until nothing changes."""
        changed = True
        while changed:
            changed = False
            for row in self._rows:
                reason = find_reason(row) if row.action == DELETE else ""
                if reason:
                    row.action, row.note, changed = action, reason, True

    def blocked(self, row: Pruned) -> str:
        """Return why a resource cannot be deleted because of others; an empty string if it can."""
        candidate = row.candidate
        parent = self._row_of(candidate.parent)
        if parent is not None and parent.action == REFUSE and _follows(candidate, parent.candidate):
            return f"{parent.candidate.label} is kept: {parent.note}"
        existing = candidate.existing
        if existing is None:
            return ""
        for kind in self._search.unread.get(existing, ()):
            return f"it is unknown whether a {kind} belongs to it: the list cannot be read"
        for gap in self._search.account.failures:
            if self._may_refer(gap.kind, existing):
                return f"it is unknown whether one of the {gap.kind} refers to it: {gap.reason}"
        for _option, user in existing.users:
            if not self._goes(user):
                kept = "is declared" if user.declared else "is not deleted"
                return f"{user.label} refers to it, and {kept}"
        return self._kept_members(existing) or self._declared_reference(existing)

    def delayed(self, row: Pruned) -> str:
        """Return for which other resource a deletion must wait; an empty string if it need not."""
        existing = row.candidate.existing
        if existing is None:
            return ""
        users = [self._row_of(user) for _option, user in existing.users]
        members = [one for one in self._rows if one.candidate.existing is None and one.candidate.parent is existing]
        for user in (*users, *members):
            if user is not None and user.node is not None and user.action in (QUARANTINE, WAIT):
                return f"{user.candidate.label} is deleted first"
        return ""

    def drop_conditions(self) -> None:
        """Forget why resources cannot be deleted yet if what uses them is deleted first."""
        for row in self._rows:
            existing = row.candidate.existing
            if row.condition and existing is not None and any(self._row_of(user) for _option, user in existing.users):
                row.condition = ""

    def _row_of(self, existing: Existing | None) -> Pruned | None:
        candidate = self._search.candidate_of(existing) if existing is not None else None
        return self._by_candidate.get(candidate) if candidate is not None else None

    def _goes(self, user: Existing) -> bool:
        """Return whether a resource is deleted, or vanishes with the one to which it belongs."""
        row = self._row_of(user)
        if row is not None and row.action != REFUSE:
            return True
        if user.declared is not None or (row is not None and user.can_be_deleted):
            return False
        for parent in user.parents:
            parent_row = self._row_of(parent)
            is_deleted = parent_row is not None and parent_row.action != REFUSE
            # A part that the API cannot delete by itself, one of the platform, or a part of a tagged resource.
            is_part = user.is_built_in or not user.can_be_deleted
            is_part = is_part or (self._search.is_tagged(parent) and not user.resource.listing)
            if is_deleted and is_part:
                return True
        return False

    def _may_refer(self, plural_kind: str, existing: Existing) -> bool:
        references = entry_of(plural_kind).references()
        return any(existing.resource.kind in referenced for referenced in references.values())

    def _kept_members(self, existing: Existing) -> str:
        """Return which members of a set, such as devices of a product, are not deleted."""
        for (kind, parent), names in self._search.members.items():
            if parent is existing:
                rows = [row for row in self._rows if row.candidate.parent is existing and row.action != REFUSE]
                deleted = {row.candidate.key[-1] for row in rows if row.candidate.entry.kind == kind}
                kept = sorted(names - deleted)
                if kept:
                    more = f" and {len(kept) - 1} more" if len(kept) > 1 else ""
                    return f"the {kind} {kept[0]}{more} belongs to it, and is not deleted"
        return ""

    def _declared_reference(self, existing: Existing) -> str:
        """Return which declared resource names this one, although it does not exist yet."""
        texts = {existing.found.name, existing.id} - {""}
        for label, kinds_, names in self._search.declared_names():
            if existing.resource.kind in kinds_ and not texts.isdisjoint(names):
                return f"the declared {label} refers to it"
        return ""

    # Quarantine

    def assign_quarantine(self, quarantine: Quarantine) -> None:
        """Let the resources that are deleted wait until their time in quarantine is over."""
        days = timedelta(days=self._settings.quarantine_days or 0)
        for row in self.rows_by_parent():
            if row.action != DELETE or row.node is None:
                continue
            row.since = quarantine.since(row.candidate, self._since_of(row.candidate.parent))
            if not row.since:
                parent = self._row_of(row.candidate.parent)
                if parent is not None and parent.action == QUARANTINE and not has_tags(row.candidate.entry.resource):
                    row.action, row.note = WAIT, f"in quarantine with {parent.candidate.label}"
                elif quarantine.can_start(row.candidate):
                    row.action = QUARANTINE
                else:
                    row.refuse("quarantine needs last_applied: resources of this kind have no tags")
                continue
            end = parse_time(row.since) + days
            if end > self._now:
                row.action, row.note = WAIT, f"in quarantine until {_text(end)}"

    def restrict(self, before: PrunePlan) -> None:
        """Let everything wait that an earlier plan does not delete."""
        known = {_what(row) for row in before.rows}
        for row in self._rows:
            if row.action in (DELETE, QUARANTINE) and row.node is not None and _what(row) not in known:
                row.action, row.note = WAIT, "it was not in the plan before apply; the next run deletes it"

    def rows_by_parent(self) -> list[Pruned]:
        """Return all rows, those of parents first."""
        return sorted(self._rows, key=lambda row: row.candidate.parent is not None)

    def _since_of(self, parent: Existing | None) -> str:
        row = self._row_of(parent)
        return row.since if row is not None else ""


def _follows(candidate: Candidate, parent: Candidate) -> bool:
    """Return whether a resource is kept with the one to which it belongs, or on which it depends."""
    return candidate.rule == DEPENDS or (candidate.rule == BELONGS and parent.is_protected)


def _what(row: Pruned) -> tuple[Any, ...]:
    return row.action, row.candidate.key, tuple(sorted(row.candidate.identity.items()))


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _fleet_size(rows: list[Pruned], planned: list[PlannedResource]) -> int:
    """Return the number of existing resources that are declared, or would be deleted if nothing prevented it."""
    size = sum(len(one.existing) if one.node.entry.contains else one.exists for one in planned)
    return size + sum(row.node is not None and row.action != REFUSE for row in rows)
