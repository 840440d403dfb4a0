# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packets of MQTT 3.1, 3.1.1 and 5.0, as a server reads and writes them.

No maintained library reads and writes all three versions without a client or a broker: ``amqtt`` 0.12 is a broker for
3.1.1, ``mqtt5`` 0.8 reads only 5.0, ``ohmqtt`` 1.2 and ``gmqtt`` 0.8 are clients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.emulator.mqtt.properties import (
    Fields,
    MalformedPacket,
    encode_properties,
    encode_text,
    encode_variable_number,
    read_properties,
)

# The protocol levels of MQTT 3.1, 3.1.1 and 5.0.
MQTT_31, MQTT_311, MQTT_5 = 3, 4, 5

# The packet types.
CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = range(1, 8)
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH = range(8, 16)

_PROTOCOL_NAMES = {MQTT_31: "MQIsdp", MQTT_311: "MQTT", MQTT_5: "MQTT"}

# The flags in the first byte of packets whose flags are fixed.
_FLAGS = {PUBREL: 2, SUBSCRIBE: 2, UNSUBSCRIBE: 2}

PINGRESP_PACKET = bytes((PINGRESP << 4, 0))


class UnsupportedVersion(Exception):
    """A client uses another protocol version. ``level`` is its protocol level."""

    def __init__(self, level: int) -> None:
        super().__init__(f"protocol level {level} is not supported")
        self.level = level


