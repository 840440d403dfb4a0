# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Telling devices what to do by their thing model: setting properties, calling services, and what devices answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, PendingReply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink, trace
from ansible_collections.iotops.aliyun.emulator.routing.connection import check_connected
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward
from ansible_collections.iotops.aliyun.emulator.routing.message_types import DEVICE_DATA
from ansible_collections.iotops.aliyun.emulator.routing.uplink import uplink
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device, find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.values import (
    WrongValue,
    check_parameters,
    check_value,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import (
    find_product_with_thing_model,
    published_model,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.record import keep_answer, keep_call
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.report import UNCHECKED

#: How long a service that is called synchronously may take, in milliseconds.
LONGEST_CALL = 5000

# What the derived service with which properties are set is called.
_SET = "set"

_SYNCHRONOUS = "sync"

_CALL_FAILED = "iot.device.InvokeThingServiceFailed"

_INTERESTED: list[Callable[[Context, Row, int, Row], None]] = []


def when_answered(function: Callable[[Context, Row, int, Row], None]) -> Callable[[Context, Row, int, Row], None]:
    """Declare that a function wants to know what devices answer.

    It takes a context, the device's row, the id of the message that the device has answered, and the answer.
    """
    _INTERESTED.append(function)
    return function


@operation
def set_device_property(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.1: tells the device; its properties change when it reports that they have."""
    device = find_device(ctx, p)
    items = properties_given(ctx, device["product_key"], p["Items"])
    return {"Data": {"MessageId": str(set_properties(ctx, device, items, qos_given(p)))}}


@operation(too_many="iot.device.TooManyDeviceNamesPerRequest")
def set_devices_property(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.12.2."""
    items = properties_given(ctx, p["ProductKey"], p["Items"])
    for device in _devices_named(ctx, p):
        set_properties(ctx, device, items, qos_given(p))


@operation
def invoke_thing_service(ctx: Context, p: dict[str, Any]) -> Reply | PendingReply:
    """Manual section 4.12.3: waits for the answer where the thing model says that the service is synchronous."""
    device = find_device(ctx, p)
    product = find_product_with_thing_model(ctx, device["product_key"])
    service = find_service(ctx, product, p["Identifier"])
    arguments = _arguments_given(service, p["Args"])
    if service is None or service["call_type"] != _SYNCHRONOUS:
        message_id = call_service(ctx, device, service, p["Identifier"], arguments, qos_given(p))
        return {"Data": {"MessageId": str(message_id)}}
    check_connected(ctx, device)
    message_id = call_service(ctx, device, service, p["Identifier"], arguments, 0)
    return PendingReply(trace.response_event(message_id), LONGEST_CALL, lambda later: _result(later, message_id))


@operation(too_many="iot.device.TooManyDeviceNamesPerRequest")
def invoke_things_service(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.12.4: asynchronous services only."""
    product = find_product_with_thing_model(ctx, p["ProductKey"])
    service = find_service(ctx, product, p["Identifier"])
    if service and service["call_type"] == _SYNCHRONOUS:
        raise ApiError(_CALL_FAILED, f"{p['Identifier']} is synchronous: InvokeThingService calls it")
    arguments = _arguments_given(service, p["Args"])
    for device in _devices_named(ctx, p):
        call_service(ctx, device, service, p["Identifier"], arguments, qos_given(p))


@uplink("/sys/{pk}/{dn}/thing/{command*}_reply", reply=False)
def _answer(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """A device has done, or not done, what it was told."""
    request_id = str(message.get("id", ""))
    request = trace.record_response(ctx, device, request_id, match["message_id"])
    if request:
        keep_answer(ctx, device, request["message_id"], message)
        for function in _INTERESTED:
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
            "requestId": request_id,
            "code": message.get("code"),
            "message": message.get("message", ""),
            "topic": match["topic"].removesuffix("_reply"),
            "data": message.get("data", {}),
        },
        DEVICE_DATA,
        int(match["message_id"]),
    )


def properties_given(ctx: Context, product_key: str, text: str, may_be_null: bool = False) -> dict[str, Any]:
    """The properties that a call gives as JSON. Raises ApiError where the product's devices cannot be told them.

    ``may_be_null`` says whether null stands for no value.
    """
    product = find_product_with_thing_model(ctx, product_key)
    items = payloads.parse_json_object(text.encode())
    if items is None:
        raise ApiError("iot.device.InvalidFormattedDevicePropertiesString", "Items is a JSON object")
    if not items:
        raise ApiError("iot.device.NoneDeviceProperties")
    if product["validate_type"] == UNCHECKED:
        return items
    properties = published_model(ctx, product_key)["properties"]
    for identifier, value in items.items():
        if identifier not in properties:
            raise ApiError("iot.device.NoneDeviceProperties", f"The thing model has no property {identifier}")
        if properties[identifier]["access"] == "r":
            raise ApiError("iot.device.SetDevicePropertyFailed", f"The property {identifier} can only be read")
        if value is None and may_be_null:
            continue
        try:
            check_value(properties[identifier]["data_type"], value, identifier)
        except WrongValue as wrong:
            raise ApiError("iot.device.SetDevicePropertyFailed", str(wrong)) from None
    return items


def set_properties(ctx: Context, device: Row, items: dict[str, Any], qos: int = 0) -> int:
    """Tell a device to set properties. Returns the id of the message."""
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/service/property/set"
    message_id = downlink.send_command(ctx, device, topic, "thing.service.property.set", items, qos)
    keep_call(ctx, device, _SET, _SET, message_id, items, valid=True)
    return message_id


def qos_given(p: dict[str, Any]) -> int:
    """The quality of service that a call asks for. Raises ApiError where there is no such."""
    qos = p.get("Qos", 0)
    if qos not in (0, 1):
        raise ApiError("iot.common.InvalidFormattedParameter", "Qos is 0 or 1")
    return qos


def _devices_named(ctx: Context, p: dict[str, Any]) -> list[Row]:
    """The devices that a call lists. Raises ApiError where one of them is not there."""
    return [find_device_by_name(ctx, p["ProductKey"], name) for name in dict.fromkeys(p["DeviceName"])]


def find_service(ctx: Context, product: Row, identifier: str) -> Row | None:
    """A service of the thing model, or None where the product does not check. Raises ApiError where there is none."""
    if product["validate_type"] == UNCHECKED:
        return None
    service = published_model(ctx, product["product_key"])["services"].get(identifier)
    if service is None:
        raise ApiError(_CALL_FAILED, "service not found")
    return service


def _arguments_given(service: Row | None, text: str) -> dict[str, Any]:
    arguments = payloads.parse_json_object(text.encode())
    if arguments is None:
        raise ApiError(_CALL_FAILED, "Args is a JSON object")
    if service:
        try:
            check_parameters(service["inputs"], arguments)
        except WrongValue as wrong:
            raise ApiError(_CALL_FAILED, str(wrong)) from None
    return arguments


def call_service(
    ctx: Context, device: Row, service: Row | None, identifier: str, arguments: dict[str, Any], qos: int
) -> int:
    """Tell a device to run a service, over RRPC where that is synchronous. Returns the id of the message."""
    message_id = trace.next_id(ctx)
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/service/{identifier}"
    if service and service["call_type"] == _SYNCHRONOUS:
        topic = f"/ext/rrpc/{message_id}{topic}"
    method = f"thing.service.{identifier}"
    message_id = downlink.send_command(
        ctx, device, topic, method, arguments, qos, message_id=message_id, error_code=_CALL_FAILED
    )
    name = service["name"] if service else None
    keep_call(ctx, device, identifier, name, message_id, arguments, valid=service is not None)
    return message_id


def _result(ctx: Context, message_id: int) -> Reply:
    """What the device has answered. Raises ApiError where it did not."""
    answer = trace.response_payload(ctx, message_id)
    if answer is None:
        raise ApiError("iot.messagebroker.TIMEOUT")
    return {"Data": {"MessageId": str(message_id), "Result": answer.decode(errors="replace")}}
