# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of OTA (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    THROTTLED,
    TRANSIENT,
    UNEXPLAINED,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.firmware.AlreadyExistedFirmwareName": (EXISTS, "A firmware with this name already exists", "Choose another firmware name"),
        "iot.firmware.AlreadyExistedFirmwareVersion": (
            EXISTS, "The product already has a firmware with this version", "Use a new version number",
        ),
        "iot.firmware.BadlyFormattedGrayPercent": (
            PERMANENT, "The percentage of the phased (gray) upgrade has an invalid format", "Correct the percentage",
        ),
        "iot.firmware.BatchCancelDeviceUpgradeFailed": (
            PERMANENT,
            "The OTA tasks of the devices could not be canceled",
            "Contact the vendor's support",
        ),
        "iot.firmware.BlankFirmwareName": (
            PERMANENT, "The firmware name consists only of spaces", "Specify a name with other characters than spaces",
        ),
        "iot.firmware.CancelOTAStrategyByJobFailed": (
            PERMANENT,
            "The dynamic strategy of the OTA job could not be canceled",
            "Contact the vendor's support",
        ),
        "iot.firmware.CancelOTATaskByJobFailed": (PERMANENT, "The OTA tasks of the job could not be canceled", UNEXPLAINED),
        "iot.firmware.CancelOptionIsMandatory": (
            PERMANENT,
            "The request does not specify what to cancel",
            "Set at least one of the parameters that specify what to cancel",
        ),
        "iot.firmware.CancelUpgradeTaskFailed": (PERMANENT, "The OTA job could not be canceled", "Contact the vendor's support"),
        "iot.firmware.CreateFirmwareFailure": (PERMANENT, "The platform could not create the firmware", UNEXPLAINED),
        "iot.firmware.CreateOTAUpgradeJobFailure": (PERMANENT, "The platform could not create the OTA job", UNEXPLAINED),
        "iot.firmware.DeleteFirmwareFailure": (PERMANENT, "The platform could not delete the firmware", UNEXPLAINED),
        "iot.firmware.DeviceUpgradeRecordNotFound": (
            NOT_FOUND,
            "The device has no upgrade in progress",
            "Check that the upgrade is still running, and check the IDs",
        ),
        "iot.firmware.DeviceWithDestinationVersionInArray": (
            PERMANENT,
            "A device in the list already has the target version",
            "Remove devices that already have the target version",
        ),
        "iot.firmware.DynamicGrayNotSupported": (
            PERMANENT, "A dynamic upgrade cannot be phased (gray)", "Use a static OTA job for a phased upgrade",
        ),
        "iot.firmware.DynamicSpecificNotSupported": (
            PERMANENT, "A dynamic upgrade cannot target specific devices", "Use a static OTA job for specific devices",
        ),
        "iot.firmware.EmptyFirmwareFile": (PERMANENT, "The firmware file is empty (0 bytes)", "Upload a file that is not empty"),
        "iot.firmware.FireTimeMustLargeThanCurrentTime": (
            PERMANENT, "The scheduled time of the upgrade is not in the future", "Specify a later time",
        ),
        "iot.firmware.FireTimeTooLate": (
            PERMANENT,
            "The scheduled time of the upgrade is more than 7 days from now",
            "Specify a time within the next 7 days",
        ),
        "iot.firmware.FireTimeTooShort": (
            PERMANENT,
            "The scheduled time of the upgrade is less than 5 minutes from now",
            "Specify a time at least 5 minutes from now",
        ),
        "iot.firmware.FirmwareAndProductKeyMismatch": (
            PERMANENT,
            "The firmware does not belong to the specified product",
            "Check the firmware ID and the ProductKey",
        ),
        "iot.firmware.FirmwareCountExceedMax": (
            PERMANENT, "The account has reached its quota of 500 firmwares", "Delete firmwares that you no longer need",
        ),
        "iot.firmware.FirmwareDescriptionExceedMaxLength": (
            PERMANENT, "The firmware description is longer than 100 characters", "Shorten the description",
        ),
        "iot.firmware.FirmwareNotFound": (NOT_FOUND, "The firmware does not exist", "Check the firmware ID"),
        "iot.firmware.FirmwareNotVerified": (
            PERMANENT,
            "The firmware is not verified, so no upgrade can start",
            "Verify the firmware with an OTA job first",
        ),
        "iot.firmware.GenerateOTAUploadURLFailure": (
            PERMANENT, "The upload URL for the firmware could not be generated", "Check the parameters, then retry",
        ),
        "iot.firmware.GrayAppliesToStaticOnly": (
            PERMANENT,
            "Only a static upgrade can be phased (gray)",
            "Use a static OTA job, or remove the phased selection",
        ),
        "iot.firmware.InProgressDynamicJobExisted": (
            PERMANENT, "The firmware already has a running dynamic OTA job", "Cancel the running dynamic OTA job first",
        ),
        "iot.firmware.InProgressVerifyJobExisted": (
            PERMANENT, "Another verification of the firmware is still running", "Wait until the verification ends",
        ),
        "iot.firmware.IncorrectDeviceUpgradeJobStatus": (
            PERMANENT,
            "The state of the OTA task does not allow it to be canceled",
            "Check that the upgrade of the device is still running",
        ),
        "iot.firmware.IncorrectFormattedFirmwareName": (
            PERMANENT, "The firmware name has an invalid format", "Use a name that follows the naming rules",
        ),
        "iot.firmware.IncorrectFormattedFirmwareVersion": (
            PERMANENT, "The firmware version has an invalid format", "Correct the version number",
        ),
        "iot.firmware.IncorrectFormattedModuleName": (
            PERMANENT, "The module name has an invalid format", "Use a name that follows the naming rules",
        ),
        "iot.firmware.IncorrectFormattedSrcVersion": (PERMANENT, "The source version has an invalid format", "Correct the source version"),
        "iot.firmware.InvalidDynamicMode": (PERMANENT, "The mode of the dynamic upgrade is invalid", "Use one of the documented modes"),
        "iot.firmware.InvalidFirmware": (PERMANENT, "The firmware is invalid", "Check the firmware"),
        "iot.firmware.InvalidFirmwareId": (PERMANENT, "The firmware ID is invalid", "Check the firmware ID"),
        "iot.firmware.InvalidFirmwareSign": (PERMANENT, "The firmware signature is invalid", "Compute the signature of the file again"),
        "iot.firmware.InvalidFirmwareSignMethod": (
            PERMANENT, "The firmware signature method is invalid", "Use a supported signature method",
        ),
        "iot.firmware.InvalidFirmwareSize": (PERMANENT, "The firmware size is invalid", "Check the size of the file"),
        "iot.firmware.InvalidFirmwareType": (PERMANENT, "The firmware type is invalid", "Specify a full or a differential firmware"),
        "iot.firmware.InvalidFirmwareUrl": (
            PERMANENT,
            "The firmware URL was not issued by IoT Platform",
            "Upload the file with an upload URL of the platform",
        ),
        "iot.firmware.InvalidGenerateOTAUploadURLParam": (
            PERMANENT, "A parameter for generating the upload URL is invalid", "Correct the parameters",
        ),
        "iot.firmware.InvalidGrayPercent": (PERMANENT, "The percentage of the phased (gray) upgrade is invalid", "Correct the percentage"),
        "iot.firmware.InvalidMaximumPerMinute": (
            PERMANENT,
            "The maximum number of upgrades per minute is invalid",
            "Specify a number within the documented range",
        ),
        "iot.firmware.InvalidOTAJobId": (NOT_FOUND, "The OTA job does not exist", "Check the job ID"),
        "iot.firmware.InvalidOTAAskId": (PERMANENT, "The OTA task ID is invalid", "Check the task ID"),
        "iot.firmware.InvalidOverwriteMode": (PERMANENT, "The overwrite mode is invalid", "Use one of the documented modes"),
        "iot.firmware.InvalidProductKey": (PERMANENT, "The ProductKey is invalid", "Check the ProductKey"),
        "iot.firmware.InvalidRetryCount": (
            PERMANENT, "The number of automatic retries is invalid", "Specify a documented number of retries",
        ),
        "iot.firmware.InvalidRetryInterval": (
            PERMANENT, "The interval between automatic retries is invalid", "Specify a documented retry interval",
        ),
        "iot.firmware.InvalidSelectionType": (PERMANENT, "The selection type is invalid", "Use a supported selection type"),
        "iot.firmware.InvalidTargetSelection": (PERMANENT, "The target selection is invalid", "Use a supported target selection"),
        "iot.firmware.InvalidTaskStatus": (
            PERMANENT,
            "The OTA task does not wait for confirmation",
            "Confirm only OTA tasks that wait for confirmation",
        ),
        "iot.firmware.InvalidTimeoutSetting": (
            PERMANENT, "The timeout of the upgrade is invalid", "Specify a timeout within the documented range",
        ),
        "iot.firmware.JobAlreadyCanceled": (
            PERMANENT, "The OTA job is already canceled", "Create a new OTA job if you want to upgrade the devices",
        ),
        "iot.firmware.JobHasNoScheduleTime": (PERMANENT, "The OTA job is not scheduled", "Use this parameter only with scheduled OTA jobs"),
        "iot.firmware.ListOTAFirmwareFailed": (PERMANENT, "The firmwares could not be listed", UNEXPLAINED),
        "iot.firmware.ListOTAJobFailed": (PERMANENT, "The OTA jobs could not be listed", UNEXPLAINED),
        "iot.firmware.ListOTAModuleFailed": (PERMANENT, "The modules could not be listed", UNEXPLAINED),
        "iot.firmware.ListOTAModuleNameByProductFailed": (PERMANENT, "The modules of the product could not be listed", UNEXPLAINED),
        "iot.firmware.ListOTATaskByDeviceFailed": (PERMANENT, "The OTA tasks of the device could not be listed", UNEXPLAINED),
        "iot.firmware.ListOTATaskByJobFailed": (PERMANENT, "The OTA tasks of the job could not be listed", UNEXPLAINED),
        "iot.firmware.MalformedFirmwareUrl": (PERMANENT, "The firmware URL is malformed", "Correct the URL"),
        "iot.firmware.ModuleCountLimitExceeded": (
            PERMANENT, "The maximum number of modules is exceeded", "Delete modules that you no longer need",
        ),
        "iot.firmware.ModuleNameReserved": (PERMANENT, "The module name is reserved", "Choose another module name"),
        "iot.firmware.MoreThanOneSrcVersion": (
            PERMANENT,
            "An OTA job with a differential firmware can have only one source version",
            "Specify exactly one source version",
        ),
        "iot.firmware.NoDeviceCanUpgrade": (PERMANENT, "No device can be upgraded", "Check whether the devices are already upgraded"),
        "iot.firmware.NonVersionedDeviceInArray": (
            PERMANENT,
            "A device in the list has reported no version or an invalid version",
            "Make the device report a valid version, or remove it from the list",
        ),
        "iot.firmware.NotDynamicJob": (
            PERMANENT,
            "The OTA job is not dynamic, so it has no dynamic strategy to cancel",
            "Specify the ID of a dynamic OTA job",
        ),
        "iot.firmware.NullFirmwareId": (PERMANENT, "The firmware ID is missing", "Specify a firmware ID"),
        "iot.firmware.NullFirmwareName": (PERMANENT, "The firmware name is missing", "Specify a firmware name"),
        "iot.firmware.NullFirmwareUrl": (PERMANENT, "The firmware URL is missing", "Specify the URL of the uploaded file"),
        "iot.firmware.NullFirmwareVersion": (PERMANENT, "The firmware version is missing", "Specify a firmware version"),
        "iot.firmware.NullGrayPercent": (PERMANENT, "The percentage of the phased (gray) upgrade is missing", "Specify a percentage"),
        "iot.firmware.NullOTAJobId": (PERMANENT, "The OTA job ID is missing", "Specify the job ID"),
        "iot.firmware.NullSelectionType": (PERMANENT, "The selection type is missing", "Specify a selection type"),
        "iot.firmware.NullSrcVersions": (PERMANENT, "The list of source versions is empty", "Specify at least one source version"),
        "iot.firmware.NullTargetDeviceNames": (
            PERMANENT, "A static OTA job for specific devices has no devices", "Specify the devices to upgrade",
        ),
        "iot.firmware.NullTargetSelection": (PERMANENT, "The target selection is missing", "Specify a target selection"),
        "iot.firmware.NullTaskId": (PERMANENT, "The TaskId is missing", "Specify the TaskId"),
        "iot.firmware.ParameterSizeExceedMax": (
            PERMANENT, "A list in the request has too many elements", "Split the list into several requests",
        ),
        "iot.firmware.ReUpgradeFailedFirmwareNotVerified": (
            PERMANENT,
            "The firmware is not verified, so the upgrade cannot be repeated",
            "Verify the firmware with an OTA job first",
        ),
        "iot.firmware.ScheduleFinishTimeEarlierThanStartTime": (
            PERMANENT, "The scheduled end is not after the scheduled start", "Specify an end that is after the start",
        ),
        "iot.firmware.ScheduleFinishTimeTooEarly": (
            PERMANENT,
            "The scheduled end is less than 60 minutes after the start",
            "Specify an end at least 60 minutes after the start",
        ),
        "iot.firmware.ScheduleFinishTimeTooLate": (
            PERMANENT,
            "The scheduled end is more than 30 days after the start",
            "Specify an end at most 30 days after the start",
        ),
        "iot.firmware.ScheduleFinishTimeWithoutStartTime": (
            PERMANENT, "A scheduled end is specified without a scheduled start", "Specify the scheduled start, too",
        ),
        "iot.firmware.SrcDestVersionMatched": (PERMANENT, "The source version equals the target version", "Specify two different versions"),
        "iot.firmware.SrcVersionIsMandatory": (PERMANENT, "The differential firmware has no source version", "Specify the source version"),
        "iot.firmware.SrcVersionMismatch": (
            PERMANENT,
            "The version of the device is not a source version of the firmware",
            "Check the version of the device and the source versions of the firmware",
        ),
        "iot.firmware.SrcVersionsNotAllowed": (
            PERMANENT,
            "Source versions are not allowed for this request",
            "Remove the source versions. If it still fails, contact the vendor's support",
        ),
        "iot.firmware.SrcVersionsSizeExceedMax": (PERMANENT, "The list of source versions is too long", "Specify fewer source versions"),
        "iot.firmware.SystemBusy": (TRANSIENT, "The system is busy", "Retry later"),
        "iot.firmware.SystemBusyForScheduleTime": (PERMANENT, "The system is too busy at the scheduled time", "Choose another time"),
        "iot.firmware.TargetDeviceNamesNotAllowed": (
            PERMANENT,
            "This static OTA job does not support a list of devices",
            "Remove the list of devices, or change the target selection",
        ),
        "iot.firmware.TooManyDeviceUpgrade": (
            THROTTLED, "Too many upgrades of devices were started at the same time", "Wait one minute, then retry",
        ),
        "iot.firmware.TooManyDeviceUpgradeForScheduleTime": (
            PERMANENT, "Too many devices would be upgraded at the scheduled time", "Choose another time",
        ),
        "iot.firmware.UpgradeSrcVersionMismatch": (
            PERMANENT,
            "The source version differs from that of the differential firmware",
            "Specify the source version of the firmware",
        ),
        "iot.firmware.VerifyFirmwareFailed": (PERMANENT, "The firmware could not be verified", "Contact the vendor's support"),
        "iot.firmware.InvalidOTATaskId": (NOT_FOUND, "The TaskId does not exist", "Check the TaskId"),
        "iot.firmware.JobTagsTooLong": (
            PERMANENT,
            "The tags of the OTA job have more than 4096 characters in total",
            "Shorten the tags, or use fewer",
        ),
        "iot.firmware.JobTagKeyInvalid": (PERMANENT, "A tag key of the OTA job is invalid", "Correct the tag key"),
        "iot.firmware.JobTagValueInvalid": (PERMANENT, "A tag value of the OTA job is invalid", "Correct the tag value"),
        "iot.firmware.JobTagTooMany": (PERMANENT, "The OTA job has more than 10 tags", "Use at most 10 tags"),
        "iot.ota.PackageFileAmountExceed": (PERMANENT, "The firmware has more than 20 files", "Use at most 20 files"),
        "iot.ota.PackageFileParamConflict": (
            PERMANENT,
            "The request has parameters for a single file and for several files",
            "Use only one of the two kinds of parameters",
        ),
        "iot.ota.PackageFileNameDuplicated": (
            PERMANENT, "Two files of the new firmware have the same name", "Specify a different name for every file",
        ),
        "iot.ota.PackageFileUrlDuplicated": (
            PERMANENT, "Two files of the new firmware have the same URL", "Specify a different URL for every file",
        ),
        "iot.ota.PackageFileSignDuplicated": (
            PERMANENT,
            "Two files of the new firmware have the same signature",
            "Check that the list contains each file only once",
        ),
        "iot.ota.tag.KeyDuplicated": (PERMANENT, "A tag key is used more than once", "Use each tag key only once"),
        "iot.ota.CreateOTAModuleFailure": (
            PERMANENT,
            "The module could not be created because of an internal error",
            "Contact the vendor's support",
        ),
        "iot.ota.CreateOTAModuleParamError": (PERMANENT, "A parameter for creating the module is invalid", "Correct the parameters"),
        "iot.ota.CreateOTAModuleExceedLimit": (
            PERMANENT,
            "The product has reached its maximum number of modules",
            "Delete modules that you no longer need",
        ),
        "iot.ota.CreateOTAModuleNameExist": (EXISTS, "A module with this name already exists", "Choose another module name"),
        "iot.ota.UpdateOTAModuleFailure": (
            PERMANENT,
            "The module could not be updated because of an internal error",
            "Contact the vendor's support",
        ),
        "iot.ota.UpdateOTAModuleParamError": (PERMANENT, "A parameter for updating the module is invalid", "Correct the parameters"),
        "iot.ota.DeleteOTAModuleParamError": (PERMANENT, "A parameter for deleting the module is invalid", "Correct the parameters"),
        "iot.ota.DeleteOTAModuleFailure": (PERMANENT, "The module could not be deleted because of an internal error", UNEXPLAINED),
        "iot.ota.DeleteOTAModulePackageExist": (
            PERMANENT,
            "The module still has firmware, and cannot be deleted",
            "Delete the firmware of the module first",
        ),
        "iot.ota.DeleteOtaDefaultModule": (PERMANENT, "The default module cannot be deleted", "Delete only modules that you created"),
        "iot.ota.ListOTAModuleParamError": (PERMANENT, "A parameter for listing the modules is invalid", "Correct the parameters"),
        "iot.ota.ListOTAModuleFailure": (PERMANENT, "The modules could not be listed because of an internal error", UNEXPLAINED),
        "iot.ota.OTAModuleNotExist": (NOT_FOUND, "The product does not have this module", "Check the module name and the ProductKey"),
        "iot.ota.TooManyOtaTask": (PERMANENT, "The request has too many TaskIds", "Split the list into several requests"),
        "iot.ota.TaskIdsIsNull": (PERMANENT, "The request has no TaskId", "Specify at least one TaskId"),
        "iot.ota.ConfirmNotAllowedNow": (
            PERMANENT,
            "The upgrade cannot be confirmed because the device is not allowed to upgrade now",
            "Confirm the upgrade at a time when the device is allowed to upgrade",
        ),
        "iot.ota.EmptyDeviceInfoParams": (
            PERMANENT, "The request does not specify a device", "Specify the parameters that identify the device",
        ),
        "iot.ota.InvalidOtaModuleName": (PERMANENT, "The module name has an invalid format", "Use a name that follows the naming rules"),
        "iot.ota.GroupNotExist": (NOT_FOUND, "The device group does not exist", "Check the group ID"),
        "iot.ota.DynamicGroupExpressionInvalid": (
            PERMANENT,
            "The rule of the dynamic group does not contain both the module name and the module version",
            "Add the module name and the module version to the rule",
        ),
        "iot.ota.DynamicGroupTaskCountExceedLimit": (
            PERMANENT, "The dynamic group already has 5 OTA jobs", "Cancel an OTA job of the group first",
        ),
        "iot.ota.UpgradeDeviceCountExceedLimit": (
            PERMANENT,
            "The OTA job has more devices than allowed",
            "Upgrade fewer devices, or ask the vendor's support to increase the limit",
        ),
        "iot.ota.GroupUpgradeTenantInvalid": (
            PERMANENT, "The account is not allowed to upgrade this group", "Check the group and the account",
        ),
        "iot.ota.GroupTypeInvalid": (PERMANENT, "The type of the group does not support OTA jobs", "Choose a group of another type"),
        "iot.firmware.VerifyFirmwareNoNeed": (PERMANENT, "The firmware needs no verification", "Create an OTA job without a verification"),
        "iot.ota.DownloadProtocolInvalid": (
            PERMANENT, "The download protocol of the OTA job is invalid", "Use a supported download protocol",
        ),
        "iot.ota.DownloadProtocolMqttNotSuitable": (
            PERMANENT, "The OTA job cannot download its firmware over MQTT", "Choose another download protocol",
        ),
        "iot.ota.DynamicGroupConflict": (
            PERMANENT,
            "OverwriteMode or MultiModuleMode differs from the existing dynamic OTA jobs of the group",
            "Use the same values as the existing OTA jobs",
        ),
        "iot.ota.OverWriteAndMultiModuleConflict": (
            PERMANENT,
            "OverwriteMode 2 and MultiModuleMode true cannot be combined",
            "Change one of the two parameters",
        ),
        "iot.ota.dynamicGroupForbiddenInDefaultInstance": (
            PERMANENT,
            "The old public instance does not support OTA jobs for dynamic groups",
            "Use another type of OTA job, or another instance",
        ),
        "iot.ota.multiModuleModeForbiddenInDefaultInstance": (
            PERMANENT,
            "The old public instance does not support upgrades of several modules at the same time",
            "Upgrade one module at a time, or use another instance",
        ),
        "iot.ota.InvalidTaskExist": (
            PERMANENT,
            "An OTA task in the list is neither failed nor canceled",
            "Specify only failed or canceled OTA tasks",
        ),
        "iot.ota.UnmatchedJob": (PERMANENT, "An OTA task in the list does not belong to the OTA job", "Check the job ID and the task IDs"),
        "iot.ota.JobCanceled": (PERMANENT, "The OTA job is canceled", "Create a new OTA job"),
        "iot.ota.InvalidJobId": (NOT_FOUND, "The OTA job does not exist", "Check the job ID"),
        "iot.ota.InvalidFirmwareUid": (NOT_FOUND, "The firmware does not exist", "Check the firmware ID"),
        "iot.ota.InvalidTaskId": (NOT_FOUND, "The OTA task does not exist", "Check the task ID"),
        "iot.ota.FailedTaskNotFound": (
            PERMANENT,
            "The OTA job has no failed or canceled OTA tasks",
            "Repeat the upgrade only if an OTA task has failed or is canceled",
        ),
        "iot.ota.DeviceNotReUpgraded": (PERMANENT, "No device can be upgraded again", "Check the states of the OTA tasks"),
        "iot.ota.DeviceNotExist": (NOT_FOUND, "The device does not exist", "Check the parameters that identify the device"),
        "iot.ota.FirmwareNotVerified": (
            PERMANENT,
            "The firmware is not verified, so the upgrade cannot be repeated",
            "Verify the firmware with an OTA job first",
        ),
        "iot.ota.NotFirmwareOwner": (
            PERMANENT,
            "The firmware belongs to another account",
            "Check the firmware ID, or use the account that owns the firmware",
        ),
    }
)
