# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Serve the API with HTTP: one endpoint, ``/``, accepts all operations as GET or POST requests."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from aiohttp import web

from ansible_collections.iotops.aliyun.emulator.core import dispatch, validation, wire
from ansible_collections.iotops.aliyun.emulator.core.catalogue import ERRORS
from ansible_collections.iotops.aliyun.emulator.core.context import Warned
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError
from ansible_collections.iotops.aliyun.emulator.core.ids import request_id
from ansible_collections.iotops.aliyun.emulator.core.registry import PendingReply, Reply
from ansible_collections.iotops.aliyun.emulator.http.auth import Authenticator
from ansible_collections.iotops.aliyun.emulator.http.control import Control
from ansible_collections.iotops.aliyun.emulator.http.dashboard import Dashboard
from ansible_collections.iotops.aliyun.emulator.http.device_api import DeviceApi
from ansible_collections.iotops.aliyun.emulator.http.device_socket import DeviceSocket
from ansible_collections.iotops.aliyun.emulator.http.faults import AFTER, BEFORE, Faults
from ansible_collections.iotops.aliyun.emulator.http.guard import Guard, is_upgrade, read_body
from ansible_collections.iotops.aliyun.emulator.http.journal import Journal
from ansible_collections.iotops.aliyun.emulator.http.latency import Latency
from ansible_collections.iotops.aliyun.emulator.http.quota import Quota
from ansible_collections.iotops.aliyun.emulator.http.snapshots import Snapshots
from ansible_collections.iotops.aliyun.emulator.http.uploads import Uploads
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import VERSION

#: The largest request body in bytes.
MAX_BYTES = 16 * 1024 * 1024

#: The largest interval between two checks for due work, in seconds. Calls run due work earlier.
MAX_INTERVAL = 0.1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """A response: the HTTP status, the error code or an empty string, the members, the XML root element, warnings."""

    status: int
    code: str
    reply: dict[str, Any]
    root: str
    warnings: tuple[Warned, ...] = ()


class _Dropped(Exception):
    """The connection must be closed without a response."""


