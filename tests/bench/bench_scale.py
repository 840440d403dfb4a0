# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The emulator with 100,000 devices: the time to create them, to start with them, and to read them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..conftest import EmulatorProcess

DEVICES = 100_000
CHUNK = 5_000  # devices per request
MEMORY_AT = (10_000, 50_000, DEVICES)  # numbers of devices at which the memory is measured
CALLS = 200
PAGE_SIZE = 50
LAST_PAGE = DEVICES // PAGE_SIZE - 1  # the last page that can be read with a token

# The bounds.
MAX_START = 5  # seconds
MAX_PAGE = 50  # milliseconds
MAX_LOOKUP = 5  # milliseconds
MAX_GROWTH = 80  # MiB, with the state in a folder: SQLite caches 64 MiB of it


def resident(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} does not exist")


def milliseconds(server: EmulatorProcess, operation: str, **params: Any) -> float:
    """Return the median duration of a call; each call uses a new connection."""
    durations = []
    for _number in range(CALLS):
        started = time.perf_counter()
        status, reply = server.call(operation, **params)
        durations.append(time.perf_counter() - started)
        assert status == 200, reply
        assert reply["Success"], reply
    return sorted(durations)[CALLS // 2] * 1000


def seconds(function: Callable[[], Any]) -> float:
    """Return the duration of one call of a function."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def fill(server: EmulatorProcess) -> tuple[str, float, dict[int, float]]:
    """Create a product and its devices, and return its ProductKey, the seconds, and the memory by number of devices."""
    key = server.call("CreateProduct", ProductName="bench", NodeType=0)[1]["ProductKey"]
    memory = {0: resident(server.pid)}
    duration = 0.0
    for count in range(CHUNK, DEVICES + 1, CHUNK):
        chunk = {"product": key, "count": CHUNK, "prefix": f"lamp-{count // CHUNK}-"}
        duration += seconds(lambda chunk=chunk: server.control("POST", "devices", chunk))
        if count in MEMORY_AT:
            memory[count] = resident(server.pid)
    return key, duration, memory


def walk(server: EmulatorProcess, key: str) -> tuple[set[str], str]:
    """Read all pages with tokens, and return the names of the devices and the token of the last page."""
    names: set[str] = set()
    token = ""
    for number in range(1, LAST_PAGE + 1):
        after = {"NextToken": token} if token else {}
        _status, reply = server.call("QueryDevice", ProductKey=key, PageSize=PAGE_SIZE, CurrentPage=number, **after)
        assert reply["Success"], reply
        names.update(device["DeviceName"] for device in reply["Data"]["DeviceInfo"])
        if number < LAST_PAGE:
            token = reply["NextToken"]
    return names, token


def bench_many_devices(launch, tmp_path, table):
    data = ("--data", str(tmp_path / "data"), "--no-throttle")
    server = launch(*data)
    key, registering, in_folder = fill(server)
    server.end()
    started = time.perf_counter()
    server = launch(*data)
    starting = time.perf_counter() - started
    after_start = resident(server.pid)

    started = time.perf_counter()
    names, token = walk(server, key)
    walking = time.perf_counter() - started
    assert len(names) == LAST_PAGE * PAGE_SIZE
    # The status index of the emulator is delayed like that of the cloud.
    server.control("POST", "clock", {"advance": 11})
    of_product = {"ProductKey": key, "PageSize": PAGE_SIZE}
    for operation, params in (("QueryDevice", {}), ("QueryDeviceByStatus", {"Status": 1})):
        assert server.call(operation, **of_product, **params, CurrentPage=1)[1]["Total"] == DEVICES
    pages = {
        "page 1": milliseconds(server, "QueryDevice", **of_product, CurrentPage=1),
        "page 200": milliseconds(server, "QueryDevice", **of_product, CurrentPage=200),
        f"page {LAST_PAGE:,}, by token": milliseconds(
            server, "QueryDevice", **of_product, CurrentPage=LAST_PAGE, NextToken=token
        ),
        "online devices, page 1": milliseconds(server, "QueryDeviceByStatus", **of_product, Status=1, CurrentPage=1),
        "online devices, page 200": milliseconds(
            server, "QueryDeviceByStatus", **of_product, Status=1, CurrentPage=200
        ),
    }
    device = {"ProductKey": key, "DeviceName": min(names)}
    lookups = {
        "details of a device by name": milliseconds(server, "QueryDeviceDetail", **device),
        "status of a device by name": milliseconds(server, "GetDeviceStatus", **device),
    }
    counting = milliseconds(server, "QueryDeviceStatistics", ProductKey=key)
    resetting = seconds(lambda: server.control("POST", "reset"))
    server.end()

    _key, registering_in_memory, in_memory = fill(launch("--no-throttle"))
    rows = [
        (f"register, {CHUNK:,} per request", f"{registering:.1f} s"),
        ("the same with state in memory", f"{registering_in_memory:.1f} s"),
        ("start with their data", f"{starting:.1f} s"),
        (f"{LAST_PAGE:,} pages of {PAGE_SIZE} in sequence", f"{walking:.1f} s"),
        *((name, f"{duration:.1f} ms") for name, duration in {**pages, **lookups}.items()),
        ("count of online devices", f"{counting:.1f} ms"),
        ("reset", f"{resetting:.1f} s"),
    ]
    table(f"The emulator with {DEVICES:,} online devices", ("measurement", "duration"), rows)
    grown = [(f"{count:,}", f"{in_folder[count]:.0f}", f"{in_memory[count]:.0f}") for count in in_memory]
    grown.append((f"started with {DEVICES:,}", f"{after_start:.0f}", ""))
    table("Memory of the emulator in MiB", ("devices", "state in a folder", "state in memory"), grown)
    assert starting <= MAX_START
    assert max(pages.values()) <= MAX_PAGE
    assert max(lookups.values()) <= MAX_LOOKUP
    assert in_folder[DEVICES] - in_folder[0] <= MAX_GROWTH
