# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Serve devices that use HTTPS: ``/auth``, ``/topic/…``, ``/auth/register/device``, ``/auth/bootstrap``."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.rate_limit import RateLimit
from ansible_collections.iotops.aliyun.emulator.http.guard import read_body
from ansible_collections.iotops.aliyun.emulator.services.device import http_session
from ansible_collections.iotops.aliyun.emulator.services.device.http_session import HttpDeviceError

#: The platform refuses further requests of a device for a token within a minute (public documentation for devices).
MAX_TOKENS_PER_MINUTE = 5

_SUCCESS = 0
_COMMON_ERROR = 10000
_REGISTERED = 200

_log = logging.getLogger(__name__)

_Answer = Callable[[web.Request], Awaitable[dict[str, Any]]]


@dataclass
class DeviceApi:
    """The endpoints of devices that use HTTPS.

    Attributes:
        platform: the emulated account.
        is_throttled: whether the rate limits for devices are enforced.
        mqtt_address: the IP address and the port for devices that connect by MQTT; empty without MQTT.
    """

    platform: Platform
    is_throttled: bool
    mqtt_address: str = ""
    _tokens: RateLimit = field(default_factory=lambda: RateLimit(MAX_TOKENS_PER_MINUTE, 60))

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the endpoints to the router of an application."""
        router.add_post("/auth", _answering(self.authenticate))
        router.add_post("/auth/register/device", _answering(self.register))
        router.add_post("/auth/bootstrap", _answering(self.bootstrap))
        router.add_get("/auth/bootstrap/regionId/{region}", _answering(self.bootstrap_region))
        router.add_post("/topic/{topic:.+}", _answering(self.publish))

    def reset(self) -> None:
        """Forget how often devices requested a token."""
        self._tokens.reset()

    async def authenticate(self, http: web.Request) -> dict[str, Any]:
        """Return a token to a device. The SDK for C describes itself in the query, which is ignored."""
        if http.content_type != "application/json":
            raise http_session.param_error()
        request = http_session.parse_authentication(await read_body(http))
        if self.is_throttled and self._tokens.is_exceeded((request["productKey"], request["deviceName"])):
            raise http_session.too_many_requests()
        token = self.platform.run(lambda ctx: http_session.authenticate(ctx, request, http.remote or ""))
        return _success(token=token)

    async def publish(self, http: web.Request) -> dict[str, Any]:
        """Process a message on the topic in the path, with the token in the header ``password``."""
        payload = await read_body(http)
        is_valid = http.content_type == "application/octet-stream" and not http.query_string
        if not is_valid or len(payload) > http_session.MAX_MESSAGE:
            raise http_session.param_error()
        token, topic = http.headers.get("password", ""), f"/{http.match_info['topic']}"
        address = http.remote or ""
        message_id = self.platform.run(lambda ctx: http_session.publish(ctx, token, topic, payload, address))
        return _success(messageId=message_id)

    async def register(self, http: web.Request) -> dict[str, Any]:
        """Return the device secret to a device that has the product secret."""
        request = await _form(http)
        data = self.platform.run(lambda ctx: http_session.register(ctx, request))
        return {"code": _REGISTERED, "data": data, "message": "success"}

    async def bootstrap(self, http: web.Request) -> dict[str, Any]:
        """Return where a device connects by MQTT."""
        request = await _form(http)
        if not (request.get("productKey") and request.get("deviceName")):
            raise http_session.param_error()
        return self._connection_info()

    async def bootstrap_region(self, _http: web.Request) -> dict[str, Any]:
        """Return where the devices of a region connect by MQTT: in all regions to the emulator."""
        return self._connection_info()

    def _connection_info(self) -> dict[str, Any]:
        if not self.mqtt_address:
            raise http_session.param_error()
        host, _colon, port = self.mqtt_address.rpartition(":")
        resource = {"type": "PUBLIC", "host": host, "ip": host, "port": int(port)}
        return {"code": _REGISTERED, "data": {"resources": {"mqtt": resource}}, "message": "success"}


def _answering(function: _Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that sends the result of a function, or its error, with the status 200."""

    async def answer(http: web.Request) -> web.Response:
        try:
            reply = await function(http)
        except HttpDeviceError as error:
            reply = {"code": error.code, "message": error.message}
        except TimeoutError:
            raise
        except Exception:
            _log.exception("The request of a device on %s failed.", http.path)
            reply = {"code": _COMMON_ERROR, "message": "common error"}
        # The SDK for C does not accept blanks between names and values.
        return web.Response(text=payloads.to_json(reply), content_type="application/json")

    return answer


def _success(**info: Any) -> dict[str, Any]:
    return {"code": _SUCCESS, "message": "success", "info": info}


async def _form(http: web.Request) -> dict[str, str]:
    if http.content_type != "application/x-www-form-urlencoded":
        return {}
    await read_body(http)  # within the time limit; ``post`` uses what it has read
    return {name: value for name, value in (await http.post()).items() if isinstance(value, str)}
