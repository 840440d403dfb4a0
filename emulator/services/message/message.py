# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Publish messages on custom topics to one device, to several or to all (manual chapter 4.17)."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.topics import custom_topic, filter_matches
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, trace
from ansible_collections.iotops.aliyun.emulator.routing.connection import check_connected, check_enabled
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.command import requested_qos
from ansible_collections.iotops.aliyun.emulator.services.topic.topic import find_topic_class

TABLES = """
-- The time of the last broadcast to the online devices of a product.
CREATE TABLE IF NOT EXISTS broadcast (
    product_key TEXT PRIMARY KEY REFERENCES product ON DELETE CASCADE,
    sent_at INTEGER NOT NULL
);
"""

#: The maximum length of a message in bytes.
MAX_MESSAGE_BYTES = 256 * 1024
MAX_BROADCAST_BYTES = 64 * 1024

#: The maximum number of devices that receive a broadcast on a topic.
MAX_BROADCAST_SUBSCRIBERS = 1000

# The minimum interval between broadcasts to all online devices, in milliseconds.
_BROADCAST_INTERVAL_MS = 60_000 // OPERATIONS["PubBroadcast"].per_minute_without["TopicFullName"]

_MAX_USER_PROPERTIES = 20
_MAX_USER_PROPERTIES_LENGTH = 8192  # characters, all keys and values together
_MAX_CORRELATION_DATA_LENGTH = 128  # characters

# The parameters for MQTT 5.0 message properties that are passed through without validation.
_MQTT_5_PARAMS = ("ContentType", "MessageExpiryInterval", "PayloadFormatIndicator", "Retained", "TopicAlias")

# The levels after the product key are free text.
_BROADCAST_TOPIC = re.compile(r"/broadcast/([A-Za-z0-9]+)(?:/[^/+#\s]+)+")

_INVALID_TOPIC = "iot.messagebroker.InvalidFormattedTopicName"


