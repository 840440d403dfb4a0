# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Record API calls, so that a test can assert, for example, that a run in check mode wrote nothing.

The journal never contains values of parameters, because they can be secrets.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.catalogue import operation_kind
from ansible_collections.iotops.aliyun.emulator.core.context import Warned

#: The number of calls that are stored; older calls are dropped.
MAX_CALLS = 200_000

_MAX_NAME_LENGTH = 64  # an invalid name of an operation must not fill the memory


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        seq: the number of the call, from 1.
        at: real time in milliseconds since 1970.
        action: the name of the operation.
        kind: the kind of the operation in the catalog.
        status: the HTTP status; 0 if the connection was closed without a response.
        code: the error code, or an empty string.
        throttled: whether the call was rejected by a quota.
        milliseconds: the duration of the call.
        warnings: why other documents of the vendor do not allow the call, although the manual does.
    """

    seq: int
    at: int
    action: str
    kind: str
    status: int
    code: str
    throttled: bool
    milliseconds: float
    warnings: tuple[Warned, ...] = ()


class Journal:
    """The most recent calls, numbered from 1."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=MAX_CALLS)
        self._numbers = itertools.count(1)

    def add(self, action: str, status: int, code: str, seconds: float, warnings: Iterable[Warned] = ()) -> None:
        """Record a call that just ended and took ``seconds``."""
        self._calls.append(
            Call(
                seq=next(self._numbers),
                at=time.time_ns() // 1_000_000,
                action=action[:_MAX_NAME_LENGTH],
                kind=operation_kind(action),
                status=status,
                code=code,
                throttled=code.startswith("Throttling"),
                milliseconds=round(seconds * 1000, 3),
                warnings=tuple(warnings),
            )
        )

    def since(self, seq: int = 0) -> list[dict[str, Any]]:
        """Return the stored calls with a number greater than ``seq``, oldest first."""
        newer = itertools.takewhile(lambda call: call.seq > seq, reversed(self._calls))
        return [asdict(call) for call in newer][::-1]

    def newest(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """Return up to ``limit`` stored calls, newest first, without the ``offset`` newest ones."""
        return [asdict(call) for call in itertools.islice(reversed(self._calls), offset, offset + limit)]

    def __len__(self) -> int:
        """Return the number of stored calls."""
        return len(self._calls)

    def clear(self) -> None:
        """Delete all calls. The numbering continues, so that an earlier ``since`` stays valid."""
        self._calls.clear()
