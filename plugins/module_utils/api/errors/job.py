# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of device jobs (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    NOT_FOUND,
    PERMANENT,
    TRANSIENT,
    UNEXPLAINED,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.job.JobNotExist": (NOT_FOUND, "The job does not exist", "Check the job ID in the console"),
        "iot.job.ListTaskParamJobIdAndDeviceNull": (PERMANENT, "JobId and Device are missing", "Specify at least one of them"),
        "iot.job.ListTaskParamDeviceInfoInvalid": (
            PERMANENT, "The Device parameter does not identify a device", "Specify productKey and deviceName",
        ),
        "iot.job.GenerateFileUploadUrlFailed": (PERMANENT, "The file upload URL could not be generated", UNEXPLAINED),
        "iot.job.ParamsError": (PERMANENT, "A job parameter is invalid", "Correct the parameters"),
        "iot.job.JobInvokeServiceSidError": (
            PERMANENT,
            "serviceIdentifier in the JobDocument of a bulk service call is invalid",
            "Use an identifier of a service in the thing model",
        ),
        "iot.job.JobSetPropertyParamsError": (
            PERMANENT,
            "params in the JobDocument of a bulk property job is invalid",
            "Correct params so that it matches the thing model",
        ),
        "iot.job.JobCountExceedLimit": (
            PERMANENT,
            "The account has reached its quota of 10,000 jobs in this region",
            "Delete jobs that you no longer need",
        ),
        "iot.job.IllegalTargetDevices": (
            PERMANENT, "TargetDevices in TargetConfig contains invalid devices", "Correct the list of devices",
        ),
        "iot.job.QueryJobFailed": (PERMANENT, "The job could not be read", "Check the job ID in the console"),
        "iot.job.NotJobOwner": (PERMANENT, "The account does not own the job", "Use the account that owns the job"),
        "iot.job.UpdateJobFailed": (PERMANENT, "The task settings of the job could not be updated", "Check the parameters, then retry"),
        "iot.job.JobActionForbidden": (
            PERMANENT,
            "The current state of the job does not allow this operation",
            "Check the job state that the operation requires",
        ),
        "iot.job.CancelJobFailed": (PERMANENT, "The job could not be canceled", "Check the parameters, then retry"),
        "iot.job.DeleteJobFailed": (PERMANENT, "The job could not be deleted", UNEXPLAINED),
        "iot.job.QueryJobStaticsFailed": (PERMANENT, "The job statistics could not be read", UNEXPLAINED),
        "iot.job.QueryTaskFailed": (PERMANENT, "The tasks of the job could not be read", UNEXPLAINED),
        "iot.job.TaskIdIsNull": (PERMANENT, "TaskId is missing", "Specify the TaskId"),
        "iot.job.TaskNotExist": (NOT_FOUND, "The job does not have this task", "Check the task ID in the console"),
        "iot.job.NotTaskOwne": (PERMANENT, "The account does not own this task", "Check in the console that the job includes the device"),
        "iot.job.JobFileInSecure": (PERMANENT, "The uploaded file of the job has invalid content", "Correct the file and upload it again"),
        "iot.job.ReRunJobFailed": (TRANSIENT, "The job could not be rerun because another operation is running", "Retry later"),
    }
)
