# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The demo playbook succeeds and stops the emulator, also in check mode."""

from __future__ import annotations

import re
import socket
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_demo_playbook_succeeds_and_stops_the_emulator(playbooks):
    run = playbooks.run(ROOT / "playbooks/demo.yml", "-v")
    assert run.status == 0, run.output
    assert "lamps of the west side" in run.output
    assert not is_listening(port_of_emulator(run.output))


def test_demo_in_check_mode_ends_after_plan_and_stops_the_emulator(playbooks):
    run = playbooks.run(ROOT / "playbooks/demo.yml", "-v", "--check")
    assert run.status == 0, run.output
    assert re.search(r"\d+ requests, 0 of them writes", run.output)
    assert "lamps of the west side" in run.output
    assert "changed by hand" not in run.output
    assert not is_listening(port_of_emulator(run.output))


def port_of_emulator(output: str) -> int:
    (port,) = set(re.findall(r"emulator_endpoint: http://127\.0\.0\.1:(\d+)", output))
    return int(port)


def is_listening(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
