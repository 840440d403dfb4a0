# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What gateways say of the devices behind them: topology, registration, and their coming and going."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.device_signature import verify_signature
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing import session
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.services.device import registration
from ansible_collections.iotops.aliyun.emulator.services.device.topology import (
    MAX_SUB_DEVICES,
    attach,
    free,
    is_gateway,
)

# The codes with which the platform refuses.
_NOT_PROVEN = 401
_TOO_MANY = 428
_NO_SESSION = 520
_DISABLED = 522
_NO_DEVICE = 6100
_NOT_BEHIND = 6401
_NO_SUB_DEVICE = 6402

# The parameters of a sub-device that its signature covers, as far as it has them.
_SIGNED = ("clientId", "deviceName", "productKey", "timestamp")


@uplink("/sys/{pk}/{dn}/thing/topo/add")
def _add(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> list[dict[str, str]]:
    """All or none; each leaves the gateway that it had."""
    if not is_gateway(ctx, gateway):
        raise MessageRejected(INVALID_PARAMETERS, "the device is not a gateway")
    devices = [_proven(ctx, item, item.get("signmethod")) for item in _items(message.get("params"))]
    for device in devices:
        if is_gateway(ctx, device):
            raise MessageRejected(_NO_SUB_DEVICE, "topo relation cannot add by self")
    if ctx.store.count("topology", gateway_iot_id=gateway["iot_id"]) + len(devices) > MAX_SUB_DEVICES:
        raise MessageRejected(_TOO_MANY, "too many subdevices under gateway")
    attach(ctx, gateway, *devices)
    return _named(devices)


@uplink("/sys/{pk}/{dn}/thing/topo/delete")
def _remove(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> list[dict[str, str]]:
    devices = [_behind(ctx, gateway, item) for item in _items(message.get("params"))]
    free(ctx, *devices)
    return _named(devices)


@uplink("/sys/{pk}/{dn}/thing/topo/get")
def _list(ctx: Context, gateway: Row, _match: dict[str, str], _message: Row) -> list[dict[str, str]]:
    """In the order in which they came."""
    devices = ctx.store.rows(
        """
        SELECT product_key, device_name FROM topology JOIN device USING (iot_id)
        WHERE gateway_iot_id = ? ORDER BY added_at, topology.rowid
        """,
        gateway["iot_id"],
    )
    return _named(devices)


@uplink("/sys/{pk}/{dn}/thing/sub/register")
def _register(ctx: Context, _gateway: Row, _match: dict[str, str], message: Row) -> list[dict[str, str]]:
    """Devices that have never connected get their secrets: it is the gateway that the platform trusts."""
    found = []
    for item in _items(message.get("params")):
        try:
            found.append(registration.find_unactivated_device(ctx, item["productKey"], item["deviceName"]))
        except ApiError as error:
            raise _refusal(error) from None
    return [_credentials(device) for device in found]


@uplink("/sys/{pk}/{dn}/thing/proxy/provisioning/product_register")
def _register_by_product(ctx: Context, _gateway: Row, _match: dict[str, str], message: Row) -> dict[str, Any]:
    """As ``_register``, of devices that prove to know their product's secret, each for itself."""
    params = message.get("params")
    successes, failures = [], []
    for item in _items(params.get("proxieds") if isinstance(params, dict) else None):
        names = item["productKey"], item["deviceName"]
        try:
            proof = (item.get(name, "") for name in ("random", "signMethod", "sign"))
            registration.authenticate_product(ctx, *names, *proof)
            successes.append(_credentials(registration.find_unactivated_device(ctx, *names)))
        except ApiError as error:
            refusal = _refusal(error)
            named = dict(zip(("productKey", "deviceName"), names, strict=True))
            failures.append({**named, "errorCode": str(refusal.code), "errorMessage": refusal.message})
    return {"successes": successes, "failures": failures}


@uplink("/ext/session/{pk}/{dn}/combine/login")
def _log_in(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> dict[str, str]:
    (item,) = _items([message.get("params")])
    device = _may_log_in(ctx, gateway, item, item.get("signMethod"))
    session.start_sub_device(ctx, gateway, device, _is_clean(item))
    return _named([device])[0]


@uplink("/ext/session/{pk}/{dn}/combine/batch_login")
def _log_all_in(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> list[dict[str, str]]:
    """All or none."""
    params = message.get("params")
    params = params if isinstance(params, dict) else {}
    items = _items(params.get("deviceList"))
    devices = [_may_log_in(ctx, gateway, item, params.get("signMethod")) for item in items]
    for item, device in zip(items, devices, strict=True):
        session.start_sub_device(ctx, gateway, device, _is_clean(item))
    return _named(devices)


@uplink("/ext/session/{pk}/{dn}/combine/logout")
def _log_out(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> dict[str, str]:
    return _end(ctx, gateway, [message.get("params")])[0]


@uplink("/ext/session/{pk}/{dn}/combine/batch_logout")
def _log_all_out(ctx: Context, gateway: Row, _match: dict[str, str], message: Row) -> list[dict[str, str]]:
    """All or none."""
    return _end(ctx, gateway, message.get("params"))


def _end(ctx: Context, gateway: Row, params: Any) -> list[dict[str, str]]:
    devices = [_behind(ctx, gateway, item) for item in _items(params)]
    for device in devices:
        if session.gateway_of(ctx.store, device["iot_id"]) != gateway["iot_id"]:
            raise MessageRejected(_NO_SESSION, "no session")
    for device in devices:
        session.end_sub_device(ctx, device)
    return _named(devices)


def _may_log_in(ctx: Context, gateway: Row, item: dict[str, str], method: Any) -> Row:
    """The device behind a gateway that it may connect. Raises Refused where it may not."""
    device = _behind(ctx, gateway, item)
    _check_signed(device, item, method)
    if not device["enabled"]:
        raise MessageRejected(_DISABLED, "device forbidden")
    return device


def _is_clean(item: dict[str, str]) -> bool:
    return item.get("cleanSession", "").lower() == "true"


def _behind(ctx: Context, gateway: Row, item: dict[str, str]) -> Row:
    """The device that an item names. Raises Refused where it is not behind the gateway."""
    device = _device(ctx, item)
    if not ctx.store.count("topology", iot_id=device["iot_id"], gateway_iot_id=gateway["iot_id"]):
        raise MessageRejected(_NOT_BEHIND, "topo relation not exist")
    return device


def _proven(ctx: Context, item: dict[str, str], method: Any) -> Row:
    """The device that an item names. Raises Refused where the signature is not the device's."""
    device = _device(ctx, item)
    _check_signed(device, item, method)
    return device


def _check_signed(device: Row, item: dict[str, str], method: Any) -> None:
    signed = {name: item[name] for name in _SIGNED if item.get(name)}
    if not verify_signature(item.get("sign", ""), str(method), device["device_secret"], signed):
        raise MessageRejected(_NOT_PROVEN, "request auth error")


def _device(ctx: Context, item: dict[str, str]) -> Row:
    device = ctx.store.one("device", product_key=item["productKey"], device_name=item["deviceName"])
    if device is None:
        raise MessageRejected(_NO_DEVICE, "device not found")
    return device


def _items(params: Any) -> list[dict[str, str]]:
    """Parameters that are a list of devices, with all their members as text. Raises Refused where they are not."""
    if not (isinstance(params, list) and params and all(isinstance(item, dict) for item in params)):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    items = [{name: value if isinstance(value, str) else str(value) for name, value in item.items()} for item in params]
    if not all(item.get("productKey") and item.get("deviceName") for item in items):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return items


def _named(devices: list[Row]) -> list[dict[str, str]]:
    return [{"productKey": device["product_key"], "deviceName": device["device_name"]} for device in devices]


def _credentials(device: Row) -> dict[str, str]:
    return {"iotId": device["iot_id"], **_named([device])[0], "deviceSecret": device["device_secret"]}


def _refusal(error: ApiError) -> MessageRejected:
    """A business error as devices are told it."""
    if error.code == "iot.device.NotExistedDevice":
        return MessageRejected(_NO_DEVICE, "device not found")
    return MessageRejected(_NOT_PROVEN, error.message)
