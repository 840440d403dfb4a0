# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device groups: static ones, with members of their own, and dynamic ones (the manual's chapter 4.10)."""

from __future__ import annotations

import json

from ansible_collections.iotops.aliyun.plugins.module_utils.api import group, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Create, Delete, Entries, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Mapping, Number, ObjectSet, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import (
    with_product_key,
)

GROUP_NAME = Text(
    4, 30, wide_char_width=2, pattern="[A-Za-z0-9_\u4e00-\u9fff]+", hint="Chinese and English letters, digits and _"
)


class GroupTags(Mapping):
    """Tags of a group, which are set all at once as JSON text."""

    def __init__(self):
        super().__init__(Text(2, 30, pattern="[A-Za-z0-9.]+", hint="letters, digits and dots"), tags.WORDS, maximum=100)

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
    return found[0] if found else reader.not_found("device group", name)


#: What the platform calls the two kinds of groups.
STATIC, DYNAMIC = "LINK_PLATFORM", "LINK_PLATFORM_DYNAMIC"

_OF_DYNAMIC = {"GroupType": DYNAMIC}


class CreateEither(Create):
    """A group with an expression is a dynamic one, which has an operation of its own."""

    def steps(self, resource, desired):
        if not desired.get("expression"):
            return super().steps(resource, desired)
        _refuse_members(desired)
        return Create("CreateDeviceDynamicGroup", self.outputs).steps(resource, desired)

    def sent_fields(self, resource):
        return super().sent_fields(resource) | {"expression"}


class DeleteEither(Delete):
    """A dynamic group goes by an operation of its own."""

    def steps(self, resource, current):
        is_dynamic = current.get("type") == "dynamic"
        return (Delete("DeleteDeviceDynamicGroup") if is_dynamic else super()).steps(resource, current)


class UpdateEither(Update):
    """An operation that takes a group for a static one unless it is told otherwise."""

    def steps(self, resource, desired, current):
        result = super().steps(resource, desired, current)
        if current.get("type") == "dynamic" or desired.get("expression"):
            for step in result:
                step.params.update(_OF_DYNAMIC)
        return result


class StaticMembers(Entries):
    """Which devices are in a dynamic group only its expression says."""

    def steps(self, resource, desired, current):
        if current.get("type") == "dynamic":
            _refuse_members(desired)
        return super().steps(resource, desired, current)


def _refuse_members(desired: dict) -> None:
    for name in ("devices", "super_group"):
        if desired.get(name):
            raise InvalidValue(
                f"{name} cannot be given for a dynamic group",
                field=name,
                remedy="Leave it out, or make a static group, without an expression",
            )


def _rows(devices: list) -> dict:
    return {"Device": [{"ProductKey": one["product_key"], "DeviceName": one["name"]} for one in devices]}


def membership_failure(reply: dict) -> str:
    """What a reply says of devices that did not get into the group, which is no error to the platform."""
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


def _of_tags(items: list | None) -> dict:
    return {"tags": tags.parse_rows(items)}


def _is_dynamic(_reader, current: dict) -> bool:
    return current.get("type") == "dynamic"


def _is_static(_reader, current: dict) -> bool:
    return current.get("type") != "dynamic"


