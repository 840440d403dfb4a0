# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices that use HTTPS: authentication with a token, messages, dynamic registration.

The protocol is that of the platform's public documentation for devices. A device has no lasting connection. It is
online while the platform processes one of its requests, and cannot receive messages.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.device_signature import verify_signature
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.topics import custom_topic
from ansible_collections.iotops.aliyun.emulator.routing import uplink
from ansible_collections.iotops.aliyun.emulator.routing.connection import short_connection
from ansible_collections.iotops.aliyun.emulator.routing.topics import Owner, topic_owner
from ansible_collections.iotops.aliyun.emulator.services.device import registration
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.topic.topic import find_topic_class
from ansible_collections.iotops.aliyun.emulator.simulation import simulated

TABLES = """
-- Tokens of devices that use HTTPS.
CREATE TABLE IF NOT EXISTS http_token (
    token TEXT PRIMARY KEY,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    expires_at INTEGER NOT NULL  -- in milliseconds
);
CREATE INDEX IF NOT EXISTS http_token_by_device ON http_token (iot_id);
"""

#: How long a token is valid, in milliseconds.
TOKEN_LIFETIME = 7 * 24 * 3600 * 1000

#: The maximum size of a message, in bytes.
MAX_MESSAGE = 128 * 1024

#: The maximum number of characters of a client id.
MAX_CLIENT_ID_LENGTH = 64

_TOKEN_LENGTH = 32
_TIMESTAMP_TOLERANCE = 15 * 60 * 1000  # milliseconds

_SIGN_METHODS = ("hmacmd5", "hmacsha1", "hmacsha256")
_NOT_SIGNED = ("version", "sign", "signmethod")

_PARAM_ERROR = 10001
_AUTH_CHECK_ERROR = 20000
_TOKEN_EXPIRED = 20001
_TOKEN_MISSING = 20002
_TOKEN_INVALID = 20003
_SESSION_ERROR = 20004
_PUBLISH_ERROR = 30001
_TOO_MANY_REQUESTS = 40000

_MESSAGES = {
    _PARAM_ERROR: "param error",
    _AUTH_CHECK_ERROR: "auth check error",
    _TOKEN_EXPIRED: "token is expired",
    _TOKEN_MISSING: "token is null",
    _TOKEN_INVALID: "check token error",
    _SESSION_ERROR: "update session error",
    _PUBLISH_ERROR: "publish message error",
    _TOO_MANY_REQUESTS: "request too many",
}

_REGISTERED = 200
_REGISTRATION_DENIED = 401
_INVALID_REGISTRATION = 460
_DEVICE_NOT_FOUND = 6100


class HttpDeviceError(Exception):
    """A request of a device failed: ``code`` and ``message`` are those of the response."""

    def __init__(self, code: int, message: str | None = None) -> None:
        self.code = code
        self.message = message or _MESSAGES[code]
        super().__init__(f"{code}: {self.message}")


def param_error() -> HttpDeviceError:
    """Return the error for a request that is not valid."""
    return HttpDeviceError(_PARAM_ERROR)


def too_many_requests() -> HttpDeviceError:
    """Return the error for a device that sends requests too often."""
    return HttpDeviceError(_TOO_MANY_REQUESTS)


def parse_authentication(body: bytes) -> dict[str, str]:
    """Return the members of a request for a token.

    Raises:
        HttpDeviceError: the body is not an object with the required members.
    """
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        raise param_error() from None
    if not isinstance(members, dict) or any(isinstance(value, dict | list) for value in members.values()):
        raise param_error()
    texts = {name: str(value) for name, value in members.items()}
    if not all(texts.get(name) for name in ("productKey", "deviceName", "clientId", "sign")):
        raise param_error()
    if len(texts["clientId"]) > MAX_CLIENT_ID_LENGTH:
        raise param_error()
    if texts.get("signmethod", _SIGN_METHODS[0]).lower() not in _SIGN_METHODS:
        raise param_error()
    return texts


