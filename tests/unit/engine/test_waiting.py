# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of waiting."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import waiting


@pytest.fixture
def clock(monkeypatch):
    """Replace the clock by one that only ``sleep`` advances, and return the list of pauses."""
    pauses: list = []
    monkeypatch.setattr(waiting.time, "monotonic", lambda: sum(pauses))
    monkeypatch.setattr(waiting.time, "sleep", pauses.append)
    return pauses


def wait(statuses, seconds):
    """Wait for the status "done", with the next status at each read."""
    reads = iter(statuses)
    return waiting.wait(lambda: next(reads), lambda status: "" if status == "done" else f"it is {status}", seconds)


def test_wait_finished_state_reads_once(clock):
    assert wait(["done"], 10) == ("done", "")
    assert clock == []


def test_wait_interval_grows_to_limit(clock):
    assert wait(["running"] * 12 + ["done"], 3600) == ("done", "")
    assert clock[:3] == [1.0, 1.5, 2.25]
    assert clock == sorted(clock)
    assert clock[-1] == waiting.LONGEST_PAUSE


def test_wait_timeout_reads_last_at_deadline(clock):
    assert wait(["running", "running", "still running", "never"], 2) == ("still running", "it is still running")
    assert clock == [1.0, 1.0]


def test_wait_finished_at_deadline_succeeds(clock):
    assert wait(["running", "done"], 1) == ("done", "")
