# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The gateway: what the connections of devices mean to the platform, and the platform's messages to them."""

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

#: Where it listens: devices have to be on this machine.
ADDRESS = "127.0.0.1"

_BETWEEN_LOOKS = 0.25  # seconds after which connections that must end are looked for
_SHUTDOWN = 2.0  # seconds that connections get to end
_BACKLOG = 1024

_HIGHEST_QOS = 1

_log = logging.getLogger(__name__)


class Gateway:
    """A platform's MQTT side. It is made and used in one running event loop."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._broker = Broker(self)
        self._links: dict[Link, asyncio.Task] = {}
        self._by_device: dict[str, Link] = {}
        self._greetings: dict[Link, auth.Admission] = {}
        self._server: asyncio.Server | None = None
        self._watch: asyncio.Task | None = None

    async def start(self, port: int) -> str:
        """Listen on a port, 0 for a free one, and return address and port. Raises OSError where it cannot."""
        await self._broker.start()
        self._server = await asyncio.start_server(self._arrive, ADDRESS, port, backlog=_BACKLOG)
        self._platform.listeners.add(downlink.OUTBOX_EVENT, self._announced)
        self._platform.listeners.add(downlink.DISCONNECT_EVENT, self._parting)
        self._watch = asyncio.create_task(self._look_again_and_again())
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    async def stop(self) -> None:
        """End all connections and listen no longer."""
        if self._server:
            self._platform.listeners.remove(downlink.OUTBOX_EVENT, self._announced)
            self._platform.listeners.remove(downlink.DISCONNECT_EVENT, self._parting)
            self._watch.cancel()
            self._server.close()
        for link in self._links:
            link.close()
        if self._links:
            await asyncio.wait(self._links.values(), timeout=_SHUTDOWN)
        await self._broker.stop()

    async def _arrive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection, from its beginning to its end."""
        link = Link(self._platform, writer)
        self._links[link] = asyncio.current_task()
        try:
            await self._broker.serve(link, reader, writer)
        except OSError:
            _log.debug("a client has gone away before it was answered")
        except Exception:
            _log.exception("a connection has failed")
        finally:
            writer.close()
            del self._links[link]
            self._greetings.pop(link, None)
            self._depart(link)

    def _depart(self, link: Link) -> None:
        link.forget()
        if self._by_device.get(link.iot_id) is link:
            del self._by_device[link.iot_id]
            broken = not (link.said_goodbye or link.closed)
            heartbeat = link.keep_alive if broken else 0
            self._platform.run(lambda ctx: session.end(ctx, link.iot_id, heartbeat))

    # What the broker asks and tells

    def admit(self, link: Link, client_id: str, username: str | None, password: str | None) -> bool:
        """See broker.Listener."""
        try:
            auth.check_keep_alive(link.keep_alive)
            credentials = auth.parse(client_id, username, password)
            admission = self._platform.run(lambda ctx: auth.authenticate(ctx, credentials))
        except auth.ConnectionDenied as denied:
            _log.info("%s may not connect: %s", username, denied)
            return False
        if admission.greeting is not None:
            self._greetings[link] = admission
            return True
        return self._take_over(link, admission.iot_id)

    def _take_over(self, link: Link, iot_id: str) -> bool:
        """A device has one connection, the one that came last; the device is online before it hears that it is."""
        link.iot_id = iot_id
        before = self._by_device.get(iot_id)
        self._by_device[iot_id] = link
        if before:
            before.close()
        return self._platform.run(lambda ctx: session.start(ctx, iot_id, link.ip_address, link.clean))

    def opened(self, link: Link) -> None:
        """See broker.Listener."""
        admission = self._greetings.pop(link, None)
        if admission:
            link.greet(admission.topic, admission.greeting)

    def received(self, link: Link, topic: str, payload: bytes, qos: int) -> None:
        """See broker.Listener."""

        def receive(ctx: Context) -> None:
            device = self._owner(ctx, link, topic)
            if device:
                uplink.receive(ctx, device, topic, payload, min(qos, _HIGHEST_QOS))

        try:
            self._platform.run(receive)
        except Exception:
            _log.exception("what was published on %s could not be received", topic)

    def subscribed(self, link: Link, topic: str) -> bool:
        """See broker.Listener."""

        def subscribe(ctx: Context) -> bool:
            device = self._owner(ctx, link, topic)
            if device is None or not _may_subscribe(ctx, topic):
                return False
            if topics.needs_subscription(topic):
                downlink.subscribe(ctx, device, topic)
            return True

        return self._platform.run(subscribe)

    def unsubscribed(self, link: Link, topics_given: list[str]) -> None:
        """See broker.Listener."""

        def unsubscribe(ctx: Context) -> None:
            for topic in topics_given:
                device = self._owner(ctx, link, topic)
                if device:
                    downlink.unsubscribe(ctx, device, topic)

        self._platform.run(unsubscribe)

    def _owner(self, ctx: Context, link: Link, topic: str) -> Row | None:
        """The row of the device whose topic it is: the link's own, or one that is connected through it."""
        names = topics.topic_owner(topic)
        own = ctx.store.one("device", iot_id=link.iot_id)
        if names is None or own is None or not own["online"] or self._by_device.get(link.iot_id) is not link:
            return None
        if names.product_key == own["product_key"] and names.device_name in (own["device_name"], None):
            return own
        return session.find_online_sub_device(ctx, own, *names)

    # What the platform tells

    def _announced(self, text: str) -> None:
        """There is something for a device, which has its own connection or its gateway's."""
        iot_id = text.removeprefix(downlink.OUTBOX_EVENT)
        link = self._by_device.get(iot_id)
        if link is None:
            link = self._by_device.get(session.gateway_of(self._platform.store, iot_id))
        if link:
            link.deliver(iot_id)

    def _parting(self, text: str) -> None:
        """A device must not be connected any longer, and is told why."""
        iot_id, topic, payload = downlink.parse_disconnect_event(text)
        link = self._by_device.get(iot_id)
        if link:
            link.part(topic, payload)

    # What nobody tells

    async def _look_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(_BETWEEN_LOOKS)
            try:
                self.look()
            except Exception:
                _log.exception("connections could not be looked through")

    def look(self) -> None:
        """End connections of clients that are silent, and of devices that must not be connected any longer."""
        for link in [link for link in self._links if link.is_silent()]:
            link.close()
        if self._by_device:
            for iot_id in self._platform.run(lambda ctx: session.find_invalid(ctx, self._by_device)):
                self._by_device[iot_id].close()


def _may_subscribe(ctx: Context, topic: str) -> bool:
    """Whether a device may subscribe to a topic of its own: its product must let it, if that can be said of one."""
    if (
        not topics.needs_subscription(topic)
        or topics.has_wildcard(topic)
        or topic.startswith(downlink.BROADCAST_PREFIX)
    ):
        return True
    topic_class = find_topic_class(ctx, topic)
    return topic_class is not None and topic_class["operation"] != "PUB"
