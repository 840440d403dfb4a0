# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drawings of a flow from left to right, such as messages from topics to their destinations, as SVG."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.flow_layout import Box, arrange
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.markup import Markup, tag
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.text_width import shortened

_WIDTH, _HEIGHT = 190, 42  # of a node
_GAP, _COLUMN_GAP = 12, 54  # between nodes, and between columns
_PASSAGE = 8  # the height of an edge that passes a column
_HEAD, _EDGE = 30, 6  # the height of the titles of the columns, and the space around everything
_KIND_WIDTH, _LABEL_WIDTH = 31, 25  # in narrow characters


@dataclass(frozen=True)
class FlowNode:
    """A node of a flow.

    Attributes:
        key: Identifies it.
        column: The number of its column, from the left.
        kind: What it is.
        label: Its name.
        note: Its status; empty if it has none.
        tone: The color: ``good``, ``warn``, ``bad``; empty for none.
    """

    key: str
    column: int
    kind: str
    label: str
    note: str = ""
    tone: str = ""

    @property
    def text(self) -> str:
        """What the node shows, without abbreviation."""
        return f"{self.kind} {self.label}{f' ({self.note})' if self.note else ''}"


@dataclass(frozen=True)
class FlowEdge:
    """An edge of a flow.

    Attributes:
        start: The key of the node on the left.
        end: The key of the node on the right.
        note: When messages take it, if not always; the edge is dashed then.
    """

    start: str
    end: str
    note: str = ""


@dataclass(frozen=True)
class Flow:
    """A flow.

    Attributes:
        title: The title, for screen readers.
        columns: The titles of the columns. Columns without nodes are not drawn.
        nodes: The nodes.
        edges: The edges, each from a column to one on the right of it.
    """

    title: str
    columns: Sequence[str]
    nodes: Sequence[FlowNode] = field(default_factory=tuple)
    edges: Sequence[FlowEdge] = field(default_factory=tuple)


def flow_chart(flow: Flow) -> Markup:
    """Return a drawing of a flow, in a region that scrolls if it is too wide."""
    used = sorted({node.column for node in flow.nodes})
    position = {column: index for index, column in enumerate(used)}
    nodes = {node.key: node for node in flow.nodes}
    boxes = [Box(node.key, position[node.column], _HEIGHT) for node in flow.nodes]
    edges = [(edge.start, edge.end) for edge in flow.edges]
    layout = arrange(boxes, edges, _GAP, _PASSAGE)
    left = {index: _EDGE + index * (_WIDTH + _COLUMN_GAP) for index in range(len(used))}
    heads = [tag("text", flow.columns[column], x=left[index], y=16, class_="head") for index, column in enumerate(used)]
    lines = [
        tag("path", _title(nodes, edge), d=_path(route, left), class_="edge other" if edge.note else "edge")
        for edge, route in zip(flow.edges, layout.routes)
    ]
    arrows = [tag("path", d=_arrow(route[-1], left), class_="arrow") for route in layout.routes]
    drawn = [_node(node, left[position[node.column]], layout.centers[node.key] - _HEIGHT / 2) for node in flow.nodes]
    width = _EDGE * 2 + len(used) * _WIDTH + max(len(used) - 1, 0) * _COLUMN_GAP
    height = _HEAD + layout.height + _EDGE * 2
    drawing = tag(
        "svg",
        tag("title", flow.title),
        *heads,
        tag("g", *lines, *arrows, *drawn, transform=f"translate(0 {_HEAD})"),
        class_="flow-chart",
        width=width,
        height=f"{height:.0f}",
        viewBox=f"0 0 {width} {height:.0f}",
        role="img",
    )
    return tag("div", drawing, class_="scroll", tabindex="0", role="region", aria_label=f"Drawing: {flow.title}")


def flow_list(flow: Flow) -> Markup:
    """Return the edges of a flow as a list of texts, for readers who cannot use the drawing."""
    nodes = {node.key: node for node in flow.nodes}
    ends: dict[str, list[str]] = defaultdict(list)
    for edge in flow.edges:
        ends[edge.start].append(nodes[edge.end].text + (f", {edge.note}" if edge.note else ""))
    rows = [tag("li", f"{nodes[start].text} → {'; '.join(texts)}") for start, texts in ends.items()]
    return tag("ul", *rows)


def _title(nodes: dict[str, FlowNode], edge: FlowEdge) -> Markup:
    note = f" ({edge.note})" if edge.note else ""
    return tag("title", f"{nodes[edge.start].text} → {nodes[edge.end].text}{note}")


def _node(node: FlowNode, x: float, y: float) -> Markup:
    kind = f"{node.kind}, {node.note}" if node.note else node.kind
    return tag(
        "g",
        tag("title", node.text),
        tag("rect", x=x, y=f"{y:.1f}", width=_WIDTH, height=_HEIGHT, rx=6),
        tag("text", shortened(kind, _KIND_WIDTH), x=x + 10, y=f"{y + 16:.1f}", class_="kind"),
        tag("text", shortened(node.label, _LABEL_WIDTH), x=x + 10, y=f"{y + 33:.1f}"),
        class_=f"node {node.tone}".rstrip(),
    )


def _path(route: Sequence[tuple[int, float]], left: dict[int, int]) -> str:
    """Return the path of an edge through the columns: curves between them, and straight lines in them."""
    first, y = route[0]
    commands = [f"M{left[first] + _WIDTH},{y:.1f}"]
    for index, (column, end) in enumerate(route[1:], 1):
        start = left[column] - _COLUMN_GAP
        middle = start + _COLUMN_GAP / 2
        is_last = index == len(route) - 1
        commands.append(
            f"C{middle:.0f},{y:.1f} {middle:.0f},{end:.1f} {left[column] - (5 if is_last else 0)},{end:.1f}"
        )
        if not is_last:
            commands.append(f"H{left[column] + _WIDTH}")
        y = end
    return "".join(commands)


def _arrow(end: tuple[int, float], left: dict[int, int]) -> str:
    column, y = end
    return f"M{left[column] - 7},{y - 4:.1f}L{left[column] - 1},{y:.1f}L{left[column] - 7},{y + 4:.1f}Z"
