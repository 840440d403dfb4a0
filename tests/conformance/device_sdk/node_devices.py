# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices that the vendor's device SDKs for Node.js drive, in a child process."""

from __future__ import annotations

import itertools
import json
import queue
import subprocess
import threading
from collections import defaultdict
from typing import Any

from ..linkkit_device import TIMEOUT


class NodeDevices:
    """The process of ``npm/devices.js``: sends commands, and collects results and events."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process
        self._numbers = itertools.count()
        self._results: dict[int, queue.Queue] = defaultdict(queue.Queue)
        self._events: dict[tuple[str, str], queue.Queue] = defaultdict(queue.Queue)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def send(self, command: str, **params: Any) -> Any:
        """Send a command and return its result."""
        number = next(self._numbers)
        self._process.stdin.write(json.dumps({"command": command, "number": number, **params}) + "\n")
        self._process.stdin.flush()
        return _take(self._results[number], command)

    def wait(self, device: str, event: str) -> list:
        """Wait for the next event of a device and return its values."""
        return _take(self._events[device, event], f"the event {event} of {device}")

    def pending(self, device: str, event: str) -> list[list]:
        """Return the values of the events that no test has waited for yet."""
        return list(self._events[device, event].queue)

    def _read(self) -> None:
        for line in self._process.stdout:
            output = json.loads(line)
            if "number" in output:
                self._results[output["number"]].put(output["result"])
            else:
                self._events[output["device"], output["event"]].put(output["values"])


class NodeDevice:
    """One device, gateway or sub-device of a process.

    Attributes:
        own: product key and device name as in topics.
    """

    def __init__(self, devices: NodeDevices, name: str, own: str) -> None:
        self.own = own
        self._devices = devices
        self._name = name

    def ask(self, method: str, *args: Any) -> Any:
        """Call a method of the SDK and return what it passes to the callback."""
        return self._devices.send("call", name=self._name, method=method, args=args, waits=True)

    def call(self, method: str, *args: Any) -> None:
        """Call a method of the SDK that has no callback."""
        self._devices.send("call", name=self._name, method=method, args=args, waits=False)

    def listen(self, method: str, *args: Any, answer: dict[str, Any] | None = None) -> None:
        """Register a callback with a method of the SDK, for ``wait``; ``answer`` is the answer to a service call."""
        self._devices.send("listen", name=self._name, method=method, args=args, answer=answer)

    def wait(self, event: str) -> Any:
        """Wait for an event of the SDK and return its values."""
        return self._devices.wait(self._name, event)

    def pending(self, event: str) -> list[list]:
        """Return the values of the events that no test has waited for yet."""
        return self._devices.pending(self._name, event)

    def wait_for_message(self, topic: str) -> tuple[str, dict[str, Any]]:
        """Wait for a message on a topic or below it, and return its topic and the decoded payload."""
        while True:
            found, payload = self.wait("message")
            if found == topic or found.startswith(f"{topic}/"):
                return found, json.loads(payload)

    def granted(self, count: int) -> list[int]:
        """Wait for the answers to so many subscriptions, and return the granted qualities of service."""
        return [qos for _number in range(count) for qos in self.wait("suback")]


def _take(results: queue.Queue, name: str) -> Any:
    try:
        return results.get(timeout=TIMEOUT)
    except queue.Empty:
        raise AssertionError(f"{name} did not end within the timeout") from None
