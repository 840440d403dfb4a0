# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A time limit for whole requests.

The timeout of a socket restarts with each byte that arrives, so a server that sends single bytes would keep a task
waiting for ever. A watchdog closes the socket of a request when its time is over.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_INTERVAL = 0.25  # seconds between two checks


class Watchdog:
    """Closes the sockets of requests that take too long. Its thread starts with the first request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[int, LimitedRequest] = {}
        self._thread: threading.Thread | None = None
        self._current = threading.local()
        self._closed = threading.Event()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    @contextmanager
    def watch(self, request: LimitedRequest) -> Iterator[None]:
        """Close the socket of the request that the block sends, if it takes too long."""
        self._current.request = request
        with self._lock:
            self._requests[id(request)] = request
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="iot-watchdog", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            self._current.request = None
            with self._lock:
                del self._requests[id(request)]

    def connection_used(self, connection: Any) -> None:
        """Note the connection that the request of the calling thread uses."""
        request = getattr(self._current, "request", None)
        if request is not None:
            request.connection = connection

    def _watch(self) -> None:
        # The system delivers a signal to any thread. An interrupt must reach the one that waits for the response.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        idle = 0
        while not self._closed.wait(_INTERVAL):
            now = time.monotonic()
            with self._lock:
                expired = [request for request in self._requests.values() if now > request.deadline]
                idle = 0 if self._requests else idle + 1
                if idle > 40:
                    # Nothing was sent for ten seconds; the next request starts the thread again.
                    self._thread = None
                    return
            for request in expired:
                request.expire()


class LimitedRequest:
    """One request with a deadline.

    Args:
        seconds: The time limit.

    Attributes:
        expired: Whether the watchdog has closed the socket.
    """

    def __init__(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        self.expired = False
        self.connection: Any = None

    def expire(self) -> None:
        """Close the socket, which makes the thread that waits for it continue."""
        self.expired = True
        sock = getattr(self.connection, "sock", None)
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
