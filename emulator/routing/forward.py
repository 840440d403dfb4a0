# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Forwarding of messages about devices to their recipients.

Recipients register themselves with ``@recipient``: consumer groups that subscribe to the message type, running rules
and running parsers. This package does not know them.
"""

from __future__ import annotations

from bisect import insort
from functools import cached_property
from typing import Any, Protocol

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.payloads import Payload
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.expressions.rule_functions import Message
from ansible_collections.iotops.aliyun.emulator.outbox import trace


class ForwardedMessage:
    """A message about a device on its way to recipients.

    Attributes:
        device: the row of the device.
        topic: the topic by which rules and consumer groups know the message, such as
            ``/{pk}/{dn}/thing/event/property/post`` (without ``/sys``).
        content: the payload.
        message_type: a constant of ``message_types``.
    """

    def __init__(
        self, ctx: Context, device: Row, topic: str, content: bytes, message_type: str, message_id: int | None
    ) -> None:
        self.device = device
        self.topic = topic
        self.content = content
        self.message_type = message_type
        self._ctx = ctx
        self._message_id = message_id

    @cached_property
    def message_id(self) -> int:
        """The id by which all recipients know the message."""
        return self._message_id or trace.next_id(self._ctx)

    @cached_property
    def message(self) -> Message:
        """The message as rules and parsers process it, with the tags of the device.

        Read on demand, because most messages have no recipient that needs it.
        """
        tags = self._ctx.store.all("device_tag", iot_id=self.device["iot_id"])
        return Message(
            self.topic,
            self.content,
            self.device["device_name"],
            str(self.message_id),
            self._ctx.now,
            {tag["tag_key"]: tag["tag_value"] for tag in tags},
        )


class Recipient(Protocol):
    """A kind of recipient of forwarded messages."""

    def expects(self, ctx: Context, product_key: str, message_type: str, topic: str) -> bool:
        """Return whether any recipient of this kind receives such a message; ``+`` is any device in ``topic``."""

    def deliver(self, ctx: Context, forwarded: ForwardedMessage) -> None:
        """Deliver a message to the recipients of this kind that match it."""


_RECIPIENTS: list[tuple[int, str, Recipient]] = []


def recipient(order: int) -> Any:
    """Register a class as a kind of recipient; kinds receive a message by ascending ``order``."""

    def register(kind: type[Recipient]) -> type[Recipient]:
        insort(_RECIPIENTS, (order, kind.__name__, kind()))
        return kind

    return register


def has_recipients(ctx: Context, product_key: str, message_type: str, suffix: str) -> bool:
    """Return whether messages of a type about devices of a product have any recipient.

    Call this once before forwarding many messages. ``suffix`` is the part of their topics after the device name, such
    as ``thing/lifecycle``.
    """
    topic = f"/{product_key}/+/{suffix}"
    return any(kind.expects(ctx, product_key, message_type, topic) for _order, _name, kind in _RECIPIENTS)


def forward(
    ctx: Context, device: Row, topic: str, payload: Payload, message_type: str, message_id: int | None = None
) -> None:
    """Forward a message about a device to all recipients that match it.

    Args:
        ctx: the context.
        device: the row of the device.
        topic: the topic of the message; see ForwardedMessage.
        payload: the message.
        message_type: a constant of ``message_types``.
        message_id: the id of the device's message that this one is derived from.
    """
    forwarded = ForwardedMessage(ctx, device, topic, payloads.to_bytes(payload), message_type, message_id)
    for _order, _name, kind in _RECIPIENTS:
        kind.deliver(ctx, forwarded)
