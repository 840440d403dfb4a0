# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of drawings of a flow."""

from __future__ import annotations

import random
import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.flow_chart import (
    Flow,
    FlowEdge,
    FlowNode,
    flow_chart,
    flow_list,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.flow_layout import Box, arrange
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.text_width import shortened, width_of

from ..client.conftest import property_test

COLUMNS = ("Topics", "Sources", "Rules")


@st.composite
def graphs(draw):
    """Draw nodes in columns, and edges between them from left to right."""
    columns = draw(st.lists(st.integers(0, 4), min_size=1, max_size=15))
    pairs = [(a, b) for a, b in combinations(range(len(columns)), 2) if columns[a] != columns[b]]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=20, unique=True)) if pairs else []
    edges = [(str(a), str(b)) if columns[a] < columns[b] else (str(b), str(a)) for a, b in chosen]
    return [Box(str(index), column, 40) for index, column in enumerate(columns)], edges


@property_test
@given(graphs())
def test_places_of_a_column_do_not_overlap_and_are_inside(graph):
    boxes, edges = graph
    layout = arrange(boxes, edges, gap=10, passage=8)
    places: dict[int, list[tuple[float, float]]] = {}
    for box in boxes:
        places.setdefault(box.column, []).append((layout.centers[box.key], 40))
    for route in layout.routes:
        for column, center in route[1:-1]:
            places.setdefault(column, []).append((center, 8))
    for column in places.values():
        column.sort()
        for (one, height), (other, other_height) in pairwise(column):
            assert other - one >= (height + other_height) / 2 + 10 - 1e-6
        assert column[0][0] >= column[0][1] / 2 - 1e-6
        assert column[-1][0] + column[-1][1] / 2 <= layout.height + 1e-6


def test_order_of_columns_avoids_crossings():
    count = 12
    order = list(range(count))
    random.Random(1).shuffle(order)
    boxes = [Box(f"a{index}", 0, 40) for index in range(count)] + [Box(f"b{index}", 1, 40) for index in order]
    layout = arrange(boxes, [(f"a{index}", f"b{index}") for index in range(count)], gap=10, passage=8)
    assert all(route[0][1] == pytest.approx(route[-1][1]) for route in layout.routes)


def test_edge_that_skips_a_column_does_not_cross_its_nodes():
    boxes = [Box("a", 0, 40), Box("b", 1, 40), Box("c", 2, 40)]
    layout = arrange(boxes, [("a", "b"), ("b", "c"), ("a", "c")], gap=10, passage=8)
    (_start, (column, center), _end) = layout.routes[2]
    assert column == 1
    assert abs(center - layout.centers["b"]) >= 24 + 10 - 1e-6


def flow(label: str = "user/report") -> Flow:
    return Flow(
        "Flow of <lamps>",
        COLUMNS,
        [FlowNode("1", 0, "topic", label), FlowNode("2", 2, "rule", "overheat", "stopped", "warn")],
        [FlowEdge("1", "2", "after an error")],
    )


def test_drawing_contains_nodes_edges_and_titles_of_used_columns():
    text = flow_chart(flow())
    assert "<title>Flow of &lt;lamps&gt;</title>" in text
    assert "<title>topic user/report → rule overheat (stopped) (after an error)</title>" in text
    assert 'class="edge other"' in text
    assert 'class="node warn"' in text
    assert "rule, stopped" in text
    assert "Sources" not in text
    assert text.count("<rect") == 2


def test_list_contains_the_same_as_the_drawing():
    text = flow_list(flow("<b>"))
    assert text == "<ul><li>topic &lt;b&gt; → rule overheat (stopped), after an error</li></ul>"


def test_long_names_are_shortened_in_the_middle_and_complete_in_the_title():
    name = "user/" + "very_long_level/" * 7 + "end"
    text = flow_chart(flow(name))
    assert f"<title>topic {name}</title>" in text
    (shown,) = re.findall(r">(user[^<]*end)</text>", text)
    assert len(shown) <= 25


def test_drawing_without_nodes_is_empty():
    assert "<rect" not in flow_chart(Flow("Nothing", COLUMNS))


@property_test
@given(st.text(max_size=40), st.integers(4, 30))
def test_shortened_text_has_at_most_the_width(text, width):
    short = shortened(text, width)
    assert width_of(short) <= width
    assert short == text or "…" in short


def test_chinese_characters_are_twice_as_wide():
    assert width_of("路灯a") == 5
    assert shortened("路灯路灯路灯", 7) == "路…路灯"
