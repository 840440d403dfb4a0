# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The groups that a device is in, from the device's side (the manual's chapter 4.10)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Entries
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import ReferenceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.device_group import (
    DYNAMIC,
    group_id,
    not_added,
)

#: The groups of a device; the platform takes it into ten at most.
GROUPS = ReferenceSet("group_id", maximum=10)


def _of_one(groups: list) -> dict:
    (group,) = groups
    device = {"ProductKey": Ref("product_key"), "DeviceName": Ref("name")}
    return {"GroupId": group["group_id"], "Device": [device]}


#: A device joins and leaves groups one by one: each operation is about one group.
MEMBERSHIPS = Entries(
    "groups",
    add=Batch("BatchAddDeviceGroupRelations", _of_one, size=1, verify=not_added),
    remove=Batch("BatchDeleteDeviceGroupRelations", _of_one, size=1),
)


def of_groups(rows: list | None) -> dict:
    """The groups that a task can put a device into: what is in a dynamic one, its expression says."""
    static = [row for row in rows or [] if row.get("GroupType") != DYNAMIC]
    return {"groups": [{"name": row["GroupName"], "group_id": row["GroupId"]} for row in static]}


def named_group(reader, name: str) -> dict:
    """Return a group that a task names by its name or GroupId.

    Raises:
        ReferenceNotFound: There is no such group, and the reader does not tolerate that.
    """
    return {"name": name, "group_id": group_id(reader, name)}
