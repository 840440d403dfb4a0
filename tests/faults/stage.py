# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs of tasks in an account whose state is restored before each schedule, and what they must leave behind."""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .account import KEY, Account, FakeTime
from .samples import Options, Sample, prepare_account, samples
from .transport import Recorder, Sent, make_client_factory

PACKAGE = "ansible_collections.iotops.aliyun.plugins"

CREATE, CHANGE, DELETE = TASKS = ("create", "change", "delete")

#: Tables that keep every request, message or upload, so that a repeated request adds rows.
HISTORY = {
    "clock",
    "device_application",
    "device_application_entry",
    "due",
    "license_progress",
    "license_progress_entry",
    "message",
    "storage_key",
    "stored_file",
    "stored_part",
    "thing_model_version",
}

#: Columns that count requests or depend on their number.
_COUNTERS = {("device_shadow", "version"), ("device_shadow", "document")}

#: The seconds after which the platform has finished what a task started.
SETTLING_TIME = 120

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{9,}")
_WORD = re.compile(r"[A-Z_]+|[a-z_-]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\dZ+:]*|\b1[5-9]\d{8,11}\b")


@dataclass
class Run:
    """A run of a task.

    Attributes:
        result: The result of the task.
        sent: The requests of the client.
        executed: The operations of the writes that the platform executed for the client, in order.
    """

    result: dict[str, Any]
    sent: list[Sent]
    executed: list[str]

    @property
    def writes(self) -> list[Sent]:
        """The write requests of the client."""
        return [sent for sent in self.sent if sent.writes]


