# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read and write ThingModelJson, the format for creating and updating single functions (manual section 4.11.19)."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.store import omit_none
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import extend_config, model
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.model import Block, Function, Model
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.reading import (
    FormatError,
    choice,
    error_path,
    integer,
    member,
    read_objects,
)

_TYPES = {kind.upper(): kind for kind in (*model.NUMBER_TYPES, *model.CHOICE_TYPES, "text", "date", "array", "struct")}
_ACCESS = {"READ_ONLY": "r", "READ_WRITE": "rw"}
# Only TSL can set write-only properties.
_WRITE_ONLY = {"WRITE_ONLY": "w"}
_CALL_TYPES = {"ASYNC": "async", "SYNC": "sync"}
_EVENT_TYPES = {"INFO_EVENT_TYPE": "info", "ALERT_EVENT_TYPE": "alert", "ERROR_EVENT_TYPE": "error"}
_API_VALUES = {
    stored: value for values in (_ACCESS, _WRITE_ONLY, _CALL_TYPES, _EVENT_TYPES) for value, stored in values.items()
}

_NAMES = {"properties": "name", "services": "serviceName", "events": "eventName"}

_INPUT = "PARAM_INPUT"
_OUTPUT = "PARAM_OUTPUT"

_TYPES_WITH_LIST = (*model.CHOICE_TYPES, "struct")
_MAX_TEXT_LENGTH = 2048


def read(raw: dict[str, Any], protocol: str | None) -> dict[str, list[Function]]:
    """Return the functions of a ThingModelJson by kind.

    Args:
        raw: The ThingModelJson.
        protocol: The protocol of the product, which determines the format of extended descriptions.

    Raises:
        FormatError: The ThingModelJson is invalid.
    """
    return {kind: read_objects(raw, kind, partial(_read_function, kind, protocol)) for kind in model.KINDS}


def read_parameters(raw: dict[str, Any]) -> list[tuple[str, str, dict[str, list]]]:
    """Return the parameters of the services and events of a ThingModelJson and ignore their other members.

    Returns:
        A list of (kind, identifier, parameters). The parameters are lists under ``inputs`` and ``outputs``.

    Raises:
        FormatError: The ThingModelJson is invalid.
    """
    return [
        (kind, identifier, parameters)
        for kind, read_function_parameters in (("services", _service_parameters), ("events", _event_parameters))
        for identifier, parameters in read_objects(raw, kind, partial(_read_identified, read_function_parameters))
    ]


def write(
    model_: Model, block_id: str, product_key: str, version: str | None = None, description: str | None = None
) -> dict[str, Any]:
    """Return the ThingModelJson of a block. That of the default block contains the version and the custom blocks."""
    block = model_[block_id]
    result: dict[str, Any] = {"productKey": product_key, **write_functions(block, product_key)}
    if block_id != model.DEFAULT:
        return {
            **result,
            "identifier": block_id,
            "name": block["name"],
            "description": block["description"] or "",
        }
    if version is not None:
        result["_ppk"] = omit_none(version=version, description=description)
    custom = [
        {"productKey": product_key, "functionBlockId": other_id, "functionBlockName": other["name"]}
        for other_id, other in model_.items()
        if other_id != model.DEFAULT
    ]
    return {**result, "functionBlocks": custom} if custom else result


def to_text(content: dict[str, Any]) -> str:
    """Return a ThingModelJson as text. Its members are sorted by name."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def write_functions(block: Block, product_key: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the functions of a block by kind. Those of a category have no ``product_key``."""
    return {kind: [_write_function(kind, one, product_key) for one in block[kind]] for kind in model.KINDS}


# Reading


def _read_function(kind: str, protocol: str | None, raw: dict[str, Any]) -> Function:
    identifier = _identifier(raw)
    return {
        "identifier": identifier,
        "name": model.valid_name(member(raw, _NAMES[kind], str)),
        "description": member(raw, "description", str, None),
        "required": member(raw, "required", bool, False),
        "custom": member(raw, "custom", bool, True),
        "created": integer(raw, "createTs", None),
        "extend_config": extend_config.read(raw, kind, identifier, protocol),
        "config_code": None,
        **_MEMBERS[kind](raw),
    }


def _read_property(raw: dict[str, Any]) -> Function:
    return {"access": choice(raw, "rwFlag", _ACCESS), "data_type": _read_data_type(raw)}


