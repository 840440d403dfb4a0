# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The flow of messages through an account as a graph, from the declarations of all kinds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible_collections.iotops.aliyun.plugins.module_utils.account.resource_names import label_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Names
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import is_built_in
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import (
    TARGETS,
    TOPIC,
    TOPICS,
    DataFlow,
    End,
)

#: Kinds whose IDs are replaced by names in topics.
_NAMED = ("product", "consumer_group")
#: The statuses in which a rule or a parser does not forward messages as it should.
_TONES = {"started": "good", "stopped": "warn", "abnormal": "bad"}


@dataclass(frozen=True)
class FlowPoint:
    """A resource or something else that messages flow through.

    Attributes:
        kind: The kind of the resource, or another word.
        key: Identifies it within the kind.
        stage: Its stage; see ``data_flow``.
        title: What it is.
        label: Its name.
        owner: The ProductKey of its product; empty if it has none.
        status: Its status, such as ``stopped``; empty if it has none.
        is_unmanaged: Whether it is a resource that no file declares.
        is_built_in: Whether the platform has created it by itself.
    """

    kind: str
    key: str
    stage: int
    title: str
    label: str
    owner: str = ""
    status: str = ""
    is_unmanaged: bool = False
    is_built_in: bool = False

    @property
    def tone(self) -> str:
        """The color of the status."""
        return _TONES.get(self.status, "")


@dataclass
class FlowGraph:
    """The flow of messages through an account.

    Attributes:
        points: Everything that messages flow through, by kind and key.
        edges: When messages take the connection between two points: an empty text for always.
    """

    points: dict[tuple[str, str], FlowPoint] = field(default_factory=dict)
    edges: dict[tuple[tuple[str, str], tuple[str, str]], str] = field(default_factory=dict)

    def unconnected(self) -> list[FlowPoint]:
        """Return the points without a connection, without those that the platform has created by itself."""
        connected = self.connected()
        return [point for key, point in self.points.items() if key not in connected and not point.is_built_in]

    def connected(self) -> set[tuple[str, str]]:
        """Return the keys of the points with a connection."""
        return {point for edge in self.edges for point in edge}

    def by_product(self) -> dict[str, FlowGraph]:
        """Return the parts that the messages of each product can reach, by ProductKey."""
        following: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for start, end in self.edges:
            following[start].append(end)
        starts: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for key in following:
            if self.points[key].owner:
                starts[self.points[key].owner].append(key)
        order = {key: position for position, key in enumerate(self.points)}
        return {owner: self._reached(keys, following, order) for owner, keys in starts.items()}

    def _reached(
        self,
        starts: list[tuple[str, str]],
        following: dict[tuple[str, str], list[tuple[str, str]]],
        order: dict[tuple[str, str], int],
    ) -> FlowGraph:
        waiting, reached = list(starts), set()
        while waiting:
            key = waiting.pop()
            if key not in reached:
                reached.add(key)
                waiting += following.get(key, ())
        keys = sorted(reached, key=order.__getitem__)
        edges = {(start, end): self.edges[start, end] for start in keys for end in following.get(start, ())}
        return FlowGraph({key: self.points[key] for key in keys}, edges)


def flow_of(found: dict[str, list[Found]], unmanaged: Iterable[int] = ()) -> FlowGraph:
    """Return the flow of messages through an account.

    Args:
        found: The resources of the account by plural.
        unmanaged: The IDs (``id``) of the resources that no file declares.
    """
    builder = _Builder(Names(found), frozenset(unmanaged))
    declared = [
        (one, one.entry.resource.flow) for resources in found.values() for one in resources if one.entry.resource.flow
    ]
    for one, flow in declared:
        builder.add(one, flow)
    for one, flow in declared:
        builder.connect(one, flow)
    return builder.graph


