# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages to devices (manual chapter 4.17)."""

from __future__ import annotations

import base64
import binascii
import contextlib
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import message, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import ApiAction, ChoiceAction
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import Mapping, TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, contains_pending
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model_data.command import QOS

#: The maximum size of a message and of a broadcast, in bytes.
MAX_BYTES = 256 * 1024
MAX_BROADCAST_BYTES = 64 * 1024

#: The maximum length of all user properties, keys and values, in characters.
MAX_USER_PROPERTIES_LENGTH = 8192

_DEFAULT_TIMEOUT_IN_MILLISECONDS = 5000

_TOPIC = Text(1, pattern=r"/?[^/\s#]+(/[^/\s#]+)*", hint="levels separated by slashes")
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
    """Return text as Base64."""
    return base64.b64encode(text.encode()).decode()


def decoded(text: str | None) -> dict:
    """Return the content of a Base64 message as ``payload_base64`` and, if it is UTF-8 text, as ``payload``."""
    content = {"payload_base64": text or ""}
    with contextlib.suppress(binascii.Error, UnicodeDecodeError):
        content["payload"] = base64.b64decode(text or "").decode()
    return content


def _rrpc_failure(response: dict) -> str:
    code = member(response, "RrpcCode")
    reasons = {
        "TIMEOUT": "the device did not respond before the timeout",
        "OFFLINE": "the device is offline",
        "HALFCONN": "the device has lost its connection",
    }
    return "" if code in (None, "SUCCESS") else reasons.get(code, "the request to the device failed") + f" ({code})"


class UserProperties(Mapping):
    """MQTT 5.0 user properties."""

    def __init__(self) -> None:
        super().__init__(Text(1), Text(1), maximum=20)

    def check(self, value: Any) -> str:
        problem = super().check(value)
        if problem:
            return problem
        length = sum(len(key) + len(text) for key, text in self.canonical(value).items())
        if length <= MAX_USER_PROPERTIES_LENGTH:
            return ""
        return f"must have at most {MAX_USER_PROPERTIES_LENGTH} characters in total, not {length}"


