# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entries of the modules that work on a whole fleet: validate, plan and apply."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account import apply as application
from ansible_collections.iotops.aliyun.plugins.module_utils.account import plan_page, render
from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet, items_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import ERROR, Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    NOT_READABLE,
    UNCHANGED,
    AccountPlan,
    account_of,
    plan_account,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_settings import OPTIONS as PRUNE_OPTIONS
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_task import PruneTask
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_files import write_report
from ansible_collections.iotops.aliyun.plugins.module_utils.account.saved_plan import differences, read_saved_plan
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import UnmanagedSearch
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue


class InvalidFleet(EngineError):
    """The fleet cannot be applied. Nothing was changed. The result contains all problems."""

    def __init__(self, problems: list[Finding]):
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        super().__init__("\n".join([f"the fleet has {count}:", *map(_as_line, problems)]))
        self.result = {"problems": [one.to_dict() for one in problems]}


def _as_line(finding: Finding) -> str:
    return str(finding) if finding.level == ERROR else f"{finding.source}: {finding.level}: {finding.message}"


class FleetEntry(Entry):
    """The base class of entries that work on the declared resources of an account."""

    _last: tuple[dict[str, Any], Fleet] | None = None

    families = tuple(dict.fromkeys(family for entry in kinds().values() for family in entry.families))

    def options(self) -> dict[str, Any]:
        return {
            "fleet": {"type": "dict", "required": True, "no_log": False},
            "external": {"type": "dict", "default": {}, "no_log": False},
        }

    def secret_values(self, params: dict[str, Any]) -> set[str]:
        found = super().secret_values(params)
        if not params.get("fleet"):  # optional for some modules
            return found
        try:
            return found | self.read_fleet(params).secret_values()
        except (InvalidValue, KeyError):  # reported when the task runs, or before
            return found

    def valid_fleet(self, params: dict[str, Any], problems: list[Finding] | None = None) -> Fleet:
        """Return the declared resources of a task.

        Args:
            params: The options.
            problems: Problems with other options, which are reported together with those of the resources.

        Raises:
            InvalidFleet: They have problems.
            InvalidValue: The option is neither a value of the lookup nor a mapping of kinds.
        """
        fleet = self.read_fleet(params)
        if fleet.errors or problems:
            raise InvalidFleet([*fleet.problems, *(problems or ())])
        return fleet

    def read_fleet(self, params: dict[str, Any]) -> Fleet:
        """Return the declared resources of a task and their problems.

        Raises:
            InvalidValue: The option is neither a value of the lookup nor a mapping of kinds.
        """
        # The runner asks for secret values before the task runs, and the checks take seconds in a large fleet.
        if self._last is None or self._last[0] is not params:
            items, problems = items_of("fleet", params["fleet"])
            base = items_of("base", params["base"])[0] if params.get("base") else None
            self._last = (params, Fleet(items, problems, params.get("external"), base))
        return self._last[1]


class PlanEntry(FleetEntry):
    """Show what applying a fleet would change."""

    def options(self) -> dict[str, Any]:
        return {
            **super().options(),
            "plan_dir": {"type": "path"},
            "unmanaged": {"type": "bool", "default": True},
            **PRUNE_OPTIONS,
        }

    def perform(self, params: dict[str, Any], client: Any, check_mode: bool) -> dict[str, Any]:
        prune = PruneTask(params, client)
        nodes = self.valid_fleet(params, prune.problems).nodes
        search = UnmanagedSearch(client, params.get("external"))
        plan = plan_account(client, nodes, search.before_sets if params["unmanaged"] else None)
        if plan.problems:
            raise InvalidFleet(plan.problems)
        if params["unmanaged"]:
            plan.unmanaged = search.result(plan.resources)
        # A limit does not prevent that the plan shows what exceeds it.
        warnings = [*prune.warnings, *(problem.message for problem in prune.add_to(plan, client))]
        if params.get("plan_dir"):
            self._write(plan, params["plan_dir"])
        return {
            "changed": False,
            "plan": plan.to_dict(),
            "summary": render.summary_line(plan),
            "diff": [_diff(one.node, one.diff) for one in plan.resources if one.action != UNCHANGED and not one.reason],
            **({"warnings": warnings} if warnings else {}),
        }

    @staticmethod
    def _write(plan: AccountPlan, folder: str) -> None:
        texts = {
            "plan.json": json.dumps(plan.to_dict(), indent=2, ensure_ascii=False) + "\n",
            "plan.md": render.to_markdown(plan),
            "plan.txt": render.to_text(plan),
            "plan.html": plan_page.to_html(plan),
        }
        for name, text in texts.items():
            write_report("plan_dir", os.path.join(folder, name), text)


