# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The protocol of one MQTT client: packets in, packets out, independent of the transport.

A regular MQTT broker forwards a published message to all clients that subscribed to its topic. The platform does not: a
message of a device goes only to the platform, and devices also receive messages without a subscription. Therefore this
class keeps no subscriptions except their number; the listener decides what happens with messages and subscriptions.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, Protocol

from ansible_collections.iotops.aliyun.emulator.mqtt import codes, packets
from ansible_collections.iotops.aliyun.emulator.mqtt.codes import Refusal
from ansible_collections.iotops.aliyun.emulator.mqtt.link import Link
from ansible_collections.iotops.aliyun.emulator.mqtt.packets import MQTT_5, MQTT_311
from ansible_collections.iotops.aliyun.emulator.mqtt.properties import MalformedPacket

#: The limits of the platform (public documentation for devices).
MAX_PAYLOAD = 256 * 1024
MAX_FILTERS = 8
MAX_SUBSCRIPTIONS = 100
MAX_QOS_1_PER_SECOND = 10

#: The maximum size of a packet, which has a topic and, in MQTT 5.0, properties in addition to the payload.
MAX_PACKET = MAX_PAYLOAD + 16 * 1024

_LAST_PACKET_ID = 0xFFFF
_LARGEST_QOS = 1
_DEFAULT_RECEIVE_MAXIMUM = 0xFFFF

_log = logging.getLogger(__name__)


class ConnectionRefused(Exception):
    """The client is not allowed to connect. The text is the reason, ``refusal`` the code."""

    def __init__(self, text: str, refusal: Refusal = Refusal.NOT_AUTHORIZED) -> None:
        super().__init__(text)
        self.refusal = refusal


