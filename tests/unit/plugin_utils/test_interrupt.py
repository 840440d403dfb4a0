# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the interrupt of a task on the controller."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from ansible_collections.iotops.aliyun.plugins.plugin_utils.interrupt import delayed_interrupt

#: A process that is interrupted by itself while a task runs in it, and the module in a child process, respectively.
SCRIPT = """
import os, signal, subprocess, sys
from ansible_collections.iotops.aliyun.plugins.plugin_utils.interrupt import delayed_interrupt

# A shell starts background commands with SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
CHILD = (
    "import signal, time; signal.signal(signal.SIGINT, lambda *_: print('child', flush=True)); "
    "print(flush=True); time.sleep(5)"
)
with delayed_interrupt(in_process=sys.argv[1] == "action") as interrupt:
    try:
        if sys.argv[1] == "action":
            os.kill(os.getpid(), signal.SIGINT)
        else:
            child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True)
            child.stdout.readline()
            os.kill(os.getpid(), signal.SIGINT)
            print(child.stdout.readline().strip(), flush=True)
            child.kill()
    except KeyboardInterrupt:
        print("stopped", flush=True)
interrupt.end_process("done so far")
print("not reached", flush=True)
"""


@pytest.mark.parametrize(("runner", "output"), [("action", "stopped\n"), ("module", "child\n")])
def test_interrupt_stops_task_reports_and_ends_process(runner, output):
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT, runner], capture_output=True, text=True, start_new_session=True, check=False
    )
    assert process.returncode == -signal.SIGINT or "KeyboardInterrupt" in process.stderr
    assert process.stdout == output
    assert "done so far" in process.stderr


def test_without_interrupt_handlers_are_restored_and_nothing_ends():
    before = signal.getsignal(signal.SIGINT)
    with delayed_interrupt(in_process=True) as interrupt:
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    interrupt.end_process("nothing")
    assert os.getpid()


def test_in_another_thread_no_handler_is_set():
    found = []

    def run() -> None:
        with delayed_interrupt(in_process=True):
            found.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [before]


@pytest.mark.parametrize("in_process", [True, False], ids=["action", "module"])
def test_second_signal_during_an_interrupt_is_ignored(monkeypatch, in_process):
    monkeypatch.setattr(os, "getpgrp", os.getpid)
    forwarded = []
    monkeypatch.setattr(os, "killpg", lambda *call: forwarded.append(call))
    raised = []
    with delayed_interrupt(in_process) as interrupt:
        change_handler = signal.signal

        def second_signal_comes_first(number, handler):
            monkeypatch.setattr(signal, "signal", change_handler)
            os.kill(os.getpid(), signal.SIGTERM)
            return change_handler(number, handler)

        monkeypatch.setattr(signal, "signal", second_signal_comes_first)
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt as error:
            raised.append(error)
    assert interrupt.signal == signal.SIGINT
    assert (len(raised), len(forwarded)) == ((1, 0) if in_process else (0, 1))
