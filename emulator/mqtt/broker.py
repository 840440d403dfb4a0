# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Adapt the MQTT library: clients, packets and acknowledgements, without the routing of the library.

A regular MQTT broker forwards a published message to all clients that subscribed to its topic. The platform does not:
a message of a device goes only to the platform, and devices also receive messages without a subscription. Therefore the
routing of the library is disabled, and messages are sent directly to its sessions.

The library takes over a session with the same client id before it authenticates the client. Here every session gets a
unique name, so that a client cannot end the session of another client. The gateway takes over connections of the same
device and closes connections of silent clients.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker as Library
from amqtt.contexts import Action, BrokerConfig, ListenerConfig, ListenerType
from amqtt.mqtt.disconnect import DisconnectPacket
from amqtt.mqtt.packet import MQTTPacket
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from ansible_collections.iotops.aliyun.emulator.mqtt.link import Link

_LISTENER = "default"
_LINK = "iotops.aliyun.link"

# Loggers that report disconnected clients, which is normal here.
_NOISY_LOGGERS = ("amqtt", "transitions")


class Listener(Protocol):
    """The callbacks of the broker. All of them must return immediately."""

    def authenticate(self, link: Link, client_id: str, username: str | None, password: str | None) -> bool:
        """Return whether a client is allowed to connect; the client receives the result afterwards."""

    def opened(self, link: Link) -> None:
        """Handle that a client was accepted and has received the result."""

    def received(self, link: Link, topic: str, payload: bytes, qos: int) -> None:
        """Handle a message that a client published."""

    def subscribed(self, link: Link, topic: str) -> bool:
        """Handle a subscription; return whether it is allowed."""

    def unsubscribed(self, link: Link, topics: list[str]) -> None:
        """Handle that a client unsubscribed."""


class BrokerPlugin(BaseAuthPlugin, BaseTopicPlugin):
    """The plugin that connects the library to the broker."""

    @dataclass
    class Config:
        """The configuration of the plugin: the Broker."""

        broker: Any

    async def authenticate(self, *, session: Session) -> bool:
        """Authenticate a client; see BaseAuthPlugin."""
        return self.config.broker.authenticate(session)

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        """Allow subscriptions and reject all publishing, so that nothing is forwarded; see BaseTopicPlugin."""
        return action == Action.SUBSCRIBE and self.config.broker.listener.subscribed(_link_of(session), topic)

    async def on_broker_client_connected(self, *, client_id: str, client_session: Session) -> None:
        """Open the session, before the library reads the first packet of the client."""
        self.config.broker.open(client_id, _link_of(client_session))

    async def on_broker_client_subscribed(self, *, client_id: str, topic: str, qos: int) -> None:
        """Remove the subscription from the library, which would iterate over all subscriptions at every connection."""
        self.context.subscriptions.pop(topic, None)

    async def on_mqtt_packet_received(self, *, packet: MQTTPacket, session: Session | None = None) -> None:
        """Handle a packet before the library acknowledges it, so that acknowledged packets are always processed."""
        if session is not None:
            self.config.broker.handle_packet(_link_of(session), packet)


class Broker:
    """Serves connections for a listener. It must be created and used in the same running event loop."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self._new_links: dict[tuple[str, int], Link] = {}
        self._numbers = itertools.count(1)
        for name in _NOISY_LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._library = Library(
            BrokerConfig(
                listeners={_LISTENER: ListenerConfig(type=ListenerType.EXTERNAL)},
                plugins={f"{__name__}.{BrokerPlugin.__name__}": {"broker": self}},
            )
        )

    async def start(self) -> None:
        """Start the library; call this before ``serve``."""
        await self._library.start()

    async def stop(self) -> None:
        """Stop the library, after all calls of ``serve`` have returned."""
        await self._library.shutdown()

    async def serve(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until it ends."""
        self._new_links[link.ip_address, link.port] = link
        try:
            await self._library.external_connected(StreamReaderAdapter(reader), StreamWriterAdapter(writer), _LISTENER)
        finally:
            self._new_links.pop((link.ip_address, link.port), None)
            self._library.sessions.pop(link.name, None)

    def authenticate(self, session: Session) -> bool:
        """Authenticate a client and disable the session handling of the library (takeover, keep-alive, last will)."""
        link = self._new_links[session.remote_address, session.remote_port]
        link.clean = bool(session.clean_session)
        link.keep_alive = session.keep_alive
        link.name = str(next(self._numbers))
        client_id, session.client_id = session.client_id, link.name
        session.attributes[_LINK] = link
        session.clean_session = True
        session.keep_alive = 0
        session.will_flag = False
        return self.listener.authenticate(link, client_id, session.username, session.password)

    def open(self, name: str, link: Link) -> None:
        """Enable sending to a client."""
        _session, handler = self._library.sessions[name]
        link.open(partial(handler.mqtt_publish, retain=False))
        self.listener.opened(link)

    def handle_packet(self, link: Link, packet: MQTTPacket) -> None:
        """Pass a packet to the listener."""
        link.record_activity()
        if isinstance(packet, PublishPacket):
            self.listener.received(link, packet.topic_name, packet.data, packet.qos)
        elif isinstance(packet, UnsubscribePacket):
            self.listener.unsubscribed(link, packet.payload.topics)
        elif isinstance(packet, DisconnectPacket):
            link.client_disconnected = True


def _link_of(session: Session) -> Link:
    return session.attributes[_LINK]