class Channel(Protocol):
    """A transport of packets."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    async def drain(self) -> None:
        """Wait until the client has received enough of the sent bytes to send more."""

    def close(self) -> None:
        """Close the connection after all sent bytes have left."""


class Listener(Protocol):
    """The callbacks of a client. All of them must return immediately."""

    def connected(self, link: Link, connect: packets.Connect) -> bool:
        """Start the session of a client, and return whether a former session is continued.

        Raises:
            ConnectionRefused: the client is not allowed to connect.
        """

    def opened(self, link: Link) -> None:
        """Handle that a client has received CONNACK."""

    def received(self, link: Link, message: packets.Publish) -> bool:
        """Handle a message of a client, and return whether the client may publish on its topic."""

    def subscribed(self, link: Link, topic_filter: str) -> bool:
        """Handle a subscription, and return whether it is allowed."""

    def unsubscribed(self, link: Link, topic_filters: list[str]) -> None:
        """Handle that a client unsubscribed."""


class Client:
    """The protocol of one connection.

    Args:
        link: the state of the connection.
        channel: the transport.
        listener: receives the events.
        is_throttled: whether the rate limits for devices are enforced.
    """

    def __init__(self, link: Link, channel: Channel, listener: Listener, is_throttled: bool) -> None:
        self._link = link
        self._channel = channel
        self._listener = listener
        self._is_throttled = is_throttled
        self._level = 0  # before CONNECT
        self._buffer = bytearray()
        self._filters: set[str] = set()
        self._unacknowledged: dict[int, asyncio.Future[None]] = {}
        self._last_packet_id = 0
        self._second, self._count = 0, 0
        self._receive_maximum = _DEFAULT_RECEIVE_MAXIMUM

    # From the client

    def feed(self, data: bytes) -> None:
        """Process bytes of the client."""
        self._buffer += data
        try:
            for first, body in packets.split_frames(self._buffer, MAX_PACKET):
                if self._link.closed or self._link.client_disconnected:
                    return
                self._handle(first, body)
        except packets.UnsupportedVersion as error:
            # The answer has the form of the closest version: later versions than 5.0 are expected to have its CONNACK.
            level = MQTT_5 if error.level > MQTT_5 else MQTT_311
            self._refuse(level, Refusal.UNSUPPORTED_VERSION, str(error))
        except MalformedPacket as error:
            self._end(error.code, str(error))

    def ended(self) -> None:
        """Cancel what waits for the client, after its connection has ended."""
        for future in self._unacknowledged.values():
            future.cancel()
        self._unacknowledged.clear()

    def _handle(self, first: int, body: bytes) -> None:
        kind = packets.check_flags(first)
        self._link.record_activity()
        if not self._level:
            if kind != packets.CONNECT:
                raise MalformedPacket("the first packet is not CONNECT", codes.PROTOCOL_ERROR)
            self._connect(packets.read_connect(body))
        elif kind == packets.PUBLISH:
            self._receive(packets.read_publish(first, body, self._level))
        elif kind == packets.PUBACK:
            self._acknowledge(packets.read_acknowledgement(body))
        elif kind == packets.PINGREQ:
            self._channel.write(packets.PINGRESP_PACKET)
        elif kind == packets.SUBSCRIBE:
            self._subscribe(packets.read_subscribe(body, self._level))
        elif kind == packets.UNSUBSCRIBE:
            self._unsubscribe(packets.read_unsubscribe(body, self._level))
        elif kind == packets.DISCONNECT:
            self._link.client_disconnected = True
            self._channel.close()
        else:
            raise MalformedPacket(f"unexpected packet type {kind}", codes.PROTOCOL_ERROR)

    def _connect(self, connect: packets.Connect) -> None:
        self._link.clean = connect.clean
        self._link.keep_alive = connect.keep_alive
        self._receive_maximum = connect.properties.get("receive_maximum") or _DEFAULT_RECEIVE_MAXIMUM
        try:
            session_present = self._listener.connected(self._link, connect)
        except ConnectionRefused as error:
            self._refuse(connect.level, error.refusal, str(error))
            return
        self._level = connect.level
        # Retained messages, shared subscriptions and QoS 2 are not supported.
        properties: dict[str, Any] = {
            "maximum_qos": _LARGEST_QOS,
            "retain_available": 0,
            "maximum_packet_size": MAX_PACKET,
            "subscription_identifier_available": 0,
            "shared_subscription_available": 0,
        }
        if self._link.assigned_client_id:
            properties["assigned_client_identifier"] = self._link.assigned_client_id
        self._channel.write(packets.connack(self._level, 0, session_present, properties))
        self._link.open(self.publish)
        self._listener.opened(self._link)

    def _receive(self, message: packets.Publish) -> None:
        if len(message.payload) > MAX_PAYLOAD:
            raise MalformedPacket(f"a message has more than {MAX_PAYLOAD} bytes", codes.PACKET_TOO_LARGE)
        if message.qos > _LARGEST_QOS:
            raise MalformedPacket("QoS 2 is not supported", codes.QOS_NOT_SUPPORTED)
        if message.qos and self._exceeds_rate():
            # MQTT 3 has no code for it: without an acknowledgement, the client sends the message again.
            if self._level == MQTT_5:
                self._channel.write(packets.puback(self._level, message.packet_id, codes.QUOTA_EXCEEDED))
            return
        # The message is processed before it is acknowledged, so that no acknowledged message is lost.
        is_allowed = self._listener.received(self._link, message)
        if message.qos:
            code = 0 if is_allowed else codes.NOT_AUTHORIZED
            self._channel.write(packets.puback(self._level, message.packet_id, code))

    def _exceeds_rate(self) -> bool:
        """Count a message with QoS 1, and return whether the device sends too many of them."""
        second = int(time.monotonic())
        self._count = self._count + 1 if second == self._second else 1
        self._second = second
        return self._is_throttled and self._count > MAX_QOS_1_PER_SECOND

    def _acknowledge(self, packet_id: int) -> None:
        future = self._unacknowledged.pop(packet_id, None)
        if future and not future.done():
            future.set_result(None)

    def _subscribe(self, subscribe: packets.Subscribe) -> None:
        results = [self._subscribe_one(one, qos, len(subscribe.filters)) for one, qos in subscribe.filters]
        self._channel.write(packets.suback(self._level, subscribe.packet_id, results))

    def _subscribe_one(self, topic_filter: str, qos: int, count: int) -> int:
        """Return the code of one subscription in a packet with ``count`` subscriptions."""
        is_new = topic_filter not in self._filters
        if count > MAX_FILTERS or (is_new and len(self._filters) >= MAX_SUBSCRIPTIONS):
            return codes.QUOTA_EXCEEDED
        if not self._listener.subscribed(self._link, topic_filter):
            return codes.NOT_AUTHORIZED
        self._filters.add(topic_filter)
        return min(qos, _LARGEST_QOS)

    def _unsubscribe(self, unsubscribe: packets.Unsubscribe) -> None:
        self._filters.difference_update(unsubscribe.filters)
        self._listener.unsubscribed(self._link, unsubscribe.filters)
        self._channel.write(packets.unsuback(self._level, unsubscribe.packet_id, len(unsubscribe.filters)))

    # To the client

    async def publish(self, topic: str, payload: bytes, qos: int, properties: dict[str, Any] | None = None) -> None:
        """Send a message; with QoS 1 wait for the acknowledgement. Clients before MQTT 5.0 receive no properties."""
        if not qos:
            self._channel.write(packets.publish(self._level, packets.Publish(topic, payload, 0, 0, properties or {})))
            await self._channel.drain()
            return
        while len(self._unacknowledged) >= self._receive_maximum:
            await asyncio.wait(self._unacknowledged.values(), return_when=asyncio.FIRST_COMPLETED)
        packet_id = self._next_packet_id()
        future = self._unacknowledged[packet_id] = asyncio.get_running_loop().create_future()
        self._channel.write(
            packets.publish(self._level, packets.Publish(topic, payload, qos, packet_id, properties or {}))
        )
        await future

    def close(self, code: int) -> None:
        """Close the connection; a client of MQTT 5.0 receives the reason code."""
        if self._level == MQTT_5:
            self._channel.write(packets.disconnect(code))
        self._channel.close()

    def _next_packet_id(self) -> int:
        packet_id = self._last_packet_id
        while True:
            packet_id = packet_id % _LAST_PACKET_ID + 1
            if packet_id not in self._unacknowledged:
                self._last_packet_id = packet_id
                return packet_id

    def _refuse(self, level: int, refusal: Refusal, reason: str) -> None:
        _log.info("Connection refused: %s", reason)
        self._channel.write(packets.connack(level, refusal.code(level)))
        self._link.closed = True
        self._channel.close()

    def _end(self, code: int, reason: str) -> None:
        _log.info("Connection of device %s closed: %s", self._link.iot_id or "(none)", reason)
        self._link.closed = True
        self.close(code)
