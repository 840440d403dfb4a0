# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of distribution (the manual's chapter 4.6)."""

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
            "The account already runs the maximum of 10 distribution tasks",
            "Start another task after a running one has ended",
        ),
        "iot.provisioning.TaskNotFinish": (
            TRANSIENT, "The distribution task has not finished yet", "Wait until the task ends",
        ),
        "iot.provisioning.TasksProcessing": (
            TRANSIENT, "A distribution task is still in progress", "Wait until the task ends",
        ),
        "iot.provisioning.DeviceIsInAnotherTask": (
            PERMANENT,
            "The device is part of another distribution task",
            "Leave the device to a single task; only one of them can succeed",
        ),
        "iot.provisioning.TaskNotExist": (NOT_FOUND, "No such distribution task", "Check the task ID"),
        "iot.provisioning.TaskAlreadyFinish": (
            PERMANENT, "The distribution task has already finished", "Check that the right task was named",
        ),
        "iot.provisioning.UidAndTaskNotMatch": (
            PERMANENT, "Another account created this distribution task", "Use the account that created the task",
        ),
        "iot.provisioning.DeviceIsDistributing": (
            TRANSIENT, "The device is being distributed right now", "Wait until its distribution ends",
        ),
        "iot.provisioning.ProductIsDistributing": (
            TRANSIENT, "The product is being distributed right now", "Wait until the product's distribution task ends",
        ),
        "iot.provisioning.AccountNotFound": (NOT_FOUND, "No such Alibaba Cloud account", "Check the account passed"),
        "iot.provisioning.TargetAccountParamsError": (
            PERMANENT, "The target account is missing", "Pass the account details",
        ),
        "iot.provisioning.CrmServiceError": (TRANSIENT, "The Alibaba Cloud account service is failing", "Retry later"),
        "iot.provisioning.InstanceOperationDeny": (
            PERMANENT,
            "The target instance is not owned by the target account",
            "Name an instance of the target account",
        ),
        "iot.provisioning.SourceInstanceNotFound": (
            NOT_FOUND, "No such source instance", "Check the source instance ID",
        ),
        "iot.provisioning.TargetInstanceNotFound": (
            NOT_FOUND, "No such target instance", "Check the target instance ID",
        ),
        "iot.provisioning.CaptchaNotNull": (
            PERMANENT, "The authorization code is missing", "Pass the authorization code",
        ),
        "iot.provisioning.CaptchaNotFound": (
            PERMANENT,
            "The authorization code is wrong",
            "Request a new code, no sooner than a minute after the last one",
        ),
        "iot.provisioning.SendCaptchaFlowControl": (
            THROTTLED, "Authorization codes are being requested too often", "Wait one minute before the next try",
        ),
        "iot.provisioning.LimitExceeded": (
            PERMANENT, "Too many devices in one distribution", "Distribute fewer devices at a time",
        ),
        "iot.provisioning.FailGetLogLat": (
            TRANSIENT,
            "The longitude and latitude could not be obtained",
            "Retry; if it keeps failing, check the parameters",
        ),
        "iot.provisioning.NotCrossTenantId": (
            PERMANENT, "The operation does not work across Alibaba Cloud accounts", "Stay within one account",
        ),
        "iot.provisioning.ErrorStrategy": (
            PERMANENT, "The distribution strategy is not supported", "Choose a supported strategy",
        ),
        "iot.provisioning.InstanceRegionConflict": (
            PERMANENT, "More than one instance was chosen for a region", "Name a single instance ID per region",
        ),
        "iot.provisioning.NotDeviceOwner": (
            PERMANENT,
            "The caller does not own the device",
            "Start the distribution from the account that owns the device",
        ),
        "iot.provisioning.NextTokenNotNull": (
            PERMANENT, "NextToken is missing", "Pass NextToken as described under ListDeviceDistributeJob",
        ),
    }
)
