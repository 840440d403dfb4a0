# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ThingModelJson, the form of a thing model in which single functions are made and changed (the manual's 4.11.19)."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from ansible_collections.iotops.aliyun.emulator.services.formats import extend_config, model
from ansible_collections.iotops.aliyun.emulator.services.formats.model import Block, Function, Model
from ansible_collections.iotops.aliyun.emulator.services.formats.reading import (
    FormatError,
    at,
    choice,
    each,
    member,
    whole,
)
from ansible_collections.iotops.aliyun.emulator.store import given

_TYPES = {kind.upper(): kind for kind in (*model.NUMBERS, *model.CHOICES, "text", "date", "array", "struct")}
_ACCESS = {"READ_ONLY": "r", "READ_WRITE": "rw"}
_CALL_TYPES = {"ASYNC": "async", "SYNC": "sync"}
_EVENT_TYPES = {"INFO_EVENT_TYPE": "info", "ALERT_EVENT_TYPE": "alert", "ERROR_EVENT_TYPE": "error"}
_WORDS = {word: text for words in (_ACCESS, _CALL_TYPES, _EVENT_TYPES) for text, word in words.items()}

_NAMES = {"properties": "name", "services": "serviceName", "events": "eventName"}

_INPUT = "PARAM_INPUT"
_OUTPUT = "PARAM_OUTPUT"

_IN_LISTS = (*model.CHOICES, "struct")
_LONGEST_TEXT = 2048


def read(raw: dict[str, Any], protocol: str | None) -> dict[str, list[Function]]:
    """The functions of a ThingModelJson by kind. Raises FormatError.

    ``protocol`` is the product's, which decides what extended descriptions look like.
    """
    return {kind: each(raw, kind, partial(_read_function, kind, protocol)) for kind in model.KINDS}


def read_parameters(raw: dict[str, Any]) -> list[tuple[str, str, dict[str, list]]]:
    """The services and events of a ThingModelJson of which the parameters alone matter: kind, identifier, parameters.

    The last are lists by ``inputs`` and ``outputs``. Raises FormatError.
    """
    return [
        (kind, identifier, parameters)
        for kind, read_them in (("services", _service_parameters), ("events", _event_parameters))
        for identifier, parameters in each(raw, kind, partial(_read_identified, read_them))
    ]


def write(
    model_: Model, block_id: str, product_key: str, version: str | None = None, description: str | None = None
) -> dict[str, Any]:
    """The ThingModelJson of one block; the default block's tells of the version and names the custom blocks."""
    block = model_[block_id]
    written = {"productKey": product_key, **write_functions(block, product_key)}
    if block_id != model.DEFAULT:
        return {
            **written,
            "identifier": block_id,
            "name": block["name"],
            "description": block["description"] or "",
        }
    if version is not None:
        written["_ppk"] = given(version=version, description=description)
    custom = [
        {"productKey": product_key, "functionBlockId": other_id, "functionBlockName": other["name"]}
        for other_id, other in model_.items()
        if other_id != model.DEFAULT
    ]
    return {**written, "functionBlocks": custom} if custom else written


