# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages (manual chapter 4.17)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, message, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, READ, SET, Operation

ERRORS = {**common.ERRORS, **device.ERRORS, **message.ERRORS, **product.ERRORS}

OPERATIONS = {
    "BatchPub": Operation(
        "4.17.1", CREATE, 50,
        (
            "DeviceName![] MessageContent! ProductKey! TopicShortName! ContentType CorrelationData "
            "MessageExpiryInterval:int PayloadFormatIndicator:int Qos:int ResponseTopicTemplateName Retained:bool "
            "TopicTemplateName UserProp[Key Value]"
        ),
        limits={"DeviceName": 100},
        sdk_only=(
            "ContentType", "CorrelationData", "MessageExpiryInterval", "PayloadFormatIndicator",
            "ResponseTopicTemplateName", "Retained", "TopicTemplateName", "UserProp",
        ),
    ),
    "Pub": Operation(
        "4.17.2", CREATE, 1600,
        (
            "MessageContent!@ ProductKey! TopicFullName! ContentType CorrelationData DeviceName "
            "MessageExpiryInterval:int PayloadFormatIndicator:int Qos:int ResponseTopic Retained:bool TopicAlias:int "
            "UserProp[Key Value]"
        ),
        response="MessageId",
        sdk_only=("ContentType", "MessageExpiryInterval", "PayloadFormatIndicator", "Retained", "TopicAlias"),
    ),
    "QueryMessageInfo": Operation(
        "4.17.3", READ, 10,
        "UniMsgId!",
        response=(
            "Message{GenerateTime:int MessageContent MqttProperties[Key Value] TopicFullName TransformedMessageContent "
            "TransformedTopicFullName UniMsgId UserProperties[Key Value]}"
        ),
    ),
    "SubscribeTopic": Operation(
        "4.17.4", SET, 10,
        "DeviceName! ProductKey! Topic![]",
        limits={"Topic": 10},
    ),
    "PubBroadcast": Operation(
        "4.17.5", CREATE, 1,
        "MessageContent! ProductKey! TopicFullName",
        response="MessageId:int",
        per_minute_without={"TopicFullName": 1},
    ),
    "RRpc": Operation(
        "4.17.6", CREATE, 1000,
        "DeviceName! ProductKey! RequestBase64Byte!@ Timeout!:int ContentType Topic",
        response="MessageId:int PayloadBase64Byte RrpcCode",
        sdk_only=("ContentType",),
    ),
}
