# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Consumer groups, which get the messages of AMQP subscriptions (the manual's chapter 4.18)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create, Delete
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Number, Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import (
    Lookup,
    Renamable,
    renamed_from,
)

#: The id of the group that every account has; what it is called depends on the platform's language.
DEFAULT_GROUP = "DEFAULT_GROUP"

NAME = Text(
    4, 30, wide_char_width=2, pattern="[A-Za-z0-9_\u4e00-\u9fff]+", hint="Chinese and English letters, digits and _"
)

CONSUMER_GROUPS = Lookup("consumer group", "QueryConsumerGroupList", "GroupId", "GroupName", "group_id")

#: What is told of each client that is connected, by the member that tells it.
_OF_CLIENT = {
    "ClientId": "client_id",
    "ClientIpPort": "address",
    "OnlineTime": "online_since",
    "RealTimeConsumeCountPerMinute": "real_time_rate",
    "AccumulatedConsumeCountPerMinute": "backlog_rate",
}


def _refuse_default(current: dict, field: str) -> None:
    if current.get("group_id") == DEFAULT_GROUP:
        raise ImmutableField(
            "the default consumer group can be neither changed nor deleted",
            field=field,
            remedy="Make a group of your own, or leave this one as it is",
        )


def _of_status(reply: dict) -> dict:
    clients = member(reply, "ClientConnectionStatusList.ConsumerGroupClientConnectionInfo") or []
    return {
        "backlog": int(reply.get("AccumulationCount") or 0),
        "rate": int(reply.get("ConsumerSpeed") or 0),
        "real_time_rate": int(reply.get("RealTimeConsumeCountPerMinute") or 0),
        "backlog_rate": int(reply.get("AccumulatedConsumeCountPerMinute") or 0),
        "last_consumed": reply.get("LastConsumerTime") or "",
        "clients": [{word: one.get(wire) for wire, word in _OF_CLIENT.items()} for one in clients],
    }


class Rename(Change):
    """Nothing but its name can change."""

    fields = ("name",)

    def steps(self, resource, desired, current):
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        _refuse_default(current, "name")
        params = {**resource.identity_params(), "NewGroupName": desired["name"]}
        return [Step(steps.UPDATE, "UpdateConsumerGroup", params, changes)]


class DeleteOwn(Delete):
    """The default group stays."""

    def steps(self, resource, current):
        _refuse_default(current, "state")
        return super().steps(resource, current)


class ConsumerGroup(Renamable):
    """A consumer group."""

    kind = "consumer_group"
    title = "consumer group"
    families = (subscription,)
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
    listing = Listing("QueryConsumerGroupList")
    details = (
        Detail("QueryConsumerGroupByGroupId", "Data"),
        # How it fares is nothing that a task could ask for.
        Detail("QueryConsumerGroupStatus", "", only_for=("backlog",), parse=_of_status),
    )
    create = Create("CreateConsumerGroup", outputs={"group_id": "GroupId"})
    changes = (Rename(),)
    delete = DeleteOwn("DeleteConsumerGroup")
    filters = ("name", "group_id")

    def resolve_references(self, reader, desired):
        resolved = super().resolve_references(reader, desired)
        for option in ("name", "renamed_from"):
            if resolved.get(option) == DEFAULT_GROUP:
                resolved[option] = CONSUMER_GROUPS.find(reader, DEFAULT_GROUP)["name"]
        return resolved


class ConsumerGroupReset(ActionEntry):
    """Drops the messages that wait for a consumer group."""

    families = (subscription,)
    fields = (
        Field("consumer_group", required=True, lookup=CONSUMER_GROUPS.find_id, resolves_to="group_id"),
        Field("group_id", computed=True),
    )
    summary = "The messages that wait for the consumer group would be dropped"

    def run_action(self, client, values):
        group = {"GroupId": values["group_id"]}
        waiting = _of_status(client.read("QueryConsumerGroupStatus", group))["backlog"]
        client.call("ResetConsumerGroupPosition", group)
        return {"group_id": values["group_id"], "dropped": waiting}
