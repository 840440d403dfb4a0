# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Codes of the gateway, and those that every family may answer (the manual's chapter 4.6)."""

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
        "Throttling": (
            THROTTLED, "The account sends more requests than its quota allows", "Send fewer requests a second",
        ),
        "Throttling.User": (
            THROTTLED, "The account sends more requests than its quota allows", "Send fewer requests a second",
        ),
        "Throttling.Api": (
            THROTTLED, "The operation gets more requests than its quota allows", "Send fewer requests a second",
        ),
        "ServiceUnavailable": (TRANSIENT, "The service cannot answer at the moment", "Try again later"),
        "InternalError": (TRANSIENT, "The service failed on its side", "Try again later"),
        "iot.system.SystemException": (TRANSIENT, "The platform failed on its side", "Try again later"),
        "SignatureDoesNotMatch": (PERMANENT, "The signature does not fit the request", "Check the AccessKey secret"),
        "IncompleteSignature": (PERMANENT, "The signature does not fit the request", "Check the AccessKey secret"),
        "InvalidAccessKeyId.NotFound": (PERMANENT, "The AccessKey id does not exist", "Check the AccessKey id"),
        "InvalidAccessKeyId.Inactive": (PERMANENT, "The AccessKey is disabled", "Enable the AccessKey or use another"),
        "InvalidSecurityToken.Expired": (PERMANENT, "The security token has expired", "Ask STS for a new token"),
        "InvalidTimeStamp.Expired": (
            PERMANENT, "The request is more than 15 minutes old or early", "Set this machine's clock",
        ),
        "InvalidTimeStamp.Format": (PERMANENT, "The timestamp is not of the form YYYY-MM-DDThh:mm:ssZ"),
        "SignatureNonceUsed": (TRANSIENT, "The nonce was used before", "Send the request again with a new nonce"),
        "InvalidAction.NotFound": (PERMANENT, "The API has no such operation", "Check the name of the operation"),
        "UnsupportedOperation": (
            PERMANENT, "The API has no such operation in this region", "Check the operation and the region",
        ),
        "InvalidVersion": (PERMANENT, "The API has no such version"),
        "MissingParameter": (PERMANENT, "A required parameter is missing", "Give the parameter"),
        "InvalidParameter": (PERMANENT, "A parameter has a value that it cannot have", "Check the value"),
        "Forbidden.RAM": (PERMANENT, "The RAM user may not call this operation", "Give the RAM user the permission"),
        "Forbidden": (PERMANENT, "The caller may not do this", "Check the permissions of the AccessKey"),
        "NotImplemented": (
            PERMANENT, "The embedded platform knows this operation but cannot do it yet", "Try it against the cloud",
        ),
        "iot.system.IllegalRequest": (
            PERMANENT, "The request carries invalid parameters", "Correct the request parameters and send it again",
        ),
        "iot.system.InstanceIdSame": (
            PERMANENT,
            "Source and target instance are one and the same",
            "Give a target instance ID that differs from the source",
        ),
        "iot.system.BillsOverDue": (
            PERMANENT,
            "The Alibaba Cloud account has unpaid bills",
            "Settle the balance in the account's billing center",
        ),
        "iot.common.InvalidPageParams": (
            PERMANENT,
            "The page size or page number is not acceptable",
            "Keep the paging values, such as PageSize, within the range of the API used",
        ),
        "iot.common.InvalidTenant": (
            PERMANENT,
            "The account is not accepted as a tenant",
            "Check which Alibaba Cloud account is in use and what it may do",
        ),
        "iot.common.QueryDeviceActionError": (
            TRANSIENT, "The device lookup failed", "Retry; if it keeps failing, check the parameters",
        ),
        "iot.common.QueryDevicePropertyActionError": (
            TRANSIENT, "Reading the device properties failed", "Retry shortly",
        ),
        "iot.common.QueryProductCountActionError": (TRANSIENT, "Counting the products failed", "Retry shortly"),
        "iot.common.RamActionPermissionDeny": (
            PERMANENT,
            "RAM does not permit this action",
            "Have the account owner grant the RAM permission for this call",
        ),
        "iot.common.AuthActionPermissionDeny": (
            PERMANENT,
            "Access denied; the device may belong to another account",
            "Use an AccessKey of the account that owns the device",
        ),
        "iot.check.ParametersNotLessThanMax": (
            PERMANENT,
            "One parameter must be smaller than another, such as startTime before endTime",
            "Put the two values in the right order",
        ),
        "iot.check.InvalidFormattedParameter": (
            PERMANENT, "A parameter is badly formatted", "Correct the parameter format",
        ),
        "iot.common.APINotSupportedInInstance": (
            PERMANENT,
            "This instance does not offer the API; public instances lack it",
            "Call the API on an Enterprise Edition instance",
        ),
        "iot.common.InvalidFormattedParameter": (
            PERMANENT, "A parameter is badly formatted", "Correct the parameter format",
        ),
        "iot.common.IllegalFileBizCode": (
            PERMANENT, "The file's business type is not recognized", "Use a file business type that the API lists",
        ),
        "iot.common.IllegalFileFormat": (
            PERMANENT, "The file format is not accepted", "Supply the file in a supported format",
        ),
        "iot.common.FileNotExist": (NOT_FOUND, "No such file", "Check the file reference or upload the file first"),
        "iot.common.UpdateThingModelOverLimit": (
            PERMANENT,
            "The thing model (TSL) file is larger than 256 KB (256*1024 characters)",
            "Shorten the thing model file",
        ),
        "iot.common.QueryProductActionError": (
            TRANSIENT, "The product lookup failed", "Retry; if it keeps failing, check the parameters",
        ),
    }
)