class Message(ChoiceAction):
    """Messages to one, several or all devices of a product, requests to a device, and its subscription to topics.

    Custom code: the size limit depends on the action, and some options are required or invalid only with some topics.
    """

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
            "A request would be sent to the device",
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
            verify=_rrpc_failure,
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
        Field("user_properties", type=UserProperties()),
        Field("content_type", type=Text(1)),
        Field("expires_in_seconds", type=Number(1)),
        Field("retained", type=Flag()),
    )

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        self._check_topics(params)
        self._check_payload(params)
        return super().perform(params, client, check_mode)

    def check_values(self, values: dict) -> None:
        for name in ("topic", "topics", "response_topic"):
            given = values.get(name) or []
            for topic in given if isinstance(given, list) else [given]:
                problem = "" if contains_pending(topic) else self._topic_problem(values, topic)
                if problem:
                    raise InvalidValue(f"{name} {problem}; {topic!r} does not", field=name)

    @staticmethod
    def _topic_problem(values: dict, topic: str) -> str:
        """Return why the action cannot use a topic. Products and devices can be pending."""
        action, levels, key = values["action"], topic.split("/"), values["product_key"]
        if action == "batch":
            return ""
        if action == "broadcast":
            prefix = ["", "broadcast", key]
            is_valid = levels[0] != "" or (len(levels) > len(prefix) and levels[: len(prefix)] == prefix)
            return "" if is_valid or key is PENDING else f"must start with /broadcast/{key}/ or without a slash"
        if levels[0]:
            return "" if levels[0] == "user" and len(levels) > 1 else "must be a custom topic such as user/get"
        # The topics of the devices of a cloud gateway have any format.
        if (action == "publish" and values.get("device")) or key is PENDING or levels[1] == key:
            return ""
        return f"must start with /{key}/, the ProductKey of {values['product']}, or be relative to the device"

    def prepare_values(self, values: dict) -> dict:
        prepared = dict(values)
        if values.get("payload") is not None:
            prepared["content"] = encoded(values["payload"])
        else:
            prepared["content"] = values.get("payload_base64")
        for name, full in (("topic", "full_topic"), ("response_topic", "full_response_topic")):
            prepared[full] = values.get(name) and self._full_topic(values, values[name])
        prepared["full_topics"] = [self._full_topic(values, topic) for topic in values.get("topics") or []]
        topic = values.get("topic") or ""
        # A full topic of the platform contains the device name; a topic of a device of a cloud gateway does not.
        prepared["gateway_device"] = values.get("device") if topic.startswith("/") else None
        prepared["short_topic"] = topic[len("user/") :] if topic.startswith("user/") else topic
        if topic:
            prepared["broadcast_topic"] = topic if topic[0] == "/" else f"/broadcast/{values['product_key']}/{topic}"
        prepared["timeout"] = values.get("answer_within_milliseconds", _DEFAULT_TIMEOUT_IN_MILLISECONDS)
        if values.get("correlation_data"):
            prepared["correlation_data_sent"] = encoded(values["correlation_data"])
        if values.get("user_properties"):
            texts = self.field("user_properties").type.canonical(values["user_properties"])
            prepared["user_properties_sent"] = [{"Key": key, "Value": text} for key, text in texts.items()]
        return prepared

    def _full_topic(self, values: dict, topic: str) -> str:
        if topic.startswith("/"):
            return topic
        return f"/{values['product_key']}/{values.get('device')}/{topic}"

    def _check_topics(self, params: dict) -> None:
        action = params["action"]
        if len(set(params.get("devices") or [])) < len(params.get("devices") or []):
            raise InvalidValue("devices contains a device twice", field="devices")
        if action == "batch" and (params.get("topic") or "").startswith("/"):
            raise InvalidValue(
                "topic must be relative to product and device with action: batch",
                field="topic",
                remedy="Set a topic such as user/get",
            )
        names = ("topic", "response_topic")
        relative = [name for name in names if params.get(name) and not params[name].startswith("/")]
        if action == "publish" and relative and not params.get("device"):
            raise InvalidValue(
                f"device must be set because {relative[0]} is relative to a device",
                field="device",
                remedy=f"Set device, or start {relative[0]} with a slash",
            )

    def _check_payload(self, params: dict) -> None:
        options = [name for name in _PAYLOAD if params.get(name) is not None]
        if params["action"] == "subscribe":
            return
        if len(options) != 1:
            raise InvalidValue("exactly one of payload and payload_base64 must be set", field="payload")
        option = options[0]
        try:
            size = len(
                params[option].encode() if option == "payload" else base64.b64decode(params[option], validate=True)
            )
        except binascii.Error:
            raise InvalidValue("payload_base64 must be valid Base64", field="payload_base64") from None
        if not size:
            raise InvalidValue(f"{option} must not be empty", field=option)
        limit = MAX_BROADCAST_BYTES if params["action"] == "broadcast" else MAX_BYTES
        if size > limit:
            raise InvalidValue(f"{option} must have at most {limit} bytes, not {size}", field=option)


class MessageInfo(ReportEntry):
    """A message that was sent to or by a device."""

    families = (message,)
    fields = (Field("message_id", type=Text(1), required=True),)

    def gather(self, reader: Reader, values: dict) -> dict:
        found = member(reader.read("QueryMessageInfo", {"UniMsgId": values["message_id"]}), "Message") or {}
        result = {
            "message_id": str(found.get("UniMsgId", values["message_id"])),
            "topic": found.get("TopicFullName", ""),
            "sent": found.get("GenerateTime"),
            **decoded(found.get("MessageContent")),
            "user_properties": {row["Key"]: row["Value"] for row in found.get("UserProperties") or []},
        }
        if found.get("TransformedMessageContent"):
            result["transformed"] = {
                "topic": found.get("TransformedTopicFullName", ""),
                **decoded(found["TransformedMessageContent"]),
            }
        return {"message": result}
