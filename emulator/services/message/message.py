# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages to devices on custom topics, to one, to some and to all (manual chapter 4.17)."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.topics import custom_topic, filter_matches
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, trace
from ansible_collections.iotops.aliyun.emulator.routing.connection import check_connected
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.command import requested_qos
from ansible_collections.iotops.aliyun.emulator.services.topic.topic import find_topic_class

TABLES = """
-- When a product's online devices last got a broadcast.
CREATE TABLE IF NOT EXISTS broadcast (
    product_key TEXT PRIMARY KEY REFERENCES product ON DELETE CASCADE,
    sent_at INTEGER NOT NULL
);
"""

#: The length of a message in bytes.
LONGEST = 256 * 1024
LONGEST_BROADCAST = 64 * 1024

#: The devices that subscribe to one broadcast topic.
MOST_SUBSCRIBERS = 1000

_BETWEEN_BROADCASTS = 60_000  # to all devices that are online, in milliseconds

_MOST_USER_PROPERTIES = 20
_LONGEST_USER_PROPERTIES = 8192  # characters in all
_LONGEST_CORRELATION_DATA = 128  # characters

# What a call can say of a message for MQTT 5.0, beside what is checked.
_OF_MQTT_5 = ("ContentType", "MessageExpiryInterval", "PayloadFormatIndicator", "Retained", "TopicAlias")

# What stands below the product is for the devices to say.
_BROADCAST_TOPIC = re.compile(r"/broadcast/([A-Za-z0-9]+)(?:/[^/+#\s]+)+")

_WRONG_TOPIC = "iot.messagebroker.InvalidFormattedTopicName"


