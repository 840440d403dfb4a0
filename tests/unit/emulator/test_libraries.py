# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the start of the emulator without the libraries that it requires."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.iotops.aliyun.emulator.libraries import AMQP, REQUIRED, missing_libraries, missing_message

from ...conftest import environment

ROOT = Path(__file__).resolve().parents[3]

#: Runs the emulator as ``python -m`` does, in a Python in which the modules named by the first argument do not exist.
START = """
import importlib.util, runpy, sys
hidden = sys.argv.pop(1).split(",")
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in hidden else find_spec(name, package)
sys.modules.update(dict.fromkeys(hidden))
runpy.run_module("ansible_collections.iotops.aliyun.emulator", run_name="__main__")
"""


@pytest.mark.parametrize("options", [[], ["--background"]], ids=["foreground", "background"])
@pytest.mark.parametrize("names", ["aiohttp", "cryptography", "aiohttp,cryptography"])
def test_start_without_library_names_library_and_command(names, options):
    command = [sys.executable, "-c", START, names, "--port", "0", *options]
    run = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    for name in names.split(","):
        assert re.search(rf"requires .*\b{name}\b.*: {re.escape(sys.executable)} -m pip install .*'{name}", run.stderr)


@pytest.mark.parametrize("options", [[], ["--background"]], ids=["foreground", "background"])
def test_amqp_port_without_library_names_library_and_command(options):
    command = [sys.executable, "-c", START, "proton", "--port", "0", "--amqp-port", "0", *options]
    run = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stdout) == (1, "")
    assert "Traceback" not in run.stderr
    pattern = rf"--amqp-port requires proton\b.*: {re.escape(sys.executable)} -m pip install 'python-qpid-proton>="
    assert re.search(pattern, run.stderr)


def test_missing_libraries_of_complete_python_is_empty():
    assert missing_libraries() == []


def test_missing_message_names_only_missing_library():
    message = missing_message(["aiohttp"])
    assert "'aiohttp>=3.9'" in message
    assert "cryptography" not in message


def test_required_versions_equal_those_of_requirements_file():
    lines = (ROOT / "requirements-emulator.txt").read_text(encoding="utf-8").splitlines()
    assert REQUIRED["aiohttp"] in lines
    lines = (ROOT / "requirements-amqp.txt").read_text(encoding="utf-8").splitlines()
    assert AMQP["proton"] in lines
