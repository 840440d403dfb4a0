# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The current state of a device, and the description of what to read."""

from __future__ import annotations

from dataclasses import dataclass, field

# Facts about a device.
IDENTITY = "identity"  # whether it exists, and its IotId
NICKNAME = "nickname"
STATUS = "status"
SECRET = "secret"
TAGS = "tags"
GROUPS = "groups"
MODULES = "modules"
# A fact about a product: the names of all its devices, including those that the task does not list.
ALL_DEVICES = "all devices"


class DeviceState:
    """The current state of one device. A value of None was not read.

    Attributes:
        name, iot_id, nickname, secret: As on the platform. An empty nickname means that the device has none.
        status: The status in the platform's form, such as ``ONLINE`` or ``DISABLE``.
        tags: The tags, value by key: all tags, or only the requested ones if only those were read.
        groups: The GroupIds of the static groups: all groups, or only the requested ones if only those were read.
        modules: The version by OTA module.
        gateway: The gateway that the device is attached to, as ``(ProductKey, name)``; empty for no gateway.
    """

    __slots__ = ("gateway", "groups", "iot_id", "modules", "name", "nickname", "secret", "status", "tags")

    def __init__(
        self, name: str, iot_id: str | None = None, nickname: str | None = None, status: str | None = None
    ) -> None:
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
        """Whether the device can connect."""
        return self.status != "DISABLE"


@dataclass(frozen=True)
class ReadSpec:
    """What to read about the devices of a product.

    Attributes:
        product_key: The ProductKey.
        facts: The facts to read.
        names: The names of the devices; None for all devices of the product.
        total: The number of devices of the product.
        tags: The tags to read, each with the number of devices that should have it, if other tags do not matter; None
            if all tags must be read.
        groups: The GroupIds of the groups to read, each with the number of devices that should be members.
        other_groups: Whether memberships in other groups must be read, too.
        relevant_counts: The number of devices for which a fact matters, by fact; if missing, it matters for all.
        searchable: Whether the instance supports QueryDeviceBySQL.
        one_by_one: Whether queries that send one request for each device are allowed.
    """

    product_key: str
    facts: frozenset
    names: frozenset | None
    total: int
    tags: dict | None = None
    groups: dict = field(default_factory=dict)
    other_groups: bool = True
    relevant_counts: dict = field(default_factory=dict)
    searchable: bool = True
    one_by_one: bool = True

    @property
    def max_existing(self) -> int:
        """The maximum number of the devices that can exist."""
        return self.total if self.names is None else min(self.total, len(self.names))

    def requests_per_device(self, fact: str) -> int:
        """Return the number of requests that read a fact with one request for each device."""
        return min(self.max_existing, self.relevant_counts.get(fact, self.max_existing))
