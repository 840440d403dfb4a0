# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run a consumer with the library rhea for Node.js in a child process."""

from __future__ import annotations

import base64
import contextlib
import json
import queue
import subprocess
import threading
import time
from typing import Any

TIMEOUT = 30.0  # seconds


class RheaClient:
    """A consumer that connects when it is created.

    Args:
        process: Node.js with ``consumer.js``.
        address: The IP address and the port of the emulator.
        credentials: The user name and the password.
        ca_file: The certificate that verifies the server's certificate; empty for a connection without TLS.
        credit: The credit of the link, which rhea renews for each message.
        outcome: How each message is acknowledged: accept, release, reject or modify; empty to wait for ``send``.
        role: ``receiver``, or ``sender`` for a client that wants to send messages.
        links: The number of receiver links.
        options: Other options of the connection.
    """

    def __init__(
        self,
        process: subprocess.Popen,
        address: str,
        credentials: tuple[str, str],
        ca_file: str = "",
        credit: int = 100,
        outcome: str = "accept",
        role: str = "receiver",
        links: int = 1,
        **options: Any,
    ):
        host, port = address.split(":")
        username, password = credentials
        options = {"host": host, "port": int(port), "username": username, "password": password, **options}
        options.setdefault("idle_time_out", 60000)
        if ca_file:
            with open(ca_file, encoding="utf-8") as file:
                options |= {"transport": "tls", "ca": [file.read()], "servername": "localhost"}
        self._process = process
        settings = {"options": options, "credit": credit, "outcome": outcome, "role": role, "links": links}
        self.send(json.dumps(settings))
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        # Ends at the end of the process.
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        # The output is closed at the end of the test.
        with contextlib.suppress(ValueError):
            for line in self._process.stdout:
                self._events.put(json.loads(line))

    def event(self, name: str) -> dict[str, Any]:
        """Return the next event with a name; events before it are dropped."""
        deadline = time.monotonic() + TIMEOUT
        seen = []
        while True:
            try:
                found = self._events.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no event {name} after {seen}") from None
            if found["event"] == name:
                return found
            seen.append(found["event"])

    def messages(self, count: int) -> list[dict[str, Any]]:
        """Return the next messages; ``body`` is bytes."""
        messages = [self.event("message") for _number in range(count)]
        return [{**message, "body": base64.b64decode(message["body"])} for message in messages]

    def bodies(self, count: int) -> list[bytes]:
        """Return the bodies of the next messages."""
        return [message["body"] for message in self.messages(count)]

    def received(self) -> list[bytes]:
        """Return the bodies of the messages that have arrived since the last call."""
        events = [self._events.get() for _number in range(self._events.qsize())]
        return [base64.b64decode(event["body"]) for event in events if event["event"] == "message"]

    def send(self, command: str) -> None:
        """Acknowledge the messages that are open (accept, release, reject, modify), or close the socket (drop)."""
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
