# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run the vendor's SDK for Node.js, which signs requests and parses replies with its own code, in a child process."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..conftest import KEY
from .programs import stop_without_program

NPM_DIR = Path(__file__).resolve().parent / "npm"
#: npm writes this file last: if it exists, the installation is complete.
INSTALL_MARKER = NPM_DIR / "node_modules" / ".package-lock.json"
#: Members of replies that the models of this SDK, which is older than the Python SDK, do not have. They are dropped.
UNKNOWN_TO_NODE = {
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
    """The SDK threw an error.

    Attributes:
        code: the error code.
        status: the HTTP status, or None without a response.
    """

    def __init__(self, error: dict[str, Any]):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = error.get("code")
        self.status = error.get("status")


class Node:
    """A Node.js process that calls operations with the SDK."""

    def __init__(self, process: subprocess.Popen):
        self._process = process

    def call(self, address: str, operation: str, params: dict[str, Any], secret: str = KEY) -> dict[str, Any]:
        """Call an operation.

        Return ``reply``, as parsed by the SDK, and ``sent``, as received. Raise NodeError if the SDK throws.
        """
        request = {"address": address, "key": KEY, "secret": secret, "operation": operation, "params": params}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"Node.js exited with code {self._process.wait(10)} during the call of {operation}"
        result = json.loads(line)
        if "error" in result:
            raise NodeError(result["error"])
        return result


def without_unknown(operation: str, reply: Any, unknown: Mapping[str, Collection[str]]) -> Any:
    """Return a reply without the members that the models of an SDK do not have (``unknown``, by operation)."""
    if isinstance(reply, dict):
        dropped = unknown.get(operation, ())
        return {
            name: without_unknown(operation, inner, unknown) for name, inner in reply.items() if name not in dropped
        }
    return [without_unknown(operation, inner, unknown) for inner in reply] if isinstance(reply, list) else reply


@contextlib.contextmanager
def node() -> Iterator[Node]:
    """Start Node.js for the duration of the context, see ``run_script``."""
    with run_script("driver.js") as process:
        yield Node(process)


@contextlib.contextmanager
def run_script(name: str) -> Iterator[subprocess.Popen]:
    """Run a script in Node.js for the duration of the context. It must exit at the end of its input.

    Skip the test if Node.js or an SDK is not installed, or fail it in CI.
    """
    if shutil.which("node") is None or not INSTALL_MARKER.exists():
        stop_without_program("Node.js or the vendor's SDK for it is not installed: run make npm")
    command = ["node", str(NPM_DIR / name)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield process
        finally:
            process.stdin.close()
