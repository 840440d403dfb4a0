# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of calls: device jobs and OTA updates."""

from __future__ import annotations

from typing import Any

from .call_parts import LAMP, PAGE, product
from .steps import AdvanceClock, Step, Upload, call, devices

_ALL_OF_PRODUCT = {"targetType": "PRODUCT_KEY", "targetProduct": "<key>"}

_TWO_LAMPS = {
    "targetType": "DEVICE_LIST",
    "targetDevices": [{"productKey": "<key>", "deviceName": name} for name in ("lamp-0001", "lamp-0002")],
}

_CUSTOM_JOB = {"Type": "CUSTOM_JOB", "JobDocument": '{"action":"clean"}'}

JOB: list[Step] = [
    product(),
    devices("<key>", "lamp-0001", "lamp-0002"),
    call("GenerateFileUploadURL", {"form": "Data"}, BizCode="DEVICE_JOB_FILE", FileSuffix="bin", FileName="manual"),
    Upload("form", "content", "OssAccessKeyId"),
    call(
        "CreateJob",
        {"job": "JobId"},
        JobName="cleaning",
        Description="all lamps",
        TargetConfig=_TWO_LAMPS,
        JobFile={
            "fileKey": "<form.Key>",
            "signMethod": "Sha256",
            "sign": "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73",
        },
        RolloutConfig={"maximumPerMinute": 100},
        TimeoutConfig={"inProgressTimeoutInMinutes": 60},
        **_CUSTOM_JOB,
    ),
    call(
        "CreateJob",
        {"second": "JobId"},
        JobName="second",
        TargetConfig=_ALL_OF_PRODUCT,
        ScheduledTime="<day_ahead>",
        **_CUSTOM_JOB,
    ),
    call("CreateDeviceGroup", {"group": "Data.GroupId"}, GroupName="targets"),
    call("BatchAddDeviceGroupRelations", GroupId="<group>", Device=[LAMP]),
    call(
        "CreateJob",
        {"third": "JobId"},
        JobName="third",
        TargetConfig={"targetType": "GROUP_ID", "targetGroup": "<group>"},
        **_CUSTOM_JOB,
    ),
    call("QueryJob", JobId="<third>"),
    call("UpdateJob", JobId="<second>", Description="changed", RolloutConfig={"maximumPerMinute": 200}),
    AdvanceClock(120),
    call("QueryJob", JobId="<job>"),
    call("QueryJob", JobId="<second>"),
    call("ListJob", **PAGE),
    call("ListTask", {"task": "Data.data.0.TaskId"}, JobId="<job>", Limit=1),
    call("ListTask", Limit=10, Device={"productKey": "<key>", "deviceName": "lamp-0001"}),
    call("QueryTask", TaskId="<task>"),
    call("QueryJobStatistics", JobId="<job>"),
    call("RerunJob", JobId="<job>"),
    call("CancelJob", JobId="<second>"),
    AdvanceClock(120),
    call("DeleteJob", JobId="<second>"),
]

_TAG = [{"Key": "site", "Value": "west"}]

_OTA_TARGET = {"ProductKey": "<key>", "Tag": _TAG}


def firmware(saved_as: str, version: str, **params: Any) -> Step:
    """Return a step that creates a firmware from the last uploaded file."""
    all_params = {
        "FirmwareName": saved_as,
        "DestVersion": version,
        "FirmwareUrl": "<form.FirmwareUrl>",
        "ProductKey": "<key>",
        "NeedToVerify": False,
        **params,
    }
    return call("CreateOTAFirmware", {saved_as: "Data.FirmwareId"}, **all_params)


