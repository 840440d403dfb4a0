# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The device groups of one device (manual chapter 4.10)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Entries
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ReferenceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import finds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.device_group import (
    DYNAMIC,
    group_id,
    membership_failure,
)

#: The groups of a device. A device can be in at most 10 groups.
GROUPS = ReferenceSet("group_id", maximum=10)


def _membership_params(groups: list[dict]) -> dict[str, Any]:
    (group,) = groups
    device = {"ProductKey": Ref("product_key"), "DeviceName": Ref("name")}
    return {"GroupId": group["group_id"], "Device": [device]}


#: The operations take one group with many devices, so a device is added to and removed from one group per request.
MEMBERSHIPS = Entries(
    "groups",
    add=Batch("BatchAddDeviceGroupRelations", _membership_params, size=1, verify=membership_failure),
    remove=Batch("BatchDeleteDeviceGroupRelations", _membership_params, size=1),
)


def parse_groups(rows: list[dict] | None) -> dict:
    """Return the static groups of a device. A task cannot change the members of a dynamic group."""
    static = [row for row in rows or [] if row.get("GroupType") != DYNAMIC]
    return {"groups": [{"name": row["GroupName"], "group_id": row["GroupId"]} for row in static]}


@finds("device_group")
def find_group(reader: Reader, name: str) -> dict:
    """Return name and GroupId of a group that a task names by its name or GroupId.

    Raises:
        ReferenceNotFound: There is no such group and the reader is not tolerant.
    """
    return {"name": name, "group_id": group_id(reader, name)}
