# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A plugin for pytest that runs the emulator for the tests of other projects; docs/testing.md has an example.

It needs pytest and the standard library only: the emulator runs in a process of its own. With pytest-xdist, each worker
has an emulator of its own, because each worker is a pytest session.
"""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# Relative, because the package is installed under two names.
from .background import StartFailed, launch

#: The accepted AccessKey, unless the option ``iotops_emulator_options`` sets another one.
ACCESS_KEY_ID = "emulator-id"
ACCESS_KEY_SECRET = "emulator-secret-2018"

#: The snapshot that each test starts from.
BASELINE = "pytest-baseline"

_OPTIONS = "iotops_emulator_options"
_END_TIMEOUT = 10.0  # seconds
_REQUEST_TIMEOUT = 60.0  # seconds


class ControlError(Exception):
    """The emulator rejected a control request. The text is the reason."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator.

    Attributes:
        endpoint: the URL of the API, such as ``http://127.0.0.1:40123``.
        mqtt: the address for devices (``127.0.0.1:PORT``) if it was started with ``--mqtt-port 0``, otherwise empty.
        ca_file: the certificate that verifies the emulator for devices that use TLS, with ``--mqtt-port`` only.
        pid: the id of the process.
    """

    endpoint: str
    mqtt: str
    ca_file: str
    pid: int

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which the modules of the collection, and playbooks, use this emulator."""
        return {
            "ALIBABA_CLOUD_IOT_ENDPOINT": self.endpoint,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
        }

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request to a control address, such as ``control("POST", "devices", {…})``, and return the response.

        Raises:
            ControlError: the emulator rejected the request.
        """
        request = urllib.request.Request(
            f"{self.endpoint}/_emulator/{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        # A proxy of the environment cannot reach the emulator.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_REQUEST_TIMEOUT) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise ControlError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from None

    def reset(self) -> None:
        """Delete all resources, calls and faults, and reset the clock."""
        self.control("POST", "reset")

    def snapshot(self, name: str) -> None:
        """Store the state under a name."""
        self.control("POST", "snapshot", {"name": name})

    def restore(self, name: str) -> None:
        """Return to a stored state, and delete calls and faults."""
        self.control("POST", "restore", {"name": name})

    def advance(self, seconds: float) -> int:
        """Move the clock of the platform forward, and return its time in milliseconds since 1970."""
        return self.control("POST", "clock", {"advance": seconds})["now"]

    def faults(self, *rules: dict[str, Any]) -> None:
        """Replace the fault rules; without rules, no call fails."""
        self.control("PUT", "faults", list(rules))

    def calls(self, *actions: str) -> list[dict[str, Any]]:
        """Return the calls since the start of the test, oldest first; with ``actions`` only those operations."""
        calls = self.control("GET", "calls")["calls"]
        return [call for call in calls if not actions or call["action"] in actions]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the configuration option for the options of the emulator."""
    parser.addini(_OPTIONS, "options of the IoT Platform emulator", type="args", default=["--no-throttle"])


@pytest.fixture(scope="session")
def emulator(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Run an emulator on a free port for all tests of the session, and return it as an ``Emulator``."""
    ready = tmp_path_factory.mktemp("iotops-emulator") / "ready.json"
    # The emulator ends with its standard input, so also if this process is killed.
    options = [*pytestconfig.getini(_OPTIONS), "--port", "0", "--exit-on-stdin-close"]
    try:
        process = launch(options, ready, stdin=subprocess.PIPE)
    except StartFailed as error:
        pytest.fail(f"the emulator did not start: {error}", pytrace=False)
    try:
        yield _read(ready)
    finally:
        _end(process)


@pytest.fixture(scope="session")
def emulator_state(emulator: Emulator) -> None:
    """Create what all tests need. This one creates nothing; override it in ``conftest.py``."""


@pytest.fixture(scope="session")
def _emulator_baseline(emulator: Emulator, emulator_state: Any) -> None:
    emulator.snapshot(BASELINE)


@pytest.fixture
def endpoint(emulator: Emulator, _emulator_baseline: None) -> str:
    """Return the URL of the API, after returning to the state that ``emulator_state`` created."""
    emulator.restore(BASELINE)
    return emulator.endpoint


@pytest.fixture
def advance(emulator: Emulator, endpoint: str) -> Callable[[float], int]:
    """Move the clock of the platform: ``advance(3600)``; see ``Emulator.advance``."""
    return emulator.advance


@pytest.fixture
def faults(emulator: Emulator, endpoint: str) -> Callable[..., None]:
    """Make calls fail: ``faults({"action": "RegisterDevice", "drop": "after"})``; see ``Emulator.faults``."""
    return emulator.faults


@pytest.fixture
def calls(emulator: Emulator, endpoint: str) -> Callable[..., list[dict[str, Any]]]:
    """Read which calls the test has sent: ``calls("RegisterDevice")``; see ``Emulator.calls``."""
    return emulator.calls


def _read(ready: Path) -> Emulator:
    found = json.loads(ready.read_text(encoding="utf-8"))
    return Emulator(found["endpoint"], found.get("mqtt", ""), found.get("ca_file", ""), found["pid"])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin:
        process.stdin.close()
