# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The AccessKeys of the emulated account, with which clients of the API and of consumer groups sign."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

#: The largest allowed difference between a signed timestamp and real time, in seconds, in both directions.
TOLERANCE = 15 * 60


class AccessKeys:
    """AccessKeys that are accepted. For an STS key any security token is accepted.

    Args:
        secrets: AccessKey secrets by AccessKey id.
        clock: returns real time in seconds; signatures do not depend on the clock of the emulator.
    """

    def __init__(self, secrets: Mapping[str, str], clock: Callable[[], float] = time.time) -> None:
        self._secrets = dict(secrets)
        self._clock = clock

    def secret(self, access_key_id: str) -> str | None:
        """Return the secret of an AccessKey, or None if the AccessKey does not exist."""
        return self._secrets.get(access_key_id)

    def now(self) -> float:
        """Return real time in seconds."""
        return self._clock()

    def is_current(self, timestamp: float) -> bool:
        """Return whether a signed timestamp, in seconds, is close enough to real time."""
        return abs(self._clock() - timestamp) <= TOLERANCE
