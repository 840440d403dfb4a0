# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""In which state devices are, and who is behind an IotId (the manual's chapter 4.8)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text, TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: What the platform calls the states, and what they are called here.
STATES = Choice({word: word.upper() for word in ("online", "offline", "unactive", "disable")})

#: The number of each state where devices are asked for by it.
STATE_NUMBERS = {"online": 1, "offline": 3, "unactive": 0, "disable": 8}

_OF_STATE = {"DeviceName": "name", "IotId": "iot_id", "Timestamp": "changed", "LastOnlineTime": "last_online"}
_OF_IDENTITY = {"IotId": "iot_id", "ProductKey": "product_key", "DeviceName": "name", "Nickname": "nickname"}


class DeviceStatusInfo(ReportEntry):
    """Tells in which state each of some devices is; of those that are not there nothing."""

    families = (device, product)
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("devices", type=TextSet(DEVICE_NAME), required=True),
    )
    empty_result = {"statuses": []}

    def gather(self, reader, values):
        names = list(dict.fromkeys(values["devices"]))
        if len(names) == 1:
            return {"statuses": self._of_one(reader, values["product_key"], names[0])}
        size = device.OPERATIONS["BatchGetDeviceState"].limits["DeviceName"]
        rows = []
        for some in chunked(names, size):
            asked = {"ProductKey": values["product_key"], "DeviceName": some}
            rows += member(reader.read("BatchGetDeviceState", asked), "DeviceStatusList.DeviceStatus") or []
        return {
            "statuses": [{**rename_members(row, _OF_STATE), "status": STATES.from_wire(row["Status"])} for row in rows]
        }

    def _of_one(self, reader, key: str, name: str) -> list:
        found = member(reader.find("GetDeviceStatus", {"ProductKey": key, "DeviceName": name}) or {}, "Data")
        if not found:
            return []
        return [{"name": name, **rename_members(found, _OF_STATE), "status": STATES.from_wire(found["Status"])}]


class DeviceIdentityInfo(ReportEntry):
    """Tells of which product each of some devices is, and what it is called; of those that are not there nothing."""

    families = (device, product)
    fields = (Field("iot_ids", type=TextSet(Text(1)), required=True),)

    def gather(self, reader, values):
        found = [reader.find("QueryDeviceInfo", {"IotId": iot_id}) for iot_id in dict.fromkeys(values["iot_ids"])]
        return {"devices": [rename_members(member(reply, "Data"), _OF_IDENTITY) for reply in found if reply]}
