# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The releases of ansible-core that the collection is tested with. README.md has the same table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Version:
    """A release of ansible-core.

    Attributes:
        core: The release, as in ``pip install ansible-core==CORE``.
        pythons: The releases of Python to run it with, the preferred one first.
        end: Whether it is the oldest or the newest supported release, which ``make test`` runs as well.
        candidate: Whether it is a release candidate; its failures are reported, but do not fail the run.
    """

    core: str
    pythons: tuple[str, ...]
    end: bool = False
    candidate: bool = False

    @property
    def minor(self) -> str:
        """The release without the number of the bug fix release: ``2.16``."""
        return ".".join(self.core.split(".")[:2])


#: All releases, the oldest first.
VERSIONS = (
    Version("2.16.19", ("3.11",), end=True),
    Version("2.17.14", ("3.11", "3.12")),
    Version("2.18.19", ("3.11", "3.12", "3.13")),
    Version("2.19.14", ("3.11", "3.12", "3.13")),
    Version("2.20.10", ("3.12", "3.13")),
    Version("2.21.5", ("3.13", "3.12"), end=True),
    Version("2.22.0rc1", ("3.13",), candidate=True),
)
