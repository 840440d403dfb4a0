# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who may connect: the user name says which device it is, the password proves it.

What the password is made of, and with which secret, is told by the options in the client id::

    CLIENTID|securemode=3,signmethod=hmacsha1,timestamp=1700000000|

Without ``authType`` it is the device's secret over the client id's beginning, the device's names and the timestamp.
With ``register`` or ``regnwl`` it is the product's secret: a connection on which the device is told its credentials and
nothing else. With ``connwl`` the password is the token that came of ``regnwl``.
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

#: Within how many seconds a device can promise to be heard of.
SHORTEST_KEEP_ALIVE = 30
LONGEST_KEEP_ALIVE = 1200

_CLIENT_ID = re.compile(r"(?P<client_id>[^|]+)\|(?P<options>[^|]*)\|?")
_USERNAME = re.compile(r"(?P<device_name>[^&]+)&(?P<product_key>[^&]+)")

_METHODS = ("hmacmd5", "hmacsha1", "hmacsha256")


class ConnectionDenied(Exception):
    """The client may not connect; the text says why."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client says of itself when it connects, taken apart."""

    client_id: str
    options: dict[str, str]
    product_key: str
    device_name: str
    password: str


class Admission(NamedTuple):
    """What a connection is for: a device's, or to tell it ``greeting`` on ``topic``."""

    iot_id: str = ""
    topic: str = ""
    greeting: dict[str, Any] | None = None


def parse(client_id: str, username: str | None, password: str | None) -> Credentials:
    """Take apart what a client has sent. Raises Denied where it is not of this shape."""
    head = _CLIENT_ID.fullmatch(client_id)
    names = _USERNAME.fullmatch(username or "")
    if not (head and names and password):
        raise ConnectionDenied("client id, user name and password are not of the platform's shape")
    pairs = (option.partition("=") for option in head["options"].split(","))
    options = {name: value for name, _sign, value in pairs}
    return Credentials(head["client_id"], options, names["product_key"], names["device_name"], password)


def check_keep_alive(seconds: int) -> None:
    """Raise Denied where a client promises what the platform does not take."""
    if not SHORTEST_KEEP_ALIVE <= seconds <= LONGEST_KEEP_ALIVE:
        raise ConnectionDenied(f"the keep-alive is not from {SHORTEST_KEEP_ALIVE} to {LONGEST_KEEP_ALIVE} seconds")


def authenticate(ctx: Context, credentials: Credentials) -> Admission:
    """What a client gets that has proven who it is. Raises Denied where it has not, or may not connect."""
    kind = credentials.options.get("authType", "")
    if kind not in _KINDS:
        raise ConnectionDenied(f"there is no authType {kind}")
    try:
        return _KINDS[kind](ctx, credentials)
    except ApiError as error:
        raise ConnectionDenied(str(error)) from None


def _by_device_secret(ctx: Context, credentials: Credentials) -> Admission:
    device = _device(ctx, credentials)
    product = find_product(ctx, device["product_key"])
    if product["auth_type"] != "secret":
        raise ConnectionDenied(f"devices of the product sign in with {product['auth_type']}")
    signed = {
        "clientId": credentials.client_id,
        "deviceName": credentials.device_name,
        "productKey": credentials.product_key,
    }
    if "timestamp" in credentials.options:
        signed["timestamp"] = credentials.options["timestamp"]
    if not verify_signature(credentials.password, _method(credentials), device["device_secret"], signed):
        raise ConnectionDenied("the password is not that of the device's secret")
    return Admission(device["iot_id"])


def _by_token(ctx: Context, credentials: Credentials) -> Admission:
    device = _device(ctx, credentials)
    row = ctx.store.one("device_client_id", client_id=credentials.client_id, iot_id=device["iot_id"])
    if row is None or row["shut_out"]:
        raise ConnectionDenied("the device has no such client id, or another was declared the right one")
    if not hmac.compare_digest(row["device_token"].encode(), credentials.password.encode()):
        raise ConnectionDenied("the password is not the token of the client id")
    return Admission(device["iot_id"])


def _tell_secret(ctx: Context, credentials: Credentials) -> Admission:
    """For devices that were registered before."""
    _check_product(ctx, credentials)
    device = registration.find_unactivated_device(ctx, credentials.product_key, credentials.device_name)
    return _told(credentials, "/ext/register", deviceSecret=device["device_secret"])


def _tell_token(ctx: Context, credentials: Credentials) -> Admission:
    """For devices that were not."""
    _check_product(ctx, credentials)
    row = registration.register_dynamically(ctx, credentials.product_key, credentials.device_name)
    return _told(credentials, "/ext/regnwl", clientId=row["client_id"], deviceToken=row["device_token"])


_KINDS = {"": _by_device_secret, "connwl": _by_token, "register": _tell_secret, "regnwl": _tell_token}


def _told(credentials: Credentials, topic: str, **members: str) -> Admission:
    names = {"productKey": credentials.product_key, "deviceName": credentials.device_name}
    return Admission(topic=topic, greeting={**names, **members})


def _check_product(ctx: Context, credentials: Credentials) -> None:
    random = credentials.options.get("random", "")
    names = credentials.product_key, credentials.device_name
    registration.authenticate_product(ctx, *names, random, _method(credentials), credentials.password)


def _method(credentials: Credentials) -> str:
    method = credentials.options.get("signmethod", "").lower()
    if method not in _METHODS:
        raise ConnectionDenied(f"signmethod is one of {', '.join(_METHODS)}")
    return method


def _device(ctx: Context, credentials: Credentials) -> Row:
    """The device that a client says it is. Raises Denied where that cannot connect."""
    device = ctx.store.one("device", product_key=credentials.product_key, device_name=credentials.device_name)
    if device is None:
        raise ConnectionDenied("there is no such device")
    if not device["enabled"]:
        raise ConnectionDenied("the device is disabled")
    if simulated.profile_of(ctx, device) is not None:
        raise ConnectionDenied("the device is a simulated one")
    return device
