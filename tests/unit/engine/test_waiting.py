# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Waiting: how often it is looked, for how long, and what is told of what was not finished in time."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import waiting


@pytest.fixture
def clock(monkeypatch):
    """A clock that only sleeping moves; the pauses that were made."""
    pauses: list = []
    monkeypatch.setattr(waiting.time, "monotonic", lambda: sum(pauses))
    monkeypatch.setattr(waiting.time, "sleep", pauses.append)
    return pauses


def wait(statuses, seconds):
    """Waits for a status of done, where each look finds the next one."""
    looks = iter(statuses)
    return waiting.wait(lambda: next(looks), lambda status: "" if status == "done" else f"it is {status}", seconds)


def test_what_is_finished_takes_one_look(clock):
    assert wait(["done"], 10) == ("done", "")
    assert clock == []


def test_looks_become_rarer(clock):
    assert wait(["going"] * 12 + ["done"], 3600) == ("done", "")
    assert clock[:3] == [1.0, 1.5, 2.25]
    assert clock == sorted(clock)
    assert clock[-1] == waiting.LONGEST_PAUSE


def test_the_last_look_is_when_time_is_over(clock):
    assert wait(["going", "going", "gone on", "never"], 2) == ("gone on", "it is gone on")
    assert clock == [1.0, 1.0]


def test_what_is_finished_at_the_last_look_is_in_time(clock):
    assert wait(["going", "done"], 1) == ("done", "")
