# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The layout of a flow in columns: the order in each column with few crossings, and the heights with short edges.

An edge that skips a column has a passage in it, so that it does not cross a node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

#: How often the order in the columns is improved, from left to right and back.
_SWEEPS = 6


@dataclass
class Box:
    """A place in a column: a node, or the passage of an edge.

    Attributes:
        key: Identifies it.
        column: The number of the column, from the left.
        height: Its height.
        center: The height of its center below the top.
    """

    key: str
    column: int
    height: float
    center: float = 0.0


@dataclass
class Layout:
    """Where everything is.

    Attributes:
        centers: The heights of the centers of the nodes, by key.
        routes: For each edge its column and height at the start, in the passages, and at the end.
        height: The height of everything.
    """

    centers: dict[str, float] = field(default_factory=dict)
    routes: list[list[tuple[int, float]]] = field(default_factory=list)
    height: float = 0.0


def arrange(boxes: Sequence[Box], edges: Sequence[tuple[str, str]], gap: float, passage: float) -> Layout:
    """Arrange nodes and edges.

    Args:
        boxes: The nodes.
        edges: The keys of the start and the end of each edge. The end is in a column on the right of the start.
        gap: The space between two places of a column.
        passage: The height of a passage.
    """
    by_key = {box.key: box for box in boxes}
    columns: dict[int, list[Box]] = defaultdict(list)
    for box in boxes:
        columns[box.column].append(box)
    chains: list[list[Box]] = []
    for index, (start, end) in enumerate(edges):
        first, last = by_key[start], by_key[end]
        between = [Box(f"\0{index}/{column}", column, passage) for column in range(first.column + 1, last.column)]
        for box in between:
            columns[box.column].append(box)
        chains.append([first, *between, last])
    before: dict[str, list[Box]] = defaultdict(list)
    after: dict[str, list[Box]] = defaultdict(list)
    for chain in chains:
        for left, right in zip(chain, chain[1:]):
            before[right.key].append(left)
            after[left.key].append(right)
    numbers = sorted(columns)
    for number in numbers:
        _stack(columns[number], gap)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        neighbors = before if forward else after
        for number in numbers if forward else reversed(numbers):
            column = columns[number]
            wishes = {box.key: _mean(neighbors[box.key], box.center) for box in column}
            _sort(column, wishes)
            _place(column, wishes, gap)
    # The order is fixed by now: move each node to the middle of all its neighbors.
    for _round in range(2):
        for number in numbers:
            column = columns[number]
            _place(column, {box.key: _mean([*before[box.key], *after[box.key]], box.center) for box in column}, gap)
    everything = [box for column in columns.values() for box in column]
    top = min((box.center - box.height / 2 for box in everything), default=0.0)
    for box in everything:
        box.center -= top
    layout = Layout({box.key: box.center for box in boxes})
    layout.routes = [[(box.column, box.center) for box in chain] for chain in chains]
    layout.height = max((box.center + box.height / 2 for box in everything), default=0.0)
    return layout


def _mean(boxes: Sequence[Box], default: float) -> float:
    return sum(box.center for box in boxes) / len(boxes) if boxes else default


def _sort(column: list[Box], wishes: dict[str, float]) -> None:
    column.sort(key=lambda box: wishes[box.key])


def _stack(column: list[Box], gap: float) -> None:
    """Place the boxes of a column one below the other."""
    down = 0.0
    for box in column:
        box.center = down + box.height / 2
        down += box.height + gap


def _place(column: list[Box], wishes: dict[str, float], gap: float) -> None:
    """Place the boxes of a column in their order as near as possible to where they should be, without overlap.

    The sum of the squares of the distances is minimal (pool adjacent violators).
    """
    offsets = []
    offset = 0.0
    for index, box in enumerate(column):
        offset += (column[index - 1].height + box.height) / 2 + gap if index else 0.0
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []  # mean position and number of boxes
    for box, offset in zip(column, offsets):
        position, count = wishes[box.key] - offset, 1
        while blocks and blocks[-1][0] > position:
            other, others = blocks.pop()
            position = (position * count + other * others) / (count + others)
            count += others
        blocks.append((position, count))
    positions = [position for position, count in blocks for _box in range(count)]
    for box, position, offset in zip(column, positions, offsets):
        box.center = position + offset
