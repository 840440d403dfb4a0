# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the clock and of scheduled work."""

from __future__ import annotations

import time

import pytest

from ansible_collections.iotops.aliyun.emulator.core import registry
from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform

HOUR = 3_600_000


def context(platform: Platform) -> Context:
    return Context(platform.store, platform.clock.now(), Account())


@pytest.fixture
def executed(monkeypatch):
    """Register handlers of the kinds ``note`` (appends to this list), ``chain`` (schedules more work) and ``fail``."""
    notes = []

    def chain(ctx, payload):
        notes.append(ctx.now)
        if payload["left"]:
            ctx.schedule(ctx.now + HOUR, "chain", left=payload["left"] - 1)

    def fail(ctx, payload):
        ctx.store.insert("clock", id=1, ahead=5)
        raise RuntimeError("on purpose")

    monkeypatch.setitem(registry.HANDLERS, "note", lambda ctx, payload: notes.append((payload["text"], ctx.now)))
    monkeypatch.setitem(registry.HANDLERS, "chain", chain)
    monkeypatch.setitem(registry.HANDLERS, "fail", fail)
    return notes


def test_clock_advance_with_negative_seconds_is_rejected(platform):
    before = platform.clock.now()
    assert abs(before - time.time() * 1000) < 1000
    assert platform.clock.advance(86400.5) - before >= 86_400_500
    with pytest.raises(ValueError, match="cannot move back"):
        platform.clock.advance(-1)
    platform.reset()
    assert platform.clock.now() - before < HOUR


def test_clock_offset_is_persistent(tmp_path):
    platform = Platform(tmp_path / "data")
    advanced = platform.clock.advance(86400)
    platform.close()
    reopened = Platform(tmp_path / "data")
    assert reopened.clock.now() >= advanced
    reopened.close()


def test_operations_use_emulator_clock(platform, api):
    first = api("CreateProduct", ProductName="first", NodeType=0)["ProductKey"]
    platform.clock.advance(3600)
    second = api("CreateProduct", ProductName="second", NodeType=0)["ProductKey"]
    created = [api("QueryProduct", ProductKey=key)["Data"]["GmtCreate"] for key in (first, second)]
    assert created[1] - created[0] >= HOUR


def test_due_work_runs_at_due_time_in_order(platform, executed):
    now = platform.clock.now()
    context(platform).schedule(now + 2 * HOUR, "note", text="late")
    context(platform).schedule(now + HOUR, "note", text="soon")
    canceled = context(platform).schedule(now + HOUR, "note", text="canceled")
    platform.store.delete("due", id=canceled)
    platform.run_due_work()
    assert executed == []
    platform.clock.advance(3600)
    platform.run_due_work()
    assert executed == [("soon", now + HOUR)]
    platform.clock.advance(86400)
    platform.run_due_work()
    assert executed[1:] == [("late", now + 2 * HOUR)]


def test_due_work_runs_before_call(platform, api, executed):
    context(platform).schedule(platform.clock.now(), "note", text="first")
    api("CreateProduct", ProductName="name", NodeType=0)
    assert [text for text, _at in executed] == ["first"]


def test_due_work_after_clock_jump_runs_completely(platform, executed):
    now = platform.clock.now()
    context(platform).schedule(now, "chain", left=3)
    platform.clock.advance(86400)
    platform.run_due_work()
    assert executed == [now, now + HOUR, now + 2 * HOUR, now + 3 * HOUR]


def test_due_work_with_error_is_rolled_back_and_dropped(platform, executed, caplog):
    context(platform).schedule(platform.clock.now(), "fail")
    context(platform).schedule(platform.clock.now(), "note", text="after")
    platform.run_due_work()
    assert "on purpose" in caplog.text
    assert platform.store.count("clock") == 0
    assert platform.store.count("due") == 0
    assert len(executed) == 1


def test_call_with_error_is_rolled_back(platform, monkeypatch):
    def fail(ctx, p):
        ctx.schedule(ctx.now, "note", text="never")
        raise RuntimeError("on purpose")

    monkeypatch.setitem(registry.OPERATIONS, "QueryProduct", registry.Implementation(fail, registry.TRUNCATE))
    with pytest.raises(RuntimeError):
        platform.call("QueryProduct", {"ProductKey": "a1"})
    assert platform.store.count("due") == 0


def test_due_work_kind_with_second_handler_is_rejected(executed):
    with pytest.raises(ValueError, match="two handlers"):
        registry.when_due("note")(print)