class DeviceGroup(Resource):
    """A group of devices, which can be of different products.

    A static group has the members that it is given, a dynamic one all devices of which its expression is true.
    """

    kind = "device_group"
    title = "device group"
    families = (group, product)
    key = ("name",)
    identity = {"GroupId": "group_id"}
    fields = (
        Field("name", "GroupName", GROUP_NAME, required=True),
        Field("group_id", "GroupId", computed=True),
        Field("super_group", lookup=group_id, resolves_to="super_group_id"),
        Field("super_group_id", "SuperGroupId", computed=True),
        Field("description", "GroupDesc", Text(0, 100), initial=""),
        Field("expression", "DynamicGroupExpression", Text(1)),
        Field("type", read="GroupType", type=Choice({"static": STATIC, "dynamic": DYNAMIC}), computed=True),
        Field("tags", "TagString", GroupTags(), initial={}, purge=True),
        Field(
            "devices",
            type=ObjectSet(("product", "name"), ("product_key", "name")),
            lookup_each=with_product_key,
            element="device",
            initial=[],
            purge=True,
        ),
        Field("device_count", read="DeviceCount", type=Number(), computed=True),
        Field("created", read="UtcCreate", computed=True),
    )
    listing = Listing("QueryDeviceGroupList", params={"GroupName": "name"})
    details = (
        # See read_detail.
        Detail("QueryDeviceGroupInfo", "Data"),
        Detail(
            "QuerySuperDeviceGroup",
            "Data",
            only_for=("super_group",),
            parse=_of_super_group,
            condition=_is_static,
            if_skipped={"super_group_id": ""},
        ),
        Detail(
            "QueryDeviceGroupTagList", "Data.GroupTagInfo", only_for=("tags",), parse=_of_tags, condition=_is_static
        ),
        Detail(
            "QueryDeviceGroupTagList",
            "Data.GroupTagInfo",
            only_for=("tags",),
            parse=_of_tags,
            constants=_OF_DYNAMIC,
            condition=_is_dynamic,
        ),
        Detail(
            "QueryDeviceListByDeviceGroup",
            "Data.SimpleDeviceInfo",
            only_for=("devices",),
            parse=_of_rows,
            condition=_is_static,
        ),
        Detail("QueryDynamicGroupDevices", "", only_for=("devices",), parse=_of_rows, condition=_is_dynamic),
    )
    create = CreateEither("CreateDeviceGroup", outputs={"group_id": "Data.GroupId"})
    changes = (
        UpdateEither("UpdateDeviceGroup", "description"),
        UpdateEither("SetDeviceGroupTags", "tags"),
        StaticMembers(
            "devices",
            add=Batch("BatchAddDeviceGroupRelations", _rows, verify=membership_failure),
            remove=Batch("BatchDeleteDeviceGroupRelations", _rows),
        ),
    )
    delete = DeleteEither("DeleteDeviceGroup")
    remedy = "Take the group away with state: absent and make it again, or leave the option as it is"
    filters = ("name", "group_id", "type", "tags")

    def find_in_list(self, reader, desired):
        return super().find_in_list(reader, desired) or self._locate_dynamic(reader, desired)

    def _locate_dynamic(self, reader, desired):
        """The dynamic group of that name: names are unique over both kinds, and each has a list of its own."""
        for item in reader.pages("QueryDeviceGroupList", {"GroupName": desired["name"], "GroupTypes": [DYNAMIC]}):
            if item["GroupName"] == desired["name"]:
                return self.parse(item)
        return None

    def list_items(self, reader, desired):
        if desired.get("tags") and "name" not in desired:
            pairs = self.field("tags").type.canonical(desired["tags"])
            items = reader.pages("QueryDeviceGroupByTags", {"Tag": tags.to_rows(list(pairs.items()))})
        elif desired.get("type") == "dynamic":
            items = reader.pages("QueryDeviceGroupList", {"GroupTypes": [DYNAMIC]})
        else:
            yield from super().list_items(reader, desired)
            return
        for item in items:
            yield self.parse(item)

    def read_detail(self, reader, detail, current):
        if detail is not self.details[0]:
            return super().read_detail(reader, detail, current)
        # The type of a group that is known only by its GroupId is unknown, and the read must name it: try both.
        for kind in [current["type"]] if current.get("type") else ["static", "dynamic"]:
            params = {"GroupId": current["group_id"], **(_OF_DYNAMIC if kind == "dynamic" else {})}
            reply = reader.find(detail.operation, params)
            if reply is not None:
                return {**self.parse(member(reply, detail.item) or {}), "type": kind}
        return None
