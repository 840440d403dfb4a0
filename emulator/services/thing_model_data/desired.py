# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Desired values of properties, each with a version that a call can insist on."""

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
    properties_given,
    set_properties,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.data import (
    properties_of_block,
    property_written,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.record import as_text

TABLES = """
CREATE TABLE IF NOT EXISTS desired_property (
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    version INTEGER NOT NULL,
    value TEXT,  -- JSON; NULL where it was cleared
    at INTEGER NOT NULL,
    PRIMARY KEY (iot_id, identifier)
) WITHOUT ROWID;
"""

_MOST = 10

_TOO_MANY = "iot.device.TooManyDevicePropertiesPerTime"


@operation
def set_device_desired_property(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.9: null clears a value. A version that is not the current one refuses the whole call.

    A device that is connected is told at once, as if its properties were set.
    """
    device = find_device(ctx, p)
    items = properties_given(ctx, device["product_key"], p["Items"], may_be_null=True)
    if len(items) > _MOST:
        raise ApiError(_TOO_MANY, f"One call sets at most {_MOST} desired values")
    expected = payloads.parse_json_object(p["Versions"].encode())
    if expected is None:
        raise ApiError("iot.common.InvalidFormattedParameter", "Versions is a JSON object")
    for name in ("Items", "Versions"):
        if payloads.has_duplicate_keys(p[name]):
            raise ApiError("iot.common.InvalidFormattedParameter", f"{name} names a property twice")
    desired = _desired_of(ctx, device, list(items))
    versions = {}
    for identifier, value in items.items():
        current = desired[identifier]["version"] if identifier in desired else 0
        if expected.get(identifier, current) != current:
            message = f"The desired value of {identifier} is of version {current}"
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
    told = {identifier: value for identifier, value in items.items() if value is not None}
    message_id = set_properties(ctx, device, told) if told and device["online"] else trace.next_id(ctx)
    return {"Data": {"MessageId": str(message_id), "Versions": payloads.to_json(versions)}}


@operation(too_many=_TOO_MANY)
def query_device_desired_property(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.12.10: of all properties that can be written, or of those that are named."""
    device = find_device(ctx, p)
    properties = {
        identifier: function
        for identifier, function in properties_of_block(ctx, device, p.get("FunctionBlockId")).items()
        if function["access"] != "r"
    }
    asked = _asked(p) or list(properties)
    if len(set(asked)) < len(asked):
        raise ApiError("iot.common.InvalidFormattedParameter", "Identifier names a property twice")
    unknown = [identifier for identifier in asked if identifier not in properties]
    if unknown:
        raise ApiError("iot.device.NoneDeviceProperties", f"There is no property {unknown[0]} that can be written")
    desired = _desired_of(ctx, device, asked)
    listed = [_written(identifier, properties[identifier], desired.get(identifier)) for identifier in asked]
    return {"Data": {"List": {"DesiredPropertyInfo": listed}}}


@uplink("/sys/{pk}/{dn}/thing/property/desired/get")
def _get(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> dict[str, Any]:
    """A device asks what is desired of it."""
    asked = message.get("params")
    if not (isinstance(asked, list) and all(isinstance(identifier, str) for identifier in asked)):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    return {
        identifier: {"value": payloads.from_json(row["value"]), "version": row["version"]}
        for identifier, row in _desired_of(ctx, device, asked).items()
        if row["value"] is not None
    }


@uplink("/sys/{pk}/{dn}/thing/property/desired/delete")
def _delete(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> None:
    """A device is done with what was desired of it; a newer version stays."""
    done = message.get("params")
    if not (isinstance(done, dict) and all(isinstance(entry, dict) for entry in done.values())):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    for identifier, row in _desired_of(ctx, device, list(done)).items():
        if done[identifier].get("version", row["version"]) == row["version"]:
            ctx.store.update("desired_property", {"value": None}, iot_id=device["iot_id"], identifier=identifier)


def _asked(p: dict[str, Any]) -> list[str]:
    """The properties that a call names; those of a block can be named without it."""
    block_id = p.get("FunctionBlockId")
    named = p.get("Identifier", [])
    return [name if ":" in name or not block_id else f"{block_id}:{name}" for name in named]


def _desired_of(ctx: Context, device: Row, identifiers: list[str]) -> dict[str, Row]:
    where = {"iot_id": device["iot_id"], "identifier": identifiers}
    return {row["identifier"]: row for row in ctx.store.all("desired_property", "identifier", **where)}


def _written(identifier: str, function: Row, desired: Row | None) -> Row:
    written = property_written(identifier, function)
    if desired is None:
        return {**written, "Version": 0}
    value = desired["value"]
    return {
        **written,
        "Version": desired["version"],
        **omit_none(Value=None if value is None else as_text(value), Time=None if value is None else str(desired["at"])),
    }
