# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The vendor's SDK for Node.js, in a process of its own: it signs and reads by code of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ..conftest import KEY

HERE = Path(__file__).resolve().parent / "npm"
#: npm writes it last, so that it is there when all of the SDK is.
INSTALLED = HERE / "node_modules" / ".package-lock.json"
#: The members of replies that this SDK's models, older than those for Python, do not know. They are lost on its users.
UNKNOWN = {
    "BatchCheckDeviceNames": {"InvalidDetailList", "RepeatedDeviceNameList"},
    "BatchCheckImportDevice": {"InvalidDetailList"},
    "BatchGetDeviceState": {"Timestamp"},
    "BatchImportDevice": {"InvalidDetailList"},
    "DeleteDevice": {"JobId"},
    "DisableThing": {"JobId"},
    "EnableThing": {"JobId"},
    "OpenIotService": {"Success"},
    "QueryBatchRegisterDeviceStatus": {"InvalidDetailList"},
    "QueryMessageInfo": {"MqttProperties", "TransformedMessageContent", "TransformedTopicFullName"},
    "RemoveThingTopo": {"JobId"},
}


class NodeError(Exception):
    """The SDK has thrown: ``code`` as it says it, and ``status``, which HTTP said, or None where nobody answered."""

    def __init__(self, error: dict[str, Any]):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = error.get("code")
        self.status = error.get("status")


class Node:
    """A Node.js that calls operations with the SDK."""

    def __init__(self, process: subprocess.Popen):
        self._process = process

    def call(self, address: str, operation: str, params: dict[str, Any], secret: str = KEY) -> dict[str, Any]:
        """``reply``, as the SDK has read it, and ``sent``, as it came. Raises NodeError."""
        given = {"address": address, "key": KEY, "secret": secret, "operation": operation, "params": params}
        self._process.stdin.write(json.dumps(given) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"Node.js has ended, {self._process.wait(10)}: it was asked for {operation}"
        told = json.loads(line)
        if "error" in told:
            raise NodeError(told["error"])
        return told


def known(operation: str, sent: Any, unknown: Mapping[str, Collection[str]]) -> Any:
    """A reply without what the models of an SDK do not know of it: ``unknown``, by operation."""
    if isinstance(sent, dict):
        lost = unknown.get(operation, ())
        return {name: known(operation, inner, unknown) for name, inner in sent.items() if name not in lost}
    return [known(operation, inner, unknown) for inner in sent] if isinstance(sent, list) else sent


@contextlib.contextmanager
def node() -> Iterator[Node]:
    """A Node.js as long as it is wanted; without one a test is skipped, but where everything has to be there fails."""
    if shutil.which("node") is None or not INSTALLED.exists():
        say = pytest.fail if os.environ.get("CI", "").lower() not in ("", "0", "false") else pytest.skip
        say("Node.js and the vendor's SDK for it are not there: make npm")
    command = ["node", str(HERE / "driver.js")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield Node(process)
        finally:
            process.stdin.close()  # which ends it
