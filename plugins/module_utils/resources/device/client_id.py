# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The valid client ID of a device (manual chapter 4.8)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import DEVICE_FIELDS


class ClientIdSelection(ActionEntry):
    """Selection of the valid client ID of a device. The platform rejects connections with its other client IDs."""

    families = (device, product)
    fields = (*DEVICE_FIELDS, Field("client_id", type=Text(1), required=True))
    summary = "The client ID would be set as the valid one"

    def run_action(self, client: Any, values: dict) -> dict:
        client.call("TransformClientId", {"IotId": values["iot_id"], "ClientId": values["client_id"]})
        return {}
