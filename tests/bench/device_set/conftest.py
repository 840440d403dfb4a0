# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An emulator with a product, tasks in separate processes, and one table of all measurements."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ...conftest import EmulatorProcess, environment, start

INSTANCE = "iot-060a0bcd"

#: Runs one task in a separate process, and prints its result, its duration in seconds and its memory in MiB.
TASK = """
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
kept = ("changed", "counts", "estimate", "calls", "failed", "msg", "product", "warnings")
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": elapsed, "memory": memory, **{k: result[k] for k in kept if k in result}}))
"""


class Account:
    """An account of an emulator with a product and a group.

    Args:
        server: The emulator.
        folder: A folder for files.
        pacing: Whether the client-side rate limit is on.
    """

    def __init__(self, server: EmulatorProcess, folder: Path, pacing: bool) -> None:
        self.server = server
        self.folder = folder
        self._connection = {
            "endpoint": server.endpoint,
            "access_key_id": "emulator-id",
            "access_key_secret": "emulator-secret-2018",
            "iot_instance_id": INSTANCE,
            "pacing": pacing,
        }
        self.key = self.task("iot_product", name="street_light", node_type="device")["product"]["product_key"]
        self.task("iot_device_group", name="bridge")

    def task(self, module: str, check_mode: bool = False, **options: Any) -> dict:
        """Run a task in a separate process, and return its result."""
        task = json.dumps([module, {**self._connection, **options}, check_mode])
        process = subprocess.run(
            [sys.executable, "-c", TASK],
            input=task,
            capture_output=True,
            text=True,
            env=environment(),
            timeout=3000,
            check=False,
        )
        assert not process.returncode, process.stderr
        result = json.loads(process.stdout)
        assert not result.get("failed"), result
        return result

    def write_csv(self, count: int, changed: int = 0) -> str:
        """Write a CSV file with devices that have a nickname, two tags and a group, and return its path.

        Args:
            count: The number of devices.
            changed: The number of devices that have another value of a tag.
        """
        path = self.folder / f"devices-{count}-{changed}.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["name", "nickname", "tags.site", "tags.row", "groups"])
            for number in range(count):
                site = "moved" if number < changed else f"s{number % 7}"
                rows.writerow([f"lamp-{number:06}", f"Lamp_{number}", site, str(number % 50), "bridge"])
        return str(path)

    def calls(self) -> tuple[Counter, int, int]:
        """Return the requests since the last call of this method.

        Returns:
            The number of requests by operation, the number of writes, and the number of throttled requests.
        """
        calls = self.server.control("GET", "calls")["calls"]
        self.server.request("DELETE", "/_emulator/calls")
        writes = sum(call["kind"] != "read" for call in calls)
        return Counter(call["action"] for call in calls), writes, sum(bool(call["throttled"]) for call in calls)


@pytest.fixture(scope="module")
def no_quotas(tmp_path_factory):
    """An account of an emulator without quotas."""
    folder = tmp_path_factory.mktemp("no_quotas")
    server = start(folder, "--no-throttle")
    yield Account(server, folder, pacing=False)
    server.end()
    server.process.stderr.close()


_ROWS: list[tuple] = []


@pytest.fixture
def measured():
    """A function that adds a row to the table: the measurement, the result, the bound, and whether it is met."""

    def add(what: str, result: str, bound: str, is_met: bool) -> None:
        _ROWS.append((what, result, bound, "yes" if is_met else "NO"))
        assert is_met, f"{what}: {result}, bound: {bound}"

    return add


def pytest_terminal_summary(terminalreporter):
    if not _ROWS:
        return
    terminalreporter.write_line("\nDevice sets, on the emulator with quotas unless noted otherwise\n")
    for row in (("measurement", "result", "bound", "met"), ("---",) * 4, *_ROWS):
        terminalreporter.write_line("| " + " | ".join(row) + " |")
