# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Render a plan: as text for the terminal, and as Markdown for a pull request."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
    AccountPlan,
    PlannedResource,
    changes_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import Unmanaged

#: The longest Markdown in characters: a comment on a pull request can have 65,536.
MAX_MARKDOWN = 65_000

_SIGNS = {CREATED: "+", UPDATED: "~", DELETED: "-", UNCHANGED: " "}
_MAX_VALUE = 120  # characters of a value in a line
_MAX_NAMES = 20  # names of unmanaged resources in a line


def summary_line(plan: AccountPlan) -> str:
    """Return the counts of a plan in one line."""
    counts = plan.summary
    return (
        f"Plan: {counts[CREATED]} to create, {counts[UPDATED]} to update, {counts[DELETED]} to delete, "
        f"{counts[UNCHANGED]} unchanged{_unmanaged_count(plan)}; "
        f"{sum(plan.requests.values())} requests, at least {plan.estimated_seconds:.0f} s"
    )


def to_text(plan: AccountPlan) -> str:
    """Return a plan as text: each change with its fields, and the summary."""
    lines = []
    for resource in plan.resources:
        if resource.action != UNCHANGED:
            lines += [
                f"{_SIGNS[resource.action]} {resource.node.label}",
                *(f"    {line}" for line in _details(resource)),
            ]
    if plan.unmanaged:
        lines += ["", "Unmanaged (no file declares them):", *(f"  {line}" for line in unmanaged_lines(plan.unmanaged))]
    kept = prune_lines(plan)
    lines += ["", "Prune does not delete:", *(f"  {line}" for line in kept)] if kept else []
    lines += [""] if lines else []
    lines += [f"  {operation}: {count}" for operation, count in plan.requests.items()]
    return "\n".join([*lines, summary_line(plan), ""])


def to_markdown(plan: AccountPlan) -> str:
    """Return a plan as Markdown with a section to unfold for each kind, of at most ``MAX_MARKDOWN`` characters."""
    head = [f"**{escape(summary_line(plan))}**", ""]
    kinds: dict[str, list[PlannedResource]] = defaultdict(list)
    for resource in plan.resources:
        if resource.action != UNCHANGED:
            kinds[resource.node.plural].append(resource)
    text = "\n".join(head)
    unmanaged = _list_section("unmanaged: no file declares them", unmanaged_lines(plan.unmanaged or []))
    unmanaged += _list_section("prune does not delete them", prune_lines(plan))
    omitted = 0
    for plural, resources in kinds.items():
        section = _section(plural, resources)
        if len(text) + len(section) + len(unmanaged) > MAX_MARKDOWN - 200:
            omitted += len(resources)
        else:
            text += f"\n{section}"
    if omitted:
        text += f"\n{omitted} further changes are omitted here; see plan.txt.\n"
    return text + unmanaged


def unmanaged_lines(unmanaged: list[Unmanaged]) -> list[str]:
    """Return a line for the unmanaged resources of each kind and parent, with the count and the first names."""
    lines = []
    for one in unmanaged:
        head = f"{one.kind} in {one.parent}" if one.parent else one.kind
        more = f" and {len(one.names) - _MAX_NAMES} more" if len(one.names) > _MAX_NAMES else ""
        names = ", ".join(one.names[:_MAX_NAMES])
        lines.append(f"{head}: {one.error}" if one.error else f"{head} ({len(one.names)}): {names}{more}")
    return lines


def _unmanaged_count(plan: AccountPlan) -> str:
    if plan.unmanaged is None:
        return ""
    return f", {sum(len(one.names) for one in plan.unmanaged)} unmanaged"


def prune_lines(plan: AccountPlan) -> list[str]:
    """Return a line for each resource that prune keeps, or takes out of quarantine."""
    prune = plan.prune or {}
    lines = [
        f"{one['kind']} {one['name']}: {one['note']}" for one in (*prune.get("refused", ()), *prune.get("waiting", ()))
    ]
    return lines + [f"{one['kind']} {one['name']} leaves quarantine" for one in prune.get("leaving", ())]


def _list_section(title: str, listed: list[str]) -> str:
    """Return a section with lines to unfold, of at most a quarter of ``MAX_MARKDOWN``; nothing without lines."""
    if not listed:
        return ""
    lines = ["", "<details>", f"<summary>{title}</summary>", "", "```"]
    size = 0
    for number, line in enumerate(map(code_text, listed)):
        size += len(line) + 1
        if size > MAX_MARKDOWN // 4:
            lines.append(f"and {len(listed) - number} further lines; see plan.txt")
            break
        lines.append(line)
    return "\n".join([*lines, "```", "", "</details>", ""])


def _section(plural: str, resources: list[PlannedResource]) -> str:
    lines = ["<details>", f"<summary>{plural}: {len(resources)}</summary>", "", "```diff"]
    for resource in resources:
        sign = {CREATED: "+", DELETED: "-"}.get(resource.action, "!")
        lines.append(f"{sign} {code_text(resource.node.label)}")
        lines += [f"    {code_text(line)}" for line in _details(resource)]
    return "\n".join([*lines, "```", "", "</details>", ""])


def _details(resource: PlannedResource) -> list[str]:
    """Return the lines below a resource: its changes by field, and what is known only after apply."""
    lines = change_lines(changes_of(resource.steps), resource.action == CREATED)
    reasons = [f"prune: {resource.reason}"] if resource.reason else []
    return reasons + lines + [f"({note})" for note in resource.pending]


def change_lines(fields: dict[str, dict[str, Any]], is_new: bool = False) -> list[str]:
    """Return a line for each field that changes; ``is_new`` omits the values before."""
    lines = []
    for name, change in fields.items():
        before, after = short_value(change["before"]), short_value(change["after"])
        lines.append(f"{name}: {after}" if is_new else f"{name}: {before} -> {after}")
    return lines


def short_value(value: Any) -> str:
    """Return a value as JSON, cut off if it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]}..."


def code_text(text: str) -> str:
    """Return text for a block of code, which a fence in the text must not end."""
    return text.replace("```", "'''").replace("\n", "\\n")


def escape(text: str) -> str:
    """Return text for Markdown outside a block of code."""
    return text.replace("<", "&lt;").replace("*", "\\*")
