# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cloud printing (manual chapter 4.21)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, print
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, Operation

ERRORS = {**common.ERRORS, **device.ERRORS, **print.ERRORS}

OPERATIONS = {
    "PrintByTemplate": Operation(
        "4.21.2.1", CREATE, 50,
        "TemplateBizCode!@ DeviceName@ HistoryPrintTopic@:bool IotId@ IotInstanceId@ ParamsJsonString@ ProductKey@",
        response="Data{DeviceErrorCode DeviceErrorMessage Id MaxRetryCount:int RetryCount:int Success:bool}",
    ),
}
