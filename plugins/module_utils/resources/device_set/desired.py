# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The desired state of a device set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import NICKNAME, GatewayRef

#: The maximum number of groups that a device can be a member of.
MAX_GROUPS = 10

#: The types of the options of a device, except its name.
FIELD_TYPES = {
    "nickname": NICKNAME,
    "tags": tags.tags(value=Text(1, 128, wide_char_width=2)),
    "groups": TextSet(Text(1), maximum=MAX_GROUPS),
    "enabled": Flag(),
    "gateway": GatewayRef(),
}
#: The options of a device that can have a default value for all devices of a task.
DEFAULTS_FIELDS = ("tags", "groups", "enabled", "gateway")

#: The argument spec of one device.
OPTIONS = {
    "name": {"type": "str", "required": True},
    **{name: {**kind.argument, "no_log": False} for name, kind in FIELD_TYPES.items()},
}


@dataclass
class DesiredDevice:
    """The desired state of one device. A value of None is not managed; an empty value clears the current value.

    Attributes:
        name: The name.
        nickname: The nickname.
        tags: The tags, value by key.
        groups: The names or GroupIds of the groups; after they are resolved, the GroupIds.
        enabled: Whether the device can connect.
        gateway: The gateway that the device is attached to, as ``(ProductKey, name)``; empty for no gateway.
    """

    __slots__ = ("enabled", "gateway", "groups", "name", "nickname", "tags")

    name: str
    nickname: str | None
    tags: dict | None
    groups: tuple | None
    enabled: bool | None
    gateway: tuple | None


def desired_devices(
    rows: Iterable[dict], defaults: dict, is_in_slice: Callable[[str], bool]
) -> Iterator[DesiredDevice]:
    """Yield the desired state of each device in the slice of the task.

    Args:
        rows: The options of each device. None is the same as not set.
        defaults: The default values for all devices. A device's own value has precedence; tags are merged.
        is_in_slice: Returns whether the device with a name is in the slice of the task.

    Raises:
        InvalidValue: If an option of a device is invalid; the message contains the name of the device.
    """
    _check(defaults, "defaults")
    names = set()
    for row in rows:
        name = row["name"]
        complaint = DEVICE_NAME.check(name)
        if complaint:
            raise InvalidValue(f"device name {name!r} {complaint}", field="devices")
        if name in names:
            raise InvalidValue(f"devices contains {name} more than once", field="devices")
        names.add(name)
        if not is_in_slice(name):
            continue
        _check(row, f"device {name}")
        yield _desired_device(name, row, defaults)


def find_problems(row: dict) -> Iterator[str]:
    """Yield what is wrong with the options of a device, except its name, or with default values."""
    for field, kind in FIELD_TYPES.items():
        value = row.get(field)
        complaint = kind.check(value) if value is not None else ""
        if complaint:
            yield f"{field} {complaint}"


def _check(row: dict, title: str) -> None:
    for problem in find_problems(row):
        raise InvalidValue(f"{title}: {problem}", field="devices")


def _desired_device(name: str, row: dict, defaults: dict) -> DesiredDevice:
    values = {field: row[field] if row.get(field) is not None else defaults.get(field) for field in FIELD_TYPES}
    if row.get("tags") is not None and defaults.get("tags"):
        values["tags"] = {**defaults["tags"], **row["tags"]}
    if values["tags"] is not None:
        values["tags"] = FIELD_TYPES["tags"].canonical(values["tags"])
    if values["groups"] is not None:
        values["groups"] = tuple(dict.fromkeys(values["groups"]))
    gateway = values["gateway"]
    if gateway is not None:
        values["gateway"] = (gateway["product"], gateway["name"]) if gateway.get("name") else ()
    return DesiredDevice(name, **values)
