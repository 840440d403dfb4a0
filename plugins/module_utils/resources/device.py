# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices, one at a time (the manual's chapter 4.8)."""

from __future__ import annotations

import json

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import (
    Batch,
    Change,
    Create,
    Delete,
    Entries,
    Switch,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product import product_key

DEVICE_NAME = Text(4, 32, allowed=r"[A-Za-z0-9_@.:-]+", hint="letters, digits and - _ @ . :")
NICKNAME = Text(
    4,
    64,
    wide=2,
    allowed="[A-Za-z0-9_\u4e00-\u9fff]+",
    hint="Chinese and English letters, digits and _",
    clearable=True,
)


class Nickname(Change):
    """The nickname of a device is set in a list of one, and cleared by leaving it out there."""

    fields = ("nickname",)

    def steps(self, resource, desired, current):
        changes = self.differing(resource, desired, current)
        if not changes:
            return []
        row = {**resource.identify(), "Nickname": desired["nickname"] or None}
        return [Step(steps.UPDATE, "BatchUpdateDeviceNickname", {"DeviceNicknameInfo": [row]}, changes)]


class Device(Resource):
    """A device."""

    kind = "device"
    title = "device"
    families = (device, product)
    key = ("name",)
    identity = {"ProductKey": "product_key", "DeviceName": "name"}
    fields = (
        Field("product", required=True, resolve=product_key, into="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("name", "DeviceName", DEVICE_NAME, required=True),
        Field("iot_id", read="IotId", computed=True),
        Field("nickname", "Nickname", NICKNAME, initial=""),
        Field("tags", type=tags.tags(value=Text(1, 128, wide=2)), initial={}, purge=True),
        Field("enabled", type=Flag(), initial=True),
        Field(
            "status",
            read="Status",
            type=Choice({word: word.upper() for word in ("online", "offline", "unactive", "disable")}),
            computed=True,
        ),
        Field("node_type", read="NodeType", type=Choice({"device": 0, "gateway": 1}), computed=True),
        Field("firmware_version", read="FirmwareVersion", computed=True),
        Field("ip_address", read="IpAddress", computed=True),
        Field("created", read="UtcCreate", computed=True),
        Field("activated", read="UtcActive", computed=True),
        Field("last_online", read="UtcOnline", computed=True),
        Field("device_secret", read="DeviceSecret", computed=True, secret=True),
    )
    listing = Listing("QueryDevice", send={"ProductKey": "product_key"})
    details = (
        Detail("QueryDeviceDetail", "Data"),
        Detail("QueryDeviceProp", "Props", only=("tags",), parse=lambda text: {"tags": json.loads(text or "{}")}),
    )
    create = Create("RegisterDevice", learns={"iot_id": "Data.IotId", "device_secret": "Data.DeviceSecret"})
    changes = (
        Nickname(),
        Entries(
            "tags",
            add=Batch(
                "SaveDeviceProp",
                lambda entries: {"Props": json.dumps(dict(entries), ensure_ascii=False)},
                size=100,
            ),
            remove=Batch("DeleteDeviceProp", lambda entries: {"PropKey": entries[0][0]}, size=1),
        ),
        Switch("enabled", {True: "EnableThing", False: "DisableThing"}),
    )
    delete = Delete("DeleteDevice")
    filters = ("product", "name", "nickname", "status", "enabled", "tags")
    within = ("product",)

    def parse(self, item):
        # A list calls it DeviceStatus; a disabled device has no other status beside that.
        status = item.get("Status") or item.get("DeviceStatus")
        return {**super().parse({**item, "Status": status}), "enabled": status != "DISABLE"}
