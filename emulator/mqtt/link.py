# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One connection: what is known of it, and the messages on their way to the devices behind it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink

#: Sends topic, payload and quality of service; with QoS 1 it returns when the client has acknowledged.
Publish = Callable[[str, bytes, int], Awaitable[Any]]

#: A client that was not heard of for this many times its keep-alive is gone.
_GRACE = 1.5
#: How long a connection may be without a device, in seconds: nothing was said on it yet, or all that it was for.
_PATIENCE = 10.0

_MOST_AT_ONCE = 100  # messages that are read from the outbox, or that wait to be acknowledged

_log = logging.getLogger(__name__)


class Link:
    """A connection from its beginning to its end.

    ``iot_id`` is the device whose it is, when it has proven that; ``closed`` is whether the platform has ended it, and
    ``said_goodbye`` whether the client has.
    """

    def __init__(self, platform: Platform, writer: asyncio.StreamWriter) -> None:
        self.ip_address, self.port = writer.get_extra_info("peername")[:2]
        self.name = ""
        self.iot_id = ""
        self.clean = True
        self.keep_alive = 0
        self.said_goodbye = False
        self.closed = False
        self._publish: Publish | None = None
        self._platform = platform
        self._transport = writer.transport
        self._heard_at = asyncio.get_running_loop().time()
        self._to_deliver: set[str] = set()
        self._taken: dict[str, int] = {}
        self._delivering: asyncio.Task | None = None
        self._unacknowledged: set[asyncio.Task] = set()
        self._parting: asyncio.Task | None = None

    def hear(self) -> None:
        """The client has sent something."""
        self._heard_at = asyncio.get_running_loop().time()

    def is_silent(self) -> bool:
        """Whether nothing was heard for too long."""
        patience = _GRACE * self.keep_alive if self.iot_id else _PATIENCE
        return asyncio.get_running_loop().time() - self._heard_at > patience

    def close(self) -> None:
        """End the connection."""
        self.closed = True
        self._transport.abort()

    def forget(self) -> None:
        """The connection has ended: nothing can be delivered any more."""
        for task in (self._delivering, self._parting, *self._unacknowledged):
            if task:
                task.cancel()

    def open(self, publish: Publish) -> None:
        """The client can be sent to from now on, what came up for it before included."""
        self._publish = publish
        self._go_on()

    def greet(self, topic: str, greeting: dict[str, Any]) -> None:
        """Send the one message that the connection is for, soon."""
        message = {"topic": topic, "payload": json.dumps(greeting).encode(), "qos": 0}
        self._delivering = asyncio.create_task(self._send(message))

    def part(self, topic: str, payload: bytes) -> None:
        """Send a last message, soon, and end the connection."""
        self._parting = asyncio.create_task(self._part({"topic": topic, "payload": payload, "qos": 0}))

    def deliver(self, iot_id: str) -> None:
        """Send what is in the outbox of a device, soon."""
        self._to_deliver.add(iot_id)
        self._go_on()

    def _go_on(self) -> None:
        is_idle = self._delivering is None or self._delivering.done()
        if self._publish and self._to_deliver and is_idle:
            self._delivering = asyncio.create_task(self._deliver_all())

    async def _deliver_all(self) -> None:
        try:
            while self._to_deliver:
                iot_id = self._to_deliver.pop()
                while messages := self._take(iot_id):
                    for message in messages:
                        await self._send(message)
        except Exception:
            _log.exception("a message could not be sent")

    async def _part(self, message: Row) -> None:
        try:
            if self._publish:
                await self._send(message)
        except Exception:
            _log.exception("a message could not be sent")
        self.close()

    def _take(self, iot_id: str) -> list[Row]:
        """The next messages for a device. Those of QoS 0 are gone by this, whether they arrive or not."""

        def take(ctx: Context) -> list[Row]:
            messages = downlink.pending_messages(ctx, iot_id, _MOST_AT_ONCE, self._taken.get(iot_id, 0))
            downlink.remove_delivered(ctx, [message["id"] for message in messages if message["qos"] == 0])
            return messages

        messages = self._platform.run(take)
        if messages:
            self._taken[iot_id] = messages[-1]["id"]
        return messages

    async def _send(self, message: Row) -> None:
        if message["qos"] == 0:
            await self._publish(message["topic"], message["payload"], 0)
            return
        while len(self._unacknowledged) >= _MOST_AT_ONCE:
            await asyncio.wait(self._unacknowledged, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self._send_surely(message))
        self._unacknowledged.add(task)
        task.add_done_callback(self._unacknowledged.discard)

    async def _send_surely(self, message: Row) -> None:
        """What is not acknowledged stays in the outbox until the next connection."""
        try:
            await self._publish(message["topic"], message["payload"], 1)
        except TimeoutError:
            return
        except Exception:
            _log.exception("a message could not be sent")
            return
        self._platform.run(lambda ctx: downlink.remove_delivered(ctx, [message["id"]]))
