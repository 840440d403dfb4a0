# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drift: how an account differs from the files that declare it. Nothing is written."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift_ignore import IgnoreRule
from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
    PlannedResource,
    account_of,
    changes_of,
    facts_of,
    plan_node,
    timestamps_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.reading import read_nodes
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import Unmanaged, UnmanagedSearch
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import option_of
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import Desired
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry, no_log_names
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import merge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import HIDDEN, render_result

#: The version of the format of drift.json. The first number changes with every incompatible change.
FORMAT_VERSION = "1.0"

#: How a resource differs: it is declared and does not exist, it exists with other values, it exists and is declared not
#: to exist, or no file declares it.
MISSING, CHANGED, UNWANTED, UNMANAGED = "missing", "changed", "unwanted", "unmanaged"

#: The status of a declared resource, by what a plan does with it.
_STATUS = {CREATED: MISSING, UPDATED: CHANGED, DELETED: UNWANTED}
#: The status of a resource in a set, by the result key that contains its name.
_MEMBER_STATUS = {"created": MISSING, "updated": CHANGED, "deleted": UNWANTED}


@dataclass(frozen=True)
class Drift:
    """How one resource differs from the files.

    Attributes:
        kind: The kind, such as ``topic``.
        name: The name with that of the parent, such as ``street_light/user/report``.
        status: ``MISSING``, ``CHANGED``, ``UNWANTED`` or ``UNMANAGED``.
        source: Where the resource is declared, or the differing option if there is only one; where the parent is
            declared for unmanaged resources.
        fields: The fields that differ: ``before`` in the account, ``after`` in the files, without secrets.
        timestamps: When the resource was created and modified, as far as the platform says it.
        note: Why apply cannot remove the difference; empty if it can.
        reason: The reason of the rule that ignores the drift; empty if none does.
        group: What the drift is reported with in formats for people: the resources of a set, for example.
    """

    kind: str
    name: str
    status: str
    source: Source = field(default_factory=Source)
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    timestamps: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    reason: str = ""
    group: str = ""

    @property
    def label(self) -> str:
        """The kind and the name, for messages."""
        return f"{self.kind} {self.name}"

    def to_dict(self) -> dict[str, Any]:
        """Return the drift as drift.json contains it."""
        return {
            "kind": self.kind,
            "name": self.name,
            "status": self.status,
            "source": str(self.source),
            "fields": self.fields,
            **({"timestamps": self.timestamps} if self.timestamps else {}),
            **({"note": self.note} if self.note else {}),
            **({"reason": self.reason} if self.reason else {}),
        }