@dataclass
class Case:
    """A task of a sample, with the state before it and what it does without faults.

    Attributes:
        sample: The sample.
        task: ``create``, ``change`` or ``delete``.
        options: The options of the task.
        before: The state of the account before the task.
        reference: The run without faults.
        after: The rows of the account after it, without values that differ from run to run.
        known: The ids and words that were in the account before.
        tasks: The options of all tasks of the sample.
        protected: The rows that no task of the sample changes.
        limits: The number of rows that each table has at most, after any task of the sample.
    """

    sample: Sample
    task: str
    options: Options
    before: bytes
    reference: Run
    after: dict[str, Counter]
    known: frozenset[str]
    tasks: dict[str, Options]
    protected: dict[str, Counter] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name in test IDs."""
        return f"{self.sample.name}:{self.task}"


class Stage:
    """An account, and the cases of all samples.

    Args:
        account: The account.
        time: The clock of the client and the engine.
        file: The path of a file that firmware tasks upload.
    """

    def __init__(self, account: Account, time: FakeTime, file: str) -> None:
        self.account = account
        self.time = time
        self.samples = {sample.name: sample for sample in samples(file)}
        self._cases: dict[str, dict[str, Case]] = {}
        self._start: bytes | None = None

    def names(self) -> list[tuple[str, str]]:
        """Return the sample and the task of each case."""
        return [
            (name, task) for name, sample in self.samples.items() for task in TASKS if getattr(sample, task) is not None
        ]

    def case(self, name: str, task: str) -> Case:
        """Return a case; the first call for a sample runs all of its tasks without faults."""
        if name not in self._cases:
            self._cases[name] = self._run_sample(self.samples[name])
        return self._cases[name][task]

    def run(self, module: str, options: Options, recorder: Recorder | None = None) -> Run:
        """Run a task and return what it did."""
        from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute

        recorder = recorder or Recorder()
        clients = []
        open_client = make_client_factory(recorder)

        def make_client(entry: Any, params: dict) -> Any:
            clients.append(open_client(entry, params))
            return clients[-1]

        since = self.account.last_call()
        try:
            result = execute(entry_of(module), self.params(module, options), False, make_client)
        finally:
            for client in clients:
                client.close()
        calls = [call for call in self.account.calls(since) if call["seq"] not in recorder.foreign]
        executed = [
            call["action"] for call in calls if call["kind"] != "read" and call["status"] == 200 and not call["code"]
        ]
        return Run(json.loads(json.dumps(result)), recorder.sent, executed)

    def params(self, module: str, options: Options) -> dict[str, Any]:
        """Return the options as Ansible passes them to the module, with those of the connection."""
        connection = {
            "endpoint": self.account.endpoint,
            "access_key_id": KEY,
            "access_key_secret": KEY,
            "pacing": False,
        }
        return validated(module, {**connection, **options})

    def run_ok(self, module: str, /, **options: Any) -> dict[str, Any]:
        """Run a task that must succeed, and return its result."""
        result = self.run(module, options).result
        assert not result.get("failed"), f"{module}: {result['msg']}"
        return result

    def _run_sample(self, sample: Sample) -> dict[str, Case]:
        if self._start is None:
            prepare_account(self.run_ok, self.account)
            self._start = self.account.save()
        self.account.restore(self._start)
        sample.prepare(self.run_ok, self.account)
        words = _tokens(self.account)
        unchanged = rows(self.account, words)
        limits = Counter({table: found.total() for table, found in unchanged.items()})
        cases: dict[str, Case] = {}
        created: Options = {}
        tasks: dict[str, Options] = {}
        for task in TASKS:
            if getattr(sample, task) is None:
                continue
            tasks[task] = options = {**getattr(sample, task), **created}
            before, known = self.account.save(), _tokens(self.account)
            reference = self.run(sample.module, options)
            assert not reference.result.get("failed"), f"{sample.name} {task}: {reference.result['msg']}"
            assert reference.executed, f"{sample.name} {task} writes nothing"
            if task == CREATE:
                created = {option: _at(reference.result, path) for option, path in sample.created_by}
            if sample.is_repeatable:
                again = self.run(sample.module, options)
                assert not again.executed, f"{sample.name} {task} is not idempotent: {again.executed}"
            state = self.account.save()
            self.account.advance(SETTLING_TIME)
            after = rows(self.account, known)
            cases[task] = Case(sample, task, options, before, reference, after, known, tasks)
            limits |= Counter({table: found.total() for table, found in after.items()})
            now = rows(self.account, words)
            unchanged = {table: found & now[table] for table, found in unchanged.items()}
            self.account.restore(state)
        for case in cases.values():
            case.protected, case.limits = unchanged, dict(limits)
        return cases


def _at(result: Any, path: str) -> Any:
    for name in path.split("."):
        result = result[name]
    return result


def _tokens(account: Account) -> frozenset[str]:
    """Return the ids, names and words in the account."""
    return frozenset(_TOKEN.findall(json.dumps(account.tables(), default=str)))


def rows(account: Account, known: frozenset[str]) -> dict[str, Counter]:
    """Return the rows of all tables but those in ``HISTORY``, without times and new ids.

    Args:
        account: The account.
        known: The ids and words that are kept because they were in the account before.
    """

    def mask(found: re.Match[str]) -> str:
        return found[0] if found[0] in known or _WORD.fullmatch(found[0]) else "<id>"

    def text(table: str, column: str, value: Any) -> str:
        if (table, column) in _COUNTERS:
            return "<counter>"
        if isinstance(value, int) and (column == "id" or column.endswith("_id")):
            return "<id>"
        return _TOKEN.sub(mask, _TIME.sub("<time>", str(value)))

    return {
        table: Counter(
            json.dumps({column: text(table, column, value) for column, value in row.items()}) for row in found
        )
        for table, found in account.tables().items()
        if table not in HISTORY
    }


def difference(found: dict[str, Counter], expected: dict[str, Counter]) -> list[str]:
    """Return the rows that are missing and the rows that are not expected; of similar rows the columns that differ."""
    lines = []
    for table, wanted in expected.items():
        missing = [json.loads(row) for row in sorted((wanted - found[table]).elements())]
        excess = [json.loads(row) for row in sorted((found[table] - wanted).elements())]
        if len(missing) == len(excess):
            for one, other in zip(missing, excess, strict=True):
                changes = {name: (one[name], other[name]) for name in one if one[name] != other[name]}
                lines.append(f"{table} has other values (expected, found): {changes}")
        else:
            lines += [f"{table} lacks {row}" for row in missing] + [f"{table} has {row}" for row in excess]
    return lines


@cache
def entry_of(module: str) -> Any:
    """Return the entry of a module."""
    return importlib.import_module(f"{PACKAGE}.modules.{module}").ENTRY


def validated(module: str, options: Options) -> dict[str, Any]:
    """Return the options as Ansible passes them to the module."""
    from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

    result = ModuleArgumentSpecValidator(entry_of(module).argument_spec()).validate(options)
    assert result.error_messages == []
    return result.validated_parameters