@dataclass
class Server:
    """The HTTP server of an emulated account.

    Attributes:
        platform: the emulated account.
        authenticator: checks the signatures of requests.
        quota: throttles requests; None for no throttling.
        faults: the active fault rules.
        journal: the recorded calls.
        guard: rejects requests that are not meant for the server.
        device_api: the endpoints of devices that use HTTPS.
        device_socket: passes the WebSockets of devices to the MQTT endpoint.
        latency: delays the responses of the API.
        snapshots: the stored copies of the state.
    """

    platform: Platform
    authenticator: Authenticator
    quota: Quota | None = None
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    guard: Guard = field(default_factory=Guard)
    device_socket: DeviceSocket = field(default_factory=DeviceSocket)
    latency: Latency = field(default_factory=Latency)
    snapshots: Snapshots = field(default_factory=Snapshots)
    _wake_up: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.device_api = DeviceApi(self.platform, is_throttled=self.quota is not None)

    def application(self) -> web.Application:
        """Return the aiohttp application."""
        application = web.Application(client_max_size=MAX_BYTES)
        self.guard.install(application)
        application.router.add_get("/", self._serve)
        application.router.add_post("/", self._serve)
        control = Control(
            self.platform, self.faults, self.journal, self.latency, self.snapshots, self.reset, self.restore
        )
        control.add_routes(application.router)
        Dashboard(self.platform, self.journal, self._settings).add_routes(application.router)
        Uploads(self.platform).add_routes(application.router)
        self.device_api.add_routes(application.router)
        self.device_socket.add_routes(application.router)
        application.cleanup_ctx.append(self._due_work_task)
        return application

    def reset(self) -> None:
        """Delete all state, the journal and the fault rules, and reset clock, nonces, quota and latency.

        Snapshots are kept.
        """
        self.platform.reset()
        self._reset_server()

    def restore(self, content: bytes) -> None:
        """Reset the server, and continue with a state that ``platform.store.dump`` returned."""
        self.platform.restore(content)
        self._reset_server()

    def _settings(self) -> dict[str, Any]:
        """Return the settings that the dashboard shows."""
        return {"faults": len(self.faults), "latency": self.latency.settings, "throttled": self.quota is not None}

    def _reset_server(self) -> None:
        self.faults.replace([])
        self.journal.clear()
        self.authenticator.reset()
        if self.quota:
            self.quota.reset()
        self.device_api.reset()
        self.latency.reset()

    async def _due_work_task(self, _application: web.Application) -> AsyncIterator[None]:
        """Run due work in the background while the application runs."""
        task = asyncio.create_task(self._run_due_work())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _run_due_work(self) -> None:
        while True:
            self.platform.run_due_work()
            self._wake_up.clear()
            due = self.platform.next_due_at()
            pause = MAX_INTERVAL if due is None else max(0.001, (due - self.platform.clock.now()) / 1000)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake_up.wait(), min(pause, MAX_INTERVAL))

    async def _serve(self, http: web.Request) -> web.StreamResponse:
        if is_upgrade(http):
            return await self.device_socket.serve(http)
        started = time.perf_counter()
        request = wire.Request(http.method, http.raw_path, http.headers, await read_body(http))
        action = request.action
        try:
            response = await self._respond(request)
        except _Dropped:
            response = None
        await self.latency.wait()
        if response is None:
            self.journal.add(action, 0, "", time.perf_counter() - started)
            if http.transport:  # None if the client has closed the connection
                http.transport.abort()
            return web.Response()
        self.journal.add(action, response.status, response.code, time.perf_counter() - started, response.warnings)
        media_type = request.media_type
        body = wire.render(response.reply, media_type, response.root)
        # The date of the platform, whose clock may be ahead of that of this machine.
        headers = {"Content-Type": media_type, "Date": formatdate(self.platform.clock.now() / 1000, usegmt=True)}
        if response.warnings:
            headers["Warning"] = _warning_header(response.warnings)
        return web.Response(body=body, status=response.status, headers=headers)

    async def _respond(self, request: wire.Request) -> ApiResponse:
        """Return the response to a call. Raises _Dropped if a fault rule closes the connection."""
        action = request.action
        warnings: list[Warned] = []
        try:
            reply = await self._execute(request, warnings)
        except ApiError as error:
            members = {"Success": False, "Code": error.code, "ErrorMessage": error.message, **error.extra}
            return ApiResponse(200, error.code, _envelope(members), f"{action}Response")
        except GatewayError as error:
            return _gateway_response(error, request.headers)
        except _Dropped:
            raise
        except Exception:
            _log.exception("The operation %s failed.", action)
            return _gateway_response(GatewayError(500, "InternalError"), request.headers)
        return ApiResponse(200, "", _envelope({"Success": True, **reply}), f"{action}Response", tuple(warnings))

    async def _execute(self, request: wire.Request, warnings: list[Warned]) -> dict[str, Any]:
        self.authenticator.check(request)
        if request.version != VERSION:
            raise GatewayError(400, "InvalidVersion")
        action = request.action
        operation, implementation = dispatch.find_operation(action)
        params = validation.parse_parameters(operation, implementation, request.values)
        fault = self.faults.match(action)
        if fault:
            await asyncio.sleep(fault.delay)
            if fault.drop == BEFORE:
                raise _Dropped
            error = fault.error()
            if error and not fault.drop:
                raise error
        if self.quota:
            self.quota.take(action, operation, params)
        if fault and fault.drop == AFTER:
            with contextlib.suppress(ApiError):
                self.platform.execute(operation, implementation, params)
            raise _Dropped
        reply = self.platform.execute(operation, implementation, params, warnings)
        return await self._wait(reply) if isinstance(reply, PendingReply) else reply

    async def _wait(self, pending: PendingReply) -> Reply:
        """Return the response of an operation after its event was published or its timeout is over. Raises ApiError."""
        published = asyncio.Event()
        with self.platform.listeners.listening(pending.event, lambda _event: published.set()):
            self._wake_up.set()  # the event may come from work that was scheduled just now
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(published.wait(), pending.timeout / 1000)
        return self.platform.finish(pending)


def _envelope(members: dict[str, Any]) -> dict[str, Any]:
    return {"RequestId": request_id(), **members}


def _warning_header(warnings: Iterable[Warned]) -> str:
    """Return the value of the header ``Warning`` (RFC 7234, section 5.5) with the code for persistent warnings."""
    return ", ".join(f'299 - "{warned.message} ({warned.source})"' for warned in warnings)


def _gateway_response(error: GatewayError, headers: Mapping[str, str]) -> ApiResponse:
    entry = ERRORS.get(error.code)
    reply = {
        "RequestId": request_id(),
        "HostId": headers.get("Host", ""),
        "Code": error.code,
        "Message": error.message,
        "Recommend": entry.remedy if entry else "",
    }
    return ApiResponse(error.status, error.code, reply, "Error")
