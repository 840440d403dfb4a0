# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of secure tunnels (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import NOT_FOUND, PERMANENT, error_codes

ERRORS = error_codes(
    {
        "iot.securetunnel.InstanceIdMismatch": (
            PERMANENT,
            "The instance ID is not the instance ID of the device",
            "Specify the ID of the instance that the device belongs to",
        ),
        "iot.securetunnel.TunnelNotExist": (NOT_FOUND, "The secure tunnel does not exist", "Check the tunnel ID"),
        "iot.securetunnel.IllegalState": (
            PERMANENT,
            "The state of the secure tunnel does not allow this operation",
            "Check the tunnel state that the operation requires",
        ),
        "iot.securetunnel.ParamInvalid": (
            PERMANENT,
            "A parameter of the secure tunnel is invalid",
            "Correct the parameters as the documentation of the operation describes",
        ),
        "iot.securetunnel.DescriptionTooLong": (
            PERMANENT, "The tunnel Description is longer than 1,024 characters", "Shorten the Description",
        ),
        "iot.securetunnel.UdiTooLong": (PERMANENT, "The tunnel Udi is longer than 4,096 characters", "Shorten the Udi"),
        "iot.securetunnel.TunnelAmountExceedByDevice": (
            PERMANENT,
            "The device has reached its quota of 10 secure tunnels",
            "Close and delete tunnels that you no longer need",
        ),
        "iot.securetunnel.TunnelAmountExceedByInstance": (
            PERMANENT,
            "The instance has reached its quota of 1,000 secure tunnels",
            "Close and delete tunnels that you no longer need",
        ),
        "iot.securetunnel.DeviceNotExist": (NOT_FOUND, "The device does not exist", "Check the parameters that identify the device"),
        "iot.securetunnel.DeviceNotOnline": (PERMANENT, "The device is offline", "Connect the device, then retry"),
        "iot.securetunnel.DeviceNotSpecified": (
            PERMANENT, "The request does not specify a device", "Specify the parameters that identify the device",
        ),
    }
)
