# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plan a whole account: what each declared resource would change, without any write."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.reading import read_nodes
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import contains_pending
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import CREATE
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import quota_seconds

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import Unmanaged

#: The version of the format of saved plans. The first number changes with every incompatible change.
FORMAT_VERSION = "1.0"

#: How many lists are read at the same time. The rate limits of the operations apply to all of them together.
PARALLEL_READS = 8

#: Why a resource cannot be planned: its declaration does not fit to the account, or a read failed.
NOT_APPLICABLE, NOT_READABLE = "not-applicable", "not-readable"

#: What happens to a resource.
CREATED, UPDATED, DELETED, UNCHANGED = "create", "update", "delete", "none"

#: The fields with timestamps that some kinds have.
TIMESTAMPS = ("created", "modified", "updated")

#: The result keys of the entry of a set with the names of the resources in it that change.
SET_CHANGES = ("created", "updated", "deleted")

#: The result keys of an entry that a plan contains.
_STEP_KEYS = ("operation", "changes", "requests")


@dataclass
class PlannedResource:
    """What a plan does with one resource.

    Attributes:
        node: The declared resource.
        action: ``CREATED``, ``UPDATED``, ``DELETED`` or ``UNCHANGED``.
        steps: The requests, each with ``operation`` and ``changes`` (field to before and after, without secrets).
        diff: The values by field before and after.
        pending: What is known only after other resources have been applied.
        facts: What identifies the resource, and its timestamps; empty if it does not exist.
        members: The names of the resources in a set.
        existing: Those of the ``members`` that exist.
        others: The names of all resources beside the ``members``, if the plan has read them.
        changed: The names of the ``members`` that are created, updated or deleted, by that.
        reason: Why prune deletes the resource, or puts it into quarantine; empty if it is declared.
    """

    node: Node
    action: str
    steps: list[dict[str, Any]] = field(default_factory=list)
    diff: dict[str, Any] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict, repr=False)
    members: AbstractSet[str] = frozenset()
    existing: AbstractSet[str] = frozenset()
    others: AbstractSet[str] | None = None
    changed: dict[str, list[str]] = field(default_factory=dict, repr=False)
    reason: str = ""

    @property
    def exists(self) -> bool:
        """Whether the resource exists in the account."""
        return self.action == DELETED or (self.action != CREATED and not self.node.is_absent)

    def to_dict(self) -> dict[str, Any]:
        """Return the resource as saved plans contain it."""
        return {
            "kind": self.node.entry.kind,
            "name": "/".join(self.node.key[1:]),
            "source": str(self.node.source),
            "action": self.action,
            "steps": self.steps,
            "known_after_apply": self.pending,
            **({"reason": self.reason} if self.reason else {}),
        }


@dataclass
class AccountPlan:
    """The plan for all declared resources.

    Attributes:
        account: Identifies the account without disclosing the AccessKey; see ``account_of``.
        resources: What happens to each resource, in the order in which they are applied.
        problems: Why the plan cannot be applied.
        calls: The number of requests that the plan has sent.
        unmanaged: The resources that no file declares; None if the plan has not looked for them.
        prune: What prune does not delete, and why; None if it is off.
    """

    account: str
    resources: list[PlannedResource]
    problems: list[Finding]
    calls: int
    unmanaged: list[Unmanaged] | None = None
    prune: dict[str, list[dict[str, Any]]] | None = None

    @property
    def summary(self) -> dict[str, int]:
        """The number of resources by action."""
        counts = Counter(resource.action for resource in self.resources)
        return {action: counts[action] for action in (CREATED, UPDATED, DELETED, UNCHANGED)}

    @property
    def requests(self) -> dict[str, int]:
        """The number of requests that apply sends, by operation."""
        counts: Counter[str] = Counter()
        for resource in self.resources:
            for step in resource.steps:
                counts[step["operation"]] += int(step.get("requests", 1))
        return dict(sorted(counts.items()))

    @property
    def estimated_seconds(self) -> float:
        """The least time in seconds that the rate limits allow: operations run at the same time, each at its quota."""
        return max(self.seconds_by_operation.values(), default=0.0)

    @property
    def seconds_by_operation(self) -> dict[str, float]:
        """The least time in seconds for the requests of each operation that has a rate limit."""
        quotas = self.quotas
        return {name: quota_seconds(count, quotas[name]) for name, count in self.requests.items() if name in quotas}

    @property
    def quotas(self) -> dict[str, int]:
        """The requests per second that the platform accepts, by operation."""
        return {name: qps for resource in self.resources for name, qps in _quotas(resource.node).items()}

    def to_dict(self) -> dict[str, Any]:
        """Return the plan in the form in which it is saved, without secrets."""
        return {
            "format_version": FORMAT_VERSION,
            "account": self.account,
            "summary": self.summary,
            "requests": self.requests,
            "estimated_seconds": round(self.estimated_seconds, 1),
            "resources": [resource.to_dict() for resource in self.resources],
            **({} if self.unmanaged is None else {"unmanaged": [one.to_dict() for one in self.unmanaged]}),
            **({} if self.prune is None else {"prune": self.prune}),
        }


