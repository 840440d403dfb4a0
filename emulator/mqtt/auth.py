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
from ansible_collections.iotops.aliyun.emulator.mqtt.client import ConnectionRefused
from ansible_collections.iotops.aliyun.emulator.mqtt.codes import Refusal
from ansible_collections.iotops.aliyun.emulator.services.device import registration
from ansible_collections.iotops.aliyun.emulator.services.device.x509 import subject_of
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.simulation import simulated

#: The allowed range of the keep-alive interval, in seconds.
MIN_KEEP_ALIVE = 30
MAX_KEEP_ALIVE = 1200

#: The topic on which a device that authenticated with a certificate receives its names.
IDENTITY_TOPIC = "/ext/auth/identity/response"

#: The maximum number of characters of a client id without its options.
MAX_CLIENT_ID_LENGTH = 64

# The options extend to the last bar: the value of an option can contain bars.
_CLIENT_ID = re.compile(r"(?P<name>[^|]*)\|(?P<options>.*?)\|?", re.DOTALL)
_USERNAME = re.compile(r"(?P<device_name>[^&]+)&(?P<product_key>[^&]+)")

# The flags in the option ``ext``.
_CUSTOM_RRPC = 1

# Some SDKs use short names. A device that sends none signs with hmacmd5.
_METHODS = {
    "": "hmacmd5",
    **{name: name for name in ("hmacmd5", "hmacsha1", "hmacsha256")},
    "md5": "hmacmd5",
    "sha1": "hmacsha1",
    "sha256": "hmacsha256",
}


