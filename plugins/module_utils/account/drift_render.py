# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Render drift: in one line, as Markdown, and as findings for SARIF and JUnit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift import (
    CHANGED,
    MISSING,
    UNMANAGED,
    UNWANTED,
    Drift,
    DriftReport,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import ERROR, NOTE, WARNING, Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.render import (
    MAX_MARKDOWN,
    change_lines,
    code_text,
    escape,
    unmanaged_lines,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source

_SIGNS = {MISSING: "-", CHANGED: "!", UNWANTED: "+"}
_TEXTS = {MISSING: "is missing", CHANGED: "differs", UNWANTED: "exists, but is declared absent"}

#: The number of names in one finding.
_MAX_NAMES = 10
#: The characters that are kept free for the end of a section and the note about omitted lines.
_RESERVE = 500


def summary_line(report: DriftReport) -> str:
    """Return the counts of a report in one line."""
    counts = report.summary
    unmanaged = "" if report.unmanaged is None else f", {counts[UNMANAGED]} unmanaged"
    return (
        f"Drift: {counts[MISSING]} missing, {counts[CHANGED]} changed, {counts[UNWANTED]} unwanted{unmanaged}; "
        f"{counts['ignored']} ignored, {counts['in_sync']} in sync"
    )


def to_markdown(report: DriftReport) -> str:
    """Return a report as Markdown with sections to unfold, of at most ``MAX_MARKDOWN`` characters."""
    kinds: dict[str, list[Drift]] = defaultdict(list)
    for one in report.drift:
        kinds[one.kind].append(one)
    sections = [(f"{kind}: {len(found)}", "diff", _drift_lines(found)) for kind, found in kinds.items()]
    if report.unmanaged:
        sections.append(("unmanaged: no file declares them", "", unmanaged_lines(report.unmanaged)))
    if report.ignored:
        lines = [f"{one.label} ({_ignored_text(one)}): {one.reason}" for one in report.ignored]
        sections.append((f"ignored: {len(report.ignored)}", "", lines))
    idle = [rule for rule in report.rules if report.rule_state(rule) != "used"]
    if idle:
        lines = [f"{rule.source}: {rule} is {report.rule_state(rule)}" for rule in idle]
        sections.append((f"rules to remove: {len(idle)}", "", lines))
    text = f"**{escape(summary_line(report))}**\n\nRead at {report.time:%Y-%m-%d %H:%M:%S} UTC. "
    text += "Before: the account; after: the files.\n"
    for title, language, lines in sections:
        text += _section(title, language, lines, MAX_MARKDOWN - len(text))
    return text


def _section(title: str, language: str, lines: list[str], limit: int) -> str:
    """Return a section of at most ``limit`` characters; an empty string if there is no room for one."""
    head = f"\n<details>\n<summary>{escape(title)}</summary>\n\n```{language}\n"
    end = "```\n\n</details>\n"
    room = limit - len(head) - len(end) - _RESERVE
    if room < 0:
        return ""
    body = ""
    for number, line in enumerate(lines):
        shown = f"{code_text(line)}\n"
        if len(body) + len(shown) > room:
            body += f"{len(lines) - number} further lines are omitted here; see drift.json\n"
            break
        body += shown
    return head + body + end


def _drift_lines(found: Iterable[Drift]) -> list[str]:
    lines = []
    for one in found:
        times = "".join(f", {name} {value}" for name, value in one.timestamps.items())
        lines.append(f"{_SIGNS[one.status]} {one.label} {_TEXTS[one.status]} ({one.source}{times})")
        lines += [f"    {line}" for line in change_lines(one.fields, is_new=one.status == MISSING)]
        lines += [f"    ({one.note})"] if one.note else []
    return lines


def _ignored_text(one: Drift) -> str:
    return ", ".join(one.fields) if one.status == CHANGED and one.fields else one.status


def findings(report: DriftReport, nodes: list[Node]) -> list[Finding]:
    """Return a report as findings at the places in the files.

    The resources of a set are one finding for each status. Unmanaged resources are in no file: their findings are where
    the parent is declared or, without one, where the first resource of the kind or of the fleet is.
    """
    groups: dict[tuple[str, str], list[Drift]] = defaultdict(list)
    for one in report.drift:
        groups[(one.group, one.status)].append(one)
    found = [_drift_finding(group) for group in groups.values()]
    places = _Places(nodes)
    for unmanaged in report.unmanaged or ():
        label = f"{unmanaged.kind} in {unmanaged.parent}" if unmanaged.parent else unmanaged.kind
        source = places.of_unmanaged(unmanaged.kind, unmanaged.parent)
        if unmanaged.error:
            found.append(Finding("drift-unknown", f"{label} cannot be listed: {unmanaged.error}", source, NOTE, label))
            continue
        message = f"no file declares {len(unmanaged.names)} of {label}: {_names(unmanaged.names)}"
        found.append(Finding("drift-unmanaged", message, source, WARNING, f"unmanaged {label}"))
    for one in report.ignored:
        message = f"{one.label} ({_ignored_text(one)}) is ignored: {one.reason}"
        found.append(Finding("drift-ignored", message, one.source, NOTE, one.label))
    for rule in report.rules:
        state = report.rule_state(rule)
        if state != "used":
            end = f" since {rule.until}" if state == "expired" else ""
            message = f"the rule for {rule} is {state}{end}: remove it"
            found.append(Finding(f"ignore-rule-{state}", message, rule.source, NOTE, str(rule)))
    return found


def _drift_finding(group: list[Drift]) -> Finding:
    first = group[0]
    rule = f"drift-{first.status}"
    if len(group) > 1:
        names = _names([one.name for one in group])
        message = f"{len(group)} of {first.group}: each {first.kind} {_TEXTS[first.status]}: {names}"
        return Finding(rule, message, first.source, ERROR, first.group)
    changes = "; ".join(change_lines(first.fields)) if first.status == CHANGED else ""
    message = f"{first.label} {_TEXTS[first.status]}" + (f": {changes}" if changes else "")
    return Finding(rule, f"{message} ({first.note})" if first.note else message, first.source, ERROR, first.label)


def _names(names: list[str]) -> str:
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more


class _Places:
    """Where findings about resources are that no file declares."""

    def __init__(self, nodes: list[Node]) -> None:
        self._parents: dict[str, Source] = {}
        self._kinds: dict[str, Source] = {}
        self._first = nodes[0].source if nodes else Source()
        for node in nodes:
            # Nodes are in the order of their references: parents come before what is in them.
            self._parents.setdefault(node.key[-1], node.source)
            self._kinds.setdefault(node.entry.kind, node.source)

    def of_unmanaged(self, kind: str, parent: str) -> Source:
        """Return the place for the unmanaged resources of a kind and a parent, which is empty if there is none."""
        known = self._parents.get(parent) if parent else None
        return known or self._kinds.get(kind, self._first)
