# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device shadows (manual chapter 4.19)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, message, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import READ, SET, Operation

ERRORS = {**common.ERRORS, **device.ERRORS, **message.ERRORS, **product.ERRORS}

OPERATIONS = {
    "GetDeviceShadow": Operation(
        "4.19.1", READ, 500,
        "DeviceName! ProductKey!",
        response="ShadowMessage",
        not_found_codes=("iot.device.NotExistedDevice",),
    ),
    "UpdateDeviceShadow": Operation(
        "4.19.2", SET, 500,
        "DeviceName! ProductKey! ShadowMessage! DeltaUpdate:bool",
    ),
}
