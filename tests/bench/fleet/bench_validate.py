# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The time in which the playbook ``validate`` checks the files of a large fleet."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from .files import DEVICES, PRODUCTS, RULES, TOPICS, write_fleet

ROOT = Path(__file__).resolve().parents[3]

#: The target for the playbook as a whole, on a machine that is not busy: almost all work is done by one process.
MAX_SECONDS = 5.0


def seconds(*variables: str) -> tuple[float, float]:
    """Return the CPU time of the playbook and its duration, which is longer on a machine that is busy."""
    command = [sys.executable, "-m", "ansible", "playbook", "iotops.aliyun.validate"]
    for variable in variables:
        command += ["-e", variable]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    started, used = time.perf_counter(), cpu_seconds()
    process = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False)
    duration, used = time.perf_counter() - started, cpu_seconds() - used
    assert process.returncode == 0, process.stdout + process.stderr
    return used, duration


def cpu_seconds() -> float:
    """Return the CPU time of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def bench_validate(tmp_path, table):
    fleet = tmp_path / "fleet"
    write_fleet(fleet)
    (tmp_path / "empty.yml").write_text("products: []\n", encoding="utf-8")
    reports = (f"sarif_file={tmp_path}/out.sarif", f"junit_file={tmp_path}/out.xml")
    runs = {
        "no resources": (f"fleet={tmp_path}/empty.yml",),
        "the fleet": (f"fleet={fleet}", "site=west"),
        "with reports": (f"fleet={fleet}", "site=west", *reports),
        "with reports and a base": (f"fleet={fleet}", "site=west", *reports, f"base={fleet}"),
    }
    best = {title: min(seconds(*variables) for _run in range(3)) for title, variables in runs.items()}
    table(
        f"validate with {PRODUCTS} products and models, {TOPICS} topics, {RULES} rules and {DEVICES} devices in CSV",
        ("run, best of 3", "CPU time, s", "duration, s"),
        [(title, f"{used:.2f}", f"{duration:.2f}") for title, (used, duration) in best.items()],
    )
    assert best["the fleet"][0] < MAX_SECONDS
