# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is known of a device, and what the questions about a fleet are."""

from __future__ import annotations

from dataclasses import dataclass, field

# What can be asked of a device.
IDENTITY = "identity"  # whether it is there, and its IotId
NICKNAME = "nickname"
STATUS = "status"
SECRET = "secret"
TAGS = "tags"
GROUPS = "groups"
MODULES = "modules"
# What can be asked of a product: all of its devices, also those that nobody named.
EVERY = "every"


class Known:
    """What is known of one device; None where nobody asked.

    Attributes:
        name, iot_id, nickname, secret: as the platform has them; an empty nickname is none.
        status: the platform's word, such as ``ONLINE`` or ``DISABLE``.
        tags: text by key; only of the tags that were asked for, unless all were.
        groups: the GroupIds of the static groups that it is in; only of those asked for, unless all were.
        modules: the version by OTA module.
        gateway: the gateway that it is behind, as ``(ProductKey, name)``; empty for none.
    """

    __slots__ = ("gateway", "groups", "iot_id", "modules", "name", "nickname", "secret", "status", "tags")

    def __init__(self, name: str, iot_id: str | None = None, nickname: str | None = None, status: str | None = None):
        self.name = name
        self.iot_id = iot_id
        self.nickname = nickname
        self.status = status
        self.secret: str | None = None
        self.tags: dict | None = None
        self.groups: tuple | None = None
        self.modules: dict | None = None
        self.gateway: tuple | None = None

    @property
    def enabled(self) -> bool:
        """Whether it may connect."""
        return self.status != "DISABLE"


@dataclass(frozen=True)
class Question:
    """What has to be known of the devices of a product.

    Attributes:
        product_key: the product.
        facts: what of them.
        names: of which devices; None for all of them.
        total: how many devices the product has.
        tags: the tags that matter and how many devices are to have each, where other tags do not; None where they do.
        groups: the GroupIds of the groups that matter and how many devices are to be in each.
        other_groups: whether it matters that a device is in another group.
        concerned: of how many devices a fact matters, where not of all.
        searchable: whether the instance has QueryDeviceBySQL.
        one_by_one: whether devices may be asked one by one.
    """

    product_key: str
    facts: frozenset
    names: frozenset | None
    total: int
    tags: dict | None = None
    groups: dict = field(default_factory=dict)
    other_groups: bool = True
    concerned: dict = field(default_factory=dict)
    searchable: bool = True
    one_by_one: bool = True

    @property
    def existing(self) -> int:
        """How many of the devices are there at most."""
        return self.total if self.names is None else min(self.total, len(self.names))

    def each(self, fact: str) -> int:
        """Of how many devices a fact has to be asked where each is asked for it."""
        return min(self.existing, self.concerned.get(fact, self.existing))
