# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of measurements, printed at the end of the run."""

from __future__ import annotations

import pytest

_tables: list[str] = []


@pytest.fixture
def table():
    """A function that adds a Markdown table to the output: ``table("title", ("what", "seconds"), rows)``."""

    def add(title: str, head: tuple, rows: list[tuple]) -> None:
        lines = [head, tuple("---" for _cell in head), *rows]
        text = "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
        _tables.append(f"\n{title}\n\n{text}\n")

    return add


def pytest_terminal_summary(terminalreporter):
    for text in _tables:
        terminalreporter.write_line(text)
