# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Saved plans: read them, and compare them with the current plan."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    FORMAT_VERSION,
    AccountPlan,
    PlannedResource,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source


def read_saved_plan(path: str, account: str) -> tuple[dict[str, Any], list[Finding]]:
    """Return a saved plan, and why it cannot be applied to an account; the plan is empty if it cannot be read.

    Args:
        path: The path of ``plan.json``.
        account: What identifies the account; see ``account_of``.
    """
    source = Source(path)
    try:
        with open(path, encoding="utf-8") as file:
            saved = json.load(file)
    except (OSError, ValueError) as error:
        return {}, [Finding("invalid-plan", f"plan cannot be read: {error}", source)]
    if not isinstance(saved, dict) or not isinstance(saved.get("resources"), list):
        return {}, [Finding("invalid-plan", "plan is not a saved plan of iot_fleet_plan", source)]
    problems = []
    version = str(saved.get("format_version", ""))
    if version.split(".", maxsplit=1)[0] != FORMAT_VERSION.split(".", maxsplit=1)[0]:
        message = f"the plan has the format {version or 'unknown'}, this version reads {FORMAT_VERSION}"
        problems.append(Finding("invalid-plan", message, source))
    if saved.get("account") != account:
        message = f"the plan is for another account, endpoint or instance; this one is {account}"
        problems.append(Finding("invalid-plan", message, source))
    return saved, problems


def differences(saved: dict[str, Any], current: AccountPlan) -> list[str]:
    """Return how a saved plan differs from the current one, one line for each resource."""
    lines = []
    before = {(one["kind"], one["name"]): one for one in saved["resources"]}
    after = {(one["kind"], one["name"]): one for one in map(PlannedResource.to_dict, current.resources)}
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        name = " ".join(key)
        if old is None:
            lines.append(f"{name} is not in the plan")
        elif new is None and old.get("reason"):
            lines.append(f"{name}: the plan says {_describe(old)} ({old['reason']}), now prune would not do that")
        elif new is None:
            lines.append(f"{name} is in the plan, but is no longer declared")
        elif _fingerprint(old) != _fingerprint(new):
            lines.append(f"{name}: the plan says {_describe(old)}, now it would be {_describe(new)}")
    leaving = [(saved.get("prune") or {}).get("leaving", []), (current.prune or {}).get("leaving", [])]
    if leaving[0] != leaving[1]:
        lines.append("the resources that leave quarantine are not those in the plan")
    return lines


def _fingerprint(resource: dict[str, Any]) -> str:
    return json.dumps([resource["action"], resource["steps"]], sort_keys=True, default=str)


def _describe(resource: dict[str, Any]) -> str:
    operations = ", ".join(step["operation"] for step in resource["steps"])
    return f"{resource['action']} ({operations})" if operations else resource["action"]
