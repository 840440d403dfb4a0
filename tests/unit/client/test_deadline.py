# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The time limit for whole requests."""

from __future__ import annotations

import signal
import socket
import threading
from types import SimpleNamespace

from ansible_collections.iotops.aliyun.plugins.module_utils.client.deadline import LimitedRequest, Watchdog


def test_request_over_its_limit_has_its_socket_closed():
    watchdog = Watchdog()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(20)
        request = LimitedRequest(0)
        with watchdog.watch(request):
            watchdog.connection_used(SimpleNamespace(sock=ours))
            # The peer sends nothing: only the watchdog ends the wait.
            assert ours.recv(1) == b""
        assert request.expired
    watchdog.close()


def test_request_within_its_limit_keeps_its_socket():
    watchdog = Watchdog()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        request = LimitedRequest(60)
        with watchdog.watch(request):
            watchdog.connection_used(SimpleNamespace(sock=ours))
            theirs.send(b"x")
            assert ours.recv(1) == b"x"
        assert not request.expired
        theirs.send(b"y")
        assert ours.recv(1) == b"y"
    watchdog.close()


def test_connection_outside_of_a_request_is_ignored():
    watchdog = Watchdog()
    watchdog.connection_used(SimpleNamespace(sock=None))
    watchdog.close()


def test_thread_of_the_watchdog_leaves_interrupts_to_other_threads():
    masks = []

    class RecordingRequest(LimitedRequest):
        def expire(self) -> None:
            masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, set()))
            expired.set()

    expired = threading.Event()
    watchdog = Watchdog()
    with watchdog.watch(RecordingRequest(0)):
        assert expired.wait(10)
    watchdog.close()
    assert masks[0] >= {signal.SIGINT, signal.SIGTERM}
