# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""LoRaWAN: the join permissions that products are made with, and the tasks that register nodes (chapter 4.8)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry


class LoraInfo(Entry):
    """Tells the join permissions of the account, or how far a task is that registers nodes."""

    families = (device,)

    def options(self):
        return {"join_permission": {"type": "str"}, "task_id": {"type": "str"}}

    def perform(self, params, client, check_mode):
        result: dict = {"changed": False}
        if params["task_id"]:
            found = client.find("GetLoraNodesTask", {"TaskId": params["task_id"]})
            result["task"] = of_task(found) if found else {}
        if params["join_permission"] or not params["task_id"]:
            rows = member(client.read("QueryLoRaJoinPermissions"), "JoinPermissions.JoinPermission") or []
            permissions = [of_permission(row) for row in rows]
            result["join_permissions"] = [
                one
                for one in permissions
                if params["join_permission"] in (None, "", one["name"], one["join_permission_id"])
            ]
        return result


def of_task(found: dict) -> dict:
    """A task that registers nodes as it is returned."""
    return {
        "task_id": str(found["TaskId"]),
        "state": found["TaskState"].lower(),
        "total": int(found.get("TotalCount") or 0),
        "registered": member(found, "SuccessDevEuis.SuccessDevEui") or [],
    }


def of_permission(row: dict) -> dict:
    """A join permission as it is returned."""
    return {
        "join_permission_id": str(row["JoinPermissionId"]),
        "name": row.get("JoinPermissionName", ""),
        "type": row.get("JoinPermissionType", "").lower(),
        "class_mode": row.get("ClassMode", "").lower(),
        "enabled": bool(row.get("Enabled")),
        "owner": row.get("OwnerAliyunPk", ""),
    }
