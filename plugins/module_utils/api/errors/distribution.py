# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of distribution (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    NOT_FOUND,
    PERMANENT,
    THROTTLED,
    TRANSIENT,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.provisioning.RunningTaskExceedLimit": (
            PERMANENT,
            "The account already has the maximum of 10 running distribution tasks",
            "Wait until a running task ends, then retry",
        ),
        "iot.provisioning.TaskNotFinish": (TRANSIENT, "The distribution task is still running", "Wait until the task ends"),
        "iot.provisioning.TasksProcessing": (TRANSIENT, "A distribution task is still running", "Wait until the task ends"),
        "iot.provisioning.DeviceIsInAnotherTask": (
            PERMANENT,
            "The device is part of another distribution task",
            "Add the device to one task only. Only one of several tasks can succeed",
        ),
        "iot.provisioning.TaskNotExist": (NOT_FOUND, "The distribution task does not exist", "Check the task ID"),
        "iot.provisioning.TaskAlreadyFinish": (PERMANENT, "The distribution task has already ended", "Check the task ID"),
        "iot.provisioning.UidAndTaskNotMatch": (
            PERMANENT, "Another account created this distribution task", "Use the account that created the task",
        ),
        "iot.provisioning.DeviceIsDistributing": (
            TRANSIENT, "The device is being distributed", "Wait until the distribution of the device ends",
        ),
        "iot.provisioning.ProductIsDistributing": (
            TRANSIENT, "The product is being distributed", "Wait until the distribution task of the product ends",
        ),
        "iot.provisioning.AccountNotFound": (NOT_FOUND, "The Alibaba Cloud account does not exist", "Check the account that is specified"),
        "iot.provisioning.TargetAccountParamsError": (PERMANENT, "The target account is missing", "Specify the target account"),
        "iot.provisioning.CrmServiceError": (TRANSIENT, "The account service of Alibaba Cloud failed", "Retry later"),
        "iot.provisioning.InstanceOperationDeny": (
            PERMANENT,
            "The target instance does not belong to the target account",
            "Specify an instance of the target account",
        ),
        "iot.provisioning.SourceInstanceNotFound": (NOT_FOUND, "The source instance does not exist", "Check the source instance ID"),
        "iot.provisioning.TargetInstanceNotFound": (NOT_FOUND, "The target instance does not exist", "Check the target instance ID"),
        "iot.provisioning.CaptchaNotNull": (PERMANENT, "The authorization code is missing", "Specify the authorization code"),
        "iot.provisioning.CaptchaNotFound": (
            PERMANENT,
            "The authorization code is invalid",
            "Request a new code, at least one minute after the last one",
        ),
        "iot.provisioning.SendCaptchaFlowControl": (
            THROTTLED, "Authorization codes are requested too often", "Wait one minute, then retry",
        ),
        "iot.provisioning.LimitExceeded": (
            PERMANENT, "A distribution has too many devices", "Split the devices into several distributions",
        ),
        "iot.provisioning.FailGetLogLat": (PERMANENT, "The longitude and latitude could not be determined", "Check the parameters"),
        "iot.provisioning.NotCrossTenantId": (
            PERMANENT,
            "The operation does not support different Alibaba Cloud accounts",
            "Use one account as the source and the target",
        ),
        "iot.provisioning.ErrorStrategy": (PERMANENT, "The distribution strategy is not supported", "Use a supported strategy"),
        "iot.provisioning.InstanceRegionConflict": (
            PERMANENT, "More than one instance is specified for a region", "Specify one instance ID per region",
        ),
        "iot.provisioning.NotDeviceOwner": (PERMANENT, "The account does not own the device", "Use the account that owns the device"),
        "iot.provisioning.NextTokenNotNull": (
            PERMANENT,
            "NextToken is missing",
            "Specify NextToken as the documentation of ListDeviceDistributeJob describes",
        ),
    }
)
