# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the emulator without Ansible: from the archive in any folder, installed with pip, and as a pytest plugin."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.iotops.aliyun.emulator.libraries import REQUIRED

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 60.0  # seconds

#: A version by which a test recognizes that the code of the extracted archive runs.
VERSION = "98.7.6"

_EXAMPLE = re.compile(r"`([\w.]+\.py)`[^\n]*:\n\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def environment(*path: Path) -> dict[str, str]:
    """Return environment variables in which only these folders, and the virtual environment, are on the path."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHONPATH"))}
    return {**variables, "PYTHONPATH": os.pathsep.join(map(str, path)), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


@pytest.fixture(scope="session")
def archive(tmp_path_factory) -> Path:
    """Build the archive of the collection."""
    folder = tmp_path_factory.mktemp("archive")
    command = [sys.executable, "-m", "ansible", "galaxy", "collection", "build", str(ROOT)]
    subprocess.run([*command, "--output-path", str(folder)], check=True, capture_output=True, timeout=TIMEOUT)
    (path,) = folder.glob("*.tar.gz")
    return path


@pytest.fixture(scope="session")
def extracted(archive, tmp_path_factory) -> Path:
    """Extract the archive into a folder whose name says nothing, and give it another version."""
    folder = tmp_path_factory.mktemp("any") / "some Ordner 文件夹"
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    manifest["collection_info"]["version"] = VERSION
    (folder / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def installed(archive, tmp_path_factory) -> Path:
    """Install the emulator from the archive with pip, into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(archive)]
    subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT, env=environment())
    return folder


@contextlib.contextmanager
def running(command: list[str], folder: Path, variables: dict[str, str]) -> Iterator[dict]:
    """Run an emulator in an empty folder, and yield the content of its ready file with its health."""
    ready = folder.parent / f"{folder.name}.json"
    full = [*command, "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen(full, cwd=folder, env=variables, stdin=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + TIMEOUT
            while not ready.exists():
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.01)
            yield read(ready)
        finally:
            process.terminate()
    assert process.returncode == 0


def read(ready: Path) -> dict:
    found = json.loads(ready.read_text(encoding="utf-8"))
    with urllib.request.urlopen(f"{found['endpoint']}/_emulator/", timeout=TIMEOUT) as response:
        assert "<title>IoT Platform emulator</title>" in response.read().decode()
    with urllib.request.urlopen(f"{found['endpoint']}/_emulator/health", timeout=TIMEOUT) as response:
        return {**found, "health": json.load(response)}


def has_ended(pid: int) -> bool:
    """Return whether a process has ended; a process that only waits to be collected has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].startswith("Z")
    except FileNotFoundError:
        return True


def wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not has_ended(pid):
        assert time.monotonic() < deadline, "the process still runs"
        time.sleep(0.02)


@pytest.fixture
def empty(tmp_path) -> Path:
    """Create an empty folder."""
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def test_extracted_archive_runs_from_empty_folder(extracted, empty):
    with running([sys.executable, str(extracted / "emulator")], empty, environment()) as found:
        assert found["health"]["version"] == VERSION
        assert found["health"]["implemented"] > 250
    assert list(empty.iterdir()) == []


def test_extracted_archive_runs_in_background(extracted, empty):
    command = [sys.executable, str(extracted / "emulator"), "--background", "--port", "0"]
    command += ["--ready-file", "ready.json", "--no-throttle"]
    pid = json.loads(run(command, empty, environment()).stdout)["pid"]
    try:
        assert read(empty / "ready.json")["health"]["version"] == VERSION
    finally:
        os.kill(pid, signal.SIGTERM)
        wait_for_end(pid)


@pytest.mark.parametrize("kind", ["module", "script"])
def test_installed_emulator_runs_from_empty_folder(installed, empty, kind):
    command = {"module": ["-m", "iotops.aliyun.emulator"], "script": [str(installed / "bin/iotops-emulator")]}[kind]
    with running([sys.executable, *command], empty, environment(installed)) as found:
        assert found["health"]["version"] == galaxy_version()


def test_installed_emulator_is_not_found_by_ansible(installed):
    assert not (installed / "ansible_collections").exists()


def galaxy_version() -> str:
    return yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]


def test_distribution_has_version_and_requirements_of_collection():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == galaxy_version()
    assert project["dependencies"] == list(REQUIRED.values())
    optional = [requirement for group in project["optional-dependencies"].values() for requirement in group]
    lines = (ROOT / "requirements-emulator.txt").read_text(encoding="utf-8").splitlines()
    required = {line.partition(";")[0].strip() for line in lines if line and not line.startswith("#")}
    assert required <= {*project["dependencies"], *optional}


@pytest.fixture
def example(tmp_path) -> Path:
    """Write the example of docs/testing.md into a folder."""
    folder = tmp_path / "example"
    folder.mkdir()
    for name, text in _EXAMPLE.findall((ROOT / "docs/testing.md").read_text(encoding="utf-8")):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def pytest_command(*options: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]


def run(command: list[str], folder: Path, variables: dict[str, str], **options) -> subprocess.CompletedProcess[str]:
    """Run a command, which may fail, in a folder, and return its output."""
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, timeout=2 * TIMEOUT, check=False, **options
    )


def run_plugin(installed: Path, folder: Path, test: str, options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with one test, and these options of the emulator."""
    (folder / "pytest.ini").write_text(f"[pytest]\niotops_emulator_options = {options}\n", encoding="utf-8")
    (folder / "test_options.py").write_text(test, encoding="utf-8")
    return run(pytest_command("-q", "-p", "iotops.aliyun.emulator.pytest_plugin"), folder, environment(installed))


