# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The account as a graph of declared resources: which resource must exist before which other one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry


@dataclass
class Node:
    """One declared resource.

    Attributes:
        plural: The key in fleet files, such as ``products``.
        entry: The entry that manages resources of the kind.
        params: The options, validated and with defaults.
        source: Where the resource is declared.
        sources: Where its options are declared, by option.
        given: The names of the options that the file sets.
        is_valid: Whether the options are complete and of the right types.
        is_named: Whether the options that identify the resource are known.
        needs: The nodes that must be applied before this one.
    """

    plural: str
    entry: Entry
    params: dict[str, Any]
    source: Source = field(default_factory=Source)
    sources: dict[str, Source] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    is_valid: bool = True
    is_named: bool = True
    needs: list[Node] = field(default_factory=list, repr=False)

    @property
    def key(self) -> tuple[str, ...]:
        """The kind, and the values that identify the resource among those of its kind."""
        return (self.plural, *self.entry.name_of(self.params))

    @property
    def is_absent(self) -> bool:
        """Whether the resource is declared not to exist."""
        return self.params.get("state") == "absent"

    @property
    def label(self) -> str:
        """The kind and the name, for messages, such as ``topic street_light/user/report``."""
        return f"{self.entry.kind} {'/'.join(self.key[1:])}"

    def source_of(self, option: str) -> Source:
        """Return where an option is declared; where the resource is declared if the option is not set."""
        return self.sources.get(option, self.source)

    def source_at(self, place: tuple | None) -> Source:
        """Return a place in a file that the resource names, such as a CSV file; that of the resource for None."""
        if place is None:
            return self.source
        path, line, column = place
        return Source(path if os.path.isabs(self.source.file) else os.path.relpath(path), line, column)

    def finding(self, rule: str, message: str, option: str = "") -> Finding:
        """Return an error about the resource, or about one of its options."""
        return Finding(rule, message, self.source_of(option), subject=self.label)


def in_order(nodes: list[Node]) -> tuple[list[Node], list[Finding]]:
    """Return the nodes in an order in which each one comes after those that it needs.

    Returns:
        The nodes, and a finding for each cycle. Nodes in a cycle keep the order of the files.
    """
    ordered: list[Node] = []
    problems: list[Finding] = []
    state: dict[int, int] = {}  # 1: being visited, 2: done
    for start in nodes:
        # Iterative, because a chain of references can be longer than the recursion limit.
        stack: list[tuple[Node, Iterator[Node]]] = [(start, iter(start.needs))] if not state.get(id(start)) else []
        while stack:
            node, following = stack[-1]
            state[id(node)] = 1
            for needed in following:
                if state.get(id(needed)) == 1:
                    path = [one for one, _rest in stack]
                    cycle = path[next(i for i, one in enumerate(path) if one is needed) :]
                    chain = " needs ".join(one.label for one in (*cycle, needed))
                    problems.append(node.finding("cycle", f"the references form a cycle: {chain}"))
                elif not state.get(id(needed)):
                    stack.append((needed, iter(needed.needs)))
                    break
            else:
                state[id(node)] = 2
                ordered.append(node)
                stack.pop()
    return ordered, problems
