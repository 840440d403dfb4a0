# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run the AMQP endpoint: accept connections of consumers, and distribute messages to them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque

from ansible_collections.iotops.aliyun.emulator.amqp import credentials
from ansible_collections.iotops.aliyun.emulator.amqp.connection import (
    DELETED,
    FORCED,
    LIMIT_EXCEEDED,
    NOT_FOUND,
    Connection,
    Refused,
)
from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.access_keys import AccessKeys
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.network.periodic import repeat
from ansible_collections.iotops.aliyun.emulator.network.sockets import Socket
from ansible_collections.iotops.aliyun.emulator.network.tls import TlsSettings
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_delivery
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_delivery import Consumer
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_group import find_consumer_group
from ansible_collections.iotops.aliyun.emulator.services.subscription.consumer_queue import QUEUE_EVENT

#: The address to listen on: consumers must run on this machine.
ADDRESS = "127.0.0.1"

#: The maximum number of connections of a consumer group (public documentation for AMQP clients).
MAX_CONNECTIONS = 128

#: The time after which a message without acknowledgement counts as failed, in milliseconds (public documentation).
ACKNOWLEDGEMENT_TIMEOUT = 30 * 1000

_CHECK_INTERVAL = 0.25  # seconds
_SHUTDOWN_TIMEOUT = 2.0  # seconds for connections to end
_BACKLOG = 1024
_MAX_LOGINS = 10_000
_BATCH_SIZE = 200  # messages of a group that are sent before other work is done

_log = logging.getLogger(__name__)


