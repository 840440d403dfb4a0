# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests side by side: each operation has a quota of its own, and so a lane of its own."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import EXISTS, NOT_FOUND, PERMANENT
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError, IotError

#: What a call raises: the platform said no, or anything went wrong.
Refusal = ApiError
Failure = IotError


@dataclass
class _Lane:
    jobs: deque = field(default_factory=deque)
    threads: int = 0


class Lanes:
    """Does jobs lane by lane, a few of each at a time.

    A job may bring up others. One that raises ends the rest: what is in flight is finished, nothing new is begun.

    Args:
        client: the client.
        width: the most jobs of one lane at the same time.

    Attributes:
        requests: how often each operation was called; retries do not count.
    """

    def __init__(self, client, width: int):
        self.requests: Counter = Counter()
        self._client = client
        self._width = width
        self._lanes: dict = {}
        self._left = 0
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def call(self, operation: str, params: dict) -> dict:
        """Calls an operation, past the cache: nobody asks twice for what a fleet is made of."""
        with self._changed:
            self.requests[operation] += 1
        return self._client.call(operation, params)

    def read(self, operation: str, params: dict) -> dict:
        """Like ``call``, for a read that may be asked for again: it is sent once. What was read is kept."""
        return self._client.read(operation, params)

    def find(self, operation: str, params: dict) -> dict | None:
        """Like ``call``, with None where the platform says that the thing is not there."""
        try:
            return self.call(operation, params)
        except Refusal as error:
            if error.category == NOT_FOUND or self._client.operation(operation).means_not_found(error.code):
                return None
            raise

    def put(self, lane: str, job: Callable[[], None]) -> None:
        """Adds a job to the end of a lane."""
        with self._changed:
            one = self._lanes.setdefault(lane, _Lane())
            one.jobs.append(job)
            self._left += 1
            if one.threads < self._width:
                one.threads += 1
                # Whoever interrupts a task does not wait for an answer that may take long.
                threading.Thread(target=self._drive, args=(one,), daemon=True).start()

    def finish(self) -> None:
        """Waits until all jobs are done.

        Raises:
            IotError: a job failed in a way that the others would fail in, too.
        """
        with self._changed:
            try:
                while self._left:
                    self._changed.wait()
            except BaseException as error:
                self._error = error
                raise
            error, self._error = self._error, None
        if error is not None:
            raise error

    def _drive(self, lane: _Lane) -> None:
        while True:
            with self._changed:
                if not lane.jobs:
                    lane.threads -= 1
                    return
                job = lane.jobs.popleft()
                stopped = self._error is not None
            try:
                if not stopped:
                    job()
            except BaseException as error:  # whatever it is, the one who waits has to hear of it
                with self._changed:
                    self._error = self._error or error
            finally:
                with self._changed:
                    self._left -= 1
                    if not self._left:
                        self._changed.notify_all()


#: What business codes say that hold for all of an account, or pass by themselves.
_OF_THE_ACCOUNT = (
    "iot.system.",
    "iot.common.APINotSupportedInInstance",
    "iot.common.AuthActionPermissionDeny",
    "iot.common.InvalidTenant",
    "iot.common.RamActionPermissionDeny",
)


def concerns_one(error: Exception) -> bool:
    """Whether an error says something of what was sent, and nothing of what else there is to send.

    Without a key, a right or a connection everything would fail, again and again.
    """
    own = isinstance(error, Refusal) and error.category in (PERMANENT, NOT_FOUND, EXISTS)
    return own and error.code.startswith("iot.") and not error.code.startswith(_OF_THE_ACCOUNT)


class PartlyDone(Exception):
    """The platform took a list and says that it did not do all of it; it does not say what of it."""


def settle(entries: list, send: Callable[[list], None], refused: Callable) -> None:
    """Sends a list in one call, and where the platform refuses, in halves, until it refuses single entries only.

    Args:
        entries: what to send.
        send: sends it; sending an entry twice must leave the same.
        refused: is told of each entry that the platform does not take, and why.

    Raises:
        IotError: an error that is not about what was sent.
    """
    try:
        send(entries)
    except (Refusal, PartlyDone) as error:
        if not isinstance(error, PartlyDone) and not concerns_one(error):
            raise
        if len(entries) == 1:
            refused(entries[0], error)
            return
        middle = len(entries) // 2
        settle(entries[:middle], send, refused)
        settle(entries[middle:], send, refused)
