# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run one task in a separate process, to measure its duration and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import Any

from ..conftest import EmulatorProcess, environment

INSTANCE = "iot-060a0bcd"

#: Runs one task, and prints its result, its duration in seconds and its memory in MiB.
_TASK = """
import importlib, json, resource, sys, time
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute
module, options, check_mode = json.load(sys.stdin)
entry = importlib.import_module("ansible_collections.iotops.aliyun.plugins.modules." + module).ENTRY
validated = ArgumentSpecValidator(entry.argument_spec()).validate(options)
assert not validated.error_messages, validated.error_messages
started = time.monotonic()
result = execute(entry, validated.validated_parameters, check_mode)
elapsed = time.monotonic() - started
kept = ("changed", "counts", "estimate", "calls", "failed", "msg", "product", "warnings", "summary", "plan")
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": elapsed, "memory": memory, **{k: result[k] for k in kept if k in result}}))
"""


class Tasks:
    """Tasks for an account of an emulator.

    Args:
        server: The emulator.
        pacing: Whether the client-side rate limit is on.
    """

    def __init__(self, server: EmulatorProcess, pacing: bool) -> None:
        self.server = server
        self._connection = {
            "endpoint": server.endpoint,
            "access_key_id": "emulator-id",
            "access_key_secret": "emulator-secret-2018",
            "iot_instance_id": INSTANCE,
            "pacing": pacing,
        }

    def task(self, module: str, check_mode: bool = False, **options: Any) -> dict:
        """Run a task in a separate process, and return its result."""
        process = subprocess.run(
            [sys.executable, "-c", _TASK],
            input=json.dumps([module, {**self._connection, **options}, check_mode]),
            capture_output=True,
            text=True,
            env=environment(),
            timeout=3000,
            check=False,
        )
        assert not process.returncode, process.stderr
        result = json.loads(process.stdout.splitlines()[-1])
        assert not result.get("failed"), result
        return result

    def calls(self) -> tuple[Counter, int, int]:
        """Return the requests since the last call of this method.

        Returns:
            The number of requests by operation, the number of writes, and the number of throttled requests.
        """
        calls = self.server.control("GET", "calls")["calls"]
        self.server.request("DELETE", "/_emulator/calls")
        writes = sum(call["kind"] != "read" for call in calls)
        return Counter(call["action"] for call in calls), writes, sum(bool(call["throttled"]) for call in calls)
