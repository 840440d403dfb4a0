# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How long a test waits for a snapshot, a restore and a reset, over HTTP."""

from __future__ import annotations

import time

import pytest

ROUNDS = 30
PRODUCTS = 50

#: The longest restore of an account with 1,000 devices, in milliseconds.
MAX_RESTORE = 10


def milliseconds(server, path: str, body: dict | None, before=lambda: None) -> float:
    """Return the shortest duration of a control request in milliseconds, which depends least on other load."""
    durations = []
    for _number in range(ROUNDS):
        before()
        started = time.perf_counter()
        server.control("POST", path, body)
        durations.append(time.perf_counter() - started)
    return min(durations) * 1000


@pytest.mark.parametrize("is_on_disk", [False, True], ids=["memory", "disk"])
def bench_snapshot_and_restore(launch, tmp_path, table, is_on_disk):
    rows = []
    for devices in (1000, 10_000):
        options = ("--data", str(tmp_path / f"data-{devices}")) if is_on_disk else ()
        server = launch("--no-throttle", *options)
        for number in range(PRODUCTS):
            key = server.call("CreateProduct", ProductName=f"product_{number}", NodeType=0)[1]["ProductKey"]
            server.control("POST", "devices", {"product": key, "count": devices // PRODUCTS})
        name = {"name": "base"}
        created = milliseconds(server, "snapshot", name)

        def change(server=server, key=key) -> None:
            assert server.call("UpdateProduct", ProductKey=key, ProductName="changed")[1]["Success"]

        restored = milliseconds(server, "restore", name, change)
        assert server.call("QueryProduct", ProductKey=key)[1]["Data"]["ProductName"] == f"product_{PRODUCTS - 1}"
        size = server.control("GET", "snapshots")["snapshots"][0]["bytes"]
        reset = milliseconds(
            server, "reset", None, lambda server=server, name=name: server.control("POST", "restore", name)
        )
        numbers = (f"{value:.1f}" for value in (created, restored, reset, size / 1024 / 1024))
        rows.append((f"{devices:,}", *numbers))
        server.end()
        assert devices > 1000 or restored <= MAX_RESTORE
    head = ("devices", "snapshot, ms", "restore, ms", "reset, ms", "size, MiB")
    place = "on disk (--data)" if is_on_disk else "in memory"
    table(f"Snapshots of {PRODUCTS} products, state {place}, best of {ROUNDS}", head, rows)
