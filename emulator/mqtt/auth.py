# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Authenticate MQTT clients: the user name identifies the device, the password is a signature or a token.

The options in the client id define how the password is computed::

    CLIENTID|securemode=3,signmethod=hmacsha1,timestamp=1700000000|

- Without ``authType``, the password is a signature with the device secret. It covers the first part of the client id,
  the device name, the product key and the timestamp.
- With ``register`` or ``regnwl``, the password is a signature with the product secret. On this connection the device
  only receives its credentials.
- With ``connwl``, the password is the token that the device received with ``regnwl``.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.device_signature import verify_signature
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.device import registration
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.simulation import simulated

#: The allowed range of the keep-alive interval, in seconds.
MIN_KEEP_ALIVE = 30
MAX_KEEP_ALIVE = 1200

_CLIENT_ID = re.compile(r"(?P<client_id>[^|]+)\|(?P<options>[^|]*)\|?")
_USERNAME = re.compile(r"(?P<device_name>[^&]+)&(?P<product_key>[^&]+)")

_METHODS = ("hmacmd5", "hmacsha1", "hmacsha256")


class ConnectionDenied(Exception):
    """The client is not allowed to connect. The text is the reason."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The parsed credentials of a client that connects."""

    client_id: str
    options: dict[str, str]
    product_key: str
    device_name: str
    password: str


class AuthResult(NamedTuple):
    """The result of a successful authentication.

    Attributes:
        iot_id: the device, if the connection is a regular connection.
        topic: the topic for ``credentials``.
        credentials: the credentials to send to the device, if the connection is only for that.
    """

    iot_id: str = ""
    topic: str = ""
    credentials: dict[str, Any] | None = None


def parse(client_id: str, username: str | None, password: str | None) -> Credentials:
    """Parse the credentials of a client. Raises ConnectionDenied if their format is not valid."""
    head = _CLIENT_ID.fullmatch(client_id)
    names = _USERNAME.fullmatch(username or "")
    if not (head and names and password):
        raise ConnectionDenied("the format of client id, user name or password is not valid")
    pairs = (option.partition("=") for option in head["options"].split(","))
    options = {name: value for name, _sign, value in pairs}
    return Credentials(head["client_id"], options, names["product_key"], names["device_name"], password)


def check_keep_alive(seconds: int) -> None:
    """Raise ConnectionDenied if the keep-alive interval is not allowed."""
    if not MIN_KEEP_ALIVE <= seconds <= MAX_KEEP_ALIVE:
        raise ConnectionDenied(
            f"the keep-alive must be from {MIN_KEEP_ALIVE} to {MAX_KEEP_ALIVE} seconds, not {seconds}"
        )


def authenticate(ctx: Context, credentials: Credentials) -> AuthResult:
    """Authenticate a client. Raises ConnectionDenied if the client is not allowed to connect."""
    kind = credentials.options.get("authType", "")
    if kind not in _AUTHENTICATORS:
        raise ConnectionDenied(f"unknown authType {kind}")
    try:
        return _AUTHENTICATORS[kind](ctx, credentials)
    except ApiError as error:
        raise ConnectionDenied(str(error)) from None


def _by_device_secret(ctx: Context, credentials: Credentials) -> AuthResult:
    device = _device(ctx, credentials)
    product = find_product(ctx, device["product_key"])
    if product["auth_type"] != "secret":
        raise ConnectionDenied(f"devices of the product authenticate with {product['auth_type']}")
    signed = {
        "clientId": credentials.client_id,
        "deviceName": credentials.device_name,
        "productKey": credentials.product_key,
    }
    if "timestamp" in credentials.options:
        signed["timestamp"] = credentials.options["timestamp"]
    if not verify_signature(credentials.password, _method(credentials), device["device_secret"], signed):
        raise ConnectionDenied("the password is not a valid signature with the device secret")
    return AuthResult(device["iot_id"])


def _by_token(ctx: Context, credentials: Credentials) -> AuthResult:
    device = _device(ctx, credentials)
    row = ctx.store.one("device_client_id", client_id=credentials.client_id, iot_id=device["iot_id"])
    if row is None or row["shut_out"]:
        raise ConnectionDenied(
            "the client id does not belong to the device, or another client id was selected for the device"
        )
    if not hmac.compare_digest(row["device_token"].encode(), credentials.password.encode()):
        raise ConnectionDenied("the password is not the token of the client id")
    return AuthResult(device["iot_id"])


def _register_known(ctx: Context, credentials: Credentials) -> AuthResult:
    """Send the device secret to a device that was registered before (pre-registration)."""
    _check_product(ctx, credentials)
    device = registration.find_unactivated_device(ctx, credentials.product_key, credentials.device_name)
    return _credentials_for(credentials, "/ext/register", deviceSecret=device["device_secret"])


def _register_new(ctx: Context, credentials: Credentials) -> AuthResult:
    """Register a device and send it a token (registration without pre-registration)."""
    _check_product(ctx, credentials)
    row = registration.register_dynamically(ctx, credentials.product_key, credentials.device_name)
    return _credentials_for(credentials, "/ext/regnwl", clientId=row["client_id"], deviceToken=row["device_token"])


_AUTHENTICATORS = {
    "": _by_device_secret,
    "connwl": _by_token,
    "register": _register_known,
    "regnwl": _register_new,
}


def _credentials_for(credentials: Credentials, topic: str, **members: str) -> AuthResult:
    names = {"productKey": credentials.product_key, "deviceName": credentials.device_name}
    return AuthResult(topic=topic, credentials={**names, **members})


def _check_product(ctx: Context, credentials: Credentials) -> None:
    random = credentials.options.get("random", "")
    names = credentials.product_key, credentials.device_name
    registration.authenticate_product(ctx, *names, random, _method(credentials), credentials.password)


def _method(credentials: Credentials) -> str:
    method = credentials.options.get("signmethod", "").lower()
    if method not in _METHODS:
        raise ConnectionDenied(f"signmethod must be one of {', '.join(_METHODS)}")
    return method


def _device(ctx: Context, credentials: Credentials) -> Row:
    """Return the device of a client. Raises ConnectionDenied if it cannot connect."""
    device = ctx.store.one("device", product_key=credentials.product_key, device_name=credentials.device_name)
    if device is None:
        raise ConnectionDenied("the device does not exist")
    if not device["enabled"]:
        raise ConnectionDenied("the device is disabled")
    if simulated.profile_of(ctx, device) is not None:
        raise ConnectionDenied("the device is simulated")
    return device
