# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Serve the control endpoints ``/_emulator/…``, which inspect and control the emulator.

The real platform has no such endpoints. They need no signature; ``guard`` rejects requests of web pages and, if other
hosts can reach the server, requests without the token.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from ansible_collections.iotops.aliyun.emulator import collection_version
from ansible_collections.iotops.aliyun.emulator.core import registry
from ansible_collections.iotops.aliyun.emulator.core.catalogue import KNOWN_OPERATIONS
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.expressions import scripting
from ansible_collections.iotops.aliyun.emulator.http import (
    control_configurations,
    control_consumers,
    control_deliveries,
    control_devices,
)
from ansible_collections.iotops.aliyun.emulator.http.faults import Faults
from ansible_collections.iotops.aliyun.emulator.http.guard import read_body
from ansible_collections.iotops.aliyun.emulator.http.journal import Journal
from ansible_collections.iotops.aliyun.emulator.http.latency import Latency
from ansible_collections.iotops.aliyun.emulator.http.masking import masked
from ansible_collections.iotops.aliyun.emulator.http.snapshots import Snapshots, requested_name
from ansible_collections.iotops.aliyun.emulator.outbox import external


@dataclass(frozen=True)
class Control:
    """The control endpoints of one server.

    Attributes:
        platform: the emulated account.
        faults: the active fault rules.
        journal: the recorded calls.
        latency: delays the responses of the API.
        snapshots: the stored copies of the state.
        reset_server: resets the server to its initial state.
        restore_server: resets the server, and continues with the state of a snapshot.
    """

    platform: Platform
    faults: Faults
    journal: Journal
    latency: Latency
    snapshots: Snapshots
    reset_server: Callable[[], None]
    restore_server: Callable[[bytes], None]

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the endpoints to the router of an application."""
        router.add_get("/_emulator/health", self.health)
        router.add_post("/_emulator/reset", self.reset)
        router.add_get("/_emulator/calls", self.calls)
        router.add_delete("/_emulator/calls", self.clear_calls)
        router.add_put("/_emulator/faults", self.replace_faults)
        router.add_get("/_emulator/latency", self.show_latency)
        router.add_put("/_emulator/latency", self.replace_latency)
        router.add_post("/_emulator/snapshot", self.create_snapshot)
        router.add_post("/_emulator/restore", self.restore_snapshot)
        router.add_get("/_emulator/snapshots", self.list_snapshots)
        router.add_delete("/_emulator/snapshots/{name}", self.delete_snapshot)
        router.add_post("/_emulator/clock", self.advance_clock)
        router.add_get("/_emulator/state", self.state)
        router.add_get("/_emulator/devices", self.devices)
        router.add_post("/_emulator/devices", self.create_devices)
        router.add_post("/_emulator/consumers", self.consume)
        router.add_post("/_emulator/configurations", self.set_configuration)
        router.add_get("/_emulator/deliveries", self.deliveries)
        router.add_delete("/_emulator/deliveries", self.clear_deliveries)

    async def health(self, _http: web.Request) -> web.Response:
        """Return the version, the implemented operations and whether scripts can run."""
        names = sorted(registry.OPERATIONS)
        return _json(
            {
                "status": "ok",
                "version": collection_version(),
                "operations": names,
                "implemented": len(names),
                "known": len(KNOWN_OPERATIONS),
                "scripts": scripting.is_available(),
            }
        )

    async def reset(self, _http: web.Request) -> web.Response:
        """Reset the emulator to its initial, empty state."""
        self.reset_server()
        return _json({})

    async def calls(self, http: web.Request) -> web.Response:
        """Return the journal; with ``since`` only the calls after that number."""
        since = http.query.get("since", "0")
        if not (since.isascii() and since.isdigit()):
            return _bad_request("since must be the number of a call")
        return _json({"calls": self.journal.since(int(since))})

    async def clear_calls(self, _http: web.Request) -> web.Response:
        """Clear the journal."""
        self.journal.clear()
        return _json({})

    async def replace_faults(self, http: web.Request) -> web.Response:
        """Replace the active fault rules with the list in the request body."""
        try:
            self.faults.replace(await _json_body(http))
        except ValueError as error:
            return _bad_request(str(error))
        return _json({})

    async def show_latency(self, _http: web.Request) -> web.Response:
        """Return the settings of the latency."""
        return _json(self.latency.settings)

    async def replace_latency(self, http: web.Request) -> web.Response:
        """Replace the settings of the latency by those in the request body, and return them."""
        try:
            self.latency.replace(await _json_body(http))
        except ValueError as error:
            return _bad_request(str(error))
        return _json(self.latency.settings)

    async def create_snapshot(self, http: web.Request) -> web.Response:
        """Store a copy of the state under a name, and return its description."""
        try:
            name = requested_name(await _json_body(http))
            self.platform.run_due_work()
            return _json(self.snapshots.add(name, self.platform.store.dump()))
        except ValueError as error:
            return _bad_request(str(error))

    async def restore_snapshot(self, http: web.Request) -> web.Response:
        """Reset the emulator, and continue with the state of a snapshot."""
        try:
            name = requested_name(await _json_body(http))
            self.restore_server(self.snapshots.content(name))
        except ValueError as error:
            return _bad_request(str(error))
        except KeyError:
            return _json({"message": f"the snapshot {name} does not exist"}, 404)
        return _json({})

    async def list_snapshots(self, _http: web.Request) -> web.Response:
        """List the snapshots."""
        return _json({"snapshots": self.snapshots.describe_all()})

    async def delete_snapshot(self, http: web.Request) -> web.Response:
        """Delete a snapshot."""
        name = http.match_info["name"]
        try:
            self.snapshots.remove(name)
        except KeyError:
            return _json({"message": f"the snapshot {name[:64]} does not exist"}, 404)
        return _json({})

    async def advance_clock(self, http: web.Request) -> web.Response:
        """Move the clock forward by ``advance`` seconds, run due work, and return the time in milliseconds."""
        try:
            seconds = (await _json_body(http))["advance"]
            if isinstance(seconds, bool):
                raise TypeError(seconds)
            self.platform.clock.advance(seconds)
        except (ValueError, TypeError, KeyError, OverflowError):
            return _bad_request('the body must be {"advance": seconds} with seconds not negative')
        self.platform.run_due_work()
        return _json({"now": self.platform.clock.now()})

    async def state(self, _http: web.Request) -> web.Response:
        """Return all rows of all tables, with masked secrets."""
        self.platform.run_due_work()
        return _json(masked(self.platform.store.tables()))

    async def create_devices(self, http: web.Request) -> web.Response:
        """Create or update simulated devices; see ``control_devices.create_devices``."""
        try:
            body = await _json_body(http)
            created = self.platform.run(lambda ctx: control_devices.create_devices(ctx, body))
        except ValueError as error:
            return _bad_request(str(error))
        self.platform.run_due_work()
        return _json(created)

    async def consume(self, http: web.Request) -> web.Response:
        """Run a client of a consumer group; see ``control_consumers.run_consumer_client``."""
        try:
            body = await _json_body(http)
            address = _address(http)
            return _json(self.platform.run(lambda ctx: control_consumers.run_consumer_client(ctx, body, address)))
        except ValueError as error:
            return _bad_request(str(error))

    async def set_configuration(self, http: web.Request) -> web.Response:
        """Set a remote configuration; see ``control_configurations.set_configuration``."""
        try:
            body = await _json_body(http)
            return _json(self.platform.run(lambda ctx: control_configurations.set_configuration(ctx, body)))
        except ValueError as error:
            return _bad_request(str(error))

    async def deliveries(self, http: web.Request) -> web.Response:
        """List messages to destinations outside the platform; see ``control_deliveries.list_deliveries``."""
        try:
            listed = self.platform.run(lambda ctx: control_deliveries.list_deliveries(ctx, http.query))
        except ValueError as error:
            return _bad_request(str(error))
        return _json({"deliveries": [{**one, "configuration": masked(one["configuration"])} for one in listed]})

    async def clear_deliveries(self, _http: web.Request) -> web.Response:
        """Delete the recorded messages to destinations outside the platform."""
        self.platform.run(external.clear)
        return _json({})

    async def devices(self, http: web.Request) -> web.Response:
        """List up to ``limit`` simulated devices from ``offset`` (from 0) on, optionally of one ``product``."""
        values = {name: http.query.get(name, default) for name, default in (("offset", "0"), ("limit", "100"))}
        if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in values.values()):
            return _bad_request("offset and limit must be numbers")
        numbers = {name: int(text) for name, text in values.items()}
        try:
            product = http.query.get("product")
            return _json(self.platform.run(lambda ctx: control_devices.list_devices(ctx, product, **numbers)))
        except ValueError as error:
            return _bad_request(str(error))


def _address(http: web.Request) -> str:
    """Return the IP address and the port of the client of a request."""
    peer = http.transport.get_extra_info("peername") if http.transport else None
    return f"{peer[0]}:{peer[1]}" if peer else ""


async def _json_body(http: web.Request) -> Any:
    """Return the decoded body of a request. Raises ValueError if it is not valid JSON."""
    try:
        return json.loads(await read_body(http))
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None


def _json(content: Any, status: int = 200) -> web.Response:
    return web.json_response(content, status=status)


def _bad_request(message: str) -> web.Response:
    return _json({"message": message}, 400)
