# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of cloud printing (the manual's chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    NOT_FOUND,
    PERMANENT,
    THROTTLED,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.deviceprint.ProjectNotFound": (
            NOT_FOUND, "There is no such print service project", "Link the device to a project of the print service",
        ),
        "iot.deviceprint.ProjectHasStopped": (
            PERMANENT, "The print service project is disabled", "Enable the project the device belongs to",
        ),
        "iot.deviceprint.InvalidDevice": (
            PERMANENT, "The printing device is not valid", "Check IotId, ProductKey and DeviceName",
        ),
        "iot.deviceprint.DeviceNotActivated": (
            PERMANENT, "The printing device has never been activated", "Connect the device to the platform once",
        ),
        "iot.deviceprint.DeviceOffline": (PERMANENT, "The printing device is offline", "Bring the device online first"),
        "iot.deviceprint.RequestLimit": (
            THROTTLED, "Too many print requests", "Slow down, or buy a higher TPS specification of the print service",
        ),
        "iot.printservice.NotSigned": (
            PERMANENT, "The print service has not been activated for the account", "Activate the print service",
        ),
        "iot.deviceprint.PrintingTemplateNotExists": (
            NOT_FOUND, "There is no such print template", "Check TemplateBizCode",
        ),
        "iot.deviceprint.PrintingParamsError": (PERMANENT, "The print parameters are wrong", "Check ParamsJsonString"),
        "iot.deviceprint.UnknownResponse": (
            PERMANENT,
            "The printing device answered in an unknown format",
            "Correct the print response the device sends",
        ),
        "iot.deviceprint.MismatchingPrintId": (
            PERMANENT,
            "The print ID in the device's answer does not match the request",
            "Have the device reply with the print ID it was sent",
        ),
    }
)
