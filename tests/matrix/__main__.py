# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the built collection with each supported release of ansible-core (``make matrix``).

For each release, a virtual environment contains only ansible-core and the libraries that README.md names, and the
collection is installed into an empty home folder. A run fails if it prints a warning, a deprecation or a traceback.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checks import CHECKS, Context
from environments import CommandFailed, build, create, find_python
from versions import VERSIONS, Version

PASSED, FAILED, TOLERATED, SKIPPED = "passed", "FAILED", "failed (release candidate)", "skipped"

#: Releases that are tested at the same time.
_WORKERS = 2


def main() -> int:
    """Run the checks and return the exit status: 0 if all releases that were found passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ends", action="store_true", help="test the oldest and the newest supported release only")
    parser.add_argument("--only", metavar="RELEASE", action="append", help="test this release only, for example 2.16")
    parser.add_argument("--check", choices=CHECKS, action="append", help="run only this check, and the installation")
    options = parser.parse_args()

    selected = [version for version in VERSIONS if _is_selected(version, options)]
    checks = [name for name in CHECKS if name == "installation" or not options.check or name in options.check]
    with tempfile.TemporaryDirectory(prefix="iotops-matrix-") as folder:
        archive = build(Path(folder))
        with ThreadPoolExecutor(_WORKERS) as workers:
            results = list(workers.map(lambda version: test(version, Path(folder), archive, checks), selected))
    if FAILED in results:
        return 1
    if PASSED not in results:
        print("No release of ansible-core was tested.", file=sys.stderr)
        return 1
    return 0


def _is_selected(version: Version, options: argparse.Namespace) -> bool:
    if options.only:
        return version.minor in options.only or version.core in options.only
    return version.end or not options.ends


def test(version: Version, folder: Path, archive: Path, checks: list[str]) -> str:
    """Run the checks with one release, print the result and return it.

    Args:
        version: The release.
        folder: A temporary folder, in which the home folder is created.
        archive: The archive of the collection.
        checks: Names of checks.
    """
    python = find_python(version.pythons)
    if python is None:
        wanted = " or ".join(version.pythons)
        print(f"ansible-core {version.core}: skipped, because Python {wanted} was not found", flush=True)
        return SKIPPED
    home = folder / version.core
    home.mkdir()
    durations = []
    try:
        context = Context(create(version, python), home, archive)
        for name in checks:
            started = time.monotonic()
            CHECKS[name](context)
            durations.append(f"{name} {time.monotonic() - started:.0f} s")
    except CommandFailed as error:
        result = TOLERATED if version.candidate else FAILED
        title = f"ansible-core {version.core}: {result} in {checks[len(durations)]}"
        print(f"{title}\n{error}\n{title}", flush=True)
        return result
    print(f"ansible-core {version.core}: passed with {context.venv.name} ({', '.join(durations)})", flush=True)
    return PASSED


if __name__ == "__main__":
    sys.exit(main())
