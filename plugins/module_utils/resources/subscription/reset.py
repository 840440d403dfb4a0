# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Removal of the pending messages of consumer groups (manual section 4.18.10)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.lookup import CONSUMER_GROUPS


class ConsumerGroupReset(ActionEntry):
    """Removal of the pending messages of a consumer group."""

    families = (subscription,)
    fields = (
        Field("consumer_group", required=True, lookup=CONSUMER_GROUPS.find_id, resolves_to="group_id"),
        Field("group_id", computed=True),
    )
    summary = "The pending messages of the consumer group would be dropped"

    def run_action(self, client: Any, values: dict) -> dict:
        group = {"GroupId": values["group_id"]}
        pending = int(client.read("QueryConsumerGroupStatus", group).get("AccumulationCount") or 0)
        client.call("ResetConsumerGroupPosition", group)
        return {"group_id": values["group_id"], "dropped": pending}
