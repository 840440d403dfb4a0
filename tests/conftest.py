# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Platforms in processes of their own, for all tests that want a wire between them and the platform."""

from __future__ import annotations

import base64
import contextlib
import hmac
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

COMMAND = (sys.executable, "-m", "ansible_collections.iotops.aliyun.emulator", "--port", "0")

KEY = "emulator"
STARTING = 15.0  # seconds


def flat(params: dict[str, Any]) -> dict[str, str]:
    """Parameters as they travel: ``{"Tag": [{"Key": "a"}]}`` becomes ``{"Tag.1.Key": "a"}``."""
    result: dict[str, str] = {}

    def put(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for member, inner in value.items():
                put(f"{name}.{member}", inner)
        elif isinstance(value, list):
            for number, inner in enumerate(value, 1):
                put(f"{name}.{number}", inner)
        else:
            result[name] = str(value)

    for name, value in params.items():
        put(name, value)
    return result


def signed(method: str, params: dict[str, str], key: str = KEY, secret: str = KEY) -> str:
    """The query of a request in signature version 1.0, written from the manual and not from the code under test."""
    values = {
        "Format": "JSON",
        "Version": "2018-01-20",
        "AccessKeyId": key,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": uuid.uuid4().hex,
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        **params,
    }
    canonical = "&".join(f"{quote(name, safe='~')}={quote(values[name], safe='~')}" for name in sorted(values))
    text = f"{method}&%2F&{quote(canonical, safe='~')}"
    signature = base64.b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), "sha1")).decode()
    return f"{canonical}&Signature={quote(signature, safe='~')}"


def pytest_configure(config: pytest.Config) -> None:
    """What processes share to keep to one pace is of this run alone, and goes with it."""
    folder = tempfile.mkdtemp(prefix="iotops-pace-")
    os.environ["XDG_RUNTIME_DIR"] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@dataclass
class Running:
    """A platform in a process of its own."""

    process: subprocess.Popen
    endpoint: str  # http://127.0.0.1:PORT
    pid: int
    mqtt: str = ""  # 127.0.0.1:PORT, where it was started with --mqtt-port
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = self.endpoint.removeprefix("http://")

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Status and body of one HTTP request; ``body`` is sent as JSON."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            return response.status, response.read()

    def exchange(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of one HTTP request with a body of bytes."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, content, headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """What a control address answers, which must be HTTP 200."""
        status, content = self.request(method, f"/_emulator/{path}", body)
        assert status == 200, content
        return json.loads(content)

    def call(self, action: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """HTTP status and reply of a signed call."""
        status, content = self.request("POST", "/?" + signed("POST", {"Action": action, **flat(params)}))
        return status, json.loads(content)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal to this process, and return how it ended."""
        if self.process.poll() is None:
            os.kill(self.pid, number)
        return self.process.wait(10)


def environment() -> dict[str, str]:
    """The environment of a platform in a process of its own, which finds the same code as this one."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def start(folder: Path, *options: str) -> Running:
    """Start a platform on a free port; ``folder`` is for its ready file."""
    ready = folder / f"ready-{uuid.uuid4().hex}.json"
    command = [*COMMAND, "--ready-file", str(ready), *options]
    process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + STARTING
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"the platform did not start: {process.communicate()[1]}")
        time.sleep(0.01)
    return Running(process, **json.loads(ready.read_text()))


@pytest.fixture
def launch(tmp_path):
    """Start platforms of one's own: ``launch("--data", folder)``."""
    running = []

    def one_more(*options: str) -> Running:
        running.append(start(tmp_path, *options))
        return running[-1]

    yield one_more
    for one in running:
        one.end()
        one.process.stderr.close()


@pytest.fixture(scope="session")
def _shared(tmp_path_factory):
    running = start(tmp_path_factory.mktemp("platform"), "--no-throttle")
    yield running
    running.end()
    running.process.stderr.close()


@pytest.fixture
def server(_shared):
    """An empty platform in a process that all tests share."""
    _shared.control("POST", "reset")
    return _shared
