# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Register single devices with an API request, or dynamically (manual chapter 4.8).

With dynamic registration, a device that has only the product secret gets its own credentials. There are two cases:

* A device that is already registered gets its device secret, as long as it has never connected.
* A device that is not registered yet is registered, and gets a client ID and a token. It can repeat this several times,
  because several physical devices may use the same name.
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

_SECRET_AUTH = "secret"

#: The LoraNodeType of devices with keys issued by the platform.
ISSUED_BY_PLATFORM = "ALIYUNDEFINED"
# The required parameters of LoRaWAN devices by LoraNodeType.
_REQUIRED_BY_NODE_TYPE = {ISSUED_BY_PLATFORM: ("DevEui", "PinCode"), "USERDEFINED": ("DevEui", "JoinEui", "AppKey")}
_LORAWAN_PARAMETERS = ("DevEui", "PinCode", "JoinEui", "AppKey", "LoraNodeType")


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
    device = add_device(ctx, product["product_key"], name, nickname=nickname, **_lorawan_columns(ctx, product, p))
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
    """Return the row of a product after checking that a device has signed a request with the product secret.

    Raises:
        ApiError: The product does not exist or does not use secrets, or the signature is wrong.
    """
    product = find_product(ctx, product_key)
    if product["auth_type"] != _SECRET_AUTH:
        raise _verification_failed(f"devices of the product authenticate with {product['auth_type']}")
    signed = {"deviceName": device_name, "productKey": product_key, "random": random}
    if not verify_signature(signature, method, product["product_secret"], signed):
        raise _verification_failed("the signature does not match the product secret")
    return product


def find_unactivated_device(ctx: Context, product_key: str, device_name: str) -> Row:
    """Return the row of a device that may still get its secret.

    Raises:
        ApiError: The device does not exist, is disabled or has already connected.
    """
    device = ctx.store.one("device", product_key=product_key, device_name=device_name)
    if device is None:
        raise ApiError("iot.device.NotExistedDevice")
    if not device["enabled"]:
        raise _verification_failed("the device is disabled")
    if device["activated_at"] is not None:
        raise _verification_failed("the device is already activated: call ResetThing before it registers again")
    return device


def register_dynamically(ctx: Context, product_key: str, device_name: str) -> Row:
    """Register a device if it does not exist, and return the row of its new client ID.

    Raises:
        ApiError: The name is invalid, the device is disabled or has the maximum number of client IDs.
    """
    device = ctx.store.one("device", product_key=product_key, device_name=device_name)
    if device is None:
        if not is_device_name(device_name):
            raise ApiError("iot.device.InvalidFormattedDeviceName")
        device = add_device(ctx, product_key, device_name)
        lifecycle_message.forward_device_events(ctx, [device], lifecycle_message.CREATED)
    if not device["enabled"]:
        raise _verification_failed("the device is disabled")
    return add_client_id(ctx, device)


def _lorawan_columns(ctx: Context, product: Row, p: dict[str, Any]) -> Row:
    """Return the columns of a LoRaWAN device, or none for other devices.

    Raises:
        ApiError: A parameter is invalid or missing, or is set for a device that is not a LoRaWAN device.
    """
    if product["net_type"] != "LORA":
        if any(p.get(name) for name in _LORAWAN_PARAMETERS):
            raise ApiError(
                "iot.device.InvalidDeviceParams",
                f"{', '.join(_LORAWAN_PARAMETERS)} are only allowed for LoRaWAN devices",
            )
        return {}
    node_type = p.get("LoraNodeType") or ISSUED_BY_PLATFORM
    if node_type not in _REQUIRED_BY_NODE_TYPE:
        raise ApiError(
            "iot.device.InvalidDeviceParams", f"LoraNodeType must be one of {', '.join(_REQUIRED_BY_NODE_TYPE)}"
        )
    missing_names = [name for name in _REQUIRED_BY_NODE_TYPE[node_type] if not p.get(name)]
    if missing_names:
        raise ApiError(
            "iot.device.InvalidDeviceParams", f"LoraNodeType {node_type} requires {', '.join(missing_names)}"
        )
    if ctx.store.one("device", dev_eui=p["DevEui"]):
        raise ApiError("iot.device.InvalidDeviceParams", "A device with this DevEui already exists")
    # PinCode only proves the ownership of the DevEui, so it is not stored.
    return {
        "dev_eui": p["DevEui"],
        "join_eui": p.get("JoinEui"),
        "app_key_secret": p.get("AppKey"),
        "lora_node_type": node_type,
    }


def _verification_failed(reason: str) -> ApiError:
    return ApiError("iot.device.VerifyDeviceFailed", reason)
