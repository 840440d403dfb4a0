# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device jobs (manual chapter 4.13)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, job, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **device.ERRORS, **job.ERRORS, **product.ERRORS}

OPERATIONS = {
    "CreateJob": Operation(
        "4.13.1", CREATE, 5,
        (
            "JobDocument! JobName! TargetConfig!~ Type! Description JobFile~ RolloutConfig~ ScheduledTime:int "
            "TimeoutConfig~"
        ),
        response="JobId",
    ),
    "GenerateFileUploadURL": Operation(
        "4.13.2", SET, 5,
        "BizCode! FileSuffix! FileName",
        response="Data{Host Key ObjectStorage OssAccessKeyId Policy Signature}",
    ),
    "UpdateJob": Operation(
        "4.13.3", SET, 5,
        "JobId! Description RolloutConfig~ TimeoutConfig~",
    ),
    "QueryJob": Operation(
        "4.13.4", READ, 5,
        "JobId!",
        response=(
            "Data{Description JobDocument JobFile{FileUrl Sign SignMethod} JobId JobName "
            "RolloutConfig{MaximumPerMinute:int MessageQoS} ScheduledTime:int Status "
            "TargetConfig{TargetDevices{targetDevices[DeviceName ProductKey]} TargetGroup TargetProduct TargetType} "
            "TimeoutConfig{InProgressTimeoutInMinutes:int} Type UtcCreate UtcModified}"
        ),
        not_found_codes=("iot.job.JobNotExist",),
    ),
    "ListJob": Operation(
        "4.13.5", READ, 5,
        "CurrentPage!:int PageSize!:int Status",
        response=(
            "Data{data[Description JobId JobName ScheduledTime:int Status Type UtcCreate UtcModified]} Page:int "
            "PageSize:int Total:int"
        ),
        pages=Pages("CurrentPage", 50, "Data.data", "Total"),
    ),
    "CancelJob": Operation(
        "4.13.6", SET, 5,
        "JobId!",
    ),
    "DeleteJob": Operation(
        "4.13.7", DELETE, 5,
        "JobId!",
        not_found_codes=("iot.job.JobNotExist",),
    ),
    "ListTask": Operation(
        "4.13.8", READ, 5,
        "Limit!:int Device~ JobId NextToken Status",
        response=(
            "Data{data[DeviceName IotId JobId JobName ProductKey Progress Status TaskId UtcModified UtcQueueTime]} "
            "NextToken"
        ),
        pages=Pages("NextToken", 50, "Data.data", size="Limit", token="NextToken"),
    ),
    "QueryTask": Operation(
        "4.13.9", READ, 5,
        "TaskId!",
        response=(
            "Data{DeviceName IotId JobId JobName Message ProductKey Progress Status StatusDetail TaskId UtcModified "
            "UtcQueueTime}"
        ),
        not_found_codes=("iot.job.TaskNotExist",),
    ),
    "QueryJobStatistics": Operation(
        "4.13.10", READ, 5,
        "JobId!",
        response=(
            "Data{Cancelled:int Failed:int InProgress:int Queued:int Rejected:int Sent:int Succeeded:int TimeOut:int "
            "Total:int}"
        ),
    ),
    "RerunJob": Operation(
        "4.13.11", CREATE, 5,
        "JobId!",
    ),
}
