# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Manage desired property values. Each has a version for optimistic locking."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.outbox import trace
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.command import (
    parse_properties,
    set_properties,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.data import (
    properties_of_block,
    render_property,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.record import as_text

TABLES = """
CREATE TABLE IF NOT EXISTS desired_property (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    version INTEGER NOT NULL,
    value TEXT,  -- JSON; NULL if it was cleared
    at INTEGER NOT NULL,
    PRIMARY KEY (iot_id, identifier)
) WITHOUT ROWID;
"""

_MAX_PROPERTIES = 10

_TOO_MANY = "iot.device.TooManyDevicePropertiesPerTime"


@operation
def set_device_desired_property(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.9: set desired values. null clears a value.

    A version that is not the current version makes the whole request fail. If the device is online, it immediately
    receives the values, like with SetDeviceProperty.
    """
    device = find_device(ctx, p)
    items = parse_properties(ctx, device["product_key"], p["Items"], may_be_null=True)
    if len(items) > _MAX_PROPERTIES:
        raise ApiError(_TOO_MANY, f"A request can set at most {_MAX_PROPERTIES} desired values")
    expected = payloads.parse_json_object(p["Versions"].encode())
    if expected is None:
        raise ApiError("iot.common.InvalidFormattedParameter", "Versions must be a JSON object")
    for name in ("Items", "Versions"):
        if payloads.has_duplicate_keys(p[name]):
            raise ApiError("iot.common.InvalidFormattedParameter", f"{name} contains a duplicate")
    desired = _find_desired(ctx, device, list(items))
    versions = {}
    for identifier, value in items.items():
        current = desired[identifier]["version"] if identifier in desired else 0
        if expected.get(identifier, current) != current:
            message = f"The current version of the desired value of {identifier} is {current}"
            raise ApiError("iot.device.SetDevicePropertyFailed", message)
        versions[identifier] = current + 1
        ctx.store.put(
            "desired_property",
            ("iot_id", "identifier"),
            iot_id=device["iot_id"],
            identifier=identifier,
            version=current + 1,
            value=None if value is None else payloads.to_json(value),
            at=ctx.now,
        )
    values = {identifier: value for identifier, value in items.items() if value is not None}
    message_id = set_properties(ctx, device, values) if values and device["online"] else trace.next_id(ctx)
    return {"Data": {"MessageId": str(message_id), "Versions": payloads.to_json(versions)}}


@operation(too_many=_TOO_MANY)
def clear_device_desired_property(ctx: Context, p: dict[str, Any]) -> Reply:
    """Clear desired values. Properties without a desired value are ignored."""
    device = find_device(ctx, p)
    versions = {}
    for identifier, row in _find_desired(ctx, device, p["Identifies"]).items():
        versions[identifier] = row["version"] + 1
        changes = {"value": None, "version": row["version"] + 1, "at": ctx.now}
        ctx.store.update("desired_property", changes, iot_id=device["iot_id"], identifier=identifier)
    return {"Data": {"Versions": payloads.to_json(versions)}}


@operation(too_many=_TOO_MANY)
def query_device_desired_property(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.10: return the desired values of the given properties, by default of all writable ones."""
    device = find_device(ctx, p)
    properties = {
        identifier: function
        for identifier, function in properties_of_block(ctx, device, p.get("FunctionBlockId")).items()
        if function["access"] != "r"
    }
    requested = _requested_identifiers(p) or list(properties)
    if len(set(requested)) < len(requested):
        raise ApiError("iot.common.InvalidFormattedParameter", "Identifier contains a duplicate")
    unknown = [identifier for identifier in requested if identifier not in properties]
    if unknown:
        raise ApiError("iot.device.NoneDeviceProperties", f"The thing model has no writable property {unknown[0]}")
    desired = _find_desired(ctx, device, requested)
    properties_info = [_render(identifier, properties[identifier], desired.get(identifier)) for identifier in requested]
    return {"Data": {"List": {"DesiredPropertyInfo": properties_info}}}


@uplink("/sys/{pk}/{dn}/thing/property/desired/get")
def _get(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> dict[str, Any]:
    """Return desired values to a device."""
    requested = message.get("params")
    if not (isinstance(requested, list) and all(isinstance(identifier, str) for identifier in requested)):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return {
        identifier: {"value": payloads.from_json(row["value"]), "version": row["version"]}
        for identifier, row in _find_desired(ctx, device, requested).items()
        if row["value"] is not None
    }


@uplink("/sys/{pk}/{dn}/thing/property/desired/delete")
def _delete(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> None:
    """Clear desired values at the request of a device, unless they have another version than the device expects."""
    expected = message.get("params")
    if not (isinstance(expected, dict) and all(isinstance(entry, dict) for entry in expected.values())):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    for identifier, row in _find_desired(ctx, device, list(expected)).items():
        if expected[identifier].get("version", row["version"]) == row["version"]:
            ctx.store.update("desired_property", {"value": None}, iot_id=device["iot_id"], identifier=identifier)


def _requested_identifiers(p: dict[str, Any]) -> list[str]:
    """Return the property identifiers in a request, with the prefix of the block if the request has a block."""
    block_id = p.get("FunctionBlockId")
    names = p.get("Identifier", [])
    return [name if ":" in name or not block_id else f"{block_id}:{name}" for name in names]


def _find_desired(ctx: Context, device: Row, identifiers: list[str]) -> dict[str, Row]:
    where = {"iot_id": device["iot_id"], "identifier": identifiers}
    return {row["identifier"]: row for row in ctx.store.all("desired_property", "identifier", **where)}


def _render(identifier: str, function: Row, desired: Row | None) -> Row:
    """Return a property with its desired value in the format of API responses."""
    entry = render_property(identifier, function)
    if desired is None:
        return {**entry, "Version": 0}
    value = desired["value"]
    return {
        **entry,
        "Version": desired["version"],
        **omit_none(
            Value=None if value is None else as_text(value), Time=None if value is None else str(desired["at"])
        ),
    }
