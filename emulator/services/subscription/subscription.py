# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Server-side subscriptions: which messages of a product's devices are pushed where (the manual's chapter 4.18).

A product has one subscription of each type at most. Those over AMQP keep messages for consumer groups; those to a queue
of Message Service (MNS) are kept and handed out, but there is no such queue here that messages could go to.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing.message_types import (
    DEVICE_DATA,
    DEVICE_LIFE_CYCLE,
    DEVICE_STATUS_CHANGE,
    DEVICE_TAG,
    DEVICE_TOPO_LIFE_CYCLE,
    FOUND_DEVICE_LIST,
    OTA_EVENT,
    OTA_JOB,
    OTA_VERSION,
    THING_HISTORY,
)
from ansible_collections.iotops.aliyun.emulator.services.common import configuration
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_group import find_consumer_group

TABLES = """
CREATE TABLE IF NOT EXISTS subscription (
    product_key TEXT NOT NULL REFERENCES product ON DELETE CASCADE,
    type TEXT NOT NULL,
    mns_configuration TEXT,  -- as written; of the type MNS only
    device_data INTEGER NOT NULL,  -- this and the following: a type of message, and whether it is pushed
    device_status_change INTEGER NOT NULL,
    device_topo_life_cycle INTEGER NOT NULL,
    found_device_list INTEGER NOT NULL,
    thing_history INTEGER NOT NULL,
    device_life_cycle INTEGER NOT NULL,
    ota_event INTEGER NOT NULL,
    device_tag INTEGER NOT NULL,
    ota_version INTEGER NOT NULL,
    ota_job INTEGER NOT NULL,
    other_flags TEXT,  -- as written: the types of messages that no device here sends
    PRIMARY KEY (product_key, type)
);
CREATE TABLE IF NOT EXISTS subscription_group (
    product_key TEXT NOT NULL,
    type TEXT NOT NULL DEFAULT 'AMQP',  -- no other type has groups
    group_id TEXT NOT NULL REFERENCES consumer_group,
    PRIMARY KEY (product_key, type, group_id),
    FOREIGN KEY (product_key, type) REFERENCES subscription ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS subscription_group_by_group ON subscription_group (group_id);
"""

# The types of a subscription.
AMQP = "AMQP"
MNS = "MNS"

#: The most consumer groups of one subscription, and the most products whose subscriptions have one group. The manual
#: has error codes for more of them, and does not say how many.
MOST_GROUPS = 10
MOST_PRODUCTS = 1000

_FLAGS = {
    "DeviceDataFlag": DEVICE_DATA,
    "DeviceStatusChangeFlag": DEVICE_STATUS_CHANGE,
    "DeviceTopoLifeCycleFlag": DEVICE_TOPO_LIFE_CYCLE,
    "FoundDeviceListFlag": FOUND_DEVICE_LIST,
    "ThingHistoryFlag": THING_HISTORY,
    "DeviceLifeCycleFlag": DEVICE_LIFE_CYCLE,
    "OtaEventFlag": OTA_EVENT,
    "DeviceTagFlag": DEVICE_TAG,
    "OtaVersionFlag": OTA_VERSION,
    "OtaJobFlag": OTA_JOB,
}
_OF_GATEWAYS = (DEVICE_TOPO_LIFE_CYCLE, FOUND_DEVICE_LIST)
# What SubscribeFlags can name: messages of cloud gateways of the protocol JT/T 808, and of video streams.
_OTHERS = ("jt808DeviceDataFlag", "lvDeviceStatusFlag")
_OVER_AMQP = (DEVICE_TAG, OTA_VERSION, OTA_JOB)

_GATEWAY = 1  # the NodeType


def subscribed_groups(ctx: Context, product_key: str, message_type: str) -> list[str]:
    """The ids of the consumer groups that get messages of a type from a product's devices.

    ``message_type`` is ``DEVICE_DATA`` or one of the constants after it.
    """
    if message_type not in _FLAGS.values():
        raise ValueError(f"there are no messages of the type {message_type}")
    groups = ctx.store.rows(
        "SELECT group_id FROM subscription JOIN subscription_group USING (product_key, type) "
        f"WHERE product_key = ? AND type = ? AND {message_type} ORDER BY subscription_group.rowid",
        product_key,
        AMQP,
    )
    return [group["group_id"] for group in groups]


