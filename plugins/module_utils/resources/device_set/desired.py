# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wanted of the devices of a fleet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, Text, Texts
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import NICKNAME, GatewayRef

#: The most groups that a device can be in.
MOST_GROUPS = 10

#: What can be said of a device, beside its name; and of those, what can be said of all devices of a task at once.
TYPES = {
    "nickname": NICKNAME,
    "tags": tags.tags(value=Text(1, 128, wide=2)),
    "groups": Texts(Text(1), maximum=MOST_GROUPS),
    "enabled": Flag(),
    "gateway": GatewayRef(),
}
SHARED = ("tags", "groups", "enabled", "gateway")

#: The options of one device.
OPTIONS = {
    "name": {"type": "str", "required": True},
    **{name: {**kind.argument, "no_log": False} for name, kind in TYPES.items()},
}


@dataclass
class Wanted:
    """One device as it is to be; None leaves alone, and an empty value clears.

    Attributes:
        name: its name.
        nickname: its nickname.
        tags: text by key.
        groups: the names or GroupIds of its groups; once resolved, the GroupIds.
        enabled: whether it may connect.
        gateway: the gateway that it is behind, as ``(ProductKey, name)``; empty for none.
    """

    __slots__ = ("enabled", "gateway", "groups", "name", "nickname", "tags")

    name: str
    nickname: str | None
    tags: dict | None
    groups: tuple | None
    enabled: bool | None
    gateway: tuple | None


def wanted_devices(rows: Iterable[dict], shared: dict, is_in) -> Iterator[Wanted]:
    """The devices that options describe.

    Args:
        rows: what is said of each; None is not said.
        shared: what is said of all of them; what one says of itself comes first, and tags are joined.
        is_in: tells of a name whether its device is looked at in this task.

    Raises:
        InvalidValue: something cannot be; it is named with the device.
    """
    _check(shared, "defaults")
    seen = set()
    for row in rows:
        name = row["name"]
        complaint = DEVICE_NAME.check(name)
        if complaint:
            raise InvalidValue(f"the name of a device {complaint}", field="devices")
        if name in seen:
            raise InvalidValue(f"devices names {name} twice", field="devices")
        seen.add(name)
        if not is_in(name):
            continue
        _check(row, f"device {name}")
        yield _wanted(name, row, shared)


def _check(row: dict, title: str) -> None:
    for field, kind in TYPES.items():
        value = row.get(field)
        complaint = kind.check(value) if value is not None else ""
        if complaint:
            raise InvalidValue(f"{title}: {field} {complaint}", field="devices")


def _wanted(name: str, row: dict, shared: dict) -> Wanted:
    values = {field: row[field] if row.get(field) is not None else shared.get(field) for field in TYPES}
    if row.get("tags") is not None and shared.get("tags"):
        values["tags"] = {**shared["tags"], **row["tags"]}
    if values["tags"] is not None:
        values["tags"] = TYPES["tags"].canonical(values["tags"])
    if values["groups"] is not None:
        values["groups"] = tuple(dict.fromkeys(values["groups"]))
    if values["gateway"] is not None:
        named = values["gateway"]
        values["gateway"] = (named["product"], named["name"]) if named.get("name") else ()
    return Wanted(name, **values)
