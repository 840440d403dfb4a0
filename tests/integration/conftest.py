# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Running playbooks against the embedded platform, through either door."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import lives
from .tasks import Tasks

ROOT = Path(__file__).resolve().parents[2]

RECAP = re.compile(
    r"^(?P<host>\S+)\s+: ok=(?P<ok>\d+)\s+changed=(?P<changed>\d+)\s+unreachable=(?P<unreachable>\d+)", re.MULTILINE
)

#: The action plugin, and the ordinary module in a Python of its own.
RUNNERS = {"action": {}, "module": {"IOTOPS_FORCE_MODULE": "1"}}


def pytest_addoption(parser):
    parser.addoption(
        "--whole-lives",
        action="store_true",
        help="fail where the tests together have not seen the whole life of a module",
    )


def pytest_sessionfinish(session):
    """A worker tells what its tests have proved; who has started it all holds that against the declarations."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["lives"] = lives.dump()
    elif session.config.getoption("whole_lives") and lives.not_proved(lives.PROVED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    lives.PROVED.update(lives.load(getattr(node, "workeroutput", {}).get("lives", "[]")))


def pytest_terminal_summary(terminalreporter, config):
    if config.getoption("whole_lives"):
        for line in lives.not_proved(lives.PROVED):
            terminalreporter.write_line(f"NOT PROVED {line}", red=True)


@dataclass(frozen=True)
class Run:
    """How a playbook ended: its exit status, what it printed, and the tasks that changed something."""

    status: int
    output: str
    changed: int


class Playbooks:
    """Runs playbooks through one door against one platform."""

    def __init__(self, server, door: str):
        self.server = server
        self.runner = door

    def run(self, playbook: Path, *options: str, **variables: str) -> Run:
        """Runs a playbook to its end; the variable ``endpoint`` is the platform's."""
        command = [sys.executable, "-m", "ansible", "playbook", str(playbook), *options]
        for name, value in {"endpoint": self.server.endpoint, **variables}.items():
            command += ["-e", f"{name}={value}"]
        environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), **RUNNERS[self.runner]}
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, cwd=ROOT, timeout=300, check=False
        )
        if ended.returncode == 0:
            lives.note_playbook(playbook)
        changed = sum(int(found["changed"]) for found in RECAP.finditer(ended.stdout))
        return Run(ended.returncode, ended.stdout + ended.stderr, changed)

    def writes(self) -> list[str]:
        """The operations that were called since the last look and do more than read."""
        calls = self.server.control("GET", "calls")["calls"]
        self.server.request("DELETE", "/_emulator/calls")
        return [call["action"] for call in calls if call["kind"] != "read"]

    def four_times(self, playbook: Path, **variables: str) -> None:
        """Check, apply, apply, check: a plan writes nothing, and what is in place stays as it is."""
        self.pop_writes()
        for options, changes in ((["--check", "--diff"], True), ([], True), ([], False), (["--check"], False)):
            run = self.run(playbook, *options, **variables)
            assert run.status == 0, run.output
            assert bool(run.changed) == changes, run.output
            assert bool(self.pop_writes()) == (changes and not options), run.output


@pytest.fixture(params=sorted(RUNNERS))
def playbooks(request, server) -> Playbooks:
    """Playbooks through one door, against an empty platform; the test runs once for each door."""
    return Playbooks(server, request.param)


@pytest.fixture
def tasks(server) -> Tasks:
    """Tasks one by one, in this process, against an empty platform."""
    return Tasks(server)
