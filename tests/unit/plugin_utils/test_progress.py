# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the progress of tasks on the controller."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.plugin_utils.progress import DisplayedProgress

CLEAR = "\r\x1b[2K"


class Display:
    """A display of 60 columns that records what it shows."""

    columns = 60

    def __init__(self):
        self.shown = []

    def display(self, text, screen_only=False, newline=True):
        self.shown.append((text, newline))


def show(is_terminal, *progress):
    display = Display()
    shown = DisplayedProgress(display, is_terminal)
    for text, share in progress:
        shown(text, share)
    return display.shown


def test_output_that_is_no_terminal_gets_lines():
    assert show(False, ("topics 1/2", 0.5), ("topics 2/2", 1)) == [("topics 1/2", True), ("topics 2/2", True)]


def test_terminal_gets_one_line_that_is_replaced_and_then_stays():
    (first, is_line), (last, is_last_line) = show(True, ("topics 1/2", 0.5), ("topics 2/2", 1))
    assert first == f"{CLEAR}[{'#' * 15}{'-' * 15}]  50% topics 1/2"
    assert last == f"{CLEAR}[{'#' * 30}] 100% topics 2/2"
    assert (is_line, is_last_line) == (False, True)


def test_line_longer_than_the_terminal_is_cut_off():
    ((text, _is_line),) = show(True, ("x" * 100, 0.5))
    assert len(text.removeprefix(CLEAR)) == 59
    assert text.endswith("x…")


def test_interval_on_a_terminal_is_shorter():
    assert DisplayedProgress(Display(), True).interval < DisplayedProgress(Display(), False).interval
