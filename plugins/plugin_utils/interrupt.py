# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Interrupts (Ctrl-C) of a task on the controller: stop it cleanly, and report what was done.

Ansible ends a worker process at once and shows no result of its task. The secrets of new devices would be lost, and the
user would not learn what the task has changed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

# Since ansible-core 2.19, workers have no standard error, and after an interrupt the controller no longer shows what
# they send. Action plugins are loaded before the workers are forked, so the workers inherit this copy.
_STDERR: int | None = None
with contextlib.suppress(OSError):
    _STDERR = os.dup(2)


class Interrupt:
    """The interrupt of a task.

    Attributes:
        signal: The number of the signal; None if the task was not interrupted.
    """

    def __init__(self) -> None:
        self.signal: int | None = None

    def end_process(self, message: str) -> None:
        """Write a message to standard error, and let Ansible end this process as after any interrupt."""
        if self.signal is None:
            return
        if _STDERR is not None:
            with contextlib.suppress(OSError):
                os.write(_STDERR, f"\n{message}\n".encode())
        os.kill(os.getpid(), self.signal)


@contextmanager
def delayed_interrupt(in_process: bool) -> Iterator[Interrupt]:
    """Delay an interrupt until the task has stopped.

    Args:
        in_process: Whether the task runs in this process: an interrupt raises KeyboardInterrupt in it. Otherwise the
            module runs in a child process, which receives the interrupt, and whose result is waited for.

    Yields:
        The interrupt. Afterwards, call ``end_process``.
    """
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread can handle signals.
        yield interrupt
        return

    def handle(number: int, _frame: Any) -> None:
        # Python may handle a second signal before this function has changed the handlers.
        if interrupt.signal is not None:
            return
        interrupt.signal = number
        for one in _SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        if in_process:
            raise KeyboardInterrupt
        # A worker with a process group of its own forwards the signal. Otherwise the module has it from the terminal.
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpgrp(), signal.SIGINT)

    previous = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield interrupt
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
