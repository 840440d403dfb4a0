# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read and write TSL (Thing Specification Language), the thing model format that devices and applications read."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import model
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.model import Block, Function
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.reading import (
    FormatError,
    choice,
    error_path,
    integer,
    member,
    read_objects,
)

_SCHEMA = "https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json"

# Functions that the platform derives from the properties. A TSL from the platform contains them; read() skips them.
_DERIVED_SERVICES = ("set", "get")
_DERIVED_EVENTS = ("post",)

_ACCESS = {"r": "r", "w": "w", "rw": "rw"}
_CALL_TYPES = {"async": "async", "sync": "sync"}
_EVENT_TYPES = {"info": "info", "alert": "alert", "error": "error"}
_TYPES = {kind: kind for kind in (*model.NUMBER_TYPES, *model.CHOICE_TYPES, "text", "date", "array", "struct")}

_NUMBER_SPECS = ("min", "max", "step", "unit", "unitName", "precise", "defaultValue")
_MAX_TEXT_LENGTH = 10240
_VALUE = re.compile(r"-?[0-9]{1,10}")


def read(tsl: dict[str, Any]) -> dict[str, list[Function]]:
    """Return the functions of a TSL by kind. The product in ``profile`` is ignored.

    Raises:
        FormatError: The TSL is invalid.
    """
    return {
        "properties": read_objects(tsl, "properties", _read_property),
        "services": [service for service in read_objects(tsl, "services", _read_service) if service],
        "events": [event for event in read_objects(tsl, "events", _read_event) if event],
    }


def write(block: Block, block_id: str, product_key: str, *, simple: bool = False) -> dict[str, Any]:
    """Return the TSL of a block. With ``simple``, it contains identifiers and data types only."""
    properties = block["properties"]
    tsl = {
        "schema": _SCHEMA,
        "profile": {"productKey": product_key},
        "properties": [_write_property(one) for one in properties],
        "events": [*_derived_events(properties), *(_write_event(one, block_id) for one in block["events"])],
        "services": [*_derived_services(properties), *(_write_service(one, block_id) for one in block["services"])],
    }
    if block_id != model.DEFAULT:
        tsl |= {"functionBlockId": block_id, "functionBlockName": block["name"]}
    if simple:
        tsl |= {kind: [_simplify(function) for function in tsl[kind]] for kind in model.KINDS}
    return tsl


# Reading


def _read_property(raw: dict[str, Any]) -> Function:
    return {
        **_read_function(raw),
        "access": choice(raw, "accessMode", _ACCESS),
        "data_type": _read_data_type(member(raw, "dataType", dict)),
    }


def _read_service(raw: dict[str, Any]) -> Function | None:
    if raw.get("identifier") in _DERIVED_SERVICES:
        return None
    return {
        **_read_function(raw),
        "call_type": choice(raw, "callType", _CALL_TYPES, "async"),
        "inputs": _read_parameters(raw, "inputData"),
        "outputs": _read_parameters(raw, "outputData"),
    }


def _read_event(raw: dict[str, Any]) -> Function | None:
    if raw.get("identifier") in _DERIVED_EVENTS:
        return None
    return {
        **_read_function(raw),
        "type": choice(raw, "type", _EVENT_TYPES),
        "outputs": _read_parameters(raw, "outputData"),
    }


def _read_function(raw: dict[str, Any]) -> Function:
    return {
        "identifier": model.valid_identifier(member(raw, "identifier", str)),
        "name": model.valid_name(member(raw, "name", str)),
        "description": member(raw, "desc", str, None),
        "required": member(raw, "required", bool, False),
        "custom": True,
        "created": None,
        # TSL does not contain extended descriptions.
        "extend_config": None,
        "config_code": None,
    }


def _read_parameters(raw: dict[str, Any], name: str) -> list[dict[str, Any]]:
    parameters = read_objects(raw, name, _read_parameter)
    with error_path(name):
        return model.check_unique_identifiers(parameters)


def _read_parameter(raw: dict[str, Any]) -> dict[str, Any]:
    data_type = _read_data_type(member(raw, "dataType", dict))
    return model.parameter(member(raw, "identifier", str), member(raw, "name", str), data_type)


def _read_member(raw: dict[str, Any]) -> dict[str, Any]:
    """Read a member of a struct."""
    with error_path("dataType"):
        model.valid_member_type(choice(member(raw, "dataType", dict), "type", _TYPES))
    return _read_parameter(raw)


def _read_data_type(raw: dict[str, Any]) -> dict[str, Any]:
    with error_path("dataType"):
        return _data_type(choice(raw, "type", _TYPES), raw)


def _data_type(kind: str, raw: dict[str, Any]) -> dict[str, Any]:
    if kind == "struct":
        return model.struct_type(read_objects(raw, "specs", _read_member))
    if kind == "date":
        # The specs of a date have no meaning: exported models have an empty list, no members or an empty length.
        specs = raw.get("specs")
        with error_path("specs"):
            return model.date_type(_text(specs, "defaultValue") if isinstance(specs, dict) else None)
    specs = member(raw, "specs", dict, {})
    with error_path("specs"):
        if kind in model.NUMBER_TYPES:
            return model.number_type(kind, _number_specs(specs))
        if kind in model.CHOICE_TYPES:
            return model.choice_type(kind, _items(specs))
        if kind == "array":
            return model.array_type(integer(specs, "size"), _item(member(specs, "item", dict)))
        return model.text_type(integer(specs, "length"), _MAX_TEXT_LENGTH, _text(specs, "defaultValue"))


