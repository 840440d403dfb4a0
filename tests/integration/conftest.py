# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures that run playbooks and tasks against the emulator; the options for coverage and recorded operations."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import operation_record, option_coverage
from .selection import Selection
from .tasks import Tasks, pop_writes

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

RECAP = re.compile(
    r"^(?P<host>\S+)\s+: ok=(?P<ok>\d+)\s+changed=(?P<changed>\d+)\s+unreachable=(?P<unreachable>\d+)", re.MULTILINE
)

#: The two runners and the environment variables that select them: the in-process action, and the ordinary module in a
#: separate Python process.
RUNNERS = {"action": {}, "module": {"IOTOPS_FORCE_MODULE": "1"}}


# Coverage of options, and recorded operations


SELECTION = Selection()


def pytest_addoption(parser):
    parser.addoption(
        "--require-coverage",
        action="store_true",
        help="fail if the selected integration tests do not cover all options of the modules that they test",
    )
    parser.addoption(
        "--record-operations",
        action="store_true",
        help=f"write the API operations that each module sends to {operation_record.RECORD.name}",
    )


def pytest_deselected(items):
    SELECTION.deselected |= any(item.path.parent == HERE for item in items)


def pytest_collection_finish(session):
    SELECTION.files = {item.path.name for item in session.items if item.path.parent == HERE}
    SELECTION.single = any("::" in argument for argument in session.config.args)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Merge what a worker of pytest-xdist reports."""
    output = getattr(node, "workeroutput", {})
    if "integration" in output:
        worker = json.loads(output["integration"])
        SELECTION.merge(worker["selection"])
        option_coverage.COVERED.update(option_coverage.load(worker["covered"]))
        operation_record.merge(operation_record.SENT, operation_record.load(worker["sent"]))


def pytest_sessionfinish(session):
    """Report to the controller in a worker of pytest-xdist; check and record everywhere else."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["integration"] = json.dumps(
            {
                "selection": SELECTION.as_dict(),
                "covered": option_coverage.dump(),
                "sent": operation_record.dump(operation_record.SENT),
            }
        )
        return
    stopped = bool(session.shouldstop or session.shouldfail)
    problems, notes = [], []
    if session.config.getoption("record_operations"):
        if stopped or session.testsfailed:
            problems.append(f"{operation_record.RECORD.name} was not written because tests failed")
        else:
            operation_record.write_record(operation_record.SENT, SELECTION.complete)
            notes.append(f"{operation_record.RECORD.name} was written")
    if session.config.getoption("require_coverage"):
        modules = None
        if stopped or not SELECTION.complete:
            modules = option_coverage.modules_under_test(option_coverage.COVERED, SELECTION.files)
            notes.append(
                f"coverage was checked for the modules under test only: {', '.join(sorted(modules)) or 'none'}"
            )
        problems += option_coverage.gaps(option_coverage.COVERED, modules)
        if modules is None:
            recorded = operation_record.read_record()
            problems += operation_record.unrecorded(operation_record.SENT, recorded)
            notes += operation_record.outdated(operation_record.SENT, recorded)
    session.config.stash[REPORT] = (problems, notes)
    if problems:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


REPORT = pytest.StashKey[tuple[list[str], list[str]]]()


def pytest_terminal_summary(terminalreporter, config):
    problems, notes = config.stash.get(REPORT, ([], []))
    if problems or notes:
        terminalreporter.section("coverage of options and operations")
    for line in problems:
        terminalreporter.write_line(line, red=True)
    for line in notes:
        terminalreporter.write_line(line, yellow=True)


# Playbooks and tasks


@dataclass(frozen=True)
class PlaybookRun:
    """The result of a playbook: its exit status, its output, and the number of changed tasks."""

    status: int
    output: str
    changed: int


class Playbooks:
    """Runs playbooks through one runner against one emulator."""

    def __init__(self, server, runner: str):
        self.server = server
        self.runner = runner

    def run(self, playbook: Path, *options: str, **variables: str) -> PlaybookRun:
        """Run a playbook, with the emulator's address in the variable ``endpoint``, and return the result."""
        with self._start(playbook, *options, **variables) as process:
            run = self._result(process)
        if run.status == 0:
            # A playbook of the collection is called by its name, such as iotops.aliyun.plan.
            own = ROOT / "playbooks" / f"{playbook.suffix.removeprefix('.')}.yml"
            option_coverage.record_playbook(own if playbook.name.startswith("iotops.aliyun.") else playbook)
        return run

    def run_and_interrupt(self, playbook: Path, is_due: Callable[[], bool], **variables: str) -> PlaybookRun:
        """Run a playbook, interrupt it like Ctrl-C in a terminal, and return the result.

        Args:
            playbook: The playbook.
            is_due: Returns whether to interrupt it now.
            variables: The variables.

        Raises:
            TimeoutExpired: The playbook did not end after the interrupt.
        """
        with self._start(playbook, **variables) as process:
            while not is_due():
                assert process.poll() is None, process.communicate()
                time.sleep(0.05)
            # A terminal sends the signal to all processes of the group.
            os.killpg(process.pid, signal.SIGINT)
            return self._result(process, timeout=20)

    def _start(self, playbook: Path, *options: str, **variables: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "ansible", "playbook", str(playbook), *options]
        for name, value in {"endpoint": self.server.endpoint, **variables}.items():
            command += ["-e", f"{name}={value}"]
        return subprocess.Popen(
            command,
            env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), **RUNNERS[self.runner]},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )

    @staticmethod
    def _result(process: subprocess.Popen, timeout: float = 300) -> PlaybookRun:
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        changed = sum(int(found["changed"]) for found in RECAP.finditer(output))
        return PlaybookRun(process.returncode, output + errors, changed)

    def pop_writes(self) -> list[str]:
        """Return the writes since the previous call of this method, in order, and clear the emulator's journal."""
        return pop_writes(self.server)

    def assert_idempotent(self, playbook: Path, **variables: str) -> None:
        """Run a playbook in check mode, twice normally, and in check mode again.

        Asserts that only the first two runs report changes, and that only the second run writes.
        """
        self.pop_writes()
        for options, changes in ((["--check", "--diff"], True), ([], True), ([], False), (["--check"], False)):
            run = self.run(playbook, *options, **variables)
            assert run.status == 0, run.output
            assert bool(run.changed) == changes, run.output
            assert bool(self.pop_writes()) == (changes and not options), run.output


@pytest.fixture(params=sorted(RUNNERS))
def playbooks(request, server) -> Playbooks:
    """Run playbooks against an empty emulator; the test runs once for each runner."""
    return Playbooks(server, request.param)


@pytest.fixture
def run_playbook(playbooks, monkeypatch):
    """Run a playbook of the collection with its name and variables; the connection comes from the environment."""
    for name, value in {
        "ALIBABA_CLOUD_IOT_ENDPOINT": playbooks.server.endpoint,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "emulator",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "emulator",
    }.items():
        monkeypatch.setenv(name, value)

    def run(name: str, *options: str, **variables):
        extra = {key: value for key, value in variables.items() if not isinstance(value, str)}
        texts = {key: value for key, value in variables.items() if isinstance(value, str)}
        return playbooks.run(Path(f"iotops.aliyun.{name}"), *options, "-e", json.dumps(extra), **texts)

    return run


@pytest.fixture
def tasks(server) -> Tasks:
    """Run single tasks in this process against an empty emulator."""
    return Tasks(server)
