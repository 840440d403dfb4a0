# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of server-side subscriptions (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    UNEXPLAINED,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.consumer.group.CallbackTypeEmpty": (
            PERMANENT, "All CallbackType parameters are false", "Set at least one CallbackType parameter to true",
        ),
        "iot.consumer.group.ChangeDefaultConsumerGroupNotAllowed": (
            PERMANENT, "The default consumer group cannot be changed", "Create and use another consumer group",
        ),
        "iot.consumer.group.ConsumerGroupExceedsLimit": (
            PERMANENT,
            "The subscription already has the maximum number of consumer groups",
            "Remove a consumer group from the subscription first",
        ),
        "iot.consumer.group.ConsumerGroupExceedLimit": (
            PERMANENT,
            "The account has reached its quota of consumer groups",
            "Delete consumer groups that you no longer need",
        ),
        "iot.consumer.group.ConsumerGroupNameExisted": (
            EXISTS,
            "A consumer group with this name already exists",
            "Choose another name, or use the existing consumer group",
        ),
        "iot.consumer.group.ConsumerGroupNotExist": (NOT_FOUND, "The consumer group does not exist", "Check the consumer group ID"),
        "iot.consumer.group.CreateConsumerGroupFailed": (PERMANENT, "The platform could not create the consumer group", UNEXPLAINED),
        "iot.consumer.group.DeleteConsumerGroupFailed": (
            PERMANENT,
            "The platform could not delete the consumer group",
            "Remove the consumer group from all subscriptions first",
        ),
        "iot.consumer.group.InvalidConsumerGroupName": (
            PERMANENT, "The consumer group name is invalid", "Use a name that follows the naming rules",
        ),
        "iot.consumer.group.InvalidConsumerGroupId": (PERMANENT, "The consumer group ID is invalid", "Check the consumer group ID"),
        "iot.consumer.group.InvalidConsumerGroup": (PERMANENT, "The consumer group is invalid", "Check the consumer group"),
        "iot.consumer.group.InvalidGroupBy": (PERMANENT, "The groupby parameter has an invalid value", "Correct the value of groupby"),
        "iot.consumer.group.InvalidSubscribeType": (PERMANENT, "The subscription type is invalid", "Use a supported subscription type"),
        "iot.consumer.group.MnsCheckFailed": (
            PERMANENT, "IoT Platform is not authorized to access MNS", "Grant IoT Platform access to MNS",
        ),
        "iot.consumer.group.MnsNotSupport": (
            PERMANENT,
            "MNS subscriptions are not available for a product with transferred devices",
            "Use an AMQP subscription instead",
        ),
        "iot.consumer.group.ProductKeyExceedsLimit": (
            PERMANENT,
            "The consumer group is subscribed to too many products",
            "Remove the subscription of a product, or use another consumer group",
        ),
        "iot.consumer.group.QueryConsumerGroupStatusFailed": (PERMANENT, "The state of the consumer group could not be read", UNEXPLAINED),
        "iot.consumer.group.UpdateConsumerGroupFailed": (PERMANENT, "The platform could not update the consumer group", UNEXPLAINED),
        "iot.consumer.group.SubscribeNotExist": (
            NOT_FOUND, "The MNS or AMQP server-side subscription does not exist", "Create the subscription first",
        ),
    }
)
