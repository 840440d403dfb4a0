# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Waiting for what goes on by itself after it was set going, such as a job."""

from __future__ import annotations

import time

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, Number

#: The fields of a resource that can be waited for; its ``unfinished`` says what for.
WAIT_FIELDS = (
    Field("wait", type=Flag(), write_only=True, argument={"default": False}),
    Field("wait_timeout_in_seconds", type=Number(1, 2_592_000), write_only=True, argument={"default": 3600}),
)

#: The seconds before the second look, by how much each following pause is longer, and the longest.
FIRST_PAUSE = 1.0
GROWTH = 1.5
LONGEST_PAUSE = 30.0


class WaitTimeout(EngineError):
    """What was waited for has not come about in time; it goes on.

    Attributes:
        result: the result of the task so far.
    """

    result: dict


def wait(read, unfinished, seconds: float):
    """Reads until what is read is finished, at growing intervals.

    Args:
        read: reads it as it is now.
        unfinished: says of what was read why it is not finished; nothing where it is.
        seconds: how long to wait at most.

    Returns:
        What was read last, and why it is not finished; nothing where it is.
    """
    ends = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        there = read()
        reason = unfinished(there)
        left = ends - time.monotonic()
        if not reason or left <= 0:
            return there, reason
        time.sleep(min(pause, left))
        pause = min(pause * GROWTH, LONGEST_PAUSE)
