# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run tasks without a playbook: in this process, against an emulator in a separate process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

from . import operation_record, option_coverage

CONNECTION = {"access_key_id": "emulator-id", "access_key_secret": "emulator-secret-2018", "pacing": False}


class Tasks:
    """Runs single tasks against an emulator, and asserts what they report and what they write.

    The names of the operations are those of the API; a write is any operation that is not a read.
    """

    def __init__(self, server):
        self.server = server
        self.shared_client = None

    def share_client(self) -> None:
        """Run the next tasks with one client, as the in-process action runs the items of a loop."""
        self.shared_client = []

    def run(self, module: str, /, check_mode: bool = False, **options: Any) -> dict:
        """Run a task and return its result, also if it failed."""
        # Imported here because Ansible's collection loader is not active when this file is imported.
        from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute, open_client
        from ansible_collections.iotops.aliyun.plugins.module_utils.engine.vault import CommandVault

        def make_client(entry, params):
            if self.shared_client:
                return self.shared_client[0]
            client = operation_record.record_operations(open_client(entry, params), module)
            if self.shared_client is not None:
                self.shared_client.append(client)
            return client

        params = option_coverage.validated(module, {"endpoint": self.server.endpoint, **CONNECTION, **options})
        entry = option_coverage.entry_of(module)
        entry.vault = CommandVault(sys.executable, _run_command)
        result = execute(entry, params, check_mode, make_client)
        result = json.loads(json.dumps(result))
        if not result.get("failed"):
            option_coverage.record_success(module, options, result)
        return result

    def run_ok(self, module: str, /, **options: Any) -> dict:
        """Run a task, assert that it succeeds, and return its result."""
        result = self.run(module, **options)
        assert not result.get("failed"), result["msg"]
        return result

    def assert_changed_by(self, module: str, /, *operations: str, **options: Any) -> dict:
        """Run a task, assert that it writes exactly these operations, and return its result.

        Also asserts that check mode reports the same operations without a write, and that a second run, in check mode
        or not, changes nothing.
        """
        plan = self._run_without_writes(module, check_mode=True, **options)
        assert plan["changed"], plan
        assert [step["operation"] for step in plan["steps"]] == list(operations)
        result = self.run_ok(module, **options)
        assert result["changed"]
        assert [(step["operation"], step["status"]) for step in result["steps"]] == [
            (operation, "done") for operation in operations
        ]
        assert self.pop_writes() == list(operations)
        for check_mode in (False, True):
            again = self._run_without_writes(module, check_mode, **options)
            assert not again["changed"], again["steps"]
            assert again["diff"]["before"] == again["diff"]["after"]
        option_coverage.record_change(module, result)
        return result

    def assert_unchanged(self, module: str, /, **options: Any) -> dict:
        """Run a task, assert that it changes nothing, and return its result."""
        result = self._run_without_writes(module, **options)
        assert not result["changed"], result["steps"]
        absent = options.get("state") == "absent"
        option_coverage.record(module, option_coverage.ALREADY_DELETED if absent else option_coverage.UNCHANGED)
        return result

    def assert_fails(self, module: str, message: str, /, **options: Any) -> dict:
        """Run a task, assert that it fails before any write, and return its result.

        Args:
            module: The module.
            message: A pattern that the error message must match, in check mode and without.
            options: The options of the task.
        """
        for check_mode in (True, False):
            self.pop_writes()
            result = self.run(module, check_mode, **options)
            assert result.get("failed"), result
            assert not result["changed"]
            assert re.search(message, result["msg"]), result["msg"]
            assert self.pop_writes() == []
        option_coverage.record_failure(module, result)
        return result

    def pop_writes(self) -> list[str]:
        """Return the writes since the previous call of this method, in order, and clear the emulator's journal."""
        return pop_writes(self.server)

    def pop_calls(self) -> list[str]:
        """Return the calls since the previous call of this method, in order, and clear the emulator's journal."""
        return [call["action"] for call in pop_journal(self.server)]

    def connect_devices(self, product: str, *names: str, **more: Any) -> None:
        """Connect simulated devices to the emulator; devices that do not exist are registered first."""
        self.server.control("POST", "devices", {"product": product, "names": list(names), "online": True, **more})

    def _run_without_writes(self, module: str, /, check_mode: bool = False, **options: Any) -> dict:
        self.pop_writes()
        result = self.run(module, check_mode, **options)
        assert not result.get("failed"), result["msg"]
        assert self.pop_writes() == []
        return result


def _run_command(command: list, text: str) -> tuple:
    process = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return process.returncode, process.stdout, process.stderr


def pop_writes(server) -> list[str]:
    """Return the writes in the emulator's journal in order, and clear the journal."""
    return [call["action"] for call in pop_journal(server) if call["kind"] != "read"]


def pop_journal(server) -> list[dict]:
    """Return the calls in the emulator's journal in order, and clear the journal."""
    calls = server.control("GET", "calls")["calls"]
    server.request("DELETE", "/_emulator/calls")
    return calls


def start_with_state(launch, folder, prepare) -> Tasks:
    """Start an emulator with a state that no API operation creates, and return a ``Tasks`` for it.

    Args:
        launch: The fixture that starts emulators.
        folder: The folder for the state.
        prepare: Called with the platform in this process, before the emulator starts.
    """
    from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform

    platform = Platform(folder)
    try:
        prepare(platform)
    finally:
        platform.close()
    return Tasks(launch("--no-throttle", "--data", str(folder)))
