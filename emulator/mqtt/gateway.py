# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run the MQTT endpoint: accept connections of devices, receive their messages and deliver messages to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.dispatch import STATE_REPLACED, Platform
from ansible_collections.iotops.aliyun.emulator.core.rate_limit import RateLimit
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.mqtt import auth, codes, message_properties
from ansible_collections.iotops.aliyun.emulator.mqtt.client import Channel, Client, ConnectionRefused
from ansible_collections.iotops.aliyun.emulator.mqtt.codes import Refusal
from ansible_collections.iotops.aliyun.emulator.mqtt.link import Link
from ansible_collections.iotops.aliyun.emulator.mqtt.packets import MQTT_5, Connect, Publish
from ansible_collections.iotops.aliyun.emulator.network.periodic import repeat
from ansible_collections.iotops.aliyun.emulator.network.sockets import Socket
from ansible_collections.iotops.aliyun.emulator.network.tls import TlsSettings
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing import session, topics, uplink
from ansible_collections.iotops.aliyun.emulator.services.topic.topic import find_topic_class

#: The address to listen on: devices must run on this machine.
ADDRESS = "127.0.0.1"

_CHECK_INTERVAL = 0.25  # seconds between two checks for connections to close
_SHUTDOWN_TIMEOUT = 2.0  # seconds for connections to end
_BACKLOG = 1024

#: The platform refuses further connections of a device within a minute (public documentation for devices).
MAX_CONNECTIONS_PER_MINUTE = 5

_log = logging.getLogger(__name__)


class _Connection:
    """One open connection: passes its bytes to the client, and its end to the gateway."""

    def __init__(self, link: Link, client: Client, channel: Channel, on_closed: Callable[[Link], None]) -> None:
        self.link = link
        self.client = client
        self.channel = channel
        self.has_ended = asyncio.Event()
        self._on_closed = on_closed

    def feed(self, data: bytes) -> None:
        """Process bytes of the client."""
        self.client.feed(data)

    def ended(self) -> None:
        """Handle that the connection has ended."""
        self.client.ended()
        self._on_closed(self.link)


