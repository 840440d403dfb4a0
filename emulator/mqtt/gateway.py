# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run the MQTT endpoint: accept connections of devices, receive their messages and deliver messages to them."""

from __future__ import annotations

import asyncio
import logging

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.mqtt import auth, topics
from ansible_collections.iotops.aliyun.emulator.mqtt.broker import Broker
from ansible_collections.iotops.aliyun.emulator.mqtt.link import Link
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing import session, uplink
from ansible_collections.iotops.aliyun.emulator.services.topic.topic import find_topic_class

#: The address to listen on: devices must run on this machine.
ADDRESS = "127.0.0.1"

_CHECK_INTERVAL = 0.25  # seconds between two checks for connections to close
_SHUTDOWN_TIMEOUT = 2.0  # seconds for connections to end
_BACKLOG = 1024

_MAX_QOS = 1

_log = logging.getLogger(__name__)


class Gateway:
    """The MQTT endpoint of an emulated account. It must be created and used in the same running event loop."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._broker = Broker(self)
        self._links: dict[Link, asyncio.Task[None]] = {}
        self._by_device: dict[str, Link] = {}
        self._pending_credentials: dict[Link, auth.AuthResult] = {}
        self._server: asyncio.Server | None = None
        self._check_task: asyncio.Task[None] | None = None

    async def start(self, port: int) -> str:
        """Listen on a port (0 for a free port) and return address and port. Raises OSError if that fails."""
        await self._broker.start()
        self._server = await asyncio.start_server(self._serve, ADDRESS, port, backlog=_BACKLOG)
        self._platform.listeners.add(downlink.OUTBOX_EVENT, self._on_outbox_event)
        self._platform.listeners.add(downlink.DISCONNECT_EVENT, self._on_disconnect_event)
        self._check_task = asyncio.create_task(self._check_repeatedly())
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        if self._server:
            self._platform.listeners.remove(downlink.OUTBOX_EVENT, self._on_outbox_event)
            self._platform.listeners.remove(downlink.DISCONNECT_EVENT, self._on_disconnect_event)
            if self._check_task:
                self._check_task.cancel()
            self._server.close()
        for link in self._links:
            link.close()
        if self._links:
            await asyncio.wait(self._links.values(), timeout=_SHUTDOWN_TIMEOUT)
        await self._broker.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until it ends."""
        link = Link(self._platform, writer)
        task = asyncio.current_task()
        assert task is not None
        self._links[link] = task
        try:
            await self._broker.serve(link, reader, writer)
        except OSError:
            _log.debug("A client disconnected before it received a response.")
        except Exception:
            _log.exception("A connection failed.")
        finally:
            writer.close()
            del self._links[link]
            self._pending_credentials.pop(link, None)
            self._on_closed(link)

    def _on_closed(self, link: Link) -> None:
        link.cancel_tasks()
        is_current = self._by_device.get(link.iot_id) is link
        if is_current:
            del self._by_device[link.iot_id]
            broken = not (link.client_disconnected or link.closed)
            heartbeat = link.keep_alive if broken else 0
            self._platform.run(lambda ctx: session.end(ctx, link.iot_id, heartbeat))

    # Callbacks of the broker

    def authenticate(self, link: Link, client_id: str, username: str | None, password: str | None) -> bool:
        """Authenticate a client; see broker.Listener."""
        try:
            auth.check_keep_alive(link.keep_alive)
            credentials = auth.parse(client_id, username, password)
            result = self._platform.run(lambda ctx: auth.authenticate(ctx, credentials))
        except auth.ConnectionDenied as denied:
            _log.info("Connection of %s denied: %s", username, denied)
            return False
        if result.credentials is not None:
            self._pending_credentials[link] = result
            return True
        return self._start_session(link, result.iot_id)

    def _start_session(self, link: Link, iot_id: str) -> bool:
        """Start the session of a device, before the device is notified, and close its previous connection."""
        link.iot_id = iot_id
        previous = self._by_device.get(iot_id)
        self._by_device[iot_id] = link
        if previous:
            previous.close()
        return self._platform.run(lambda ctx: session.start(ctx, iot_id, link.ip_address, link.clean))

    def opened(self, link: Link) -> None:
        """Send the credentials if the connection is for that; see broker.Listener."""
        result = self._pending_credentials.pop(link, None)
        if result and result.credentials is not None:
            link.send_credentials(result.topic, result.credentials)

    def received(self, link: Link, topic: str, payload: bytes, qos: int) -> None:
        """Process a message of a device; see broker.Listener."""

        def receive(ctx: Context) -> None:
            device = self._owner(ctx, link, topic)
            if device:
                uplink.receive(ctx, device, topic, payload, min(qos, _MAX_QOS))

        try:
            self._platform.run(receive)
        except Exception:
            _log.exception("A message on %s could not be processed.", topic)

    def subscribed(self, link: Link, topic: str) -> bool:
        """Subscribe a device to a topic if that is allowed; see broker.Listener."""

        def subscribe(ctx: Context) -> bool:
            device = self._owner(ctx, link, topic)
            if device is None or not _may_subscribe(ctx, topic):
                return False
            if topics.needs_subscription(topic):
                downlink.subscribe(ctx, device, topic)
            return True

        return self._platform.run(subscribe)

    def unsubscribed(self, link: Link, topic_filters: list[str]) -> None:
        """Unsubscribe a device; see broker.Listener."""

        def unsubscribe(ctx: Context) -> None:
            for topic in topic_filters:
                device = self._owner(ctx, link, topic)
                if device:
                    downlink.unsubscribe(ctx, device, topic)

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

    # Periodic checks

    async def _check_repeatedly(self) -> None:
        while True:
            await asyncio.sleep(_CHECK_INTERVAL)
            try:
                self.check_connections()
            except Exception:
                _log.exception("The check of the connections failed.")

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
