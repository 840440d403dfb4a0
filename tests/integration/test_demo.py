# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The demo goes its whole way, and leaves nothing running."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo(playbooks):
    run = playbooks.run(ROOT / "playbooks/demo.yml", "-v")
    assert run.status == 0, run.output
    assert "lamps of the west side" in run.output
    pids = re.findall(r"emulator_pid: '?(\d+)", run.output)
    assert pids, run.output
    assert not any(is_running(int(pid)) for pid in pids)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