class Gateway:
    """The MQTT endpoint of an emulated account. It must be created and used in the same running event loop.

    Args:
        platform: the emulated account.
        tls: the TLS settings of the server.
        is_throttled: whether the rate limits for devices are enforced.

    Attributes:
        address: the IP address and the port, as soon as the gateway listens.
    """

    address = ""

    def __init__(self, platform: Platform, tls: TlsSettings, is_throttled: bool = False) -> None:
        self._platform = platform
        self._tls = tls
        self._is_throttled = is_throttled
        self._links: dict[Link, _Connection] = {}
        self._by_device: dict[str, Link] = {}
        self._pending_messages: dict[Link, auth.AuthResult] = {}
        self._recent_connections = RateLimit(MAX_CONNECTIONS_PER_MINUTE, 60)
        self._server: asyncio.Server | None = None
        self._check_task: asyncio.Task[None] | None = None

    async def start(self, port: int) -> None:
        """Listen on a port (0 for a free port). Raises OSError if that fails."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Socket(self._open, self._tls.context), ADDRESS, port, backlog=_BACKLOG
        )
        self._platform.listeners.add(downlink.OUTBOX_EVENT, self._on_outbox_event)
        self._platform.listeners.add(downlink.DISCONNECT_EVENT, self._on_disconnect_event)
        self._platform.listeners.add(STATE_REPLACED, self._on_state_replaced)
        self._check_task = asyncio.create_task(repeat(_CHECK_INTERVAL, self.check_connections, _log, "MQTT"))
        self.address = "{}:{}".format(*self._server.sockets[0].getsockname())

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        if self._server:
            self._platform.listeners.remove(downlink.OUTBOX_EVENT, self._on_outbox_event)
            self._platform.listeners.remove(downlink.DISCONNECT_EVENT, self._on_disconnect_event)
            self._platform.listeners.remove(STATE_REPLACED, self._on_state_replaced)
            if self._check_task:
                self._check_task.cancel()
            self._server.close()
        connections = list(self._links.values())
        for connection in connections:
            connection.link.close()
        if connections:
            ends = [asyncio.ensure_future(connection.has_ended.wait()) for connection in connections]
            await asyncio.wait(ends, timeout=_SHUTDOWN_TIMEOUT)

    def _open(self, channel: Socket) -> _Connection:
        return self.open_connection(channel, channel.peer[0], channel.abort)

    def open_connection(self, channel: Channel, ip_address: str, abort: Callable[[], None]) -> _Connection:
        """Return the receiver of the bytes of a new connection."""
        link = Link(self._platform, ip_address, abort)
        client = Client(link, channel, self, self._is_throttled)
        connection = self._links[link] = _Connection(link, client, channel, self._on_closed)
        return connection

    def _on_closed(self, link: Link) -> None:
        connection = self._links.pop(link, None)
        self._pending_messages.pop(link, None)
        link.cancel_tasks()
        if self._by_device.get(link.iot_id) is link:
            del self._by_device[link.iot_id]
            broken = not (link.client_disconnected or link.closed)
            heartbeat = link.keep_alive if broken else 0
            self._platform.run(lambda ctx: session.end(ctx, link.iot_id, heartbeat))
        if connection:
            connection.has_ended.set()

    # Callbacks of the clients

    def connected(self, link: Link, connect: Connect) -> bool:
        """Authenticate a client and start its session; see client.Listener."""
        auth.check_keep_alive(connect.keep_alive)
        client_id = auth.parse_client_id(connect.client_id)
        if not client_id.name and connect.level != MQTT_5:
            raise ConnectionRefused("the client id has no name before its options", Refusal.INVALID_CLIENT_ID)
        certificate = getattr(self._links[link].channel, "client_certificate", None)
        if certificate and not auth.has_credentials(connect.username, connect.password):
            result = self._platform.run(lambda ctx: auth.authenticate_by_certificate(ctx, certificate))
        else:
            credentials = auth.parse(client_id, connect.username, connect.password)
            result = self._platform.run(lambda ctx: auth.authenticate(ctx, credentials))
        if result.message is not None:
            self._pending_messages[link] = result
        if not result.iot_id:
            return False
        self._check_rate(result.iot_id)
        return self._start_session(link, result.iot_id, connect, client_id)

    def _check_rate(self, iot_id: str) -> None:
        """Raise ConnectionRefused if a device connects too often."""
        if self._is_throttled and self._recent_connections.is_exceeded(iot_id):
            raise ConnectionRefused(
                f"the device connects more than {MAX_CONNECTIONS_PER_MINUTE} times a minute",
                Refusal.TOO_MANY_CONNECTIONS,
            )

    def _start_session(self, link: Link, iot_id: str, connect: Connect, client_id: auth.ClientId) -> bool:
        """Start the session of a device, before the device is notified, and close its previous connection."""
        link.iot_id = iot_id
        previous = self._by_device.get(iot_id)
        self._by_device[iot_id] = link
        if previous:
            previous.closed = True
            self._links[previous].client.close(codes.SESSION_TAKEN_OVER)
        kept_seconds = connect.properties.get("session_expiry_interval", 0) if connect.level == MQTT_5 else None

        def start(ctx: Context) -> bool | None:
            return session.start(ctx, iot_id, link.ip_address, connect.clean, kept_seconds, client_id.has_custom_rrpc)

        is_continued = self._platform.run(start)
        if is_continued is None:
            raise ConnectionRefused("the device does not exist or is disabled")
        if not client_id.name:
            link.assigned_client_id = iot_id
        return is_continued

    def opened(self, link: Link) -> None:
        """Send the message that is due to a client that has just connected, if any; see client.Listener."""
        result = self._pending_messages.pop(link, None)
        if result and result.message is not None:
            link.send_message(result.topic, result.message)

    def received(self, link: Link, message: Publish) -> bool:
        """Process a message of a device; see client.Listener."""

        def receive(ctx: Context) -> bool:
            device = self._owner(ctx, link, message.topic)
            if device:
                properties = message_properties.to_api(message.properties)
                uplink.receive(ctx, device, message.topic, message.payload, message.qos, properties)
            return device is not None

        try:
            return self._platform.run(receive)
        except Exception:
            _log.exception("A message on %s could not be processed.", message.topic)
            return True

    def subscribed(self, link: Link, topic_filter: str) -> bool:
        """Subscribe a device to a topic if that is allowed; see client.Listener."""

        def subscribe(ctx: Context) -> bool:
            if topics.is_for_any_device(topic_filter):
                return True
            device = self._owner(ctx, link, topic_filter)
            if device is None or not _may_subscribe(ctx, topic_filter):
                return False
            if topics.needs_subscription(topic_filter):
                downlink.subscribe(ctx, device, topic_filter)
            return True

        return self._platform.run(subscribe)

    def unsubscribed(self, link: Link, topic_filters: list[str]) -> None:
        """Unsubscribe a device; see client.Listener."""

        def unsubscribe(ctx: Context) -> None:
            for topic_filter in topic_filters:
                device = self._owner(ctx, link, topic_filter)
                if device:
                    downlink.unsubscribe(ctx, device, topic_filter)

        self._platform.run(unsubscribe)

    def _owner(self, ctx: Context, link: Link, topic: str) -> Row | None:
        """Return the device that owns a topic: the device of the connection or one of its online sub-devices."""
        names = topics.topic_owner(topic)
        own = ctx.store.one("device", iot_id=link.iot_id)
        if names is None or own is None or not own["online"] or self._by_device.get(link.iot_id) is not link:
            return None
        if names.product_key == own["product_key"] and names.device_name in (own["device_name"], None):
            return own
        if names.device_name is None:
            return None
        return session.find_online_sub_device(ctx, own, names.product_key, names.device_name)

    # Events of the emulated account

    def _on_outbox_event(self, event: str) -> None:
        """Deliver messages to a device, over its own connection or the connection of its gateway."""
        iot_id = event.removeprefix(downlink.OUTBOX_EVENT)
        link = self._by_device.get(iot_id)
        if link is None:
            gateway_id = session.gateway_of(self._platform.store, iot_id)
            link = self._by_device.get(gateway_id) if gateway_id else None
        if link:
            link.deliver(iot_id)

    def _on_disconnect_event(self, event: str) -> None:
        """Send a last message to a device that must be disconnected, and close its connection."""
        iot_id, topic, payload = downlink.parse_disconnect_event(event)
        link = self._by_device.get(iot_id)
        if link:
            link.send_and_close(topic, payload)

    def _on_state_replaced(self, _event: str) -> None:
        """Close all connections, whose sessions do not exist in the state that follows."""
        # Without entry in this mapping, the end of a connection does not change the new state.
        self._by_device.clear()
        self._recent_connections.reset()
        for link in list(self._links):
            # At once, because a late acknowledgement would remove another message from the outbox.
            link.cancel_tasks()
            link.close()

    # Periodic checks

    def check_connections(self) -> None:
        """Close the connections of silent clients, and of devices that must not be connected anymore."""
        for link in [link for link in self._links if link.is_silent()]:
            link.close()
        if self._by_device:
            for iot_id in self._platform.run(lambda ctx: session.find_invalid(ctx, self._by_device)):
                self._by_device[iot_id].close()


def _may_subscribe(ctx: Context, topic: str) -> bool:
    """Return whether a device may subscribe to one of its topics: a custom topic needs a topic class that allows it."""
    if (
        not topics.needs_subscription(topic)
        or topics.has_wildcard(topic)
        or topic.startswith(downlink.BROADCAST_PREFIX)
    ):
        return True
    topic_class = find_topic_class(ctx, topic)
    return topic_class is not None and topic_class["operation"] != "PUB"