@operation
def create_subscribe_relation(ctx: Context, p: dict[str, Any]) -> None:
    """4.18.1: the product's subscription of that type afterwards, whatever there was before.

    Without ``Type`` it is of the type whose parameters are given.
    """
    product = find_product(ctx, p["ProductKey"])
    kind = p.get("Type") or (MNS if p.get("MnsConfiguration") else AMQP)
    _put_subscription(ctx, product, kind, p)


@operation
def update_subscribe_relation(ctx: Context, p: dict[str, Any]) -> None:
    """4.18.2: replaces all of it; a flag that is not given becomes false."""
    subscription = _find_subscription(ctx, p["ProductKey"], p["Type"])
    _put_subscription(ctx, find_product(ctx, subscription["product_key"]), subscription["type"], p)


@operation
def query_subscribe_relation(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.18.3"""
    subscription = _find_subscription(ctx, p["ProductKey"], p["Type"])
    reply = {
        "ProductKey": subscription["product_key"],
        "Type": subscription["type"],
        **{flag: bool(subscription[message_type]) for flag, message_type in _FLAGS.items()},
    }
    if subscription["type"] == AMQP:
        reply["ConsumerGroupIds"] = _groups_of(ctx, subscription)
    else:
        reply["MnsConfiguration"] = subscription["mns_configuration"]
    if subscription["other_flags"]:
        reply["SubscribeFlags"] = subscription["other_flags"]
    return reply


@operation
def delete_subscribe_relation(ctx: Context, p: dict[str, Any]) -> None:
    """4.18.4: messages that wait already still reach their consumer groups."""
    subscription = _find_subscription(ctx, p["ProductKey"], p["Type"])
    ctx.store.delete("subscription", product_key=subscription["product_key"], type=subscription["type"])


@operation
def create_consumer_group_subscribe_relation(ctx: Context, p: dict[str, Any]) -> None:
    """4.18.12: a group that the subscription has already stays in it."""
    subscription = _find_subscription(ctx, p["ProductKey"], AMQP)
    group = find_consumer_group(ctx, p["ConsumerGroupId"])
    present = _groups_of(ctx, subscription)
    if group["group_id"] not in present:
        _put_groups(ctx, subscription["product_key"], [*present, group["group_id"]])


@operation
def delete_consumer_group_subscribe_relation(ctx: Context, p: dict[str, Any]) -> None:
    """4.18.13: the last group stays; only with the subscription it goes."""
    subscription = _find_subscription(ctx, p["ProductKey"], AMQP)
    group = find_consumer_group(ctx, p["ConsumerGroupId"])
    present = _groups_of(ctx, subscription)
    if group["group_id"] not in present:
        message = "The subscription does not have this consumer group"
        raise ApiError("iot.consumer.group.ConsumerGroupNotExist", message)
    if len(present) == 1:
        message = "The last consumer group of a subscription cannot be removed"
        raise ApiError("iot.consumer.group.InvalidConsumerGroup", message)
    ctx.store.delete("subscription_group", product_key=subscription["product_key"], group_id=group["group_id"])


def _find_subscription(ctx: Context, product_key: str, kind: str) -> Row:
    """The row of a product's subscription of a type. Raises ApiError where there is none."""
    find_product(ctx, product_key)
    _check_type(kind)
    subscription = ctx.store.one("subscription", product_key=product_key, type=kind)
    if subscription is None:
        raise ApiError("iot.consumer.group.SubscribeNotExist")
    return subscription


def _check_type(kind: str) -> None:
    if kind not in (AMQP, MNS):
        raise ApiError("iot.consumer.group.InvalidSubscribeType")


def _put_subscription(ctx: Context, product: Row, kind: str, p: dict[str, Any]) -> None:
    """Make a product's subscription what a call describes. Raises ApiError for what the platform does not take."""
    _check_type(kind)
    flags = _flags_given(product, kind, p)
    others = _others_given(p)
    if not any((*flags.values(), *others.values())):
        raise ApiError("iot.consumer.group.CallbackTypeEmpty")
    ctx.store.put(
        "subscription",
        ("product_key", "type"),
        product_key=product["product_key"],
        type=kind,
        mns_configuration=_mns_configuration_given(p) if kind == MNS else None,
        other_flags=p["SubscribeFlags"] if others else None,
        **flags,
    )
    if kind == AMQP:
        _put_groups(ctx, product["product_key"], _groups_given(ctx, p))


def _flags_given(product: Row, kind: str, p: dict[str, Any]) -> dict[str, bool]:
    """Which types of messages a call wants, without those that such a product or such a subscription cannot have."""
    flags = {message_type: p.get(flag, False) for flag, message_type in _FLAGS.items()}
    if product["node_type"] != _GATEWAY:
        flags.update(dict.fromkeys(_OF_GATEWAYS, False))
    if kind != AMQP:
        flags.update(dict.fromkeys(_OVER_AMQP, False))
    return flags


def _others_given(p: dict[str, Any]) -> dict[str, bool]:
    """What a call says in SubscribeFlags, a JSON object. Raises ApiError where it is none, or names something else."""
    flags = configuration.parse_object(p.get("SubscribeFlags") or "{}")
    if flags is None or not all(name in _OTHERS and isinstance(flag, bool) for name, flag in flags.items()):
        message = f"SubscribeFlags is a JSON object with {' and '.join(_OTHERS)}, which are true or false"
        raise ApiError("iot.common.InvalidFormattedParameter", message)
    return flags


def _groups_given(ctx: Context, p: dict[str, Any]) -> list[str]:
    """The consumer groups that a call names, each once. Raises an error where it names none, or one that is missing."""
    if not p.get("ConsumerGroupIds"):
        raise missing_parameter("ConsumerGroupIds")
    return [find_consumer_group(ctx, group_id)["group_id"] for group_id in dict.fromkeys(p["ConsumerGroupIds"])]


def _mns_configuration_given(p: dict[str, Any]) -> str:
    """The queue that a call names. Raises an error where it does not, or not so that messages could be sent there."""
    text = p.get("MnsConfiguration")
    if not text:
        raise missing_parameter("MnsConfiguration")
    settings = configuration.parse_object(text)
    if settings is None:
        raise ApiError("iot.common.InvalidFormattedParameter", "MnsConfiguration is a JSON object")
    if not configuration.is_non_blank(settings.get("queueName")):
        raise ApiError("iot.common.InvalidFormattedParameter", "MnsConfiguration needs queueName")
    if not configuration.is_region(settings.get("regionName")):
        raise ApiError("iot.common.InvalidFormattedParameter", "regionName is the ID of a region")
    role = settings.get("role")
    if not (isinstance(role, dict) and configuration.is_non_blank(role.get("roleName"))):
        raise ApiError("iot.consumer.group.MnsCheckFailed", "MnsConfiguration needs role, with roleArn and roleName")
    if not configuration.is_role_arn(role.get("roleArn")):
        raise ApiError("iot.consumer.group.MnsCheckFailed", "roleArn is not the ARN of a RAM role")
    return text


def _groups_of(ctx: Context, subscription: Row) -> list[str]:
    groups = ctx.store.all("subscription_group", product_key=subscription["product_key"])
    return [group["group_id"] for group in groups]


def _put_groups(ctx: Context, product_key: str, groups: list[str]) -> None:
    """Give a product's AMQP subscription these consumer groups and no others, in this order."""
    if len(groups) > MOST_GROUPS:
        raise ApiError("iot.consumer.group.ConsumerGroupExceedsLimit")
    ctx.store.delete("subscription_group", product_key=product_key)
    for group_id in groups:
        if ctx.store.count("subscription_group", group_id=group_id) >= MOST_PRODUCTS:
            raise ApiError("iot.consumer.group.ProductKeyExceedsLimit")
        ctx.store.insert("subscription_group", product_key=product_key, group_id=group_id)
