# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Render a plan: as text for the terminal, and as Markdown for a pull request."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    CREATED,
    UNCHANGED,
    UPDATED,
    AccountPlan,
    PlannedResource,
)

#: The longest Markdown in characters: a comment on a pull request can have 65,536.
MAX_MARKDOWN = 65_000

_SIGNS = {CREATED: "+", UPDATED: "~", UNCHANGED: " "}
_MAX_VALUE = 120  # characters of a value in a line


def summary_line(plan: AccountPlan) -> str:
    """Return the counts of a plan in one line."""
    counts = plan.summary
    return (
        f"Plan: {counts[CREATED]} to create, {counts[UPDATED]} to update, {counts[UNCHANGED]} unchanged; "
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
    lines += [""] if lines else []
    lines += [f"  {operation}: {count}" for operation, count in plan.requests.items()]
    return "\n".join([*lines, summary_line(plan), ""])


def to_markdown(plan: AccountPlan) -> str:
    """Return a plan as Markdown with a section to unfold for each kind, of at most ``MAX_MARKDOWN`` characters."""
    head = [f"**{_escape(summary_line(plan))}**", ""]
    kinds: dict[str, list[PlannedResource]] = defaultdict(list)
    for resource in plan.resources:
        if resource.action != UNCHANGED:
            kinds[resource.node.plural].append(resource)
    text = "\n".join(head)
    omitted = 0
    for plural, resources in kinds.items():
        section = _section(plural, resources)
        if len(text) + len(section) > MAX_MARKDOWN - 200:
            omitted += len(resources)
        else:
            text += f"\n{section}"
    if omitted:
        text += f"\n{omitted} further changes are omitted here; see plan.txt.\n"
    return text


def _section(plural: str, resources: list[PlannedResource]) -> str:
    lines = ["<details>", f"<summary>{plural}: {len(resources)}</summary>", "", "```diff"]
    for resource in resources:
        sign = "+" if resource.action == CREATED else "!"
        lines.append(f"{sign} {_code(resource.node.label)}")
        lines += [f"    {_code(line)}" for line in _details(resource)]
    return "\n".join([*lines, "```", "", "</details>", ""])


def _details(resource: PlannedResource) -> list[str]:
    """Return the lines below a resource: its changes by field, and what is known only after apply."""
    fields: dict[str, tuple[Any, Any]] = {}
    for step in resource.steps:
        for name, change in (step.get("changes") or {}).items():
            before = fields[name][0] if name in fields else change.get("before")
            fields[name] = (before, change.get("after"))
    lines = []
    for name, (before, after) in fields.items():
        shown = _value(after) if resource.action == CREATED else f"{_value(before)} -> {_value(after)}"
        lines.append(f"{name}: {shown}")
    return lines + [f"({note})" for note in resource.pending]


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]}..."


def _code(text: str) -> str:
    """Return text for a block of code, which a fence in the text must not end."""
    return text.replace("```", "'''").replace("\n", "\\n")


def _escape(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*")
