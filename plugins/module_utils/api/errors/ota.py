# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of OTA (the manual's chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    THROTTLED,
    TRANSIENT,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.firmware.AlreadyExistedFirmwareName": (
            EXISTS, "A firmware of this name already exists", "Choose another firmware name",
        ),
        "iot.firmware.AlreadyExistedFirmwareVersion": (
            EXISTS, "The product already has a firmware of this version", "Use a new version number",
        ),
        "iot.firmware.BadlyFormattedGrayPercent": (
            PERMANENT, "The phased (gray) upgrade percentage is badly formatted", "Correct the percentage",
        ),
        "iot.firmware.BatchCancelDeviceUpgradeFailed": (
            TRANSIENT, "The device upgrades could not be cancelled", "Try again, and open a ticket if it keeps failing",
        ),
        "iot.firmware.BlankFirmwareName": (
            PERMANENT, "The firmware name consists of spaces only", "Give a name with visible characters",
        ),
        "iot.firmware.CancelOTAStrategyByJobFailed": (
            TRANSIENT,
            "The dynamic strategy behind the upgrade batch could not be cancelled",
            "Try again, and open a ticket if it keeps failing",
        ),
        "iot.firmware.CancelOTATaskByJobFailed": (
            TRANSIENT, "The device upgrades of the batch could not be cancelled", "Try again later",
        ),
        "iot.firmware.CancelOptionsMandatory": (
            PERMANENT, "The request does not say what to cancel", "Set at least one of the cancel options",
        ),
        "iot.firmware.CancelUpgradeTaskFailed": (
            TRANSIENT, "The upgrade batch could not be cancelled", "Try again, and open a ticket if it keeps failing",
        ),
        "iot.firmware.CreateFirmwareFailure": (
            TRANSIENT, "The platform could not create the firmware", "Try again later",
        ),
        "iot.firmware.CreateOTAUpgradeJobFailure": (
            TRANSIENT, "The platform could not create the upgrade batch", "Try again later",
        ),
        "iot.firmware.DeleteFirmwareFailure": (
            TRANSIENT, "The platform could not delete the firmware", "Try again later",
        ),
        "iot.firmware.DeviceUpgradeRecordNotFound": (
            NOT_FOUND,
            "The device has no upgrade in progress",
            "Check that the upgrade is still running and the IDs are right",
        ),
        "iot.firmware.DeviceWithDestinationVersionInArray": (
            PERMANENT, "A listed device already runs the target version", "Leave out devices that are already upgraded",
        ),
        "iot.firmware.DynamicGrayNotSupported": (
            PERMANENT, "A dynamic upgrade cannot be phased (gray)", "Use a static phased upgrade",
        ),
        "iot.firmware.DynamicSpecificNotSupported": (
            PERMANENT, "A dynamic upgrade cannot target specific devices", "Use a static upgrade for specific devices",
        ),
        "iot.firmware.EmptyFirmwareFile": (
            PERMANENT, "The firmware file is empty (0 bytes)", "Upload the correct file",
        ),
        "iot.firmware.FireTimeMustLargeThanCurrentTime": (
            PERMANENT, "The scheduled upgrade time is not in the future", "Choose a later time",
        ),
        "iot.firmware.FireTimeTooLate": (
            PERMANENT,
            "The scheduled upgrade time is more than 7 days away",
            "Schedule the upgrade within 7 days from now",
        ),
        "iot.firmware.FireTimeTooShort": (
            PERMANENT,
            "The scheduled upgrade time is less than 5 minutes away",
            "Schedule the upgrade at least 5 minutes from now",
        ),
        "iot.firmware.FirmwareAndProductKeyMismatch": (
            PERMANENT, "The firmware does not belong to the product given", "Check the firmware ID and the ProductKey",
        ),
        "iot.firmware.FirmwareCountExceedMax": (
            PERMANENT, "The limit of 500 firmwares has been reached", "Delete firmwares you no longer need",
        ),
        "iot.firmware.FirmwareDescriptionExceedMaxLength": (
            PERMANENT, "The firmware description is longer than 100 characters", "Shorten the description",
        ),
        "iot.firmware.FirmwareNotFound": (NOT_FOUND, "There is no such firmware", "Check the firmware ID"),
        "iot.firmware.FirmwareNotVerified": (
            PERMANENT,
            "The firmware has not been verified, so no upgrade can start",
            "Run a verification batch to success first",
        ),
        "iot.firmware.GenerateOTAUploadURLFailure": (
            TRANSIENT, "The upload URL for the firmware could not be generated", "Check the parameters and try again",
        ),
        "iot.firmware.GrayAppliesToStaticOnly": (
            PERMANENT,
            "Only a static upgrade can be phased (gray)",
            "Choose a static upgrade or drop the phased selection",
        ),
        "iot.firmware.InProgressDynamicJobExisted": (
            PERMANENT,
            "The firmware already has a dynamic upgrade batch running",
            "Cancel the running dynamic batch first",
        ),
        "iot.firmware.InProgressVerifyJobExisted": (
            PERMANENT, "An earlier verification of the firmware is not finished", "Wait for that verification to end",
        ),
        "iot.firmware.IncorrectDeviceUpgradeJobStatus": (
            PERMANENT,
            "The upgrade record is not in a state that can be cancelled",
            "Check that the device upgrade is still in progress",
        ),
        "iot.firmware.IncorrectFormattedFirmwareName": (
            PERMANENT, "The firmware name is badly formatted", "Use a name that follows the naming rules",
        ),
        "iot.firmware.IncorrectFormattedFirmwareVersion": (
            PERMANENT, "The firmware version is badly formatted", "Correct the version number",
        ),
        "iot.firmware.IncorrectFormattedModuleName": (
            PERMANENT, "The module name is badly formatted", "Use a name that follows the naming rules",
        ),
        "iot.firmware.IncorrectFormattedSrcVersion": (
            PERMANENT, "The source version is badly formatted", "Correct the source version",
        ),
        "iot.firmware.InvalidDynamicMode": (
            PERMANENT, "The dynamic upgrade mode is not valid", "Use one of the documented modes",
        ),
        "iot.firmware.InvalidFirmware": (PERMANENT, "The firmware is not valid", "Check the firmware"),
        "iot.firmware.InvalidFirmwareId": (PERMANENT, "The firmware ID is not valid", "Check the firmware ID"),
        "iot.firmware.InvalidFirmwareSign": (
            PERMANENT, "The firmware signature is not valid", "Compute the signature of the file again",
        ),
        "iot.firmware.InvalidFirmwareSignMethod": (
            PERMANENT, "The firmware signature method is not valid", "Use a supported signature method",
        ),
        "iot.firmware.InvalidFirmwareSize": (PERMANENT, "The firmware size is not valid", "Check the size of the file"),
        "iot.firmware.InvalidFirmwareType": (
            PERMANENT, "The firmware type is not valid", "Use a full or a differential firmware",
        ),
        "iot.firmware.InvalidFirmwareUrl": (
            PERMANENT,
            "The firmware URL is not one issued by IoT Platform",
            "Upload the file through an upload URL generated by the platform",
        ),
        "iot.firmware.InvalidGenerateOTAUploadURLParam": (
            PERMANENT, "A parameter for generating the upload URL is not valid", "Correct the parameters",
        ),
        "iot.firmware.InvalidGrayPercent": (
            PERMANENT, "The phased (gray) upgrade percentage is not valid", "Correct the percentage",
        ),
        "iot.firmware.InvalidMaximumPerMinute": (
            PERMANENT, "The rollout rate per minute is not valid", "Use a rate within the documented range",
        ),
        "iot.firmware.InvalidOTAJobId": (NOT_FOUND, "There is no such upgrade batch", "Check the batch ID"),
        "iot.firmware.InvalidOTAAskId": (PERMANENT, "The upgrade record ID is not valid", "Check the record ID"),
        "iot.firmware.InvalidOverwriteMode": (
            PERMANENT, "The overwrite mode is not valid", "Use one of the documented modes",
        ),
        "iot.firmware.InvalidProductKey": (PERMANENT, "The ProductKey is not valid", "Check the ProductKey"),
        "iot.firmware.InvalidRetryCount": (
            PERMANENT, "The number of automatic retries is not valid", "Use a documented retry count",
        ),
        "iot.firmware.InvalidRetryInterval": (
            PERMANENT, "The interval between automatic retries is not valid", "Use a documented retry interval",
        ),
        "iot.firmware.InvalidSelectionType": (
            PERMANENT, "The selection type is not valid", "Use a supported selection type",
        ),
        "iot.firmware.InvalidTargetSelection": (
            PERMANENT, "The target selection is not valid", "Use a supported target selection",
        ),
        "iot.firmware.InvalidTaskStatus": (
            PERMANENT,
            "The device upgrade named by TaskId is not awaiting confirmation",
            "Confirm only upgrades that await confirmation",
        ),
        "iot.firmware.InvalidTimeoutSetting": (
            PERMANENT, "The upgrade timeout is not valid", "Use a timeout within the documented range",
        ),
        "iot.firmware.JobAlreadyCanceled": (PERMANENT, "The upgrade batch has been cancelled already"),
        "iot.firmware.JobHasNoScheduleTime": (
            PERMANENT, "The upgrade batch is not a scheduled one", "Use this option only with scheduled batches",
        ),
        "iot.firmware.ListOTAFirmwareFailed": (TRANSIENT, "The firmwares could not be listed", "Try again later"),
        "iot.firmware.ListOTAJobFailed": (TRANSIENT, "The upgrade batches could not be listed", "Try again later"),
        "iot.firmware.ListOTAModuleFailed": (TRANSIENT, "The modules could not be listed", "Try again later"),
        "iot.firmware.ListOTAModuleNameByProductFailed": (
            TRANSIENT, "The modules of the product could not be listed", "Try again later",
        ),
        "iot.firmware.ListOTATaskByDeviceFailed": (
            TRANSIENT, "The upgrade records of the device could not be listed", "Try again later",
        ),
        "iot.firmware.ListOTATaskByJobFailed": (
            TRANSIENT, "The upgrade records of the batch could not be listed", "Try again later",
        ),
        "iot.firmware.MalformedFirmwareUrl": (
            PERMANENT, "The firmware URL is not a well-formed URL", "Correct the URL",
        ),
        "iot.firmware.ModuleCountLimitExceeded": (
            PERMANENT, "The maximum number of modules has been exceeded", "Delete modules you no longer need",
        ),
        "iot.firmware.ModuleNameReserved": (PERMANENT, "The module name is reserved", "Choose another module name"),
        "iot.firmware.MoreThanOneSrcVersion": (
            PERMANENT,
            "A differential firmware takes only one source version per batch",
            "Give exactly one source version",
        ),
        "iot.firmware.NoDeviceCanUpgrade": (
            PERMANENT, "No device qualifies for the upgrade", "Check whether the devices are already upgraded",
        ),
        "iot.firmware.NonVersionedDeviceInArray": (
            PERMANENT,
            "A listed device has reported no version or an invalid one",
            "Have the device report a valid version, or leave it out",
        ),
        "iot.firmware.NotDynamicJob": (
            PERMANENT,
            "The batch is not dynamic, so it has no dynamic strategy to cancel",
            "Give the ID of a dynamic upgrade batch",
        ),
        "iot.firmware.NullFirmwareId": (PERMANENT, "The firmware ID is missing", "Give a firmware ID"),
        "iot.firmware.NullFirmwareName": (PERMANENT, "The firmware name is missing", "Give a firmware name"),
        "iot.firmware.NullFirmwareUrl": (PERMANENT, "The firmware URL is missing", "Give the URL of the uploaded file"),
        "iot.firmware.NullFirmwareVersion": (PERMANENT, "The firmware version is missing", "Give a firmware version"),
        "iot.firmware.NullGrayPercent": (
            PERMANENT, "The percentage of the phased (gray) upgrade is missing", "Give a percentage",
        ),
        "iot.firmware.NullOTAJobId": (PERMANENT, "The upgrade batch ID is missing", "Give a batch ID"),
        "iot.firmware.NullSelectionType": (PERMANENT, "The selection type is missing", "Give a selection type"),
        "iot.firmware.NullSrcVersions": (
            PERMANENT, "The list of versions to upgrade from is empty", "Give at least one source version",
        ),
        "iot.firmware.NullTargetDeviceNames": (
            PERMANENT, "A static upgrade of specific devices names no device", "List the devices to upgrade",
        ),
        "iot.firmware.NullTargetSelection": (PERMANENT, "The target selection is missing", "Give a target selection"),
        "iot.firmware.NullTaskId": (PERMANENT, "The batch ID (TaskId) is missing", "Give the ID"),
        "iot.firmware.ParameterSizeExceedMax": (
            PERMANENT, "A list in the request has too many elements", "Split the list over several requests",
        ),
        "iot.firmware.ReUpgradeFailedFirmwareNotVerified": (
            PERMANENT,
            "The firmware has not been verified, so no re-upgrade can start",
            "Run a verification batch to success first",
        ),
        "iot.firmware.ScheduleFinishTimeEarlierThanStartTime": (
            PERMANENT, "The scheduled end does not come after the scheduled start", "Choose an end after the start",
        ),
        "iot.firmware.ScheduleFinishTimeTooEarly": (
            PERMANENT,
            "The scheduled end is less than 60 minutes after the start",
            "Leave at least 60 minutes between start and end",
        ),
        "iot.firmware.ScheduleFinishTimeTooLate": (
            PERMANENT,
            "The scheduled end is more than 30 days after the start",
            "Leave at most 30 days between start and end",
        ),
        "iot.firmware.ScheduleFinishTimeWithoutStartTime": (
            PERMANENT, "A scheduled end was given without a start", "Give the start time as well",
        ),
        "iot.firmware.SrcDestVersionMatched": (
            PERMANENT, "The source version equals the target version", "Give two different versions",
        ),
        "iot.firmware.SrcVersionsMandatory": (
            PERMANENT, "The differential firmware has no source version", "Give the source version",
        ),
        "iot.firmware.SrcVersionMismatch": (
            PERMANENT,
            "The version on the device is not one the firmware upgrades from",
            "Check the device version and the versions to upgrade from",
        ),
        "iot.firmware.SrcVersionsNotAllowed": (
            PERMANENT,
            "A list of source versions is not allowed here",
            "Leave out the source versions, and open a ticket if it still fails",
        ),
        "iot.firmware.SrcVersionsSizeExceedMax": (PERMANENT, "Too many source versions are listed", "Shorten the list"),
        "iot.firmware.SystemBusy": (TRANSIENT, "The system is busy", "Try again later"),
        "iot.firmware.SystemBusyForScheduleTime": (
            TRANSIENT, "The system is too busy at the scheduled time", "Choose another upgrade time",
        ),
        "iot.firmware.TargetDeviceNamesNotAllowed": (
            PERMANENT,
            "Specific devices of a static upgrade may not be listed here",
            "Leave out the device list or change the target selection",
        ),
        "iot.firmware.TooManyDeviceUpgrade": (
            THROTTLED, "Too many device upgrades are being started at once", "Wait a minute and try again",
        ),
        "iot.firmware.TooManyDeviceUpgradeForScheduleTime": (
            PERMANENT, "Too many devices would start upgrading at the scheduled time", "Choose another upgrade time",
        ),
        "iot.firmware.UpgradeSrcVersionMismatch": (
            PERMANENT,
            "The source version differs from that of the differential firmware",
            "Give the source version of the firmware",
        ),
        "iot.firmware.VerifyFirmwareFailed": (
            TRANSIENT, "The verification of the firmware failed", "Try again, and open a ticket if it keeps failing",
        ),
        "iot.firmware.InvalidOTATaskId": (NOT_FOUND, "The TaskId given does not exist", "Check the TaskId"),
        "iot.firmware.JobTagsTooLong": (
            PERMANENT, "The tags of the upgrade batch exceed 4096 characters in total", "Shorten the tags or use fewer",
        ),
        "iot.firmware.JobTagKeyInvalid": (
            PERMANENT, "A tag key of the upgrade batch is not valid", "Correct the tag key",
        ),
        "iot.firmware.JobTagValueInvalid": (
            PERMANENT, "A tag value of the upgrade batch is not valid", "Correct the tag value",
        ),
        "iot.firmware.JobTagTooMany": (PERMANENT, "The upgrade batch has more than 10 tags", "Use at most 10 tags"),
        "iot.ota.PackageFileAmountExceed": (PERMANENT, "The firmware has more than 20 files", "Use at most 20 files"),
        "iot.ota.PackageFileParamConflict": (
            PERMANENT, "Single-file and multi-file parameters were used together", "Use only one of the two kinds",
        ),
        "iot.ota.PackageFileNameDuplicated": (
            PERMANENT, "Two files of the new firmware have the same name", "Give every file its own name",
        ),
        "iot.ota.PackageFileUrlDuplicated": (
            PERMANENT, "Two files of the new firmware have the same URL", "Give every file its own URL",
        ),
        "iot.ota.PackageFileSignDuplicated": (
            PERMANENT, "Two files of the new firmware have the same signature", "Check that no file is listed twice",
        ),
        "iot.ota.tag.KeyDuplicated": (PERMANENT, "A tag key occurs more than once", "Use each tag key only once"),
        "iot.ota.CreateOTAModuleFailure": (
            TRANSIENT,
            "The module could not be created because of an internal error",
            "Try again, and open a ticket if it keeps failing",
        ),
        "iot.ota.CreateOTAModuleParamError": (
            PERMANENT, "A parameter for creating the module is wrong", "Correct the parameters",
        ),
        "iot.ota.CreateOTAModuleExceedLimit": (
            PERMANENT, "The product has reached its maximum number of modules", "Delete modules you no longer need",
        ),
        "iot.ota.CreateOTAModuleNameExist": (
            EXISTS, "A module of this name already exists", "Choose another module name",
        ),
        "iot.ota.UpdateOTAModuleFailure": (
            TRANSIENT,
            "The module could not be updated because of an internal error",
            "Try again, and open a ticket if it keeps failing",
        ),
        "iot.ota.UpdateOTAModuleParamError": (
            PERMANENT, "A parameter for updating the module is wrong", "Correct the parameters",
        ),
        "iot.ota.DeleteOTAModuleParamError": (
            PERMANENT, "A parameter for deleting the module is wrong", "Correct the parameters",
        ),
        "iot.ota.DeleteOTAModuleFailure": (
            TRANSIENT, "The module could not be deleted because of an internal error", "Try again later",
        ),
        "iot.ota.DeleteOTAModulePackageExist": (
            PERMANENT, "The module still has firmware and cannot be deleted", "Delete the firmware of the module first",
        ),
        "iot.ota.DeleteOtaDefaultModule": (PERMANENT, "The default module cannot be deleted"),
        "iot.ota.ListOTAModuleParamError": (
            PERMANENT, "A parameter for listing the modules is wrong", "Correct the parameters",
        ),
        "iot.ota.ListOTAModuleFailure": (
            TRANSIENT, "The modules could not be listed because of an internal error", "Try again later",
        ),
        "iot.ota.OTAModuleNotExist": (
            NOT_FOUND, "The product has no such module to update or delete", "Check the module name and the ProductKey",
        ),
        "iot.ota.TooManyOtaTask": (
            PERMANENT, "The request holds too many TaskId values", "Split the list over several requests",
        ),
        "iot.ota.TaskIdsIsNull": (PERMANENT, "The request holds no TaskId", "Give at least one TaskId"),
        "iot.ota.ConfirmNotAllowedNow": (
            PERMANENT,
            "The device may not upgrade now, so its pending upgrade cannot be confirmed",
            "Confirm it at a time when the device may upgrade",
        ),
        "iot.ota.EmptyDeviceInfoParams": (PERMANENT, "The request names no device", "Give the device information"),
        "iot.ota.InvalidOtaModuleName": (
            PERMANENT, "The module name is badly formatted", "Use a name that follows the naming rules",
        ),
        "iot.ota.GroupNotExist": (NOT_FOUND, "There is no such device group", "Check the group ID"),
        "iot.ota.DynamicGroupExpressionInvalid": (
            PERMANENT,
            "The rule of the dynamic group lacks the module name or the module version",
            "Put both module name and module version into the rule",
        ),
        "iot.ota.DynamicGroupTaskCountExceedLimit": (
            PERMANENT, "The dynamic group already has 5 upgrade batches", "Cancel a batch of that group first",
        ),
        "iot.ota.UpgradeDeviceCountExceedLimit": (
            PERMANENT,
            "The upgrade covers more devices than allowed",
            "Upgrade fewer devices, or open a ticket about the limit",
        ),
        "iot.ota.GroupUpgradeTenantInvalid": (
            PERMANENT, "This account may not start an upgrade of that group", "Check the group and the account",
        ),
        "iot.ota.GroupTypeInvalid": (
            PERMANENT, "The group type is not valid for a group upgrade", "Correct the group type",
        ),
        "iot.firmware.VerifyFirmwareNoNeed": (
            PERMANENT, "The firmware needs no verification", "Start the upgrade without verifying",
        ),
        "iot.ota.DownloadProtocolInvalid": (
            PERMANENT, "The download protocol of the upgrade batch is not valid", "Use a supported download protocol",
        ),
        "iot.ota.DownloadProtocolMqttNotSuitable": (
            PERMANENT, "The upgrade batch cannot download its firmware over MQTT", "Choose another download protocol",
        ),
        "iot.ota.DynamicGroupConflict": (
            PERMANENT,
            "OverwriteMode or MultiModuleMode differs from the group's existing dynamic batches",
            "Use the same settings as the existing batches",
        ),
        "iot.ota.OverWriteAndMultiModuleConflict": (
            PERMANENT, "OverwriteMode 2 cannot be combined with MultiModuleMode true", "Change one of the two",
        ),
        "iot.ota.dynamicGroupForbiddenInDefaultInstance": (
            PERMANENT,
            "The old public instance has no upgrades by dynamic group",
            "Use another kind of upgrade or another instance",
        ),
        "iot.ota.multiModuleModeForbiddenInDefaultInstance": (
            PERMANENT,
            "The old public instance cannot upgrade several modules at once",
            "Upgrade one module at a time or use another instance",
        ),
        "iot.ota.InvalidTaskExist": (
            PERMANENT,
            "A listed device upgrade has neither failed nor been cancelled",
            "List only failed or cancelled upgrades",
        ),
        "iot.ota.UnmatchedJob": (
            PERMANENT,
            "A listed device upgrade does not belong to the upgrade batch",
            "Check the batch ID and the task IDs",
        ),
        "iot.ota.JobCanceled": (PERMANENT, "The upgrade batch has been cancelled", "Create a new batch"),
        "iot.ota.InvalidJobId": (NOT_FOUND, "There is no such upgrade batch", "Check the batch ID"),
        "iot.ota.InvalidFirmwareUid": (NOT_FOUND, "There is no such firmware", "Check the firmware ID"),
        "iot.ota.InvalidTaskId": (NOT_FOUND, "There is no such device upgrade", "Check the task ID"),
        "iot.ota.FailedTaskNotFound": (
            PERMANENT,
            "The upgrade batch has no failed or cancelled device upgrade",
            "There is nothing to upgrade again",
        ),
        "iot.ota.DeviceNotReUpgraded": (PERMANENT, "No device can be upgraded again"),
        "iot.ota.DeviceNotExist": (NOT_FOUND, "There is no such device", "Check the device information"),
        "iot.ota.FirmwareNotVerified": (
            PERMANENT,
            "The firmware has not been verified, so no re-upgrade can start",
            "Complete the verification first",
        ),
        "iot.ota.NotFirmwareOwner": (
            PERMANENT,
            "The firmware belongs to another user",
            "Check the firmware ID or call with the account that owns it",
        ),
    }
)
