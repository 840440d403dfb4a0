# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Forward lifecycle messages of devices and of the topology of gateways.

Devices are created by the thousands and often have no recipients. Therefore messages are created only if there are
recipients, which is checked once per product.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward, has_recipients
from ansible_collections.iotops.aliyun.emulator.routing.message_types import DEVICE_LIFE_CYCLE, DEVICE_TOPO_LIFE_CYCLE

# Actions on devices. ENABLED and DISABLED are also used for topology messages.
CREATED = "create"
DELETED = "delete"
ENABLED = "enable"
DISABLED = "disable"

# Actions on the topology (the relation of a gateway and its sub-devices).
ADDED = "add"
REMOVED = "remove"

_DEVICE_SUFFIX = "thing/lifecycle"
_TOPOLOGY_SUFFIX = "thing/topo/lifecycle"


def has_device_recipients(ctx: Context, product_key: str) -> bool:
    """Return whether lifecycle messages of the devices of a product have any recipient."""
    return has_recipients(ctx, product_key, DEVICE_LIFE_CYCLE, _DEVICE_SUFFIX)


def forward_device_events(ctx: Context, devices: Iterable[Row], action: str) -> None:
    """Forward an action on devices. For deletions, call this before the rows are deleted."""
    checked: dict[str, bool] = {}
    for device in devices:
        product_key = device["product_key"]
        if product_key not in checked:
            checked[product_key] = has_device_recipients(ctx, product_key)
        if checked[product_key]:
            forward_device_event(ctx, device, action)


def forward_device_event(ctx: Context, device: Row, action: str) -> None:
    """Forward an action on a device. Call this only if ``has_device_recipients`` returns True."""
    message = {
        "action": action,
        **_device_members(device),
        # The secret is sent only for a new device.
        "deviceSecret": device["device_secret"] if action == CREATED else "",
        "messageCreateTime": ctx.now,
    }
    forward(ctx, device, _topic(device, _DEVICE_SUFFIX), message, DEVICE_LIFE_CYCLE)


def forward_topology_event(ctx: Context, gateway: Row, devices: Iterable[Row], action: str) -> None:
    """Forward an action on the topology of a gateway: one message for all sub-devices."""
    if not has_recipients(ctx, gateway["product_key"], DEVICE_TOPO_LIFE_CYCLE, _TOPOLOGY_SUFFIX):
        return
    message = {
        "action": action,
        "gwIotId": gateway["iot_id"],
        "gwProductKey": gateway["product_key"],
        "gwDeviceName": gateway["device_name"],
        "devices": [_device_members(device) for device in devices],
        "messageCreateTime": ctx.now,
    }
    forward(ctx, gateway, _topic(gateway, _TOPOLOGY_SUFFIX), message, DEVICE_TOPO_LIFE_CYCLE)


def _device_members(device: Row) -> dict[str, str]:
    return {"iotId": device["iot_id"], "productKey": device["product_key"], "deviceName": device["device_name"]}


def _topic(device: Row, suffix: str) -> str:
    return f"/{device['product_key']}/{device['device_name']}/{suffix}"
