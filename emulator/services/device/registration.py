# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Registering devices one at a time: by a call, or dynamically (the manual's chapter 4.8).

Dynamic registration gives a device that has only its product's secret credentials of its own. One that was registered
before gets its secret, as long as it has never connected. One that was not is registered now, and gets a client id and
a token, which it can do several times: they may be several devices of one name.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.device_signature import verify_signature
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.routing import lifecycle_message
from ansible_collections.iotops.aliyun.emulator.services.device.client_ids import add_client_id
from ansible_collections.iotops.aliyun.emulator.services.device.device import add_device, is_device_name, is_nickname
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

_BY_SECRET = "secret"

#: The LoraNodeType of devices whose keys the platform issues.
ISSUED_BY_PLATFORM = "ALIYUNDEFINED"
# What each kind of LoRaWAN device needs.
_LORAWAN_KINDS = {ISSUED_BY_PLATFORM: ("DevEui", "PinCode"), "USERDEFINED": ("DevEui", "JoinEui", "AppKey")}
_LORAWAN = ("DevEui", "PinCode", "JoinEui", "AppKey", "LoraNodeType")


@operation
def register_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.8.1: Register a device."""
    product = find_product(ctx, p["ProductKey"])
    name = p.get("DeviceName")
    if name and not is_device_name(name):
        raise ApiError("iot.device.InvalidFormattedDeviceName")
    nickname = p.get("Nickname") or None
    if nickname and not is_nickname(nickname):
        raise ApiError("iot.device.InvalidDeviceNickNameExisted")
    device = add_device(ctx, product["product_key"], name, nickname=nickname, **_lorawan(ctx, product, p))
    lifecycle_message.forward_device_events(ctx, [device], lifecycle_message.CREATED)
    data = omit_none(
        ProductKey=device["product_key"],
        DeviceName=device["device_name"],
        DeviceSecret=device["device_secret"],
        IotId=device["iot_id"],
        Nickname=device["nickname"],
        DevEui=device["dev_eui"],
        JoinEui=device["join_eui"],
    )
    return {"Data": data}


def authenticate_product(
    ctx: Context, product_key: str, device_name: str, random: str, method: str, signature: str
) -> Row:
    """The row of a product that a device has proven to be of, by the product's secret. Raises ApiError otherwise."""
    product = find_product(ctx, product_key)
    if product["auth_type"] != _BY_SECRET:
        raise _refused(f"devices of the product sign in with {product['auth_type']}")
    signed = {"deviceName": device_name, "productKey": product_key, "random": random}
    if not verify_signature(signature, method, product["product_secret"], signed):
        raise _refused("the signature is not that of the product's secret")
    return product


def find_unactivated_device(ctx: Context, product_key: str, device_name: str) -> Row:
    """The row of a device that may get its secret. Raises ApiError where it is not registered, or has connected."""
    device = ctx.store.one("device", product_key=product_key, device_name=device_name)
    if device is None:
        raise ApiError("iot.device.NotExistedDevice")
    if not device["enabled"]:
        raise _refused("the device is disabled")
    if device["activated_at"] is not None:
        raise _refused("the device has been activated already: ResetThing lets it register once more")
    return device


def register_dynamically(ctx: Context, product_key: str, device_name: str) -> Row:
    """Register a device if need be, and return the row of its new client id. Raises ApiError where it cannot be."""
    device = ctx.store.one("device", product_key=product_key, device_name=device_name)
    if device is None:
        if not is_device_name(device_name):
            raise ApiError("iot.device.InvalidFormattedDeviceName")
        device = add_device(ctx, product_key, device_name)
        lifecycle_message.forward_device_events(ctx, [device], lifecycle_message.CREATED)
    if not device["enabled"]:
        raise _refused("the device is disabled")
    return add_client_id(ctx, device)


def _lorawan(ctx: Context, product: Row, p: dict[str, Any]) -> Row:
    """The columns of a LoRaWAN device, none for others. Raises ApiError where what must come together does not."""
    if product["net_type"] != "LORA":
        if any(p.get(name) for name in _LORAWAN):
            raise ApiError("iot.device.InvalidDeviceParams", f"{', '.join(_LORAWAN)} are for LoRaWAN devices only")
        return {}
    kind = p.get("LoraNodeType") or ISSUED_BY_PLATFORM
    if kind not in _LORAWAN_KINDS:
        raise ApiError("iot.device.InvalidDeviceParams", f"LoraNodeType is one of {', '.join(_LORAWAN_KINDS)}")
    lacking = [name for name in _LORAWAN_KINDS[kind] if not p.get(name)]
    if lacking:
        raise ApiError("iot.device.InvalidDeviceParams", f"A LoRaWAN device {kind} needs {', '.join(lacking)}")
    if ctx.store.one("device", dev_eui=p["DevEui"]):
        raise ApiError("iot.device.InvalidDeviceParams", "There is a device with this DevEui")
    # The PIN code only proves that the DevEui is its owner's: nothing keeps it.
    return {
        "dev_eui": p["DevEui"],
        "join_eui": p.get("JoinEui"),
        "app_key_secret": p.get("AppKey"),
        "lora_node_type": kind,
    }


def _refused(why: str) -> ApiError:
    return ApiError("iot.device.VerifyDeviceFailed", why)
