# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Server-side subscriptions: message types of a product's devices, and their consumers (manual chapter 4.18)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Batch, Create, Delete, Entries, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ReferenceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.data_flow import PROCESSING, DataFlow, End
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, JsonText
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.cloud_services import find_problem
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import (
    comparable,
    without_added_members,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.lookup import CONSUMER_GROUPS

GATEWAY = "1"

#: The message types, with the flag that subscribes to each.
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
#: The message types of gateways, and the message types that only AMQP delivers. The platform ignores their flags for
#: other products and subscriptions, without an error.
GATEWAY_ONLY = ("device_topo_life_cycle", "found_device_list")
AMQP_ONLY = ("ota_version", "ota_job", "device_tag")

#: The option that each type of subscription requires. It is invalid for the other type.
_TARGET = {"amqp": "consumer_groups", "mns": "mns_configuration"}


class Queue(JsonText):
    """A queue of Message Service (MNS), with the RAM role that gives the platform access to it."""

    def check(self, value: dict) -> str:
        role = value.get("role")
        missing = [name for name in ("queueName", "regionName", "role") if not value.get(name)]
        if role:
            members = role if isinstance(role, dict) else {}
            missing += [f"role.{name}" for name in ("roleArn", "roleName") if not members.get(name)]
        if missing:
            return f"must have {', '.join(missing)}"
        problem = find_problem(value, ("queueName",))
        return problem and f"is invalid: {problem}"

    def to_option(self, value: Any) -> Any:
        return without_added_members(value)

    def canonical(self, value: dict | None) -> Any:
        return comparable(value or {})


def _check(desired: dict, current: dict) -> None:
    """Raise InvalidValue if the subscription would have no message type or no consumer."""
    after = {**current, **desired}
    if not any(after.get(name) for name in MESSAGES):
        raise InvalidValue(
            "a subscription must have at least one message type",
            field=next(iter(MESSAGES)),
            remedy=f"Set one of {', '.join(MESSAGES)} to true, or delete the subscription with state: absent",
        )
    target = _TARGET[after["type"]]
    if not after.get(target):
        raise InvalidValue(f"{target} must be set for a subscription of type {after['type']}", field=target)


class CreateSubscription(Create):
    """Creation of a subscription.

    Custom code: at least one message type and a consumer are required, although each option is optional.
    """

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        _check(desired, {})
        return super().steps(resource, desired)


class UpdateSubscription(Update):
    """Update of a subscription.

    Custom code: one request sets the whole subscription, except if only the consumer groups differ. These are added and
    removed one by one, and added first, because the last one cannot be removed.
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

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if changes:
            _check(desired, current)
        if set(changes) == set(self.groups.fields):
            return self.groups.steps(resource, desired, current)
        return super().steps(resource, desired, current)


def _flow_inputs(values: dict) -> Iterator[End]:
    """Yield the message types of a subscription."""
    names = [name.replace("_", " ") for name in MESSAGES if values.get(name)]
    if names:
        key = values["product_key"]
        yield End("messages", f"/{key}/{', '.join(names)}", "messages", owner=key)


def _flow_outputs(values: dict) -> Iterator[End]:
    """Yield the consumers of a subscription."""
    for group in values.get("consumer_groups") or ():
        yield End("consumer_group", str(group["group_id"]))
    if values.get("mns_configuration"):
        yield End("mns_queue", str(values["mns_configuration"].get("queueName") or ""), "Message Service queue")


class Subscription(Resource):
    """A subscription of a product, which can have one over AMQP and one to a queue of Message Service (MNS).

    Custom code: the API has no list of subscriptions, returns consumer groups without their names, and ignores flags of
    message types that are invalid for the product or for the type of the subscription.
    """

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
    create = CreateSubscription("CreateSubscribeRelation", outputs={})
    changes = (UpdateSubscription("UpdateSubscribeRelation", "consumer_groups", "mns_configuration", *MESSAGES),)
    delete = Delete("DeleteSubscribeRelation")
    flow = DataFlow(PROCESSING, _flow_inputs, _flow_outputs)
    filters = ("product", "type")
    required_filters = ("product",)

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        _check_type(desired)
        gateway_only = [name for name in GATEWAY_ONLY if desired.get(name)]
        key = resolved["product_key"]
        if gateway_only and key is not PENDING:
            node_types = {item["ProductKey"]: item.get("NodeType") for item in reader.pages("QueryProductList")}
            if str(node_types.get(key)) != GATEWAY:
                raise InvalidValue(
                    f"{gateway_only[0]} is valid only for gateways; {desired['product']} is not a product of gateways",
                    field=gateway_only[0],
                    remedy=f"Remove {gateway_only[0]}",
                )
        return resolved

    def read(self, reader: Reader, desired: dict, fields: set | None = None) -> dict | None:
        current = super().read(reader, desired, fields)
        if current and current.get("consumer_groups"):
            names = {row["GroupId"]: row["GroupName"] for row in reader.pages("QueryConsumerGroupList")}
            for group in current["consumer_groups"]:
                group["name"] = names.get(group["group_id"], group["group_id"])
        return current

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        # There is no list of subscriptions: read the one subscription that a product can have of each type.
        for kind in _TARGET:
            current = self.read(reader, {**desired, "type": kind})
            if current is not None:
                yield current


def _check_type(desired: dict) -> None:
    kind = desired.get("type")
    for other, target in _TARGET.items():
        if desired.get(target) and other != kind:
            raise InvalidValue(
                f"{target} is valid only for a subscription of type {other}, not {kind}",
                field=target,
                remedy=f"Remove {target}, or set type: {other}",
            )
    amqp_only = [name for name in AMQP_ONLY if desired.get(name)]
    if amqp_only and kind == "mns":
        raise InvalidValue(
            f"{amqp_only[0]} is valid only for a subscription of type amqp, not {kind}",
            field=amqp_only[0],
            remedy=f"Remove {amqp_only[0]}",
        )
