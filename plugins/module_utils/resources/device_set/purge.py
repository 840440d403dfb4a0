# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Taking away the devices of a product that nobody named, and the limit to that."""

from __future__ import annotations

import re

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import Fleet


class Limit(Type):
    """A number of devices, or a part of them such as ``10%``."""

    argument = {"type": "str"}

    def check(self, value) -> str:
        match = re.fullmatch(r"(\d+)(%?)", str(value), re.ASCII)
        if match and not (match[2] and int(match[1]) > 100):
            return ""
        return f"must be a number of devices, or a part of them such as 10%, not {value!r}"


def others_to_go(fleet: Fleet, is_in, limit: str) -> list:
    """The product's devices that nobody named.

    Args:
        fleet: what is there, every device of the product.
        is_in: tells of a name whether its device is looked at in this task.
        limit: how many may go.

    Raises:
        InvalidValue: there are more of them than may go.
    """
    going = sorted(name for name in fleet.others if is_in(name))
    most = int(limit.rstrip("%"))
    if limit.endswith("%"):
        most = (len(going) + len(fleet.devices)) * most // 100
    if len(going) > most:
        raise InvalidValue(
            f"{len(going)} devices are not named and would be deleted, which is more than purge_limit: {limit} allows"
            f" ({most})",
            field="purge_limit",
            remedy="Check whether devices are missing from the task; if they are to go, raise the limit",
        )
    return going