@operation
def pub(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.17.2: the device gets it if it has subscribed to the topic."""
    content = content_given(p["MessageContent"], LONGEST)
    find_product(ctx, p["ProductKey"])
    device = _receiver(ctx, p["ProductKey"], p["TopicFullName"])
    if p.get("DeviceName", device["device_name"]) != device["device_name"]:
        raise ApiError(_WRONG_TOPIC, "TopicFullName is a topic of another device than DeviceName")
    properties = _properties_given(p)
    if "ResponseTopic" in p:
        if not custom_topic(p["ResponseTopic"]):
            raise ApiError("iot.messagebroker.InvalidMqttResponseTopic")
        properties["ResponseTopic"] = p["ResponseTopic"]
    message_id = downlink.send(ctx, device, p["TopicFullName"], content, requested_qos(p), properties=properties)
    return {"MessageId": str(message_id)}


@operation(too_many="iot.device.TooManyDeviceNamesPerRequest")
def batch_pub(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.17.1: all devices or none."""
    content = content_given(p["MessageContent"], LONGEST)
    product_key = find_product(ctx, p["ProductKey"])["product_key"]
    names = p["DeviceName"]
    if len(set(names)) < len(names):
        raise ApiError("iot.common.InvalidFormattedParameter", "DeviceName names a device twice")
    qos = requested_qos(p)
    properties = _properties_given(p)
    for name in names:
        own = f"/{product_key}/{name}/user/"
        topic = own + p["TopicShortName"].removeprefix("user/")
        device = _receiver(ctx, product_key, topic, name)
        if p.get("ResponseTopicTemplateName"):
            properties["ResponseTopic"] = own + p["ResponseTopicTemplateName"].removeprefix("user/")
            if not custom_topic(properties["ResponseTopic"]):
                raise ApiError("iot.messagebroker.InvalidMqttResponseTopic")
        downlink.send(ctx, device, topic, content, qos, properties=properties)


@operation
def pub_broadcast(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.17.5: to the devices that are online; with a topic, to those of them that have subscribed to it."""
    content = content_given(p["MessageContent"], LONGEST_BROADCAST)
    product_key = find_product(ctx, p["ProductKey"])["product_key"]
    topic = p.get("TopicFullName")
    message_id = trace.next_id(ctx)
    if topic:
        match = _BROADCAST_TOPIC.fullmatch(topic)
        if match is None or match[1] != product_key:
            raise ApiError(_WRONG_TOPIC, "A broadcast topic is /broadcast/{ProductKey}/…")
        receivers = _subscribers(ctx, product_key, topic)
    else:
        _count_broadcast(ctx, product_key)
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
        why = "There is no such message: those of QoS 0 are kept for a day, those of QoS 1 for 7 days"
        raise ApiError("iot.system.IllegalRequest", why)
    user_properties, mqtt_properties = (
        json.loads(message[column]) if message[column] else None for column in ("user_properties", "mqtt_properties")
    )
    written = omit_none(
        UniMsgId=str(message["message_id"]),
        TopicFullName=message["topic"],
        MessageContent=base64.b64encode(payloads.from_columns(message)).decode(),
        GenerateTime=message["at"],
        UserProperties=user_properties,
        MqttProperties=[{"Key": name, "Value": _shown(value)} for name, value in mqtt_properties.items()]
        if mqtt_properties
        else None,
        TransformedTopicFullName=message["transformed_topic"],
        TransformedMessageContent=message["transformed_content"],
    )
    return {"Message": written}


@operation(too_many="iot.MessageBroker.BatchSubTopicFailed")
def subscribe_topic(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.17.4: only for a device that is online."""
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
            raise ApiError(_WRONG_TOPIC, f"{topic} is no custom topic of the device")
        _check_receives(ctx, topic)
        downlink.subscribe(ctx, device, topic)


def content_given(text: str, longest: int) -> bytes:
    """The content of a call's message. Raises ApiError where it is not Base64, or too long."""
    content = _decoded(text)
    if content is None:
        raise ApiError("iot.messagebroker.MessageContentIsNotBase64Encode")
    if len(content) > longest:
        message = f"The message has {len(content)} bytes, more than {longest}"
        raise ApiError("iot.messagebroker.PublishMessageFailed", message)
    return content


def _receiver(ctx: Context, product_key: str, topic: str, device_name: str | None = None) -> Row:
    """The device whose custom topic it is. Raises ApiError where there is none, or it does not receive there."""
    parts = custom_topic(topic)
    if parts is None or parts.product_key != product_key or parts.device_name != (device_name or parts.device_name):
        raise ApiError(_WRONG_TOPIC)
    device = find_device_by_name(ctx, product_key, parts.device_name)
    _check_receives(ctx, topic)
    return device


def _check_receives(ctx: Context, topic: str) -> None:
    """Raise ApiError where devices of the product cannot subscribe to such a topic."""
    topic_class = find_topic_class(ctx, topic)
    if topic_class is None:
        raise ApiError("iot.messagebroker.TopicTemplatsNotFound", f"The product has no topic class for {topic}")
    if topic_class["operation"] == "PUB":
        message = f"Devices can only publish on {topic}"
        raise ApiError("iot.messagebroker.PublishMessageFailed", message)


def _subscribers(ctx: Context, product_key: str, topic: str) -> list[Row]:
    """The devices that are online and have subscribed to a broadcast topic, those that did so first."""
    rows = ctx.store.rows(
        "SELECT device.*, topic FROM device_subscription JOIN device USING (iot_id) "
        "WHERE topic > ? AND topic < ? AND product_key = ? AND online ORDER BY device_subscription.rowid",
        f"{downlink.BROADCAST_PREFIX}{product_key}/",
        f"{downlink.BROADCAST_PREFIX}{product_key}0",  # what follows the slash
        product_key,
    )
    found = {row["iot_id"]: row for row in rows if filter_matches(row["topic"], topic)}
    return list(found.values())[:MOST_SUBSCRIBERS]


def _count_broadcast(ctx: Context, product_key: str) -> None:
    """Raise ApiError where the account has broadcast to all devices less than a minute ago."""
    last = ctx.store.value("SELECT max(sent_at) FROM broadcast")
    if last is not None and ctx.now < last + _BETWEEN_BROADCASTS:
        message = "Devices that are online get one broadcast a minute"
        raise ApiError("iot.messagebroker.RateLimit", message)
    ctx.store.put("broadcast", ("product_key",), product_key=product_key, sent_at=ctx.now)


def _properties_given(p: dict[str, Any]) -> dict[str, Any]:
    """What a call says for MQTT 5.0. Raises ApiError where it cannot be said."""
    properties = {name: p[name] for name in _OF_MQTT_5 if name in p}
    if properties.get("MessageExpiryInterval", 0) < 0:
        raise ApiError("iot.common.InvalidFormattedParameter", "MessageExpiryInterval is a number of seconds")
    if "CorrelationData" in p:
        properties["CorrelationData"] = _correlation_data_given(p["CorrelationData"])
    if p.get("UserProp"):
        properties["UserProp"] = _user_properties_given(p["UserProp"])
    return properties


def _correlation_data_given(text: str) -> str:
    if not text:
        raise ApiError("iot.messagebroker.NullCorrelationData")
    if _decoded(text) is None:
        raise ApiError("iot.messagebroker.CorrelationDataNotBase64Encode")
    if len(text) > _LONGEST_CORRELATION_DATA:
        raise ApiError("iot.messagebroker.CorrelationDataExceedMaxLength")
    return text


def _user_properties_given(properties: list[dict[str, str]]) -> list[dict[str, str]]:
    if len(properties) > _MOST_USER_PROPERTIES:
        raise ApiError("iot.messagebroker.TooManyUserProperties")
    if not all(one.get("Key") and one.get("Value") for one in properties):
        raise ApiError("iot.messagebroker.InvalidUserProperty", "A user property has Key and Value")
    if sum(len(one["Key"]) + len(one["Value"]) for one in properties) > _LONGEST_USER_PROPERTIES:
        raise ApiError("iot.messagebroker.UserPropertyListExceedMaxLength")
    return properties


def _shown(value: Any) -> str:
    """A property of MQTT 5.0 as a text."""
    return value if isinstance(value, str) else payloads.to_json(value)


def _decoded(text: str) -> bytes | None:
    """What a text is in Base64, with or without what fills its end up; None where it is no Base64."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except ValueError:
        return None
