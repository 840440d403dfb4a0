# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test that the emulator keeps every acknowledged write when it is killed."""

from __future__ import annotations

import http.client
import signal
import threading
from pathlib import Path

CONNECTIONS = 8


def kill_during_writes(launch, data: Path, writes: int) -> tuple[int, int, int]:
    """Kill an emulator when half of the writes are acknowledged, and restart it with the same data.

    Returns:
        The number of acknowledged writes, how many of them were preserved, and how many other writes were found.
    """
    server = launch("--data", str(data), "--no-throttle")
    _status, created = server.call("CreateProduct", ProductName="preserved", NodeType=0)
    key = created["ProductKey"]
    names = iter([f"device-{number:05}" for number in range(writes)])
    acknowledged: list[str] = []
    lock = threading.Lock()

    def write() -> None:
        while True:
            with lock:
                name = next(names, None)
            if name is None:
                return
            try:
                status, reply = server.call("RegisterDevice", ProductKey=key, DeviceName=name)
            except (OSError, http.client.HTTPException):
                return
            if status == 200 and reply.get("Success"):
                with lock:
                    acknowledged.append(name)
                    if len(acknowledged) == writes // 2:
                        server.process.send_signal(signal.SIGKILL)

    threads = [threading.Thread(target=write) for _number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert server.process.wait(10) == -signal.SIGKILL
    restarted = launch("--data", str(data), "--no-throttle")
    found: set[str] = set()
    page, pages = 1, 1
    while page <= pages:
        _status, reply = restarted.call("QueryDevice", ProductKey=key, PageSize=50, CurrentPage=page)
        found.update(device["DeviceName"] for device in reply["Data"]["DeviceInfo"])
        page, pages = page + 1, reply["PageCount"]
    assert reply["Total"] == len(found)
    preserved = found & set(acknowledged)
    return len(acknowledged), len(preserved), len(found - preserved)


def test_acknowledged_writes_after_sigkill_are_preserved(launch, tmp_path):
    acknowledged, found, _unacknowledged = kill_during_writes(launch, tmp_path / "data", 200)
    assert acknowledged >= 100
    assert found == acknowledged
