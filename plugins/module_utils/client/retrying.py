# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which failures are worth another try.

A reply that throttles says that nothing was done. A transient failure, or a connection that broke after the request had
left, says nothing: the call may have been carried out. Sending it again is right where the second call leaves the same
state, and wrong for a create, which might then be there twice.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, THROTTLED, TRANSIENT
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long a failed call is tried again.

    Attributes:
        retries: the tries after the first.
        base: the longest wait before the first retry, in seconds; it doubles with each try.
        most: the longest wait of all, in seconds.
    """

    retries: int = 6
    base: float = 0.5
    most: float = 20.0

    def again(self, kind: str, error: IotError, tried: int) -> bool:
        """Whether a call of this kind that failed so is sent again, after ``tried`` tries."""
        if tried > self.retries or (kind == CREATE and error.ambiguous):
            return False
        return error.category in (THROTTLED, TRANSIENT)

    def delay(self, tried: int) -> float:
        """The seconds to wait after ``tried`` tries, spread at random so that many callers do not return at once."""
        longest = min(self.most, self.base * 2 ** (tried - 1))
        return random.uniform(longest / 2, longest)
