# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""OTA modules, firmware, OTA jobs and OTA tasks (manual chapter 4.20)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, ota, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **device.ERRORS, **ota.ERRORS, **product.ERRORS}

OPERATIONS = {
    "GenerateOTAUploadURL": Operation(
        "4.20.1", SET, 10,
        "FileSuffix",
        response="Data{FirmwareUrl Host Key OSSAccessKeyId ObjectStorage Policy Signature UtcCreate}",
    ),
    "GenerateDeviceNameListURL": Operation(
        "4.20.2", SET, 10,
        response="Data{AccessKeyId FileUrl Host Key ObjectStorage Policy Signature UtcCreate}",
    ),
    "CreateOTAFirmware": Operation(
        "4.20.3", CREATE, 10,
        (
            "DestVersion! FirmwareName! FirmwareDesc FirmwareSign FirmwareSize:int FirmwareUrl ModuleName "
            "MultiFiles[FileMd5 Name SignValue Size:int Url] NeedToVerify:bool ProductKey SignMethod SrcVersion "
            "Type:int Udi"
        ),
        response="Data{FirmwareId UtcCreate}",
        limits={"MultiFiles": 20},
    ),
    "DeleteOTAFirmware": Operation(
        "4.20.4", DELETE, 10,
        "FirmwareId!",
        not_found_codes=("iot.firmware.FirmwareNotFound",),
    ),
    "ListOTAFirmware": Operation(
        "4.20.5", READ, 10,
        "CurrentPage!:int PageSize!:int DestVersion ProductKey",
        response=(
            "CurrentPage:int FirmwareInfo{SimpleFirmwareInfo[DestVersion FirmwareDesc FirmwareId FirmwareName "
            "FirmwareSign FirmwareSize:int ModuleName ProductKey ProductName SignMethod SrcVersion Status:int Type:int "
            "UtcCreate UtcModified]} PageCount:int PageSize:int Total:int"
        ),
        pages=Pages("CurrentPage", 100, "FirmwareInfo.SimpleFirmwareInfo", "Total"),
        changed_by=("CreateOTAFirmware", "DeleteOTAFirmware", "CreateOTAVerifyJob"),
    ),
    "QueryOTAFirmware": Operation(
        "4.20.6", READ, 20,
        "FirmwareId!",
        response=(
            "FirmwareInfo{DestVersion FirmwareDesc FirmwareId FirmwareName FirmwareSign FirmwareSize:int FirmwareUrl "
            "ModuleName MultiFiles[FileMd5 Name SignValue Size:int Url] ProductKey ProductName SignMethod SrcVersion "
            "Status:int Type:int Udi UtcCreate UtcModified VerifyProgress:int}"
        ),
        not_found_codes=("iot.firmware.FirmwareNotFound",),
    ),
    "CreateOTAVerifyJob": Operation(
        "4.20.7", CREATE, 10,
        (
            "FirmwareId! ProductKey! Tag[Key Value] TargetDeviceName![] DownloadProtocol NeedConfirm:bool "
            "NeedPush:bool TimeoutInMinutes:int"
        ),
        response="Data{JobId UtcCreate}",
        limits={"Tag": 10, "TargetDeviceName": 10},
    ),
    "CreateOTAStaticUpgradeJob": Operation(
        "4.20.8", CREATE, 20,
        (
            "FirmwareId! ProductKey! Tag[Key Value] TargetSelection! DnListFileUrl DownloadProtocol GrayPercent "
            "GroupId GroupType MaximumPerMinute:int MultiModuleMode:bool NeedConfirm:bool NeedPush:bool "
            "OverwriteMode:int RetryCount:int RetryInterval:int ScheduleFinishTime:int ScheduleTime:int SrcVersion[] "
            "TargetDeviceName[] TimeoutInMinutes:int"
        ),
        response="Data{JobId UtcCreate}",
        limits={"Tag": 10, "SrcVersion": 10, "TargetDeviceName": 200},
    ),
    "CreateOTADynamicUpgradeJob": Operation(
        "4.20.9", CREATE, 20,
        (
            "FirmwareId! ProductKey! Tag[Key Value] DownloadProtocol DynamicMode:int GroupId GroupType "
            "MaximumPerMinute:int MultiModuleMode:bool NeedConfirm:bool NeedPush:bool OverwriteMode:int RetryCount:int "
            "RetryInterval:int SrcVersion[] TimeoutInMinutes:int"
        ),
        response="Data{JobId UtcCreate}",
        limits={"Tag": 10, "SrcVersion": 10},
    ),
    "ListOTAJobByFirmware": Operation(
        "4.20.10", READ, 10,
        "CurrentPage!:int FirmwareId! PageSize!:int",
        response=(
            "CurrentPage:int Data{SimpleOTAJobInfo[FirmwareId JobId JobStatus JobType ProductKey SelectionType "
            "Tags{OtaTagDTO[Key Value]} TargetSelection UtcCreate UtcEndTime UtcModified UtcStartTime]} PageCount:int "
            "PageSize:int Total:int"
        ),
        pages=Pages("CurrentPage", 200, "Data.SimpleOTAJobInfo", "Total"),
    ),
    "ListOTAJobByDevice": Operation(
        "4.20.11", READ, 10,
        "CurrentPage!:int DeviceName! FirmwareId! PageSize!:int ProductKey!",
        response=(
            "CurrentPage:int Data{SimpleOTAJobInfo[FirmwareId JobId JobStatus JobType ProductKey SelectionType "
            "Tags{OtaTagDTO[Key Value]} TargetSelection UtcCreate UtcEndTime UtcModified UtcStartTime]} PageCount:int "
            "PageSize:int Total:int"
        ),
        pages=Pages("CurrentPage", 100, "Data.SimpleOTAJobInfo", "Total"),
    ),
    "ListOTATaskByJob": Operation(
        "4.20.12", READ, 10,
        "JobId! CurrentPage:int DeviceNames[] PageSize:int TaskStatus",
        response=(
            "CurrentPage:int Data{SimpleOTATaskInfo[DestVersion DeviceName FirmwareId IotId JobId ProductKey "
            "ProductName Progress SrcVersion TaskDesc TaskId TaskStatus Timeout UtcCreate UtcModified]} PageCount:int "
            "PageSize:int Total:int"
        ),
        limits={"DeviceNames": 50},
        pages=Pages("CurrentPage", 100, "Data.SimpleOTATaskInfo", "Total"),
    ),
    "QueryOTAJob": Operation(
        "4.20.13", READ, 10,
        "JobId!",
        response=(
            "Data{DestVersion DownloadProtocol DynamicMode:int FirmwareId GrayPercent GroupId GroupName JobDesc JobId "
            "JobStatus JobType MaximumPerMinute:int MultiModuleMode:bool Name NeedConfirm:bool NeedPush:bool "
            "OverwriteMode:int ProductKey RetryCount:int RetryInterval:int SelectionType SrcVersions{SrcVersion[]} "
            "Tags{OtaTagDTO[Key Value]} TargetSelection TimeoutInMinutes:int UtcCreate UtcEndTime UtcModified "
            "UtcScheduleFinishTime UtcScheduleTime UtcStartTime}"
        ),
        not_found_codes=("iot.firmware.InvalidOTAJobId",),
    ),
    "CancelOTAStrategyByJob": Operation(
        "4.20.14", SET, 10,
        "JobId!",
    ),
    "CancelOTATaskByJob": Operation(
        "4.20.15", SET, 5,
        (
            "JobId! CancelInProgressTask:bool CancelNotifiedTask:bool CancelQueuedTask:bool CancelScheduledTask:bool "
            "CancelUnconfirmedTask:bool"
        ),
    ),
    "CancelOTATaskByDevice": Operation(
        "4.20.16", SET, 10,
        "DeviceName![] FirmwareId! ProductKey! JobId",
        limits={"DeviceName": 200},
    ),
    "CreateOTAModule": Operation(
        "4.20.17", CREATE, 10,
        "ModuleName! ProductKey! AliasName Desc",
    ),
    "UpdateOTAModule": Operation(
        "4.20.18", SET, 10,
        "ModuleName! ProductKey! AliasName Desc",
    ),
    "DeleteOTAModule": Operation(
        "4.20.19", DELETE, 10,
        "ModuleName! ProductKey!",
        not_found_codes=("iot.ota.OTAModuleNotExist",),
    ),
    "ListOTAModuleByProduct": Operation(
        "4.20.20", READ, 10,
        "ProductKey!",
        response="Data[AliasName Desc GmtCreate GmtModified ModuleName ProductKey]",
        changed_by=("CreateOTAModule", "UpdateOTAModule", "DeleteOTAModule"),
    ),
    "ConfirmOTATask": Operation(
        "4.20.21", SET, 20,
        "TaskId![]",
        limits={"TaskId": 10},
    ),
    "ListOTAUnfinishedTaskByDevice": Operation(
        "4.20.22", READ, 10,
        "TaskStatus! DeviceName IotId ModuleName ProductKey TaskStatusList[]",
        response=(
            "Data{SimpleOTATaskInfo[DestVersion DeviceName FirmwareId IotId JobId ModuleName ProductKey ProductName "
            "SrcVersion TaskId TaskStatus UtcCreate UtcModified]}"
        ),
        sdk_only=("TaskStatusList",),
    ),
    "ReupgradeOTATask": Operation(
        "4.20.23", CREATE, 20,
        "JobId! TaskId![]",
        limits={"TaskId": 10},
    ),
    "ListOTAModuleVersionsByDevice": Operation(
        "4.20.24", READ, 10,
        "CurrentPage!:int PageSize!:int DeviceName IotId ProductKey",
        response=(
            "CurrentPage:int Data{SimpleOTAModuleInfo[DeviceName IotId ModuleName ModuleVersion ProductKey]} "
            "PageCount:int PageSize:int Total:int"
        ),
        pages=Pages("CurrentPage", 200, "Data.SimpleOTAModuleInfo", "Total"),
    ),
}
