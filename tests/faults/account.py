# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An emulator in this process whose state can be saved and restored, and a clock that no test has to wait for.

A schedule starts from a saved state, so the account is prepared once for many schedules.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

KEY = "emulator"

#: The real seconds to wait for the emulator's thread.
TIMEOUT = 30.0


class Account:
    """An emulator that serves HTTP from a thread of this process, without quotas and with its state in memory.

    Attributes:
        endpoint: The address, such as ``http://127.0.0.1:4711``.
    """

    def __init__(self) -> None:
        from aiohttp import web

        from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
        from ansible_collections.iotops.aliyun.emulator.http.auth import Authenticator
        from ansible_collections.iotops.aliyun.emulator.http.server import Server

        # The state that tasks keep on this machine belongs to this account only, not to those of other processes.
        self._shared = tempfile.TemporaryDirectory()
        os.environ["XDG_RUNTIME_DIR"] = self._shared.name

        async def start() -> None:
            self._server = Server(Platform(), Authenticator({KEY: KEY}))
            self._runner = web.AppRunner(self._server.application(), access_log=None)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()
            self.endpoint = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
            platform = self._server.platform
            platform.account = replace(platform.account, endpoint=self.endpoint)

        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._await(start())

    def close(self) -> None:
        """Stop the emulator."""
        self._await(self._runner.cleanup())
        self.run(lambda platform: platform.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT)
        self._loop.close()
        self._shared.cleanup()

    def run(self, function: Callable[[Any], Any]) -> Any:
        """Call a function with the platform in the emulator's thread, and return its result."""

        async def call() -> Any:
            return function(self._server.platform)

        return self._await(call())

    def save(self) -> bytes:
        """Return the state of the account."""
        return self.run(lambda platform: platform.store.dump())

    def restore(self, state: bytes) -> None:
        """Replace the state of the account by a saved one, and clear the journal."""

        def load(platform: Any) -> None:
            platform.restore(state)
            self._server.journal.clear()

        self.run(load)
        # Batches that a task of an earlier schedule has recorded do not exist in the restored account.
        for folder in Path(self._shared.name).glob("*/batches-*"):
            shutil.rmtree(folder)

    def advance(self, seconds: float) -> None:
        """Advance the clock of the platform, and run the work that is due."""

        def advance(platform: Any) -> None:
            platform.clock.advance(seconds)
            platform.run_due_work()

        self.run(advance)

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of all tables."""
        return self.run(lambda platform: platform.store.tables())

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the calls in the journal with a number greater than ``since``."""

        async def read() -> list[dict[str, Any]]:
            return self._server.journal.since(since)

        return self._await(read())

    def last_call(self) -> int:
        """Return the number of the last call in the journal; 0 if it is empty."""
        calls = self.calls()
        return calls[-1]["seq"] if calls else 0

    def control(self, path: str, body: Any) -> None:
        """Send a request to the control API, and require that it succeeds."""
        with closing(http.client.HTTPConnection(self.endpoint.removeprefix("http://"), timeout=TIMEOUT)) as connection:
            connection.request("POST", f"/_emulator/{path}", json.dumps(body))
            response = connection.getresponse()
            assert response.status == 200, response.read()

    def _await(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(TIMEOUT)


class FakeTime:
    """Replaces the module ``time`` in the client and the engine: sleeping advances the platform's clock instead.

    Args:
        account: The account whose clock is advanced.

    Attributes:
        advance: Advances the clock of the platform.
        on_sleep: Called after each sleep, for requests that the platform executes late.
    """

    def __init__(self, account: Account) -> None:
        self.advance: Callable[[float], None] = account.advance
        self._slept = 0.0
        self.on_sleep: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        """Advance the time."""
        self._slept += seconds
        self.advance(seconds)
        self.on_sleep()

    def monotonic(self) -> float:
        """Return the seconds that were slept."""
        return self._slept

    def time(self) -> float:
        """Return the time in seconds since 1970."""
        return time.time() + self._slept


def replace_time(fake: FakeTime, patch: Callable[[Any, str, Any], None]) -> None:
    """Replace ``time`` in all modules of the collection that sleep or wait for a deadline."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.client import client
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine import converge, waiting
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import open_batches, registration

    for module in (client, converge, waiting, registration, open_batches):
        patch(module, "time", fake)
