# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Jobs by which the platform changes the sub-devices of a gateway (manual chapter 4.8).

For a gateway with more than 2,000 sub-devices, an operation responds at once with the ID of a job. Until the job has
ended, a deleted gateway still exists and its sub-devices are unchanged.
"""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import wait

#: The timeout for a job, in seconds. The platform does not document how long a job takes.
MAX_WAIT = 600

_DONE = "COMPLETED"
_ENDED = {_DONE: "completed", "CANCELLED": "was canceled", "TIMED_OUT": "timed out"}


def wait_for_gateway_job(call: Callable, response: dict) -> str:
    """Wait for the job that a response names. Return at once if it names none.

    Args:
        call: Calls an operation with a name and parameters.
        response: The response to DeleteDevice, DisableThing, EnableThing or ResetThing.

    Returns:
        Why the operation has not been completed; an empty string if it has.
    """
    job = response.get("JobId")
    if not job:
        return ""

    def unfinished(status: str) -> str:
        return "" if status in _ENDED else f"is still running after {MAX_WAIT} seconds"

    status, reason = wait(lambda: member(call("QueryJob", {"JobId": job}), "Data.Status"), unfinished, MAX_WAIT)
    if not reason and status != _DONE:
        reason = _ENDED[status]
    return f"the job {job}, which changes the sub-devices of the gateway, {reason}" if reason else ""
