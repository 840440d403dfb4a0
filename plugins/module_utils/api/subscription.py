# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Server-side subscriptions and consumer groups (manual chapter 4.18)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, product, subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **product.ERRORS, **subscription.ERRORS}

OPERATIONS = {
    "CreateSubscribeRelation": Operation(
        "4.18.1", SET, 5,
        (
            "ProductKey! ConsumerGroupIds[] DeviceDataFlag:bool DeviceLifeCycleFlag:bool DeviceStatusChangeFlag:bool "
            "DeviceTagFlag:bool DeviceTopoLifeCycleFlag:bool FoundDeviceListFlag:bool MnsConfiguration "
            "OtaEventFlag:bool OtaJobFlag:bool OtaVersionFlag:bool SubscribeFlags ThingHistoryFlag:bool Type"
        ),
        sdk_only=("SubscribeFlags",),
    ),
    "UpdateSubscribeRelation": Operation(
        "4.18.2", SET, 5,
        (
            "ProductKey! Type! ConsumerGroupIds[] DeviceDataFlag:bool DeviceLifeCycleFlag:bool "
            "DeviceStatusChangeFlag:bool DeviceTagFlag:bool DeviceTopoLifeCycleFlag:bool FoundDeviceListFlag:bool "
            "MnsConfiguration OtaEventFlag:bool OtaJobFlag:bool OtaVersionFlag:bool SubscribeFlags "
            "ThingHistoryFlag:bool"
        ),
        sdk_only=("SubscribeFlags",),
    ),
    "QuerySubscribeRelation": Operation(
        "4.18.3", READ, 5,
        "ProductKey! Type!",
        response=(
            "ConsumerGroupIds[] DeviceDataFlag:bool DeviceLifeCycleFlag:bool DeviceStatusChangeFlag:bool "
            "DeviceTagFlag:bool DeviceTopoLifeCycleFlag:bool FoundDeviceListFlag:bool MnsConfiguration "
            "OtaEventFlag:bool OtaJobFlag:bool OtaVersionFlag:bool ProductKey SubscribeFlags ThingHistoryFlag:bool "
            "Type"
        ),
        not_found_codes=("iot.consumer.group.SubscribeNotExist",),
    ),
    "DeleteSubscribeRelation": Operation(
        "4.18.4", DELETE, 5,
        "ProductKey! Type!",
        not_found_codes=("iot.consumer.group.SubscribeNotExist",),
    ),
    "CreateConsumerGroup": Operation(
        "4.18.5", CREATE, 5,
        "GroupName!",
        response="GroupId",
    ),
    "UpdateConsumerGroup": Operation(
        "4.18.6", SET, 5,
        "GroupId! NewGroupName!",
    ),
    "QueryConsumerGroupByGroupId": Operation(
        "4.18.7", READ, 5,
        "GroupId!",
        response="Data{CreateTime GroupId GroupName}",
        not_found_codes=("iot.consumer.group.ConsumerGroupNotExist",),
    ),
    "QueryConsumerGroupList": Operation(
        "4.18.8", READ, 5,
        "CurrentPage!:int PageSize!:int Fuzzy:bool GroupName SubBizCode Type",
        response=(
            "CurrentPage:int Data{ConsumerGroupDTO[CreateTime GroupId GroupName]} PageCount:int PageSize:int Total:int"
        ),
        pages=Pages("CurrentPage", 1000, "Data.ConsumerGroupDTO", "Total"),
        changed_by=("CreateConsumerGroup", "UpdateConsumerGroup", "DeleteConsumerGroup"),
        sdk_only=("SubBizCode", "Type"),
    ),
    "QueryConsumerGroupStatus": Operation(
        "4.18.9", READ, 5,
        "GroupId!",
        response=(
            "AccumulatedConsumeCountPerMinute:int AccumulationCount:int "
            "ClientConnectionStatusList{ConsumerGroupClientConnectionInfo[AccumulatedConsumeCountPerMinute:int "
            "ClientId ClientIpPort OnlineTime:int RealTimeConsumeCountPerMinute:int]} ConsumerSpeed:int "
            "LastConsumerTime RealTimeConsumeCountPerMinute:int"
        ),
        not_found_codes=("iot.consumer.group.ConsumerGroupNotExist",),
    ),
    "ResetConsumerGroupPosition": Operation(
        "4.18.10", SET, 5,
        "GroupId!",
    ),
    "DeleteConsumerGroup": Operation(
        "4.18.11", DELETE, 5,
        "GroupId!",
        not_found_codes=("iot.consumer.group.ConsumerGroupNotExist",),
    ),
    "CreateConsumerGroupSubscribeRelation": Operation(
        "4.18.12", SET, 5,
        "ConsumerGroupId! ProductKey!",
    ),
    "DeleteConsumerGroupSubscribeRelation": Operation(
        "4.18.13", DELETE, 5,
        "ConsumerGroupId! ProductKey!",
        not_found_codes=("iot.consumer.group.ConsumerGroupNotExist",),
    ),
}
