# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Extended descriptions: where a gateway finds a function of the model in the protocol of a device behind it.

What one may hold depends on the protocol that the product's devices speak with their gateway (``extendConfig`` in the
manual's chapter 4.11.19). Its members keep the platform's names.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import json_schema
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain

_FLAG = {"enum": [0, 1]}
#: What can be written where: ``operateType`` and its ``writeFunctionCode``.
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
    # What cannot be written is not for writing only.
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

#: By the platform's word for the protocol: the schema for each kind of function that can be described in it.
_SCHEMAS = {
    "modbus": {"properties": _MODBUS},
    "opc-ua": {
        "properties": {**_OPC_UA, "required": ["displayName"]},
        "events": {**_OPC_UA, "required": ["displayName"]},
        "services": _OPC_UA,
    },
    "customize": dict.fromkeys(plain.KINDS, _CUSTOMIZE),
}


def described(functions: dict) -> dict:
    """The functions of a model that have an extended description, each with its kind, by identifier."""
    return {
        identifier: (kind, function["extended"])
        for kind, identifier, function in plain.every(functions)
        if function.get("extended")
    }


def fault(functions: dict, protocol: str | None) -> str:
    """What the platform would not take of functions' extended descriptions; empty where it takes all.

    Args:
        functions: the functions, in their normal form.
        protocol: what the product's devices speak with their gateway, in the platform's word, or None.
    """
    for identifier, (kind, extended) in described(functions).items():
        if protocol not in _SCHEMAS:
            return (
                f"has an extended description of {identifier}, which is for products whose protocol_type is modbus, "
                f"opc_ua or customize"
            )
        schema = _SCHEMAS[protocol].get(kind)
        if schema is None:
            return f"has an extended description of {identifier}, and {protocol} has none for {kind}"
        complaint = json_schema.schema_error(schema, plain.with_text_keys(extended)) or _repeated(extended)
        if complaint:
            return f"has an extended description of {identifier} that {complaint}"
    return ""


def _repeated(extended: dict) -> str:
    for name in ("inputData", "outputData"):
        indexes = [element["index"] for element in extended.get(name) or []]
        if len(set(indexes)) < len(indexes):
            return f"has an index twice in {name}"
    return ""
