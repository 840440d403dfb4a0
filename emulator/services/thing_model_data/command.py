# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Set properties and call services of devices, and receive the replies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import PendingReply, Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, trace
from ansible_collections.iotops.aliyun.emulator.routing import session
from ansible_collections.iotops.aliyun.emulator.routing.connection import check_connected, check_enabled
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward
from ansible_collections.iotops.aliyun.emulator.routing.message_types import DEVICE_DATA
from ansible_collections.iotops.aliyun.emulator.routing.uplink import uplink
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device, find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.values import (
    WrongValue,
    check_parameters,
    check_value,
    has_integer_for_float,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import (
    find_product_with_thing_model,
    published_model,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.record import (
    store_service_call,
    store_service_reply,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.report import UNCHECKED

#: Timeout of a synchronous service call in milliseconds.
SYNC_CALL_TIMEOUT_MS = 5000

# The name of the service for setting properties, which the platform derives from the properties.
_SET_SERVICE = "set"

_SYNCHRONOUS = "sync"

_CALL_FAILED = "iot.device.InvokeThingServiceFailed"

_REPLY_HANDLERS: list[Callable[[Context, Row, int, Row], None]] = []


def on_command_reply(function: Callable[[Context, Row, int, Row], None]) -> Callable[[Context, Row, int, Row], None]:
    """Register a function to be called for every reply of a device to a command.

    Args:
        function: Takes the context, the device's row, the id of the request message, and the reply.

    Returns:
        The function, so that this can be used as a decorator.
    """
    _REPLY_HANDLERS.append(function)
    return function


@operation
def set_device_property(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.1: send the values to the device. Stored values change when the device reports them."""
    device = find_device(ctx, p)
    check_enabled(device)
    items = _parse_sent_properties(ctx, device["product_key"], p["Items"])
    return {"Data": {"MessageId": str(set_properties(ctx, device, items, requested_qos(p)))}}


@operation(too_many="iot.device.TooManyDeviceNamesPerRequest")
def set_devices_property(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.12.2."""
    items = _parse_sent_properties(ctx, p["ProductKey"], p["Items"])
    for device in _find_listed_devices(ctx, p):
        set_properties(ctx, device, items, requested_qos(p))


@operation
def invoke_thing_service(ctx: Context, p: dict[str, Any]) -> Reply | PendingReply:
    """Manual section 4.12.3: call a service. Wait for the reply if the thing model declares it synchronous."""
    device = find_device(ctx, p)
    check_enabled(device)
    product = find_product_with_thing_model(ctx, device["product_key"])
    service = find_service(ctx, product, p["Identifier"])
    arguments = _parse_arguments(service, p["Args"])
    if service is None or service["call_type"] != _SYNCHRONOUS:
        message_id = call_service(ctx, device, service, p["Identifier"], arguments, requested_qos(p))
        return {"Data": {"MessageId": str(message_id)}}
    check_connected(ctx, device)
    message_id = call_service(ctx, device, service, p["Identifier"], arguments, 0)
    return PendingReply(
        trace.response_event(message_id), SYNC_CALL_TIMEOUT_MS, lambda later: _sync_reply(later, message_id)
    )


@operation(too_many="iot.device.TooManyDeviceNamesPerRequest")
def invoke_things_service(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.12.4: call a service of several devices. Synchronous services are rejected."""
    product = find_product_with_thing_model(ctx, p["ProductKey"])
    service = find_service(ctx, product, p["Identifier"])
    if service and service["call_type"] == _SYNCHRONOUS:
        raise ApiError(_CALL_FAILED, f"The service {p['Identifier']} is synchronous. Use InvokeThingService")
    arguments = _parse_arguments(service, p["Args"])
    for device in _find_listed_devices(ctx, p):
        call_service(ctx, device, service, p["Identifier"], arguments, requested_qos(p))


@uplink("/sys/{pk}/{dn}/thing/{command*}_reply", reply=False)
def _handle_reply(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """Handle the reply of a device to a command: store it, notify the reply handlers and forward it."""
    request_id = str(message.get("id", ""))
    request = trace.record_response(ctx, device, request_id, match["message_id"])
    if request:
        store_service_reply(ctx, device, request["message_id"], message)
        for function in _REPLY_HANDLERS:
            function(ctx, device, request["message_id"], message)
    forward(
        ctx,
        device,
        f"/{device['product_key']}/{device['device_name']}/thing/downlink/reply/message",
        {
            "gmtCreate": ctx.now,
            "iotId": device["iot_id"],
            "productKey": device["product_key"],
            "deviceName": device["device_name"],
            # The id that the API returned for the command, not the shorter one that the device knows.
            "requestId": str(request["message_id"]) if request else request_id,
            "code": message.get("code"),
            "message": message.get("message", ""),
            "topic": match["topic"].removesuffix("_reply"),
            "data": message.get("data", {}),
        },
        DEVICE_DATA,
        int(match["message_id"]),
    )


def parse_properties(ctx: Context, product_key: str, text: str, may_be_null: bool = False) -> dict[str, Any]:
    """Parse and validate the properties in a request.

    Args:
        ctx: The context of the call.
        product_key: The product of the devices.
        text: The properties as a JSON object.
        may_be_null: Whether null is allowed as a value.

    Returns:
        The values by property identifier.

    Raises:
        ApiError: The text is not a JSON object or is empty, or a property is unknown, read-only or has a wrong value.
    """
    product = find_product_with_thing_model(ctx, product_key)
    items = payloads.parse_json_object(text.encode())
    if items is None:
        raise ApiError("iot.device.InvalidFormattedDevicePropertiesString", "Items must be a JSON object")
    if not items:
        raise ApiError("iot.device.NoneDeviceProperties")
    if product["validate_type"] == UNCHECKED:
        return items
    properties = published_model(ctx, product_key)["properties"]
    for identifier, value in items.items():
        if identifier not in properties:
            raise ApiError("iot.device.NoneDeviceProperties", f"The thing model has no property {identifier}")
        if properties[identifier]["access"] == "r":
            raise ApiError("iot.device.SetDevicePropertyFailed", f"The property {identifier} is read-only")
        if value is None and may_be_null:
            continue
        try:
            check_value(properties[identifier]["data_type"], value, identifier)
        except WrongValue as error:
            raise ApiError("iot.device.SetDevicePropertyFailed", str(error)) from None
    return items


def _parse_sent_properties(ctx: Context, product_key: str, text: str) -> dict[str, Any]:
    """Return the properties in a request like ``parse_properties``, with a warning about integers for floats."""
    items = parse_properties(ctx, product_key, text)
    if find_product_with_thing_model(ctx, product_key)["validate_type"] == UNCHECKED:
        return items
    properties = published_model(ctx, product_key)["properties"]
    if any(has_integer_for_float(properties[identifier]["data_type"], value) for identifier, value in items.items()):
        ctx.warn(
            "Values of the types float and double need a decimal point, for example 1.0",
            "user guide: set device properties",
            "iot.device.SetDevicePropertyFailed",
        )
    return items


def set_properties(ctx: Context, device: Row, items: dict[str, Any], qos: int = 0) -> int:
    """Send a command to set properties to a device. Return the message id."""
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/service/property/set"
    message_id = downlink.send_command(ctx, device, topic, "thing.service.property.set", items, qos)
    store_service_call(ctx, device, _SET_SERVICE, _SET_SERVICE, message_id, items, valid=True)
    return message_id


def requested_qos(p: dict[str, Any]) -> int:
    """Return the QoS in a request, 0 by default. Raise ApiError if it is invalid."""
    qos = p.get("Qos", 0)
    if qos not in (0, 1):
        raise ApiError("iot.common.InvalidFormattedParameter", "Qos must be 0 or 1")
    return qos


def _find_listed_devices(ctx: Context, p: dict[str, Any]) -> list[Row]:
    """Return the devices in the request's list. Raise ApiError if one of them does not exist or is disabled."""
    devices = [find_device_by_name(ctx, p["ProductKey"], name) for name in dict.fromkeys(p["DeviceName"])]
    for device in devices:
        check_enabled(device)
    return devices


def find_service(ctx: Context, product: Row, identifier: str) -> Row | None:
    """Return a service of the thing model, or None if the product does not validate.

    Raises:
        ApiError: The product validates, and the thing model has no such service.
    """
    if product["validate_type"] == UNCHECKED:
        return None
    service = published_model(ctx, product["product_key"])["services"].get(identifier)
    if service is None:
        raise ApiError(_CALL_FAILED, "service not found")
    return service


def _parse_arguments(service: Row | None, text: str) -> dict[str, Any]:
    arguments = payloads.parse_json_object(text.encode())
    if arguments is None:
        raise ApiError(_CALL_FAILED, "Args must be a JSON object")
    if service:
        try:
            check_parameters(service["inputs"], arguments)
        except WrongValue as error:
            raise ApiError(_CALL_FAILED, str(error)) from None
    return arguments


def call_service(
    ctx: Context, device: Row, service: Row | None, identifier: str, arguments: dict[str, Any], qos: int
) -> int:
    """Send a service call to a device, over RRPC if the service is synchronous. Return the message id."""
    message_id = trace.next_id(ctx)
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/service/{identifier}"
    if service and service["call_type"] == _SYNCHRONOUS:
        own = f"/sys/{device['product_key']}/{device['device_name']}"
        is_custom = session.has_custom_rrpc(ctx, device)
        topic = f"/ext/rrpc/{message_id}{topic}" if is_custom else f"{own}/rrpc/request/{message_id}"
    method = f"thing.service.{identifier}"
    message_id = downlink.send_command(
        ctx, device, topic, method, arguments, qos, message_id=message_id, error_code=_CALL_FAILED
    )
    name = service["name"] if service else None
    store_service_call(ctx, device, identifier, name, message_id, arguments, valid=service is not None)
    return message_id


def _sync_reply(ctx: Context, message_id: int) -> Reply:
    """Return the result of a synchronous call. Raise ApiError if the device did not reply in time."""
    payload = trace.response_payload(ctx, message_id)
    if payload is None:
        raise ApiError("iot.messagebroker.TIMEOUT")
    return {"Data": {"MessageId": str(message_id), "Result": payload.decode(errors="replace")}}
