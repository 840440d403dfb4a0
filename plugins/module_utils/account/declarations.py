# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Turn the content of fleet files into nodes, and find everything that is wrong without asking the platform."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import ERROR, WARNING, Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node, in_order
from ansible_collections.iotops.aliyun.plugins.module_utils.account.index import Index
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.nodes import (
    find_invalid_values,
    secrets_of,
    to_node,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import AtMost
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import Declared

#: The members of a value of the lookup. All others are kinds.
_LOOKUP_MEMBERS = ("resources", "problems", "drift_ignore")


def items_of(option: str, value: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the resources and the problems in the value of an option.

    Args:
        option: The name of the option, for the message.
        value: A value of the lookup, a mapping of kinds to lists, as a task writes it, or both combined. The resources
            in lists have no places in files.

    Raises:
        InvalidValue: The value is neither of both.
    """
    items, problems = value.get("resources", []), value.get("problems", [])
    lists = {kind: listed for kind, listed in value.items() if kind not in _LOOKUP_MEMBERS and listed is not None}
    if isinstance(items, list) and all(isinstance(listed, list) for listed in lists.values()):
        items = items + [
            {"kind": kind, "options": options, "source": (f"{kind}[{index}]", 0, 0)}
            for kind, listed in lists.items()
            for index, options in enumerate(listed)
        ]
    else:
        items = None
    keys = {"kind", "options", "source"}
    if isinstance(items, list) and all(isinstance(one, dict) and keys <= one.keys() for one in items):
        return items, problems
    raise InvalidValue(
        f"{option} is not the value of the lookup iotops.aliyun.fleet",
        field=option,
        remedy="Set it to \"{{ lookup('iotops.aliyun.fleet', 'FOLDER') }}\", or to a mapping of kinds to lists",
    )


class Fleet:
    """The declared resources of an account, and what is wrong with them.

    Args:
        items: The resources: ``kind`` (plural), ``options``, ``source`` (file, line, column), ``sources`` by option,
            and ``is_incomplete`` if some options could not be read.
        problems: Problems that were found while the files were read, each with ``source``, ``message`` and ``rule``.
        external: The names of resources that exist but are not declared, by the plural of their kind.
        base: The items of the fleet before the changes, for checks of changes; None if they are not known.

    Attributes:
        nodes: The valid resources, in an order in which each one comes after those that it refers to.
        problems: All problems, in the order of the files.
    """

    def __init__(
        self,
        items: Iterable[dict[str, Any]],
        problems: Iterable[dict[str, Any]] = (),
        external: dict[str, list[str]] | None = None,
        base: Iterable[dict[str, Any]] | None = None,
    ) -> None:
        self.problems: list[Finding] = [
            Finding(one.get("rule", "invalid-file"), one["message"], Source(*one["source"])) for one in problems
        ]
        declared = [node for item in items if (node := to_node(item, self.problems)) is not None]
        index = Index(declared, external)
        self.problems += index.findings
        index.connect()
        self.nodes, cycles = in_order(declared)
        self.problems += [*cycles, *index.find_dangling(), *_too_many(declared)]
        options: dict[str, list[dict[str, Any]]] = defaultdict(list)
        valid = [node for node in declared if node.is_valid]
        for node in valid:
            options[node.entry.kind].append(node.params)
        known = Declared(options, None if base is None else Declared(_ReadOptions(base)))
        for node in valid:
            values = list(find_invalid_values(node))
            self.problems += values
            # Checks rely on valid values.
            for check in () if values else node.entry.offline_checks():
                self.problems += [index.violation(node, one) for one in check.violations(node.params, known)]
        self.problems.sort(key=lambda problem: (problem.source.file, problem.source.line, problem.source.column))

    @property
    def errors(self) -> list[Finding]:
        """The problems because of which the fleet cannot be applied."""
        return [problem for problem in self.problems if problem.level == ERROR]

    @property
    def warnings(self) -> list[Finding]:
        """The problems that do not prevent that the fleet is applied."""
        return [problem for problem in self.problems if problem.level == WARNING]

    def secret_values(self) -> set[str]:
        """Return the values of secret options, which must not be shown."""
        return {text for node in self.nodes for text in secrets_of(node)}


class _ReadOptions(dict):
    """The options of the valid resources of a fleet by kind, validated when a check asks for a kind."""

    def __init__(self, items: Iterable[dict[str, Any]]) -> None:
        super().__init__()
        self._items: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for item in items:
            entry = kinds().get(item["kind"])
            if entry is not None:
                self._items[entry.kind].append(item)

    def __missing__(self, kind: str) -> list[dict[str, Any]]:
        nodes = [to_node(item, []) for item in self._items[kind]]
        self[kind] = [node.params for node in nodes if node is not None and node.is_valid]
        options: list[dict[str, Any]] = self[kind]
        return options


def _too_many(nodes: Iterable[Node]) -> Iterator[Finding]:
    """Yield a finding for each resource above the maximum of its parent, such as the topics of a product."""
    counts: dict[tuple[str, ...], int] = defaultdict(int)
    for node in nodes:
        constraints = node.entry.resource.constraints if isinstance(node.entry, ResourceEntry) else ()
        for constraint in constraints:
            if isinstance(constraint, AtMost) and node.is_named and node.params.get("state") != "absent":
                parent = node.key[:-1]
                counts[parent] += 1
                if counts[parent] > constraint.maximum:
                    title = f"the {constraint.parent} {'/'.join(parent[1:])}"
                    message = f"{title} has more than {constraint.maximum} {node.plural}, which is the maximum"
                    yield node.finding("too-many", message)
