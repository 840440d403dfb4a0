# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The deletion of devices that the task does not list (``purge``), and its limit (``purge_limit``)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import DeviceSet


class PurgeLimit(Type):
    """A number of devices, or a percentage such as ``10%``."""

    argument = {"type": "str"}

    def check(self, value: Any) -> str:
        match = re.fullmatch(r"(\d+)(%?)", str(value), re.ASCII)
        if match and not (match[2] and int(match[1]) > 100):
            return ""
        return f"must be a number of devices or a percentage such as 10%, not {value!r}"


def devices_to_purge(device_set: DeviceSet, is_in_slice: Callable[[str], bool], limit: str) -> list[str]:
    """Return the names of the product's devices that the task does not list, sorted.

    Args:
        device_set: The current state of all devices of the product.
        is_in_slice: Returns whether the device with a name is in the slice of the task.
        limit: The value of ``purge_limit``.

    Raises:
        InvalidValue: If more devices would be deleted than the limit allows.
    """
    names = sorted(name for name in device_set.unlisted if is_in_slice(name))
    maximum = int(limit.rstrip("%"))
    if limit.endswith("%"):
        maximum = (len(names) + len(device_set.devices)) * maximum // 100
    if len(names) > maximum:
        raise InvalidValue(
            f"{len(names)} devices are not listed and would be deleted, but purge_limit: {limit} allows {maximum}",
            field="purge_limit",
            remedy="Check whether devices are missing from the task; to delete the unlisted devices, raise purge_limit",
        )
    return names
