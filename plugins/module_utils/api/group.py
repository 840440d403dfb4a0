# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device groups, static and dynamic (manual chapter 4.10)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, group, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **device.ERRORS, **group.ERRORS, **product.ERRORS}

OPERATIONS = {
    "CreateDeviceGroup": Operation(
        "4.10.1", CREATE, 500,
        "GroupName! GroupDesc SuperGroupId",
        response="Data{GroupDesc GroupId GroupName UtcCreate}",
    ),
    "CreateDeviceDynamicGroup": Operation(
        "4.10.2", CREATE, 1,
        "DynamicGroupExpression! GroupName! IotInstanceId! GroupDesc",
        response="Data{DynamicGroupExpression GroupDesc GroupId GroupName UtcCreate}",
    ),
    "UpdateDeviceGroup": Operation(
        "4.10.3", SET, 50,
        "GroupId! GroupDesc GroupType",
    ),
    "DeleteDeviceGroup": Operation(
        "4.10.4", DELETE, 500,
        "GroupId!",
        not_found_codes=("iot.group.NotExistedGroup",),
    ),
    "DeleteDeviceDynamicGroup": Operation(
        "4.10.5", DELETE, 1,
        "GroupId! IotInstanceId!",
        not_found_codes=("iot.group.NotExistedGroup",),
    ),
    "BatchAddDeviceGroupRelations": Operation(
        "4.10.6", SET, 500,
        "Device![DeviceName ProductKey] GroupId!",
        response=(
            "AlreadyRelatedGroupDeviceCount:int ExceedTenGroupDeviceCount:int SuccessAddedDeviceCount:int "
            "ValidDeviceCount:int"
        ),
        limits={"Device": 200},
    ),
    "BatchDeleteDeviceGroupRelations": Operation(
        "4.10.7", DELETE, 50,
        "Device![DeviceName ProductKey] GroupId!",
        response="AlreadyRelatedGroupDeviceCount:int SuccessDeviceCount:int ValidDeviceCount:int",
        limits={"Device": 200},
    ),
    "QueryDeviceGroupInfo": Operation(
        "4.10.8", READ, 30,
        "GroupId! GroupType",
        response=(
            "Data{DeviceActive:int DeviceCount:int DeviceOnline:int DynamicGroupExpression GroupDesc GroupId GroupName "
            "UtcCreate}"
        ),
        not_found_codes=("iot.group.NotExistedGroup",),
    ),
    "QueryDynamicGroupDevices": Operation(
        "4.10.9", READ, 50,
        "GroupId! IotInstanceId! CurrentPage:int DeviceName FuzzyName:bool NextToken PageSize:int ProductKey Status",
        response=(
            "Data{SimpleDeviceInfo[ActiveTime CategoryKey DeviceName IotId LastOnlineTime Nickname NodeType:int "
            "ProductKey ProductName Status UtcActiveTime UtcLastOnlineTime]} NextToken Page:int PageCount:int "
            "PageSize:int Total:int"
        ),
        pages=Pages("CurrentPage", 200, "Data.SimpleDeviceInfo", "Total", carry_token="NextToken"),
    ),
    "QueryDeviceGroupList": Operation(
        "4.10.10", READ, 100,
        "CurrentPage:int GroupName GroupTypes[] PageSize:int SuperGroupId",
        response=(
            "CurrentPage:int Data{GroupInfo[GroupDesc GroupId GroupName GroupType UtcCreate]} PageCount:int "
            "PageSize:int Total:int"
        ),
        pages=Pages("CurrentPage", 200, "Data.GroupInfo", "Total"),
        changed_by=(
            "CreateDeviceGroup", "UpdateDeviceGroup", "DeleteDeviceGroup", "CreateDeviceDynamicGroup",
            "DeleteDeviceDynamicGroup",
        ),
    ),
    "SetDeviceGroupTags": Operation(
        "4.10.11", SET, 50,
        "GroupId! GroupType TagString",
    ),
    "QueryDeviceGroupTagList": Operation(
        "4.10.12", READ, 500,
        "GroupId! GroupType",
        response="Data{GroupTagInfo[TagKey TagValue]}",
    ),
    "QueryDeviceGroupByDevice": Operation(
        "4.10.13", READ, 50,
        "DeviceName! ProductKey!",
        response="GroupInfos{GroupInfo[GroupDesc GroupId GroupName GroupType UtcCreate]}",
    ),
    "QuerySuperDeviceGroup": Operation(
        "4.10.14", READ, 10,
        "GroupId!",
        response="Data{GroupInfo[GroupDesc GroupId GroupName]}",
    ),
    "QueryDeviceListByDeviceGroup": Operation(
        "4.10.15", READ, 5,
        "GroupId! CurrentPage:int PageSize:int",
        response=(
            "Data{SimpleDeviceInfo[DeviceName IotId ProductKey ProductName]} Page:int PageCount:int PageSize:int "
            "Total:int"
        ),
        pages=Pages("CurrentPage", 50, "Data.SimpleDeviceInfo", "Total"),
    ),
    "QueryDeviceGroupByTags": Operation(
        "4.10.16", READ, 5,
        "Tag![TagKey TagValue] CurrentPage:int PageSize:int",
        response="Data{DeviceGroup[GroupId GroupName]} Page:int PageCount:int PageSize:int Total:int",
        pages=Pages("CurrentPage", 200, "Data.DeviceGroup", "Total"),
    ),
}
