# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Waiting for asynchronous work of the platform, such as a job."""

from __future__ import annotations

import time
from typing import Any, Callable, TypeVar

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, Number

#: The fields of a resource that a task can wait for. ``Resource.unfinished_reason`` determines when the wait ends.
WAIT_FIELDS = (
    Field("wait", type=Flag(), write_only=True, argument={"default": False}),
    Field("wait_timeout_in_seconds", type=Number(1, 2_592_000), write_only=True, argument={"default": 3600}),
)

#: The seconds between the first two reads, the factor by which the interval grows, and the longest interval in seconds.
FIRST_PAUSE = 1.0
GROWTH = 1.5
LONGEST_PAUSE = 30.0

_State = TypeVar("_State")


class WaitTimeout(EngineError):
    """The timeout of a wait expired. The work of the platform continues.

    Attributes:
        result: The result of the task so far.
    """

    result: dict[str, Any]


def wait(read: Callable[[], _State], unfinished_reason: Callable[[_State], str], seconds: float) -> tuple[_State, str]:
    """Read a state at growing intervals until it is finished or the timeout expires.

    Args:
        read: Returns the current state.
        unfinished_reason: Returns why a state is not finished, or an empty string if it is.
        seconds: The timeout in seconds. The last read is when it expires.

    Returns:
        The last state, and why it is not finished; an empty string if it is.
    """
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        state = read()
        reason = unfinished_reason(state)
        remaining = deadline - time.monotonic()
        if not reason or remaining <= 0:
            return state, reason
        time.sleep(min(pause, remaining))
        pause = min(pause * GROWTH, LONGEST_PAUSE)
