# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""LoRaWAN: list join permissions and register nodes in bulk (manual chapter 4.8)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation, when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing import lifecycle_message
from ansible_collections.iotops.aliyun.emulator.services.device.device import add_device
from ansible_collections.iotops.aliyun.emulator.services.device.registration import ISSUED_BY_PLATFORM
from ansible_collections.iotops.aliyun.emulator.services.product.join_permissions import JOIN_PERMISSIONS
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS lora_task (
    task_id INTEGER PRIMARY KEY AUTOINCREMENT,
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS lora_task_by_product ON lora_task (product_key);
CREATE TABLE IF NOT EXISTS lora_task_node (
    task_id INTEGER NOT NULL REFERENCES lora_task ON DELETE CASCADE,
    number INTEGER NOT NULL,  -- the position in the request, from 1
    dev_eui TEXT,
    state TEXT NOT NULL,
    PRIMARY KEY (task_id, number)
);
"""

#: The number of nodes that a task registers per second.
NODES_PER_SECOND = 50

_REGISTER_NODES = "register_lora_nodes"
_SECOND = 1000

_WAITING = "WAITING"
_DONE = "DONE"
_FAILED = "FAILED"


@operation
def query_lora_join_permissions(ctx: Context, _p: dict[str, Any]) -> Reply:
    """Manual section 4.8.31: List the join permissions of the account.

    Every product with NetType LORA uses them. The reply contains ``ProductKey`` only if exactly one such product
    exists.
    """
    items = [
        {
            "JoinPermissionId": permission_id,
            "JoinPermissionName": f"class_{class_mode}",
            "JoinPermissionType": "LOCAL",
            "ClassMode": class_mode,
            "Enabled": True,
            "OwnerAliyunPk": ctx.account.user_id,
        }
        for class_mode, permission_id in JOIN_PERMISSIONS.items()
    ]
    reply: Reply = {"JoinPermissions": {"JoinPermission": items}}
    products = ctx.store.all("product", net_type="LORA")
    if len(products) == 1:
        reply["ProductKey"] = products[0]["product_key"]
    return reply


@operation(too_many="iot.device.DeviceCountExceeded")
def create_lora_nodes_task(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.32: Create a task that registers nodes.

    A node that cannot be registered does not block the others.
    """
    product = find_product(ctx, p["ProductKey"])
    if product["net_type"] != "LORA":
        raise ApiError("iot.device.ApplyManyDevicesFailed", "The NetType of the product is not LORA")
    nodes = p.get("DeviceInfo")
    if not nodes:
        raise ApiError("iot.device.ApplyManyDevicesFailed", "DeviceInfo must contain at least one node")
    task_id = ctx.store.insert("lora_task", product_key=product["product_key"], created_at=ctx.now)
    for number, node in enumerate(nodes, 1):
        # PinCode only proves the ownership of the DevEui, so it is not stored.
        complete = node.get("DevEui") and node.get("PinCode")
        ctx.store.insert(
            "lora_task_node",
            task_id=task_id,
            number=number,
            dev_eui=node.get("DevEui"),
            state=_WAITING if complete else _FAILED,
        )
    ctx.schedule(ctx.now + _SECOND, _REGISTER_NODES, task_id=task_id)
    return {"TaskId": str(task_id)}


@operation
def get_lora_nodes_task(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.33: Return the state of a registration task and the DevEuis of its registered nodes."""
    task = ctx.store.one("lora_task", task_id=p["TaskId"])
    if task is None:
        raise ApiError("iot.device.DeviceApplyIsNotFound", "The task does not exist")
    nodes = ctx.store.all("lora_task_node", "number", task_id=task["task_id"])
    registered = [node["dev_eui"] for node in nodes if node["state"] == _DONE]
    return {
        "TaskId": str(task["task_id"]),
        "TaskState": "RUNNING" if any(node["state"] == _WAITING for node in nodes) else "FINISH",
        "TotalCount": len(nodes),
        "SuccessCount": len(registered),
        "SuccessDevEuis": {"SuccessDevEui": registered},
    }


@when_due(_REGISTER_NODES)
def _register_next_nodes(ctx: Context, payload: dict[str, Any]) -> None:
    """Register the next nodes of a task, and schedule the rest for a second later."""
    task = ctx.store.one("lora_task", task_id=payload["task_id"])
    if task is None:  # deleted with its product
        return
    waiting = ctx.store.all("lora_task_node", "number", task_id=task["task_id"], state=_WAITING)
    registered = []
    for node in waiting[:NODES_PER_SECOND]:
        device = _register_node(ctx, task["product_key"], node["dev_eui"])
        registered += [device] if device else []
        state = _DONE if device else _FAILED
        ctx.store.update("lora_task_node", {"state": state}, task_id=task["task_id"], number=node["number"])
    lifecycle_message.forward_device_events(ctx, registered, lifecycle_message.CREATED)
    if len(waiting) > NODES_PER_SECOND:
        ctx.schedule(ctx.now + _SECOND, _REGISTER_NODES, **payload)


def _register_node(ctx: Context, product_key: str, dev_eui: str) -> Row | None:
    """Register a node with a random name and return its row, or None if the DevEui is already in use."""
    if ctx.store.one("device", dev_eui=dev_eui):
        return None
    return add_device(ctx, product_key, dev_eui=dev_eui, lora_node_type=ISSUED_BY_PLATFORM)
