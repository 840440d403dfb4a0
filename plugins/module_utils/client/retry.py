# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The retry policy: which failed requests are sent again.

A throttled request was not executed. After a transient failure, or if the connection was lost after the request was
sent, the platform may have executed the request. It is safe to retry a request that results in the same state when it
is executed twice. It is not safe to retry a create, which could create the resource twice.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, THROTTLED, TRANSIENT
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError


@dataclass(frozen=True)
class RetryPolicy:
    """How often a failed request is retried, and after which delay.

    Attributes:
        retries: The maximum number of retries after the first attempt.
        base_delay: The maximum delay before the first retry, in seconds; it doubles with each attempt.
        max_delay: The upper limit of all delays, in seconds.
    """

    retries: int = 6
    base_delay: float = 0.5
    max_delay: float = 20.0

    def should_retry(self, kind: str, error: IotError, attempts: int) -> bool:
        """Return whether to retry a request.

        Args:
            kind: The kind of the operation.
            error: The error of the last attempt.
            attempts: The number of attempts so far.
        """
        if attempts > self.retries or (kind == CREATE and error.ambiguous):
            return False
        return error.category in (THROTTLED, TRANSIENT)

    def delay(self, attempts: int) -> float:
        """Return the seconds to wait after ``attempts`` attempts.

        The delay is random, so that many clients do not retry at the same time.
        """
        longest = min(self.max_delay, self.base_delay * 2 ** (attempts - 1))
        return random.uniform(longest / 2, longest)
