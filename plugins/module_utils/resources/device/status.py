# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Connection status of devices, and lookup of devices by IotId (manual chapter 4.8)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: The status words of the platform and of this collection.
STATES = Choice({word: word.upper() for word in ("online", "offline", "unactive", "disable")})

#: The numbers of the states in requests that select devices by state.
STATE_NUMBERS = {"online": 1, "offline": 3, "unactive": 0, "disable": 8}

_STATE_MEMBERS = {"DeviceName": "name", "IotId": "iot_id", "Timestamp": "changed", "LastOnlineTime": "last_online"}
_IDENTITY_MEMBERS = {"IotId": "iot_id", "ProductKey": "product_key", "DeviceName": "name", "Nickname": "nickname"}


class DeviceStatusInfo(ReportEntry):
    """The status of devices of a product. Devices that do not exist are missing from the result."""

    families = (device, product)
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("devices", type=TextSet(DEVICE_NAME), required=True),
    )
    empty_result = {"statuses": []}

    def gather(self, reader: Reader, values: dict) -> dict:
        names = list(dict.fromkeys(values["devices"]))
        if len(names) == 1:
            return {"statuses": self._read_single(reader, values["product_key"], names[0])}
        size = device.OPERATIONS["BatchGetDeviceState"].limits["DeviceName"]
        rows = []
        for chunk in chunked(names, size):
            params = {"ProductKey": values["product_key"], "DeviceName": chunk}
            rows += member(reader.read("BatchGetDeviceState", params), "DeviceStatusList.DeviceStatus") or []
        return {
            "statuses": [
                {**rename_members(row, _STATE_MEMBERS), "status": STATES.from_wire(row["Status"])} for row in rows
            ]
        }

    def _read_single(self, reader: Reader, key: str, name: str) -> list[dict]:
        found = member(reader.find("GetDeviceStatus", {"ProductKey": key, "DeviceName": name}) or {}, "Data")
        if not found:
            return []
        return [{"name": name, **rename_members(found, _STATE_MEMBERS), "status": STATES.from_wire(found["Status"])}]


class DeviceIdentityInfo(ReportEntry):
    """Product and names of devices by IotId. Devices that do not exist are missing from the result."""

    families = (device, product)
    fields = (Field("iot_ids", type=TextSet(Text(1)), required=True),)

    def gather(self, reader: Reader, values: dict) -> dict:
        found = [reader.find("QueryDeviceInfo", {"IotId": iot_id}) for iot_id in dict.fromkeys(values["iot_ids"])]
        return {
            "devices": [rename_members(member(response, "Data"), _IDENTITY_MEMBERS) for response in found if response]
        }
