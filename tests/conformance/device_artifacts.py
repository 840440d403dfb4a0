# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Calls of operations on data that only devices can create, and the code that creates this data."""

from __future__ import annotations

from typing import Any

from .call_parts import LAMP, PAGE
from .steps import Step, call

#: Script that converts two bytes to the property level.
_TRANSLATION = """
function protocolToRawData(json) { return []; }
function rawDataToProtocol(bytes) {
  return {id: "1", version: "1.0", method: "thing.event.property.post", params: {level: bytes[0] * 256 + bytes[1]}};
}
"""


def create_device_artifacts(platform: Any) -> dict[str, str]:
    """Upload a file from a device, register a client id and send a raw message, on an emulator in this process.

    Returns:
        Values that the calls in ``DEVICE_ARTIFACTS`` need.
    """
    from ansible_collections.iotops.aliyun.emulator.routing.uplink import receive
    from ansible_collections.iotops.aliyun.emulator.services.device.client_ids import add_client_id
    from ansible_collections.iotops.aliyun.emulator.services.device.file import add_file

    key = platform.call("CreateProduct", {"ProductName": "street_light", "NodeType": "0"})["ProductKey"]
    platform.call("RegisterDevice", {"ProductKey": key, "DeviceName": "lamp-0001"})
    lamp = platform.store.one("device", device_name="lamp-0001")
    platform.run(lambda ctx: add_file(ctx, lamp, "log.txt", b"x" * 2000))
    platform.run(lambda ctx: add_client_id(ctx, lamp))

    product_params = {
        "ProductName": "old_meter",
        "NodeType": "0",
        "AliyunCommodityCode": "iothub_senior",
        "DataFormat": "0",
    }
    key = platform.call("CreateProduct", product_params)["ProductKey"]
    platform.call("CreateThingScript", {"ProductKey": key, "ScriptType": "JavaScript", "ScriptContent": _TRANSLATION})
    platform.call("RegisterDevice", {"ProductKey": key, "DeviceName": "meter-0001"})
    meter = platform.store.one("device", device_name="meter-0001")
    topic = f"/sys/{key}/meter-0001/thing/model/up_raw"
    return {"report": str(platform.run(lambda ctx: receive(ctx, meter, topic, b"\x01\x02")))}


DEVICE_ARTIFACTS: list[Step] = [
    call("QueryProductList", {"key": "Data.List.ProductInfo.1.ProductKey"}, **PAGE),
    call("QueryMessageInfo", UniMsgId="<report>"),
    call("QueryDeviceInfo", {"iot_id": "Data.IotId"}, **LAMP),
    call("QueryDeviceFileList", {"file": "Data.FileSummary.0.FileId"}, **LAMP, **PAGE),
    call("QueryDeviceFile", FileId="<file>", **LAMP),
    call("DeleteDeviceFile", FileId="<file>", **LAMP),
    call("QueryClientIds", {"client": "Data.DynamicRegClientIds.0.ClientId"}, IotId="<iot_id>"),
    call("TransformClientId", ClientId="<client>", IotId="<iot_id>"),
    call("DeleteClientIds", IotId="<iot_id>"),
]
