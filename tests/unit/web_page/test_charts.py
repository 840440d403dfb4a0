# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of charts."""

from __future__ import annotations

import math
import re

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.charts import (
    MAX_LINES,
    Bar,
    Line,
    Part,
    bar_chart,
    legend,
    line_chart,
    single_bar,
    ticks,
)


def rects(text: str) -> list[tuple[float, float]]:
    """Return the start and the width of each part of a bar in percent."""
    return [(float(x), float(width)) for x, width in re.findall(r'<rect x="([\d.]+)%" width="([\d.]+)%"', text)]


def test_bar_shows_the_parts_in_order():
    text = single_bar([Part("online", 50, "good"), Part("offline", 25, "idle"), Part("none", 0)], 100)
    assert rects(text) == [(0, 50), (50, 25)]
    assert 'class="fill-good"' in text
    assert 'aria-hidden="true"' in text


def test_bar_shows_small_parts_and_never_exceeds_its_width():
    parts = rects(single_bar([Part("many", 99_999), Part("one", 1), Part("beyond", 50_000)], 100_000))
    assert parts[1][1] > 0 or parts[0] == (0, 100)
    assert all(start + width <= 100.01 for start, width in parts)
    assert rects(single_bar([Part("one", 1), Part("many", 99_999)], 100_000))[0] == (0, 1)


@pytest.mark.parametrize(("parts", "total"), [([], 10), ([Part("a", 0)], 0), ([Part("a", 5)], 0)])
def test_bar_without_values_is_empty(parts, total):
    assert rects(single_bar(parts, total)) == []


def test_bars_of_a_chart_are_relative_to_the_largest_one_or_to_their_own_total():
    text = bar_chart(
        [
            Bar("<a>", 10, [Part("x", 10)], "<note>"),
            Bar("b", 1234, [Part("x", 20)]),
            Bar("c", "5", [Part("x", 5)], total=5),
        ]
    )
    assert rects(text) == [(0, 50), (0, 100), (0, 100)]
    assert "&lt;a&gt;" in text
    assert "&lt;note&gt;" in text
    assert "1,234" in text
    assert rects(bar_chart([Bar("a", 10, [Part("x", 10)])], 40)) == [(0, 25)]


def test_legend_contains_the_value_of_each_color():
    text = legend([Part("on <b>", 1200, "good"), Part("off", 0, "bad")])
    assert "on &lt;b&gt;: 1,200" in text
    assert "off: 0" in text


@pytest.mark.parametrize("maximum", [0, -5, 0.3, 1, 3, 7, 10, 99, 100, 101, 1234, 2e6])
def test_ticks_are_round_and_contain_the_maximum(maximum):
    found = ticks(maximum)
    assert found[0] == 0
    assert found[-1] >= maximum
    assert 2 <= len(found) <= 7
    step = found[1]
    assert step / 10 ** math.floor(math.log10(step)) == pytest.approx(round(step / 10 ** math.floor(math.log10(step))))


def test_line_chart_draws_steps_and_describes_the_values():
    lines = [
        Line("succeeded <x>", [(0, 0), (60, 40), (120, 100)]),
        Line("failed", [(0, 0), (100, 3)]),
        Line("nothing", []),
    ]
    text = line_chart("Tasks", lines, "time", lambda value: f"{value:.0f} s")
    assert "<title>Tasks. At the end: succeeded &lt;x&gt; 100, failed 3</title>" in text
    assert 'role="img"' in text
    paths = re.findall(r'<path d="([^"]*)" class="stroke-(\d)"', text)
    first = paths[0][0]
    assert re.fullmatch(r"M[\d.]+,[\d.]+(H[\d.]+V[\d.]+){2}", first)
    # The chart ends at the largest values.
    assert re.findall(r"V([\d.]+)", first)[-1] == "14.0"
    assert "100 s" in text
    assert first.endswith("H704.0V14.0")
    assert "failed: 3" in text


def test_line_chart_without_values_is_a_text():
    assert line_chart("Tasks", [Line("failed", [])], "time") == '<p class="quiet">Tasks: there are no values.</p>'


def test_line_chart_of_one_moment_is_drawn():
    assert "<path" in line_chart("Tasks", [Line("failed", [(0, 0)])], "time")


def test_line_chart_with_too_many_lines_is_an_error():
    with pytest.raises(ValueError, match="at most 4 lines, not 5"):
        line_chart("Tasks", [Line("a", [(0, 1)])] * (MAX_LINES + 1), "time")