def authenticate(ctx: Context, request: Mapping[str, str], ip_address: str) -> str:
    """Return a new token for a device.

    Args:
        ctx: the context.
        request: the result of ``parse_authentication``.
        ip_address: the IP address of the device.

    Raises:
        HttpDeviceError: the device is not allowed to use HTTPS, or the signature or the timestamp is not valid.
    """
    device = ctx.store.one("device", product_key=request["productKey"], device_name=request["deviceName"])
    if device is None or not _is_recent(request.get("timestamp")):
        raise HttpDeviceError(_AUTH_CHECK_ERROR)
    product = find_product(ctx, device["product_key"])
    signed = {name: value for name, value in request.items() if name not in _NOT_SIGNED}
    method = request.get("signmethod", _SIGN_METHODS[0])
    is_valid = verify_signature(request["sign"], method, device["device_secret"], signed)
    if product["auth_type"] != "secret" or not is_valid:
        raise HttpDeviceError(_AUTH_CHECK_ERROR)
    if not _may_send(ctx, device):
        raise HttpDeviceError(_SESSION_ERROR)
    with short_connection(ctx, device, ip_address):
        ctx.store.execute("DELETE FROM http_token WHERE iot_id = ? AND expires_at <= ?", device["iot_id"], ctx.now)
        token = ids.hexadecimal(_TOKEN_LENGTH)
        ctx.store.insert("http_token", token=token, iot_id=device["iot_id"], expires_at=ctx.now + TOKEN_LIFETIME)
    return token


def publish(ctx: Context, token: str, topic: str, payload: bytes, ip_address: str) -> int:
    """Process a message of a device and return its id.

    Raises:
        HttpDeviceError: the token is not valid, or the device is not allowed to publish on the topic.
    """
    device = _device_of(ctx, token)
    if not _may_send(ctx, device) or not _may_publish(ctx, device, topic):
        raise HttpDeviceError(_PUBLISH_ERROR)
    with short_connection(ctx, device, ip_address) as connected:
        return uplink.receive(ctx, connected, topic, payload)


def register(ctx: Context, request: Mapping[str, str]) -> dict[str, str]:
    """Return the secret of a registered device that authenticates with the product secret (pre-registration).

    Raises:
        HttpDeviceError: a parameter is missing or invalid, or the device is not allowed to register.
    """
    names = ("productKey", "deviceName", "random", "sign", "signMethod")
    if not all(request.get(name) for name in names) or request["signMethod"].lower() not in _SIGN_METHODS:
        raise HttpDeviceError(_INVALID_REGISTRATION, "request parameter error")
    product_key, device_name, random, sign, method = (request[name] for name in names)
    try:
        registration.authenticate_product(ctx, product_key, device_name, random, method, sign)
    except ApiError:
        raise HttpDeviceError(_REGISTRATION_DENIED, "request auth error") from None
    if ctx.store.one("device", product_key=product_key, device_name=device_name) is None:
        raise HttpDeviceError(_DEVICE_NOT_FOUND, "device not found")
    try:
        device = registration.find_unactivated_device(ctx, product_key, device_name)
    except ApiError:
        raise HttpDeviceError(_REGISTRATION_DENIED, "request auth error") from None
    return {"productKey": product_key, "deviceName": device_name, "deviceSecret": device["device_secret"]}


def _is_recent(timestamp: str | None) -> bool:
    """Return whether the time of a request, in milliseconds, is close to the time of this machine."""
    if not timestamp:
        return True
    return timestamp.isdecimal() and abs(int(timestamp) - time.time() * 1000) <= _TIMESTAMP_TOLERANCE


def _device_of(ctx: Context, token: str) -> Row:
    if not token:
        raise HttpDeviceError(_TOKEN_MISSING)
    row = ctx.store.one("http_token", token=token)
    if row is None:
        raise HttpDeviceError(_TOKEN_INVALID)
    if row["expires_at"] <= ctx.now:
        raise HttpDeviceError(_TOKEN_EXPIRED)
    return ctx.store.require("device", iot_id=row["iot_id"])


def _may_send(ctx: Context, device: Row) -> bool:
    return bool(device["enabled"]) and simulated.profile_of(ctx, device) is None


def _may_publish(ctx: Context, device: Row, topic: str) -> bool:
    """Return whether a device may publish on a topic: a custom topic needs a topic class that allows it."""
    if topic_owner(topic) != Owner(device["product_key"], device["device_name"]):
        return False
    if custom_topic(topic) is None:
        return True
    topic_class = find_topic_class(ctx, topic)
    return topic_class is not None and topic_class["operation"] != "SUB"
