# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sound codes, schedules and labels (manual chapter 4.21)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, sound_code
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **sound_code.ERRORS}

OPERATIONS = {
    "CreateSoundCode": Operation(
        "4.21.4.1", CREATE, 2,
        "Duration!@:int SoundCodeContent!@ IotInstanceId@ Name@ OpenType@",
        response="Data",
    ),
    "DeleteSoundCode": Operation(
        "4.21.4.2", DELETE, 2,
        "SoundCode!@ IotInstanceId@",
    ),
    "QuerySoundCodeList": Operation(
        "4.21.4.3", READ, 10,
        "IotInstanceId@ PageId@:int PageSize@:int",
        response=(
            "Data{List{Items[Duration:int GmtCreate:int Name OpenType SoundCode SoundCodeContent]} PageId:int "
            "PageSize:int Total:int}"
        ),
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "GetSoundCodeAudio": Operation(
        "4.21.4.4", READ, 5,
        "SoundCodeList!@[] IotInstanceId@",
        response="Data{Items[]}",
        limits={"SoundCodeList": 100},
    ),
    "CreateSoundCodeSchedule": Operation(
        "4.21.4.5", CREATE, 2,
        "EndDate!@ Name!@ StartDate!@ Description@ IotInstanceId@ OpenType@",
        response="Data",
    ),
    "UpdateSoundCodeSchedule": Operation(
        "4.21.4.6", SET, 2,
        "ScheduleCode!@ Description@ EndDate@ EndTime@ IotInstanceId@ Name@ StartDate@ StartTime@ Status@",
    ),
    "DeleteSoundCodeSchedule": Operation(
        "4.21.4.7", DELETE, 2,
        "ScheduleCode!@ IotInstanceId@",
    ),
    "QuerySoundCodeScheduleList": Operation(
        "4.21.4.8", READ, 10,
        "IotInstanceId@ PageId@:int PageSize@:int",
        response=(
            "Data{List{Items[Description EndDate EndTime GmtCreate:int Name OpenType ScheduleCode StartDate StartTime "
            "Status]} PageId:int PageSize:int Total:int}"
        ),
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "GetSoundCodeSchedule": Operation(
        "4.21.4.9", READ, 10,
        "ScheduleCode!@ IotInstanceId@",
        response="Data{Description EndDate EndTime GmtCreate:int Name OpenType ScheduleCode StartDate StartTime Status}",
    ),
    "UpdateSchedulePeriod": Operation(
        "4.21.4.10", SET, 2,
        "PeriodCode!@ Description@ EndTime@ IotInstanceId@ SoundCodeContent@ StartTime@",
    ),
    "CreateSchedulePeriod": Operation(
        "4.21.4.11", CREATE, 2,
        "Description!@ EndTime!@ ScheduleCode!@ SoundCodeContent!@ StartTime!@ IotInstanceId@",
        response="Data",
    ),
    "DeleteSchedulePeriod": Operation(
        "4.21.4.12", DELETE, 2,
        "PeriodCode!@ IotInstanceId@",
    ),
    "QuerySchedulePeriodList": Operation(
        "4.21.4.13", READ, 10,
        "ScheduleCode!@ IotInstanceId@ PageId@:int PageSize@:int",
        response=(
            "Data{List{Items[Description EndTime PeriodCode SoundCodeContent StartTime]} PageId:int PageSize:int "
            "Total:int}"
        ),
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "CreateSoundCodeLabel": Operation(
        "4.21.4.14", CREATE, 2,
        "Label!@ ScheduleCode!@ IotInstanceId@",
        response="Data",
    ),
    "UpdateSoundCodeLabel": Operation(
        "4.21.4.15", SET, 2,
        "Label!@ SoundCode!@ IotInstanceId@",
    ),
    "DeleteSoundCodeLabel": Operation(
        "4.21.4.16", DELETE, 2,
        "SoundCode!@ IotInstanceId@",
    ),
    "QuerySoundCodeLabelList": Operation(
        "4.21.4.17", READ, 10,
        "ScheduleCode!@ IotInstanceId@ PageId@:int PageSize@:int",
        response="Data{List{Items[Label SoundCode]} PageId:int PageSize:int Total:int}",
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "BatchCreateSoundCodeLabel": Operation(
        "4.21.4.18", CREATE, 2,
        "ScheduleCode!@ Total!@:int Description@ IotInstanceId@",
        response="Data",
    ),
    "BatchCreateSoundCodeLabelWithLabels": Operation(
        "4.21.4.19", CREATE, 2,
        "Labels!@[] ScheduleCode!@ Description@ IotInstanceId@",
        response="Data",
    ),
    "QuerySoundCodeLabelBatchList": Operation(
        "4.21.4.20", READ, 10,
        "ScheduleCode!@ IotInstanceId@ PageId@:int PageSize@:int",
        response=(
            "Data{List{Items[BatchCode Description GmtCreate:int Status SuccessNum:int Total:int]} PageId:int "
            "PageSize:int Total:int}"
        ),
        pages=Pages("PageId", 50, "Data.List.Items", "Data.Total"),
    ),
    "QuerySoundCodeLabelBatchFailedResult": Operation(
        "4.21.4.21", READ, 1,
        "BatchCode!@ IotInstanceId@",
        response="Data{Items[ErrorMessage Label ResultCode]}",
    ),
    "PackageSoundCodeLabelBatchAudio": Operation(
        "4.21.4.22", SET, 2,
        "BatchCode!@ IotInstanceId@",
        response="Data",
    ),
    "RetrySoundCodeLabelBatch": Operation(
        "4.21.4.23", CREATE, 1,
        "BatchCode!@ IotInstanceId@",
    ),
    "UpdateSoundCode": Operation(
        "4.21.4.24", SET, 2,
        "SoundCode!@ Duration@:int IotInstanceId@ Name@ SoundCodeContent@",
    ),
}
