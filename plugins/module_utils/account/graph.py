# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The account as a graph of declared resources: which resource must exist before which other one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry

#: The kind of a set of devices, which contains devices that other resources refer to by name.
SETS = {"device": "device_set"}


@dataclass(frozen=True)
class Source:
    """Where something is declared.

    Attributes:
        file: The path of the file.
        line: The line, from 1; 0 if it is unknown.
        column: The column, from 1.
    """

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass
class Node:
    """One declared resource.

    Attributes:
        plural: The key in fleet files, such as ``products``.
        entry: The entry that manages resources of the kind.
        params: The options, validated and with defaults.
        source: Where the resource is declared.
        sources: Where its options are declared, by option.
        needs: The nodes that must be applied before this one.
    """

    plural: str
    entry: Entry
    params: dict[str, Any]
    source: Source = field(default_factory=Source)
    sources: dict[str, Source] = field(default_factory=dict)
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


@dataclass(frozen=True)
class Problem:
    """Why a fleet cannot be applied.

    Attributes:
        source: Where the problem is.
        message: What is wrong.
    """

    source: Source
    message: str

    def __str__(self) -> str:
        return f"{self.source}: {self.message}"


def find_duplicates(nodes: Iterable[Node]) -> list[Problem]:
    """Return a problem for each resource that is declared more than once, with both places."""
    first: dict[tuple[str, ...], Node] = {}
    problems = []
    for node in nodes:
        other = first.setdefault(node.key, node)
        if other is not node:
            problems.append(Problem(node.source, f"{node.label} is already declared at {other.source}"))
    return problems


def connect(nodes: list[Node]) -> None:
    """Find the nodes that each node needs: those to which its options refer by name."""
    by_name: dict[str, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
    for node in nodes:
        by_name[node.entry.kind][node.key[-1]].append(node)
    for node in nodes:
        needed: dict[int, Node] = {}
        for option, kinds in node.entry.references().items():
            names = set(_names_in(node.params.get(option)))
            for kind in kinds if names else ():
                for name in names:
                    for target in by_name[kind].get(name, ()):
                        needed[id(target)] = target
                for targets in by_name[SETS.get(kind, "")].values():
                    needed.update({id(target): target for target in targets})
        for kind, names in node.entry.references_in_files(node.params).items():
            for other in (other for others in by_name[kind].values() for other in others):
                # A set is referred to by its product, other resources by their own names.
                if (other.key[1] if kind in SETS.values() else other.key[-1]) in names:
                    needed[id(other)] = other
        needed.pop(id(node), None)
        node.needs = list(needed.values())


def in_order(nodes: list[Node]) -> tuple[list[Node], list[Problem]]:
    """Return the nodes in an order in which each one comes after those that it needs.

    Returns:
        The nodes, and a problem for each cycle. Nodes in a cycle keep the order of the files.
    """
    ordered: list[Node] = []
    problems: list[Problem] = []
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
                    problems.append(Problem(node.source, f"the references form a cycle: {chain}"))
                elif not state.get(id(needed)):
                    stack.append((needed, iter(needed.needs)))
                    break
            else:
                state[id(node)] = 2
                ordered.append(node)
                stack.pop()
    return ordered, problems


def find_dangling(nodes: list[Node], external: dict[str, list[str]]) -> list[Problem]:
    """Return a problem for each option that refers to nothing in the files.

    Only options whose value is the name of exactly one kind of resource are checked.

    Args:
        nodes: The declared resources.
        external: The names of resources that exist but are not declared, by the plural of their kind.
    """
    known: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        known[node.entry.kind].add(node.key[-1])
    plurals = {node.entry.kind: node.plural for node in nodes}
    problems = []
    for node in nodes:
        for option, kinds in node.entry.references().items():
            value = node.params.get(option)
            if len(kinds) != 1 or value in (None, ""):
                continue
            kind = kinds[0]
            if kind in SETS and known[SETS[kind]]:
                continue
            names = known[kind] | set(external.get(plurals.get(kind, f"{kind}s"), ()))
            for name in value if isinstance(value, list) else [value]:
                name = name.get("name") if isinstance(name, dict) else name
                if isinstance(name, str) and name not in names:
                    problems.append(
                        Problem(node.source_of(option), f"{option}: the {kind} {name} is not declared in the fleet")
                    )
    return problems


def _names_in(value: Any) -> Iterator[str]:
    """Yield all texts in a value that can be names of resources: whole texts, and the levels of topics."""
    if isinstance(value, str):
        yield value
        if "/" in value:
            yield from value.strip("/").split("/")
    elif isinstance(value, dict):
        for member in value.values():
            yield from _names_in(member)
    elif isinstance(value, list):
        for element in value:
            yield from _names_in(element)
