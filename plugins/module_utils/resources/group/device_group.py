# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Static and dynamic device groups (manual chapter 4.10)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import group, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Create, Delete, Entries, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import Mapping, ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import Satisfies, State, UsedBy
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field, finds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.quotas import Quota
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.expression import Expression
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import (
    with_product_key,
)

GROUP_NAME = Text(
    4, 30, wide_char_width=2, pattern="[A-Za-z0-9_\u4e00-\u9fff]+", hint="Chinese and English letters, digits and _"
)


class GroupTags(Mapping):
    """The tags of a group. One request sets all of them, as JSON text."""

    def __init__(self) -> None:
        super().__init__(Text(2, 30, pattern="[A-Za-z0-9.]+", hint="letters, digits and dots"), tags.WORDS, maximum=100)

    def to_wire(self, value: dict) -> str:
        rows = [{"tagKey": key, "tagValue": text} for key, text in self.canonical(value).items()]
        return json.dumps(rows, ensure_ascii=False)


@finds("device_group")
def group_id(reader: Reader, name: str) -> Any:
    """Return the GroupId of a group that a task names by its name or GroupId.

    Raises:
        ReferenceNotFound: There is no such group and the reader is not tolerant.
    """
    found = [
        row["GroupId"] for row in reader.pages("QueryDeviceGroupList") if name in (row["GroupName"], row["GroupId"])
    ]
    return found[0] if found else reader.not_found("device group", name)


#: How deep groups can be nested.
MAX_LEVELS = 3

#: The platform's values of ``GroupType`` for static and dynamic groups.
STATIC, DYNAMIC = "LINK_PLATFORM", "LINK_PLATFORM_DYNAMIC"

_DYNAMIC_TYPE = {"GroupType": DYNAMIC}


class CreateGroup(Create):
    """Creation of a static or dynamic group.

    Custom code: a group with an expression is a dynamic group, which has another operation.
    """

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        if not desired.get("expression"):
            return super().steps(resource, desired)
        _refuse_members(desired)
        return Create("CreateDeviceDynamicGroup", self.outputs).steps(resource, desired)

    def sent_fields(self, resource: Resource) -> set:
        return super().sent_fields(resource) | {"expression"}


class DeleteGroup(Delete):
    """Deletion of a static or dynamic group.

    Custom code: a dynamic group has another operation.
    """

    def steps(self, resource: Resource, current: dict) -> list[Step]:
        is_dynamic = current.get("type") == "dynamic"
        return (Delete("DeleteDeviceDynamicGroup") if is_dynamic else super()).steps(resource, current)


class UpdateGroup(Update):
    """Update of a static or dynamic group.

    Custom code: without a GroupType, the operation takes the group for a static one.
    """

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        result = super().steps(resource, desired, current)
        if current.get("type") == "dynamic" or desired.get("expression"):
            for step in result:
                step.params.update(_DYNAMIC_TYPE)
        return result


class UpdateMembers(Entries):
    """Update of the members of a static group.

    Custom code: the members of a dynamic group follow from its expression, so the options for members are refused.
    """

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if current.get("type") == "dynamic":
            _refuse_members(desired)
        return super().steps(resource, desired, current)


def _refuse_members(desired: dict) -> None:
    for name in ("devices", "super_group"):
        if desired.get(name):
            raise InvalidValue(
                f"{name} cannot be set for a dynamic group, whose members follow from its expression",
                field=name,
                remedy=f"Remove {name}, or create a static group without expression",
            )


def _device_params(devices: list[dict]) -> dict:
    return {"Device": [{"ProductKey": item["product_key"], "DeviceName": item["name"]} for item in devices]}


def membership_failure(response: dict) -> str:
    """Return why devices were not added to the group; the platform does not report this as an error."""
    full = int(response.get("ExceedTenGroupDeviceCount") or 0)
    return f"{full} of the devices were not added: they are already in 10 groups, the maximum" if full else ""


def _parse_super_group(data: dict | None) -> dict:
    # In the manual's table, the data contains a list with one group; in its example, the data is the group.
    data = data or {}
    group = next(iter(data.get("GroupInfo") or []), {}) if "GroupInfo" in data else data
    return {"super_group_id": group.get("GroupId", "")}


def _parse_devices(items: list[dict]) -> dict:
    return {
        "devices": [
            {"product": item.get("ProductName"), "product_key": item["ProductKey"], "name": item["DeviceName"]}
            for item in items
        ]
    }


def _parse_tags(items: list[dict] | None) -> dict:
    return {"tags": tags.parse_rows(items)}


def _is_dynamic(_reader: Reader, current: dict) -> bool:
    return current.get("type") == "dynamic"


def _is_static(_reader: Reader, current: dict) -> bool:
    return current.get("type") != "dynamic"


