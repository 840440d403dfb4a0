# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How long the emulator takes from the command until it accepts connections.

The first start after an installation compiles the source; the following ones use the compiled files.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
import urllib.request
from pathlib import Path

from ..conftest import COMMAND, environment

STARTS = 10

#: The longest start in seconds; the shortest of several, which depends least on other load.
MAX_SECONDS = 1.0


def start_seconds(folder: Path, cache: Path) -> tuple[float, float]:
    """Return the seconds, and the processor seconds, until the emulator is ready and answers a request."""
    ready = folder / "ready.json"
    variables = {**environment(), "PYTHONPYCACHEPREFIX": str(cache)}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [*COMMAND, "--mqtt-port", "0", "--ready-file", str(ready)]
    started = time.perf_counter()
    with subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL) as process:
        try:
            while not ready.exists():
                assert process.poll() is None
                time.sleep(0.001)
            seconds = time.perf_counter() - started
            endpoint = json.loads(ready.read_text(encoding="utf-8"))["endpoint"]
            with urllib.request.urlopen(f"{endpoint}/_emulator/health", timeout=10) as response:
                assert response.status == 200
            fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
            return seconds, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        finally:
            process.terminate()


def bench_start(tmp_path, table):
    first = start_seconds(tmp_path, tmp_path / "cache")
    following = [start_seconds(tmp_path, tmp_path / "cache") for _number in range(STARTS)]
    medians = [statistics.median(column) for column in zip(*following, strict=True)]
    rows = [
        (name, *(f"{value:.2f}" for value in values))
        for name, values in (
            ("first, compiles the source", first),
            (f"best of the following {STARTS}", min(following)),
            (f"median of the following {STARTS}", medians),
        )
    ]
    table("Start with --mqtt-port", ("start", "seconds until ready", "processor seconds"), rows)
    assert min(following)[0] <= MAX_SECONDS
