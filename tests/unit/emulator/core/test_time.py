# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The platform's clock, and what happens when time passes."""

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
def done(monkeypatch):
    """Work of the kinds ``note`` (adds to this list), ``chain`` (puts more off) and ``fail``."""
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


def test_the_clock_moves_forward_only(platform):
    before = platform.clock.now()
    assert abs(before - time.time() * 1000) < 1000
    assert platform.clock.advance(86400.5) - before >= 86_400_500
    with pytest.raises(ValueError, match="forward"):
        platform.clock.advance(-1)
    platform.reset()
    assert platform.clock.now() - before < HOUR


def test_the_clock_is_kept(tmp_path):
    platform = Platform(tmp_path / "data")
    later = platform.clock.advance(86400)
    platform.close()
    again = Platform(tmp_path / "data")
    assert again.clock.now() >= later
    again.close()


def test_operations_live_by_the_clock(platform, api):
    first = api("CreateProduct", ProductName="first", NodeType=0)["ProductKey"]
    platform.clock.advance(3600)
    second = api("CreateProduct", ProductName="second", NodeType=0)["ProductKey"]
    made = [api("QueryProduct", ProductKey=key)["Data"]["GmtCreate"] for key in (first, second)]
    assert made[1] - made[0] >= HOUR


def test_work_is_done_when_it_is_due_and_in_its_order(platform, done):
    now = platform.clock.now()
    context(platform).schedule(now + 2 * HOUR, "note", text="late")
    context(platform).schedule(now + HOUR, "note", text="soon")
    off = context(platform).schedule(now + HOUR, "note", text="called off")
    platform.store.delete("due", id=off)
    platform.run_due_work()
    assert done == []
    platform.clock.advance(3600)
    platform.run_due_work()
    assert done == [("soon", now + HOUR)]
    platform.clock.advance(86400)
    platform.run_due_work()
    assert done[1:] == [("late", now + 2 * HOUR)]


def test_work_is_done_before_a_call(platform, api, done):
    context(platform).schedule(platform.clock.now(), "note", text="first")
    api("CreateProduct", ProductName="name", NodeType=0)
    assert [text for text, _at in done] == ["first"]


def test_a_jump_of_the_clock_leaves_nothing_out(platform, done):
    now = platform.clock.now()
    context(platform).schedule(now, "chain", left=3)
    platform.clock.advance(86400)
    platform.run_due_work()
    assert done == [now, now + HOUR, now + 2 * HOUR, now + 3 * HOUR]


def test_work_that_fails_is_rolled_back_and_dropped(platform, done, caplog):
    context(platform).schedule(platform.clock.now(), "fail")
    context(platform).schedule(platform.clock.now(), "note", text="after")
    platform.run_due_work()
    assert "on purpose" in caplog.text
    assert platform.store.count("clock") == 0
    assert platform.store.count("due") == 0
    assert len(done) == 1


def test_a_call_that_fails_leaves_nothing_behind(platform, monkeypatch):
    def fail(ctx, p):
        ctx.schedule(ctx.now, "note", text="never")
        raise RuntimeError("on purpose")

    monkeypatch.setitem(registry.OPERATIONS, "QueryProduct", registry.Implementation(fail, registry.TRUNCATE))
    with pytest.raises(RuntimeError):
        platform.call("QueryProduct", {"ProductKey": "a1"})
    assert platform.store.count("due") == 0


def test_a_kind_has_one_handler(done):
    with pytest.raises(ValueError, match="two handlers"):
        registry.when_due("note")(print)
