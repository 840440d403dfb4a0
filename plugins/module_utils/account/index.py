# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names of all declared resources, also of those in others such as device sets, and the references to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.iotops.aliyun.plugins.module_utils.account.external import External
from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import Violation


class Reference(NamedTuple):
    """A reference of an option to a resource.

    Attributes:
        option: The option.
        kind: The kind of the resource.
        name: The name, with that of the product before it for kinds whose names are unique within a product only.
    """

    option: str
    kind: str
    name: tuple


class _Declaration(NamedTuple):
    """The first declaration of a resource: its node or the one that contains it, and its place in a file of its own."""

    node: Node
    place: tuple | None
    is_managed: bool

    @property
    def source(self) -> Source:
        return self.node.source_at(self.place)


class Index:
    """The names of declared resources.

    Args:
        nodes: The resources.
        external: The names of resources that exist but are not declared, by the plural of their kind; see ``External``.

    Attributes:
        findings: Resources that are declared twice, and what is wrong with resources in other ones.
    """

    def __init__(self, nodes: list[Node], external: dict[str, list[str]] | None = None) -> None:
        self.findings: list[Finding] = []
        self._nodes = nodes
        self._declarations: dict[str, dict[tuple, _Declaration]] = defaultdict(dict)
        # The nodes by kind and last name.
        self._by_name: dict[str, dict[str, list[Node]]] = defaultdict(dict)
        # The references of contained resources, by the ID of their node, with the place of the first one.
        self._contained: dict[int, dict[Reference, Source]] = defaultdict(dict)
        # The names of products whose devices, for example, are not all known; None if that of the product is not known.
        self._incomplete: dict[str, set[Any]] = defaultdict(set)
        self._entries = {entry.kind: entry for entry in kinds().values()}
        self._external = External(external)
        for node in nodes:
            self._declare(node.entry, node.key[1:], _Declaration(node, None, node.is_named))
        for node in nodes:
            if node.entry.contains:
                self._add_contents(node)

    def violation(self, node: Node, violation: Violation) -> Finding:
        """Return the finding of a violation."""
        source = node.source_at(violation.place) if violation.place else node.source_of(violation.option)
        return Finding(violation.rule, violation.message, source, violation.level, node.label)

    def connect(self) -> None:
        """Find the nodes that each node needs: those to which its options refer by name."""
        for node in self._nodes:
            needed = {id(one): one for one in referenced_by_name(node, self._by_name)}
            for reference in self._contained.get(id(node), ()):
                declaration = self._declarations[reference.kind].get(reference.name)
                if declaration is not None:
                    needed[id(declaration.node)] = declaration.node
            needed.pop(id(node), None)
            node.needs = list(needed.values())

    def find_dangling(self) -> Iterator[Finding]:
        """Yield a finding for each option that refers to nothing in the files.

        Only options whose value is the name of exactly one kind of resource, or of devices, are checked.
        """
        for node in self._nodes:
            references = {one: node.source_of(one.option) for one in references_of(node.entry, node.params)}
            for reference, source in {**references, **self._contained.get(id(node), {})}.items():
                if not self._is_known(reference):
                    option, kind, name = reference
                    message = f"{option}: the {kind} {'/'.join(name)} is not declared in the fleet"
                    yield Finding("dangling-reference", message, source, subject=node.label)

    def _declare(self, entry: Entry, name: tuple, new: _Declaration) -> None:
        """Add the declaration of a resource, or report it if the resource is already declared."""
        first = self._declarations[entry.kind].setdefault(name, new)
        if first is new:
            nodes = self._by_name[entry.kind].setdefault(name[-1] if name else "", [])
            if new.node not in nodes[-1:]:
                nodes.append(new.node)
        elif first.is_managed and new.is_managed:
            label = f"{entry.kind} {'/'.join(name)}"
            message = f"{label} is already declared at {first.source}"
            self.findings.append(Finding("duplicate", message, new.source, subject=label))

    def _add_contents(self, node: Node) -> None:
        if not node.is_valid:
            for kind in node.entry.contains:
                self._incomplete[kind].add(node.params.get("product"))
            return
        references = self._contained[id(node)]
        for item in node.entry.contents(node.params):
            if isinstance(item, Violation):
                self.findings.append(self.violation(node, item))
                for kind in node.entry.contains:
                    self._incomplete[kind].add(node.params.get("product"))
                continue
            entry = self._entries[item.kind]
            self._declare(entry, entry.name_of(item.options), _Declaration(node, item.place, item.is_managed))
            # The product is that of the node, whose references are checked as well.
            for reference in references_of(entry, item.options, without=("product",)):
                if reference not in references:
                    references[reference] = node.source_at(item.place)

    def _is_known(self, reference: Reference) -> bool:
        kind, name = reference.kind, reference.name
        if len(name) > 1:
            is_declared = name in self._declarations[kind]
            is_unknown = not self._incomplete[kind].isdisjoint((None, name[0]))
        else:
            is_declared = name[0] in self._by_name[kind]
            is_unknown = bool(self._incomplete[kind])
        return is_declared or is_unknown or self._external.contains(kind, *name)


def references_of(entry: Entry, options: dict[str, Any], without: tuple[str, ...] = ()) -> Iterator[Reference]:
    """Yield the references of a resource to others that can be checked, except those of some options."""
    for option, referenced in entry.references().items():
        value = options.get(option)
        if value is None or option in without:
            continue
        for element in value if isinstance(value, list) else [value]:
            if isinstance(element, dict) and "device" in referenced:
                product, name = element.get("product"), element.get("name")
                if isinstance(product, str) and isinstance(name, str):
                    yield Reference(option, "product", (product,))
                    yield Reference(option, "device", (product, name))
                    continue
            if len(referenced) == 1:
                name = element.get("name") if isinstance(element, dict) else element
                if isinstance(name, str) and name:
                    product = options.get("product") if referenced[0] == "device" else None
                    yield Reference(option, referenced[0], (product, name) if isinstance(product, str) else (name,))


def referenced_by_name(node: Node, nodes: Mapping[str, Mapping[str, list[Node]]]) -> Iterator[Node]:
    """Yield the other nodes to which the options of a node refer by name, some of them more than once.

    Args:
        node: The node.
        nodes: All nodes by kind and last name.
    """
    for option, referenced in node.entry.references().items():
        for name in set(names_in(node.params.get(option))):
            for kind in referenced:
                yield from (one for one in nodes.get(kind, {}).get(name, ()) if one is not node)


def names_in(value: Any) -> Iterator[str]:
    """Yield all texts in a value that can be names of resources: whole texts, and the levels of topics."""
    if isinstance(value, str):
        yield value
        if "/" in value:
            yield from value.strip("/").split("/")
    elif isinstance(value, dict):
        for member in value.values():
            yield from names_in(member)
    elif isinstance(value, list):
        for element in value:
            yield from names_in(element)
