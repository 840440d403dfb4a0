# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``/_emulator/…``: looking into the platform and steering it, which the real one does not let anybody do.

These addresses need no signature: whoever can reach them owns the emulator.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from ansible_collections.iotops.aliyun.emulator import collection_version
from ansible_collections.iotops.aliyun.emulator.core import registry
from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.expressions import scripting
from ansible_collections.iotops.aliyun.emulator.http import control_consumers, control_devices
from ansible_collections.iotops.aliyun.emulator.http.faults import Faults
from ansible_collections.iotops.aliyun.emulator.http.journal import Journal

MASK = "********"

_SECRET_WORDS = ("secret", "password", "passwd", "token", "pincode", "pin_code", "privatekey", "private_key")


@dataclass(frozen=True)
class Control:
    """The control addresses of one server; ``empty`` brings all of it back to its beginning."""

    platform: Platform
    faults: Faults
    journal: Journal
    empty: Callable[[], None]

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the addresses into an application's router."""
        router.add_get("/_emulator/health", self.health)
        router.add_post("/_emulator/reset", self.reset)
        router.add_get("/_emulator/calls", self.calls)
        router.add_delete("/_emulator/calls", self.forget_calls)
        router.add_put("/_emulator/faults", self.replace_faults)
        router.add_post("/_emulator/clock", self.advance_clock)
        router.add_get("/_emulator/state", self.state)
        router.add_get("/_emulator/devices", self.devices)
        router.add_post("/_emulator/devices", self.make_devices)
        router.add_post("/_emulator/consumers", self.consume)

    async def health(self, _http: web.Request) -> web.Response:
        """What runs here and which operations it carries out."""
        names = sorted(registry.OPERATIONS)
        return _json(
            {
                "status": "ok",
                "version": collection_version(),
                "operations": names,
                "implemented": len(names),
                "known": len(OPERATIONS),
                "scripts": scripting.is_available(),
            }
        )

    async def reset(self, _http: web.Request) -> web.Response:
        """An empty platform again."""
        self.empty()
        return _json({})

    async def calls(self, http: web.Request) -> web.Response:
        """The journal, or with ``since`` what came after that number."""
        since = http.query.get("since", "0")
        if not (since.isascii() and since.isdigit()):
            return _refused("since is the number of a call")
        return _json({"calls": self.journal.since(int(since))})

    async def forget_calls(self, _http: web.Request) -> web.Response:
        """An empty journal."""
        self.journal.clear()
        return _json({})

    async def replace_faults(self, http: web.Request) -> web.Response:
        """Put the list of rules in the body in force, in place of those before."""
        try:
            self.faults.replace(json.loads(await http.read()))
        except ValueError as error:
            return _refused(str(error))
        return _json({})

    async def advance_clock(self, http: web.Request) -> web.Response:
        """Move the clock ``advance`` seconds forward, do what fell due, and tell the time in milliseconds."""
        try:
            seconds = json.loads(await http.read())["advance"]
            if isinstance(seconds, bool):
                raise TypeError(seconds)
            self.platform.clock.advance(seconds)
        except (ValueError, TypeError, KeyError, OverflowError):
            return _refused('the body is {"advance": seconds}, and time only moves forward')
        self.platform.run_due_work()
        return _json({"now": self.platform.clock.now()})

    async def state(self, _http: web.Request) -> web.Response:
        """Every row of every table, with its secrets masked."""
        self.platform.run_due_work()
        return _json(_masked(self.platform.store.tables()))

    async def make_devices(self, http: web.Request) -> web.Response:
        """Make simulated devices, or change some, as ``services.fleet`` describes it."""
        try:
            wanted = json.loads(await http.read())
            made = self.platform.run(lambda ctx: control_devices.create_devices(ctx, wanted))
        except (ValueError, RecursionError) as error:
            return _refused(str(error))
        self.platform.run_due_work()
        return _json(made)

    async def consume(self, http: web.Request) -> web.Response:
        """Let a client of a consumer group come, take messages and go, as ``services.consumer_client`` describes it."""
        try:
            wanted = json.loads(await http.read())
            address = _address(http)
            return _json(self.platform.run(lambda ctx: control_consumers.run_consumer_client(ctx, wanted, address)))
        except (ValueError, RecursionError) as error:
            return _refused(str(error))

    async def devices(self, http: web.Request) -> web.Response:
        """Simulated devices: of one ``product``, ``limit`` of them from the ``offset``-th (from 0) on."""
        asked = {name: http.query.get(name, default) for name, default in (("offset", "0"), ("limit", "100"))}
        if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in asked.values()):
            return _refused("offset and limit are numbers")
        numbers = {name: int(text) for name, text in asked.items()}
        try:
            product = http.query.get("product")
            return _json(self.platform.run(lambda ctx: control_devices.list_devices(ctx, product, **numbers)))
        except ValueError as error:
            return _refused(str(error))


def _address(http: web.Request) -> str:
    """Where a request comes from, as IP and port."""
    peer = http.transport.get_extra_info("peername") if http.transport else None
    return f"{peer[0]}:{peer[1]}" if peer else ""


def _json(content: Any, status: int = 200) -> web.Response:
    return web.json_response(content, status=status)


def _refused(why: str) -> web.Response:
    return _json({"message": why}, 400)


def _masked(value: Any, name: str = "") -> Any:
    """``value`` without what its name gives away as a secret; JSON texts are looked into as well."""
    if isinstance(value, dict):
        return {key: _masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, name) for inner in value]
    if value not in (None, "") and any(word in name.lower() for word in _SECRET_WORDS):
        return MASK
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.dumps(_masked(json.loads(value)), ensure_ascii=False)
        except ValueError:
            return value
    return value
