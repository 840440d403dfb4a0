# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages to devices (the manual's chapter 4.17)."""

from __future__ import annotations

import base64
import binascii
import contextlib

from ansible_collections.iotops.aliyun.plugins.module_utils.api import message, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import ApiAction, ChoiceAction
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import (
    Choice,
    Flag,
    Mapping,
    Number,
    Text,
    TextSet,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model_data.command import QOS

#: The most bytes of a message, and of one to all devices.
MOST = 256 * 1024
MOST_BROADCAST = 64 * 1024

_USUAL_TIMEOUT = 5000  # milliseconds

_TOPIC = Text(1, pattern=r"/?[^/\s#]+(/[^/\s#]+)*", hint="levels between slashes")
_MQTT5 = {
    "UserProp": "user_properties_sent",
    "CorrelationData": "correlation_data_sent",
    "ContentType": "content_type",
    "MessageExpiryInterval": "expires_in_seconds",
    "Retained": "retained",
}
_MQTT5_OPTIONS = ("user_properties", "correlation_data")
_PAYLOAD = ("payload", "payload_base64")


def encoded(text: str) -> str:
    """A text in Base64."""
    return base64.b64encode(text.encode()).decode()


def decoded(text) -> dict:
    """What a message in Base64 holds, as it is and, where it is one, as text."""
    told = {"payload_base64": text or ""}
    with contextlib.suppress(binascii.Error, UnicodeDecodeError):
        told["payload"] = base64.b64decode(text or "").decode()
    return told


def _no_answer(reply: dict) -> str:
    code = member(reply, "RrpcCode")
    words = {
        "TIMEOUT": "the device did not answer in time",
        "OFFLINE": "the device is offline",
        "HALFCONN": "the device has lost its connection",
    }
    return "" if code in (None, "SUCCESS") else words.get(code, "the device could not be asked") + f" ({code})"


class Message(ChoiceAction):
    """Sends a message to one device, some or all of a product, asks a device, or subscribes it to topics."""

    families = (message, product)
    api_actions = {
        "publish": ApiAction(
            "Pub",
            "The message would be published",
            {
                "ProductKey": "product_key",
                "TopicFullName": "full_topic",
                "DeviceName": "gateway_device",
                "MessageContent": "content",
                "Qos": "qos",
                "ResponseTopic": "full_response_topic",
                **_MQTT5,
            },
            required=("topic",),
            optional=("device", "response_topic", *_PAYLOAD, *_MQTT5_OPTIONS),
            returns={"message_id": ("MessageId", str)},
        ),
        "batch": ApiAction(
            "BatchPub",
            "The message would be published to the devices",
            {
                "ProductKey": "product_key",
                "DeviceName": "devices",
                "TopicShortName": "short_topic",
                "MessageContent": "content",
                "Qos": "qos",
                "ResponseTopicTemplateName": "response_topic",
                **_MQTT5,
            },
            required=("topic", "devices"),
            optional=(*_PAYLOAD, *_MQTT5_OPTIONS),
        ),
        "broadcast": ApiAction(
            "PubBroadcast",
            "The message would be broadcast",
            {"ProductKey": "product_key", "TopicFullName": "broadcast_topic", "MessageContent": "content"},
            optional=("topic", *_PAYLOAD),
            returns={"message_id": ("MessageId", str)},
        ),
        "rrpc": ApiAction(
            "RRpc",
            "The device would be asked",
            {
                "ProductKey": "product_key",
                "DeviceName": "device",
                "RequestBase64Byte": "content",
                "Timeout": "timeout",
                "Topic": "full_topic",
                "ContentType": "content_type",
            },
            required=("device",),
            optional=("topic", "answer_within_milliseconds", *_PAYLOAD),
            returns={
                "message_id": ("MessageId", str),
                "code": ("RrpcCode", str),
                "answer": ("PayloadBase64Byte", decoded),
            },
            verify=_no_answer,
        ),
        "subscribe": ApiAction(
            "SubscribeTopic",
            "The device would be subscribed to the topics",
            {"ProductKey": "product_key", "DeviceName": "device", "Topic": "full_topics"},
            required=("device", "topics"),
        ),
    }
    fields = (
        Field("action", type=Choice({word: word for word in api_actions}), required=True),
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("device", type=Text(1)),
        Field("devices", type=TextSet(DEVICE_NAME)),
        Field("topic", type=_TOPIC),
        Field("topics", type=TextSet(_TOPIC)),
        Field("payload", type=Text()),
        Field("payload_base64", type=Text()),
        Field("qos", type=QOS),
        Field("answer_within_milliseconds", type=Number(1000, 8000)),
        Field("response_topic", type=_TOPIC),
        Field("correlation_data", type=Text(1, 96)),
        Field("user_properties", type=Mapping(Text(1), Text(1), maximum=20)),
        Field("content_type", type=Text(1)),
        Field("expires_in_seconds", type=Number(1)),
        Field("retained", type=Flag()),
    )

    def perform(self, params, client, check_mode):
        self._check_topics(params)
        self._check_payload(params)
        return super().perform(params, client, check_mode)

    def prepare_values(self, values):
        prepared = dict(values)
        if values.get("payload") is not None:
            prepared["content"] = encoded(values["payload"])
        else:
            prepared["content"] = values.get("payload_base64")
        for name, full in (("topic", "full_topic"), ("response_topic", "full_response_topic")):
            prepared[full] = values.get(name) and self._full(values, values[name])
        prepared["full_topics"] = [self._full(values, topic) for topic in values.get("topics") or []]
        topic = values.get("topic") or ""
        # A topic of the platform tells the device; one of a cloud gateway's device does not.
        prepared["gateway_device"] = values.get("device") if topic.startswith("/") else None
        prepared["short_topic"] = topic[len("user/") :] if topic.startswith("user/") else topic
        if topic:
            prepared["broadcast_topic"] = topic if topic[0] == "/" else f"/broadcast/{values['product_key']}/{topic}"
        prepared["timeout"] = values.get("answer_within_milliseconds", _USUAL_TIMEOUT)
        if values.get("correlation_data"):
            prepared["correlation_data_sent"] = encoded(values["correlation_data"])
        if values.get("user_properties"):
            texts = self.field("user_properties").type.canonical(values["user_properties"])
            prepared["user_properties_sent"] = [{"Key": key, "Value": text} for key, text in texts.items()]
        return prepared

    def _full(self, values: dict, topic: str) -> str:
        if topic.startswith("/"):
            return topic
        return f"/{values['product_key']}/{values.get('device')}/{topic}"

    def _check_topics(self, params: dict) -> None:
        action = params["action"]
        if len(set(params.get("devices") or [])) < len(params.get("devices") or []):
            raise InvalidValue("devices names a device twice", field="devices")
        if action == "batch" and (params.get("topic") or "").startswith("/"):
            raise InvalidValue("topic must be one below product and device, such as user/get", field="topic")
        names = ("topic", "response_topic")
        below = [name for name in names if params.get(name) and not params[name].startswith("/")]
        if action == "publish" and below and not params.get("device"):
            raise InvalidValue(f"device must be given, as {below[0]} is one below it", field="device")

    def _check_payload(self, params: dict) -> None:
        given = [name for name in _PAYLOAD if params.get(name) is not None]
        if params["action"] == "subscribe":
            return
        if len(given) != 1:
            raise InvalidValue("either payload or payload_base64 must be given", field="payload")
        text = params[given[0]]
        try:
            size = len(text.encode() if given == ["payload"] else base64.b64decode(text, validate=True))
        except binascii.Error:
            raise InvalidValue("payload_base64 is not Base64", field="payload_base64") from None
        most = MOST_BROADCAST if params["action"] == "broadcast" else MOST
        if size > most:
            raise InvalidValue(f"{given[0]} takes at most {most} bytes, not {size}", field=given[0])


class MessageInfo(ReportEntry):
    """Tells a message that was sent to a device or by one."""

    families = (message,)
    fields = (Field("message_id", type=Text(1), required=True),)

    def gather(self, reader, values):
        found = member(reader.read("QueryMessageInfo", {"UniMsgId": values["message_id"]}), "Message") or {}
        told = {
            "message_id": str(found.get("UniMsgId", values["message_id"])),
            "topic": found.get("TopicFullName", ""),
            "sent": found.get("GenerateTime"),
            **decoded(found.get("MessageContent")),
            "user_properties": {row["Key"]: row["Value"] for row in found.get("UserProperties") or []},
        }
        if found.get("TransformedMessageContent"):
            told["transformed"] = {
                "topic": found.get("TransformedTopicFullName", ""),
                **decoded(found["TransformedMessageContent"]),
            }
        return {"message": told}