@dataclass(frozen=True, slots=True)
class Connect:
    """A CONNECT packet. Will messages are read but not kept: the platform does not publish them."""

    level: int
    client_id: str
    clean: bool
    keep_alive: int
    username: str | None = None
    password: str | None = None
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Publish:
    """A PUBLISH packet. ``packet_id`` is 0 for QoS 0."""

    topic: str
    payload: bytes
    qos: int
    packet_id: int = 0
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A SUBSCRIBE packet: topic filters with the requested QoS."""

    packet_id: int
    filters: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """An UNSUBSCRIBE packet."""

    packet_id: int
    filters: list[str]


def split_frames(buffer: bytearray, max_size: int) -> Iterator[tuple[int, bytes]]:
    """Remove all complete packets from a buffer, and yield the first byte and the rest of each.

    Raises:
        MalformedPacket: a packet is larger than ``max_size`` bytes, or its length is invalid.
    """
    while len(buffer) >= 2:
        length, position, shift = 0, 1, 0
        while True:
            if position >= len(buffer):
                return
            byte = buffer[position]
            length |= (byte & 0x7F) << shift
            position += 1
            if byte < 0x80:
                break
            shift += 7
            if shift > 21:
                raise MalformedPacket("the length of a packet has more than four bytes")
        if length > max_size:
            raise MalformedPacket(f"a packet has {length} bytes, more than {max_size}", 0x95)
        end = position + length
        if len(buffer) < end:
            return
        first, body = buffer[0], bytes(buffer[position:end])
        del buffer[:end]
        yield first, body


def check_flags(first: int) -> int:
    """Return the packet type in the first byte of a packet. Raises MalformedPacket if its flags are invalid."""
    kind = first >> 4
    if kind != PUBLISH and first & 0xF != _FLAGS.get(kind, 0):
        raise MalformedPacket("the flags of a packet are invalid")
    return kind


def read_connect(body: bytes) -> Connect:
    """Parse a CONNECT packet.

    Raises:
        UnsupportedVersion: the client uses another version.
        MalformedPacket: the packet is invalid.
    """
    fields = Fields(body)
    name, level = fields.text(), fields.number(1)
    if name not in _PROTOCOL_NAMES.values():
        raise MalformedPacket(f"{name!r} is not MQTT")
    if _PROTOCOL_NAMES.get(level) != name:
        raise UnsupportedVersion(level)
    flags = fields.number(1)
    has_will, will_qos = flags & 0x04, flags >> 3 & 3
    if (flags & 1 and level > MQTT_31) or will_qos == 3 or (not has_will and flags & 0x38):
        raise MalformedPacket("the connect flags are invalid")
    if level == MQTT_311 and flags & 0x40 and not flags & 0x80:
        raise MalformedPacket("a password needs a user name")
    keep_alive = fields.number(2)
    properties = read_properties(fields) if level == MQTT_5 else {}
    client_id = fields.text()
    if has_will:
        if level == MQTT_5:
            read_properties(fields)
        fields.text()
        fields.binary()
    username = fields.text() if flags & 0x80 else None
    password = fields.binary().decode("utf-8", "replace") if flags & 0x40 else None
    return Connect(level, client_id, bool(flags & 2), keep_alive, username, password, properties)


def read_publish(first: int, body: bytes, level: int) -> Publish:
    """Parse a PUBLISH packet. Raises MalformedPacket if it is invalid."""
    fields = Fields(body)
    qos = first >> 1 & 3
    if qos == 3:
        raise MalformedPacket("QoS 3 does not exist")
    topic = fields.text()
    packet_id = _packet_id(fields) if qos else 0
    properties = read_properties(fields) if level == MQTT_5 else {}
    if "topic_alias" in properties:
        raise MalformedPacket("topic aliases are not accepted", 0x94)
    if not topic or "+" in topic or "#" in topic:
        raise MalformedPacket("the topic of a message is empty or has wildcards", 0x90)
    return Publish(topic, fields.rest(), qos, packet_id, properties)


def read_acknowledgement(body: bytes) -> int:
    """Return the packet identifier of a PUBACK packet."""
    return _packet_id(Fields(body))


def read_subscribe(body: bytes, level: int) -> Subscribe:
    """Parse a SUBSCRIBE packet. Raises MalformedPacket if it is invalid."""
    packet_id, fields = _start_of_filters(body, level)
    filters = []
    while not fields.is_empty:
        topic_filter, options = fields.text(), fields.number(1)
        if options & 3 == 3 or (level < MQTT_5 and options > 2):
            raise MalformedPacket("the requested QoS is invalid")
        filters.append((topic_filter, options & 3))
    if not filters:
        raise MalformedPacket("a SUBSCRIBE packet needs a topic filter", 0x82)
    return Subscribe(packet_id, filters)


def read_unsubscribe(body: bytes, level: int) -> Unsubscribe:
    """Parse an UNSUBSCRIBE packet. Raises MalformedPacket if it is invalid."""
    packet_id, fields = _start_of_filters(body, level)
    filters = []
    while not fields.is_empty:
        filters.append(fields.text())
    if not filters:
        raise MalformedPacket("an UNSUBSCRIBE packet needs a topic filter", 0x82)
    return Unsubscribe(packet_id, filters)


def _start_of_filters(body: bytes, level: int) -> tuple[int, Fields]:
    """Return the packet identifier and the rest of a packet with topic filters. Its properties are not used."""
    fields = Fields(body)
    packet_id = _packet_id(fields)
    if level == MQTT_5:
        read_properties(fields)
    return packet_id, fields


def _packet_id(fields: Fields) -> int:
    packet_id = fields.number(2)
    if not packet_id:
        raise MalformedPacket("a packet identifier is 0")
    return packet_id


# Packets of the server


def connack(level: int, code: int, session_present: bool = False, properties: Mapping[str, Any] | None = None) -> bytes:
    """Return a CONNACK packet. MQTT 3.1 has no session-present flag."""
    body = bytes((session_present and level > MQTT_31, code))
    if level == MQTT_5:
        body += encode_properties(properties or {})
    return _packet(CONNACK << 4, body)


def publish(level: int, message: Publish) -> bytes:
    """Return a PUBLISH packet."""
    body = encode_text(message.topic)
    if message.qos:
        body += message.packet_id.to_bytes(2, "big")
    if level == MQTT_5:
        body += encode_properties(message.properties)
    return _packet(PUBLISH << 4 | message.qos << 1, body + message.payload)


def puback(level: int, packet_id: int, code: int = 0) -> bytes:
    """Return a PUBACK packet. Only MQTT 5.0 has a reason code."""
    body = packet_id.to_bytes(2, "big")
    if level == MQTT_5 and code:
        body += bytes((code, 0))
    return _packet(PUBACK << 4, body)


def suback(level: int, packet_id: int, codes: list[int]) -> bytes:
    """Return a SUBACK packet with a code for each topic filter. MQTT 3 has one code for all failures."""
    body = packet_id.to_bytes(2, "big")
    if level == MQTT_5:
        return _packet(SUBACK << 4, body + b"\0" + bytes(codes))
    return _packet(SUBACK << 4, body + bytes(min(code, 0x80) for code in codes))


def unsuback(level: int, packet_id: int, count: int) -> bytes:
    """Return an UNSUBACK packet for ``count`` topic filters."""
    body = packet_id.to_bytes(2, "big")
    if level == MQTT_5:
        body += b"\0" + bytes(count)
    return _packet(UNSUBACK << 4, body)


def disconnect(code: int) -> bytes:
    """Return a DISCONNECT packet of MQTT 5.0; a server of MQTT 3 only closes the connection."""
    return _packet(DISCONNECT << 4, bytes((code, 0)))


def _packet(first: int, body: bytes) -> bytes:
    return bytes((first,)) + encode_variable_number(len(body)) + body
