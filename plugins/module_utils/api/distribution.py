# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Distribution of products and devices to other instances of an account (manual chapter 4.2)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, distribution, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, Operation, Pages

ERRORS = {**common.ERRORS, **device.ERRORS, **distribution.ERRORS, **product.ERRORS}

OPERATIONS = {
    "CreateDeviceDistributeJob": Operation(
        "4.2", CREATE, 2,
        (
            "DeviceName@[] ProductKey@ SourceInstanceId@ Strategy@:int TargetAliyunId@ "
            "TargetInstanceConfig@[TargetInstanceId] TargetUid@"
        ),
        response="JobId",
        instance=False,
    ),
    "CreateProductDistributeJob": Operation(
        "4.2", CREATE, 2,
        "ProductKey SourceInstanceId TargetAliyunId TargetInstanceId TargetUid",
        response="JobId",
        instance=False,
    ),
    "QueryDeviceDistributeDetail": Operation(
        "4.2", READ, 5,
        "JobId",
        response="File",
        instance=False,
    ),
    "QueryDeviceDistributeJob": Operation(
        "4.2", READ, 10,
        "JobId",
        response=(
            "Data{GmtCreate:int JobId ProductKey SourceInstanceId SourceUid Status:int Strategy:int "
            "TargetInstanceConfigs{targetInstanceConfigs[TargetInstanceId]} TargetUid Total:int}"
        ),
        not_found_codes=("iot.provisioning.TaskNotExist",),
        instance=False,
    ),
    "ListDeviceDistributeJob": Operation(
        "4.2", READ, 5,
        "CurrentPage:int JobId@ NextToken PageSize:int ProductKey Status:int TargetUid",
        response=(
            "Data{JobInfo{items[GmtCreate:int JobId ProductKey SourceInstanceId SourceInstanceName SourceRegion "
            "SourceUid Status:int Strategy:int TargetInstanceConfigs{targetInstanceConfigs[TargetInstanceId "
            "TargetInstanceName TargetRegion]} TargetUid Total:int]} NextToken Total:int}"
        ),
        pages=Pages("CurrentPage", 200, "Data.JobInfo.items", "Data.Total"),
        instance=False,
    ),
    "DeleteDeviceDistributeJob": Operation(
        "4.2", DELETE, 2,
        "JobId",
        not_found_codes=("iot.provisioning.TaskNotExist",),
        instance=False,
    ),
    "ListDistributedDevice": Operation(
        "4.2", READ, 5,
        "CurrentPage:int DeviceName PageSize:int ProductKey SourceInstanceId TargetUid",
        response=(
            "Data{Info{items[DeviceName GmtCreate:int GmtModified:int ProductKey SourceInstanceId SourceInstanceName "
            "SourceRegion SourceUid TargetAliyunId TargetInstanceId TargetInstanceName TargetRegion TargetUid]} "
            "Total:int}"
        ),
        pages=Pages("CurrentPage", 200, "Data.Info.items", "Data.Total"),
        instance=False,
    ),
    "ListDistributedProduct": Operation(
        "4.2", READ, 5,
        "CurrentPage:int PageSize:int ProductKey SourceInstanceId TargetInstanceId TargetUid",
        response=(
            "Data{Info{items[GmtCreate:int ProductKey SourceInstanceId SourceInstanceName SourceRegion SourceUid "
            "TargetAliyunId TargetInstanceId TargetInstanceName TargetRegion TargetUid]} Total:int}"
        ),
        pages=Pages("CurrentPage", 200, "Data.Info.items", "Data.Total"),
        instance=False,
    ),
}
