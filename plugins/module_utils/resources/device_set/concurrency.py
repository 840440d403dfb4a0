# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Concurrent requests: each operation has its own quota, and therefore its own queue and threads."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import NOT_FOUND
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.vendor_errors import (
    concerns_request_only,
)

#: The seconds after which a waiting thread looks for an interrupt (Ctrl-C).
WAKE_UP_INTERVAL = 0.2


@dataclass
class _Queue:
    jobs: deque = field(default_factory=deque)
    threads: int = 0


class WorkerPool:
    """A pool of threads that runs the jobs of several queues concurrently.

    A job can submit other jobs. After a job raises an exception, running jobs are completed and no other job starts.

    Args:
        client: The client.
        threads_per_queue: The maximum number of jobs of one queue that run at the same time.

    Attributes:
        requests: The number of calls by operation; retries are not counted.
    """

    def __init__(self, client: Any, threads_per_queue: int) -> None:
        self.requests: Counter = Counter()
        self._client = client
        self._threads_per_queue = threads_per_queue
        self._queues: dict[str, _Queue] = {}
        self._unfinished = 0
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def call(self, operation: str, params: dict) -> dict:
        """Call an operation without the client's cache: no page of a device set is read twice."""
        with self._changed:
            self.requests[operation] += 1
        return self._client.call(operation, params)

    def read(self, operation: str, params: dict) -> dict:
        """Call a read operation through the client's cache, so that the same read is sent only once."""
        return self._client.read(operation, params)

    def find(self, operation: str, params: dict) -> dict | None:
        """Call an operation like ``call``, and return None if the platform reports that the object does not exist."""
        try:
            return self.call(operation, params)
        except ApiError as error:
            if error.category == NOT_FOUND or self._client.operation(operation).means_not_found(error.code):
                return None
            raise

    def submit(self, queue_name: str, job: Callable[[], None]) -> None:
        """Add a job to the end of a queue."""
        with self._changed:
            queue = self._queues.setdefault(queue_name, _Queue())
            queue.jobs.append(job)
            self._unfinished += 1
            if queue.threads < self._threads_per_queue:
                queue.threads += 1
                # Daemon threads, so that an interrupted task does not wait for a slow response.
                threading.Thread(target=self._work, args=(queue,), daemon=True).start()

    def wait(self) -> None:
        """Wait until all jobs are finished.

        Raises:
            IotError: If a job failed with an error that the other jobs would fail with, too.
        """
        with self._changed:
            try:
                while self._unfinished:
                    # With a timeout, so that an interrupt that another thread receives is handled soon.
                    self._changed.wait(WAKE_UP_INTERVAL)
            except BaseException as error:
                self._error = error
                raise
            error, self._error = self._error, None
        if error is not None:
            raise error

    def _work(self, queue: _Queue) -> None:
        while True:
            with self._changed:
                if not queue.jobs:
                    queue.threads -= 1
                    return
                job = queue.jobs.popleft()
                is_stopped = self._error is not None
            try:
                if not is_stopped:
                    job()
            except BaseException as error:  # every exception must reach the thread that waits
                with self._changed:
                    self._error = self._error or error
            finally:
                with self._changed:
                    self._unfinished -= 1
                    if not self._unfinished:
                        self._changed.notify_all()


class IncompleteBatch(Exception):
    """The platform reports success for a batch, but did not process all entries and does not name the others."""


def send_batch(entries: list, send: Callable[[list], None], reject: Callable[[Any, Exception], None]) -> None:
    """Send entries in one request; if the platform rejects them, send each half until only single entries are rejected.

    Args:
        entries: The entries to send.
        send: Sends a list of entries. It must be idempotent, because an entry can be sent more than once.
        reject: Called with each entry that the platform rejects, and the error.

    Raises:
        IotError: If a request fails for a reason other than its entries.
    """
    try:
        send(entries)
    except (ApiError, IncompleteBatch) as error:
        if not isinstance(error, IncompleteBatch) and not concerns_request_only(error):
            raise
        if len(entries) == 1:
            reject(entries[0], error)
            return
        middle = len(entries) // 2
        send_batch(entries[:middle], send, reject)
        send_batch(entries[middle:], send, reject)
