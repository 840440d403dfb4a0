# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Delete what prune has planned: export it first, and delete each resource after those that need it."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.apply import (
    DONE,
    FAILED,
    SKIPPED,
    UNCHANGED,
    Application,
    Outcome,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.existing import filters_for
from ansible_collections.iotops.aliyun.plugins.module_utils.account.export import Export, Selection
from ansible_collections.iotops.aliyun.plugins.module_utils.account.export_files import ExportFolder
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node, in_order
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import SETS
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_plan import (
    DELETE,
    QUARANTINE,
    REFUSE,
    WAIT,
    Pruned,
    PrunePlan,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_quarantine import set_node, start_nodes
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_settings import PruneSettings
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.progress import Progress
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import plural

#: The names of the folders of exports: the time of the platform.
_FOLDER_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass
class PruneResult:
    """What prune has done.

    Attributes:
        rows: What happened to each resource: ``kind``, ``name``, ``reason``, ``status`` and, unless it is done,
            ``message``.
        export_dir: The folder with the export; empty if nothing was deleted.
        failed: The messages of the resources that could not be deleted.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    export_dir: str = ""
    failed: list[str] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        """Whether anything was changed."""
        return any(row["status"] in ("deleted", "quarantined", "left quarantine") for row in self.rows)

    def summary(self) -> str:
        """Return the number of resources by status."""
        counts: dict[str, int] = defaultdict(int)
        for row in self.rows:
            counts[row["status"]] += 1
        shown = [f"{count} {status}" for status, count in counts.items()]
        return f"Prune: {', '.join(shown) or 'nothing to delete'}"

    def to_dict(self) -> dict[str, Any]:
        """Return the result as the task returns it."""
        return {"resources": self.rows, **({"export_dir": self.export_dir} if self.export_dir else {})}


class PruneRun:
    """The execution of a plan of prune.

    Args:
        client: The API client, whose cache contains nothing from before apply.
        planned: The plan.
        settings: The options.
        progress: Shows the progress.
    """

    def __init__(self, client: Any, planned: PrunePlan, settings: PruneSettings, progress: Progress) -> None:
        self._client = client
        self._plan = planned
        self._settings = settings
        self._progress = progress
        self._result = PruneResult()
        self.calls = 0

    def run(self) -> PruneResult:
        """Put resources into quarantine, export the others, and delete them.

        Raises:
            EngineError: The export failed. Nothing was deleted.
        """
        for row in self._plan.with_action(REFUSE, WAIT):
            self._add(row, "refused" if row.action == REFUSE else "waiting", row.note)
        self._start_quarantine(self._plan.with_action(QUARANTINE))
        rows = self._plan.with_action(DELETE)
        if rows:
            self._delete(self._export(rows))
        return self._result

    def _add(self, row: Pruned, status: str, message: str = "") -> None:
        described = {name: text for name, text in row.to_dict().items() if name != "note"}
        self._result.rows.append({**described, "status": status, **({"message": message} if message else {})})
        if status == "failed":
            self._result.failed.append(f"{row.candidate.label}: {message}")

    def _apply(self, nodes: list[Node], verb: str) -> dict[int, Outcome]:
        running = Application(nodes, self._client.clone, False, self._progress, verb)
        outcomes = running.run()
        self.calls += running.calls
        return {id(outcome.node): outcome for outcome in outcomes}

    def _start_quarantine(self, rows: list[Pruned]) -> None:
        candidates = [row.candidate for row in rows]
        nodes = start_nodes(candidates, self._client.platform_time(), self._settings.manifest)
        outcomes = self._apply(nodes, "put into quarantine") if nodes else {}
        # A set is found by its kind and its parent.
        failures = [one for one in outcomes.values() if one.status == FAILED]
        failed = {one.node.key[:2] if one.node.entry.contains else one.node.key: one for one in failures}
        for row in rows:
            key, is_member = row.candidate.key, row.candidate.existing is None
            outcome = failed.get((plural(SETS[row.candidate.entry.kind]), key[1]) if is_member else key)
            message = outcome.message if outcome is not None else ""
            if outcome is not None and outcome.result.get("failures"):
                message = _member_failure(outcome, key[-1])
            self._add(row, "failed" if message else "quarantined", message)

    # Export

    def _export(self, rows: list[Pruned]) -> list[Pruned]:
        """Export the resources; return those that were, and can be deleted."""
        folder_name = self._client.platform_time().strftime(_FOLDER_FORMAT)
        path = os.path.join(self._settings.export_dir, folder_name)
        number = 1
        while os.path.exists(path):
            number += 1
            path = os.path.join(self._settings.export_dir, f"{folder_name}_{number}")
        filters = filters_for((row.candidate.key[0], row.candidate.options) for row in rows)
        export = Export(self._client, _PrunedSelection(rows), filters)
        try:
            with ExportFolder(path, False) as folder:
                export.write(folder, set(), {})
                folder.commit(False)
        except EngineError as error:
            raise EngineError(
                f"nothing was deleted, because the export to {path} failed: {error}",
                field="prune_export_dir",
                remedy="Check prune_export_dir",
            ) from error
        self._result.export_dir = path
        exported = [row for row in rows if row.candidate.key in export.written]
        reasons = {(gap.kind, gap.name): gap.reason for gap in export.gaps if not gap.option}
        for row in rows:
            if row.candidate.key not in export.written:
                key = row.candidate.key
                reason = reasons.get((key[0], key[-1])) or reasons.get((key[0], "/".join(key[1:])))
                self._add(row, "refused", f"it could not be exported: {reason or 'it is not listed'}")
        return exported

    # Deletion

    def _delete(self, rows: list[Pruned]) -> None:
        """Delete resources, each one after those that need it."""
        remaining = [row for row in self._plan.with_action(DELETE) if row not in rows]
        while remaining:
            kept = remaining.pop()
            needed = [row for row in rows if _needs(kept, row)]
            for row in needed:
                self._add(row, "skipped", f"{kept.candidate.label} needs it, and is not deleted")
            rows = [row for row in rows if row not in needed]
            remaining += needed
        nodes, node_of = _deletion_nodes(rows)
        outcomes = self._apply(nodes, "deleted")
        for row in rows:
            outcome = outcomes[id(node_of[row])]
            is_deleted = outcome.status in (DONE, UNCHANGED)
            if outcome.status == FAILED and row.candidate.existing is None:
                is_deleted = not self._exists(row)
            if is_deleted:
                self._add(row, "deleted")
                if self._settings.manifest is not None:
                    self._settings.manifest.resources.pop(row.candidate.key, None)
            else:
                message = _member_failure(outcome, row.candidate.key[-1]) or outcome.message
                self._add(row, "skipped" if outcome.status == SKIPPED else "failed", message)

    def _exists(self, row: Pruned) -> bool:
        """Return whether a member of a set still exists after a failure of the set."""
        self._client.clear_cache()
        resource = row.candidate.entry.resource
        try:
            return resource.read(Reader(self._client, tolerant=True), dict(row.candidate.identity), set()) is not None
        except IotError:
            return True


def leave_quarantine(client: Any, planned: PrunePlan, progress: Progress) -> tuple[PruneResult, int]:
    """Take the declared resources out of quarantine; return the result and the number of requests."""
    result = PruneResult()
    if not planned.leaving:
        return result, 0
    running = Application([one.node for one in planned.leaving], client.clone, False, progress)
    for one, outcome in zip(planned.leaving, running.run()):
        row = {**one.to_dict(), "reason": "declared again"}
        if outcome.status == FAILED:
            result.rows.append({**row, "status": "failed", "message": outcome.message})
            result.failed.append(f"{one.node.label}: {outcome.message}")
        else:
            result.rows.append({**row, "status": "left quarantine"})
    return result, running.calls


def _deletion_nodes(rows: list[Pruned]) -> tuple[list[Node], dict[Pruned, Node]]:
    """Return the declarations of the deletions, in an order in which each one comes after those that need it.

    The members of sets are deleted together, such as the devices of a product.
    """
    node_of: dict[Pruned, Node] = {}
    sets: dict[tuple[str, str], list[Pruned]] = defaultdict(list)
    nodes: list[Node] = []
    for row in rows:
        if row.candidate.existing is None:
            sets[row.candidate.entry.kind, next(iter(row.candidate.options.values()))].append(row)
        elif row.node is not None:
            row.node.needs = []
            node_of[row] = row.node
            nodes.append(row.node)
    for (kind, parent), members in sets.items():
        key = members[0].candidate.entry.resource.key[-1]
        names = [{key: row.candidate.key[-1]} for row in members]
        node = set_node(kind, parent, names, state="absent")
        nodes.append(node)
        node_of.update((row, node) for row in members)
    by_existing = {row.candidate.existing: row for row in rows if row.candidate.existing is not None}
    for row in rows:
        existing = row.candidate.existing
        needed = existing.needs if existing is not None else [("", row.candidate.parent)]
        for _option, target in needed:
            other = by_existing.get(target) if target is not None else None
            if other is not None:
                _add_need(node_of[other], node_of[row])
        if existing is not None:
            _add_parts(existing, node_of[row], by_existing, node_of)
    ordered, _cycles = in_order(nodes)
    return ordered, node_of


def _add_parts(existing: Any, node: Node, by_existing: dict[Any, Pruned], node_of: dict[Pruned, Node]) -> None:
    """Let what the parts of a resource need be deleted after it: its parts, such as subscriptions, vanish with it."""
    for _option, part in existing.users:
        if part in by_existing or existing not in part.parents:
            continue
        for _part_option, target in part.needs:
            other = by_existing.get(target)
            if other is not None and target is not existing:
                _add_need(node_of[other], node)


def in_deletion_order(rows: list[Pruned]) -> list[Pruned]:
    """Return resources that are deleted, each one after those that need it."""
    nodes, node_of = _deletion_nodes(rows)
    positions = {id(node): index for index, node in enumerate(nodes)}
    return sorted(rows, key=lambda row: (positions[id(node_of[row])], row.candidate.key))


def _needs(row: Pruned, other: Pruned) -> bool:
    """Return whether a resource refers to another one, or belongs to it."""
    existing, target = row.candidate.existing, other.candidate.existing
    if target is None:
        return False
    return row.candidate.parent is target if existing is None else any(one is target for _option, one in existing.needs)


def _add_need(node: Node, needed: Node) -> None:
    # Nodes are compared by identity: their members refer to each other.
    if node is not needed and not any(one is needed for one in node.needs):
        node.needs.append(needed)


def _member_failure(outcome: Outcome, name: str) -> str:
    """Return why a member of a set failed; an empty string if it is not known that it did."""
    return next((str(one["msg"]) for one in outcome.result.get("failures", ()) if one["name"] == name), "")


class _PrunedSelection(Selection):
    """The resources that are deleted."""

    def __init__(self, rows: list[Pruned]) -> None:
        super().__init__(None)
        self._keys = {row.candidate.key for row in rows}
        self._members: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            if row.candidate.existing is None and row.candidate.parent is not None:
                self._members[row.candidate.parent.id].add(row.candidate.key[-1])

    def contains(self, node: Node) -> bool:
        return node.key in self._keys

    def members(self, product: Found) -> set[str] | None:
        return self._members.get(str(product.values.get("product_key")), set())
