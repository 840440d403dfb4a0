# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resetting a device (the manual's chapter 4.8)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, job, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.gateway_job import wait_for_gateway_job
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import NAMED


class Reset(ActionEntry):
    """A device is as if it had never connected, and a gateway has no sub-devices any more."""

    families = (device, job, product)
    fields = NAMED
    summary = "The device would be reset"

    def run_action(self, client, values):
        reply = client.call("ResetThing", {"IotId": values["iot_id"]})
        complaint = wait_for_gateway_job(client.call, reply)
        if complaint:
            raise EngineError(f"ResetThing: {complaint}")
        return {"job_id": reply["JobId"]} if reply.get("JobId") else {}
