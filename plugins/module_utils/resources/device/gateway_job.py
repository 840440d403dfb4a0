# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the platform does behind a gateway of more than 2,000 sub-devices: it answers at once, with the id of a job.

Until that job has ended a deleted gateway is still there, and its sub-devices are as they were (the manual's chapter
4.8).
"""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import wait

#: How long a job is waited for, in seconds. The platform says of none how long it takes.
LONGEST = 600

_DONE = "COMPLETED"
_ENDED = {_DONE: "completed", "CANCELLED": "canceled", "TIMED_OUT": "timed out"}


def wait_for_gateway_job(call: Callable, reply: dict) -> str:
    """Waits for the job that a reply names, where it names one.

    Args:
        call: calls an operation: its name, its parameters.
        reply: what DeleteDevice, DisableThing, EnableThing or ResetThing answered.

    Returns:
        Why what was asked for is not done; nothing where it is.
    """
    job = reply.get("JobId")
    if not job:
        return ""

    def going_on(status: str) -> str:
        return "" if status in _ENDED else f"goes on after {LONGEST} seconds"

    status, reason = wait(lambda: member(call("QueryJob", {"JobId": job}), "Data.Status"), going_on, LONGEST)
    if not reason and status != _DONE:
        reason = f"was {_ENDED[status]}"
    return f"the job {job}, which does it for the sub-devices, {reason}" if reason else ""
