# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Server-side subscriptions: which messages of a product's devices are pushed where (the manual's chapter 4.18)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Create, Delete, Entries, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, JsonText, ReferenceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import comparable
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.consumer_group import CONSUMER_GROUPS

GATEWAY = "1"

#: The kinds of messages, by the flag that subscribes to each.
MESSAGES = {
    "device_data": "DeviceDataFlag",
    "device_status_change": "DeviceStatusChangeFlag",
    "device_life_cycle": "DeviceLifeCycleFlag",
    "device_topo_life_cycle": "DeviceTopoLifeCycleFlag",
    "found_device_list": "FoundDeviceListFlag",
    "thing_history": "ThingHistoryFlag",
    "ota_event": "OtaEventFlag",
    "ota_version": "OtaVersionFlag",
    "ota_job": "OtaJobFlag",
    "device_tag": "DeviceTagFlag",
}
#: Those that only gateways have, and those that only AMQP carries: the platform drops them from others without a word.
OF_GATEWAYS = ("device_topo_life_cycle", "found_device_list")
OVER_AMQP = ("ota_version", "ota_job", "device_tag")

#: What each type of subscription needs, and the other cannot have.
_TARGET = {"amqp": "consumer_groups", "mns": "mns_configuration"}


class Queue(JsonText):
    """A queue of Message Service, with the role by which the platform reaches it."""

    def check(self, value) -> str:
        role = value.get("role")
        missing = [name for name in ("queueName", "regionName", "role") if not value.get(name)]
        if role:
            named = role if isinstance(role, dict) else {}
            missing += [f"role.{name}" for name in ("roleArn", "roleName") if not named.get(name)]
        return f"lacks {', '.join(missing)}" if missing else ""

    def canonical(self, value):
        return comparable(value or {})


def _check(desired: dict, current: dict) -> None:
    """Raises InvalidValue where a subscription would be to nothing, or nowhere."""
    after = {**current, **desired}
    if not any(after.get(name) for name in MESSAGES):
        raise InvalidValue(
            "a subscription must be to one kind of messages at least",
            field=next(iter(MESSAGES)),
            remedy=f"Set one of {', '.join(MESSAGES)}, or take the subscription away with state: absent",
        )
    target = _TARGET[after["type"]]
    if not after.get(target):
        raise InvalidValue(f"{target} must be given to make an {after['type']} subscription", field=target)


class Subscribe(Create):
    """A subscription is made with all that it is."""

    def steps(self, resource, desired):
        _check(desired, {})
        return super().steps(resource, desired)


class Subscribed(Update):
    """A subscription changes as a whole, unless it is only about the consumer groups of one.

    These come and go one by one, and come first: the last one cannot go.
    """

    groups = Entries(
        "consumer_groups",
        add=Batch(
            "CreateConsumerGroupSubscribeRelation", lambda groups: {"ConsumerGroupId": groups[0]["group_id"]}, size=1
        ),
        remove=Batch(
            "DeleteConsumerGroupSubscribeRelation", lambda groups: {"ConsumerGroupId": groups[0]["group_id"]}, size=1
        ),
        never_empty=True,
    )

    def steps(self, resource, desired, current):
        changes = self.differences(resource, desired, current)
        if changes:
            _check(desired, current)
        if set(changes) == set(self.groups.fields):
            return self.groups.steps(resource, desired, current)
        return super().steps(resource, desired, current)


class Subscription(Resource):
    """A subscription of a product: one over AMQP and one to a queue of Message Service (MNS) at most."""

    kind = "subscription"
    title = "subscription"
    families = (subscription, product)
    key = ("product_key", "type")
    identity = {"ProductKey": "product_key", "Type": "type"}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("type", "Type", Choice({"amqp": "AMQP", "mns": "MNS"}), required=True),
        Field(
            "consumer_groups",
            "ConsumerGroupIds",
            ReferenceSet("group_id", minimum=1),
            lookup_each=CONSUMER_GROUPS.find,
            element="group",
            initial=[],
            purge=True,
        ),
        Field("mns_configuration", "MnsConfiguration", Queue(), initial={}),
        *(Field(name, flag, Flag(), initial=False) for name, flag in MESSAGES.items()),
    )
    details = (Detail("QuerySubscribeRelation", ""),)
    create = Subscribe("CreateSubscribeRelation", outputs={})
    changes = (Subscribed("UpdateSubscribeRelation", "consumer_groups", "mns_configuration", *MESSAGES),)
    delete = Delete("DeleteSubscribeRelation")
    filters = ("product", "type")
    required_filters = ("product",)

    def resolve_references(self, reader, desired):
        resolved = super().resolve_references(reader, desired)
        _check_type(desired)
        of_gateways = [name for name in OF_GATEWAYS if desired.get(name)]
        key = resolved["product_key"]
        if of_gateways and key is not PENDING:
            kinds = {item["ProductKey"]: item.get("NodeType") for item in reader.pages("QueryProductList")}
            if str(kinds.get(key)) != GATEWAY:
                raise InvalidValue(
                    f"{of_gateways[0]} is of gateways, and {desired['product']} is a product of none",
                    field=of_gateways[0],
                )
        return resolved

    def read(self, reader, desired, wanted=None):
        there = super().read(reader, desired, wanted)
        if there and there.get("consumer_groups"):
            names = {row["GroupId"]: row["GroupName"] for row in reader.pages("QueryConsumerGroupList")}
            for group in there["consumer_groups"]:
                group["name"] = names.get(group["group_id"], group["group_id"])
        return there

    def list_items(self, reader, desired):
        # There is no list of subscriptions: a product has one of each type, or has not.
        for kind in _TARGET:
            there = self.read(reader, {**desired, "type": kind})
            if there is not None:
                yield there


def _check_type(desired: dict) -> None:
    kind = desired.get("type")
    for other, target in _TARGET.items():
        if desired.get(target) and other != kind:
            raise InvalidValue(f"{target} is for a subscription of type {other}, not {kind}", field=target)
    over_amqp = [name for name in OVER_AMQP if desired.get(name)]
    if over_amqp and kind == "mns":
        raise InvalidValue(f"{over_amqp[0]} is for a subscription of type amqp", field=over_amqp[0])
