# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""LoRaWAN: join permissions for new products, and tasks that register nodes (manual chapter 4.8)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry


class LoraInfo(Entry):
    """The join permissions of the account, and the progress of a task that registers nodes."""

    families = (device,)

    def options(self) -> dict:
        return {"join_permission": {"type": "str"}, "task_id": {"type": "str"}}

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        result: dict = {"changed": False}
        if params["task_id"]:
            found = client.find("GetLoraNodesTask", {"TaskId": params["task_id"]})
            result["task"] = parse_task(found) if found else {}
        if params["join_permission"] or not params["task_id"]:
            rows = member(client.read("QueryLoRaJoinPermissions"), "JoinPermissions.JoinPermission") or []
            permissions = [parse_permission(row) for row in rows]
            result["join_permissions"] = [
                permission
                for permission in permissions
                if params["join_permission"] in (None, "", permission["name"], permission["join_permission_id"])
            ]
        return result


def parse_task(found: dict) -> dict:
    """Return the result of a task that registers nodes."""
    return {
        "task_id": str(found["TaskId"]),
        "state": found["TaskState"].lower(),
        "total": int(found.get("TotalCount") or 0),
        "registered": member(found, "SuccessDevEuis.SuccessDevEui") or [],
    }


def parse_permission(row: dict) -> dict:
    """Return the result for a join permission."""
    return {
        "join_permission_id": str(row["JoinPermissionId"]),
        "name": row.get("JoinPermissionName", ""),
        "type": row.get("JoinPermissionType", "").lower(),
        "class_mode": row.get("ClassMode", "").lower(),
        "enabled": bool(row.get("Enabled")),
        "owner": row.get("OwnerAliyunPk", ""),
    }
