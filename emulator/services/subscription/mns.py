# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Subscriptions to queues of Message Service (MNS): their messages are recorded instead of sent (manual 4.18.1)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.outbox import external
from ansible_collections.iotops.aliyun.emulator.routing.forward import ForwardedMessage, recipient
from ansible_collections.iotops.aliyun.emulator.services.subscription.subscription import MNS, mns_configuration


@recipient(order=1)
class SubscribedQueue:
    """The queue to which the subscription of a product sends messages of a type."""

    def expects(self, ctx: Context, product_key: str, message_type: str, topic: str) -> bool:
        """Return whether a queue subscribes to messages of the type from the product."""
        return mns_configuration(ctx, product_key, message_type) is not None

    def deliver(self, ctx: Context, forwarded: ForwardedMessage) -> None:
        """Record a message for the queue that subscribes to it."""
        product_key = forwarded.device["product_key"]
        configuration = mns_configuration(ctx, product_key, forwarded.message_type)
        if configuration is None:
            return
        source = external.Source(external.SUBSCRIPTION, product_key, product_key)
        sent = external.Sent(forwarded.device, forwarded.topic, str(forwarded.message_id))
        external.record(ctx, source, external.Destination(MNS, configuration), sent, forwarded.content)
