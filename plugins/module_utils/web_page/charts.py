# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Charts as SVG: bars, and lines over time. Every value is also in the text beside the chart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.markup import Markup, tag
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.page import number


@dataclass(frozen=True)
class Part:
    """A part of a bar.

    Attributes:
        title: What it is.
        value: Its size.
        tone: The color: ``good``, ``bad``, ``warn``, ``calm``, ``idle`` or ``extra``.
    """

    title: str
    value: float
    tone: str = "calm"


@dataclass(frozen=True)
class Bar:
    """A line of a bar chart.

    Attributes:
        label: What it is about.
        text: The value as text.
        parts: The parts, from left to right.
        note: A text or markup below the bar.
        total: The value at the right end; None for that of the chart.
    """

    label: Any
    text: Any
    parts: Sequence[Part]
    note: Any = ""
    total: float | None = None


def single_bar(parts: Sequence[Part], total: float) -> Markup:
    """Return one horizontal bar without text.

    Args:
        parts: The parts, from left to right.
        total: The value at the right end. Parts beyond it are cut off.
    """
    rects = []
    start = 0.0
    for part in parts:
        share = min(100.0 * part.value / total, 100.0 - start) if total > 0 else 0.0
        if share > 0:
            # At least one percent, so that a small part is visible.
            width = min(max(share, 1.0), 100.0 - start)
            rects.append(
                tag("rect", x=f"{start:.2f}%", width=f"{width:.2f}%", height="100%", class_=f"fill-{part.tone}")
            )
            start += width
    return tag("svg", *rects, class_="bar", aria_hidden="true", focusable="false")


def bar_chart(bars: Iterable[Bar], total: float | None = None) -> Markup:
    """Return a chart of horizontal bars.

    Args:
        bars: The bars.
        total: The value at the right end; None for the largest one.
    """
    bars = list(bars)
    if total is None:
        total = max((sum(part.value for part in one.parts) for one in bars), default=0)
    rows = [
        tag(
            "li",
            tag("span", one.label, class_="label"),
            tag("span", number(one.text), class_="value"),
            single_bar(one.parts, total if one.total is None else one.total),
            tag("div", one.note, class_="note") if one.note else None,
        )
        for one in bars
    ]
    return tag("ul", *rows, class_="bars")


def legend(parts: Iterable[Part]) -> Markup:
    """Return what the colors of bars mean, with the value of each part."""
    rows = [
        tag(
            "li",
            tag(
                "svg", tag("rect", width="100%", height="100%", rx="2", class_=f"fill-{part.tone}"), aria_hidden="true"
            ),
            tag("span", f"{part.title}: {number(part.value)}"),
        )
        for part in parts
    ]
    return tag("ul", *rows, class_="legend")


@dataclass(frozen=True)
class Line:
    """A line of a line chart.

    Attributes:
        title: What it shows.
        points: Its points from left to right: the position and the value. Positions are in the unit of the axis, such
            as minutes, so that the marks of the axis are round.
    """

    title: str
    points: Sequence[tuple[float, float]]


# The size of a line chart, and of the space around the lines, in units of the drawing.
_WIDTH, _HEIGHT = 720, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 14, 40
#: The number of lines with different strokes.
MAX_LINES = 4


def line_chart(
    title: str,
    lines: Sequence[Line],
    x_title: str,
    x_text: Callable[[float], str] = lambda value: number(int(value)),
) -> Markup:
    """Return a chart of values that change in steps, such as the number of finished tasks over time.

    Args:
        title: The title, which is also the description for screen readers.
        lines: At most ``MAX_LINES`` lines. The value of each one stays the same until its next point.
        x_title: What the positions are, such as the time since the start.
        x_text: Returns the text of a position.

    Raises:
        ValueError: There are too many lines.
    """
    if len(lines) > MAX_LINES:
        raise ValueError(f"a line chart has at most {MAX_LINES} lines, not {len(lines)}")
    points = [point for line in lines for point in line.points]
    if not points:
        return tag("p", f"{title}: there are no values.", class_="quiet")
    # The last position is at the right edge, and the largest value is at or below the top.
    right = max(x for x, _y in points) or 1.0
    x_ticks = [value for value in ticks(right) if value <= right]
    y_ticks = ticks(max(y for _x, y in points))
    top = y_ticks[-1]

    def place(x: float, y: float) -> tuple[str, str]:
        across = _LEFT + (_WIDTH - _LEFT - _RIGHT) * x / right
        down = _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * y / top
        return f"{across:.1f}", f"{down:.1f}"

    parts = []
    for value in y_ticks:
        x, y = place(0, value)
        parts.append(tag("line", x1=x, y1=y, x2=_WIDTH - _RIGHT, y2=y, class_="axis"))
        parts.append(tag("text", number(_whole(value)), x=_LEFT - 8, y=float(y) + 4, text_anchor="end", class_="tick"))
    for value in x_ticks:
        x, y = place(value, 0)
        anchor = "end" if value == right else "middle"
        parts.append(tag("text", x_text(value), x=x, y=float(y) + 17, text_anchor=anchor, class_="tick"))
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(tag("text", x_title, x=middle, y=_HEIGHT - 4, text_anchor="middle", class_="tick"))
    for index, line in enumerate(lines):
        parts.append(tag("path", d=_steps(line, place), class_=f"stroke-{index}"))
    values = ", ".join(f"{line.title} {number(_whole(line.points[-1][1]))}" for line in lines if line.points)
    drawing = tag(
        "svg",
        tag("title", f"{title}. At the end: {values}"),
        *parts,
        class_="line-chart",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
    )
    return tag(
        "figure",
        tag("figcaption", title),
        tag("div", drawing, class_="scroll", tabindex="0", role="region", aria_label=f"Chart: {title}"),
        tag("ul", *(_line_key(index, line) for index, line in enumerate(lines)), class_="legend"),
        class_="chart-figure",
    )


def _steps(line: Line, place: Callable[[float, float], tuple[str, str]]) -> str:
    """Return the path of a line, which changes its value at its points only."""
    commands = []
    for index, (x, y) in enumerate(line.points):
        across, down = place(x, y)
        commands.append(f"H{across}V{down}" if index else f"M{across},{down}")
    return "".join(commands)


def _line_key(index: int, line: Line) -> Markup:
    stroke = tag("path", d="M0,6H26", class_=f"stroke-{index}")
    sample = tag("svg", stroke, viewBox="0 0 26 12", class_="stroke", aria_hidden="true")
    value = f": {number(_whole(line.points[-1][1]))}" if line.points else ""
    return tag("li", sample, tag("span", f"{line.title}{value}"))


def ticks(maximum: float, count: int = 5) -> list[float]:
    """Return round values from 0 to at least a maximum.

    Args:
        maximum: The largest value; 0 or less counts as 1.
        count: About how many values there are.
    """
    maximum = maximum if maximum > 0 else 1.0
    rough = maximum / count
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(one * magnitude for one in (1, 2, 5, 10) if one * magnitude >= rough * (1 - 1e-9))
    return [index * step for index in range(math.ceil(maximum / step - 1e-9) + 1)]


def _whole(value: float) -> Any:
    return int(value) if float(value).is_integer() else round(value, 2)
