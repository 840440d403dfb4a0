# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Return the published thing model to devices that ask for it over MQTT."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.routing.uplink import INVALID_PARAMETERS, MessageRejected, uplink
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import model
from ansible_collections.iotops.aliyun.emulator.services.thing_model.query import published_tsl

# The part of each function that a device receives with ``dynamicTsl/get`` if it does not choose other parts.
_DEFAULT_NODES = ["type", "identifier"]

_KINDS = ("properties", "events", "services")
_PARAMETERS = ("inputData", "outputData")


@uplink("/sys/{pk}/{dn}/thing/dsltemplate/get")
def _whole_model(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> dict[str, Any]:
    return _tsl(ctx, device)


@uplink("/sys/{pk}/{dn}/thing/dynamicTsl/get")
def _parts_of_model(ctx: Context, device: Row, _match: dict[str, str], message: Row) -> dict[str, Any]:
    """Return the parts of each function that the device names in ``nodes``, such as ``type`` and ``identifier``."""
    params = message.get("params")
    nodes = (params.get("nodes") if isinstance(params, dict) else None) or _DEFAULT_NODES
    if not (isinstance(nodes, list) and all(isinstance(node, str) for node in nodes)):
        raise MessageRejected(INVALID_PARAMETERS, "request parameter error")
    tsl = _tsl(ctx, device)
    return {kind: [_parts(function, nodes) for function in tsl.get(kind, [])] for kind in _KINDS}


def _tsl(ctx: Context, device: Row) -> dict[str, Any]:
    try:
        return published_tsl(ctx, device["product_key"], model.DEFAULT)
    except ApiError:
        raise MessageRejected(INVALID_PARAMETERS, "the product has no thing model") from None


def _parts(function: dict[str, Any], nodes: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {node: function[node] for node in nodes if node in function}
    if "dataType" in function:
        kind = {"type": function["dataType"]["type"]} if "type" in nodes else {}
        specs = {"specs": function["dataType"]["specs"]} if "specs" in nodes else {}
        if kind or specs:
            found["dataType"] = {**kind, **specs}
    for name in _PARAMETERS:
        if name in function:
            found[name] = [
                _parts(parameter, nodes) if isinstance(parameter, dict) else parameter for parameter in function[name]
            ]
    return found
