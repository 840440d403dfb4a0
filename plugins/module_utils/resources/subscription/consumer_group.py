# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Consumer groups, which receive the messages of AMQP subscriptions (manual chapter 4.18)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create, Delete
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import UsedBy
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import TARGETS, DataFlow
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Number, Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import Renamable, renamed_from
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.lookup import CONSUMER_GROUPS

#: The ID of the group that every account has. Its name depends on the language of the platform.
DEFAULT_GROUP = "DEFAULT_GROUP"

NAME = Text(
    4, 30, wide_char_width=2, pattern="[A-Za-z0-9_\u4e00-\u9fff]+", hint="Chinese and English letters, digits and _"
)

#: The results for each connected client, by the member of the response.
_CLIENT_MEMBERS = {
    "ClientId": "client_id",
    "ClientIpPort": "address",
    "OnlineTime": "online_since",
    "RealTimeConsumeCountPerMinute": "real_time_rate",
    "AccumulatedConsumeCountPerMinute": "backlog_rate",
}


def _refuse_default(current: dict, field: str) -> None:
    if current.get("group_id") == DEFAULT_GROUP:
        raise ImmutableField(
            "the default consumer group cannot be changed or deleted",
            field=field,
            remedy="Create another consumer group, or keep the default one unchanged",
        )


def _parse_status(response: dict) -> dict:
    clients = member(response, "ClientConnectionStatusList.ConsumerGroupClientConnectionInfo") or []
    return {
        "backlog": int(response.get("AccumulationCount") or 0),
        "rate": int(response.get("ConsumerSpeed") or 0),
        "real_time_rate": int(response.get("RealTimeConsumeCountPerMinute") or 0),
        "backlog_rate": int(response.get("AccumulatedConsumeCountPerMinute") or 0),
        "last_consumed": response.get("LastConsumerTime") or "",
        "clients": [{name: row.get(wire) for wire, name in _CLIENT_MEMBERS.items()} for row in clients],
    }


class Rename(Change):
    """Rename of a consumer group.

    Custom code: the operation takes the name as ``NewGroupName``, and the default group cannot be renamed.
    """

    fields = ("name",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        _refuse_default(current, "name")
        params = {**resource.identity_params(), "NewGroupName": desired["name"]}
        return [Step(steps.UPDATE, "UpdateConsumerGroup", params, changes)]


class DeleteGroup(Delete):
    """Deletion of a consumer group.

    Custom code: the default group cannot be deleted.
    """

    def steps(self, resource: Resource, current: dict) -> list[Step]:
        _refuse_default(current, "state")
        return super().steps(resource, current)


class ConsumerGroup(Renamable):
    """A consumer group.

    Custom code: the default group can be selected by its ID, because its name depends on the language of the platform.
    """

    kind = "consumer_group"
    title = "consumer group"
    families = (subscription, product)
    key = ("name",)
    identity = {"GroupId": "group_id"}
    fields = (
        Field("name", "GroupName", NAME, required=True),
        renamed_from(NAME),
        Field("group_id", "GroupId", computed=True),
        Field("created", read="CreateTime", computed=True),
        Field("backlog", type=Number(), computed=True),
        Field("rate", type=Number(), computed=True),
        Field("real_time_rate", type=Number(), computed=True),
        Field("backlog_rate", type=Number(), computed=True),
        Field("last_consumed", computed=True),
        Field("clients", type=Type(), computed=True),
    )
    listing = Listing("QueryConsumerGroupList", keep=True)
    built_in = {"group_id": (DEFAULT_GROUP,)}
    details = (
        Detail("QueryConsumerGroupByGroupId", "Data"),
        # Not an option of the module, so only the info module reads it.
        Detail("QueryConsumerGroupStatus", "", only_for=("backlog",), parse=_parse_status),
    )
    create = Create("CreateConsumerGroup", outputs={"group_id": "GroupId"})
    changes = (Rename(),)
    delete = DeleteGroup("DeleteConsumerGroup")
    used_by = (
        # The API has no list of subscriptions, only the subscription of one product.
        UsedBy(
            "subscription of the product",
            "QueryProductList",
            name="ProductName",
            reference="group_id",
            details=(("QuerySubscribeRelation", {"Type": "AMQP"}),),
            identity={"ProductKey": "ProductKey"},
            path="ConsumerGroupIds",
            remedy="Remove the group from the subscription, or delete the subscription first",
        ),
    )
    flow = DataFlow(TARGETS)
    filters = ("name", "group_id")

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        for option in ("name", "renamed_from"):
            if resolved.get(option) == DEFAULT_GROUP:
                resolved[option] = CONSUMER_GROUPS.find(reader, DEFAULT_GROUP)["name"]
        return resolved
