# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of server-side subscriptions (the manual's chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    TRANSIENT,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.consumer.group.CallbackTypeEmpty": (
            PERMANENT, "Every CallbackType option is set to false", "Set at least one callback type to true",
        ),
        "iot.consumer.group.ChangeDefaultConsumerGroupNotAllowed": (
            PERMANENT, "The default consumer group cannot be modified", "Create and use a consumer group of your own",
        ),
        "iot.consumer.group.ConsumerGroupExceedsLimit": (
            PERMANENT,
            "The subscription already has as many consumer groups as it may have",
            "Remove a consumer group from the subscription first",
        ),
        "iot.consumer.group.ConsumerGroupExceedLimit": (
            PERMANENT,
            "The maximum number of consumer groups has been reached",
            "Delete consumer groups you no longer need",
        ),
        "iot.consumer.group.ConsumerGroupNameExisted": (
            EXISTS, "A consumer group of this name already exists", "Choose another name or use the existing group",
        ),
        "iot.consumer.group.ConsumerGroupNotExist": (
            NOT_FOUND, "There is no such consumer group", "Check the consumer group ID",
        ),
        "iot.consumer.group.CreateConsumerGroupFailed": (
            TRANSIENT, "The platform could not create the consumer group", "Try again later",
        ),
        "iot.consumer.group.DeleteConsumerGroupFailed": (
            PERMANENT,
            "The platform could not delete the consumer group",
            "Take it out of the subscriptions that it is in first",
        ),
        "iot.consumer.group.InvalidConsumerGroupName": (
            PERMANENT, "The consumer group name is not valid", "Use a name that follows the naming rules",
        ),
        "iot.consumer.group.InvalidConsumerGroupId": (
            PERMANENT, "The consumer group ID is not valid", "Check the consumer group ID",
        ),
        "iot.consumer.group.InvalidConsumerGroup": (
            PERMANENT, "The consumer group is not valid", "Check which consumer group is given",
        ),
        "iot.consumer.group.InvalidGroupBy": (
            PERMANENT, "The groupby parameter has an invalid value", "Correct groupby",
        ),
        "iot.consumer.group.InvalidSubscribeType": (
            PERMANENT, "The subscription type is not valid", "Use a supported subscription type",
        ),
        "iot.consumer.group.MnsCheckFailed": (
            PERMANENT,
            "The platform was not authorized to access MNS",
            "Check that IoT Platform has been granted access to MNS",
        ),
        "iot.consumer.group.MnsNotSupport": (
            PERMANENT,
            "MNS subscriptions are not available for a product of transferred devices",
            "Use an AMQP subscription instead",
        ),
        "iot.consumer.group.ProductKeyExceedsLimit": (
            PERMANENT,
            "The consumer group is subscribed to too many products",
            "Unsubscribe a product or use another consumer group",
        ),
        "iot.consumer.group.QueryConsumerGroupStatusFailed": (
            TRANSIENT, "The state of the consumer group could not be read", "Try again later",
        ),
        "iot.consumer.group.UpdateConsumerGroupFailed": (
            TRANSIENT, "The platform could not update the consumer group", "Try again later",
        ),
        "iot.consumer.group.SubscribeNotExist": (
            NOT_FOUND, "There is no MNS or AMQP server-side subscription", "Create the subscription first",
        ),
    }
)
