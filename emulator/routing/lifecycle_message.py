# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What becomes of devices, and of gateways' relations to their sub-devices, as messages to whoever listens.

Nobody may listen, and devices come by the thousand: then no message is made, and whether it is so is asked once.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward, has_recipients
from ansible_collections.iotops.aliyun.emulator.routing.message_types import DEVICE_LIFE_CYCLE, DEVICE_TOPO_LIFE_CYCLE

# What has become of a device. Being disabled and enabled again is told of relations, too.
CREATED = "create"
DELETED = "delete"
ENABLED = "enable"
DISABLED = "disable"

# What has become of the relation of a gateway and sub-devices.
ADDED = "add"
REMOVED = "remove"

_OF_DEVICE = "thing/lifecycle"
_OF_TOPOLOGY = "thing/topo/lifecycle"


def has_device_recipients(ctx: Context, product_key: str) -> bool:
    """Whether anybody is told what becomes of a product's devices."""
    return has_recipients(ctx, product_key, DEVICE_LIFE_CYCLE, _OF_DEVICE)


def forward_device_events(ctx: Context, devices: Iterable[Row], action: str) -> None:
    """Hand on that this has become of devices; those that are deleted must still be there."""
    told: dict[str, bool] = {}
    for device in devices:
        product_key = device["product_key"]
        if product_key not in told:
            told[product_key] = has_device_recipients(ctx, product_key)
        if told[product_key]:
            forward_device_event(ctx, device, action)


def forward_device_event(ctx: Context, device: Row, action: str) -> None:
    """Hand on that this has become of a device, for whoever knows by ``is_told`` that somebody is told."""
    message = {
        "action": action,
        **_named(device),
        # Only who is told of a new device learns it.
        "deviceSecret": device["device_secret"] if action == CREATED else "",
        "messageCreateTime": ctx.now,
    }
    forward(ctx, device, _topic(device, _OF_DEVICE), message, DEVICE_LIFE_CYCLE)


def forward_topology_event(ctx: Context, gateway: Row, devices: Iterable[Row], action: str) -> None:
    """Hand on that this has become of the relation of a gateway and sub-devices: one message for all of them."""
    if not has_recipients(ctx, gateway["product_key"], DEVICE_TOPO_LIFE_CYCLE, _OF_TOPOLOGY):
        return
    message = {
        "action": action,
        "gwIotId": gateway["iot_id"],
        "gwProductKey": gateway["product_key"],
        "gwDeviceName": gateway["device_name"],
        "devices": [_named(device) for device in devices],
        "messageCreateTime": ctx.now,
    }
    forward(ctx, gateway, _topic(gateway, _OF_TOPOLOGY), message, DEVICE_TOPO_LIFE_CYCLE)


def _named(device: Row) -> dict[str, str]:
    return {"iotId": device["iot_id"], "productKey": device["product_key"], "deviceName": device["device_name"]}


def _topic(device: Row, below: str) -> str:
    return f"/{device['product_key']}/{device['device_name']}/{below}"
