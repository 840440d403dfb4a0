# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Receive properties and events that devices report: single reports, batches, packs and historical data.

``ValidateType`` of the product selects the validation: either the identifiers and the types of values are checked, or
nothing. Reports are always forwarded. Items that fail the validation are in a separate member, ``checkFailedData``.
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
    store_event,
    store_properties,
)

#: The ValidateType of a product whose device reports are not validated.
UNCHECKED = 2

_MAX_AHEAD_MS = 24 * 3600 * 1000  # how far the time of a report can be ahead of the platform's time

_PRODUCT_NOT_FOUND = 6250
_PROPERTY_NOT_FOUND = 6304
_EVENT_NOT_FOUND = 5160

_DEFAULT_CATEGORY = "CustomCategory"


@dataclass(frozen=True, slots=True)
class _Report:
    """The common data of everything in one message. ``historical`` is set for historical data."""

    device: Row
    product: Row
    model: dict[str, dict[str, Row]]
    request_id: str
    message_id: int
    historical: bool = False

    @property
    def is_validated(self) -> bool:
        return self.product["validate_type"] != UNCHECKED


@uplink("/sys/{pk}/{dn}/thing/event/property/post")
def _properties(ctx: Context, device: Row, match: dict[str, str], message: Row) -> dict[str, str]:
    """Handle a property report. The reply contains the properties that failed the validation, with the reasons."""
    report = _common_data(ctx, device, match, message)
    return _report_properties(ctx, report, _require_object(message.get("params")))


