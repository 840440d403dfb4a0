# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Extended descriptions: how a gateway maps a function of the model to the protocol of its sub-device.

Their members depend on the protocol between the product's devices and their gateway (``extendConfig``, manual section
4.11.19), and have the names of the platform.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import json_schema
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain

_FLAG = {"enum": [0, 1]}
#: The valid values of ``writeFunctionCode`` for each ``operateType``.
_WRITES = {
    "coilStatus": [0, 5, 6, 15],
    "inputStatus": [0],
    "holdingRegister": [0, 6, 16],
    "inputRegister": [0],
}
_ORIGINAL_TYPES = ["int16", "uint16", "int32", "uint32", "int64", "uint64"]
_ORIGINAL_TYPES += ["float", "double", "string", "bool", "customized data"]
_MODBUS = {
    "type": "object",
    "required": ["registerAddress", "operateType", "originalDataType"],
    "properties": {
        "registerAddress": {"type": "string", "pattern": "^0x[0-9A-Fa-f]{1,4}$"},
        "operateType": {"enum": list(_WRITES)},
        "writeFunctionCode": {"type": "integer"},
        "writeOnly": _FLAG,
        "scaling": {"type": "number", "not": {"const": 0}},
        "pollingTime": {"type": "integer", "minimum": 1},
        "trigger": {"enum": [1, 2]},
        "bitMask": {"enum": [1 << bit for bit in range(16)]},
        "originalDataType": {
            "type": "object",
            "required": ["type"],
            "properties": {
                "type": {"enum": _ORIGINAL_TYPES},
                "specs": {"type": "object", "properties": {"swap": _FLAG, "reverseRegister": _FLAG}},
            },
        },
    },
    "allOf": [
        {
            "if": {"properties": {"operateType": {"const": operation}}, "required": ["operateType"]},
            "then": {"properties": {"writeFunctionCode": {"enum": codes}}},
        }
        for operation, codes in _WRITES.items()
    ]
    # A register that cannot be written cannot be write-only.
    + [
        {
            "if": {"properties": {"writeOnly": {"const": 1}}, "required": ["writeOnly"]},
            "then": {"required": ["writeFunctionCode"], "properties": {"writeFunctionCode": {"not": {"const": 0}}}},
        }
    ],
}
_INDEXES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["identifier", "index"],
        "properties": {"identifier": {"type": "string"}, "index": {"type": "integer"}},
    },
}
_OPC_UA = {
    "type": "object",
    "properties": {"displayName": {"type": "string"}, "inputData": _INDEXES, "outputData": _INDEXES},
}
_CUSTOMIZE = {"type": "object", "required": ["customize"], "properties": {"customize": {"type": "object"}}}

#: For each protocol of the platform: the schema by kind of function. Other kinds have no extended descriptions.
_SCHEMAS = {
    "modbus": {"properties": _MODBUS},
    "opc-ua": {
        "properties": {**_OPC_UA, "required": ["displayName"]},
        "events": {**_OPC_UA, "required": ["displayName"]},
        "services": _OPC_UA,
    },
    "customize": dict.fromkeys(plain.KINDS, _CUSTOMIZE),
}


def functions_with_description(functions: dict) -> dict:
    """Return kind and extended description by identifier, for the functions of a model that have one."""
    return {
        identifier: (kind, function["extended"])
        for kind, identifier, function in plain.iterate(functions)
        if function.get("extended")
    }


def find_error(functions: dict, protocol: str | None) -> str:
    """Return why the platform would reject the extended descriptions of functions; an empty string if it accepts them.

    Args:
        functions: The functions in their normalized form.
        protocol: The protocol between the product's devices and their gateway, as the API writes it; None if it has
            none.
    """
    for identifier, (kind, extended) in functions_with_description(functions).items():
        if protocol not in _SCHEMAS:
            return (
                f"has an extended description of {identifier}, but only products whose protocol_type is modbus, opc_ua "
                "or customize support extended descriptions"
            )
        schema = _SCHEMAS[protocol].get(kind)
        if schema is None:
            return f"has an extended description of {identifier}, but {protocol} does not support them for {kind}"
        problem = json_schema.schema_error(schema, plain.with_string_keys(extended)) or _duplicate_index(extended)
        if problem:
            return f"has an extended description of {identifier} that {problem}"
    return ""


def _duplicate_index(extended: dict) -> str:
    for name in ("inputData", "outputData"):
        indexes = [element["index"] for element in extended.get(name) or []]
        if len(set(indexes)) < len(indexes):
            return f"contains an index twice in {name}"
    return ""
