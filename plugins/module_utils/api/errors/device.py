# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of devices (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    TRANSIENT,
    UNEXPLAINED,
    error_codes,
)

ERRORS = error_codes(
    {
        # Not in the manual's list, but in the vendor's other documents:
        "6208": (PERMANENT, "The device is disabled", "Enable the device, then retry"),
        "iot.device.InvalidDeviceNameExisted": (
            PERMANENT, "The list contains a malformed device name", "Correct the names, then retry",
        ),
        "iot.Device.NotDeviceOwner": (
            PERMANENT,
            "The account does not own the device",
            "Sign in with the main account, and search for the device in its instance",
        ),
        "iot.device.AddTopoRelationFailed": (
            PERMANENT,
            "The sub-device could not be added to the gateway",
            "Check the parameters of the gateway and the sub-device",
        ),
        "iot.device.AlreadyExistedDeviceName": (EXISTS, "The product already has a device with this name", "Choose another device name"),
        "iot.device.ApplyManyDevicesFailed": (PERMANENT, "The devices could not be created in bulk", "Check the parameters, then retry"),
        "iot.device.CreateDeviceFailed": (PERMANENT, "The device could not be created", "Check the parameters"),
        "iot.device.CreateDeviceTaskIsRunning": (
            TRANSIENT, "Another bulk creation of devices is still running", "Wait until it ends, then retry",
        ),
        "iot.device.DeviceApplyIsNotFound": (
            NOT_FOUND,
            "There is no application for devices with this ApplyId",
            "Use the ApplyId that BatchCheckDeviceNames or BatchImportDevice returned",
        ),
        "iot.device.DeviceCountExceeded": (
            PERMANENT, "A bulk registration has more than 1,000 devices", "Split the devices into several requests",
        ),
        "iot.device.DeleteDeviceFailed": (PERMANENT, "The device could not be deleted", "Check the parameters, then retry"),
        "iot.device.DeleteDevicePropertyFailed": (PERMANENT, "The device property could not be deleted", UNEXPLAINED),
        "iot.device.DisableDeviceFailed": (PERMANENT, "The device could not be disabled", UNEXPLAINED),
        "iot.device.EnableDeviceFailed": (PERMANENT, "The device could not be enabled", UNEXPLAINED),
        "iot.device.InactiveDevice": (
            PERMANENT,
            "The device has never connected to the platform",
            "Connect the device to the platform, and check its status in the console",
        ),
        "iot.device.InvalidFormattedApplyId": (PERMANENT, "The ApplyId is invalid", "Use the ApplyId that BatchCheckDeviceNames returned"),
        "iot.device.IncorrentDeviceApplyInfo": (
            PERMANENT, "The application for devices has invalid data", "Check the parameters, such as ApplyId",
        ),
        "iot.device.InvalidFormattedDeviceName": (
            PERMANENT,
            "The device name violates the naming rules",
            "Choose a name that follows the naming rules of RegisterDevice",
        ),
        "iot.device.InvalidDeviceNickNameExisted": (
            PERMANENT,
            "The list of devices contains invalid nicknames",
            "Correct the nicknames that the response lists",
        ),
        "iot.device.InvalidFormattedDevicePropertyKey": (
            PERMANENT,
            "A device property identifier has an invalid format",
            "Correct the identifier as the documentation of the operation describes",
        ),
        "iot.device.InvalidFormattedDevicePropertiesString": (
            PERMANENT,
            "The string of device properties has an invalid format",
            "Correct the format as the documentation of the operation describes",
        ),
        "iot.device.InvalidIoTId": (
            PERMANENT,
            "The device ID (IotId) is invalid",
            "Read the IotId with QueryDeviceDetail, or specify ProductKey and DeviceName instead",
        ),
        "iot.device.InvalidTimeBucket": (
            PERMANENT,
            "The time range is invalid",
            "Check that start and end of the range are within the limits of the operation",
        ),
        "iot.device.InvokeThingServiceFailed": (
            PERMANENT,
            "The service of the device could not be called",
            "Check Args against the thing model and that the device is online, then retry",
        ),
        "iot.device.LongDevicePropertiesString": (
            PERMANENT, "The string of device properties is too long", "Send fewer properties per request",
        ),
        "iot.device.NoneDeviceNameElement": (PERMANENT, "The list of device names is empty", "Specify at least one device name"),
        "iot.device.NoneDeviceProperties": (
            PERMANENT,
            "None of the device properties is valid",
            "Use property identifiers that the thing model (TSL) defines",
        ),
        "iot.device.NotExistedDevice": (
            NOT_FOUND, "The device does not exist", "Check IotId, or ProductKey and DeviceName, with QueryDevice",
        ),
        "iot.device.NullApplyId": (PERMANENT, "ApplyId is missing", "Specify ApplyId"),
        "iot.device.NullDeviceName": (PERMANENT, "The device name is missing", "Specify the DeviceName"),
        "iot.device.NullDevicePropertyKey": (PERMANENT, "The device property name is missing", "Specify the property name"),
        "iot.device.NullDevicePropertiesString": (PERMANENT, "The device properties are missing", "Specify the device properties"),
        "iot.device.QueryDeviceApplyActionError": (
            PERMANENT, "The application for devices could not be read", "Check the ApplyId, then retry",
        ),
        "iot.device.QueryDeviceAttrDataHistoryFailed": (PERMANENT, "The property history could not be read", "Check the parameters"),
        "iot.device.QueryDeviceAttrStatusFailed": (PERMANENT, "The current property values could not be read", UNEXPLAINED),
        "iot.device.QueryDeviceEventHistoryFailed": (PERMANENT, "The event history could not be read", UNEXPLAINED),
        "iot.device.QueryDeviceListActionError": (PERMANENT, "The devices could not be listed", UNEXPLAINED),
        "iot.device.QueryDeviceServiceHistoryFailed": (PERMANENT, "The history of service calls could not be read", UNEXPLAINED),
        "iot.device.QueryDeviceStatisticsFailed": (PERMANENT, "The device statistics could not be read", UNEXPLAINED),
        "iot.device.QueryDeviceStatusFailed": (PERMANENT, "The device status could not be read", UNEXPLAINED),
        "iot.device.QueryTopoRelationFailed": (
            NOT_FOUND,
            "The topological relationship does not exist",
            "Check which device is the gateway and which one is the sub-device, and that PageSize is at most 50",
        ),
        "iot.device.RemoveTopoRelationFailed": (PERMANENT, "The sub-device could not be removed from the gateway", UNEXPLAINED),
        "iot.device.SaveOrUpdateDevicePropertiesFailed": (PERMANENT, "The device properties could not be added or updated", UNEXPLAINED),
        "iot.device.SetDevicePropertyFailed": (
            PERMANENT,
            "The device property could not be set",
            "Check Items against the thing model, and that the property is writable",
        ),
        "iot.device.TooManyDevicePropertiesPerTime": (
            PERMANENT, "The request has too many properties", "Send at most as many properties as the operation allows",
        ),
        "iot.device.TopoRelationCountExceeded": (
            PERMANENT, "The gateway has too many sub-devices", "Remove sub-devices that you no longer need",
        ),
        "iot.device.VerifyDeviceFailed": (PERMANENT, "The device could not be verified", "Check the parameters that identify the device"),
        "iot.device.TooManyDeviceNamesPerRequest": (
            PERMANENT, "The query has too many device names", "Specify at most 10,000 device names",
        ),
        "iot.device.InvalidDeviceParams": (PERMANENT, "The device parameters are invalid", "Check the parameters that identify the device"),
        "iot.devicesearch.InvalidSQLException": (PERMANENT, "The SQL statement is invalid", "Correct the syntax of the SQL statement"),
        "iot.devicesearch.InvalidSQLOffsetError": (PERMANENT, "The offset in the SQL statement is invalid", "Correct the offset"),
        "iot.devicesearch.InvalidSQLFieldError": (PERMANENT, "The SQL statement has an invalid field", "Correct the names of the fields"),
        "iot.devicesearch.InvalidSQLConditionError": (
            PERMANENT, "The SQL statement has too many conditions", "Use fewer AND and OR operators",
        ),
        "iot.devicesearch.InvalidSQLOrderError": (
            PERMANENT, "The ORDER BY clause of the SQL statement is invalid", "Correct the ORDER BY clause",
        ),
        "iot.devicesearch.InvalidSQLOperatorTypeError": (
            PERMANENT,
            "An operator in the SQL statement does not support the type of the field",
            "Use an operator that supports the type of the field",
        ),
        "iot.devicesearch.InvalidSQLParamError": (PERMANENT, "The SQL statement uses unsupported syntax", "Remove the unsupported syntax"),
        "iot.tsl.InvalidIdentifierInEventError": (
            PERMANENT,
            "The raw records of the event could not be read because Identifier is invalid",
            "Correct Identifier",
        ),
        "InvalidIdentifierInServiceError": (
            PERMANENT,
            "The raw records of the service could not be read because Identifier is invalid",
            "Correct Identifier",
        ),
        "InvalidIdentifierInPropertyError": (
            PERMANENT,
            "The raw records of the property could not be read because Identifier is invalid",
            "Correct Identifier",
        ),
        "iot.device.PageTokensIllegal": (
            PERMANENT,
            "The raw snapshots or records could not be read because the page token is invalid",
            "Specify the NextPageToken of the previous response",
        ),
        "iot.device.DeviceHasDistributed": (
            EXISTS, "A device with this name in the product was already distributed", "Choose another device name",
        ),
        "iot.device.FuzzyRuntimeSearchMinLengthLimit": (
            PERMANENT,
            "The text of the fuzzy search has less than 5 characters",
            "Specify a text with at least 5 characters",
        ),
        "iot.device.RegionNotSupportDynamicGroup": (
            PERMANENT, "The region does not support dynamic groups", "Use the China (Shanghai) region",
        ),
        # Documented only with QueryBatchRegisterDeviceStatus.
        "iot.device.RegionNotSupportX509": (
            PERMANENT, "The region does not support device certificates (X.509)", "Use the China (Shanghai) region",
        ),
    }
)
