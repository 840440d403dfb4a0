# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of the API gateway, and error codes that every family can return (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    NOT_FOUND,
    PERMANENT,
    THROTTLED,
    TRANSIENT,
    UNEXPLAINED,
    error_codes,
)

ERRORS = error_codes(
    {
        "Throttling": (
            THROTTLED,
            "The account exceeds the quota of requests per second",
            "Send fewer requests per second, and do not set pacing to false",
        ),
        "Throttling.User": (
            THROTTLED,
            "The account exceeds the quota of requests per second",
            "Send fewer requests per second, and do not set pacing to false",
        ),
        "Throttling.Api": (
            THROTTLED,
            "The operation exceeds its quota of requests per second",
            "Send fewer requests per second, and do not set pacing to false",
        ),
        "ServiceUnavailable": (TRANSIENT, "The service is temporarily unavailable", "Retry later"),
        "InternalError": (TRANSIENT, "An internal error occurred in the service", "Retry later"),
        "iot.system.SystemException": (TRANSIENT, "An internal error occurred on the platform", "Retry later"),
        "SignatureDoesNotMatch": (PERMANENT, "The signature does not match the request", "Check access_key_secret"),
        "IncompleteSignature": (PERMANENT, "The signature does not match the request", "Check access_key_secret"),
        "InvalidAccessKeyId.NotFound": (PERMANENT, "The AccessKey ID does not exist", "Check access_key_id"),
        "InvalidAccessKeyId.Inactive": (PERMANENT, "The AccessKey is disabled", "Enable the AccessKey, or use another AccessKey"),
        "InvalidSecurityToken.Expired": (
            PERMANENT, "The security token has expired", "Request a new token from STS, and set security_token",
        ),
        "InvalidTimeStamp.Expired": (
            PERMANENT,
            "The timestamp of the request differs from the time of the platform by more than 15 minutes",
            "Correct the clock of this machine",
        ),
        "InvalidTimeStamp.Format": (
            PERMANENT,
            "The timestamp does not have the format YYYY-MM-DDThh:mm:ssZ",
            "Report this error to the maintainers of the collection",
        ),
        "SignatureNonceUsed": (TRANSIENT, "The nonce of the request was used before", "Send the request again with a new nonce"),
        "InvalidAction.NotFound": (PERMANENT, "The operation does not exist", "Check the name of the operation"),
        "UnsupportedOperation": (
            PERMANENT,
            "The operation is not available in this region",
            "Check the name of the operation and the region",
        ),
        "InvalidVersion": (PERMANENT, "The API version does not exist", "Check that endpoint is an endpoint of the IoT Platform"),
        "MissingParameter": (PERMANENT, "A required parameter is missing", "Specify the parameter"),
        "InvalidParameter": (PERMANENT, "A parameter has an invalid value", "Correct the value of the parameter"),
        "Forbidden.RAM": (
            PERMANENT,
            "The RAM user does not have the permission to call this operation",
            "Grant the permission to the RAM user",
        ),
        "Forbidden": (
            PERMANENT,
            "The caller does not have the permission to call this operation",
            "Check the permissions of the AccessKey",
        ),
        "NotImplemented": (PERMANENT, "The emulator does not implement this operation", "Call the operation on the cloud platform"),
        "iot.system.IllegalRequest": (PERMANENT, "The request has invalid parameters", "Correct the parameters of the request"),
        "iot.system.InstanceIdSame": (
            PERMANENT,
            "The source instance and the target instance are the same",
            "Specify a target instance ID that is not the source instance ID",
        ),
        "iot.system.BillIsOverDue": (
            PERMANENT,
            "The Alibaba Cloud account has unpaid bills",
            "Pay the bills in the billing center of the account",
        ),
        "iot.common.InvalidPageParams": (
            PERMANENT,
            "The page size or the page number is invalid",
            "Specify a page size and a page number within the limits of the operation",
        ),
        "iot.common.InvalidTenant": (
            PERMANENT,
            "The account is not a valid tenant",
            "Check which Alibaba Cloud account the AccessKey belongs to, and its permissions",
        ),
        "iot.common.QueryDeviceActionError": (PERMANENT, "The device could not be read", "Check the parameters"),
        "iot.common.QueryDevicePropertyActionError": (PERMANENT, "The device properties could not be read", UNEXPLAINED),
        "iot.common.QueryProductCountActionError": (PERMANENT, "The number of products could not be read", UNEXPLAINED),
        "iot.common.RamActionPermissionDeny": (
            PERMANENT,
            "RAM denies access to this operation",
            "Ask the owner of the account to grant the RAM permission for this operation",
        ),
        "iot.common.AuthActionPermissionDeny": (
            PERMANENT,
            "Access is denied. The device may belong to another account",
            "Use an AccessKey of the account that owns the device",
        ),
        "iot.check.ParameterIsNotLessThanMax": (
            PERMANENT,
            "A parameter must be less than another one, for example startTime less than endTime",
            "Correct the order of the two values",
        ),
        "iot.check.InvalidFormattedParameter": (PERMANENT, "A parameter has an invalid format", "Correct the format of the parameter"),
        "iot.common.APINotSupportedInInstance": (
            PERMANENT,
            "The instance does not support the operation. Public instances do not have it",
            "Use an Enterprise Edition instance",
        ),
        "iot.common.InvalidFormattedParameter": (PERMANENT, "A parameter has an invalid format", "Correct the format of the parameter"),
        "iot.common.IllegalFileBizCode": (
            PERMANENT, "The business type of the file is unknown", "Use one of the documented business types",
        ),
        "iot.common.IllegalFileFormat": (PERMANENT, "The file format is not supported", "Use a supported file format"),
        "iot.common.FileNotExist": (NOT_FOUND, "The file does not exist", "Check the reference to the file, or upload the file first"),
        "iot.common.UpdateThingModelOverLimit": (
            PERMANENT,
            "The thing model (TSL) file is larger than 256 KB (256*1024 characters)",
            "Reduce the size of the thing model file",
        ),
        "iot.common.QueryProductActionError": (PERMANENT, "The product could not be read", "Check the parameters"),
    }
)
