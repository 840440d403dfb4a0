# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SIGKILL of the emulator while 1,000 devices are registered: acknowledged devices are kept.

`make test` does the same with 200 devices.
"""

from __future__ import annotations

from ..conformance.test_sigkill import kill_during_writes

WRITES = 1_000


def bench_kill_during_registration(launch, tmp_path, table):
    acknowledged, preserved, unacknowledged = kill_during_writes(launch, tmp_path / "data", WRITES)
    rows = [
        ("acknowledged before the kill", acknowledged),
        ("of these present after the restart", preserved),
        ("present without acknowledgment", unacknowledged),
    ]
    table(f"SIGKILL while {WRITES:,} devices are registered over 8 connections", ("devices", "number"), rows)
    assert preserved == acknowledged