def text(written: dict[str, Any]) -> str:
    """A ThingModelJson as text. Its members stand in the order of their names."""
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def write_functions(block: Block, product_key: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """The functions of a block by kind; those of a category belong to no product."""
    return {kind: [_write_function(kind, one, product_key) for one in block[kind]] for kind in model.KINDS}


# Reading


def _read_function(kind: str, protocol: str | None, raw: dict[str, Any]) -> Function:
    identifier = _identifier(raw)
    return {
        "identifier": identifier,
        "name": model.name(member(raw, _NAMES[kind], str)),
        "description": member(raw, "description", str, None),
        "required": member(raw, "required", bool, False),
        "custom": member(raw, "custom", bool, True),
        "created": whole(raw, "createTs", None),
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
    return model.identifier(member(raw, "identifier", str))


def _read_identified(read_them: Callable[[dict[str, Any]], dict[str, list]], raw: dict[str, Any]) -> tuple[str, dict]:
    return _identifier(raw), read_them(raw)


def _service_parameters(raw: dict[str, Any]) -> dict[str, list]:
    return {
        "inputs": _read_parameters(raw, "inputParams", _INPUT),
        "outputs": _read_parameters(raw, "outputParams", _OUTPUT),
    }


def _event_parameters(raw: dict[str, Any]) -> dict[str, list]:
    # The manual's table writes this list without a capital, its example with one.
    name = "outputData" if "outputData" in raw else "outputdata"
    return {"outputs": _read_parameters(raw, name, _OUTPUT)}


def _read_parameters(raw: dict[str, Any], name: str, direction: str) -> list[dict[str, Any]]:
    numbered = each(raw, name, partial(_read_parameter, direction))
    with at(name):
        orders = [order for order, _parameter in numbered if order is not None]
        if len(set(orders)) < len(orders):
            raise FormatError("a paraOrder is there twice")
        if len(orders) == len(numbered):
            numbered.sort(key=lambda pair: pair[0])
        return model.distinct([parameter for _order, parameter in numbered])


def _read_parameter(direction: str, raw: dict[str, Any]) -> tuple[int | None, dict[str, Any]]:
    choice(raw, "direction", {direction: direction}, direction)
    parameter = model.parameter(member(raw, "identifier", str), member(raw, "name", str), _read_data_type(raw))
    return whole(raw, "paraOrder", None), parameter


def _read_data_type(raw: dict[str, Any]) -> dict[str, Any]:
    return _data_type(choice(raw, "dataType", _TYPES), raw)


def _data_type(kind: str, raw: dict[str, Any]) -> dict[str, Any]:
    own, other = ("dataSpecsList", "dataSpecs") if kind in _IN_LISTS else ("dataSpecs", "dataSpecsList")
    if raw.get(other):
        raise FormatError(f"{kind.upper()} has {own} and no {other}")
    if kind == "struct":
        return model.struct_type(each(raw, own, _read_member))
    if kind in model.CHOICES:
        return model.choice_type(kind, each(raw, own, partial(_read_item, kind)))
    specs = member(raw, own, dict)
    with at(own):
        _check_kind(specs, kind)
        if kind in model.NUMBERS:
            return model.number_type(kind, _number_specs(specs))
        if kind == "array":
            return model.array_type(whole(specs, "size"), _read_elements(specs))
        if kind == "text":
            return model.text_type(whole(specs, "length"), _LONGEST_TEXT, member(specs, "defaultValue", str, None))
        return model.date_type(member(specs, "defaultValue", str, None))


def _check_kind(specs: dict[str, Any], kind: str) -> None:
    """Specs say once more of which type they are."""
    choice(specs, "dataType", {kind.upper(): kind}, kind.upper())


def _number_specs(specs: dict[str, Any]) -> dict[str, str | None]:
    precise = specs.get("precise")
    return {
        "min": member(specs, "min", str),
        "max": member(specs, "max", str),
        "step": member(specs, "step", str),
        "unit": member(specs, "unit", str, None),
        "unitName": member(specs, "unitName", str, None),
        "precise": str(whole(specs, "precise")) if precise is not None else None,
        "defaultValue": member(specs, "defaultValue", str, None),
    }


def _read_elements(specs: dict[str, Any]) -> dict[str, Any]:
    """The data type of an array's elements, which may have no specs of its own."""
    kind = model.item_kind(choice(specs, "childDataType", _TYPES))
    if specs.get("dataSpecs") or specs.get("dataSpecsList"):
        return _data_type(kind, specs)
    if kind == "struct":
        raise FormatError("dataSpecsList is missing")
    return {"type": kind}


def _read_item(kind: str, raw: dict[str, Any]) -> dict[str, Any]:
    """A value of a BOOL or ENUM."""
    _check_kind(raw, kind)
    default = member(raw, "defaultValue", str, None)
    return {"value": member(raw, "value", int), "name": member(raw, "name", str), **given(defaultValue=default)}


def _read_member(raw: dict[str, Any]) -> dict[str, Any]:
    """A member of a struct; ``name`` says the same as ``childName``."""
    _check_kind(raw, "struct")
    kind = model.member_kind(choice(raw, "childDataType", _TYPES))
    title = member(raw, "childName", str, None) or member(raw, "name", str)
    return model.parameter(member(raw, "identifier", str), title, _data_type(kind, raw))


# Writing


def _write_function(kind: str, one: Function, product_key: str | None) -> dict[str, Any]:
    common = given(
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
    return {"rwFlag": _WORDS[one["access"]], **_write_data_type(one["data_type"], one["custom"])}


def _write_service(one: Function) -> dict[str, Any]:
    return {
        "callType": _WORDS[one["call_type"]],
        "inputParams": _write_parameters(one["inputs"], _INPUT, one["custom"]),
        "outputParams": _write_parameters(one["outputs"], _OUTPUT, one["custom"]),
    }


def _write_event(one: Function) -> dict[str, Any]:
    return {
        "eventType": _WORDS[one["type"]],
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
    """``dataType`` and what goes with it, ``dataSpecs`` or ``dataSpecsList``."""
    kind = data_type["type"]
    common = {"dataType": kind.upper(), "custom": custom}
    if kind in model.CHOICES:
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
    """The data type of what is inside of another."""
    if data_type.keys() == {"type"} and data_type["type"] != "date":  # an array's elements without specs
        return {"childDataType": data_type["type"].upper()}
    written = _write_data_type(data_type, custom)
    return {"childDataType": written.pop("dataType"), **written}
