# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Virtual environments with one release of ansible-core, and home folders with the built collection only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from versions import Version

ROOT = Path(__file__).resolve().parents[2]

#: Below the virtual environment of the checkout, because all tools ignore that folder.
ENVIRONMENTS = ROOT / ".venv/matrix"

#: What a user installs in addition to ansible-core.
LIBRARIES = ("requests", "jsonschema", "aiohttp")

#: Packages whose tested releases depend on the release of ansible-core.
_NOT_CONSTRAINED = ("ansible-core", "resolvelib")

#: Variables of the environment that a run does not inherit, because they would change the default configuration.
_REMOVED = re.compile(r"(ANSIBLE|ALIBABA_CLOUD|IOTOPS|PYTHON|XDG)_?.*")


class CommandFailed(Exception):
    """A command failed, or its output contains a problem. The text is the report."""


def find_python(releases: tuple[str, ...]) -> str | None:
    """Return the path of a Python of the first of these releases that is installed, or None.

    Python is looked for on the path and, if pyenv is installed, among its versions.

    Args:
        releases: Releases such as ``3.13``.
    """
    for release in releases:
        for candidate in _candidates(release):
            if _is_python(candidate, release):
                return candidate
    return None


def _candidates(release: str) -> Iterator[str]:
    yield sys.executable
    found = shutil.which(f"python{release}")
    if found:
        yield found
    if shutil.which("pyenv"):
        for name in reversed(_output(["pyenv", "versions", "--bare"]).split()):
            if name.startswith(f"{release}."):
                yield f"{_output(['pyenv', 'prefix', name]).strip()}/bin/python{release}"


def _is_python(path: str, release: str) -> bool:
    # Launchers of version managers exist for releases that are not installed, and Debian packages Python without venv.
    return (
        _output([path, "-c", "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"]).strip() == release
    )


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    except OSError:
        return ""


def create(version: Version, python: str) -> Path:
    """Return a virtual environment that contains only ansible-core and ``LIBRARIES``; it is created if necessary.

    Raises:
        CommandFailed: pip failed.
    """
    release = _output([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).strip()
    folder = ENVIRONMENTS / f"{version.core}-python{release}"
    requirements = f"ansible-core=={version.core} {' '.join(LIBRARIES)}\n" + _constraints(release)
    installed = folder / "installed.txt"
    if installed.exists() and installed.read_text(encoding="utf-8") == requirements:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    run([python, "-m", "venv", str(folder)], dict(os.environ), ROOT)
    constraints = folder / "constraints.txt"
    constraints.write_text(_constraints(release), encoding="utf-8")
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "-c", str(constraints), f"ansible-core=={version.core}", *LIBRARIES], dict(os.environ), ROOT)
    installed.write_text(requirements, encoding="utf-8")
    return folder


def _constraints(release: str) -> str:
    """Return the tested releases of libraries for a release of Python, without those that ansible-core determines."""
    path = ROOT / ("constraints-3.11.txt" if release == "3.11" else "constraints.txt")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.partition("==")[0] not in _NOT_CONSTRAINED)


def environment(venv: Path, home: Path) -> dict[str, str]:
    """Return the environment of a user who has only a home folder: no configuration of Ansible, and no collection.

    Args:
        venv: The virtual environment.
        home: The home folder, which is also the default place for collections.
    """
    kept = {name: value for name, value in os.environ.items() if not _REMOVED.fullmatch(name)}
    return {
        **kept,
        "HOME": str(home),
        "PATH": os.pathsep.join([str(venv / "bin"), kept.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": str(venv),
        "LC_ALL": "C.UTF-8",
        # The only settings that are not the default: without an inventory, ansible-core warns about that.
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
        # A file in the working folder or in /etc would be used otherwise.
        "ANSIBLE_CONFIG": str(empty_configuration(home)),
    }


def empty_configuration(home: Path) -> Path:
    """Return the path of an empty configuration file of Ansible, which is created if necessary."""
    path = home / "empty.cfg"
    path.touch()
    return path


def build(folder: Path) -> Path:
    """Build the archive of the collection in a folder and return its path.

    Raises:
        CommandFailed: The build failed.
    """
    command = [
        sys.executable,
        "-m",
        "ansible",
        "galaxy",
        "collection",
        "build",
        str(ROOT),
        "--output-path",
        str(folder),
    ]
    run(command, dict(os.environ), ROOT)
    (archive,) = folder.glob("iotops-aliyun-*.tar.gz")
    return archive


def run(command: list[str], variables: dict[str, str], folder: Path, timeout: float = 300.0) -> str:
    """Run a command and return its standard output.

    Args:
        command: The command.
        variables: Its environment.
        folder: Its working folder.
        timeout: The maximum duration in seconds.

    Raises:
        CommandFailed: The command failed, did not end in time, or its output contains a warning, a deprecation or a
            traceback.
    """
    try:
        process = subprocess.run(
            command, env=variables, cwd=folder, capture_output=True, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"{' '.join(command)}\nnot finished after {timeout:.0f} seconds") from error
    output = process.stdout + process.stderr
    problems = find_problems(output)
    if process.returncode:
        problems.insert(0, f"exit status {process.returncode}")
    if problems:
        raise CommandFailed("\n".join([" ".join(command), *problems, output]))
    return process.stdout


_PROBLEM = re.compile(
    r"^.*(?:\[WARNING\]|\[DEPRECATION WARNING\]|Traceback \(most recent call last\)|DeprecationWarning:).*$",
    re.MULTILINE,
)


def find_problems(output: str) -> list[str]:
    """Return the lines of an output that contain a warning, a deprecation or the start of a traceback."""
    return _PROBLEM.findall(output)
