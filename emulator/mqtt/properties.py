# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Basic data types of MQTT packets, and the properties of MQTT 5.0 (sections 1.5 and 2.2.2 of the specification)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LARGEST_LENGTH = 268_435_455


class MalformedPacket(Exception):
    """A packet is not valid. ``code`` is the reason code of MQTT 5.0."""

    def __init__(self, text: str, code: int = 0x81) -> None:
        super().__init__(text)
        self.code = code


class Fields:
    """Reads the fields of a packet, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def is_empty(self) -> bool:
        """Whether all bytes are read."""
        return self._position >= len(self._data)

    def take(self, size: int) -> bytes:
        """Return the next bytes. Raises MalformedPacket if there are fewer."""
        end = self._position + size
        if end > len(self._data):
            raise MalformedPacket("the packet ends within a field")
        value = self._data[self._position : end]
        self._position = end
        return value

    def rest(self) -> bytes:
        """Return all remaining bytes."""
        value = self._data[self._position :]
        self._position = len(self._data)
        return value

    def number(self, size: int) -> int:
        """Return an unsigned integer of ``size`` bytes."""
        return int.from_bytes(self.take(size), "big")

    def binary(self) -> bytes:
        """Return binary data with a length of two bytes."""
        return self.take(self.number(2))

    def text(self) -> str:
        """Return a UTF-8 string with a length of two bytes. Raises MalformedPacket if it is not valid."""
        try:
            value = self.binary().decode()
        except UnicodeDecodeError:
            raise MalformedPacket("a string is not valid UTF-8") from None
        if "\0" in value:
            raise MalformedPacket("a string contains a null character")
        return value

    def variable_number(self) -> int:
        """Return an integer of one to four bytes."""
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise MalformedPacket("a variable byte integer has more than four bytes")


def encode_variable_number(value: int) -> bytes:
    """Return an integer of up to 268,435,455 as one to four bytes."""
    if value < 0x80:  # most packets are short
        return bytes((value,))
    assert value <= _LARGEST_LENGTH
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def encode_binary(value: bytes) -> bytes:
    """Return binary data with its length."""
    return len(value).to_bytes(2, "big") + value


def encode_text(value: str) -> bytes:
    """Return a string with its length."""
    return encode_binary(value.encode())


# The types of properties.
_BYTE, _TWO_BYTES, _FOUR_BYTES, _VARIABLE, _TEXT, _BINARY, _PAIR = range(7)

_PROPERTIES: dict[int, tuple[str, int]] = {
    0x01: ("payload_format_indicator", _BYTE),
    0x02: ("message_expiry_interval", _FOUR_BYTES),
    0x03: ("content_type", _TEXT),
    0x08: ("response_topic", _TEXT),
    0x09: ("correlation_data", _BINARY),
    0x0B: ("subscription_identifier", _VARIABLE),
    0x11: ("session_expiry_interval", _FOUR_BYTES),
    0x12: ("assigned_client_identifier", _TEXT),
    0x13: ("server_keep_alive", _TWO_BYTES),
    0x15: ("authentication_method", _TEXT),
    0x16: ("authentication_data", _BINARY),
    0x17: ("request_problem_information", _BYTE),
    0x18: ("will_delay_interval", _FOUR_BYTES),
    0x19: ("request_response_information", _BYTE),
    0x1A: ("response_information", _TEXT),
    0x1C: ("server_reference", _TEXT),
    0x1F: ("reason_string", _TEXT),
    0x21: ("receive_maximum", _TWO_BYTES),
    0x22: ("topic_alias_maximum", _TWO_BYTES),
    0x23: ("topic_alias", _TWO_BYTES),
    0x24: ("maximum_qos", _BYTE),
    0x25: ("retain_available", _BYTE),
    0x26: ("user_property", _PAIR),
    0x27: ("maximum_packet_size", _FOUR_BYTES),
    0x28: ("wildcard_subscription_available", _BYTE),
    0x29: ("subscription_identifier_available", _BYTE),
    0x2A: ("shared_subscription_available", _BYTE),
}
_BY_NAME = {name: (identifier, kind) for identifier, (name, kind) in _PROPERTIES.items()}
_SIZES = {_BYTE: 1, _TWO_BYTES: 2, _FOUR_BYTES: 4}
_REPEATABLE = ("user_property", "subscription_identifier")


def read_properties(fields: Fields) -> dict[str, Any]:
    """Return the properties of a packet by name. Properties that can be repeated are lists.

    Raises:
        MalformedPacket: a property is unknown, or occurs twice although it must not.
    """
    part = Fields(fields.take(fields.variable_number()))
    found: dict[str, Any] = {}
    while not part.is_empty:
        identifier = part.variable_number()
        if identifier not in _PROPERTIES:
            raise MalformedPacket(f"unknown property {identifier}")
        name, kind = _PROPERTIES[identifier]
        value = _read_value(part, kind)
        if name in _REPEATABLE:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise MalformedPacket(f"the property {name} occurs twice", 0x82)
        else:
            found[name] = value
    return found


def _read_value(fields: Fields, kind: int) -> Any:
    if kind in _SIZES:
        return fields.number(_SIZES[kind])
    if kind == _VARIABLE:
        return fields.variable_number()
    if kind == _TEXT:
        return fields.text()
    if kind == _BINARY:
        return fields.binary()
    return fields.text(), fields.text()


def encode_properties(properties: Mapping[str, Any]) -> bytes:
    """Return properties by name as bytes, with their length. The inverse of ``read_properties``."""
    encoded = bytearray()
    for name, value in properties.items():
        identifier, kind = _BY_NAME[name]
        for one in value if name in _REPEATABLE else (value,):
            encoded.append(identifier)
            encoded += _encode_value(one, kind)
    return encode_variable_number(len(encoded)) + bytes(encoded)


def _encode_value(value: Any, kind: int) -> bytes:
    if kind in _SIZES:
        return int(value).to_bytes(_SIZES[kind], "big")
    if kind == _VARIABLE:
        return encode_variable_number(value)
    if kind == _TEXT:
        return encode_text(value)
    if kind == _BINARY:
        return encode_binary(value)
    return encode_text(value[0]) + encode_text(value[1])
