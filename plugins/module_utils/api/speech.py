# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Speech (text-to-speech corpora) and its playback on devices (manual chapter 4.21)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, product, speech
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **device.ERRORS, **product.ERRORS, **speech.ERRORS}

OPERATIONS = {
    "CreateSpeech": Operation(
        "4.21.1.1", CREATE, 20,
        (
            "ProjectCode!@ Voice!@ AudioFormat@ BizCode@ EnableSoundCode@:bool IotInstanceId@ SoundCodeConfig@~ "
            "SpeechRate@:int SpeechType@ Text@ Volume@:int"
        ),
        response="Data",
    ),
    "UpdateSpeech": Operation(
        "4.21.1.2", SET, 20,
        (
            "ProjectCode!@ SpeechCode!@ Voice!@ EnableSoundCode@:bool IotInstanceId@ SoundCodeConfig@~ SpeechRate@:int "
            "Volume@:int"
        ),
    ),
    "GetSpeechVoice": Operation(
        "4.21.1.3", READ, None,
        response="Data{Items[Label Value VoiceList{Items[Label Value]}]}",
        instance=False,
    ),
    "TestSpeech": Operation(
        "4.21.1.4", CREATE, 2,
        (
            "ProjectCode!@ Voice!@ AudioFormat@ EnableSoundCode@:bool IotInstanceId@ SoundCodeConfig@~ SpeechRate@:int "
            "SpeechType@ Text@ Volume@:int"
        ),
        response="Data{items[]}",
    ),
    "QuerySpeech": Operation(
        "4.21.1.5", READ, None,
        "SpeechCode!@ IotInstanceId@",
        response=(
            "Data{AudioFormat BizCode EnableSoundCode:bool SoundCodeConfig{AdditionalDuration:int SoundCodeContent} "
            "SpeechCode SpeechRate:int SpeechType Text Voice Volume:int}"
        ),
    ),
    "QuerySpeechList": Operation(
        "4.21.1.6", READ, 10,
        "ProjectCode!@ AudioFormat@ IotInstanceId@ PageId@:int PageSize@:int",
        response=(
            "Data{List{Items[AudioFormat BizCode SpeechCode SpeechList{Items[BizCode SpeechCode Text Voice]} "
            "SpeechType Text Voice]} PageId:int PageSize:int Total:int}"
        ),
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "PushSpeech": Operation(
        "4.21.1.7", CREATE, None,
        "ProjectCode!@ PushMode!@ SpeechCodeList!@[] DeviceName@ GroupId IotId@ IotInstanceId@ ProductKey@",
        response="Data",
        limits={"SpeechCodeList": 100},
    ),
    "DeleteSpeech": Operation(
        "4.21.1.8", DELETE, None,
        "SpeechCodeList!@[] IotInstanceId@",
        limits={"SpeechCodeList": 20},
    ),
    "QuerySolutionDeviceGroupPage": Operation(
        "4.21.1.9", READ, None,
        "PageId!:int PageSize!:int ProjectCode! FuzzyGroupName",
        response=(
            "Data{List{itemName[DeviceCount:int GmtCreate:int GmtModified:int GroupDesc GroupId GroupName]} PageId:int "
            "PageSize:int Total:int}"
        ),
        pages=Pages("PageId", 50, "Data.List.itemName", "Data.Total"),
    ),
    "QuerySpeechPushJob": Operation(
        "4.21.1.10", READ, None,
        "ProjectCode!@ IotInstanceId@ JobCode PageId@:int PageSize@:int PushMode@ StatusList@[]",
        response=(
            "Data{List{Items[Code CreatedTime:int DeviceName ExpiredTime:int FailDeviceNum:int GroupId GroupName IotId "
            "ProductKey PushMode RunningDeviceNum:int SpeechNum:int SpeechStatus:bool Status SuccessDeviceNum:int "
            "TotalDeviceNum:int]} PageId:int PageSize:int Total:int}"
        ),
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "QuerySpeechPushJobDevice": Operation(
        "4.21.1.11", READ, None,
        "JobCode!@ DeviceName@ IotInstanceId@ PageId@:int PageSize@:int Status@",
        response=(
            "Data{List{Items[DeviceName ErrorCode ErrorMessage GmtModified:int Status]} PageId:int PageSize:int "
            "Total:int}"
        ),
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "QuerySpeechPushJobSpeech": Operation(
        "4.21.1.12", READ, None,
        "JobCode!@ IotInstanceId@ PageId@:int PageSize@:int",
        response=(
            "Data{List{Items[BizCode SpeechList{Items[BizCode Text Voice]} SpeechType Text Voice]} PageId:int "
            "PageSize:int Total:int}"
        ),
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "SpeechByCombination": Operation(
        "4.21.1.13", CREATE, 50,
        "CombinationList!@[] AudioFormat@ DeviceName@ EnforceFlag@:bool IotId@ IotInstanceId@ ProductKey@ SpeechId@",
        sdk_only=("EnforceFlag",),
    ),
    "SyncSpeechByCombination": Operation(
        "4.21.1.14", CREATE, 20,
        "CombinationList!@[] AudioFormat@ DeviceName@ EnforceFlag@:bool IotId@ IotInstanceId@ ProductKey@ SpeechId@",
        response="Data{Detail DeviceErrorCode DeviceErrorMessage Id MaxRetryCount:int RetryCount:int Success:bool}",
        sdk_only=("EnforceFlag",),
    ),
    "SpeechBySynthesis": Operation(
        "4.21.1.15", CREATE, 10,
        (
            "AudioFormat!@ Text!@ Voice!@ DeviceName@ IotId@ IotInstanceId@ ProductKey@ SpeechId@ SpeechRate@:int "
            "Volume@:int"
        ),
    ),
    "QuerySpeechDevice": Operation(
        "4.21.1.16", READ, 10,
        "ProjectCode!@ AvailableSpace@ AvailableSpaceScope@ DeviceName@ IotInstanceId@ PageId@:int PageSize@:int",
        response="Data{List{Items[AvailableSpace:num DeviceName IotId ProductKey]} PageId:int PageSize:int Total:int}",
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "QueryDeviceSpeech": Operation(
        "4.21.1.17", READ, None,
        "IotId!@ IotInstanceId@ PageId@:int PageSize@:int",
        response="Data{List{Items[AudioFormat BizCode Size:num]} PageId:int PageSize:int Total:int}",
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "GetSpeechDeviceDetail": Operation(
        "4.21.1.18", READ, None,
        "IotId!@ IotInstanceId@",
        response="Data{AvailableSpace:num DeviceName IotId ProductKey SpeechListUpdateTime:int Status TotalSpace:num}",
    ),
    "DeleteDeviceSpeech": Operation(
        "4.21.1.19", DELETE, None,
        "DeviceSpeechList!@[AudioFormat BizCode] IotId!@ IotInstanceId@",
    ),
}
