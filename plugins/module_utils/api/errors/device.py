# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of devices (the manual's chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    TRANSIENT,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.Device.NotDeviceOwner": (
            PERMANENT,
            "The caller does not own the device",
            "Sign in with the main account and look for the device in its instance",
        ),
        "iot.device.AddTopoRelationFailed": (
            PERMANENT, "The topological relationship could not be added", "Check the gateway and sub-device parameters",
        ),
        "iot.device.AlreadyExistedDeviceName": (
            EXISTS, "The product already has a device of this name", "Pick another device name",
        ),
        "iot.device.ApplyManyDevicesFailed": (
            PERMANENT, "The bulk device creation request failed", "Check the parameters before trying again",
        ),
        "iot.device.CreateDeviceFailed": (
            TRANSIENT, "The device could not be created", "Retry; if it keeps failing, check the parameters",
        ),
        "iot.device.CreateDeviceTasksRunning": (
            TRANSIENT, "A bulk device creation is still running", "Wait for it to end, then retry",
        ),
        "iot.device.DeviceApplyIsNotFound": (
            NOT_FOUND,
            "No device application with this ApplyId",
            "Use the ApplyId that BatchCheckDeviceNames or BatchImportDevice returned",
        ),
        "iot.device.DeviceCountExceeded": (
            PERMANENT, "More than 1,000 devices in one bulk registration", "Split the devices over several calls",
        ),
        "iot.device.DeleteDeviceFailed": (
            PERMANENT, "The device could not be deleted", "Check the parameters before trying again",
        ),
        "iot.device.DeleteDevicePropertyFailed": (
            TRANSIENT, "The device property could not be deleted", "Retry shortly",
        ),
        "iot.device.DisableDeviceFailed": (TRANSIENT, "The device could not be disabled", "Retry shortly"),
        "iot.device.EnableDeviceFailed": (TRANSIENT, "The device could not be enabled", "Retry shortly"),
        "iot.device.InactiveDevice": (
            PERMANENT,
            "The device has never connected to the platform",
            "Bring the physical device online and check its status in the console",
        ),
        "iot.device.InvalidFormattedApplyId": (
            PERMANENT,
            "The ApplyId of the device application is wrong",
            "Use the ApplyId that BatchCheckDeviceNames returned",
        ),
        "iot.device.IncorrentDeviceApplyInfo": (
            PERMANENT, "The device application data is wrong", "Check the parameters, such as ApplyId",
        ),
        "iot.device.InvalidFormattedDeviceName": (
            PERMANENT,
            "The device name breaks the naming rules",
            "Choose a name that follows the rules under RegisterDevice",
        ),
        "iot.device.InvalidDeviceNickNameExisted": (
            PERMANENT,
            "The device list contains unacceptable nicknames",
            "Correct the nicknames that the response lists",
        ),
        "iot.device.InvalidFormattedDevicePropertyKey": (
            PERMANENT, "A device property identifier is malformed", "Correct the identifier as the API page describes",
        ),
        "iot.device.InvalidFormattedDevicePropertiesString": (
            PERMANENT,
            "The device properties string is malformed",
            "Correct the properties format as the API page describes",
        ),
        "iot.device.InvalidIoTId": (
            PERMANENT,
            "The device ID (IotId) is wrong",
            "Take the IotId from QueryDeviceDetail, or pass ProductKey and DeviceName instead",
        ),
        "iot.device.InvalidTimeBucket": (
            PERMANENT, "The time range is not valid", "Check start and end time against the API's limits",
        ),
        "iot.device.InvokeThingServiceFailed": (
            PERMANENT,
            "The device service call failed",
            "Match Args to the thing model, see that the device is online, then retry",
        ),
        "iot.device.LongDevicePropertiesString": (
            PERMANENT, "The device properties string is too long", "Send fewer properties at a time",
        ),
        "iot.device.NoneDeviceNameElement": (
            PERMANENT, "The list of device names is empty", "Pass at least one device name",
        ),
        "iot.device.NoneDeviceProperties": (
            PERMANENT,
            "None of the given device properties is valid",
            "Use property identifiers that the thing model (TSL) defines",
        ),
        "iot.device.NotExistedDevice": (
            NOT_FOUND, "No such device", "Check IotId, or ProductKey and DeviceName, with QueryDevice",
        ),
        "iot.device.NullApplyId": (PERMANENT, "ApplyId is missing", "Pass the ApplyId of the device application"),
        "iot.device.NullDeviceName": (PERMANENT, "The device name is missing", "Pass the DeviceName"),
        "iot.device.NullDevicePropertyKey": (
            PERMANENT, "The device property name is missing", "Pass the property name",
        ),
        "iot.device.NullDevicePropertiesString": (
            PERMANENT, "The device properties are missing", "Pass the device properties",
        ),
        "iot.device.QueryDeviceApplyActionError": (
            PERMANENT, "The device application could not be read", "Check the ApplyId, then retry",
        ),
        "iot.device.QueryDeviceAttrDataHistoryFailed": (
            TRANSIENT, "Reading the property history failed", "Retry; if it keeps failing, check the parameters",
        ),
        "iot.device.QueryDeviceAttrStatusFailed": (
            TRANSIENT, "Reading the current property values failed", "Retry shortly",
        ),
        "iot.device.QueryDeviceEventHistoryFailed": (TRANSIENT, "Reading the event history failed", "Retry shortly"),
        "iot.device.QueryDeviceListActionError": (TRANSIENT, "Listing the devices failed", "Retry shortly"),
        "iot.device.QueryDeviceServiceHistoryFailed": (
            TRANSIENT, "Reading the service call history failed", "Retry shortly",
        ),
        "iot.device.QueryDeviceStatisticsFailed": (TRANSIENT, "Reading the device statistics failed", "Retry shortly"),
        "iot.device.QueryDeviceStatusFailed": (TRANSIENT, "Reading the device status failed", "Retry shortly"),
        "iot.device.QueryTopoRelationFailed": (
            NOT_FOUND,
            "There are no such topological relationships",
            "Check which device is the gateway and which the sub-device; PageSize may be at most 50",
        ),
        "iot.device.RemoveTopoRelationFailed": (
            TRANSIENT, "The topological relationship could not be removed", "Retry shortly",
        ),
        "iot.device.SaveOrUpdateDevicePropertiesFailed": (
            TRANSIENT, "The device properties could not be added or changed", "Retry shortly",
        ),
        "iot.device.SetDevicePropertyFailed": (
            PERMANENT,
            "The device property could not be set",
            "Check Items against the thing model and that the property is writable",
        ),
        "iot.device.TooManyDevicePropertiesPerTime": (
            PERMANENT, "Too many properties in one call", "Stay within the property count that the API allows",
        ),
        "iot.device.TopoRelationCountExceeded": (
            PERMANENT,
            "The gateway has too many topological relationships",
            "Remove relationships that are no longer needed",
        ),
        "iot.device.VerifyDeviceFailed": (
            PERMANENT, "The device could not be verified", "Check the device details passed",
        ),
        "iot.device.TooManyDeviceNamesPerRequest": (
            PERMANENT, "Too many device names in one query", "Pass no more than 10,000 device names",
        ),
        "iot.device.InvalidDeviceParams": (
            PERMANENT, "The device parameters are not valid", "Check the device details passed",
        ),
        "iot.devicesearch.InvalidSQLException": (PERMANENT, "The SQL statement is not valid", "Correct the SQL syntax"),
        "iot.devicesearch.InvalidSQLOffsetError": (
            PERMANENT, "The SQL offset is not valid", "Correct the offset in the statement",
        ),
        "iot.devicesearch.InvalidSQLFieldError": (
            PERMANENT, "The SQL statement names an unusable field", "Correct the field names in the statement",
        ),
        "iot.devicesearch.InvalidSQLConditionError": (
            PERMANENT, "The SQL statement joins too many conditions", "Use fewer connectives in the statement",
        ),
        "iot.devicesearch.InvalidSQLOrderError": (
            PERMANENT, "The sort clause of the SQL statement is wrong", "Correct the ordering in the statement",
        ),
        "iot.devicesearch.InvalidSQLOperatorTypeError": (
            PERMANENT, "An SQL operator does not suit the data type", "Use an operator that fits the field's type",
        ),
        "iot.devicesearch.InvalidSQLParamError": (
            PERMANENT, "The SQL statement uses unsupported syntax", "Take the unsupported syntax out of the statement",
        ),
        "iot.tsl.InvalidIdentifierInEventError": (
            PERMANENT, "Raw event records could not be read because of the Identifier", "Check the Identifier passed",
        ),
        "InvalidIdentifierInServiceError": (
            PERMANENT, "Raw service records could not be read because of the Identifier", "Check the Identifier passed",
        ),
        "InvalidIdentifierInPropertyError": (
            PERMANENT,
            "Raw property records could not be read because of the Identifier",
            "Check the Identifier passed",
        ),
        "iot.device.PageTokensIllegal": (
            PERMANENT,
            "Raw snapshots or records could not be read because of the page token",
            "Pass the NextPageToken of the preceding response",
        ),
        "iot.device.DeviceHasDistributed": (
            EXISTS, "A device of this name in the product has already been distributed", "Pick another device name",
        ),
        "iot.device.FuzzyRuntimeSearchMinLengthLimit": (
            PERMANENT, "The fuzzy search text is shorter than 5 characters", "Search for a longer text",
        ),
        "iot.device.RegionNotSupportDynamicGroup": (
            PERMANENT, "Dynamic groups are not available in this region", "Use the China (Shanghai) region",
        ),
        # On the page of QueryBatchRegisterDeviceStatus only.
        "iot.device.RegionNotSupportX509": (
            PERMANENT, "Device certificates (X.509) are not available in this region", "Use the China (Shanghai) region",
        ),
    }
)
