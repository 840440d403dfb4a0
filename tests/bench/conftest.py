# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of measurements and bounds, printed at the end of the run."""

from __future__ import annotations

import pytest

_tables: list[str] = []

# The measurements that have a bound.
_bounded: list[tuple] = []


@pytest.fixture
def table():
    """A function that adds a Markdown table to the output: ``table("title", ("what", "seconds"), rows)``."""

    def add(title: str, head: tuple, rows: list[tuple]) -> None:
        lines = [head, tuple("---" for _cell in head), *rows]
        text = "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
        _tables.append(f"\n{title}\n\n{text}\n")

    return add


@pytest.fixture
def measured():
    """A function that adds a row to the table: the measurement, the result, the bound, and whether it is met."""

    def add(what: str, result: str, bound: str, is_met: bool) -> None:
        _bounded.append((what, result, bound, "yes" if is_met else "NO"))
        assert is_met, f"{what}: {result}, bound: {bound}"

    return add


def pytest_terminal_summary(terminalreporter):
    if _bounded:
        terminalreporter.write_line("\nMeasurements with bounds\n")
        for row in (("measurement", "result", "bound", "met"), ("---",) * 4, *_bounded):
            terminalreporter.write_line("| " + " | ".join(row) + " |")
    for text in _tables:
        terminalreporter.write_line(text)
