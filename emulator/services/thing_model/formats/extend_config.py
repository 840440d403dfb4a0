# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Extended descriptions: how a function of the thing model maps to the protocol of a sub-device of a gateway."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import model
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.model import Block
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.reading import (
    FormatError,
    choice,
    error_path,
    member,
    parse,
    read_objects,
)

_ADDRESS = re.compile(r"0x[0-9A-Fa-f]{1,4}")
# The allowed values of writeFunctionCode by operateType.
_FUNCTION_CODES = {
    "coilStatus": (0, 5, 6, 15),
    "inputStatus": (0,),
    "holdingRegister": (0, 6, 16),
    "inputRegister": (0,),
}
_TRIGGERS = (1, 2)
_BITS = tuple(1 << bit for bit in range(16))
_ORIGINAL_TYPES = dict.fromkeys(
    ("int16", "uint16", "int32", "uint32", "int64", "uint64", "float", "double", "string", "bool", "customized data")
)


def read(raw: dict[str, Any], kind: str, identifier: str, protocol: str | None) -> dict[str, Any] | None:
    """Return the extended description of a function in ThingModelJson, or None if it has none.

    Args:
        raw: The function in ThingModelJson.
        kind: The list that contains the function: ``properties``, ``services`` or ``events``.
        identifier: The identifier of the function.
        protocol: The protocol between the product's devices and their gateway.

    Raises:
        FormatError: The description is invalid, or the protocol has no extended descriptions.
    """
    config = raw.get("extendConfig")
    if config in (None, "", {}):
        return None
    with error_path("extendConfig"):
        if isinstance(config, str):
            config = parse(config)
        if not isinstance(config, dict):
            raise FormatError("must be an object")
        if protocol not in _CHECKS:
            raise FormatError(f"is only for products with the gateway protocol {', '.join(_CHECKS)}")
        choice(config, "identifier", {identifier: identifier}, identifier)
        _CHECKS[protocol](config, kind)
    return {"identifier": identifier, **config}


def write(block: Block, product_key: str) -> dict[str, Any]:
    """Return all extended descriptions of a block."""
    descriptions = {
        kind: [function["extend_config"] for function in block[kind] if function["extend_config"]]
        for kind in model.KINDS
    }
    return {"profile": {"productKey": product_key}, **descriptions}


def _check_modbus(config: dict[str, Any], kind: str) -> None:
    if kind != "properties":
        raise FormatError("is only for properties if the protocol is Modbus")
    address = member(config, "registerAddress", str, "0x0")
    if not _ADDRESS.fullmatch(address):
        raise FormatError("registerAddress must be 0x0 to 0xFFFF")
    _check_write_access(config)
    scaling = config.get("scaling", 1)
    if isinstance(scaling, bool) or not isinstance(scaling, int | float) or scaling == 0:
        raise FormatError("scaling must be a number other than 0")
    _check_one_of(config, "trigger", _TRIGGERS)
    _check_one_of(config, "bitMask", _BITS)
    if member(config, "pollingTime", int, 1) < 1:
        raise FormatError("pollingTime must be greater than 0")
    original = member(config, "originalDataType", dict, None)
    if original is not None:
        with error_path("originalDataType"):
            choice(original, "type", _ORIGINAL_TYPES)
            specs = member(original, "specs", dict, {})
            for name in ("swap", "reverseRegister"):
                _check_one_of(specs, name, (0, 1))


def _check_write_access(config: dict[str, Any]) -> None:
    """Check that ``writeFunctionCode`` fits ``operateType`` and that a read-only property is not ``writeOnly``."""
    operation = member(config, "operateType", str, None)
    if operation is not None and operation not in _FUNCTION_CODES:
        raise FormatError(f"operateType must be one of {', '.join(_FUNCTION_CODES)}")
    codes = _FUNCTION_CODES.get(operation) or sorted({code for codes in _FUNCTION_CODES.values() for code in codes})
    _check_one_of(config, "writeFunctionCode", codes)
    _check_one_of(config, "writeOnly", (0, 1))
    if config.get("writeOnly") == 1 and not config.get("writeFunctionCode"):
        raise FormatError("writeOnly must be 0 if writeFunctionCode is 0")


def _check_opc_ua(config: dict[str, Any], kind: str) -> None:
    member(config, "displayName", str, *([None] if kind == "services" else []))
    for name in ("inputData", "outputData"):
        indexes = read_objects(config, name, _opc_ua_index)
        if len(set(indexes)) < len(indexes):
            raise FormatError(f"{name} contains a duplicate index")


def _opc_ua_index(raw: dict[str, Any]) -> int:
    member(raw, "identifier", str)
    return member(raw, "index", int)


def _check_customized(config: dict[str, Any], _kind: str) -> None:
    member(config, "customize", dict)


_CHECKS = {"modbus": _check_modbus, "opc-ua": _check_opc_ua, "customize": _check_customized}


def _check_one_of(config: dict[str, Any], name: str, values: Any) -> None:
    value = member(config, name, int, None)
    if value is not None and value not in values:
        raise FormatError(f"{name} must be one of {', '.join(str(allowed) for allowed in values)}")