@dataclass(frozen=True, slots=True)
class ClientId:
    """A parsed client id: the part before the options, and the options.

    The name is empty if a client of MQTT 5.0 lets the platform assign it.
    """

    name: str
    options: dict[str, str]

    @property
    def has_custom_rrpc(self) -> bool:
        """Whether the device receives RRPC requests on custom topics (``ext``, a number of flags)."""
        flags = self.options.get("ext", "")
        return flags.isdecimal() and bool(int(flags) & _CUSTOM_RRPC)


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
        topic: the topic for ``message``.
        message: what to send to the device as soon as it is connected: its credentials if the connection is only for
            that, or its names if it authenticated with a certificate.
    """

    iot_id: str = ""
    topic: str = ""
    message: dict[str, Any] | None = None


def parse_client_id(text: str) -> ClientId:
    """Parse a client id, which has no options if a device connects with a certificate."""
    match = _CLIENT_ID.fullmatch(text)
    return ClientId(match["name"], _options(match["options"])) if match else ClientId(text, {})


def parse(client_id: ClientId, username: str | None, password: str | None) -> Credentials:
    """Parse the credentials of a client. Raises ConnectionRefused if their format is not valid."""
    names = _USERNAME.fullmatch(username or "")
    if not names:
        raise ConnectionRefused("the user name must be DEVICE_NAME&PRODUCT_KEY", Refusal.MALFORMED_CREDENTIALS)
    if not (client_id.options and password):
        raise ConnectionRefused("the client id has no options, or the password is missing")
    if len(client_id.name) > MAX_CLIENT_ID_LENGTH:
        raise ConnectionRefused(
            f"the client id has more than {MAX_CLIENT_ID_LENGTH} characters", Refusal.INVALID_CLIENT_ID
        )
    return Credentials(client_id.name, client_id.options, names["product_key"], names["device_name"], password)


def _options(text: str) -> dict[str, str]:
    pairs = (one.partition("=") for one in text.split(","))
    return {name.strip(): value.strip() for name, _sign, value in pairs}


def check_keep_alive(seconds: int) -> None:
    """Raise ConnectionRefused if the keep-alive interval is not allowed."""
    if not MIN_KEEP_ALIVE <= seconds <= MAX_KEEP_ALIVE:
        raise ConnectionRefused(
            f"the keep-alive must be from {MIN_KEEP_ALIVE} to {MAX_KEEP_ALIVE} seconds, not {seconds}"
        )


def authenticate(ctx: Context, credentials: Credentials) -> AuthResult:
    """Authenticate a client. Raises ConnectionRefused if the client is not allowed to connect."""
    kind = credentials.options.get("authType", "")
    if kind not in _AUTHENTICATORS:
        raise ConnectionRefused(f"unknown authType {kind}")
    try:
        return _AUTHENTICATORS[kind](ctx, credentials)
    except ApiError as error:
        raise ConnectionRefused(str(error)) from None


def has_credentials(username: str | None, password: str | None) -> bool:
    """Return whether a client sends a user name and a password. Devices with a certificate send empty ones."""
    return bool((username or "").strip("&") or password)


def authenticate_by_certificate(ctx: Context, certificate: bytes) -> AuthResult:
    """Authenticate a device by its X.509 certificate (DER), which TLS has verified. It receives its names.

    Raises:
        ConnectionRefused: the certificate does not belong to a device.
    """
    device = ctx.store.one("device", iot_id=subject_of(certificate))
    product = find_product(ctx, device["product_key"]) if device else None
    if device is None or product is None or product["auth_type"] != "x509":
        raise ConnectionRefused("the certificate does not belong to a device")
    _check_device(ctx, device)
    names = {"productKey": device["product_key"], "deviceName": device["device_name"]}
    return AuthResult(device["iot_id"], IDENTITY_TOPIC, names)


def _by_device_secret(ctx: Context, credentials: Credentials) -> AuthResult:
    device = _device(ctx, credentials)
    product = find_product(ctx, device["product_key"])
    if product["auth_type"] != "secret":
        raise ConnectionRefused(f"devices of the product authenticate with {product['auth_type']}")
    signed = {
        "clientId": credentials.client_id,
        "deviceName": credentials.device_name,
        "productKey": credentials.product_key,
    }
    if "timestamp" in credentials.options:
        signed["timestamp"] = credentials.options["timestamp"]
    if not verify_signature(credentials.password, _method(credentials), device["device_secret"], signed):
        raise ConnectionRefused("the password is not a valid signature with the device secret")
    return AuthResult(device["iot_id"])


def _by_token(ctx: Context, credentials: Credentials) -> AuthResult:
    device = _device(ctx, credentials)
    row = ctx.store.one("device_client_id", client_id=credentials.client_id, iot_id=device["iot_id"])
    if row is None or row["shut_out"]:
        raise ConnectionRefused(
            "the client id does not belong to the device, or another client id was selected for the device"
        )
    if not hmac.compare_digest(row["device_token"].encode(), credentials.password.encode()):
        raise ConnectionRefused("the password is not the token of the client id")
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
    return AuthResult(topic=topic, message={**names, **members})


def _check_product(ctx: Context, credentials: Credentials) -> None:
    random = credentials.options.get("random", "")
    names = credentials.product_key, credentials.device_name
    registration.authenticate_product(ctx, *names, random, _method(credentials), credentials.password)


def _method(credentials: Credentials) -> str:
    method = credentials.options.get("signmethod", "").lower()
    if method not in _METHODS:
        raise ConnectionRefused(f"signmethod must be one of {', '.join(filter(None, _METHODS))}")
    return _METHODS[method]


def _device(ctx: Context, credentials: Credentials) -> Row:
    """Return the device of a client. Raises ConnectionRefused if it cannot connect."""
    device = ctx.store.one("device", product_key=credentials.product_key, device_name=credentials.device_name)
    if device is None:
        raise ConnectionRefused("the device does not exist")
    _check_device(ctx, device)
    return device


def _check_device(ctx: Context, device: Row) -> None:
    if not device["enabled"]:
        raise ConnectionRefused("the device is disabled")
    if simulated.profile_of(ctx, device) is not None:
        raise ConnectionRefused("the device is simulated")