@pytest.mark.parametrize("options", [[], ["-p", "xdist.plugin", "-n", "2"]], ids=["one process", "xdist"])
def test_documented_example_passes(installed, example, options):
    # Each worker writes the process ID of its emulator.
    recorder = (
        "\n\n@pytest.fixture(autouse=True)\ndef record(emulator):\n    open(f'{emulator.pid}.pid', 'w').close()\n"
    )
    conftest = example / "conftest.py"
    conftest.write_text(conftest.read_text(encoding="utf-8") + recorder, encoding="utf-8")
    result = run(pytest_command(*options), example, environment(installed))
    assert " 4 passed" in result.stdout, result.stdout + result.stderr
    assert "warning" not in result.stdout.lower()
    pids = [int(path.stem) for path in example.glob("*.pid")]
    assert len(pids) == (2 if options else 1)
    for pid in pids:
        wait_for_end(pid)


def test_emulator_ends_if_pytest_is_killed(installed, empty):
    (empty / "test_wait.py").write_text(
        "import time\n\n\ndef test_wait(emulator):\n    print(emulator.pid, flush=True)\n    time.sleep(600)\n",
        encoding="utf-8",
    )
    command = pytest_command("-s", "-q", "-p", "iotops.aliyun.emulator.pytest_plugin")
    with subprocess.Popen(command, cwd=empty, env=environment(installed), stdout=subprocess.PIPE, text=True) as process:
        pid = int(process.stdout.readline())
        assert not has_ended(pid)
        process.kill()
    wait_for_end(pid)


def test_options_of_emulator_are_read_from_configuration(installed, empty):
    test = (
        "def test_options(emulator, advance):\n"
        "    assert emulator.mqtt.startswith('127.0.0.1:')\n"
        "    assert advance(0) < advance(3600)\n"
    )
    result = run_plugin(installed, empty, test, "--mqtt-port 0")
    assert "1 passed" in result.stdout, result.stdout + result.stderr


def test_invalid_option_fails_with_message_of_emulator(installed, empty):
    result = run_plugin(installed, empty, "def test_options(endpoint):\n    pass\n", "--nonsense")
    assert result.returncode == 1
    assert "unrecognized arguments: --nonsense" in result.stdout


@pytest.mark.parametrize("option", [[], ["--background"]], ids=["file", "background"])
def test_exit_on_stdin_close_without_pipe_is_rejected(extracted, empty, option):
    command = [sys.executable, str(extracted / "emulator"), "--port", "0", "--exit-on-stdin-close", *option]
    with (extracted / "MANIFEST.json").open(encoding="utf-8") as file:
        result = run(command, empty, environment(), stdin=file)
    assert result.returncode != 0
    assert "--exit-on-stdin-close" in result.stderr
    assert "Traceback" not in result.stderr
