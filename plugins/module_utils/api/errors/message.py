# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of messages, topics and device shadows (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    THROTTLED,
    TRANSIENT,
    UNEXPLAINED,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.messagebroker.InvalidFormattedTopicName": (
            PERMANENT,
            "The topic has an invalid format",
            "Compare the topic with the topics on the page of the device in the console",
        ),
        "iot.messagebroker.CreateTopicRouteFailed": (
            PERMANENT,
            "The route between the topics could not be created",
            "Check the source topic and the destination topics",
        ),
        "iot.messagebroker.CreateTopicTemplateException": (
            PERMANENT, "An internal error occurred while creating the topic class", UNEXPLAINED,
        ),
        "iot.messagebroker.CreateTopicTemplateFailed": (PERMANENT, "The topic class could not be created", UNEXPLAINED),
        "iot.MessageBroker.BatchSubTopicFailed": (PERMANENT, "The topics could not be subscribed to in bulk", "Specify at least one topic"),
        "iot.MessageBroker.EmptySubTopicList": (PERMANENT, "The list of topics to subscribe to is empty", "Specify at least one topic"),
        "iot.messagebroker.DeleteTopicTemplateException": (
            PERMANENT,
            "An internal error occurred while deleting the topic class",
            "Check the topic class ID",
        ),
        "iot.messagebroker.DeleteTopicTemplateFailed": (PERMANENT, "The topic class could not be deleted", UNEXPLAINED),
        "iot.messagebroker.DestTopicNameArraySizeIsLarge": (
            PERMANENT,
            "The source topic has too many destination topics",
            "Specify at most 100 destination topics per source topic",
        ),
        "iot.messagebroker.DeleteTopicRouteFailed": (
            PERMANENT,
            "The route between the topics could not be deleted",
            "Check the source topic and the destination topics",
        ),
        "iot.messagebroker.DesireInfoInShadowMessageIsNotJson": (
            PERMANENT, "The desire part of the device shadow is not JSON", "Specify desire as a JSON object",
        ),
        "iot.messagebroker.DesireValueIsNullInShadowMessage": (
            PERMANENT, "The desire part of the device shadow has no value", "Specify a value for desire",
        ),
        "iot.messagebroker.ElementKeyOrValueIsNullInDesire": (
            PERMANENT,
            "A property in desire has an empty identifier or value",
            "Specify an identifier and a value for every property in desire",
        ),
        "iot.messagebroker.ElementKeyOrValueIsNullInReport": (
            PERMANENT,
            "A property in report has an empty identifier or value",
            "Specify an identifier and a value for every property in report",
        ),
        "iot.messagebroker.HALFCONN": (
            PERMANENT,
            "The connection of the device is half open",
            "Check the connection of the device, and retry when the device is online",
        ),
        "iot.messagebroker.InvalidFormattedSrcTopicName": (
            PERMANENT,
            "The name of the source topic has an invalid format",
            "Compare the name with the topics on the page of the device in the console",
        ),
        "iot.messagebroker.InvalidFormattedTopicTemplateId": (
            PERMANENT, "The topic class ID has an invalid format", "Read the TopicId with QueryProductTopic",
        ),
        "iot.messagebroker.InvalidTimeoutValue": (PERMANENT, "The timeout is invalid", "Specify a timeout within the documented range"),
        "iot.messagebroker.InvalidTopicTemplateOperationValue": (
            PERMANENT, "The operation permission of the topic class is invalid", "Specify SUB, PUB or ALL",
        ),
        "iot.messagebroker.InvalidVersionValueInShadowMessage": (
            PERMANENT, "The version in the device shadow is invalid", "Specify a valid version",
        ),
        "iot.messagebroker.MethodValueIsNotUpdate": (PERMANENT, "The method in the device shadow is not update", "Set method to update"),
        "iot.messagebroker.MessageContentIsNotBase64Encode": (
            PERMANENT, "The message content is not encoded in Base64", "Encode the content in Base64",
        ),
        "iot.messagebroker.NoneElementInDesire": (
            PERMANENT, "The desire part has no properties", "Specify at least one property in desire",
        ),
        "iot.messagebroker.NoneElementInReport": (
            PERMANENT, "The report part has no properties", "Specify at least one property in report",
        ),
        "iot.messagebroker.NoneElementDestTopicNameInArray": (
            PERMANENT, "The list of destination topics is empty", "Specify at least one destination topic",
        ),
        "iot.messagebroker.NotFoundDesireInShadowMessage": (
            PERMANENT, "The state of the device shadow has no desire part", "Add desire to state",
        ),
        "iot.messagebroker.NotFoundMethodInShadowMessage": (
            PERMANENT, "The device shadow has no method", "Add method to the shadow document",
        ),
        "iot.messagebroker.NotFoundReportInShadowMessage": (
            PERMANENT, "The device shadow has no report part", "Add report to the shadow document",
        ),
        "iot.messagebroker.NotFoundStateInShadowMessage": (PERMANENT, "The device shadow has no state", "Add state to the shadow document"),
        "iot.messagebroker.NotFoundVersionOrNullVersionValue": (PERMANENT, "The version is missing or empty", "Specify the version"),
        "iot.messagebroker.NotMatchedProductKeyWithSrcTopicOwner": (
            PERMANENT,
            "The product of the source topic does not belong to this account",
            "Use a topic of a product of this account",
        ),
        "iot.messagebroker.NullMessageContent": (PERMANENT, "The message content is empty", "Specify the message content"),
        "iot.messagebroker.NullShadowMessage": (PERMANENT, "The device shadow content is empty", "Specify a shadow document"),
        "iot.messagebroker.NullSrcTopicName": (PERMANENT, "The name of the source topic is empty", "Specify the name of the source topic"),
        "iot.messagebroker.NullTopicTemplateId": (PERMANENT, "The topic class ID is empty", "Specify the ID of the topic class"),
        "iot.messagebroker.NullTopicTemplateOperation": (
            PERMANENT, "The operation permission of the topic class is empty", "Specify SUB, PUB or ALL",
        ),
        "iot.messagebroker.OFFLINE": (PERMANENT, "The device is offline", "Connect the device, then retry"),
        "iot.messagebroker.PublishMessageException": (
            PERMANENT,
            "An internal error occurred while sending the message",
            "Check the parameters",
        ),
        "iot.messagebroker.PublishMessageFailed": (PERMANENT, "The message could not be sent", UNEXPLAINED),
        "iot.messagebroker.QueryDeviceShadowActionError": (PERMANENT, "The device shadow could not be read", UNEXPLAINED),
        "iot.messagebroker.QueryProductTopicListActionError": (PERMANENT, "The topic classes could not be listed", UNEXPLAINED),
        "iot.messageborker.QueryTopicReverseRouteTableListActionError": (
            PERMANENT, "The source topics that are routed to this topic could not be listed", UNEXPLAINED,
        ),
        "iot.messageborker.QueryTopicRouteTableListActionError": (PERMANENT, "The message routes could not be listed", UNEXPLAINED),
        "iot.messagebroker.QueryTopicTemplateActionError": (PERMANENT, "The topic class could not be read", UNEXPLAINED),
        "iot.messagebroker.QueryTopicTemplateException": (
            PERMANENT, "An internal error occurred while reading the topic class", UNEXPLAINED,
        ),
        "iot.messagebroker.RateLimit": (
            THROTTLED, "The platform rejected the request because of rate limiting", "Send fewer requests per second",
        ),
        "iot.messagebroker.ReportInShadowMessageIsNotJson": (
            PERMANENT, "The report part of the device shadow's state is not JSON", "Specify report as a JSON object",
        ),
        "iot.messagebroker.RrpcException": (PERMANENT, "An internal error occurred while sending the RRPC message", "Check the parameters"),
        "iot.messagebroker.RrpcFailed": (PERMANENT, "The RRPC message could not be sent", UNEXPLAINED),
        "iot.messagebroker.ShadowMessageIsNotJson": (PERMANENT, "The device shadow is not JSON", "Specify the shadow document as JSON"),
        "iot.messagebroker.ShadowMessageLengthIsLarge": (
            PERMANENT, "The device shadow is too large", "Reduce the shadow document to at most 16 KB",
        ),
        "iot.messagebroker.TIMEOUT": (TRANSIENT, "The request timed out", "Retry later"),
        "iot.messagebroker.TooManyElementInDesire": (
            PERMANENT,
            "The desire part has too many properties",
            "Reduce the shadow document to at most 128 properties",
        ),
        "iot.messagebroker.TooManyElementInReport": (
            PERMANENT,
            "The report part has too many properties",
            "Reduce the shadow document to at most 128 properties",
        ),
        "iot.messagebroker.TopicAlreadyFound": (EXISTS, "The product already has a topic class with this name", "Choose another name"),
        "iot.messagebroker.TopicTemplateCountExceedMax": (
            PERMANENT,
            "The product already has the maximum of 50 topic classes",
            "Delete a topic class that you no longer need",
        ),
        "iot.messagebroker.TopicTemplateIsNotFound": (
            NOT_FOUND, "The topic class does not exist", "List the topic classes of the product with QueryProductTopic",
        ),
        "iot.messagebroker.UpdateDeviceShadowMessageFailed": (
            PERMANENT, "The device shadow could not be updated", "Check the device and the shadow document",
        ),
        "iot.messagebroker.UpdateTopicTemplateException": (
            PERMANENT, "An internal error occurred while updating the topic class", UNEXPLAINED,
        ),
        "iot.messagebroker.UpdateTopicTemplateFailed": (PERMANENT, "The topic class could not be updated", UNEXPLAINED),
        "iot.messagebroker.TooManyUserProperties": (
            PERMANENT, "The MQTT 5.0 message has more than 20 user properties", "Send at most 20 user properties",
        ),
        "iot.messagebroker.UserPropertyListExceedMaxLength": (
            PERMANENT,
            "The MQTT 5.0 user properties have more than 8192 characters in total",
            "Shorten the user properties, or send fewer",
        ),
        "iot.messagebroker.InvalidUserProperty": (
            PERMANENT, "An MQTT 5.0 user property has an invalid format", "Correct the user properties",
        ),
        "iot.messagebroker.CorrelationDataNotBase64Encode": (
            PERMANENT,
            "The MQTT 5.0 correlation data is not encoded in Base64",
            "Encode the correlation data in Base64",
        ),
        "iot.messagebroker.NullCorrelationData": (PERMANENT, "The MQTT 5.0 correlation data is empty", "Specify the correlation data"),
        "iot.messagebroker.CorrelationDataExceedMaxLength": (
            PERMANENT, "The MQTT 5.0 correlation data is longer than 128 characters", "Shorten the correlation data",
        ),
        "iot.messagebroker.InvalidMqttResponseTopic": (
            PERMANENT, "The MQTT 5.0 response topic is invalid", "Specify a valid response topic",
        ),
    }
)
