# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Prune and the manifest of the last apply, as parts of the tasks plan and apply."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.apply import Outcome
from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import AccountPlan, plan_account
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune import (
    PruneResult,
    PruneRun,
    in_deletion_order,
    leave_quarantine,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_plan import (
    DELETE,
    QUARANTINE,
    PrunePlan,
    plan_prune,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_settings import read_settings
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.progress import Progress

_NOTHING_TO_PRUNE = "prune deletes nothing: neither prune_tag nor last_applied says which resources are the fleet's"


class PruneTask:
    """Prune in one task, and the manifest.

    Args:
        params: The options of the task.
        client: The API client.

    Attributes:
        problems: What is wrong with the options, the manifest, and then with the plan.
    """

    def __init__(self, params: dict[str, Any], client: Any) -> None:
        self._settings, self.problems = read_settings(params, client)
        self._external = params.get("external") or {}
        self._is_on = params["prune"]
        self._plan: PrunePlan | None = None

    @property
    def is_active(self) -> bool:
        """Whether anything can be pruned."""
        return self._is_on and bool(self._settings.tag or self._settings.manifest)

    @property
    def warnings(self) -> list[str]:
        """The warnings for the result."""
        return [_NOTHING_TO_PRUNE] if self._is_on and not self.is_active else []

    def add_to(self, plan: AccountPlan, client: Any) -> list[Finding]:
        """Add what prune deletes to the plan of the account; return why nothing is deleted.

        Raises:
            IotError: No list at all can be read.
        """
        if not self.is_active:
            return []
        before = client.calls
        self._plan = plan_prune(client, plan.resources, self._external, self._settings)
        rows = [*self._plan.with_action(QUARANTINE), *in_deletion_order(self._plan.with_action(DELETE))]
        plan.resources = [*plan.resources, *(row.planned() for row in rows)]
        plan.prune = self._plan.to_dict()
        plan.calls += client.calls - before
        return self._plan.problems

    def leave_quarantine(self, client: Any, progress: Progress) -> PruneResult:
        """Take the declared resources out of quarantine, before they are applied.

        Raises:
            EngineError: A resource is still in quarantine.
        """
        if self._plan is None:
            return PruneResult()
        result, calls = leave_quarantine(client, self._plan, progress)
        client.calls += calls
        if result.failed:
            error = EngineError("\n".join(["resources could not leave quarantine:", *result.failed]))
            error.result = {"changed": result.is_changed, "pruned": result.to_dict()}
            raise error
        return result

    def record(self, outcomes: list[Outcome], client: Any) -> None:
        """Write the manifest after apply.

        Raises:
            InvalidValue: The file cannot be written.
        """
        if self._settings.manifest is not None:
            client.clear_cache()
            self._settings.manifest.update(outcomes, client)
            self._settings.manifest.write()

    def planned_result(self, plan: AccountPlan) -> dict[str, Any]:
        """Return what the result of check mode contains in addition."""
        result: dict[str, Any] = {"warnings": self.warnings} if self.warnings else {}
        if plan.prune is not None:
            rows = [{**one.to_dict(), "status": one.action} for one in plan.resources if one.reason]
            shown = [{name: row[name] for name in ("kind", "name", "reason", "status")} for row in rows]
            result["pruned"] = {"resources": shown, **plan.prune}
        return result

    def finish(
        self,
        result: dict[str, Any],
        left: PruneResult,
        nodes: list[Node],
        client: Any,
        progress: Progress,
    ) -> dict[str, Any]:
        """Delete what can be deleted after the declared resources have been applied, and add it to the result of apply.

        Args:
            result: The result of apply, which succeeded.
            left: The resources that have left quarantine.
            nodes: The declared resources.
            client: The API client.
            progress: Shows the progress.

        Raises:
            EngineError: Something could not be deleted. The error has the result.
        """
        if self.warnings:
            result["warnings"] = self.warnings
        if self._plan is None:
            return result
        try:
            pruned = self._run(nodes, client, progress)
        except EngineError as error:
            error.result = {**result, "changed": result["changed"] or left.is_changed}
            raise
        pruned.rows = [*left.rows, *pruned.rows]
        result["changed"] = result["changed"] or pruned.is_changed
        result["pruned"] = pruned.to_dict()
        result["summary"] += f". {pruned.summary()}"
        if pruned.failed:
            error = EngineError("\n".join([f"prune failed for {len(pruned.failed)} resources:", *pruned.failed]))
            error.result = result
            raise error
        return result

    def _run(self, nodes: list[Node], client: Any, progress: Progress) -> PruneResult:
        manifest, planned = self._settings.manifest, self._plan
        if planned is None:
            return PruneResult()
        fresh = client.clone()
        try:
            if planned.with_action(DELETE, QUARANTINE):
                # Apply, and others in the meantime, may have changed what can be deleted.
                plan = plan_account(fresh, nodes)
                problems = plan.problems
                if not problems:
                    planned = plan_prune(fresh, plan.resources, self._external, self._settings, planned)
                    problems = planned.problems
                if problems:
                    raise EngineError("\n".join(["nothing was deleted:", *map(str, problems)]))
            running = PruneRun(fresh, planned, self._settings, progress)
            try:
                result = running.run()
            finally:
                client.calls += running.calls
            if manifest is not None:
                manifest.forget(planned.unknown)
            return result
        finally:
            client.calls += fresh.calls
            fresh.close()
            if manifest is not None:
                manifest.write()
