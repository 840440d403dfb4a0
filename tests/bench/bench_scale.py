# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The embedded platform with 100,000 devices: what it takes to make them, to start with them, and to ask for them."""

from __future__ import annotations

import time
from pathlib import Path

DEVICES = 100_000
PIECE = 10_000
CALLS = 200


def resident(pid: int) -> float:
    """The memory that a process has, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise ValueError("the process is gone")


def milliseconds(call) -> str:
    """How long one call takes, the median of many, through one connection each."""
    taken = []
    for _number in range(CALLS):
        started = time.perf_counter()
        status, reply = call()
        taken.append(time.perf_counter() - started)
        assert status == 200, reply
        assert reply["Success"], reply
    return f"{sorted(taken)[CALLS // 2] * 1000:.1f} ms"


def bench_many_devices(launch, tmp_path, table):
    data = str(tmp_path / "data")
    server = launch("--data", data, "--no-throttle")
    _status, made = server.call("CreateProduct", ProductName="bench", NodeType=0)
    key = made["ProductKey"]
    grown = [("0 devices", f"{resident(server.pid):.0f} MiB")]
    started = time.perf_counter()
    for number in range(DEVICES // PIECE):
        wanted = {"product": key, "count": PIECE, "prefix": f"lamp-{number}-"}
        server.control("POST", "devices", wanted)
        if number + 1 in (1, 5, DEVICES // PIECE):
            grown.append((f"{(number + 1) * PIECE:,} devices", f"{resident(server.pid):.0f} MiB"))
    making = time.perf_counter() - started
    server.end()
    started = time.perf_counter()
    server = launch("--data", data, "--no-throttle")
    starting = time.perf_counter() - started
    grown.append((f"started with {DEVICES:,}", f"{resident(server.pid):.0f} MiB"))
    page = {"ProductKey": key, "PageSize": 50}
    _status, told = server.call("QueryDevice", **page, CurrentPage=200)
    assert told["Total"] == DEVICES
    token = told["NextToken"]
    name = told["Data"]["DeviceInfo"][0]["DeviceName"]
    rows = [
        ("made, 10,000 a call", f"{making:.1f} s"),
        ("start on their data", f"{starting:.1f} s"),
        ("first page of 50", milliseconds(lambda: server.call("QueryDevice", **page, CurrentPage=1))),
        ("page 200", milliseconds(lambda: server.call("QueryDevice", **page, CurrentPage=200))),
        (
            "page 201, by its token",
            milliseconds(lambda: server.call("QueryDevice", **page, CurrentPage=201, NextToken=token)),
        ),
        (
            "lookup by name",
            milliseconds(lambda: server.call("QueryDeviceDetail", ProductKey=key, DeviceName=name)),
        ),
    ]
    server.control("POST", "devices", {"product": key, "names": ["lamp-extra"]})
    started = time.perf_counter()
    server.control("POST", "reset")
    rows.append(("reset", f"{time.perf_counter() - started:.1f} s"))
    table(f"The embedded platform with {DEVICES:,} devices", ("what", "takes"), rows)
    table("Its memory", ("with", "resident"), grown)
