# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the application of a fleet."""

from __future__ import annotations

import _thread
import threading

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.apply import (
    DONE,
    FAILED,
    SKIPPED,
    Application,
    Interrupted,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry


class Client:
    """A client that can be interrupted."""

    def __init__(self):
        self.calls = 0
        self.warnings = []
        self.completed_writes = []
        self.interrupted = threading.Event()

    def interrupt(self):
        self.interrupted.set()

    def clear_cache(self):
        pass

    def close(self):
        pass


class Task(Entry):
    """An entry whose tasks succeed, fail, or wait for an interrupt."""

    def __init__(self, kind):
        self.kind = kind

    def name_of(self, params):
        return (params["name"],)

    def references(self):
        return {}

    def perform(self, params, client, check_mode):
        if params["does"] == "fail":
            raise ValueError("broken")
        if params["does"] == "wait":
            _thread.interrupt_main()
            assert client.interrupted.wait(30)
            raise KeyboardInterrupt
        return {"changed": True}


def node(name, does="succeed", kind="lamp", needs=()):
    return Node(f"{kind}s", Task(kind), {"name": name, "does": does}, needs=list(needs))


def statuses(outcomes):
    return {outcome.node.key[-1]: outcome.status for outcome in outcomes}


def test_failure_skips_only_the_resources_that_need_the_failed_one():
    broken = node("broken", "fail")
    nodes = [broken, node("other"), node("user", kind="rule", needs=[broken])]
    outcomes = Application(nodes, Client).run()
    assert statuses(outcomes) == {"broken": FAILED, "other": DONE, "user": SKIPPED}


def test_interrupt_ends_the_running_tasks_and_returns_what_was_done():
    first = node("first")
    nodes = [first, node("running", "wait", needs=[first]), node("last", needs=[first])]
    with pytest.raises(Interrupted) as caught:
        Application(nodes, Client).run()
    assert statuses(caught.value.outcomes) == {"first": DONE, "running": FAILED, "last": SKIPPED}
    assert "1 done, 0 unchanged, 1 failed, 1 skipped" in str(caught.value)
    assert caught.value.result["changed"] is True
    assert [one["message"] for one in caught.value.result["resources"] if one["status"] == SKIPPED] == [
        "the task was interrupted"
    ]