OTA: list[Step] = [
    product(),
    devices(
        "<key>",
        "lamp-0001",
        "lamp-0002",
        module_versions={"default": "1.0.0"},
        profile={"upgrade": {"outcome": "fail", "delay": 30}},
    ),
    devices("<key>", "lamp-0003", module_versions={"default": "1.0.0"}),
    devices("<key>", "lamp-0004", online=False),
    call("CreateOTAModule", ProductKey="<key>", ModuleName="scanner", AliasName="scanner", Desc="reads bars"),
    call("UpdateOTAModule", ProductKey="<key>", ModuleName="scanner", AliasName="reader", Desc="reads bars"),
    call("ListOTAModuleByProduct", ProductKey="<key>"),
    call("DeleteOTAModule", ProductKey="<key>", ModuleName="scanner"),
    call("ListOTAModuleVersionsByDevice", **LAMP, **PAGE),
    call("GenerateDeviceNameListURL", {"list": "Data"}),
    Upload("list", "lamp-0001\nlamp-0002\n", "AccessKeyId"),
    call("GenerateOTAUploadURL", {"form": "Data"}, FileSuffix="bin"),
    Upload("form", "a firmware"),
    firmware("tested", "2.0.0", FirmwareDesc="better", NeedToVerify=True, Udi="notice"),
    firmware("listed", "2.1.0"),
    firmware("confirmed", "2.2.0"),
    firmware("dynamic", "2.3.0"),
    call("GenerateOTAUploadURL", {"other": "Data"}, FileSuffix="bin"),
    Upload("other", "another file"),
    call(
        "CreateOTAFirmware",
        {"pair": "Data.FirmwareId"},
        FirmwareName="pair",
        DestVersion="3.0.0",
        ProductKey="<key>",
        NeedToVerify=False,
        MultiFiles=[
            {"Name": "one.bin", "Url": "<form.FirmwareUrl>"},
            {"Name": "two.bin", "Url": "<other.FirmwareUrl>"},
        ],
    ),
    call("QueryOTAFirmware", FirmwareId="<pair>"),
    call("ListOTAFirmware", ProductKey="<key>", **PAGE),
    call("QueryOTAFirmware", FirmwareId="<tested>"),
    call(
        "CreateOTAVerifyJob",
        {"verify": "Data.JobId"},
        FirmwareId="<tested>",
        TargetDeviceName=["lamp-0003"],
        TimeoutInMinutes=60,
        **_OTA_TARGET,
    ),
    AdvanceClock(60),
    call("QueryOTAFirmware", FirmwareId="<tested>"),
    call("QueryOTAJob", JobId="<verify>"),
    call(
        "CreateOTAStaticUpgradeJob",
        {"job": "Data.JobId"},
        FirmwareId="<listed>",
        TargetSelection="SPECIFIC",
        DnListFileUrl="<list.FileUrl>",
        **_OTA_TARGET,
    ),
    call("ListOTAUnfinishedTaskByDevice", TaskStatus="NOTIFIED", **LAMP),
    AdvanceClock(60),
    call("ListOTATaskByJob", {"failed": "Data.SimpleOTATaskInfo.0.TaskId"}, JobId="<job>", **PAGE),
    call("QueryOTAJob", JobId="<job>"),
    call("ListOTAJobByFirmware", FirmwareId="<listed>", **PAGE),
    call("ListOTAJobByDevice", FirmwareId="<listed>", **LAMP, **PAGE),
    call("ReupgradeOTATask", JobId="<job>", TaskId=["<failed>"]),
    AdvanceClock(60),
    call(
        "CreateOTAStaticUpgradeJob",
        {"confirm_job": "Data.JobId"},
        FirmwareId="<confirmed>",
        TargetSelection="SPECIFIC",
        TargetDeviceName=["lamp-0001", "lamp-0002"],
        NeedConfirm=True,
        **_OTA_TARGET,
    ),
    call(
        "ListOTAUnfinishedTaskByDevice",
        {"unconfirmed_task": "Data.SimpleOTATaskInfo.0.TaskId"},
        TaskStatus="CONFIRM",
        **LAMP,
    ),
    call("ConfirmOTATask", TaskId=["<unconfirmed_task>"]),
    call(
        "CancelOTATaskByDevice",
        FirmwareId="<confirmed>",
        ProductKey="<key>",
        DeviceName=["lamp-0001"],
        JobId="<confirm_job>",
    ),
    call("CancelOTATaskByJob", JobId="<confirm_job>", CancelQueuedTask=True, CancelUnconfirmedTask=True),
    call(
        "CreateOTADynamicUpgradeJob",
        {"strategy": "Data.JobId"},
        FirmwareId="<dynamic>",
        DynamicMode=2,
        SrcVersion=["1.0.0"],
        **_OTA_TARGET,
    ),
    call("QueryOTAJob", JobId="<strategy>"),
    call("CancelOTAStrategyByJob", JobId="<strategy>"),
    call(
        "CreateOTAStaticUpgradeJob",
        {"planned": "Data.JobId"},
        FirmwareId="<pair>",
        TargetSelection="GRAY",
        GrayPercent="50.00",
        ScheduleTime="<hour_ahead>",
        ScheduleFinishTime="<day_ahead>",
        RetryCount=1,
        RetryInterval=60,
        **_OTA_TARGET,
    ),
    call("QueryOTAJob", JobId="<planned>"),
    call("DeleteOTAFirmware", FirmwareId="<tested>"),
]
