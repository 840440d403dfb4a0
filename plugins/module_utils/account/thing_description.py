# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Thing models as W3C WoT Thing Models: Thing Descriptions 1.1 of a class of things, without addresses and security."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

CONTEXT = "https://www.w3.org/2022/wot/td/v1.1"

_NUMBERS = {"int": "integer", "float": "number", "double": "number"}
#: The names of the numeric limits in a data schema.
_LIMITS = {"min": "minimum", "max": "maximum", "step": "multipleOf"}


def thing_model(title: str, description: str, version: str, model: dict[str, Any]) -> dict[str, Any]:
    """Return a thing model as a W3C WoT Thing Model.

    Args:
        title: The name of the product.
        description: The description of the product.
        version: The version of the model; empty if it is not published.
        model: The functions in the plain form (``functions``), and the other blocks with their ``id`` (``blocks``).
            Functions of a block have its ID and a colon before their identifiers, as in messages of devices.
    """
    result: dict[str, Any] = {
        "@context": [CONTEXT, {"aliyun": "urn:aliyun:iot:"}],
        "@type": "tm:ThingModel",
        "title": title,
    }
    if description:
        result["description"] = description
    if version:
        result["version"] = {"model": version}
    result.update({"properties": {}, "actions": {}, "events": {}})
    sources = [("", model.get("functions") or {})]
    sources += [(f"{block['id']}:", block.get("functions") or {}) for block in model.get("blocks") or ()]
    for prefix, functions in sources:
        for kind, name, convert in (
            ("properties", "properties", _property),
            ("services", "actions", _action),
            ("events", "events", _event),
        ):
            for identifier, function in (functions.get(kind) or {}).items():
                result[name][prefix + identifier] = {**_head(identifier, function), **convert(function)}
    optional = [
        f"/properties/{prefix}{identifier}"
        for prefix, functions in sources
        for identifier, function in (functions.get("properties") or {}).items()
        if not function.get("required")
    ]
    return {**result, "tm:optional": optional} if optional else result


def _head(identifier: str, function: dict[str, Any]) -> dict[str, Any]:
    head = {"title": function.get("name") or identifier}
    return {**head, "description": function["description"]} if function.get("description") else head


def _property(function: dict[str, Any]) -> dict[str, Any]:
    access = function.get("access") or "r"
    return {
        **data_schema(function),
        "readOnly": access == "r",
        "writeOnly": access == "w",
        # Devices report properties that can be read.
        "observable": access != "w",
    }


def _action(function: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"synchronous": function.get("call") == "sync"}
    for ours, name in (("inputs", "input"), ("outputs", "output")):
        if function.get(ours):
            result[name] = _object(function[ours])
    return result


def _event(function: dict[str, Any]) -> dict[str, Any]:
    # The severity has no counterpart in a Thing Model, so it has the name of this platform.
    result: dict[str, Any] = {"aliyun:type": function.get("type") or "info"}
    return {**result, "data": _object(function["outputs"])} if function.get("outputs") else result


def _object(parameters: dict[str, Any]) -> dict[str, Any]:
    members = {name: {**_head(name, one), **data_schema(one)} for name, one in parameters.items()}
    return {"type": "object", "properties": members}


def data_schema(item: dict[str, Any]) -> dict[str, Any]:
    """Return the data schema of a property, a parameter or an array element."""
    kind = item["type"]
    if kind == "struct":
        return _object(item["members"])
    if kind == "array":
        return {"type": "array", "maxItems": int(item["size"]), "items": data_schema(item["item"])}
    if kind in ("bool", "enum"):
        # The platform represents a boolean as 0 or 1.
        choices = sorted(((int(key), label) for key, label in item["values"].items()), key=lambda choice: choice[0])
        return {"type": "integer", "oneOf": [{"const": number, "title": label} for number, label in choices]}
    if kind == "date":
        return {"type": "string", "description": "milliseconds since 1970"}
    if kind == "text":
        return {"type": "string", "aliyun:maxBytes": int(item["length"])} if item.get("length") else {"type": "string"}
    result: dict[str, Any] = {"type": _NUMBERS[kind]}
    for ours, name in _LIMITS.items():
        if item.get(ours) not in (None, ""):
            result[name] = _number(item[ours])
    return {**result, "unit": item["unit"]} if item.get("unit") else result


def _number(value: Any) -> Any:
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return value
    return int(exact) if exact == exact.to_integral_value() and abs(exact) < 2**53 else float(exact)
