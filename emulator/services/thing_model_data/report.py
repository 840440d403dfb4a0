# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What devices report by their thing model: properties and events, one by one, in packs, and late.

How far a report is checked its product says (``ValidateType``): either the identifiers and the types of values, or
nothing. All of it is handed on in any case; what has not passed stands apart in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing.forward import forward
from ansible_collections.iotops.aliyun.emulator.routing.message_types import DEVICE_DATA, THING_HISTORY
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.services.product.product import WITH_THING_MODEL, find_product
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.values import (
    WrongValue,
    check_parameters,
    check_value,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import published_model
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.record import (
    Value,
    keep_event,
    keep_properties,
)

#: The ValidateType of a product whose devices' reports are not checked.
UNCHECKED = 2

_FUTURE = 24 * 3600 * 1000  # how far ahead of the platform's a report's time may be, in milliseconds

_NO_PRODUCT = 6250
_NO_PROPERTY = 6304
_NO_EVENT = 5160

_NO_CATEGORY = "CustomCategory"


@dataclass(frozen=True, slots=True)
class _Report:
    """What all of one message have in common. ``late`` is a report of what was long ago."""

    device: Row
    product: Row
    model: dict[str, dict[str, Row]]
    request_id: str
    message_id: int
    late: bool = False

    @property
    def is_checked(self) -> bool:
        return self.product["validate_type"] != UNCHECKED


@uplink("/sys/{pk}/{dn}/thing/event/property/post")
def _properties(ctx: Context, device: Row, match: dict[str, str], message: Row) -> dict[str, str]:
    """The reply tells which properties have not passed the check, and why."""
    report = _report(ctx, device, match, message)
    return _report_properties(ctx, report, _object(message.get("params")))


@uplink("/sys/{pk}/{dn}/thing/event/{event}/post")
def _event(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    report = _report(ctx, device, match, message)
    _report_event(ctx, report, match["event"], _object(message.get("params"), may_be_empty=True))


@uplink("/sys/{pk}/{dn}/thing/event/property/batch/post")
def _batch(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """Several values of a property, and several events, at once."""
    params = _object(message.get("params"))
    _report_lists(ctx, _report(ctx, device, match, message), params)


@uplink("/sys/{pk}/{dn}/thing/event/property/pack/post")
def _pack(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """A gateway reports for itself and for its sub-devices."""
    params = _object(message.get("params"))
    _report_members(ctx, _report(ctx, device, match, message), params)
    for part in _objects(params.get("subDevices", [])):
        sub_device = _named(ctx, device, part)
        _report_members(ctx, _report(ctx, sub_device, match, message), part)


@uplink("/sys/{pk}/{dn}/thing/event/property/history/post")
def _history(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """What could not be reported when it was, by a device itself or for its sub-devices."""
    for part in _objects(message.get("params")):
        about = _named(ctx, device, part) if "identity" in part else device
        report = _report(ctx, about, match, message, late=True)
        for values in _objects(part.get("properties", [])):
            _report_properties(ctx, report, values)
        for events in _objects(part.get("events", [])):
            for identifier, params in events.items():
                _report_event(ctx, report, identifier, _object(params))


def _report(ctx: Context, device: Row, match: dict[str, str], message: Row, late: bool = False) -> _Report:
    """Raises Refused where the device has no thing model."""
    product = find_product(ctx, device["product_key"])
    if product["commodity_code"] != WITH_THING_MODEL:
        raise MessageRejected(_NO_PRODUCT, "the product has no thing model")
    model = published_model(ctx, product["product_key"])
    return _Report(device, product, model, str(message.get("id", "")), int(match["message_id"]), late)


def _report_members(ctx: Context, report: _Report, params: dict[str, Any]) -> None:
    if params.get("properties"):
        _report_properties(ctx, report, _object(params["properties"]))
    for identifier, event in _object(params.get("events", {}), may_be_empty=True).items():
        _report_event(ctx, report, identifier, _object(event))


def _report_lists(ctx: Context, report: _Report, params: dict[str, Any]) -> None:
    for identifier, values in _object(params.get("properties", {}), may_be_empty=True).items():
        for value in _objects(values):
            _report_properties(ctx, report, {identifier: value})
    for identifier, events in _object(params.get("events", {}), may_be_empty=True).items():
        for event in _objects(events):
            _report_event(ctx, report, identifier, event)


def _report_properties(ctx: Context, report: _Report, params: dict[str, Any]) -> dict[str, str]:
    """Keep properties and hand them on. Returns why some have not passed the check."""
    values = {}
    failed = {}
    for identifier, value, at in _values(ctx, params):
        wrong = _wrong_property(ctx, report, identifier, value, at)
        if wrong:
            failed[identifier] = {"value": value, "time": at, "code": wrong.code, "message": str(wrong)}
        if not wrong or wrong.code != INVALID_PARAMETERS:
            values[identifier] = Value(value, at, valid=report.is_checked and not wrong)
    before = keep_properties(ctx, report.device, values)
    items = {
        identifier: {"value": value.value, "time": value.at}
        for identifier, value in values.items()
        if identifier not in failed and not _is_repeated(report, before.get(identifier), value)
    }
    if items or failed:
        _hand_on_properties(ctx, report, items, failed)
    return {identifier: failure["message"].partition(" -> ")[0] for identifier, failure in failed.items()}


def _values(ctx: Context, params: dict[str, Any]) -> Iterator[tuple[str, Any, int]]:
    """Identifier, value and time of each property: a value stands bare, or with its time in an object."""
    for identifier, written in params.items():
        if isinstance(written, dict) and "value" in written and written.keys() <= {"value", "time"}:
            yield identifier, written["value"], written.get("time", ctx.now)
        else:
            yield identifier, written, ctx.now


def _wrong_property(ctx: Context, report: _Report, identifier: str, value: Any, at: Any) -> WrongValue | None:
    """Why a property does not pass the check."""
    try:
        _check_time(ctx, identifier, at)
        if report.is_checked:
            known = report.model["properties"].get(identifier)
            if known is None:
                return WrongValue(_NO_PROPERTY, "params not exist", identifier)
            check_value(known["data_type"], value, identifier, limits=False)
    except WrongValue as wrong:
        return wrong
    return None


def _check_time(ctx: Context, identifier: str, at: Any) -> None:
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at <= ctx.now + _FUTURE:
        raise WrongValue(INVALID_PARAMETERS, "time is not within the next 24 hours", identifier)


def _is_repeated(report: _Report, before: Row | None, value: Value) -> bool:
    """Whether a product does not want a value handed on once more that its device has reported already."""
    product = report.product
    wanted = []
    if product["filter_by_timestamp"]:
        wanted.append(before is not None and before["at"] == value.at)
    if product["filter_by_value"]:
        wanted.append(before is not None and before["value"] == payloads.to_json(value.value))
    return bool(wanted) and all(wanted)


def _hand_on_properties(ctx: Context, report: _Report, items: dict[str, Any], failed: dict[str, Any]) -> None:
    message = {
        "deviceType": report.product["category_key"] or _NO_CATEGORY,
        **_common(ctx, report),
        "checkFailedData": failed,
        "items": items,
    }
    _hand_on(ctx, report, "property", message)


def _report_event(ctx: Context, report: _Report, identifier: str, params: dict[str, Any]) -> None:
    """Keep an event and hand it on. Raises Refused where its time cannot be."""
    output = params.get("value", {name: value for name, value in params.items() if name != "time"})
    at = params.get("time", ctx.now)
    event = report.model["events"].get(identifier)
    wrong = None
    try:
        _check_time(ctx, identifier, at)
        if report.is_checked:
            if event is None:
                raise WrongValue(_NO_EVENT, "event not found", identifier)
            check_parameters(event["outputs"], _object(output, may_be_empty=True), limits=False)
    except WrongValue as error:
        if error.code == INVALID_PARAMETERS:
            raise MessageRejected(error.code, str(error)) from None
        wrong = error
    keep_event(ctx, report.device, identifier, at, event, output, valid=report.is_checked and not wrong)
    message = {
        **_common(ctx, report),
        "identifier": identifier,
        **({"name": event["name"], "type": event["type"]} if event else {}),
        "time": at,
    }
    if wrong:
        message |= {
            "value": {},
            "checkFailedData": {"value": output, "time": at, "code": wrong.code, "message": str(wrong)},
        }
    else:
        message["value"] = output
    _hand_on(ctx, report, identifier, message)


def _common(ctx: Context, report: _Report) -> dict[str, Any]:
    return {
        "iotId": report.device["iot_id"],
        "requestId": report.request_id,
        "productKey": report.device["product_key"],
        "deviceName": report.device["device_name"],
        "gmtCreate": ctx.now,
    }


def _hand_on(ctx: Context, report: _Report, identifier: str, message: dict[str, Any]) -> None:
    device = report.device
    late = "/history" if report.late else ""
    topic = f"/{device['product_key']}/{device['device_name']}/thing/event/{identifier}{late}/post"
    forward(ctx, device, topic, message, THING_HISTORY if report.late else DEVICE_DATA, report.message_id)


def _named(ctx: Context, gateway: Row, part: dict[str, Any]) -> Row:
    """The sub-device, or the gateway, that a part of a report is about. Raises Refused where it is another's."""
    identity = _object(part.get("identity"))
    names = {"product_key": identity.get("productKey"), "device_name": identity.get("deviceName")}
    device = ctx.store.one("device", **names) if all(isinstance(name, str) for name in names.values()) else None
    if device is None:
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    behind = ctx.store.one("topology", iot_id=device["iot_id"], gateway_iot_id=gateway["iot_id"])
    if not behind and device["iot_id"] != gateway["iot_id"]:
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return device


def _object(value: Any, may_be_empty: bool = False) -> dict[str, Any]:
    """``value``, which must be an object. Raises Refused where it is not."""
    if not isinstance(value, dict) or not (value or may_be_empty):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return value


def _objects(value: Any) -> list[dict[str, Any]]:
    """``value``, which must be a list of objects. Raises Refused where it is not."""
    if not isinstance(value, list):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return [_object(element) for element in value]
