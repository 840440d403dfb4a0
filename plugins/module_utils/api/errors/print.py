# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of cloud printing (manual chapter 4.6)."""

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
            NOT_FOUND,
            "The print service project does not exist",
            "Associate the device with a project of the print service",
        ),
        "iot.deviceprint.ProjectHasStopped": (
            PERMANENT, "The print service project is disabled", "Enable the project that the device belongs to",
        ),
        "iot.deviceprint.InvalidDevice": (PERMANENT, "The printer is invalid", "Check IotId, ProductKey and DeviceName"),
        "iot.deviceprint.DeviceNotActivated": (PERMANENT, "The printer was never activated", "Connect the printer to the platform once"),
        "iot.deviceprint.DeviceOffline": (PERMANENT, "The printer is offline", "Connect the printer, then retry"),
        "iot.deviceprint.RequestLimit": (
            THROTTLED,
            "There are too many print requests",
            "Send fewer requests, or buy a higher TPS specification of the print service",
        ),
        "iot.printservice.NotSigned": (PERMANENT, "The account has not activated the print service", "Activate the print service"),
        "iot.deviceprint.PrintingTemplateNotExists": (NOT_FOUND, "The print template does not exist", "Check TemplateBizCode"),
        "iot.deviceprint.PrintingParamsError": (PERMANENT, "The print parameters are invalid", "Check ParamsJsonString"),
        "iot.deviceprint.UnknownResponse": (
            PERMANENT, "The printer sent a response in an unknown format", "Correct the response of the printer",
        ),
        "iot.deviceprint.MismatchingPrintId": (
            PERMANENT,
            "The print ID in the response of the printer does not match the request",
            "Make the printer respond with the print ID of the request",
        ),
    }
)
