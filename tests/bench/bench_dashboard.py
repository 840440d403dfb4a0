# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How long the emulator works on the requests of the dashboard with many devices."""

from __future__ import annotations

import json
import time

DEVICES = 100_000
BATCH = 1000  # devices of a request
ROUNDS = 10

#: The longest time for one update of the page, which takes place every two seconds, in milliseconds.
MAX_UPDATE = 500

#: What the page reads for one update, and a few pages that its user can select.
UPDATE = ("dashboard", *(f"dashboard/{name}" for name in ("devices", "messages", "jobs", "ota-jobs")))
UPDATE += tuple(f"dashboard/{name}" for name in ("products", "rules", "calls", "products?limit=200"))
SELECTED = (
    "devices?offset=99950",
    "devices?status=ONLINE",
    "devices?status=ONLINE&offset=49950",
    "messages?offset=99950",
)


def bench_dashboard(launch, table):
    server = launch("--no-throttle")
    key = server.call("CreateProduct", ProductName="bench", NodeType=0)[1]["ProductKey"]
    devices = {"product": key, "count": BATCH, "module_versions": {"default": "1"}}
    for number in range(DEVICES // BATCH):
        server.control("POST", "devices", {**devices, "prefix": f"lamp-{number}-"})
    target = json.dumps({"targetType": "PRODUCT_KEY", "targetProduct": key})
    kind = {"JobName": "bench_job", "Type": "CUSTOM_JOB", "JobDocument": '{"key":"value"}'}
    assert server.call("CreateJob", TargetConfig=target, **kind)[1]["Success"]
    for _number in range(60):
        server.control("POST", "clock", {"advance": 60})
    job = server.control("GET", "dashboard/jobs")["rows"][0]
    rows = []
    for path in (*UPDATE, *(f"dashboard/{name}" for name in SELECTED)):
        durations = []
        for _number in range(ROUNDS):
            started = time.perf_counter()
            server.control("GET", path)
            durations.append((time.perf_counter() - started) * 1000)
        rows.append((path, min(durations)))
    update = sum(duration for path, duration in rows if path in UPDATE)
    title = f"Dashboard with {DEVICES:,} devices and a job with {job['total']:,} tasks, best of {ROUNDS}"
    table(title, ("address", "ms"), [*((p, f"{d:.1f}") for p, d in rows), ("one update of the page", f"{update:.1f}")])
    assert update <= MAX_UPDATE