@dataclass
class DriftReport:
    """The drift of an account.

    Attributes:
        account: Identifies the account without disclosing the AccessKey; see ``plan.account_of``.
        time: When the account was read.
        drift: The declared resources that differ.
        unmanaged: The resources that no file declares; None if they were not looked for.
        ignored: The drift that rules ignore, with ``reason``.
        rules: All rules, with the number of resources that they were applied to.
        in_sync: The declared resources that do not differ.
        problems: Why the account cannot be compared.
    """

    account: str
    time: datetime.datetime
    drift: list[Drift] = field(default_factory=list)
    unmanaged: list[Unmanaged] | None = None
    ignored: list[Drift] = field(default_factory=list)
    rules: list[IgnoreRule] = field(default_factory=list)
    in_sync: list[Node] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)

    @property
    def summary(self) -> dict[str, int]:
        """The number of resources by status, and the number of those that are ignored and in sync."""
        counts = Counter(one.status for one in self.drift)
        return {
            **{status: counts[status] for status in (MISSING, CHANGED, UNWANTED)},
            UNMANAGED: sum(len(one.names) for one in self.unmanaged or ()),
            "ignored": len(self.ignored),
            "in_sync": len(self.in_sync),
        }

    @property
    def has_drift(self) -> bool:
        """Whether anything differs that no rule ignores."""
        return any(self.summary[status] for status in (MISSING, CHANGED, UNWANTED, UNMANAGED))

    def rule_state(self, rule: IgnoreRule) -> str:
        """Return ``expired``, ``unused`` or ``used``."""
        if rule.is_expired(self.time.date()):
            return "expired"
        return "used" if rule.count else "unused"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as drift.json contains it."""
        return {
            "format_version": FORMAT_VERSION,
            "account": self.account,
            "time": self.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "summary": self.summary,
            "drift": [one.to_dict() for one in self.drift],
            **({} if self.unmanaged is None else {"unmanaged": [one.to_dict() for one in self.unmanaged]}),
            "ignored": [one.to_dict() for one in self.ignored],
            "rules": [
                {
                    "rule": str(rule),
                    "source": str(rule.source),
                    "reason": rule.reason,
                    "until": rule.until.isoformat() if rule.until else None,
                    "state": self.rule_state(rule),
                    "count": rule.count,
                }
                for rule in self.rules
            ],
        }


def find_drift(
    client: Any,
    nodes: list[Node],
    external: dict[str, list[str]] | None = None,
    with_unmanaged: bool = True,
    secrets: Iterable[str] = (),
) -> DriftReport:
    """Compare an account with the files.

    Args:
        client: The API client. Its cache is shared by all reads.
        nodes: The declared resources.
        external: The names of resources that exist and are managed elsewhere, by the plural of their kind.
        with_unmanaged: Whether to look for resources that no file declares.
        secrets: Values that must not be shown.
    """
    report = DriftReport(account_of(client), datetime.datetime.now(datetime.timezone.utc))
    hidden = _Secrets(nodes, secrets)
    client.reads_whole_lists = True

    def compare(node: Node) -> tuple[PlannedResource | None, str, Finding | None]:
        try:
            return plan_node(node, client), "", None
        except (EngineError, IotError) as error:
            try:
                # The plan ends at the first difference that cannot be removed; the comparison finds all of them.
                planned = _compared(node, client) if isinstance(error, EngineError) else None
            except (EngineError, IotError):
                planned = None
            if planned is not None:
                return planned, str(error), None
            return None, "", node.finding("not-applicable", f"{node.label}: {error}", getattr(error, "field", "") or "")

    search = UnmanagedSearch(client, external)

    def before_sets(outcomes: list[tuple[PlannedResource | None, str, Finding | None]]) -> None:
        if with_unmanaged:
            search.before_sets([planned for planned, _note, _problem in outcomes if planned is not None])

    outcomes = read_nodes(nodes, compare, before_sets)
    planned = []
    for one, note, problem in outcomes:
        if problem is not None:
            report.problems.append(problem)
        if one is None:
            continue
        planned.append(one)
        found = [replace(drift, fields=hidden.hide(drift.fields)) for drift in _drift_of(one, note)]
        report.drift += found
        if not found:
            report.in_sync.append(one.node)
    if with_unmanaged and not report.problems:
        report.unmanaged = search.result(planned)
    return report


def ignore(report: DriftReport, rules: list[IgnoreRule]) -> None:
    """Move drift that rules ignore to ``ignored``, and count how often each rule was applied."""
    report.rules = rules
    active = [rule for rule in rules if not rule.is_expired(report.time.date())]
    remaining = []
    for one in report.drift:
        left: Drift | None = one
        for rule in active:
            if left is not None and rule.applies_to(left.kind, left.name):
                left = _without_ignored(left, rule, report.ignored)
        if left is not None:
            remaining.append(left)
    report.drift = remaining
    for group in report.unmanaged or ():
        group.names = [name for name in group.names if not _ignored_name(group, name, active, report.ignored)]
    if report.unmanaged is not None:
        report.unmanaged = [group for group in report.unmanaged if group.names or group.error]


def _without_ignored(one: Drift, rule: IgnoreRule, ignored: list[Drift]) -> Drift | None:
    """Return what a rule leaves of the drift of a resource; None if it ignores all of it."""
    if one.status != CHANGED or not rule.fields:
        if rule.fields:
            return one
        rule.count += 1
        ignored.append(replace(one, reason=rule.reason))
        return None
    names = rule.ignored_fields(one.fields)
    if not names:
        return one
    rule.count += 1
    ignored.append(replace(one, fields={name: one.fields[name] for name in names}, reason=rule.reason))
    left = {name: change for name, change in one.fields.items() if name not in names}
    return replace(one, fields=left) if left else None


def _ignored_name(group: Unmanaged, name: str, rules: list[IgnoreRule], ignored: list[Drift]) -> bool:
    full_name = group.full_name(name)
    for rule in rules:
        if not rule.fields and rule.applies_to(group.kind, full_name):
            rule.count += 1
            times = group.timestamps.get(name, {})
            ignored.append(Drift(group.kind, full_name, UNMANAGED, timestamps=times, reason=rule.reason))
            return True
    return False


def _drift_of(planned: PlannedResource, note: str) -> Iterator[Drift]:
    """Yield the drift of a declared resource: one, none, or one for each resource of a set."""
    node = planned.node
    if planned.action == UNCHANGED:
        return
    if planned.changed:
        yield from _drift_of_members(planned)
        return
    fields = changes_of(planned.steps)
    # Without the resource that contains it, such as a product, a resource does not exist either.
    is_resource = isinstance(node.entry, ResourceEntry)
    status = MISSING if is_resource and not planned.facts and not node.is_absent else _STATUS[planned.action]
    options = {_option(node, name) for name in fields}
    source = node.source_of(options.pop()) if status == CHANGED and len(options) == 1 else node.source
    times = timestamps_of(planned.facts)
    yield Drift(node.entry.kind, "/".join(node.key[1:]), status, source, fields, times, note, group=node.label)


def _drift_of_members(planned: PlannedResource) -> Iterator[Drift]:
    node = planned.node
    parent = node.key[1:-1]
    sides = {side: planned.diff.get(side) or {} for side in ("before", "after")}
    for result_key, names in planned.changed.items():
        for name in names:
            # The result contains the values of a limited number of resources.
            before, after = (values.get(name) or {} for values in sides.values())
            fields = {
                option: {"before": before.get(option), "after": after.get(option)}
                for option in dict.fromkeys((*before, *after))
                if before.get(option) != after.get(option)
            }
            status = _MEMBER_STATUS[result_key]
            full_name = "/".join((*parent, name))
            yield Drift(node.entry.contains[0], full_name, status, node.source, fields, group=node.label)


def _option(node: Node, name: str) -> str:
    return option_of(node.entry.resource, name) if isinstance(node.entry, ResourceEntry) else name


def _compared(node: Node, client: Any) -> PlannedResource | None:
    """Compare all fields of a resource, without planning how to change or create them; None if nothing differs."""
    if not isinstance(node.entry, ResourceEntry) or node.is_absent:
        return None
    resource = node.entry.resource
    target = Desired.from_params(resource, node.params)
    reader = Reader(client, tolerant=True)
    desired = resource.resolve_references(reader, target.values)
    current = resource.read(reader, desired, target.fields)
    if current is None:
        # Such as a firmware in files that an export has written, which contain no files to create it with.
        return PlannedResource(node, CREATED)
    desired = merge(resource, desired, current, target.additive_fields)
    changes = {
        name: (current.get(name), value)
        for name, value in desired.items()
        if not (resource.field(name).write_only or resource.field(name).lookup)
        and resource.differs(name, desired, current)
    }
    if not changes:
        return None
    step = steps.Step(steps.UPDATE, "", {}, changes)
    result = render_result(resource, target, current, [step], reader)
    return PlannedResource(node, UPDATED, result["steps"], result["diff"], facts=facts_of(node, result))


class _Secrets:
    """Hides secrets in values: those of the files, and those of the account that are in the same places."""

    def __init__(self, nodes: Iterable[Node], secrets: Iterable[str]) -> None:
        self._values = {secret for secret in secrets if secret}
        specs = {node.plural: node.entry.options() for node in nodes}
        self._names = {name for spec in specs.values() for name in no_log_names(spec)}

    def hide(self, value: Any) -> Any:
        """Return a value in which secrets are replaced, at any depth."""
        if isinstance(value, dict):
            return {key: self._hide_member(key, element) for key, element in value.items()}
        if isinstance(value, list):
            return [self.hide(element) for element in value]
        return HIDDEN if isinstance(value, str) and value in self._values else value

    def _hide_member(self, key: str, value: Any) -> Any:
        is_secret = key in self._names and isinstance(value, (str, int)) and value
        return HIDDEN if is_secret else self.hide(value)
