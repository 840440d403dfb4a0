# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Server-side subscriptions: which messages of a product's devices are pushed to which receivers (manual chapter 4.18).

A product has at most one subscription of each type. AMQP subscriptions queue messages for consumer groups.
Messages of subscriptions to a queue of Message Service (MNS) are recorded, but the emulator does not send them.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
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
    mns_configuration TEXT,  -- as in the request; only for type MNS
    device_data INTEGER NOT NULL,  -- this and the following columns: whether messages of the type are pushed
    device_status_change INTEGER NOT NULL,
    device_topo_life_cycle INTEGER NOT NULL,
    found_device_list INTEGER NOT NULL,
    thing_history INTEGER NOT NULL,
    device_life_cycle INTEGER NOT NULL,
    ota_event INTEGER NOT NULL,
    device_tag INTEGER NOT NULL,
    ota_version INTEGER NOT NULL,
    ota_job INTEGER NOT NULL,
    other_flags TEXT,  -- SubscribeFlags as in the request: message types that no device of the emulator sends
    PRIMARY KEY (product_key, type)
);
CREATE TABLE IF NOT EXISTS subscription_group (
    product_key TEXT NOT NULL,
    type TEXT NOT NULL DEFAULT 'AMQP',  -- subscriptions of other types have no groups
    group_id TEXT NOT NULL REFERENCES consumer_group,
    PRIMARY KEY (product_key, type, group_id),
    FOREIGN KEY (product_key, type) REFERENCES subscription ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS subscription_group_by_group ON subscription_group (group_id);
"""

# Types of subscriptions.
AMQP = "AMQP"
MNS = "MNS"

#: Maximum number of consumer groups of a subscription, and of products whose subscriptions use the same group. The
#: manual has error codes for exceeding them, but no numbers.
MAX_GROUPS = 10
MAX_PRODUCTS = 1000

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
_GATEWAY_MESSAGE_TYPES = (DEVICE_TOPO_LIFE_CYCLE, FOUND_DEVICE_LIST)
# Members of SubscribeFlags: messages of cloud gateways with the JT/T 808 protocol, and of video streams.
_OTHER_FLAGS = ("jt808DeviceDataFlag", "lvDeviceStatusFlag")
_AMQP_MESSAGE_TYPES = (DEVICE_TAG, OTA_VERSION, OTA_JOB)

_GATEWAY_NODE_TYPE = 1  # NodeType of a gateway product


def subscribed_groups(ctx: Context, product_key: str, message_type: str) -> list[str]:
    """Return the ids of the consumer groups that receive messages of a type from a product's devices.

    Raises:
        ValueError: ``message_type`` is not a constant of ``message_types``.
    """
    _check_message_type(message_type)
    groups = ctx.store.rows(
        "SELECT group_id FROM subscription JOIN subscription_group USING (product_key, type) "
        f"WHERE product_key = ? AND type = ? AND {message_type} ORDER BY subscription_group.rowid",
        product_key,
        AMQP,
    )
    return [group["group_id"] for group in groups]


def mns_configuration(ctx: Context, product_key: str, message_type: str) -> str | None:
    """Return the configuration of the MNS queue that receives messages of a type from a product's devices, if any.

    Raises:
        ValueError: ``message_type`` is not a constant of ``message_types``.
    """
    _check_message_type(message_type)
    subscription = ctx.store.one("subscription", product_key=product_key, type=MNS)
    return subscription["mns_configuration"] if subscription and subscription[message_type] else None


def _check_message_type(message_type: str) -> None:
    if message_type not in _FLAGS.values():
        raise ValueError(f"unknown message type: {message_type}")


@operation
def create_subscribe_relation(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.18.1: Create the product's subscription of a type, or replace the existing one.

    Without ``Type``, the type is MNS if ``MnsConfiguration`` is present, otherwise AMQP.
    """
    product = find_product(ctx, p["ProductKey"])
    kind = p.get("Type") or (MNS if p.get("MnsConfiguration") else AMQP)
    _set_subscription(ctx, product, kind, p)


@operation
def update_subscribe_relation(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.18.2: Replace a subscription. Absent flags become false."""
    subscription = _find_subscription(ctx, p["ProductKey"], p["Type"])
    _set_subscription(ctx, find_product(ctx, subscription["product_key"]), subscription["type"], p)


@operation
def query_subscribe_relation(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.18.3: Read a subscription."""
    subscription = _find_subscription(ctx, p["ProductKey"], p["Type"])
    reply = {
        "ProductKey": subscription["product_key"],
        "Type": subscription["type"],
        **{flag: bool(subscription[message_type]) for flag, message_type in _FLAGS.items()},
    }
    if subscription["type"] == AMQP:
        reply["ConsumerGroupIds"] = _group_ids(ctx, subscription)
    else:
        reply["MnsConfiguration"] = subscription["mns_configuration"]
    if subscription["other_flags"]:
        reply["SubscribeFlags"] = subscription["other_flags"]
    return reply


@operation
def delete_subscribe_relation(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.18.4: Delete a subscription. Consumer groups still receive messages that are already queued."""
    subscription = _find_subscription(ctx, p["ProductKey"], p["Type"])
    ctx.store.delete("subscription", product_key=subscription["product_key"], type=subscription["type"])


@operation
def create_consumer_group_subscribe_relation(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.18.12: Add a consumer group to a subscription. Do nothing if it is already in it."""
    subscription = _find_subscription(ctx, p["ProductKey"], AMQP)
    group = find_consumer_group(ctx, p["ConsumerGroupId"])
    existing = _group_ids(ctx, subscription)
    if group["group_id"] not in existing:
        _set_groups(ctx, subscription["product_key"], [*existing, group["group_id"]])


@operation
def delete_consumer_group_subscribe_relation(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.18.13: Remove a consumer group from a subscription, unless it is the last one."""
    subscription = _find_subscription(ctx, p["ProductKey"], AMQP)
    group = find_consumer_group(ctx, p["ConsumerGroupId"])
    existing = _group_ids(ctx, subscription)
    if group["group_id"] not in existing:
        message = "The consumer group is not in the subscription"
        raise ApiError("iot.consumer.group.ConsumerGroupNotExist", message)
    if len(existing) == 1:
        message = "The last consumer group of a subscription cannot be removed: delete the subscription instead"
        raise ApiError("iot.consumer.group.InvalidConsumerGroup", message)
    ctx.store.delete("subscription_group", product_key=subscription["product_key"], group_id=group["group_id"])


def _find_subscription(ctx: Context, product_key: str, kind: str) -> Row:
    """Return the row of a product's subscription of a type. Raise ApiError if it does not exist."""
    find_product(ctx, product_key)
    _check_type(kind)
    subscription = ctx.store.one("subscription", product_key=product_key, type=kind)
    if subscription is None:
        raise ApiError("iot.consumer.group.SubscribeNotExist")
    return subscription


def _check_type(kind: str) -> None:
    if kind not in (AMQP, MNS):
        raise ApiError("iot.consumer.group.InvalidSubscribeType")


def _set_subscription(ctx: Context, product: Row, kind: str, p: dict[str, Any]) -> None:
    """Create or replace a product's subscription of a type. Raise ApiError if a parameter is invalid."""
    _check_type(kind)
    flags = _parse_flags(product, kind, p)
    other_flags = _parse_other_flags(p)
    if not any((*flags.values(), *other_flags.values())):
        raise ApiError("iot.consumer.group.CallbackTypeEmpty")
    ctx.store.put(
        "subscription",
        ("product_key", "type"),
        product_key=product["product_key"],
        type=kind,
        mns_configuration=_parse_mns_configuration(p) if kind == MNS else None,
        other_flags=p["SubscribeFlags"] if other_flags else None,
        **flags,
    )
    if kind == AMQP:
        _set_groups(ctx, product["product_key"], _parse_groups(ctx, p))


def _parse_flags(product: Row, kind: str, p: dict[str, Any]) -> dict[str, bool]:
    """Return the message type flags of a request.

    Flags that the product or the subscription type does not support are false.
    """
    flags = {message_type: p.get(flag, False) for flag, message_type in _FLAGS.items()}
    if product["node_type"] != _GATEWAY_NODE_TYPE:
        flags.update(dict.fromkeys(_GATEWAY_MESSAGE_TYPES, False))
    if kind != AMQP:
        flags.update(dict.fromkeys(_AMQP_MESSAGE_TYPES, False))
    return flags


def _parse_other_flags(p: dict[str, Any]) -> dict[str, bool]:
    """Return the members of SubscribeFlags. Raise ApiError if it is not a JSON object or has unknown members."""
    flags = configuration.parse_object(p.get("SubscribeFlags") or "{}")
    if flags is None or not all(name in _OTHER_FLAGS and isinstance(flag, bool) for name, flag in flags.items()):
        message = f"SubscribeFlags must be a JSON object with the booleans {' and '.join(_OTHER_FLAGS)}"
        raise ApiError("iot.common.InvalidFormattedParameter", message)
    return flags


def _parse_groups(ctx: Context, p: dict[str, Any]) -> list[str]:
    """Return the ids of the consumer groups in a request without duplicates.

    Raises:
        ApiError: the request has no groups, or a group does not exist.
    """
    if not p.get("ConsumerGroupIds"):
        raise ApiError("iot.consumer.group.InvalidConsumerGroupId", "ConsumerGroupIds is missing")
    return [find_consumer_group(ctx, group_id)["group_id"] for group_id in dict.fromkeys(p["ConsumerGroupIds"])]


def _parse_mns_configuration(p: dict[str, Any]) -> str:
    """Return the MNS queue configuration of a request as it was sent.

    Raises:
        ApiError: the configuration is missing or invalid.
    """
    text = p.get("MnsConfiguration")
    if not text:
        raise ApiError("iot.common.InvalidFormattedParameter", "Type MNS requires MnsConfiguration")
    settings = configuration.parse_object(text)
    if settings is None:
        raise ApiError("iot.common.InvalidFormattedParameter", "MnsConfiguration must be a JSON object")
    if not configuration.is_non_blank(settings.get("queueName")):
        raise ApiError("iot.common.InvalidFormattedParameter", "queueName in MnsConfiguration is required")
    if not configuration.is_region(settings.get("regionName")):
        raise ApiError("iot.common.InvalidFormattedParameter", "regionName in MnsConfiguration must be a region id")
    role = settings.get("role")
    if not (isinstance(role, dict) and configuration.is_non_blank(role.get("roleName"))):
        raise ApiError(
            "iot.consumer.group.MnsCheckFailed", "role in MnsConfiguration must be an object with roleArn and roleName"
        )
    if not configuration.is_role_arn(role.get("roleArn")):
        raise ApiError("iot.consumer.group.MnsCheckFailed", "roleArn in MnsConfiguration must be the ARN of a RAM role")
    return text


def _group_ids(ctx: Context, subscription: Row) -> list[str]:
    groups = ctx.store.all("subscription_group", product_key=subscription["product_key"])
    return [group["group_id"] for group in groups]


def _set_groups(ctx: Context, product_key: str, groups: list[str]) -> None:
    """Replace the consumer groups of a product's AMQP subscription; the order is kept."""
    if len(groups) > MAX_GROUPS:
        raise ApiError("iot.consumer.group.ConsumerGroupExceedsLimit")
    ctx.store.delete("subscription_group", product_key=product_key)
    for group_id in groups:
        if ctx.store.count("subscription_group", group_id=group_id) >= MAX_PRODUCTS:
            raise ApiError("iot.consumer.group.ProductKeyExceedsLimit")
        ctx.store.insert("subscription_group", product_key=product_key, group_id=group_id)