@uplink("/sys/{pk}/{dn}/thing/event/{event}/post")
def _event(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    report = _common_data(ctx, device, match, message)
    _report_event(ctx, report, match["event"], _require_object(message.get("params"), may_be_empty=True))


@uplink("/sys/{pk}/{dn}/thing/event/property/batch/post")
def _batch(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """Handle a batch: several values per property and several events in one message."""
    params = _require_object(message.get("params"))
    _report_lists(ctx, _common_data(ctx, device, match, message), params)


@uplink("/sys/{pk}/{dn}/thing/event/property/pack/post")
def _pack(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """Handle a pack: a gateway reports its own data and that of its sub-devices."""
    params = _require_object(message.get("params"))
    _report_members(ctx, _common_data(ctx, device, match, message), params)
    for part in _require_objects(params.get("subDevices", [])):
        sub_device = _find_identified(ctx, device, part)
        _report_members(ctx, _common_data(ctx, sub_device, match, message), part)


@uplink("/sys/{pk}/{dn}/thing/event/property/history/post")
def _history(ctx: Context, device: Row, match: dict[str, str], message: Row) -> None:
    """Handle historical data of a device, or of the sub-devices of a gateway, that could not be reported in time."""
    for part in _require_objects(message.get("params")):
        source = _find_identified(ctx, device, part) if "identity" in part else device
        report = _common_data(ctx, source, match, message, historical=True)
        for values in _require_objects(part.get("properties", [])):
            _report_properties(ctx, report, values)
        for events in _require_objects(part.get("events", [])):
            for identifier, params in events.items():
                _report_event(ctx, report, identifier, _require_object(params))


def _common_data(ctx: Context, device: Row, match: dict[str, str], message: Row, historical: bool = False) -> _Report:
    """Return the common data of a report. Raise MessageRejected if the product of the device has no thing model."""
    product = find_product(ctx, device["product_key"])
    if product["commodity_code"] != WITH_THING_MODEL:
        raise MessageRejected(_PRODUCT_NOT_FOUND, "the product has no thing model")
    model = published_model(ctx, product["product_key"])
    return _Report(device, product, model, str(message.get("id", "")), int(match["message_id"]), historical)


def _report_members(ctx: Context, report: _Report, params: dict[str, Any]) -> None:
    if params.get("properties"):
        _report_properties(ctx, report, _require_object(params["properties"]))
    for identifier, event in _require_object(params.get("events", {}), may_be_empty=True).items():
        _report_event(ctx, report, identifier, _require_object(event))


def _report_lists(ctx: Context, report: _Report, params: dict[str, Any]) -> None:
    for identifier, values in _require_object(params.get("properties", {}), may_be_empty=True).items():
        for value in _require_objects(values):
            _report_properties(ctx, report, {identifier: value})
    for identifier, events in _require_object(params.get("events", {}), may_be_empty=True).items():
        for event in _require_objects(events):
            _report_event(ctx, report, identifier, event)


def _report_properties(ctx: Context, report: _Report, params: dict[str, Any]) -> dict[str, str]:
    """Store and forward properties. Return the reasons of failed validations by property identifier."""
    values = {}
    failed = {}
    for identifier, value, at in _values(ctx, params):
        error = _validate_property(ctx, report, identifier, value, at)
        if error:
            failed[identifier] = {"value": value, "time": at, "code": error.code, "message": str(error)}
        if not error or error.code != INVALID_PARAMETERS:
            values[identifier] = Value(value, at, valid=report.is_validated and not error)
    before = store_properties(ctx, report.device, values)
    items = {
        identifier: {"value": value.value, "time": value.at}
        for identifier, value in values.items()
        if identifier not in failed and not _is_filtered(report, before.get(identifier), value)
    }
    if items or failed:
        _forward_properties(ctx, report, items, failed)
    return {identifier: failure["message"].partition(" -> ")[0] for identifier, failure in failed.items()}


def _values(ctx: Context, params: dict[str, Any]) -> Iterator[tuple[str, Any, int]]:
    """Yield identifier, value and time of each property. A value is given directly, or in an object with its time."""
    for identifier, content in params.items():
        if isinstance(content, dict) and "value" in content and content.keys() <= {"value", "time"}:
            yield identifier, content["value"], content.get("time", ctx.now)
        else:
            yield identifier, content, ctx.now


def _validate_property(ctx: Context, report: _Report, identifier: str, value: Any, at: Any) -> WrongValue | None:
    """Return why a property fails the validation, or None if it passes."""
    try:
        _check_time(ctx, identifier, at)
        if report.is_validated:
            definition = report.model["properties"].get(identifier)
            if definition is None:
                return WrongValue(_PROPERTY_NOT_FOUND, "params not exist", identifier)
            check_value(definition["data_type"], value, identifier, limits=False)
    except WrongValue as error:
        return error
    return None


def _check_time(ctx: Context, identifier: str, at: Any) -> None:
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at <= ctx.now + _MAX_AHEAD_MS:
        raise WrongValue(INVALID_PARAMETERS, "time is not within the next 24 hours", identifier)


def _is_filtered(report: _Report, before: Row | None, value: Value) -> bool:
    """Return True if the filter of the product suppresses a value because it repeats the previous report."""
    product = report.product
    matches = []
    if product["filter_by_timestamp"]:
        matches.append(before is not None and before["at"] == value.at)
    if product["filter_by_value"]:
        matches.append(before is not None and before["value"] == payloads.to_json(value.value))
    return bool(matches) and all(matches)


def _forward_properties(ctx: Context, report: _Report, items: dict[str, Any], failed: dict[str, Any]) -> None:
    message = {
        "deviceType": report.product["category_key"] or _DEFAULT_CATEGORY,
        **_common_members(ctx, report),
        "checkFailedData": failed,
        "items": items,
    }
    _forward(ctx, report, "property", message)


def _report_event(ctx: Context, report: _Report, identifier: str, params: dict[str, Any]) -> None:
    """Store and forward an event. Raise MessageRejected if its time is invalid."""
    output = params.get("value", {name: value for name, value in params.items() if name != "time"})
    at = params.get("time", ctx.now)
    event = report.model["events"].get(identifier)
    failure = None
    try:
        _check_time(ctx, identifier, at)
        if report.is_validated:
            if event is None:
                raise WrongValue(_EVENT_NOT_FOUND, "event not found", identifier)
            check_parameters(event["outputs"], _require_object(output, may_be_empty=True), limits=False)
    except WrongValue as error:
        if error.code == INVALID_PARAMETERS:
            raise MessageRejected(error.code, str(error)) from None
        failure = error
    store_event(ctx, report.device, identifier, at, event, output, valid=report.is_validated and not failure)
    message = {
        **_common_members(ctx, report),
        "identifier": identifier,
        **({"name": event["name"], "type": event["type"]} if event else {}),
        "time": at,
    }
    if failure:
        message |= {
            "value": {},
            "checkFailedData": {"value": output, "time": at, "code": failure.code, "message": str(failure)},
        }
    else:
        message["value"] = output
    _forward(ctx, report, identifier, message)


def _common_members(ctx: Context, report: _Report) -> dict[str, Any]:
    return {
        "iotId": report.device["iot_id"],
        "requestId": report.request_id,
        "productKey": report.device["product_key"],
        "deviceName": report.device["device_name"],
        "gmtCreate": ctx.now,
    }


def _forward(ctx: Context, report: _Report, identifier: str, message: dict[str, Any]) -> None:
    device = report.device
    suffix = "/history" if report.historical else ""
    topic = f"/{device['product_key']}/{device['device_name']}/thing/event/{identifier}{suffix}/post"
    forward(ctx, device, topic, message, THING_HISTORY if report.historical else DEVICE_DATA, report.message_id)


def _find_identified(ctx: Context, gateway: Row, part: dict[str, Any]) -> Row:
    """Return the sub-device, or the gateway itself, that a part of a report identifies.

    Raises:
        MessageRejected: The device does not exist, or it is not a sub-device of the gateway.
    """
    identity = _require_object(part.get("identity"))
    names = {"product_key": identity.get("productKey"), "device_name": identity.get("deviceName")}
    device = ctx.store.one("device", **names) if all(isinstance(name, str) for name in names.values()) else None
    if device is None:
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    is_sub_device = ctx.store.one("topology", iot_id=device["iot_id"], gateway_iot_id=gateway["iot_id"])
    if not is_sub_device and device["iot_id"] != gateway["iot_id"]:
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return device


def _require_object(value: Any, may_be_empty: bool = False) -> dict[str, Any]:
    """Return ``value`` if it is an object, otherwise raise MessageRejected."""
    if not isinstance(value, dict) or not (value or may_be_empty):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return value


def _require_objects(value: Any) -> list[dict[str, Any]]:
    """Return ``value`` if it is a list of objects, otherwise raise MessageRejected."""
    if not isinstance(value, list):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return [_require_object(element) for element in value]