def _read_service(raw: dict[str, Any]) -> Function:
    return {"call_type": choice(raw, "callType", _CALL_TYPES), **_service_parameters(raw)}


def _read_event(raw: dict[str, Any]) -> Function:
    return {"type": choice(raw, "eventType", _EVENT_TYPES), **_event_parameters(raw)}


_MEMBERS = {"properties": _read_property, "services": _read_service, "events": _read_event}


def _identifier(raw: dict[str, Any]) -> str:
    return model.valid_identifier(member(raw, "identifier", str))


def _read_identified(read: Callable[[dict[str, Any]], dict[str, list]], raw: dict[str, Any]) -> tuple[str, dict]:
    return _identifier(raw), read(raw)


def _service_parameters(raw: dict[str, Any]) -> dict[str, list]:
    return {
        "inputs": _read_parameters(raw, "inputParams", _INPUT),
        "outputs": _read_parameters(raw, "outputParams", _OUTPUT),
    }


def _event_parameters(raw: dict[str, Any]) -> dict[str, list]:
    # The manual spells this list "outputdata" in the table and "outputData" in the example.
    name = "outputData" if "outputData" in raw else "outputdata"
    return {"outputs": _read_parameters(raw, name, _OUTPUT)}


def _read_parameters(raw: dict[str, Any], name: str, direction: str) -> list[dict[str, Any]]:
    numbered = read_objects(raw, name, partial(_read_parameter, direction))
    with error_path(name):
        orders = [order for order, _parameter in numbered if order is not None]
        if len(set(orders)) < len(orders):
            raise FormatError("paraOrder must be unique")
        if len(orders) == len(numbered):
            numbered.sort(key=lambda pair: pair[0])
        return model.check_unique_identifiers([parameter for _order, parameter in numbered])


def _read_parameter(direction: str, raw: dict[str, Any]) -> tuple[int | None, dict[str, Any]]:
    choice(raw, "direction", {direction: direction}, direction)
    parameter = model.parameter(member(raw, "identifier", str), member(raw, "name", str), _read_data_type(raw))
    return integer(raw, "paraOrder", None), parameter


def _read_data_type(raw: dict[str, Any]) -> dict[str, Any]:
    return _data_type(choice(raw, "dataType", _TYPES), raw)


def _data_type(kind: str, raw: dict[str, Any]) -> dict[str, Any]:
    own, other = ("dataSpecsList", "dataSpecs") if kind in _TYPES_WITH_LIST else ("dataSpecs", "dataSpecsList")
    if raw.get(other):
        raise FormatError(f"{kind.upper()} requires {own} and does not allow {other}")
    if kind == "struct":
        return model.struct_type(read_objects(raw, own, _read_member))
    if kind in model.CHOICE_TYPES:
        return model.choice_type(kind, read_objects(raw, own, partial(_read_item, kind)))
    if kind == "date" and not raw.get(own):
        return model.date_type()
    specs = member(raw, own, dict)
    with error_path(own):
        _check_kind(specs, kind)
        if kind in model.NUMBER_TYPES:
            return model.number_type(kind, _number_specs(specs))
        if kind == "array":
            return model.array_type(integer(specs, "size"), _read_elements(specs))
        if kind == "text":
            return model.text_type(integer(specs, "length"), _MAX_TEXT_LENGTH, member(specs, "defaultValue", str, None))
        return model.date_type(member(specs, "defaultValue", str, None))


def _check_kind(specs: dict[str, Any], kind: str) -> None:
    """Check that the specs repeat the data type."""
    choice(specs, "dataType", {kind.upper(): kind}, kind.upper())


def _number_specs(specs: dict[str, Any]) -> dict[str, str | None]:
    precise = specs.get("precise")
    return {
        "min": member(specs, "min", str),
        "max": member(specs, "max", str),
        "step": member(specs, "step", str),
        "unit": member(specs, "unit", str, None),
        "unitName": member(specs, "unitName", str, None),
        "precise": str(integer(specs, "precise")) if precise is not None else None,
        "defaultValue": member(specs, "defaultValue", str, None),
    }


