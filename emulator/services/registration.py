# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dynamic registration: a device that has only its product's secret gets credentials of its own.

A device that was registered before gets its secret, as long as it has never connected. One that was not is registered
now, and gets a client id and a token, which it can do several times: they may be several devices of one name.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.services.client_ids import add_client_id
from ansible_collections.iotops.aliyun.emulator.services.device import add_device, is_device_name
from ansible_collections.iotops.aliyun.emulator.services.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.shared.context import Context
from ansible_collections.iotops.aliyun.emulator.services.shared.signing import is_signed
from ansible_collections.iotops.aliyun.emulator.store import Row

_BY_SECRET = "secret"


def check_product(ctx: Context, product_key: str, device_name: str, random: str, method: str, signature: str) -> Row:
    """The row of a product that a device has proven to be of, by the product's secret. Raises ApiError otherwise."""
    product = find_product(ctx, product_key)
    if product["auth_type"] != _BY_SECRET:
        raise _refused(f"devices of the product sign in with {product['auth_type']}")
    signed = {"deviceName": device_name, "productKey": product_key, "random": random}
    if not is_signed(signature, method, product["product_secret"], signed):
        raise _refused("the signature is not that of the product's secret")
    return product


def registered(ctx: Context, product_key: str, device_name: str) -> Row:
    """The row of a device that may get its secret. Raises ApiError where it is not registered, or has connected."""
    device = ctx.store.one("device", product_key=product_key, device_name=device_name)
    if device is None:
        raise ApiError("iot.device.NotExistedDevice")
    if not device["enabled"]:
        raise _refused("the device is disabled")
    if device["activated_at"] is not None:
        raise _refused("the device has been activated already: ResetThing lets it register once more")
    return device


def register(ctx: Context, product_key: str, device_name: str) -> Row:
    """Register a device if need be, and return the row of its new client id. Raises ApiError where it cannot be."""
    device = ctx.store.one("device", product_key=product_key, device_name=device_name)
    if device is None:
        if not is_device_name(device_name):
            raise ApiError("iot.device.InvalidFormattedDeviceName")
        device = add_device(ctx, product_key, device_name)
    if not device["enabled"]:
        raise _refused("the device is disabled")
    return add_client_id(ctx, device)


def _refused(why: str) -> ApiError:
    return ApiError("iot.device.VerifyDeviceFailed", why)
