# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What was called, so that a test can assert, say, that a check run wrote nothing.

The journal never holds a parameter's value: they can be secrets.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.catalogue import operation_kind

#: How many calls are kept; older ones are dropped.
MOST = 200_000

_LONGEST_NAME = 64  # whatever stands in place of an operation's name must not fill the memory


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    ``at`` is real time in milliseconds since 1970, ``kind`` the catalogue's, ``status`` the HTTP status or 0 where the
    connection was closed without an answer, ``code`` the error code or empty, ``milliseconds`` what the call took.
    """

    seq: int
    at: int
    action: str
    kind: str
    status: int
    code: str
    throttled: bool
    milliseconds: float


class Journal:
    """The latest calls, numbered from 1."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=MOST)
        self._numbers = itertools.count(1)

    def add(self, action: str, status: int, code: str, seconds: float) -> None:
        """Note a call that just ended and took ``seconds``."""
        self._calls.append(
            Call(
                seq=next(self._numbers),
                at=time.time_ns() // 1_000_000,
                action=action[:_LONGEST_NAME],
                kind=operation_kind(action),
                status=status,
                code=code,
                throttled=code.startswith("Throttling"),
                milliseconds=round(seconds * 1000, 3),
            )
        )

    def since(self, seq: int = 0) -> list[dict[str, Any]]:
        """The calls after number ``seq`` that are still kept, oldest first."""
        newer = itertools.takewhile(lambda call: call.seq > seq, reversed(self._calls))
        return [asdict(call) for call in newer][::-1]

    def clear(self) -> None:
        """Forget all calls. Numbers go on, so that a ``since`` from before stays true."""
        self._calls.clear()
