# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Handle messages from gateways about their sub-devices: topology, registration, login and logout."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.device_signature import verify_signature
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing import session
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward
from ansible_collections.iotops.aliyun.emulator.routing.message_types import FOUND_DEVICE_LIST
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.services.device import registration
from ansible_collections.iotops.aliyun.emulator.services.device.device import is_device_name
from ansible_collections.iotops.aliyun.emulator.services.device.topology import (
    MAX_SUB_DEVICES,
    attach,
    detach,
    is_gateway,
)

# The error codes of replies.
_AUTHENTICATION_FAILED = 401
_TOO_MANY_SUB_DEVICES = 428
_NO_SESSION = 520
_DEVICE_DISABLED = 522
_DEVICE_NOT_FOUND = 6100
_NOT_IN_TOPOLOGY = 6401
_NOT_A_SUB_DEVICE = 6402
_PRODUCT_NOT_FOUND = 6250
_INVALID_DEVICE_NAME = 6280

# The parameters that the signature of a sub-device covers, if they are set.
_SIGNED = ("clientId", "deviceName", "productKey", "timestamp")


@uplink("/sys/{pk}/{dn}/thing/topo/add")
def _add_sub_devices(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> list[dict[str, str]]:
    """Attach sub-devices to the gateway, all or none. Each is detached from its previous gateway."""
    if not is_gateway(ctx, gateway):
        raise MessageRejected(INVALID_PARAMETERS, "the device is not a gateway")
    devices = [_find_verified_device(ctx, item, _sign_method(item)) for item in _items(message.get("params"))]
    for device in devices:
        if is_gateway(ctx, device):
            raise MessageRejected(_NOT_A_SUB_DEVICE, "topo relation cannot add by self")
    if ctx.store.count("topology", gateway_iot_id=gateway["iot_id"]) + len(devices) > MAX_SUB_DEVICES:
        raise MessageRejected(_TOO_MANY_SUB_DEVICES, "too many subdevices under gateway")
    attach(ctx, gateway, *devices)
    return _device_references(devices)


@uplink("/sys/{pk}/{dn}/thing/topo/delete")
def _delete_sub_devices(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> list[dict[str, str]]:
    devices = [_find_sub_device(ctx, gateway, item) for item in _items(message.get("params"))]
    detach(ctx, *devices)
    return _device_references(devices)


@uplink("/sys/{pk}/{dn}/thing/topo/get")
def _list_sub_devices(ctx: Context, gateway: Row, _match: dict[str, str], _message: Row) -> list[dict[str, str]]:
    """Return the sub-devices of the gateway, in the order in which they were attached."""
    devices = ctx.store.rows(
        """
        SELECT product_key, device_name FROM topology JOIN device USING (iot_id)
        WHERE gateway_iot_id = ? ORDER BY added_at, topology.rowid
        """,
        gateway["iot_id"],
    )
    return _device_references(devices)


@uplink("/sys/{pk}/{dn}/thing/list/found")
def _report_found_devices(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> None:
    """Forward the devices that a gateway has discovered. They need not be registered."""
    devices = [_found_device(ctx, item) for item in _items(message.get("params"))]
    content = {
        "gwIotId": gateway["iot_id"],
        "gwProductKey": gateway["product_key"],
        "gwDeviceName": gateway["device_name"],
        "devices": devices,
    }
    topic = f"/{gateway['product_key']}/{gateway['device_name']}/thing/list/found"
    forward(ctx, gateway, topic, content, FOUND_DEVICE_LIST)


def _found_device(ctx: Context, item: dict[str, str]) -> dict[str, str]:
    product_key, device_name = item["productKey"], item["deviceName"]
    if ctx.store.one("product", product_key=product_key) is None:
        raise MessageRejected(_PRODUCT_NOT_FOUND, "product not found")
    if not is_device_name(device_name):
        raise MessageRejected(_INVALID_DEVICE_NAME, "devicename not meet specs")
    device = ctx.store.one("device", product_key=product_key, device_name=device_name)
    known = {"iotId": device["iot_id"]} if device else {}
    return {"productKey": product_key, "deviceName": device_name, **known}


@uplink("/sys/{pk}/{dn}/thing/sub/register")
def _register_sub_devices(ctx: Context, _gateway: Row, _match: dict[str, str], message: Row) -> list[dict[str, str]]:
    """Return the secrets of devices that have never connected.

    The platform trusts the gateway, so no proof is needed.
    """
    devices = []
    for item in _items(message.get("params")):
        try:
            devices.append(registration.find_unactivated_device(ctx, item["productKey"], item["deviceName"]))
        except ApiError as error:
            raise _to_rejection(error) from None
    return [_render_credentials(device) for device in devices]


@uplink("/sys/{pk}/{dn}/thing/proxy/provisioning/product_register")
def _register_with_product_secret(ctx: Context, _gateway: Row, _match: dict[str, str], message: Row) -> dict[str, Any]:
    """Return the secrets of devices that have never connected and sign with their product secret.

    Each device succeeds or fails separately.
    """
    params = message.get("params")
    successes, failures = [], []
    for item in _items(params.get("proxieds") if isinstance(params, dict) else None):
        names = item["productKey"], item["deviceName"]
        try:
            proof = (item.get(name, "") for name in ("random", "signMethod", "sign"))
            registration.authenticate_product(ctx, *names, *proof)
            successes.append(_render_credentials(registration.find_unactivated_device(ctx, *names)))
        except ApiError as error:
            rejection = _to_rejection(error)
            reference = dict(zip(("productKey", "deviceName"), names, strict=True))
            failures.append({**reference, "errorCode": str(rejection.code), "errorMessage": rejection.message})
    return {"successes": successes, "failures": failures}


@uplink("/ext/session/{pk}/{dn}/combine/login")
def _login(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> dict[str, str]:
    (item,) = _items([message.get("params")])
    device = _check_login(ctx, gateway, item, _sign_method(item))
    session.start_sub_device(ctx, gateway, device, _is_clean_session(item))
    return _device_references([device])[0]


@uplink("/ext/session/{pk}/{dn}/combine/batch_login")
def _batch_login(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> list[dict[str, str]]:
    """Log in several sub-devices, all or none."""
    params = message.get("params")
    params = params if isinstance(params, dict) else {}
    items = _items(params.get("deviceList"))
    devices = [_check_login(ctx, gateway, item, _sign_method(params)) for item in items]
    for item, device in zip(items, devices, strict=True):
        session.start_sub_device(ctx, gateway, device, _is_clean_session(item))
    return _device_references(devices)


@uplink("/ext/session/{pk}/{dn}/combine/logout")
def _logout(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> dict[str, str]:
    return _log_out_devices(ctx, gateway, [message.get("params")])[0]


@uplink("/ext/session/{pk}/{dn}/combine/batch_logout")
def _batch_logout(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> list[dict[str, str]]:
    """Log out several sub-devices, all or none."""
    return _log_out_devices(ctx, gateway, message.get("params"))


def _log_out_devices(ctx: Context, gateway: Row, params: Any) -> list[dict[str, str]]:
    devices = [_find_sub_device(ctx, gateway, item) for item in _items(params)]
    for device in devices:
        if session.gateway_of(ctx.store, device["iot_id"]) != gateway["iot_id"]:
            raise MessageRejected(_NO_SESSION, "no session")
    for device in devices:
        session.end_sub_device(ctx, device)
    return _device_references(devices)


def _check_login(ctx: Context, gateway: Row, item: dict[str, str], method: Any) -> Row:
    """Return the sub-device that an item identifies, if the gateway may log it in. Raise MessageRejected otherwise."""
    device = _find_sub_device(ctx, gateway, item)
    _check_signature(device, item, method)
    if not device["enabled"]:
        raise MessageRejected(_DEVICE_DISABLED, "device forbidden")
    return device


def _is_clean_session(item: dict[str, str]) -> bool:
    return item.get("cleanSession", "").lower() == "true"


def _find_sub_device(ctx: Context, gateway: Row, item: dict[str, str]) -> Row:
    """Return the device that an item identifies. Raise MessageRejected if it is not attached to the gateway."""
    device = _find_device(ctx, item)
    if not ctx.store.count("topology", iot_id=device["iot_id"], gateway_iot_id=gateway["iot_id"]):
        raise MessageRejected(_NOT_IN_TOPOLOGY, "topo relation not exist")
    return device


def _find_verified_device(ctx: Context, item: dict[str, str], method: Any) -> Row:
    """Return the device that an item identifies. Raise MessageRejected if the signature is wrong."""
    device = _find_device(ctx, item)
    _check_signature(device, item, method)
    return device


def _sign_method(item: dict[str, Any]) -> Any:
    """Return the signature method in a message. The SDKs of the vendor spell its name in two ways."""
    return item.get("signMethod") or item.get("signmethod")


def _check_signature(device: Row, item: dict[str, str], method: Any) -> None:
    signed = {name: item[name] for name in _SIGNED if item.get(name)}
    if not verify_signature(item.get("sign", ""), str(method), device["device_secret"], signed):
        raise MessageRejected(_AUTHENTICATION_FAILED, "request auth error")


def _find_device(ctx: Context, item: dict[str, str]) -> Row:
    device = ctx.store.one("device", product_key=item["productKey"], device_name=item["deviceName"])
    if device is None:
        raise MessageRejected(_DEVICE_NOT_FOUND, "device not found")
    return device


def _items(params: Any) -> list[dict[str, str]]:
    """Return ``params`` as a list of devices with string members. Raise MessageRejected if it is not such a list."""
    if not (isinstance(params, list) and params and all(isinstance(item, dict) for item in params)):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    items = [{name: value if isinstance(value, str) else str(value) for name, value in item.items()} for item in params]
    if not all(item.get("productKey") and item.get("deviceName") for item in items):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return items


def _device_references(devices: list[Row]) -> list[dict[str, str]]:
    return [{"productKey": device["product_key"], "deviceName": device["device_name"]} for device in devices]


def _render_credentials(device: Row) -> dict[str, str]:
    return {"iotId": device["iot_id"], **_device_references([device])[0], "deviceSecret": device["device_secret"]}


def _to_rejection(error: ApiError) -> MessageRejected:
    """Return the error reply to a device for an API error."""
    if error.code == "iot.device.NotExistedDevice":
        return MessageRejected(_DEVICE_NOT_FOUND, "device not found")
    return MessageRejected(_AUTHENTICATION_FAILED, error.message)