def _read_elements(specs: dict[str, Any]) -> dict[str, Any]:
    """Return the data type of an array's elements. It can have no specs."""
    kind = model.valid_element_type(choice(specs, "childDataType", _TYPES))
    if specs.get("dataSpecs") or specs.get("dataSpecsList"):
        return _data_type(kind, specs)
    if kind == "struct":
        raise FormatError("dataSpecsList is missing")
    return {"type": kind}


def _read_item(kind: str, raw: dict[str, Any]) -> dict[str, Any]:
    """Read a value of a BOOL or an ENUM."""
    _check_kind(raw, kind)
    default = member(raw, "defaultValue", str, None)
    return {"value": member(raw, "value", int), "name": member(raw, "name", str), **omit_none(defaultValue=default)}


def _read_member(raw: dict[str, Any]) -> dict[str, Any]:
    """Read a member of a struct. ``name`` and ``childName`` have the same meaning."""
    _check_kind(raw, "struct")
    kind = model.valid_member_type(choice(raw, "childDataType", _TYPES))
    title = member(raw, "childName", str, None) or member(raw, "name", str)
    return model.parameter(member(raw, "identifier", str), title, _data_type(kind, raw))


# Writing


def _write_function(kind: str, one: Function, product_key: str | None) -> dict[str, Any]:
    common = omit_none(
        productKey=product_key,
        createTs=one["created"],
        identifier=one["identifier"],
        required=one["required"],
        custom=one["custom"],
        customFlag=one["custom"],
        std=not one["custom"],
        description=one["description"],
        extendConfig=one["extend_config"],
        configCode=one["config_code"],
    )
    return {_NAMES[kind]: one["name"], **common, **_WRITERS[kind](one)}


def _write_property(one: Function) -> dict[str, Any]:
    return {"rwFlag": _API_VALUES[one["access"]], **_write_data_type(one["data_type"], one["custom"])}


def _write_service(one: Function) -> dict[str, Any]:
    return {
        "callType": _API_VALUES[one["call_type"]],
        "inputParams": _write_parameters(one["inputs"], _INPUT, one["custom"]),
        "outputParams": _write_parameters(one["outputs"], _OUTPUT, one["custom"]),
    }


def _write_event(one: Function) -> dict[str, Any]:
    return {
        "eventType": _API_VALUES[one["type"]],
        "outputdata": _write_parameters(one["outputs"], _OUTPUT, one["custom"]),
    }


_WRITERS = {"properties": _write_property, "services": _write_service, "events": _write_event}


def _write_parameters(parameters: list[dict[str, Any]], direction: str, custom: bool) -> list[dict[str, Any]]:
    return [
        {
            "identifier": one["identifier"],
            "name": one["name"],
            "direction": direction,
            "paraOrder": order,
            "custom": custom,
            **_write_data_type(one["data_type"], custom),
        }
        for order, one in enumerate(parameters)
    ]


def _write_data_type(data_type: dict[str, Any], custom: bool) -> dict[str, Any]:
    """Return ``dataType`` with ``dataSpecs`` or ``dataSpecsList``, depending on the type."""
    kind = data_type["type"]
    common = {"dataType": kind.upper(), "custom": custom}
    if kind in model.CHOICE_TYPES:
        return {"dataType": kind.upper(), "dataSpecsList": [{**common, **item} for item in data_type["items"]]}
    if kind == "struct":
        return {"dataType": "STRUCT", "dataSpecsList": [_write_member(one, custom) for one in data_type["members"]]}
    if kind == "array":
        specs = {**common, "size": data_type["size"], **_as_child(data_type["item"], custom)}
    else:
        specs = {**common, **{name: value for name, value in data_type.items() if name != "type"}}
    return {"dataType": kind.upper(), "dataSpecs": specs}


def _write_member(one: dict[str, Any], custom: bool) -> dict[str, Any]:
    return {
        "dataType": "STRUCT",
        "custom": custom,
        "identifier": one["identifier"],
        "name": one["name"],
        "childName": one["name"],
        **_as_child(one["data_type"], custom),
    }


def _as_child(data_type: dict[str, Any], custom: bool) -> dict[str, Any]:
    """Return the data type of an array element or a struct member."""
    if data_type.keys() == {"type"} and data_type["type"] != "date":  # an array element type without specs
        return {"childDataType": data_type["type"].upper()}
    content = _write_data_type(data_type, custom)
    return {"childDataType": content.pop("dataType"), **content}
