# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of secure tunnels (the manual's chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import NOT_FOUND, PERMANENT, error_codes

ERRORS = error_codes(
    {
        "iot.securetunnel.InstanceIdMismatch": (
            PERMANENT, "The instance ID is not that of the device", "Pass the ID of the instance the device belongs to",
        ),
        "iot.securetunnel.TunnelNotExist": (NOT_FOUND, "No such secure tunnel", "Check the tunnel ID"),
        "iot.securetunnel.IllegalState": (
            PERMANENT,
            "The secure tunnel is in the wrong state for this call",
            "Check the tunnel state that the operation requires",
        ),
        "iot.securetunnel.ParamInvalid": (
            PERMANENT, "A secure tunnel parameter is wrong", "Correct the parameters as the API page describes",
        ),
        "iot.securetunnel.DescriptionTooLong": (
            PERMANENT, "The tunnel Description is longer than 1,024 characters", "Shorten the Description",
        ),
        "iot.securetunnel.UdiTooLong": (PERMANENT, "The tunnel Udi is longer than 4,096 characters", "Shorten the Udi"),
        "iot.securetunnel.TunnelAmountExceedByDevice": (
            PERMANENT,
            "The device has reached its quota of 10 secure tunnels",
            "Close and delete tunnels that are no longer used",
        ),
        "iot.securetunnel.TunnelAmountExceedByInstance": (
            PERMANENT,
            "The instance has reached its quota of 1,000 secure tunnels",
            "Close and delete tunnels that are no longer used",
        ),
        "iot.securetunnel.DeviceNotExist": (NOT_FOUND, "No such device", "Check the device identification"),
        "iot.securetunnel.DeviceNotOnline": (PERMANENT, "The device is offline", "Bring the device online, then retry"),
        "iot.securetunnel.DeviceNotSpecified": (
            PERMANENT, "No device was named", "Pass the parameters that identify the device",
        ),
    }
)