class Gateway:
    """The AMQP endpoint of an emulated account. It must be created and used in the same running event loop.

    Args:
        platform: the emulated account.
        keys: the AccessKeys with which clients sign.
        tls: the TLS settings of the server.

    Attributes:
        address: the IP address and the port, as soon as the gateway listens.
    """

    address = ""

    def __init__(self, platform: Platform, keys: AccessKeys, tls: TlsSettings) -> None:
        self._platform = platform
        self._keys = keys
        self._tls = tls
        self._channels: dict[Connection, Socket] = {}
        # The consumer of each authenticated connection, and the connections of each group that have a link. Messages
        # go to the first connection that can receive them, which then becomes the last.
        self._consumers: dict[Connection, Consumer] = {}
        self._opened: set[Connection] = set()
        # User names and passwords in the order of their first use. Clients of the vendor's samples reconnect with the
        # same ones, however old they are.
        self._accepted_logins: dict[tuple[str, str], None] = {}
        self._receivers: dict[str, deque[Connection]] = {}
        self._waiting_groups: set[str] = set()
        self._is_scheduled = False
        self._blocked: dict[Connection, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._check_task: asyncio.Task[None] | None = None
        self._all_ended = asyncio.Event()

    async def start(self, port: int) -> None:
        """Listen on a port (0 for a free port). Raises OSError if that fails."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Socket(self._open, self._tls.context), ADDRESS, port, backlog=_BACKLOG
        )
        self._platform.listeners.add(QUEUE_EVENT, self._on_queue_event)
        self._check_task = asyncio.create_task(repeat(_CHECK_INTERVAL, self.check_connections, _log, "AMQP"))
        self.address = "{}:{}".format(*self._server.sockets[0].getsockname())

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        if self._server is None:
            return
        self._platform.listeners.remove(QUEUE_EVENT, self._on_queue_event)
        if self._check_task:
            self._check_task.cancel()
        self._server.close()
        for connection in list(self._channels):
            connection.close(FORCED, "the emulator ends")
        if self._channels:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_ended.wait(), _SHUTDOWN_TIMEOUT)
        for channel in list(self._channels.values()):
            channel.abort()

    def _open(self, channel: Socket) -> Connection:
        connection = Connection(channel, self, "{}:{}".format(*channel.peer))
        self._channels[connection] = channel
        self._all_ended.clear()
        return connection

    # Callbacks of the connections

    def authenticate(self, connection: Connection, username: str, password: str) -> bool:
        """Check the credentials of a client; see connection.Listener."""
        try:
            is_reconnect = (username, password) in self._accepted_logins
            client_id, group_id = credentials.check(self._keys, username, password, is_reconnect=is_reconnect)
            self._platform.run(lambda ctx: find_consumer_group(ctx, group_id))
        except credentials.InvalidCredentials as error:
            _log.info("AMQP connection refused: %s", error)
            return False
        except ApiError as error:
            _log.info("AMQP connection refused: the consumer group does not exist (%s)", error.code)
            return False
        self._accepted_logins[username, password] = None
        if len(self._accepted_logins) > _MAX_LOGINS:
            del self._accepted_logins[next(iter(self._accepted_logins))]
        self._consumers[connection] = Consumer(ids.alphanumeric(20), group_id, client_id)
        return True

    def opened(self, connection: Connection) -> None:
        """Count the connections of the group; see connection.Listener."""
        group_id = self._consumers[connection].group_id
        if sum(self._consumers[one].group_id == group_id for one in self._opened) >= MAX_CONNECTIONS:
            raise Refused(LIMIT_EXCEEDED, f"a consumer group can have {MAX_CONNECTIONS} connections")
        self._opened.add(connection)

    def attached(self, connection: Connection) -> None:
        """Record that a consumer is online; see connection.Listener."""
        consumer = self._consumers[connection]
        try:
            self._platform.run(lambda ctx: consumer_delivery.begin(ctx, consumer, connection.address))
        except ApiError as error:
            raise Refused(NOT_FOUND, "the consumer group does not exist") from error
        self._receivers.setdefault(consumer.group_id, deque()).append(connection)

    def detached(self, connection: Connection) -> None:
        """Record that a consumer is offline; see connection.Listener."""
        consumer = self._consumers[connection]
        receivers = self._receivers[consumer.group_id]
        receivers.remove(connection)
        if not receivers:
            del self._receivers[consumer.group_id]
        self._platform.run(lambda ctx: consumer_delivery.end(ctx, consumer))

    def acknowledged(self, connection: Connection, accepted: list[int], failed: list[int]) -> None:
        """Record the outcome of messages; see connection.Listener."""
        consumer = self._consumers[connection]

        def record(ctx: Context) -> None:
            if accepted:
                consumer_delivery.acknowledge(ctx, consumer, accepted)
            if failed:
                consumer_delivery.fail(ctx, consumer, failed)

        self._platform.run(record)
        self._distribute_later(consumer.group_id)

    def wants_messages(self, connection: Connection) -> None:
        """Distribute messages to the group of a connection; see connection.Listener."""
        self._distribute_later(self._consumers[connection].group_id)

    def ended(self, connection: Connection) -> None:
        """Forget a connection; see connection.Listener."""
        self._channels.pop(connection, None)
        self._consumers.pop(connection, None)
        self._opened.discard(connection)
        blocked = self._blocked.pop(connection, None)
        if blocked:
            blocked.cancel()
        if not self._channels:
            self._all_ended.set()

    # Distribution of messages

    def _on_queue_event(self, event: str) -> None:
        group_id = event.removeprefix(QUEUE_EVENT)
        if group_id in self._receivers:
            self._distribute_later(group_id)

    def _distribute_later(self, group_id: str) -> None:
        """Distribute the messages of a group as soon as the current work is done."""
        self._waiting_groups.add(group_id)
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._distribute_all)

    def _distribute_all(self) -> None:
        self._is_scheduled = False
        groups, self._waiting_groups = self._waiting_groups, set()
        for group_id in groups:
            try:
                self._distribute(group_id)
            except Exception:
                _log.exception("The messages of the consumer group %s could not be sent.", group_id)

    def _distribute(self, group_id: str) -> None:
        """Send waiting messages of a group to the connections that can receive them, in turn."""
        turns = self._turns(group_id)
        by_id = {self._consumers[connection].connection_id: connection for connection in turns}
        order = [self._consumers[connection].connection_id for connection in turns]
        assigned = self._platform.run(lambda ctx: consumer_delivery.assign(ctx, group_id, order)) if order else []
        parts: dict[str, list[Row]] = {}
        for connection_id, message in assigned:
            parts.setdefault(connection_id, []).append(message)
        now = self._platform.clock.now()
        for connection_id, part in parts.items():
            by_id[connection_id].send(part, now)
        receivers = self._receivers.get(group_id, deque())
        receivers.rotate(-len(assigned))
        if order and len(assigned) == len(order):
            # There may be more messages, and more capacity.
            self._distribute_later(group_id)
        else:
            for connection in list(receivers):
                connection.drain()
        for connection in list(receivers):
            self._resume_when_writable(connection)

    def _turns(self, group_id: str) -> list[Connection]:
        """Return the receiver of each of the next messages; the connections of the group take turns."""
        free = {connection: connection.capacity() for connection in self._receivers.get(group_id, ())}
        turns: list[Connection] = []
        while len(turns) < _BATCH_SIZE and any(free.values()):
            for connection, capacity in free.items():
                if capacity:
                    turns.append(connection)
                    free[connection] -= 1
        return turns[:_BATCH_SIZE]

    def _resume_when_writable(self, connection: Connection) -> None:
        """Distribute messages again when a client that receives slowly has received enough."""
        channel = self._channels.get(connection)
        if channel and not channel.may_write and connection not in self._blocked:
            self._blocked[connection] = asyncio.create_task(self._wait_until_writable(connection, channel))

    async def _wait_until_writable(self, connection: Connection, channel: Socket) -> None:
        await channel.drain()
        self._blocked.pop(connection, None)
        if connection in self._consumers:
            self.wants_messages(connection)

    # Periodic checks

    def check_connections(self) -> None:
        """Apply timeouts, and close connections whose consumer group does not exist anymore."""
        now = self._platform.clock.now()
        for connection in list(self._channels):
            connection.check(now, ACKNOWLEDGEMENT_TIMEOUT)
        attached = [connection for receivers in self._receivers.values() for connection in receivers]
        online = self._platform.run(consumer_delivery.online_connections) if attached else set()
        for connection in attached:
            if self._consumers[connection].connection_id not in online:
                connection.close(DELETED, "the consumer group was deleted")
