# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device groups with members of their own (the manual's chapter 4.10)."""

from __future__ import annotations

import json

from ansible_collections.iotops.aliyun.plugins.module_utils.api import group, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Create, Delete, Entries, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Mapping, Members, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product import product_key

GROUP_NAME = Text(4, 30, wide=2, allowed="[A-Za-z0-9_\u4e00-\u9fff]+", hint="Chinese and English letters, digits and _")


class GroupTags(Mapping):
    """Tags of a group, which are set all at once as JSON text."""

    def __init__(self):
        super().__init__(Text(2, 30, allowed="[A-Za-z0-9.]+", hint="letters, digits and dots"), tags.WORDS, most=100)

    def to_wire(self, value):
        rows = [{"tagKey": key, "tagValue": text} for key, text in self.canonical(value).items()]
        return json.dumps(rows, ensure_ascii=False)


def group_id(reader, name: str):
    """The GroupId of a group that is named by its name or by its GroupId.

    Raises:
        ParentMissing: there is none, and the reader does not tolerate that.
    """
    found = [
        row["GroupId"] for row in reader.pages("QueryDeviceGroupList") if name in (row["GroupName"], row["GroupId"])
    ]
    return found[0] if found else reader.missing("device group", name)


def _rows(devices: list) -> dict:
    return {"Device": [{"ProductKey": member["product_key"], "DeviceName": member["name"]} for member in devices]}


def _not_added(reply: dict) -> str:
    full = int(reply.get("ExceedTenGroupDeviceCount") or 0)
    return f"{full} of the devices are in ten groups already, which is the most" if full else ""


def _of_super_group(data: dict | None) -> dict:
    # The manual's table has a list of one in it, its example the group itself.
    data = data or {}
    group = next(iter(data.get("GroupInfo") or []), {}) if "GroupInfo" in data else data
    return {"super_group_id": group.get("GroupId", "")}


def _of_rows(items: list) -> dict:
    return {
        "devices": [
            {"product": item.get("ProductName"), "product_key": item["ProductKey"], "name": item["DeviceName"]}
            for item in items
        ]
    }


class DeviceGroup(Resource):
    """A group of devices, which can be of different products."""

    kind = "device_group"
    title = "device group"
    families = (group, product)
    key = ("name",)
    identity = {"GroupId": "group_id"}
    fields = (
        Field("name", "GroupName", GROUP_NAME, required=True),
        Field("group_id", "GroupId", computed=True),
        Field("super_group", resolve=group_id, into="super_group_id"),
        Field("super_group_id", "SuperGroupId", computed=True),
        Field("description", "GroupDesc", Text(0, 100), initial=""),
        Field("tags", "TagString", GroupTags(), initial={}, purge=True),
        Field("devices", type=Members(("product", "name"), ("product_key", "name")), initial=[], purge=True),
        Field("device_count", read="DeviceCount", type=Number(), computed=True),
        Field("created", read="UtcCreate", computed=True),
    )
    listing = Listing("QueryDeviceGroupList", send={"GroupName": "name"})
    details = (
        Detail("QueryDeviceGroupInfo", "Data"),
        Detail(
            "QuerySuperDeviceGroup",
            "Data",
            only=("super_group",),
            parse=_of_super_group,
        ),
        Detail(
            "QueryDeviceGroupTagList",
            "Data.GroupTagInfo",
            only=("tags",),
            parse=lambda items: {"tags": tags.of_rows(items)},
        ),
        Detail("QueryDeviceListByDeviceGroup", "Data.SimpleDeviceInfo", only=("devices",), parse=_of_rows),
    )
    create = Create("CreateDeviceGroup", learns={"group_id": "Data.GroupId"})
    changes = (
        Update("UpdateDeviceGroup", "description"),
        Update("SetDeviceGroupTags", "tags"),
        Entries(
            "devices",
            add=Batch("BatchAddDeviceGroupRelations", _rows, verify=_not_added),
            remove=Batch("BatchDeleteDeviceGroupRelations", _rows),
        ),
    )
    delete = Delete("DeleteDeviceGroup")
    filters = ("name", "group_id", "tags")

    def resolve(self, reader, desired):
        resolved = super().resolve(reader, desired)
        if "devices" in desired:
            members = [
                {**element, "product_key": product_key(reader, element["product"])} for element in desired["devices"]
            ]
            if len(self.field("devices").type.canonical(members)) < len(members):
                raise InvalidValue("devices names a device twice", field="devices")
            resolved["devices"] = members
        return resolved
