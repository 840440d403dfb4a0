# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of device jobs (the manual's chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    NOT_FOUND,
    PERMANENT,
    TRANSIENT,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.job.JobNotExist": (NOT_FOUND, "No such job", "Check the job ID in the console"),
        "iot.job.ListTaskParamJobIdAndDeviceNull": (
            PERMANENT, "JobId and Device are both missing", "Pass at least one of the two",
        ),
        "iot.job.ListTaskParamDeviceInfoInvalid": (
            PERMANENT, "The Device parameter does not identify a device", "Fill in productKey and deviceName",
        ),
        "iot.job.GenerateFileUploadUrlFailed": (
            TRANSIENT, "The file upload URL could not be generated", "Retry shortly",
        ),
        "iot.job.ParamsError": (PERMANENT, "A job parameter is wrong", "Correct the parameters"),
        "iot.job.JobInvokeServiceSidError": (
            PERMANENT,
            "serviceIdentifier in the JobDocument of a bulk service call is wrong",
            "Use a service identifier of the thing model",
        ),
        "iot.job.JobSetPropertyParamsError": (
            PERMANENT,
            "params in the JobDocument of a bulk property setting is wrong",
            "Correct params to match the thing model",
        ),
        "iot.job.JobCountExceedLimit": (
            PERMANENT,
            "The account has reached its quota of 10,000 jobs in this region",
            "Delete jobs that are no longer needed",
        ),
        "iot.job.IllegalTargetDevices": (
            PERMANENT, "TargetDevices in TargetConfig contains unacceptable devices", "Correct the device list",
        ),
        "iot.job.QueryJobFailed": (PERMANENT, "The job could not be read", "Check the job ID in the console"),
        "iot.job.NotJobOwner": (PERMANENT, "The caller does not own the job", "Use the account that owns the job"),
        "iot.job.UpdateJobFailed": (
            PERMANENT, "The job's task settings could not be changed", "Check the parameters before trying again",
        ),
        "iot.job.JobActionForbidden": (
            PERMANENT, "The job's present state rules out this operation", "Check the job state that the API requires",
        ),
        "iot.job.CancelJobFailed": (
            PERMANENT, "The job could not be canceled", "Check the parameters before trying again",
        ),
        "iot.job.DeleteJobFailed": (TRANSIENT, "The job could not be deleted", "Retry shortly"),
        "iot.job.QueryJobStaticsFailed": (TRANSIENT, "Reading the job statistics failed", "Retry shortly"),
        "iot.job.QueryTaskFailed": (TRANSIENT, "Reading the tasks of the job failed", "Retry shortly"),
        "iot.job.TaskIdIsNull": (PERMANENT, "TaskId is missing", "Pass the TaskId"),
        "iot.job.TaskNotExist": (NOT_FOUND, "No such task in the job", "Check the task ID in the console"),
        "iot.job.NotTaskOwne": (
            PERMANENT,
            "The caller does not own this device task",
            "Check in the console that the job includes the device",
        ),
        "iot.job.JobFileInSecure": (
            PERMANENT, "The file uploaded for the job has unacceptable content", "Correct the file and upload it again",
        ),
        "iot.job.ReRunJobFailed": (
            TRANSIENT, "The job could not be rerun because of a concurrent operation", "Retry a little later",
        ),
    }
)
