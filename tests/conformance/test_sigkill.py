# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A platform that is killed keeps every write that it has acknowledged."""

from __future__ import annotations

import http.client
import signal
import threading
from pathlib import Path

CONNECTIONS = 8


def killed_during(launch, data: Path, writes: int) -> tuple[int, int, int]:
    """Kills a platform when half of the writes are acknowledged, and starts it again on its data.

    Returns how many writes were acknowledged, how many of these are there, and how many are there beside them.
    """
    server = launch("--data", str(data), "--no-throttle")
    _status, made = server.call("CreateProduct", ProductName="kept", NodeType=0)
    key = made["ProductKey"]
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
    again = launch("--data", str(data), "--no-throttle")
    there: set[str] = set()
    page, pages = 1, 1
    while page <= pages:
        _status, told = again.call("QueryDevice", ProductKey=key, PageSize=50, CurrentPage=page)
        there.update(device["DeviceName"] for device in told["Data"]["DeviceInfo"])
        page, pages = page + 1, told["PageCount"]
    assert told["Total"] == len(there)
    kept = there & set(acknowledged)
    return len(acknowledged), len(kept), len(there - kept)


def test_every_acknowledged_write_is_there(launch, tmp_path):
    acknowledged, there, _unsaid = killed_during(launch, tmp_path / "data", 200)
    assert acknowledged >= 100
    assert there == acknowledged
