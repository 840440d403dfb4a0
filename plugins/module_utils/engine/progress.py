# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The progress of long tasks."""

from __future__ import annotations


class Progress:
    """Shows how far a task is. This class shows nothing: an ordinary module has no terminal.

    Attributes:
        interval: The seconds between two calls.
    """

    interval = 5.0

    def __call__(self, text: str, share: float | None = None) -> None:
        """Show the progress.

        Args:
            text: One line.
            share: What is done, from 0 to 1; None if it is unknown.
        """
