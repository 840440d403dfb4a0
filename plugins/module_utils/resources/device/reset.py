# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reset of a device (manual chapter 4.8)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, job, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.gateway_job import wait_for_gateway_job
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import DEVICE_FIELDS


class Reset(ActionEntry):
    """Reset of a device to the state before its first connection. A gateway also loses its sub-devices."""

    families = (device, job, product)
    fields = DEVICE_FIELDS
    summary = "The device would be reset"

    def run_action(self, client: Any, values: dict) -> dict:
        response = client.call("ResetThing", {"IotId": values["iot_id"]})
        failure = wait_for_gateway_job(client.call, response)
        if failure:
            raise EngineError(f"ResetThing: {failure}")
        return {"job_id": response["JobId"]} if response.get("JobId") else {}
