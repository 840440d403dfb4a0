# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Opening the IoT Platform for an account (the manual's chapter 4.2)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import service
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry


class Activation(ActionEntry):
    """Opens the platform; of one that is open already the platform tells the order that opened it."""

    families = (service,)
    summary = "The IoT Platform would be opened for the account"

    def run_action(self, client, values):
        return {"order_id": str(client.call("OpenIotService").get("OrderId") or "")}
