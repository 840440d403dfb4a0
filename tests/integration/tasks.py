# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tasks without a playbook: what a door does, in this process, against a platform in a process of its own."""

from __future__ import annotations

import json
import re
from typing import Any

from . import lives

CONNECTION = {"access_key_id": "emulator", "access_key_secret": "emulator", "pacing": False}


class Tasks:
    """Runs tasks one by one on a platform, and holds them to what they promise."""

    def __init__(self, server):
        self.server = server

    def run(self, module: str, /, check_mode: bool = False, **options: Any) -> dict:
        """The result of a task."""
        # Inside of a function as elsewhere here: Ansible's way of finding collections is not in force from the start.
        from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute

        params = lives.validated(module, {"endpoint": self.server.endpoint, **CONNECTION, **options})
        result = json.loads(json.dumps(execute(lives.entry_of(module), params, check_mode)))
        if not result.get("failed"):
            lives.note_success(module, options, result)
        return result

    def ok(self, module: str, /, **options: Any) -> dict:
        """The result of a task that must succeed."""
        result = self.run(module, **options)
        assert not result.get("failed"), result["msg"]
        return result

    def changes(self, module: str, /, *operations: str, **options: Any) -> dict:
        """The result of a task that must take these operations, and as a plan foretell them without a write.

        A second run must change nothing, applied or not.
        """
        plan = self._unwritten(module, check_mode=True, **options)
        assert plan["changed"], plan
        assert [step["operation"] for step in plan["steps"]] == list(operations)
        result = self.run_ok(module, **options)
        assert result["changed"]
        assert [(step["operation"], step["status"]) for step in result["steps"]] == [
            (operation, "done") for operation in operations
        ]
        assert self.pop_writes() == list(operations)
        for check_mode in (False, True):
            again = self._unwritten(module, check_mode, **options)
            assert not again["changed"], again["steps"]
            assert again["diff"]["before"] == again["diff"]["after"]
        lives.note_change(module, result)
        return result

    def keeps(self, module: str, /, **options: Any) -> dict:
        """The result of a task that must change nothing."""
        result = self._unwritten(module, **options)
        assert not result["changed"], result["steps"]
        lives.note(module, lives.GONE_ALREADY if options.get("state") == "absent" else lives.KEPT)
        return result

    def refuses(self, module: str, message: str, /, **options: Any) -> dict:
        """The result of a task that must fail with a message of that pattern, before any write, applied or not."""
        for check_mode in (True, False):
            self.pop_writes()
            result = self.run(module, check_mode, **options)
            assert result.get("failed"), result
            assert not result["changed"]
            assert re.search(message, result["msg"]), result["msg"]
            assert self.pop_writes() == []
        lives.note_wrong(module, result)
        return result

    def writes(self) -> list[str]:
        """The operations that were called since the last look and do more than read."""
        calls = self.server.control("GET", "calls")["calls"]
        self.server.request("DELETE", "/_emulator/calls")
        return [call["action"] for call in calls if call["kind"] != "read"]

    def connect(self, product: str, *names: str, **more: Any) -> None:
        """Let simulated devices connect; those that are not there are registered."""
        self.server.control("POST", "devices", {"product": product, "names": list(names), "online": True, **more})

    def _unwritten(self, module: str, /, check_mode: bool = False, **options: Any) -> dict:
        self.pop_writes()
        result = self.run(module, check_mode, **options)
        assert not result.get("failed"), result["msg"]
        assert self.pop_writes() == []
        return result


def start_with_state(launch, folder, prepare) -> Tasks:
    """Tasks on a platform on which something has happened that no operation brings about.

    ``prepare`` is given the platform, in this process and before it runs in one of its own.
    """
    from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform

    platform = Platform(folder)
    try:
        prepare(platform)
    finally:
        platform.close()
    return Tasks(launch("--no-throttle", "--data", str(folder)))
