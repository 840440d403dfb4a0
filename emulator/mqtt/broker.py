# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The library that speaks MQTT: clients, packets and acknowledgements, and none of its own routing.

A plain broker gives what a client publishes to all that have subscribed, and a client nothing else. The platform does
neither: a device's message is for the platform alone, and the platform's messages reach devices that have subscribed to
nothing. So the library may hand on nothing, and its sessions are sent to directly.

It takes over sessions by client id, and does so before it asks who the client is. Here sessions get names of their own,
so that nobody can end another's; taking over by device is the gateway's business, as is noticing silent clients.
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

# Whose log is about clients that go away, which is nothing unusual here.
_NOISY = ("amqtt", "transitions")


class Listener(Protocol):
    """What the broker asks and tells. All of it returns at once."""

    def admit(self, link: Link, client_id: str, username: str | None, password: str | None) -> bool:
        """Whether a client may connect; it hears it when this has returned."""

    def opened(self, link: Link) -> None:
        """A client that may has been told so."""

    def received(self, link: Link, topic: str, payload: bytes, qos: int) -> None:
        """A client has published."""

    def subscribed(self, link: Link, topic: str) -> bool:
        """A client wants to subscribe: whether it may."""

    def unsubscribed(self, link: Link, topics: list[str]) -> None:
        """A client does not want to be subscribed any longer."""


class Doorkeeper(BaseAuthPlugin, BaseTopicPlugin):
    """What the library calls."""

    @dataclass
    class Config:
        """``broker`` is the Broker that it works for."""

        broker: Any

    async def authenticate(self, *, session: Session) -> bool:
        """See BaseAuthPlugin."""
        return self.config.broker.admit(session)

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        """See BaseTopicPlugin: nothing that is published is handed on."""
        return action == Action.SUBSCRIBE and self.config.broker.listener.subscribed(_link_of(session), topic)

    async def on_broker_client_connected(self, *, client_id: str, client_session: Session) -> None:
        """Called before anything that the client sends is read."""
        self.config.broker.open(client_id, _link_of(client_session))

    async def on_broker_client_subscribed(self, *, client_id: str, topic: str, qos: int) -> None:
        """The library need not remember: it would go through all subscriptions at every connection."""
        self.context.subscriptions.pop(topic, None)

    async def on_mqtt_packet_received(self, *, packet: MQTTPacket, session: Session | None = None) -> None:
        """Called before a packet is answered, so that what was acknowledged has been done."""
        if session is not None:
            self.config.broker.hear(_link_of(session), packet)


class Broker:
    """Serves connections on behalf of a listener. It is made and used in one running event loop."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self._arrivals: dict[tuple[str, int], Link] = {}
        self._numbers = itertools.count(1)
        for name in _NOISY:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._library = Library(
            BrokerConfig(
                listeners={_LISTENER: ListenerConfig(type=ListenerType.EXTERNAL)},
                plugins={f"{__name__}.{Doorkeeper.__name__}": {"broker": self}},
            )
        )

    async def start(self) -> None:
        """Be ready for ``serve``."""
        await self._library.start()

    async def stop(self) -> None:
        """When all of ``serve`` have returned."""
        await self._library.shutdown()

    async def serve(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak MQTT on a connection until it ends."""
        self._arrivals[link.ip_address, link.port] = link
        try:
            await self._library.external_connected(StreamReaderAdapter(reader), StreamWriterAdapter(writer), _LISTENER)
        finally:
            self._arrivals.pop((link.ip_address, link.port), None)
            self._library.sessions.pop(link.name, None)

    def admit(self, session: Session) -> bool:
        """Ask the listener about a client, and make its session one that the library has no own ideas about."""
        link = self._arrivals[session.remote_address, session.remote_port]
        link.clean = bool(session.clean_session)
        link.keep_alive = session.keep_alive
        link.name = str(next(self._numbers))
        client_id, session.client_id = session.client_id, link.name
        session.attributes[_LINK] = link
        session.clean_session = True
        session.keep_alive = 0
        session.will_flag = False
        return self.listener.admit(link, client_id, session.username, session.password)

    def open(self, name: str, link: Link) -> None:
        """From now on the client can be sent to."""
        _session, handler = self._library.sessions[name]
        link.open(partial(handler.mqtt_publish, retain=False))
        self.listener.opened(link)

    def hear(self, link: Link, packet: MQTTPacket) -> None:
        """Tell the listener what a packet means to it."""
        link.hear()
        if isinstance(packet, PublishPacket):
            self.listener.received(link, packet.topic_name, packet.data, packet.qos)
        elif isinstance(packet, UnsubscribePacket):
            self.listener.unsubscribed(link, packet.payload.topics)
        elif isinstance(packet, DisconnectPacket):
            link.said_goodbye = True


def _link_of(session: Session) -> Link:
    return session.attributes[_LINK]
