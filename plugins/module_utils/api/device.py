# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices and their topology (manual chapter 4.8)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **device.ERRORS, **product.ERRORS}

OPERATIONS = {
    "RegisterDevice": Operation(
        "4.8.1", CREATE, 30,
        "ProductKey! AppKey DevEui DeviceName JoinEui LoraNodeType Nickname PinCode",
        response="Data{DevEui DeviceName DeviceSecret IotId JoinEui Nickname ProductKey}",
    ),
    "QueryClientIds": Operation(
        "4.8.2", READ, 10,
        "IotId!",
        response="Data{DynamicRegClientIds[ClientId CreateTime:int] IotId}",
    ),
    "TransformClientId": Operation(
        "4.8.3", SET, 10,
        "ClientId! IotId!",
    ),
    "DeleteClientIds": Operation(
        "4.8.4", DELETE, 10,
        "IotId!",
    ),
    "QueryDeviceInfo": Operation(
        "4.8.5", READ, 500,
        "DeviceName IotId ProductKey",
        response="Data{DeviceName DeviceSecret IotId Nickname ProductKey}",
        not_found_codes=("iot.device.NotExistedDevice",),
    ),
    "QueryDeviceDetail": Operation(
        "4.8.6", READ, 50,
        "DeviceName IotId ProductKey",
        response=(
            "Data{DeviceName DeviceSecret FirmwareVersion GmtActive GmtCreate GmtOnline IotId IpAddress Nickname "
            "NodeType:int Owner:bool ProductKey ProductName Region Status UtcActive UtcCreate UtcOnline}"
        ),
        not_found_codes=("iot.device.NotExistedDevice",),
    ),
    "BatchQueryDeviceDetail": Operation(
        "4.8.7", READ, 5,
        "DeviceName![] ProductKey!",
        response=(
            "Data{Data[DeviceName DeviceSecret FirmwareVersion GmtActive GmtCreate IotId Nickname NodeType:int "
            "ProductKey ProductName Region Status UtcActive UtcCreate]}"
        ),
        limits={"DeviceName": 100},
    ),
    "QueryDevice": Operation(
        "4.8.8", READ, 50,
        "ProductKey! CurrentPage:int NextToken PageSize:int",
        response=(
            "Data{DeviceInfo[DeviceId DeviceName DeviceSecret DeviceStatus DeviceType GmtCreate GmtModified IotId "
            "Nickname ProductKey UtcCreate UtcModified]} NextToken Page:int PageCount:int PageSize:int Total:int"
        ),
        deep_qps=2,
        pages=Pages("CurrentPage", 50, "Data.DeviceInfo", "Total", carry_token="NextToken"),
    ),
    "DeleteDevice": Operation(
        "4.8.9", DELETE, 50,
        "DeviceName IotId ProductKey",
        response="JobId",
        not_found_codes=("iot.device.NotExistedDevice",),
    ),
    "GetDeviceStatus": Operation(
        "4.8.10", READ, 500,
        "DeviceName IotId ProductKey",
        response="Data{Status Timestamp:int}",
        not_found_codes=("iot.device.NotExistedDevice",),
        sdk_only=("IotId",),
    ),
    "BatchGetDeviceState": Operation(
        "4.8.11", READ, 50,
        "DeviceName[] IotId[] ProductKey",
        response="DeviceStatusList{DeviceStatus[AsAddress DeviceId DeviceName IotId LastOnlineTime Status Timestamp:int]}",
        limits={"DeviceName": 50, "IotId": 50},
    ),
    "DisableThing": Operation(
        "4.8.12", SET, 500,
        "DeviceName IotId ProductKey",
        response="JobId",
    ),
    "EnableThing": Operation(
        "4.8.13", SET, 500,
        "DeviceName IotId ProductKey",
        response="JobId",
    ),
    "ResetThing": Operation(
        "4.8.14", SET, 500,
        "DeviceName IotId ProductKey",
        response="JobId",
    ),
    "BatchCheckDeviceNames": Operation(
        "4.8.15", SET, 10,
        "ProductKey! DeviceName@[] DeviceNameList@[DeviceName DeviceNickname]",
        response=(
            "Data{ApplyId:int InvalidDetailList{InvalidDetailList[DeviceName ErrorMsg NickName]} "
            "InvalidDeviceNameList{InvalidDeviceName[]} InvalidDeviceNicknameList{InvalidDeviceNickname[]} "
            "RepeatedDeviceNameList{RepeatDevieNameList[]}}"
        ),
        limits={"DeviceName": 10_000, "DeviceNameList": 10_000},
    ),
    "BatchRegisterDeviceWithApplyId": Operation(
        "4.8.16", CREATE, 500,
        "ApplyId!:int ProductKey!",
        response="Data{ApplyId:int}",
    ),
    "BatchRegisterDevice": Operation(
        "4.8.17", CREATE, 10,
        "Count!:int ProductKey!",
        response="Data{ApplyId:int}",
    ),
    "BatchUpdateDeviceNickname": Operation(
        "4.8.18", SET, 10,
        "DeviceNicknameInfo[DeviceName IotId Nickname ProductKey]",
        limits={"DeviceNicknameInfo": 100},
    ),
    "QueryBatchRegisterDeviceStatus": Operation(
        "4.8.19", READ, 30,
        "ApplyId!:int ProductKey!",
        response=(
            "Data{InvalidDetailList{invalidDetailList[DeviceName ErrorMsg NickName]} InvalidList{Name[]} Status "
            "ValidList{Name[]}}"
        ),
    ),
    "QueryPageByApplyId": Operation(
        "4.8.20", READ, 50,
        "ApplyId!:int CurrentPage:int PageSize:int",
        response=(
            "ApplyDeviceList{ApplyDeviceInfo[DeviceId DeviceName DeviceSecret IotId]} Page:int PageCount:int "
            "PageSize:int Total:int"
        ),
        pages=Pages("CurrentPage", 50, "ApplyDeviceList.ApplyDeviceInfo", "Total"),
    ),
    "GetGatewayBySubDevice": Operation(
        "4.8.21", READ, 50,
        "DeviceName IotId ProductKey",
        response=(
            "Data{DeviceName DeviceSecret FirmwareVersion GmtActive GmtCreate GmtOnline IpAddress NodeType ProductKey "
            "ProductName Status UtcActive UtcCreate UtcOnline iotId region}"
        ),
        # The request is about an existing device, so the only thing that can be missing is its relationship.
        not_found_codes=("iot.device.QueryTopoRelationFailed",),
    ),
    "QueryDeviceProp": Operation(
        "4.8.22", READ, 50,
        "DeviceName IotId ProductKey",
        response="Props",
    ),
    "SaveDeviceProp": Operation(
        "4.8.23", SET, 50,
        "Props! DeviceName IotId ProductKey",
    ),
    "DeleteDeviceProp": Operation(
        "4.8.24", DELETE, 500,
        "PropKey! DeviceName IotId ProductKey",
    ),
    "QueryDeviceByTags": Operation(
        "4.8.25", READ, 5,
        "Tag![TagKey TagValue] CurrentPage:int PageSize:int",
        response=(
            "Data{SimpleDeviceInfo[DeviceName IotId ProductKey ProductName]} Page:int PageCount:int PageSize:int "
            "Total:int"
        ),
        limits={"Tag": 10},
        pages=Pages("CurrentPage", 50, "Data.SimpleDeviceInfo", "Total"),
    ),
    "GetThingTopo": Operation(
        "4.8.26", READ, 500,
        "PageSize!:int DeviceName IotId NextToken PageNo:int ProductKey",
        response=(
            "Data{CurrentPage:int List{deviceInfo[DeviceName IotId ProductKey]} NextToken PageCount:int PageSize:int "
            "Total:int}"
        ),
        pages=Pages("PageNo", 50, "Data.List.deviceInfo", "Data.Total"),
    ),
    "NotifyAddThingTopo": Operation(
        "4.8.27", CREATE, 500,
        "DeviceListStr GwDeviceName GwIotId GwProductKey",
        response="Data{MessageId}",
    ),
    "BatchAddThingTopo": Operation(
        "4.8.28", SET, 10,
        "GwDeviceName! GwProductKey! TopoAddItem[ClientId DeviceName ProductKey Sign SignMethod Timestamp]",
        limits={"TopoAddItem": 10},
    ),
    "RemoveThingTopo": Operation(
        "4.8.29", DELETE, 500,
        "DeviceName IotId ProductKey",
        response="JobId Data:bool",
    ),
    "QueryDeviceStatistics": Operation(
        "4.8.30", READ, 50,
        "GroupId ProductKey",
        response="Data{activeCount:int deviceCount:int onlineCount:int}",
    ),
    "QueryLoRaJoinPermissions": Operation(
        "4.8.31", READ, 50,
        response=(
            "JoinPermissions{JoinPermission[ClassMode Enabled:bool JoinPermissionId JoinPermissionName "
            "JoinPermissionType OwnerAliyunPk]} ProductKey"
        ),
    ),
    "CreateLoRaNodesTask": Operation(
        "4.8.32", CREATE, 50,
        "ProductKey! DeviceInfo[DevEui PinCode]",
        response="TaskId",
        limits={"DeviceInfo": 500},
    ),
    "GetLoraNodesTask": Operation(
        "4.8.33", READ, 50,
        "TaskId!",
        response="SuccessCount:int SuccessDevEuis{SuccessDevEui[]} TaskId TaskState TotalCount:int",
        not_found_codes=("iot.device.DeviceApplyIsNotFound",),
    ),
    "QueryDeviceFileList": Operation(
        "4.8.34", READ, 500,
        "CurrentPage:int DeviceName IotId PageSize:int ProductKey",
        response="CurrentPage:int Data{FileSummary[FileId Name Size UtcCreatedOn]} PageCount:int PageSize:int Total:int",
        pages=Pages("CurrentPage", 200, "Data.FileSummary", "Total"),
    ),
    "QueryDeviceFile": Operation(
        "4.8.35", READ, 500,
        "FileId! DeviceName IotId ProductKey",
        response="Data{DownloadUrl FileId Name Size UtcCreatedOn}",
    ),
    "DeleteDeviceFile": Operation(
        "4.8.36", DELETE, 500,
        "FileId! DeviceName IotId ProductKey",
    ),
    "QueryDeviceCert": Operation(
        "4.8.37", READ, 10,
        "DeviceName! ProductKey!",
        response="DeviceCertInfo{CertSN Certificate PrivateKey Status:int}",
    ),
    "QueryCertUrlByApplyId": Operation(
        "4.8.38", READ, 10,
        "ApplyId!:int",
        response="CertUrl",
    ),
    "QueryDeviceByStatus": Operation(
        "4.8.39", READ, 50,
        "Status!:int CurrentPage:int PageSize:int ProductKey ResourceGroupId",
        response=(
            "Data{SimpleDeviceInfo[DeviceName DeviceSecret GmtCreate GmtModified IotId Nickname ProductKey Status "
            "UtcCreate UtcModified]} Page:int PageCount:int PageSize:int Total:int"
        ),
        pages=Pages("CurrentPage", 50, "Data.SimpleDeviceInfo", "Total"),
    ),
    "QueryDeviceBySQL": Operation(
        "4.8.40", READ, 10,
        "SQL!",
        response=(
            "Data[ActiveTime DeviceName GmtCreate GmtModified Groups[GroupId] IotId Nickname "
            "OTAModules[FirmwareVersion ModuleName] ProductKey Status Tags[TagName TagValue]] TotalCount:int"
        ),
    ),
    "ImportDevice": Operation(
        "4.8.41", CREATE, 50,
        "DeviceName! DeviceSecret! ProductKey! Nickname Sn",
        response="Data{DeviceName DeviceSecret IotId Nickname ProductKey Sn}",
    ),
    "BatchImportDevice": Operation(
        "4.8.42", CREATE, 10,
        "ProductKey! DeviceList@[DeviceName DeviceSecret Sn]",
        response=(
            "Data{ApplyId:int InvalidDetailList{InvalidDetailList[DeviceName DeviceSecret ErrorMsg Sn]} "
            "InvalidDeviceNameList{invalidDeviceName[]} InvalidDeviceSecretList{invalidDeviceSecret[]} "
            "InvalidSnList{invalidSn[]} RepeatedDeviceNameList{repeatedDeviceName[]}}"
        ),
        limits={"DeviceList": 10000},
    ),
    "QueryImportedDeviceByApplyId": Operation(
        "4.8.43", READ, 50,
        "ApplyId!:int PageNo!:int PageSize!:int",
        response=(
            "DeviceList{device[DeviceName DeviceSecret ProductKey Sn]} PageNo:int PageSize:int ProductKey "
            "TotalPage:int"
        ),
        not_found_codes=("iot.device.DeviceApplyIsNotFound",),
        pages=Pages("PageNo", 50, "DeviceList.device"),
    ),
    "BatchCheckImportDevice": Operation(
        "4.8.44", SET, 100,
        "ProductKey! DeviceList@[DeviceName DeviceSecret Sn]",
        response=(
            "Data{InvalidDetailList[DeviceName DeviceSecret ErrorMsg Sn] InvalidDeviceNameList[] "
            "InvalidDeviceSecretList[] InvalidSnList[] RepeatedDeviceNameList[]}"
        ),
        limits={"DeviceList": 10000},
    ),
}
