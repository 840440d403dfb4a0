# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures that run the emulator in a separate process, for all tests that send real HTTP requests."""

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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from . import browser as browser_fixtures

COMMAND = (sys.executable, "-m", "ansible_collections.iotops.aliyun.emulator", "--port", "0")

#: The fixtures for tests of HTML pages.
browser = browser_fixtures.browser
page = browser_fixtures.page

KEY = "emulator"
START_TIMEOUT = 15.0  # seconds


def flatten(params: dict[str, Any]) -> dict[str, str]:
    """Return parameters as in a request: ``{"Tag": [{"Key": "a"}]}`` becomes ``{"Tag.1.Key": "a"}``."""
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


def signed_query(method: str, params: dict[str, str], key: str = KEY, secret: str = KEY) -> str:
    """Return the signed query of a request (signature version 1.0).

    Written from the manual and independent of the code under test.
    """
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


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Accept the option of pytest-ansible in pyproject.toml where that plugin is not installed.

    The plugin requires a newer ansible-core than the oldest that the collection supports. Without it, the collection is
    imported from the path.
    """
    if not pluginmanager.has_plugin("pytest-ansible"):
        parser.addoption("--ansible-unit-inject-only", action="store_true", help="ignored without pytest-ansible")


def pytest_configure(config: pytest.Config) -> None:
    """Give this test run a private folder for the state of the shared rate limit, and delete it afterwards."""
    folder = tempfile.mkdtemp(prefix="iotops-rate-limit-")
    os.environ["XDG_RUNTIME_DIR"] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@dataclass
class EmulatorProcess:
    """An emulator that runs in a separate process."""

    process: subprocess.Popen
    endpoint: str  # http://127.0.0.1:PORT
    pid: int
    mqtt: str = ""  # 127.0.0.1:PORT if the emulator was started with --mqtt-port, otherwise empty
    ca_file: str = ""  # the certificate that verifies the server's certificate, with TLS
    https: str = ""  # https://127.0.0.1:PORT if the emulator was started with --https-port
    ws: str = ""  # ws://127.0.0.1:PORT/PATH for MQTT over WebSocket, with --mqtt-port
    wss: str = ""  # the same with TLS, with both options
    amqp: str = ""  # 127.0.0.1:PORT if the emulator was started with --amqp-port, otherwise empty
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = self.endpoint.removeprefix("http://")

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Send one HTTP request with ``body`` as JSON, and return the status and the body of the response."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            return response.status, response.read()

    def exchange(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one HTTP request with a binary body, and return the status, headers and body of the response."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, content, headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call a control endpoint, require HTTP 200, and return the decoded response."""
        status, content = self.request(method, f"/_emulator/{path}", body)
        assert status == 200, content
        return json.loads(content)

    def call(self, action: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """Send a signed request, and return the HTTP status and the decoded response."""
        status, content = self.request("POST", "/?" + signed_query("POST", {"Action": action, **flatten(params)}))
        return status, json.loads(content)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal to the process, wait until it ends, and return its exit status."""
        if self.process.poll() is None:
            os.kill(self.pid, number)
        return self.process.wait(10)


def environment() -> dict[str, str]:
    """Return environment variables with which a new process imports the same code as this process."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def start(folder: Path, *options: str) -> EmulatorProcess:
    """Start an emulator on a free port; its ready file is created in ``folder``."""
    ready = folder / f"ready-{uuid.uuid4().hex}.json"
    command = [*COMMAND, "--ready-file", str(ready), *options]
    process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + START_TIMEOUT
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"the emulator did not start: {process.communicate()[1]}")
        time.sleep(0.01)
    found = json.loads(ready.read_text())
    optional = {name: found.get(name, "") for name in ("mqtt", "ca_file", "https", "ws", "wss", "amqp")}
    return EmulatorProcess(process, found["endpoint"], found["pid"], **optional)


@contextlib.contextmanager
def running_emulator(folder: Path, *options: str) -> Iterator[EmulatorProcess]:
    """Start an emulator as ``start`` does, and end it with the block."""
    running = start(folder, *options)
    try:
        yield running
    finally:
        running.end()
        running.process.stderr.close()


@pytest.fixture
def launch(tmp_path):
    """Return a function that starts an emulator for one test: ``launch("--data", folder)``."""
    with contextlib.ExitStack() as emulators:
        yield lambda *options: emulators.enter_context(running_emulator(tmp_path, *options))


@pytest.fixture(scope="session")
def _shared(tmp_path_factory):
    """The emulator process that all tests of a folder share; a folder whose emulator has other options overrides it."""
    with running_emulator(tmp_path_factory.mktemp("emulator"), "--no-throttle") as running:
        yield running


@pytest.fixture
def server(_shared):
    """The emulator process that the tests share, with its state deleted."""
    _shared.control("POST", "reset")
    return _shared