@operation
def pub(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.17.2: publish a message. The device receives it if it has subscribed to the topic."""
    content = decode_content(p["MessageContent"], MAX_MESSAGE_BYTES)
    find_product(ctx, p["ProductKey"])
    device = _find_receiver(ctx, p["ProductKey"], p["TopicFullName"])
    if p.get("DeviceName", device["device_name"]) != device["device_name"]:
        raise ApiError(_INVALID_TOPIC, "TopicFullName is not a topic of the device DeviceName")
    properties = _parse_mqtt_properties(p)
    if "ResponseTopic" in p:
        if not custom_topic(p["ResponseTopic"]):
            raise ApiError("iot.messagebroker.InvalidMqttResponseTopic")
        properties["ResponseTopic"] = p["ResponseTopic"]
    message_id = downlink.send(ctx, device, p["TopicFullName"], content, requested_qos(p), properties=properties)
    return {"MessageId": str(message_id)}


@operation(too_many="iot.device.TooManyDeviceNamesPerRequest")
def batch_pub(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.17.1: publish a message to several devices. If one of them is invalid, none receives it."""
    content = decode_content(p["MessageContent"], MAX_MESSAGE_BYTES)
    product_key = find_product(ctx, p["ProductKey"])["product_key"]
    names = p["DeviceName"]
    if len(set(names)) < len(names):
        raise ApiError("iot.common.InvalidFormattedParameter", "DeviceName contains a duplicate")
    qos = requested_qos(p)
    properties = _parse_mqtt_properties(p)
    for name in names:
        own = f"/{product_key}/{name}/user/"
        topic = own + p["TopicShortName"].removeprefix("user/")
        device = _find_receiver(ctx, product_key, topic, name)
        if p.get("ResponseTopicTemplateName"):
            properties["ResponseTopic"] = own + p["ResponseTopicTemplateName"].removeprefix("user/")
            if not custom_topic(properties["ResponseTopic"]):
                raise ApiError("iot.messagebroker.InvalidMqttResponseTopic")
        downlink.send(ctx, device, topic, content, qos, properties=properties)


@operation
def pub_broadcast(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.17.5: send a message to all online devices, or to online subscribers of a broadcast topic."""
    content = decode_content(p["MessageContent"], MAX_BROADCAST_BYTES)
    product_key = find_product(ctx, p["ProductKey"])["product_key"]
    topic = p.get("TopicFullName")
    message_id = trace.next_id(ctx)
    if topic:
        match = _BROADCAST_TOPIC.fullmatch(topic)
        if match is None or match[1] != product_key:
            raise ApiError(_INVALID_TOPIC, "TopicFullName must have the form /broadcast/{ProductKey}/…")
        receivers = _find_subscribers(ctx, product_key, topic)
    else:
        _check_broadcast_rate(ctx, product_key)
        receivers = ctx.store.all("device", product_key=product_key, online=1)
    trace.record(ctx, message_id, None, topic or f"/sys/{product_key}/+/broadcast/request/{message_id}", content)
    for device in receivers:
        own_topic = f"/sys/{product_key}/{device['device_name']}/broadcast/request/{message_id}"
        downlink.send(ctx, device, topic or own_topic, content, traced=False)
    return {"MessageId": message_id}


@operation
def query_message_info(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.17.3."""
    message = trace.find_message(ctx, p["UniMsgId"])
    if message is None:
        reason = "The message does not exist. Messages with QoS 0 are stored for one day, those with QoS 1 for 7 days"
        raise ApiError("iot.system.IllegalRequest", reason)
    user_properties, mqtt_properties = (
        json.loads(message[column]) if message[column] else None for column in ("user_properties", "mqtt_properties")
    )
    info = omit_none(
        UniMsgId=str(message["message_id"]),
        TopicFullName=message["topic"],
        MessageContent=base64.b64encode(payloads.from_columns(message)).decode(),
        GenerateTime=message["at"],
        UserProperties=user_properties,
        MqttProperties=[{"Key": name, "Value": _property_text(value)} for name, value in mqtt_properties.items()]
        if mqtt_properties
        else None,
        TransformedTopicFullName=message["transformed_topic"],
        TransformedMessageContent=message["transformed_content"],
    )
    return {"Message": info}


@operation(too_many="iot.MessageBroker.BatchSubTopicFailed")
def subscribe_topic(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.17.4: subscribe a device to topics. The device must be online."""
    device = find_device_by_name(ctx, find_product(ctx, p["ProductKey"])["product_key"], p["DeviceName"])
    if device["activated_at"] is None:
        raise ApiError("iot.device.InactiveDevice")
    check_connected(ctx, device)
    topics = [topic for topic in p["Topic"] if topic]
    if not topics:
        raise ApiError("iot.MessageBroker.EmptySubTopicList")
    for topic in topics:
        parts = custom_topic(topic)
        if parts is None or parts[:2] != (device["product_key"], device["device_name"]):
            raise ApiError(_INVALID_TOPIC, f"{topic} is not a custom topic of the device")
        _check_subscribable(ctx, topic)
        downlink.subscribe(ctx, device, topic)


@operation(too_many="iot.MessageBroker.BatchSubTopicFailed")
def unsubscribe_topic(ctx: Context, p: dict[str, Any]) -> Reply:
    """Unsubscribe a device from custom topics. Topics of other devices are returned as failures."""
    device = find_device_by_name(ctx, find_product(ctx, p["ProductKey"])["product_key"], p["DeviceName"])
    own = (device["product_key"], device["device_name"])
    failed = []
    for topic in p["Topic"]:
        parts = custom_topic(topic)
        if parts is None or parts[:2] != own:
            failed.append(topic)
        else:
            downlink.unsubscribe(ctx, device, topic)
    return {"FailureTopics": {"topic": failed}}


@operation
def query_device_sub_topic(ctx: Context, p: dict[str, Any]) -> Reply:
    """List the custom topics and broadcast topics that a device is subscribed to."""
    device = find_device_by_name(ctx, find_product(ctx, p["ProductKey"])["product_key"], p["DeviceName"])
    subscriptions = ctx.store.all("device_subscription", "subscribed_at, topic", iot_id=device["iot_id"])
    return {"TopicList": [{"TopicName": row["topic"], "Timestamp": row["subscribed_at"]} for row in subscriptions]}


def decode_content(text: str, max_bytes: int) -> bytes:
    """Decode the Base64 content of a message. Raise ApiError if it is not Base64 or longer than ``max_bytes``."""
    content = _decode_base64(text)
    if content is None:
        raise ApiError("iot.messagebroker.MessageContentIsNotBase64Encode")
    if len(content) > max_bytes:
        message = f"The message has {len(content)} bytes. The maximum is {max_bytes}"
        raise ApiError("iot.messagebroker.PublishMessageFailed", message)
    return content


def _find_receiver(ctx: Context, product_key: str, topic: str, device_name: str | None = None) -> Row:
    """Return the device that a custom topic belongs to.

    Raises:
        ApiError: The topic is not a custom topic of the device, the device is unknown or disabled, or it cannot
            subscribe to it.
    """
    parts = custom_topic(topic)
    if parts is None or parts.product_key != product_key or parts.device_name != (device_name or parts.device_name):
        raise ApiError(_INVALID_TOPIC)
    device = find_device_by_name(ctx, product_key, parts.device_name)
    check_enabled(device)
    _check_subscribable(ctx, topic)
    return device


def _check_subscribable(ctx: Context, topic: str) -> None:
    """Raise ApiError if the devices of the product cannot subscribe to the topic."""
    topic_class = find_topic_class(ctx, topic)
    if topic_class is None:
        raise ApiError("iot.messagebroker.TopicTemplateIsNotFound", f"The product has no topic class for {topic}")
    if topic_class["operation"] == "PUB":
        message = f"Devices can only publish on {topic}"
        raise ApiError("iot.messagebroker.PublishMessageFailed", message)


def _find_subscribers(ctx: Context, product_key: str, topic: str) -> list[Row]:
    """Return the online subscribers of a broadcast topic. If there are too many, the earliest ones are returned."""
    rows = ctx.store.rows(
        "SELECT device.*, topic FROM device_subscription JOIN device USING (iot_id) "
        "WHERE topic > ? AND topic < ? AND product_key = ? AND online ORDER BY device_subscription.rowid",
        f"{downlink.BROADCAST_PREFIX}{product_key}/",
        f"{downlink.BROADCAST_PREFIX}{product_key}0",  # "0" is the character after "/"
        product_key,
    )
    subscribers = {row["iot_id"]: row for row in rows if filter_matches(row["topic"], topic)}
    return list(subscribers.values())[:MAX_BROADCAST_SUBSCRIBERS]


def _check_broadcast_rate(ctx: Context, product_key: str) -> None:
    """Raise ApiError if the account sent a broadcast to all devices less than a minute ago; record this broadcast."""
    last = ctx.store.value("SELECT max(sent_at) FROM broadcast")
    if last is not None and ctx.now < last + _BROADCAST_INTERVAL_MS:
        message = "Only one broadcast per minute to all online devices is allowed. Retry later"
        raise ApiError("iot.messagebroker.RateLimit", message)
    ctx.store.put("broadcast", ("product_key",), product_key=product_key, sent_at=ctx.now)


def _parse_mqtt_properties(p: dict[str, Any]) -> dict[str, Any]:
    """Return the MQTT 5.0 message properties in a request. Raise ApiError if they are invalid."""
    properties = {name: p[name] for name in _MQTT_5_PARAMS if name in p}
    if properties.get("MessageExpiryInterval", 0) < 0:
        raise ApiError("iot.common.InvalidFormattedParameter", "MessageExpiryInterval must not be negative")
    if "CorrelationData" in p:
        properties["CorrelationData"] = _check_correlation_data(p["CorrelationData"])
    if p.get("UserProp"):
        properties["UserProp"] = _check_user_properties(p["UserProp"])
    return properties


def _check_correlation_data(text: str) -> str:
    if not text:
        raise ApiError("iot.messagebroker.NullCorrelationData")
    if _decode_base64(text) is None:
        raise ApiError("iot.messagebroker.CorrelationDataNotBase64Encode")
    if len(text) > _MAX_CORRELATION_DATA_LENGTH:
        raise ApiError("iot.messagebroker.CorrelationDataExceedMaxLength")
    return text


def _check_user_properties(properties: list[dict[str, str]]) -> list[dict[str, str]]:
    if len(properties) > _MAX_USER_PROPERTIES:
        raise ApiError("iot.messagebroker.TooManyUserProperties")
    if not all(one.get("Key") and one.get("Value") for one in properties):
        raise ApiError("iot.messagebroker.InvalidUserProperty", "Each user property must have Key and Value")
    if sum(len(one["Key"]) + len(one["Value"]) for one in properties) > _MAX_USER_PROPERTIES_LENGTH:
        raise ApiError("iot.messagebroker.UserPropertyListExceedMaxLength")
    return properties


def _property_text(value: Any) -> str:
    """Return the value of an MQTT 5.0 property as a string."""
    return value if isinstance(value, str) else payloads.to_json(value)


def _decode_base64(text: str) -> bytes | None:
    """Decode Base64 with or without padding. Return None if the text is not Base64."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except ValueError:
        return None
