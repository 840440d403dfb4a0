# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of messages, topics and shadows (the manual's chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    THROTTLED,
    TRANSIENT,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.messagebroker.InvalidFormattedTopicName": (
            PERMANENT, "The topic is malformed", "Compare it with the topic list on the device's page in the console",
        ),
        "iot.messagebroker.CreateTopicRouteFailed": (
            PERMANENT,
            "The route between the topics could not be created",
            "Check the source topic and the destination topics",
        ),
        "iot.messagebroker.CreateTopicTemplateException": (
            TRANSIENT, "The server hit an exception while creating the topic category", "Try again later",
        ),
        "iot.messagebroker.CreateTopicTemplateFailed": (
            TRANSIENT, "The topic category could not be created", "Try again later",
        ),
        "iot.MessageBroker.BatchSubTopicFailed": (
            PERMANENT, "Subscribing to the topics in bulk failed", "Pass a topic list that is not empty",
        ),
        "iot.MessageBroker.EmptySubTopicList": (
            PERMANENT, "The list of topics to subscribe to is empty", "Name at least one topic",
        ),
        "iot.messagebroker.DeleteTopicTemplateException": (
            TRANSIENT,
            "The server hit an exception while deleting the topic category",
            "Try again, and check the topic category ID if it keeps failing",
        ),
        "iot.messagebroker.DeleteTopicTemplateFailed": (
            TRANSIENT, "The topic category could not be deleted", "Try again later",
        ),
        "iot.messagebroker.DestTopicNameArraySizeIsLarge": (
            PERMANENT,
            "Too many destination topics are routed from one source topic",
            "Keep to at most 100 destination topics per source topic",
        ),
        "iot.messagebroker.DeleteTopicRouteFailed": (
            PERMANENT,
            "The route between the topics could not be deleted",
            "Check the source topic and the destination topics",
        ),
        "iot.messagebroker.DesireInfoInShadowMessageIsNotJson": (
            PERMANENT, "The desire part of the device shadow is not JSON", "Pass desire as a JSON object",
        ),
        "iot.messagebroker.DesireValueIsNullInShadowMessage": (
            PERMANENT, "The desire part of the device shadow has no value", "Give desire a value",
        ),
        "iot.messagebroker.ElementKeyOrValueIsNullInDesire": (
            PERMANENT,
            "A property in desire has an empty identifier or value",
            "Give every property in desire an identifier and a value",
        ),
        "iot.messagebroker.ElementKeyOrValueIsNullInReport": (
            PERMANENT,
            "A property in report has an empty identifier or value",
            "Give every property in report an identifier and a value",
        ),
        "iot.messagebroker.HALFCONN": (
            PERMANENT,
            "The device is only half connected",
            "Check the device's connection and try again once it is fully online",
        ),
        "iot.messagebroker.InvalidFormattedSrcTopicName": (
            PERMANENT,
            "The name of the source topic is malformed",
            "Compare it with the topic list on the device's page in the console",
        ),
        "iot.messagebroker.InvalidFormattedTopicTemplateId": (
            PERMANENT, "The topic category ID is malformed", "Take the TopicId from QueryProductTopic",
        ),
        "iot.messagebroker.InvalidTimeoutValue": (
            PERMANENT, "The timeout value is not valid", "See the API's documentation for the permitted range",
        ),
        "iot.messagebroker.InvalidTopicTemplateOperationValue": (
            PERMANENT, "The operation permission of the topic category is not valid", "Use SUB, PUB or ALL",
        ),
        "iot.messagebroker.InvalidVersionValueInShadowMessage": (
            PERMANENT, "The version in the device shadow is wrong", "Pass a valid version value",
        ),
        "iot.messagebroker.MethodValueIsNotUpdate": (
            PERMANENT, "The method in the device shadow is not update", "Set method to update",
        ),
        "iot.messagebroker.MessageContentIsNotBase64Encode": (
            PERMANENT, "The message content is not Base64", "Encode the content in Base64 before sending it",
        ),
        "iot.messagebroker.NoneElementInDesire": (
            PERMANENT, "The desire part holds no properties", "Put at least one property in desire",
        ),
        "iot.messagebroker.NoneElementInReport": (
            PERMANENT, "The report part holds no properties", "Put at least one property in report",
        ),
        "iot.messagebroker.NoneElementDestTopicNameInArray": (
            PERMANENT, "The list of destination topics is empty", "Name at least one destination topic",
        ),
        "iot.messagebroker.NotFoundDesireInShadowMessage": (
            PERMANENT, "The state of the device shadow lacks desire", "Add desire to state",
        ),
        "iot.messagebroker.NotFoundMethodInShadowMessage": (
            PERMANENT, "The device shadow lacks method", "Add method to the shadow document",
        ),
        "iot.messagebroker.NotFoundReportInShadowMessage": (
            PERMANENT, "The device shadow lacks report", "Add report to the shadow document",
        ),
        "iot.messagebroker.NotFoundStateInShadowMessage": (
            PERMANENT, "The device shadow lacks state", "Add state to the shadow document",
        ),
        "iot.messagebroker.NotFoundVersionOrNullVersionValue": (
            PERMANENT, "The version is missing or empty", "Pass a version value",
        ),
        "iot.messagebroker.NotMatchedProductKeyWithSrcTopicOwner": (
            PERMANENT,
            "The product of the source topic does not belong to this account",
            "Use a topic of a product that you own",
        ),
        "iot.messagebroker.NullMessageContent": (PERMANENT, "The message content is empty", "Pass some content"),
        "iot.messagebroker.NullShadowMessage": (
            PERMANENT, "The device shadow content is empty", "Pass a shadow document",
        ),
        "iot.messagebroker.NullSrcTopicName": (
            PERMANENT, "The name of the source topic is empty", "Name the source topic",
        ),
        "iot.messagebroker.NullTopicTemplateId": (
            PERMANENT, "The topic category ID is empty", "Pass the ID of the topic category",
        ),
        "iot.messagebroker.NullTopicTemplateOperation": (
            PERMANENT, "The operation permission of the topic category is empty", "Use SUB, PUB or ALL",
        ),
        "iot.messagebroker.OFFLINE": (PERMANENT, "The device is offline", "Bring the device online and try again"),
        "iot.messagebroker.PublishMessageException": (
            TRANSIENT,
            "The server hit an exception while sending the message",
            "Try again, and check the parameters if it keeps failing",
        ),
        "iot.messagebroker.PublishMessageFailed": (TRANSIENT, "The message could not be sent", "Try again later"),
        "iot.messagebroker.QueryDeviceShadowActionError": (
            TRANSIENT, "The device shadow could not be read", "Try again later",
        ),
        "iot.messagebroker.QueryProductTopicListActionError": (
            TRANSIENT, "The list of topic categories could not be read", "Try again later",
        ),
        "iot.messagebroker.QueryTopicReverseRouteTableListActionError": (
            TRANSIENT, "The list of source topics routed to this topic could not be read", "Try again later",
        ),
        "iot.messagebroker.QueryTopicRouteTableListActionError": (
            TRANSIENT, "The list of message routes could not be read", "Try again later",
        ),
        "iot.messagebroker.QueryTopicTemplateActionError": (
            TRANSIENT, "The topic category could not be read", "Try again later",
        ),
        "iot.messagebroker.QueryTopicTemplateException": (
            TRANSIENT, "The server hit an exception while reading the topic category", "Try again later",
        ),
        "iot.messagebroker.RateLimit": (
            THROTTLED, "The request was refused by rate limiting", "Slow down and try again",
        ),
        "iot.messagebroker.ReportInShadowMessageIsNotJson": (
            PERMANENT, "The report part of the device shadow's state is not JSON", "Pass report as a JSON object",
        ),
        "iot.messagebroker.RrpcException": (
            TRANSIENT,
            "The server hit an exception while sending the RRPC message",
            "Try again, and check the parameters if it keeps failing",
        ),
        "iot.messagebroker.RrpcFailed": (TRANSIENT, "The RRPC message could not be sent", "Try again later"),
        "iot.messagebroker.ShadowMessageIsNotJson": (
            PERMANENT, "The device shadow is not JSON", "Pass the shadow document as JSON",
        ),
        "iot.messagebroker.ShadowMessageLengthIsLarge": (
            PERMANENT, "The device shadow is too large", "Keep the shadow document within 16 KB",
        ),
        "iot.messagebroker.TIMEOUT": (TRANSIENT, "The request timed out", "Try again"),
        "iot.messagebroker.TooManyElementInDesire": (
            PERMANENT,
            "The desire part holds too many properties",
            "Keep the shadow document to at most 128 properties",
        ),
        "iot.messagebroker.TooManyElementInReport": (
            PERMANENT,
            "The report part holds too many properties",
            "Keep the shadow document to at most 128 properties",
        ),
        "iot.messagebroker.TopicAlreadyFound": (
            EXISTS, "The product already has a topic category of this name", "Choose another name",
        ),
        "iot.messagebroker.TopicTemplateCountExceedMax": (
            PERMANENT,
            "The product already has the maximum of 50 topic categories",
            "Delete a topic category that is not needed",
        ),
        "iot.messagebroker.TopicTemplatsNotFound": (
            NOT_FOUND,
            "The topic category does not exist",
            "Look up the product's topic categories with QueryProductTopic",
        ),
        "iot.messagebroker.UpdateDeviceShadowMessageFailed": (
            PERMANENT, "The device shadow could not be updated", "Check the device and the shadow document",
        ),
        "iot.messagebroker.UpdateTopicTemplateException": (
            TRANSIENT, "The server hit an exception while updating the topic category", "Try again later",
        ),
        "iot.messagebroker.UpdateTopicTemplateFailed": (
            TRANSIENT, "The topic category could not be updated", "Try again later",
        ),
        "iot.messagebroker.TooManyUserProperties": (
            PERMANENT, "The MQTT 5.0 message has more than 20 user properties", "Send at most 20 user properties",
        ),
        "iot.messagebroker.UserPropertyListExceedMaxLength": (
            PERMANENT,
            "The MQTT 5.0 user properties exceed 8192 characters in total",
            "Shorten the user properties or send fewer",
        ),
        "iot.messagebroker.InvalidUserProperty": (
            PERMANENT, "An MQTT 5.0 user property is malformed", "Check the user properties",
        ),
        "iot.messagebroker.CorrelationDataNotBase64Encode": (
            PERMANENT, "The MQTT 5.0 correlation data is not Base64", "Encode the correlation data in Base64",
        ),
        "iot.messagebroker.NullCorrelationData": (
            PERMANENT, "The MQTT 5.0 correlation data is empty", "Pass the correlation data",
        ),
        "iot.messagebroker.CorrelationDataExceedMaxLength": (
            PERMANENT, "The MQTT 5.0 correlation data is longer than 128 characters", "Shorten the correlation data",
        ),
        "iot.messagebroker.InvalidMqttResponseTopic": (
            PERMANENT, "The MQTT 5.0 response topic is not valid", "Pass a valid response topic",
        ),
    }
)
