# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the limits of scripts and of their isolation."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ansible_collections.iotops.aliyun.emulator.expressions.scripting import Engine, ScriptFailed

# Starts a process for the scripts.
pytestmark = pytest.mark.server


@pytest.fixture
def engine():
    engine = Engine()
    yield engine
    engine.close()


@pytest.mark.parametrize(
    "script",
    [
        "globalThis.n = (globalThis.n || 0) + 1;",
        "Array.prototype.n = (Array.prototype.n || 0) + 1; var n = [].n;",
        "var n = (n || 0) + 1;",
    ],
)
def test_calls_do_not_share_state(engine, script):
    assert [engine.call(script, "n") for _number in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("value", ["return 'x'", "return '['.repeat(100000)", "return {}", "return undefined"])
def test_script_that_replaces_the_encoder_fails(engine, value):
    with pytest.raises(ScriptFailed, match=r"replaced JSON\.stringify"):
        engine.call(f"JSON.stringify = function () {{ {value}; }};", "1")
    assert engine.call("", "1") == 1


def test_value_with_own_encoding_is_returned(engine):
    assert engine.call("", "{a: {toJSON: function () { return 7; }}}") == {"a": 7}


def test_pending_microtasks_are_stopped(engine):
    assert engine.call("(async function () { for (;;) await null; })();", "1") == 1
    assert engine.call("", "2") == 2

    def processor_time() -> int:
        fields = Path(f"/proc/{engine._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    before = processor_time()
    time.sleep(1)
    # In hundredths of a second: a microtask without an end would use all of it.
    assert processor_time() - before < 30


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("for (;;) {}", "took longer"),
        ("var a = []; for (;;) { a.push('x'.repeat(1000) + a.length); }", "memory|longer|crashed"),
    ],
)
def test_script_above_a_limit_is_terminated(engine, script, message):
    with pytest.raises(ScriptFailed, match=message) as caught:
        engine.call(script, "1")
    assert caught.value.terminated
    assert engine.call("", "1") == 1
