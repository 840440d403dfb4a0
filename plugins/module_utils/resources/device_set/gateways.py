# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The gateways that the devices of a device set are attached to (manual sections 4.8.21 and 4.8.26)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.queries import PAGE_SIZE, page_count
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import DeviceSet

#: The maximum number of device names in an error message.
_MAX_NAMES_IN_MESSAGE = 5


def read_gateways(device_set: DeviceSet, workers: WorkerPool, reader: Reader, desired: dict[str, tuple]) -> None:
    """Read the gateway of each device.

    The sub-devices of the desired gateways are read as lists. For each device that is in none of these lists, one
    request reads its gateway.

    Args:
        device_set: The current state of the devices; the gateways are added to it.
        workers: Sends the requests.
        reader: Handles a gateway that does not exist.
        desired: The desired gateway by device name.
    """
    _read_sub_devices(device_set, workers, reader, desired)

    def read_gateway(name: str) -> None:
        params = {"ProductKey": device_set.product_key, "DeviceName": name}
        reply = workers.find("GetGatewayBySubDevice", params)
        data = member(reply or {}, "Data") or {}
        gateway = (data["ProductKey"], data["DeviceName"]) if data.get("DeviceName") else ()
        device_set.devices[name].gateway = gateway

    unknown = [name for name in desired if name in device_set.devices and device_set.devices[name].gateway is None]
    device_set.planned_requests.append(Requests({"GetGatewayBySubDevice": len(unknown)}))
    for name in unknown:
        workers.submit("GetGatewayBySubDevice", lambda name=name: read_gateway(name))
    workers.wait()


def _read_sub_devices(device_set: DeviceSet, workers: WorkerPool, reader: Reader, desired: dict[str, tuple]) -> None:
    """Read the sub-devices of the desired gateways."""
    # In check mode the product of a gateway may not exist yet; then the gateway has no sub-devices.
    gateways = {gateway for gateway in desired.values() if gateway and gateway[0] is not PENDING}
    counts = {gateway: sum(other == gateway for other in desired.values()) for gateway in gateways}
    device_set.planned_requests.append(
        Requests({"GetThingTopo": sum(max(1, page_count(count)) for count in counts.values())})
    )

    def read_page(gateway: tuple, number: int) -> None:
        params = {"ProductKey": gateway[0], "DeviceName": gateway[1], "PageNo": number, "PageSize": PAGE_SIZE}
        reply = workers.find("GetThingTopo", params)
        if reply is None:
            reader.not_found("gateway", gateway[1])
            return
        data = member(reply, "Data") or {}
        for row in member(data, "List.deviceInfo") or []:
            if row["ProductKey"] == device_set.product_key and row["DeviceName"] in device_set.devices:
                device_set.devices[row["DeviceName"]].gateway = gateway
        if number == 1:
            for following in range(2, page_count(int(data.get("Total") or 0)) + 1):
                workers.submit("GetThingTopo", lambda following=following: read_page(gateway, following))

    for gateway in gateways:
        workers.submit("GetThingTopo", lambda gateway=gateway: read_page(gateway, 1))
    workers.wait()


def reject_moves(device_set: DeviceSet, desired: dict[str, tuple]) -> None:
    """Raise an error if a device is attached to another gateway, because BatchAddThingTopo would detach it from there.

    Raises:
        InvalidValue: If a device is attached to another gateway.
    """
    moving = [
        name
        for name, gateway in desired.items()
        if gateway and name in device_set.devices and device_set.devices[name].gateway not in ((), gateway)
    ]
    if moving:
        hidden = len(moving) - _MAX_NAMES_IN_MESSAGE
        more = f" and {hidden} more" if hidden > 0 else ""
        raise InvalidValue(
            f"devices are attached to another gateway: {', '.join(moving[:_MAX_NAMES_IN_MESSAGE])}{more}",
            field="devices",
            remedy="Detach them from that gateway first, or set move: true",
        )