def _number_specs(specs: dict[str, Any]) -> dict[str, str | None]:
    details = {name: _text(specs, name) for name in _NUMBER_SPECS}
    for name in ("min", "max"):
        if details[name] is None:
            raise FormatError(f"{name} is missing")
    return details


def _items(specs: dict[str, Any]) -> list[dict[str, Any]]:
    for value in specs:
        if not _VALUE.fullmatch(value):
            raise FormatError(f"{value} must be an integer")
    return [{"value": int(value), "name": member(specs, value, str)} for value in specs]


def _item(raw: dict[str, Any]) -> dict[str, Any]:
    with error_path("item"):
        kind = model.valid_element_type(choice(raw, "type", _TYPES))
        return _data_type(kind, raw) if raw.get("specs") else {"type": kind}


def _text(specs: dict[str, Any], name: str) -> str | None:
    """Return a member that is a string by definition, but is often given as a number. Empty text counts as absent."""
    value = specs.get(name)
    if value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return member(specs, name, str, None)


# Writing


def _write_property(one: Function) -> dict[str, Any]:
    return {**_write_parameter(one), "accessMode": one["access"], "required": one["required"], **_description(one)}


def _write_service(one: Function, block_id: str) -> dict[str, Any]:
    return {
        "identifier": one["identifier"],
        "name": one["name"],
        "required": one["required"],
        **_description(one),
        "callType": one["call_type"],
        "method": f"thing.service.{_full_name(one, block_id)}",
        "inputData": [_write_parameter(parameter) for parameter in one["inputs"]],
        "outputData": [_write_parameter(parameter) for parameter in one["outputs"]],
    }


def _write_event(one: Function, block_id: str) -> dict[str, Any]:
    return {
        "identifier": one["identifier"],
        "name": one["name"],
        "type": one["type"],
        "required": one["required"],
        **_description(one),
        "method": f"thing.event.{_full_name(one, block_id)}.post",
        "outputData": [_write_parameter(parameter) for parameter in one["outputs"]],
    }


def _full_name(one: Function, block_id: str) -> str:
    return f"{block_id}:{one['identifier']}" if block_id else one["identifier"]


def _description(one: Function) -> dict[str, str]:
    return {"desc": one["description"]} if one["description"] else {}


def _derived_services(properties: list[Function]) -> list[dict[str, Any]]:
    if not properties:
        return []
    readable = [one for one in properties if "r" in one["access"]]
    common = {"required": True, "callType": "async"}
    return [
        {
            "identifier": "set",
            "name": "set",
            **common,
            "desc": "属性设置",
            "method": "thing.service.property.set",
            "inputData": [_write_parameter(one) for one in properties if "w" in one["access"]],
            "outputData": [],
        },
        {
            "identifier": "get",
            "name": "get",
            **common,
            "desc": "属性获取",
            "method": "thing.service.property.get",
            "inputData": [one["identifier"] for one in readable],
            "outputData": [_write_parameter(one) for one in readable],
        },
    ]


def _derived_events(properties: list[Function]) -> list[dict[str, Any]]:
    if not properties:
        return []
    return [
        {
            "identifier": "post",
            "name": "post",
            "type": "info",
            "required": True,
            "desc": "属性上报",
            "method": "thing.event.property.post",
            "outputData": [_write_parameter(one) for one in properties if "r" in one["access"]],
        }
    ]


def _write_parameter(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "identifier": one["identifier"],
        "name": one["name"],
        "dataType": _write_data_type(one["data_type"]),
    }


def _write_data_type(data_type: dict[str, Any]) -> dict[str, Any]:
    kind = data_type["type"]
    specs: Any
    if kind == "struct":
        specs = [_write_parameter(one) for one in data_type["members"]]
    elif kind == "array":
        specs = {"size": str(data_type["size"]), "item": _write_item(data_type["item"])}
    elif kind in model.CHOICE_TYPES:
        specs = {str(item["value"]): item["name"] for item in data_type["items"]}
    else:
        specs = {name: str(value) for name, value in data_type.items() if name != "type"}
    return {"type": kind, "specs": specs}


def _write_item(item: dict[str, Any]) -> dict[str, Any]:
    data_type = _write_data_type(item)
    return data_type if data_type["specs"] else {"type": data_type["type"]}


def _simplify(one: Any) -> Any:
    """Reduce a function or a parameter to identifiers and data types."""
    if isinstance(one, str):  # an input of the derived service "get"
        return one
    simple = {"identifier": one["identifier"]}
    if "dataType" in one:
        simple["dataType"] = _simplify_data_type(one["dataType"])
    for parameters in ("inputData", "outputData"):
        if parameters in one:
            simple[parameters] = [_simplify(parameter) for parameter in one[parameters]]
    return simple


def _simplify_data_type(data_type: dict[str, Any]) -> dict[str, Any]:
    kind = data_type["type"]
    if kind == "struct":
        return {"type": kind, "specs": [_simplify(one) for one in data_type["specs"]]}
    if kind == "array":
        return {"type": kind, "specs": {"item": _simplify_data_type(data_type["specs"]["item"])}}
    return {"type": kind}
