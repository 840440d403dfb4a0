# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Activation of the IoT Platform service for an account (manual chapter 4.2)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import service
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry


class Activation(ActionEntry):
    """Activation of the service. If it is already active, the platform returns the order that activated it."""

    families = (service,)
    summary = "The IoT Platform service would be activated"

    def run_action(self, client: Any, values: dict) -> dict:
        return {"order_id": str(client.call("OpenIotService").get("OrderId") or "")}