class _Builder:
    """Builds the graph: first the resources, and then their connections."""

    def __init__(self, names: Names, unmanaged: frozenset[int]) -> None:
        self.graph = FlowGraph()
        self._names = names
        self._unmanaged = unmanaged
        # The topics of the resources by ProductKey, for the comparison with wildcards.
        self._topics: dict[str, list[tuple[str, str]]] = defaultdict(list)

    def add(self, one: Found, flow: DataFlow) -> None:
        """Add a resource."""
        itself = self._itself(one, flow)
        key = (itself.kind, itself.key)
        title, label = one.entry.resource.title, label_of(one, self._names)
        if itself.kind == TOPIC:
            title, label = self._described(itself, title)
        self.graph.points[key] = FlowPoint(
            *key,
            flow.stage,
            title,
            label,
            itself.owner,
            str(one.values.get("status") or "") if one.entry.resource.states.get("started") else "",
            id(one) in self._unmanaged,
            is_built_in(one.entry.resource, one.values),
        )
        if itself.kind == TOPIC:
            self._topics[itself.owner].append(key)

    def connect(self, one: Found, flow: DataFlow) -> None:
        """Add the connections of a resource."""
        itself = self._itself(one, flow)
        key = (itself.kind, itself.key)
        for end in flow.inputs(one.values):
            for source in self._sources(end):
                self.graph.edges.setdefault((source, key), end.note)
        for end in flow.outputs(one.values):
            self.graph.edges.setdefault((key, self._point(end, TARGETS)), end.note)

    @staticmethod
    def _itself(one: Found, flow: DataFlow) -> End:
        if flow.itself:
            return flow.itself(one.values)
        resource = one.entry.resource
        identity = [str(one.values.get(name)) for name in resource.identity.values()]
        return End(resource.kind, "/".join(identity))

    def _sources(self, end: End) -> list[tuple[str, str]]:
        """Return the points that an input names: a topic with wildcards names all topics that it matches."""
        if end.kind != TOPIC:
            return [self._point(end, TOPICS)]
        matches = [key for key in self._topics[end.owner] if topics_overlap(end.key, key[1])]
        return matches or [self._point(end, TOPICS)]

    def _point(self, end: End, stage: int) -> tuple[str, str]:
        """Return the key of a point; add it if it is not a resource of the account."""
        key = (end.kind, end.key)
        if key not in self.graph.points:
            title, label = self._described(end, end.title or end.kind.replace("_", " "))
            self.graph.points[key] = FlowPoint(*key, stage, title, label, end.owner)
        return key

    def _described(self, end: End, title: str) -> tuple[str, str]:
        """Return what something is, with the name of its product, and its name: the levels of a topic without both."""
        levels = end.key.split("/")
        if not end.owner or end.owner not in levels:
            return title, str(self._names.replace(end.key, _NAMED))
        product = str(self._names.replace(end.owner, ("product",)))
        position = levels.index(end.owner)
        root, rest = levels[1:position], levels[position + 1 :]
        shown = [*(root if root != ["sys"] else ()), *(rest[1:] if rest[:1] == ["+"] else rest)]
        return f"{title} of {product}", "/".join(shown)


def topics_overlap(one: str, other: str) -> bool:
    """Return whether there is a topic that two topics with the wildcards + and # both match."""
    shorter, longer = sorted((one.split("/"), other.split("/")), key=len)
    for left, right in zip(shorter, longer):
        if "#" in (left, right):
            return True
        if left != right and "+" not in (left, right):
            return False
    return longer[len(shorter) :] in ([], ["#"])


def limited(graph: FlowGraph, maximum: int) -> tuple[FlowGraph, int]:
    """Return a graph with at most a number of points, and the number of points that it does not contain.

    Points at the end of the flow are kept first, because many topics often lead to the same few destinations.
    """
    kept = sorted(graph.points, key=lambda key: -graph.points[key].stage)[:maximum]
    selected = set(kept)
    points = {key: point for key, point in graph.points.items() if key in selected}
    edges = {edge: note for edge, note in graph.edges.items() if set(edge) <= selected}
    return FlowGraph(points, edges), len(graph.points) - len(points)
