# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Return codes of MQTT 3 and reason codes of MQTT 5.0."""

from __future__ import annotations

from enum import Enum


class Refusal(Enum):
    """Why a connection is refused: the return code of MQTT 3 and the reason code of MQTT 5.0."""

    UNSUPPORTED_VERSION = (1, 0x84)
    INVALID_CLIENT_ID = (2, 0x85)
    UNAVAILABLE = (3, 0x88)
    TOO_MANY_CONNECTIONS = (3, 0x9F)
    MALFORMED_CREDENTIALS = (4, 0x86)
    NOT_AUTHORIZED = (5, 0x87)

    def code(self, level: int) -> int:
        """Return the code for a protocol level."""
        return self.value[level >= 5]


# Reason codes of MQTT 5.0. In a SUBACK packet of MQTT 3, all failures are 0x80.
NOT_AUTHORIZED = 0x87
SESSION_TAKEN_OVER = 0x8E
PACKET_TOO_LARGE = 0x95
QUOTA_EXCEEDED = 0x97
QOS_NOT_SUPPORTED = 0x9B
PROTOCOL_ERROR = 0x82
