# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Manage one MQTT connection: its state, and the delivery of messages to its device and the sub-devices."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.mqtt import message_properties
from ansible_collections.iotops.aliyun.emulator.outbox import downlink

#: Sends a topic, a payload, a quality of service and the properties of MQTT 5.0; with QoS 1 it returns after the
#: acknowledgement of the client.
Publish = Callable[[str, bytes, int, dict[str, Any]], Awaitable[Any]]

#: A client is considered disconnected after this many keep-alive intervals without a packet.
_KEEP_ALIVE_FACTOR = 1.5
#: How long a connection without a device stays open, in seconds: before the authentication, or after the device
#: received its credentials.
_NO_DEVICE_TIMEOUT = 10.0

_BATCH_SIZE = 100  # messages per read of the outbox, and messages without acknowledgement

_log = logging.getLogger(__name__)


class Link:
    """A connection.

    Args:
        platform: the emulated account.
        ip_address: the IP address of the client.
        abort: closes the connection at once.

    Attributes:
        ip_address: the IP address of the client.
        iot_id: the device, after it was authenticated; otherwise empty.
        clean: whether the client requested a clean session.
        keep_alive: the keep-alive interval in seconds.
        client_disconnected: whether the client sent a DISCONNECT packet.
        closed: whether the emulator closed the connection.
        assigned_client_id: the client id that the platform chose for a client of MQTT 5.0 without one; otherwise empty.
    """

    def __init__(self, platform: Platform, ip_address: str, abort: Callable[[], None]) -> None:
        self.ip_address = ip_address
        self.iot_id = ""
        self.clean = True
        self.keep_alive = 0
        self.client_disconnected = False
        self.closed = False
        self.assigned_client_id = ""
        self._publish: Publish | None = None
        self._platform = platform
        self._abort = abort
        self._last_activity = asyncio.get_running_loop().time()
        self._to_deliver: set[str] = set()
        self._last_read: dict[str, int] = {}
        self._delivering: asyncio.Task | None = None
        self._unacknowledged: set[asyncio.Task] = set()
        self._disconnecting: asyncio.Task | None = None

    def record_activity(self) -> None:
        """Record that the client sent a packet."""
        self._last_activity = asyncio.get_running_loop().time()

    def is_silent(self) -> bool:
        """Return whether the client sent no packet for too long."""
        timeout = _KEEP_ALIVE_FACTOR * self.keep_alive if self.iot_id else _NO_DEVICE_TIMEOUT
        return asyncio.get_running_loop().time() - self._last_activity > timeout

    def close(self) -> None:
        """Close the connection."""
        self.closed = True
        self._abort()

    def cancel_tasks(self) -> None:
        """Cancel all deliveries, after the connection has ended."""
        for task in (self._delivering, self._disconnecting, *self._unacknowledged):
            if task:
                task.cancel()

    def open(self, publish: Publish) -> None:
        """Enable sending, and deliver the messages that are already waiting."""
        self._publish = publish
        self._start_delivery()

    def send_message(self, topic: str, content: dict[str, Any]) -> None:
        """Schedule sending a message that is not in the outbox, such as the credentials of a device."""
        message = {"topic": topic, "payload": payloads.to_bytes(content), "qos": 0}
        self._unacknowledged.add(task := asyncio.create_task(self._send(message)))
        task.add_done_callback(self._unacknowledged.discard)

    def send_and_close(self, topic: str, payload: bytes) -> None:
        """Schedule sending a last message and closing the connection."""
        self._disconnecting = asyncio.create_task(self._send_and_close({"topic": topic, "payload": payload, "qos": 0}))

    def deliver(self, iot_id: str) -> None:
        """Schedule sending the messages in the outbox of a device."""
        self._to_deliver.add(iot_id)
        self._start_delivery()

    def _start_delivery(self) -> None:
        is_idle = self._delivering is None or self._delivering.done()
        if self._publish and self._to_deliver and is_idle:
            self._delivering = asyncio.create_task(self._deliver_all())

    async def _deliver_all(self) -> None:
        try:
            while self._to_deliver:
                iot_id = self._to_deliver.pop()
                while messages := self._read_outbox(iot_id):
                    for message in messages:
                        await self._send(message)
        except Exception:
            _log.exception("A message could not be sent.")

    async def _send_and_close(self, message: Row) -> None:
        try:
            if self._publish:
                await self._send(message)
        except Exception:
            _log.exception("A message could not be sent.")
        self.close()

    def _read_outbox(self, iot_id: str) -> list[Row]:
        """Return the next messages for a device and remove those with QoS 0, which are sent at most once."""

        def take(ctx: Context) -> list[Row]:
            messages = downlink.pending_messages(ctx, iot_id, _BATCH_SIZE, self._last_read.get(iot_id, 0))
            downlink.remove_delivered(ctx, [message["id"] for message in messages if message["qos"] == 0])
            return messages

        messages = self._platform.run(take)
        if messages:
            self._last_read[iot_id] = messages[-1]["id"]
        return messages

    async def _send(self, message: Row) -> None:
        assert self._publish is not None
        if message["qos"] == 0:
            await self._publish(message["topic"], message["payload"], 0, _properties(message))
            return
        while len(self._unacknowledged) >= _BATCH_SIZE:
            await asyncio.wait(self._unacknowledged, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self._send_acknowledged(message))
        self._unacknowledged.add(task)
        task.add_done_callback(self._unacknowledged.discard)

    async def _send_acknowledged(self, message: Row) -> None:
        """Send a message with QoS 1; without acknowledgement it stays in the outbox until the next connection."""
        assert self._publish is not None
        try:
            await self._publish(message["topic"], message["payload"], 1, _properties(message))
        except Exception:
            _log.exception("A message could not be sent.")
            return
        self._platform.run(lambda ctx: downlink.remove_delivered(ctx, [message["id"]]))


def _properties(message: Row) -> dict[str, Any]:
    text = message.get("properties")
    return message_properties.from_api(json.loads(text)) if text else {}
