# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Serve devices that use MQTT over WebSocket, at ``/mqtt`` and, as the vendor's SDK for browsers expects, at ``/``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from ansible_collections.iotops.aliyun.emulator.http.guard import is_upgrade

#: The path that the ready file names.
PATH = "/mqtt"


@dataclass
class DeviceSocket:
    """The endpoint for WebSockets of devices.

    Attributes:
        accept: processes a WebSocket until it ends; None without MQTT.
    """

    accept: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the endpoint to the router of an application."""
        router.add_get(PATH, self.serve)

    async def serve(self, http: web.Request) -> web.StreamResponse:
        """Process a WebSocket until it ends."""
        if self.accept is None:
            return web.json_response({"message": "devices cannot connect: start with --mqtt-port"}, status=404)
        if not is_upgrade(http):
            return web.json_response({"message": "the request must open a WebSocket"}, status=426)
        return await self.accept(http)
