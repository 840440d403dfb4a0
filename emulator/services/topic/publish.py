# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Forward messages that devices publish to custom topics, also along topic routes (manual chapter 4.14)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.topics import custom_topic
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward
from ansible_collections.iotops.aliyun.emulator.routing.message_types import DEVICE_DATA
from ansible_collections.iotops.aliyun.emulator.routing.uplink import on_custom_topic
from ansible_collections.iotops.aliyun.emulator.services.topic.topic import find_topic_class
from ansible_collections.iotops.aliyun.emulator.services.topic.topic_route import find_destinations


@on_custom_topic
def receive(ctx: Context, device: Row, topic: str, payload: bytes, message_id: int) -> None:
    """Forward a message on a custom topic. Ignore it if no topic class of the product allows devices to publish it."""
    topic_class = find_topic_class(ctx, topic)
    if topic_class is None or topic_class["operation"] == "SUB":
        return
    forward(ctx, device, topic, payload, DEVICE_DATA, message_id)
    for destination in find_destinations(ctx, topic):
        target = custom_topic(destination)
        receiver = target and ctx.store.one("device", product_key=target.product_key, device_name=target.device_name)
        if receiver:
            downlink.send(ctx, receiver, destination, payload)
