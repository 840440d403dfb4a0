# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secure tunnels (manual chapter 4.9)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, product, tunnel
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation

ERRORS = {**common.ERRORS, **device.ERRORS, **product.ERRORS, **tunnel.ERRORS}

OPERATIONS = {
    "CreateDeviceTunnel": Operation(
        "4.9.1", CREATE, 5,
        "Description DeviceName IotId ProductKey Udi",
        response="Data{SourceAccessToken SourceURI TunnelId}",
    ),
    "CloseDeviceTunnel": Operation(
        "4.9.2", SET, 5,
        "TunnelId!",
    ),
    "DeleteDeviceTunnel": Operation(
        "4.9.3", DELETE, 5,
        "TunnelId!",
        not_found_codes=("iot.securetunnel.TunnelNotExist",),
    ),
    "QueryDeviceTunnel": Operation(
        "4.9.4", READ, 5,
        "TunnelId!",
        response=(
            "Data{Description DeviceConnState DeviceName IotId ProductKey ProductName SourceConnState TunnelId "
            "TunnelState Udi UtcClosed UtcCreated}"
        ),
        not_found_codes=("iot.securetunnel.TunnelNotExist",),
    ),
}
