# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SIGKILL while 1,000 devices are being registered: what was acknowledged is there. `make test` does it with 200."""

from __future__ import annotations

from ..conformance.test_sigkill import kill_during_writes

WRITES = 1_000


def bench_killed_while_writing(launch, tmp_path, table):
    acknowledged, there, unsaid = kill_during_writes(launch, tmp_path / "data", WRITES)
    rows = [
        ("acknowledged before it was killed", acknowledged),
        ("of these there after the restart", there),
        ("there without having been acknowledged", unsaid),
    ]
    table(f"Killed while {WRITES:,} devices were being registered over 8 connections", ("devices", "number"), rows)
    assert there == acknowledged
