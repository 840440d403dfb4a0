# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The progress of tasks on the controller: a bar on a terminal, a line from time to time otherwise."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.progress import Progress

#: Whether the output is a terminal. Determined when the main process loads the action plugin: the workers of
#: ansible-core 2.19 and later have no terminal, and send their output to the main process.
IS_TERMINAL = os.isatty(1)

_BAR_WIDTH = 30
# Returns to the start of the line and clears it.
_CLEAR = "\r\x1b[2K"


class DisplayedProgress(Progress):
    """Shows the progress with the display of Ansible.

    Args:
        display: The display.
        is_terminal: Whether the output is a terminal.
    """

    def __init__(self, display: Any, is_terminal: bool | None = None) -> None:
        self._display = display
        self._is_terminal = IS_TERMINAL if is_terminal is None else is_terminal
        if self._is_terminal:
            self.interval = 1.0

    def __call__(self, text: str, share: float | None = None) -> None:
        if not self._is_terminal or share is None:
            self._display.display(text)
            return
        is_done = share >= 1
        filled = int(_BAR_WIDTH * min(max(share, 0.0), 1.0))
        line = f"[{'#' * filled}{'-' * (_BAR_WIDTH - filled)}] {share:4.0%} {text}"
        width = self._display.columns - 1
        # A line that the terminal wraps could not be replaced. The last one stays.
        shown = line if is_done or len(line) <= width else f"{line[: width - 1]}…"
        self._display.display(f"{_CLEAR}{shown}", screen_only=True, newline=is_done)
