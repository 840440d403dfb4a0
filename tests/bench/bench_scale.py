# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The embedded platform with 100,000 devices: what it takes to make them, to start with them, and to ask for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..conftest import EmulatorProcess

DEVICES = 100_000
PIECE = 5_000  # in one call
TOLD = (10_000, 50_000, DEVICES)  # with how many the memory is told
CALLS = 200
SIZE = 50  # of a page
LAST_PAGE = DEVICES // SIZE - 1  # that a token may ask for

#: What must not be exceeded.
LONGEST_START = 5  # seconds
LONGEST_PAGE = 50  # milliseconds
LONGEST_LOOKUP = 5  # milliseconds
MOST_GROWTH = 80  # MiB, where the state is in a folder: SQLite keeps 64 of it at hand


def resident(pid: int) -> float:
    """The memory that a process has, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise ValueError("the process is gone")


def milliseconds(server: EmulatorProcess, operation: str, **params: Any) -> float:
    """How long a call takes, the median of many, through one connection each."""
    taken = []
    for _number in range(CALLS):
        started = time.perf_counter()
        status, reply = server.call(operation, **params)
        taken.append(time.perf_counter() - started)
        assert status == 200, reply
        assert reply["Success"], reply
    return sorted(taken)[CALLS // 2] * 1000


def seconds(function: Callable[[], Any]) -> float:
    """How long a function takes, once."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def fill(server: EmulatorProcess) -> tuple[str, float, dict[int, float]]:
    """Makes a product and its devices: its key, the seconds, and the memory by number of devices."""
    key = server.call("CreateProduct", ProductName="bench", NodeType=0)[1]["ProductKey"]
    memory = {0: resident(server.pid)}
    taken = 0.0
    for made in range(PIECE, DEVICES + 1, PIECE):
        wanted = {"product": key, "count": PIECE, "prefix": f"lamp-{made // PIECE}-"}
        taken += seconds(lambda wanted=wanted: server.control("POST", "devices", wanted))
        if made in TOLD:
            memory[made] = resident(server.pid)
    return key, taken, memory


def walk(server: EmulatorProcess, key: str) -> tuple[set[str], str]:
    """All names that tokens lead to, page by page, and the token of the last page."""
    names: set[str] = set()
    token = ""
    for number in range(1, LAST_PAGE + 1):
        after = {"NextToken": token} if token else {}
        _status, told = server.call("QueryDevice", ProductKey=key, PageSize=SIZE, CurrentPage=number, **after)
        assert told["Success"], told
        names.update(device["DeviceName"] for device in told["Data"]["DeviceInfo"])
        if number < LAST_PAGE:
            token = told["NextToken"]
    return names, token


def bench_many_devices(launch, tmp_path, table):
    data = ("--data", str(tmp_path / "data"), "--no-throttle")
    server = launch(*data)
    key, making, in_folder = fill(server)
    server.end()
    started = time.perf_counter()
    server = launch(*data)
    starting = time.perf_counter() - started
    after_start = resident(server.pid)

    started = time.perf_counter()
    names, token = walk(server, key)
    walking = time.perf_counter() - started
    assert len(names) == LAST_PAGE * SIZE
    # The platform's index of states is as late as the cloud's.
    server.control("POST", "clock", {"advance": 11})
    of_product = {"ProductKey": key, "PageSize": SIZE}
    for operation, asked in (("QueryDevice", {}), ("QueryDeviceByStatus", {"Status": 1})):
        assert server.call(operation, **of_product, **asked, CurrentPage=1)[1]["Total"] == DEVICES
    pages = {
        "page 1": milliseconds(server, "QueryDevice", **of_product, CurrentPage=1),
        "page 200": milliseconds(server, "QueryDevice", **of_product, CurrentPage=200),
        f"page {LAST_PAGE:,}, by its token": milliseconds(
            server, "QueryDevice", **of_product, CurrentPage=LAST_PAGE, NextToken=token
        ),
        "of those that are online, page 1": milliseconds(
            server, "QueryDeviceByStatus", **of_product, Status=1, CurrentPage=1
        ),
        "of those that are online, page 200": milliseconds(
            server, "QueryDeviceByStatus", **of_product, Status=1, CurrentPage=200
        ),
    }
    device = {"ProductKey": key, "DeviceName": min(names)}
    lookups = {
        "a device's details, by name": milliseconds(server, "QueryDeviceDetail", **device),
        "a device's state, by name": milliseconds(server, "GetDeviceStatus", **device),
    }
    counting = milliseconds(server, "QueryDeviceStatistics", ProductKey=key)
    resetting = seconds(lambda: server.control("POST", "reset"))
    server.end()

    _key, making_in_memory, in_memory = fill(launch("--no-throttle"))
    rows = [
        (f"made, {PIECE:,} a call", f"{making:.1f} s"),
        ("the same in memory", f"{making_in_memory:.1f} s"),
        ("start on their data", f"{starting:.1f} s"),
        (f"{LAST_PAGE:,} pages of {SIZE}, one after the other", f"{walking:.1f} s"),
        *((name, f"{taken:.1f} ms") for name, taken in {**pages, **lookups}.items()),
        ("how many are online", f"{counting:.1f} ms"),
        ("reset", f"{resetting:.1f} s"),
    ]
    table(f"The embedded platform with {DEVICES:,} devices, all of them online", ("what", "takes"), rows)
    grown = [(f"{count:,}", f"{in_folder[count]:.0f}", f"{in_memory[count]:.0f}") for count in in_memory]
    grown.append((f"started with {DEVICES:,}", f"{after_start:.0f}", ""))
    table("Its memory in MiB", ("devices", "state in a folder", "state in memory"), grown)
    assert starting <= LONGEST_START
    assert max(pages.values()) <= LONGEST_PAGE
    assert max(lookups.values()) <= LONGEST_LOOKUP
    assert in_folder[DEVICES] - in_folder[0] <= MOST_GROWTH
