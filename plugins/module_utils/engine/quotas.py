# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Quotas: how many resources, or elements of a resource, the platform allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Quota:
    """A limit of the platform.

    For example, the number of boxes in a room, and the number of labels of a box::

        Quota(100, "manual section 1.2", per="room_id")
        Quota(10, "manual section 1.3", elements="labels")

    Attributes:
        maximum: The limit.
        source: Where the manual documents it.
        per: The field with the ID of what contains the resources; empty if the limit is for the whole account.
        elements: The field whose elements are counted for each resource, in place of the resources.
        only: The values by field of the resources that are counted; empty for all.
    """

    maximum: int
    source: str
    per: str = ""
    elements: str = ""
    only: dict[str, Any] = field(default_factory=dict)