def plan_account(
    client: Any, nodes: list[Node], meanwhile: Callable[[list[PlannedResource]], None] | None = None
) -> AccountPlan:
    """Plan all declared resources. Nothing is written.

    Args:
        client: The API client. Its cache is shared by all reads.
        nodes: The declared resources, in the order in which they are applied.
        meanwhile: Called with the plans of all resources except sets while the sets are still being read.
    """
    before = client.calls
    client.reads_whole_lists = True
    problems: list[Finding] = []

    def plan_one(node: Node) -> PlannedResource | Finding:
        try:
            return plan_node(node, client)
        except (EngineError, IotError) as error:
            rule = NOT_APPLICABLE if isinstance(error, EngineError) else NOT_READABLE
            return node.finding(rule, f"{node.label}: {error}", getattr(error, "field", "") or "")

    def before_sets(outcomes: list[PlannedResource | Finding]) -> None:
        if meanwhile is not None:
            meanwhile([outcome for outcome in outcomes if isinstance(outcome, PlannedResource)])

    planned = []
    for outcome in read_nodes(nodes, plan_one, before_sets):
        if isinstance(outcome, Finding):
            problems.append(outcome)
        else:
            planned.append(outcome)
    return AccountPlan(account_of(client), planned, problems, client.calls - before)


def plan_node(node: Node, client: Any) -> PlannedResource:
    """Plan one declared resource. Nothing is written.

    Raises:
        EngineError: The resource cannot be changed to its declared state.
        IotError: A read failed.
    """
    return _planned(node, node.entry.plan(node.params, client))


def changes_of(steps: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the changes of all steps together: field to ``before`` the first one and ``after`` the last one."""
    fields: dict[str, dict[str, Any]] = {}
    for step in steps:
        for name, change in (step.get("changes") or {}).items():
            before = fields[name]["before"] if name in fields else change.get("before")
            fields[name] = {"before": before, "after": change.get("after")}
    return fields


def account_of(client: Any) -> str:
    """Return what identifies the account of a client: a hash of the AccessKey ID, the endpoint and the instance."""
    connection = client.connection
    text = "\n".join((connection.access_key_id, connection.endpoint, connection.iot_instance_id or ""))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _planned(node: Node, result: dict[str, Any]) -> PlannedResource:
    steps = [{name: step[name] for name in _STEP_KEYS if name in step} for step in node.entry.planned_steps(result)]
    action = UNCHANGED
    facts = facts_of(node, result)
    if result.get("changed"):
        # A change of an existing resource can create something in it, such as an action of a rule.
        is_new = any(step.get("action") == CREATE for step in result.get("steps", [])) and not _before(result)
        # What exists as soon as its parent does is not created, even if a step creates, for example, a version of it.
        if facts and isinstance(node.entry, ResourceEntry):
            is_new = is_new and not isinstance(node.entry.resource.create, ImplicitCreate)
        action = DELETED if node.is_absent else CREATED if is_new else UPDATED
    return PlannedResource(
        node,
        action,
        steps,
        result.get("diff") or {},
        list(result.get("pending", [])),
        facts=facts if action != CREATED else {},
        members=result.get("members", frozenset()),
        existing=result.get("existing", frozenset()),
        others=result.get("others"),
        changed={name: result[name] for name in SET_CHANGES if node.entry.contains and result.get(name)},
    )


def _before(result: dict[str, Any]) -> dict[str, Any]:
    """Return the values before the changes in a result; an empty dictionary if the resource does not exist."""
    return (result.get("diff") or {}).get("before") or {}


def facts_of(node: Node, result: dict[str, Any]) -> dict[str, Any]:
    """Return what identifies the resource in a result, and its timestamps; nothing if it does not exist."""
    values = result.get(node.entry.kind) or {}
    identity = node.entry.resource.identity.values() if isinstance(node.entry, ResourceEntry) else ()
    known = {name: values.get(name) for name in identity}
    is_known = None not in known.values() and not contains_pending(known)
    return {**known, **timestamps_of(values)} if known and is_known else {}


def timestamps_of(values: dict[str, Any]) -> dict[str, Any]:
    """Return when a resource was created and modified, as far as the platform says it."""
    return {name: values[name] for name in TIMESTAMPS if values.get(name)}


def _quotas(node: Node) -> dict[str, int]:
    return {
        name: operation.qps
        for family in node.entry.families
        for name, operation in family.OPERATIONS.items()
        if operation.qps
    }
