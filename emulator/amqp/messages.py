# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Encode messages in the format of AMQP 1.0 (parts 1.6 and 3.2 of the specification).

All messages have the same sections and types, so that this is faster than the general encoder of the library.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core.store import Row

# Sections: the constructor of a described type and the descriptor.
_PROPERTIES = b"\x00\x53\x73"
_APPLICATION_PROPERTIES = b"\x00\x53\x74"
_DATA = b"\x00\x53\x75"

# Constructors of types. The type with a length of 32 bits follows the one with 8 bits.
_STRING = (0xA1, 0xB1)
_BINARY = (0xA0, 0xB0)
_LIST_8 = 0xC0
_MAP_32 = 0xD1
_LONG = 0x81


def encode(message: Row) -> bytes:
    """Return a queued message: message id, application properties as on the platform, and the payload as body."""
    message_id = _variable(_STRING, str(message["message_id"]).encode())
    entries = (
        *(_variable(_STRING, b"topic"), _variable(_STRING, message["topic"].encode())),
        *(_variable(_STRING, b"messageId"), message_id),
        *(_variable(_STRING, b"generateTime"), bytes([_LONG]) + message["at"].to_bytes(8, "big")),
    )
    items = len(entries).to_bytes(4, "big") + b"".join(entries)
    return b"".join(
        (
            _PROPERTIES + bytes([_LIST_8, len(message_id) + 1, 1]) + message_id,
            _APPLICATION_PROPERTIES + bytes([_MAP_32]) + len(items).to_bytes(4, "big") + items,
            _DATA + _variable(_BINARY, message["payload"]),
        )
    )


def _variable(constructors: tuple[int, int], content: bytes) -> bytes:
    """Return a value of variable length."""
    is_long = len(content) > 255
    return bytes([constructors[is_long]]) + len(content).to_bytes(4 if is_long else 1, "big") + content
