# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The integration tests that a pytest session runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Selection:
    """The integration tests that a session runs.

    Attributes:
        files: The names of the files with selected tests.
        deselected: Whether an option such as ``-k`` deselected tests.
        single: Whether an argument names single tests.
    """

    files: set[str] = field(default_factory=set)
    deselected: bool = False
    single: bool = False

    @property
    def complete(self) -> bool:
        """Whether all integration tests are selected."""
        every_file = {path.name for path in HERE.glob("test_*.py")}
        return not self.deselected and not self.single and every_file <= self.files

    def as_dict(self) -> dict:
        """Return the selection in a form that can be serialized."""
        return {"files": sorted(self.files), "deselected": self.deselected, "single": self.single}

    def merge(self, other: dict) -> None:
        """Add the selection of a worker of pytest-xdist, in the form that ``as_dict`` returns."""
        self.files.update(other["files"])
        self.deselected |= other["deselected"]
        self.single |= other["single"]
