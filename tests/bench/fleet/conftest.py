# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleets to measure, tasks in processes of their own, and one table of all that was measured."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ...conftest import environment

INSTANCE = "iot-060a0bcd"

#: Runs one task in a process of its own, and tells its result, its seconds and its memory.
TASK = """
import importlib, json, resource, sys, time
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import pass_through
module, options, check_mode = json.load(sys.stdin)
entry = importlib.import_module("ansible_collections.iotops.aliyun.plugins.modules." + module).ENTRY
validated = ArgumentSpecValidator(entry.argument_spec()).validate(options)
assert not validated.error_messages, validated.error_messages
started = time.monotonic()
result = pass_through(entry, validated.validated_parameters, check_mode)
taken = time.monotonic() - started
kept = ("changed", "counts", "estimate", "calls", "failed", "msg", "product", "warnings")
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": taken, "memory": memory, **{k: result[k] for k in kept if k in result}}))
"""


class Fleet:
    """A platform with a product and a group, and tasks on it.

    Args:
        server: the platform.
        pacing: whether its quotas are in force, and kept.
    """

    def __init__(self, server, folder: Path, pacing: bool):
        self.server = server
        self.folder = folder
        self._connection = {
            "endpoint": server.endpoint,
            "access_key_id": "emulator",
            "access_key_secret": "emulator",
            "iot_instance_id": INSTANCE,
            "pacing": pacing,
        }
        self.key = self.task("iot_product", name="street_light", node_type="device")["product"]["product_key"]
        self.task("iot_device_group", name="bridge")

    def task(self, module: str, check_mode: bool = False, **options) -> dict:
        """The result of a task in a process of its own."""
        given = json.dumps([module, {**self._connection, **options}, check_mode])
        ended = subprocess.run(
            [sys.executable, "-c", TASK],
            input=given,
            capture_output=True,
            text=True,
            env=environment(),
            timeout=3000,
            check=False,
        )
        assert not ended.returncode, ended.stderr
        result = json.loads(ended.stdout)
        assert not result.get("failed"), result
        return result

    def written(self, count: int, changed: int = 0) -> str:
        """A CSV file of so many devices with a nickname, two tags and a group; of some a tag is another one."""
        path = self.folder / f"fleet-{count}-{changed}.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["name", "nickname", "tags.site", "tags.row", "groups"])
            for number in range(count):
                site = "moved" if number < changed else f"s{number % 7}"
                rows.writerow([f"lamp-{number:06}", f"Lamp_{number}", site, str(number % 50), "bridge"])
        return str(path)

    def calls(self) -> tuple[Counter, int, int]:
        """The requests since the last look by operation, how many of them wrote, and how many were throttled."""
        calls = self.server.control("GET", "calls")["calls"]
        self.server.request("DELETE", "/_emulator/calls")
        writes = sum(call["kind"] != "read" for call in calls)
        return Counter(call["action"] for call in calls), writes, sum(bool(call["throttled"]) for call in calls)


_ROWS: list[tuple] = []


@pytest.fixture
def measured():
    """Adds a row to the one table: what, its figure, the bound, and whether that is held."""

    def add(what: str, figure: str, bound: str, is_held: bool) -> None:
        _ROWS.append((what, figure, bound, "yes" if is_held else "NO"))
        assert is_held, f"{what}: {figure}, must reach {bound}"

    return add


def pytest_terminal_summary(terminalreporter):
    if not _ROWS:
        return
    terminalreporter.write_line("\nFleets, on the embedded platform with its quotas unless said otherwise\n")
    for row in (("what", "measured", "must reach", "held"), ("---",) * 4, *_ROWS):
        terminalreporter.write_line("| " + " | ".join(row) + " |")