class ApplyEntry(FleetEntry):
    """Change an account to the state that fleet files declare."""

    def options(self) -> dict[str, Any]:
        return {
            **super().options(),
            "plan": {"type": "path"},
            "fail_fast": {"type": "bool", "default": False},
            **PRUNE_OPTIONS,
            "prune_export_dir": {"type": "path"},
        }

    def perform(self, params: dict[str, Any], client: Any, check_mode: bool) -> dict[str, Any]:
        prune = PruneTask(params, client)
        saved, problems = read_saved_plan(params["plan"], account_of(client)) if params.get("plan") else (None, [])
        fleet = self.valid_fleet(params, [*prune.problems, *problems])
        plan = plan_account(client, fleet.nodes)
        problems = plan.problems
        if not (check_mode or saved is not None or prune.is_active):
            # A resource that cannot be read fails later, and does not prevent that the others are applied.
            problems = [problem for problem in problems if problem.rule != NOT_READABLE]
        problems = problems or prune.add_to(plan, client)
        if problems:
            raise InvalidFleet(problems)
        if saved is not None:
            self._check_plan(saved, plan)
        if check_mode:
            changed = [resource for resource in plan.resources if resource.action != UNCHANGED]
            return {
                "changed": bool(changed),
                "summary": render.summary_line(plan),
                "resources": [],
                "diff": [_diff(resource.node, resource.diff) for resource in changed if not resource.reason],
                **prune.planned_result(plan),
            }
        left = prune.leave_quarantine(client, self.progress)
        as_declared = [one for one in plan.resources if one.action == UNCHANGED and not one.pending]
        unchanged = [
            application.Outcome(one.node, application.UNCHANGED, result={one.node.entry.kind: one.facts})
            for one in as_declared
        ]
        unchanged_ids = {id(one.node) for one in as_declared}
        others = [node for node in fleet.nodes if id(node) not in unchanged_ids]
        running = application.Application(others, client.clone, params["fail_fast"], self.progress)
        try:
            outcomes = [*unchanged, *running.run()]
        except application.Interrupted as interrupted:
            prune.record([*unchanged, *interrupted.outcomes], client)
            raise
        finally:
            client.calls += running.calls
        prune.record(outcomes, client)
        return prune.finish(self._result(outcomes), left, fleet.nodes, client, self.progress)

    @staticmethod
    def _check_plan(saved: dict[str, Any], plan: AccountPlan) -> None:
        """Raise InvalidValue if the saved plan is not the current one."""
        changes = differences(saved, plan)
        if changes:
            raise InvalidValue(
                "\n".join(["the account or the files have changed since the plan was made:", *changes]),
                field="plan",
                remedy="Make a new plan, and review it",
            )

    @staticmethod
    def _result(outcomes: list[application.Outcome]) -> dict[str, Any]:
        result = {
            **application.result_of(outcomes),
            "diff": [
                _diff(outcome.node, outcome.result["diff"])
                for outcome in outcomes
                if outcome.result.get("changed") and outcome.result.get("diff")
            ],
        }
        failed = [outcome for outcome in outcomes if outcome.status == application.FAILED]
        if failed:
            lines = [f"{outcome.node.source}: {outcome.node.label}: {outcome.message}" for outcome in failed]
            error = EngineError("\n".join([f"{len(failed)} of {len(outcomes)} resources failed:", *lines]))
            error.result = result
            raise error
        return result


def _diff(node: Node, diff: dict[str, Any]) -> dict[str, Any]:
    """Return the diff of one resource, with its name as the header."""
    return {"before_header": node.label, "after_header": node.label, **diff}
