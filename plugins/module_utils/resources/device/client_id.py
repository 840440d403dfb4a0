# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which of a device's client ids is the right one (the manual's chapter 4.8)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import NAMED


class ClientIdConfirmation(ActionEntry):
    """Of a device's client ids one is the right one: the others are shut out."""

    families = (device, product)
    fields = (*NAMED, Field("client_id", type=Text(1), required=True))
    summary = "The client id would be declared the right one"

    def run_action(self, client, values):
        client.call("TransformClientId", {"IotId": values["iot_id"], "ClientId": values["client_id"]})
        return {}