def _find_level_problem(state: State) -> str:
    """Return why a new group cannot have its super-group: groups can be nested three levels deep."""
    parent = state.after.get("super_group_id")
    if state.current is not None or not isinstance(parent, str) or not parent:
        return ""
    level = 1
    while parent and level <= MAX_LEVELS:
        level += 1
        response = state.reader.find("QuerySuperDeviceGroup", {"GroupId": parent})
        parent = _parse_super_group(member(response, "Data"))["super_group_id"]
    return (
        f"super_group cannot be {state.after['super_group']}: groups can be nested at most {MAX_LEVELS} levels deep"
        if level > MAX_LEVELS
        else ""
    )


class DeviceGroup(Resource):
    """A group of devices, which can belong to different products.

    A static group has the members that the task sets. A dynamic group has all devices that match its expression.

    Custom code: the two types of groups have separate lists, groups with certain tags have another list, and a read
    needs the type of the group.
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
        Field("expression", "DynamicGroupExpression", Expression()),
        Field("type", read="GroupType", type=Choice({"static": STATIC, "dynamic": DYNAMIC}), computed=True),
        Field("tags", "TagString", GroupTags(), initial={}, purge=True),
        Field(
            "devices",
            type=ObjectSet(("product", "name"), ("product_key", "name")),
            lookup_each=with_product_key,
            element="device",
            initial=[],
            purge=True,
            exported_with="device_set",
        ),
        Field("device_count", read="DeviceCount", type=Number(), computed=True),
        Field("created", read="UtcCreate", computed=True),
    )
    listing = Listing(
        "QueryDeviceGroupList", params={"GroupName": "name"}, keep=True, variants=({}, {"type": "dynamic"})
    )
    details = (
        # Read by read_detail, with each type of group.
        Detail("QueryDeviceGroupInfo", "Data"),
        Detail(
            "QuerySuperDeviceGroup",
            "Data",
            only_for=("super_group",),
            parse=_parse_super_group,
            condition=_is_static,
            if_skipped={"super_group_id": ""},
            is_optional=True,
        ),
        Detail(
            "QueryDeviceGroupTagList", "Data.GroupTagInfo", only_for=("tags",), parse=_parse_tags, condition=_is_static
        ),
        Detail(
            "QueryDeviceGroupTagList",
            "Data.GroupTagInfo",
            only_for=("tags",),
            parse=_parse_tags,
            constants=_DYNAMIC_TYPE,
            condition=_is_dynamic,
        ),
        Detail(
            "QueryDeviceListByDeviceGroup",
            "Data.SimpleDeviceInfo",
            only_for=("devices",),
            parse=_parse_devices,
            condition=_is_static,
        ),
        Detail("QueryDynamicGroupDevices", "", only_for=("devices",), parse=_parse_devices, condition=_is_dynamic),
    )
    create = CreateGroup("CreateDeviceGroup", outputs={"group_id": "Data.GroupId"})
    changes = (
        UpdateGroup("UpdateDeviceGroup", "description"),
        UpdateGroup("SetDeviceGroupTags", "tags"),
        UpdateMembers(
            "devices",
            add=Batch("BatchAddDeviceGroupRelations", _device_params, verify=membership_failure),
            remove=Batch("BatchDeleteDeviceGroupRelations", _device_params),
        ),
    )
    delete = DeleteGroup("DeleteDeviceGroup")
    constraints = (Satisfies(_find_level_problem, "super_group_id"),)
    quotas = (
        Quota(10, "section 4.10.2", only={"type": "dynamic"}),
        Quota(100, "section 4.6, error iot.group.GroupCountExceedMax", per="super_group_id"),
        Quota(100, "section 4.10.11", elements="tags"),
    )
    used_by = (
        UsedBy(
            "sub-group",
            "QueryDeviceGroupList",
            name="GroupName",
            reference="group_id",
            params={"SuperGroupId": "group_id"},
            condition=lambda current: current.get("type") != "dynamic",
            remedy="Delete the sub-groups first",
        ),
    )
    remedy = "Delete the group with state: absent and create it again, or keep the current value"
    filters = ("name", "group_id", "type", "tags")
    partitions = ({}, {"type": "dynamic"})

    def find_in_list(self, reader: Reader, desired: dict) -> dict | None:
        return super().find_in_list(reader, desired) or self._find_dynamic(reader, desired)

    def _find_dynamic(self, reader: Reader, desired: dict) -> dict | None:
        """Return the dynamic group with this name. Names are unique over both types, which have separate lists."""
        search = {} if reader.reads_whole_lists else {"GroupName": desired["name"]}
        for item in reader.pages("QueryDeviceGroupList", {**search, "GroupTypes": [DYNAMIC]}):
            if item["GroupName"] == desired["name"]:
                return self.parse(item)
        return None

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
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

    def read_detail(self, reader: Reader, detail: Detail, current: dict) -> dict | None:
        if detail is not self.details[0]:
            return super().read_detail(reader, detail, current)
        # If only the GroupId is known, the type is unknown, but the operation needs it: try both types.
        for kind in [current["type"]] if current.get("type") else ["static", "dynamic"]:
            params = {"GroupId": current["group_id"], **(_DYNAMIC_TYPE if kind == "dynamic" else {})}
            response = reader.find(detail.operation, params)
            if response is not None:
                return {**self.parse(member(response, detail.item) or {}), "type": kind}
        return None
