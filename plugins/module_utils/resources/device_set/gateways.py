# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which gateways the devices of a fleet are behind (the manual's chapters 4.8.21 and 4.8.26)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import Lanes
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.queries import PAGE, pages
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import Fleet

#: How many devices that are behind another gateway a message names.
_NAMED = 5


def ask_gateways(fleet: Fleet, lanes: Lanes, reader, product_key: str, wanted: dict) -> None:
    """Gets to know where devices are: what is behind the gateways that are named, and of the rest each for itself.

    Args:
        fleet: what is known of the devices that are there.
        lanes: what requests go out by.
        reader: knows whether a gateway may be missing.
        product_key: the devices' product.
        wanted: the gateway that each device is to be behind, by name.
    """
    # Behind a gateway that is only planned there is nothing.
    gateways = {gateway for gateway in wanted.values() if gateway and gateway[0] is not PENDING}
    fleet.planned.append(
        Requests(
            {"GetThingTopo": sum(max(1, pages(sum(one == gateway for one in wanted.values()))) for gateway in gateways)}
        )
    )

    def members(gateway: tuple, number: int) -> None:
        params = {"ProductKey": gateway[0], "DeviceName": gateway[1], "PageNo": number, "PageSize": PAGE}
        reply = lanes.find("GetThingTopo", params)
        if reply is None:
            reader.missing("gateway", gateway[1])
            return
        data = member(reply, "Data") or {}
        for row in member(data, "List.deviceInfo") or []:
            known = fleet.devices.get(row["DeviceName"]) if row["ProductKey"] == product_key else None
            if known is not None:
                known.gateway = gateway
        if number == 1:
            for following in range(2, pages(int(data.get("Total") or 0)) + 1):
                lanes.put("GetThingTopo", lambda following=following: members(gateway, following))

    for gateway in gateways:
        lanes.put("GetThingTopo", lambda gateway=gateway: members(gateway, 1))
    lanes.finish()

    def of_one(name: str) -> None:
        reply = lanes.find("GetGatewayBySubDevice", {"ProductKey": product_key, "DeviceName": name})
        data = member(reply or {}, "Data") or {}
        fleet.devices[name].gateway = (data["ProductKey"], data["DeviceName"]) if data.get("DeviceName") else ()

    unknown = [name for name in wanted if name in fleet.devices and fleet.devices[name].gateway is None]
    fleet.planned.append(Requests({"GetGatewayBySubDevice": len(unknown)}))
    for name in unknown:
        lanes.put("GetGatewayBySubDevice", lambda name=name: of_one(name))
    lanes.finish()


def refuse_moves(fleet: Fleet, wanted: dict) -> None:
    """Holds against it that BatchAddThingTopo takes a device from its gateway without asking.

    Raises:
        InvalidValue: a device is behind another gateway.
    """
    moving = [
        name
        for name, gateway in wanted.items()
        if gateway and name in fleet.devices and fleet.devices[name].gateway not in ((), gateway)
    ]
    if moving:
        more = f" and {len(moving) - _NAMED} more" if len(moving) > _NAMED else ""
        raise InvalidValue(
            f"{', '.join(moving[:_NAMED])}{more} would be taken from another gateway",
            field="devices",
            remedy="Take them away there, or let them be moved: move: true",
        )
